"""The same diagnosis twice on a claim.

Authority: ICD-10-CM Official Guidelines FY2026, I.B.12: a code is reported once an encounter.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.diagnosis_list import GUIDELINES, REPORTED
from bots.checks.diagnosis_order import first_copies, rearranged
from bots.checks.findings import Class, Denial, Finding, Severity
from bots.checks.forms import dotted
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType
from bots.codesets import CodeSets

duplicate = Check(
    id="diagnosis-duplicate",
    family="diagnosis",
    title="A professional claim has the same diagnosis twice",
    authority=f"{GUIDELINES}, I.B.12; 005010X222A1, loop 2300, HI",
    severity=Severity.ERROR,
    at_most=Class.AUTO,
    when=(Mark.PROFESSIONAL, Mark.SAME_DIAGNOSIS),
    denial=Denial("CO", "16", "M76"),
)
duplicate_institutional = Check(
    id="diagnosis-duplicate-institutional",
    family="diagnosis",
    title="An institutional claim has the same diagnosis twice",
    authority=f"{GUIDELINES}, I.B.12; 005010X223A2, loop 2300, HI*ABK and HI*ABF",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.SAME_DIAGNOSIS),
    denial=Denial("CO", "16", "M64"),
)


@duplicate.review
def same_diagnosis_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The later copy goes; a pointer to it moves to the first."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL:
        return
    kept = first_copies(claim.diagnoses)
    twice = [entry for entry in claim.diagnoses if entry.code and entry not in kept]
    if twice:
        yield duplicate.finding(
            None,
            "More than once on the claim: " + ", ".join(sorted({e.code for e in twice})),
            codes=sorted({entry.code for entry in twice}),
            repair=rearranged(claim, kept),
        )


@duplicate_institutional.review
def same_diagnosis_twice_in_a_hospital(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only among principal and other: the other qualifiers repeat a code by design."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL:
        return
    reported = [entry for entry in claim.diagnoses if entry.kind in REPORTED and entry.code]
    kept = first_copies(reported)
    for entry in reported:
        if entry in kept:
            continue
        first = next(one for one in kept if dotted(one.code) == dotted(entry.code))
        same = first.present_on_admission == entry.present_on_admission
        yield duplicate_institutional.finding(
            None,
            f"{entry.code} stands at {first.position} and {entry.position}"
            + ("" if same else ", with different present-on-admission indicators"),
            codes=(entry.code,),
            severity=Severity.ERROR if same else Severity.WARNING,
        )
