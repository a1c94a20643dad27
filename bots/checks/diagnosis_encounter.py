"""Encounters that need another code beside them: chemotherapy, follow-up, body mass index.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.2.e, I.C.21.c.3 and I.C.21.c.8, and the notes
at Z08, Z09, Z51 and Z68.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, none
from bots.checks.diagnosis_list import GUIDELINES, day_of, listed
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.claims import Case
from bots.codesets import CodeSets

# Chapter 2: C00-D49. D50 and higher is blood.
NEOPLASM = ("C", "D0", "D1", "D2", "D3", "D4")
MALIGNANT = ("C", "D0")
_TREATMENT = ("Z51.0", "Z51.1")
_FOLLOW_UP = {"Z08": ("Z85",), "Z09": ("Z86", "Z87", "Z85")}

treatment_alone = Check(
    id="diagnosis-chemotherapy-alone",
    family="diagnosis",
    title="An encounter for radiation or chemotherapy without the neoplasm",
    authority=f"{GUIDELINES}, I.C.2.e.2",
    severity=Severity.WARNING,
    when=(diagnosed(*_TREATMENT), none(diagnosed(*NEOPLASM))),
    denial=Denial("CO", "16", "M76"),
)
follow_up_alone = Check(
    id="diagnosis-follow-up-without-history",
    family="diagnosis",
    title="A follow-up examination without the history of what was treated",
    authority=f"{GUIDELINES}, I.C.21.c.8; the notes at Z08 and Z09",
    severity=Severity.WARNING,
    when=(diagnosed(*_FOLLOW_UP),),
)
come_back = Check(
    id="diagnosis-follow-up-with-recurrence",
    family="diagnosis",
    title="Follow-up after completed treatment beside a malignant neoplasm",
    authority=f"{GUIDELINES}, I.C.21.c.8",
    severity=Severity.WARNING,
    when=(diagnosed("Z08"), diagnosed(*MALIGNANT)),
)
body_mass = Check(
    id="diagnosis-body-mass-index",
    family="diagnosis",
    title="A body mass index of another age, or in pregnancy",
    authority=f"{GUIDELINES}, I.C.21.c.3; the note at Z68",
    severity=Severity.WARNING,
    when=(diagnosed("Z68"),),
)


@treatment_alone.review
def nothing_to_treat(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any neoplasm of chapter 2 on the claim will do."""
    said = listed(case)
    if "Z" not in said.letters:
        return
    found = said.of(*_TREATMENT)
    if found and not said.of(*NEOPLASM):
        yield treatment_alone.finding(
            None,
            f"{found[0].entry.code} stands with the neoplasm that is treated; none is there",
            codes=(found[0].entry.code,),
        )


@follow_up_alone.review
def nothing_followed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the neoplasm is back: `diagnosis-follow-up-with-recurrence` says so."""
    said = listed(case)
    if "Z" not in said.letters:
        return
    for code, history in _FOLLOW_UP.items():
        found = said.of(code)
        if found and not said.of(*history) and not (code == "Z08" and said.of(*MALIGNANT)):
            yield follow_up_alone.finding(
                None,
                f"{code} stands before a history of {' or '.join(history)}; none is there",
                codes=(found[0].entry.code,),
            )


@come_back.review
def treated_and_there(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A condition that has come back is coded in place of the follow-up."""
    said = listed(case)
    found, back = said.of("Z08"), said.of(*MALIGNANT)
    if found and back:
        yield come_back.finding(
            None,
            f"{found[0].entry.code} says that the treatment is complete; beside it "
            f"{back[0].entry.code}",
            codes=(found[0].entry.code, back[0].entry.code),
        )


@body_mass.review
def of_another_age(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Z68.1 to Z68.4 from 20 years, Z68.5 from 2 to 19; none of them in pregnancy."""
    said = listed(case)
    found = said.of("Z68") if "Z" in said.letters else []
    if not found:
        return
    if pregnant := said.of("O"):
        yield body_mass.finding(
            None,
            f"{found[0].entry.code} is not reported in pregnancy ({pregnant[0].entry.code})",
            codes=(found[0].entry.code, pregnant[0].entry.code),
        )
        return
    age = case.claim.patient.age_on(day_of(case))
    if age is None:
        yield body_mass.not_evaluated("the patient's date of birth")
        return
    for coded in found:
        first, last = (2, 19) if coded.code.startswith("Z68.5") else (20, 124)
        if age >= 0 and not first <= age <= last:
            yield body_mass.finding(
                None,
                f"{coded.entry.code} is for ages {first} to {last}",
                codes=(coded.entry.code,),
            )
