"""Which of two conditions comes first, by the notes of the tabular list.

Authority: ICD-10-CM Official Guidelines FY2026, I.A.13 (etiology and manifestation) and I.B.7
(multiple codes for one condition). On an outpatient hospital claim a manifestation in the first
place is the I/OCE's edit 86; on an inpatient one the Medicare Code Editor's, and not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bots.checks.catalogue import Check
from bots.checks.concerns import noted
from bots.checks.diagnosis_list import (
    GUIDELINES,
    covers,
    is_stay,
    listed,
    matching,
    reported,
    some,
)
from bots.checks.diagnosis_order import reordered
from bots.checks.findings import Class, Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Diagnosis
from bots.codesets import CodeSets, IcdCode

_WRONG_FIRST = Denial("CO", "16", "MA63")

code_first_order = Check(
    id="diagnosis-code-first-order",
    family="diagnosis",
    title="A manifestation stands before the condition that is to be coded first",
    authority=f"{GUIDELINES}, I.A.13",
    severity=Severity.ERROR,
    at_most=Class.PROPOSE,
    needs=("icd10cm",),
    when=(Mark.MISORDERED,),
)
code_first_missing = Check(
    id="diagnosis-code-first-missing",
    family="diagnosis",
    title="The condition that is to be coded first is not on the claim",
    authority=f"{GUIDELINES}, I.A.13",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(noted(lambda row: row.code_first_always),),
    denial=Denial("CO", "16", "M76"),
)
manifestation_first = Check(
    id="diagnosis-manifestation-first",
    family="diagnosis",
    title="A manifestation is the first-listed diagnosis",
    authority=f"{GUIDELINES}, I.A.13; CMS I/OCE edit 86",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(noted(lambda row: row.manifestation and not row.code_first_always),),
    denial=_WRONG_FIRST,
)
use_additional = Check(
    id="diagnosis-use-additional",
    family="diagnosis",
    title="The code that a diagnosis always asks for is not on the claim",
    authority=f"{GUIDELINES}, I.A.13 and I.B.7; the note at the code in the tabular list",
    severity=Severity.INFO,
    needs=("icd10cm",),
    when=(noted(lambda row: bool(row.use_additional)),),
)


@code_first_order.review
def wrong_way_round(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Both are there. "If applicable" makes it information."""
    known = reported(case, codesets)
    displaced = [
        (later, row, first)
        for later, row in known
        if (first := _etiology(later, row, known)) is not None
    ]
    if not displaced:
        return
    pairs = "; ".join(f"{first.code} before {later.code}" for later, _, first in displaced)
    always = any(row.code_first_always for _, row, _ in displaced)
    yield code_first_order.finding(
        None,
        f"Code first: {pairs}",
        codes=[code for later, _, first in displaced for code in (first.code, later.code)],
        severity=Severity.ERROR if always else Severity.INFO,
        denial=_WRONG_FIRST if always else None,
        repair=reordered(case.claim, [(first, later) for later, _, first in displaced]),
    )


@code_first_missing.review
def nothing_before_it(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """None of the note's codes is on the claim; which one it is only the chart says.

    "If applicable" says nothing where none is there. Where the codes are examples, only the
    first place is wrong for sure: any other condition before it may be the underlying one.
    """
    known = reported(case, codesets)
    first = listed(case).first
    for entry, row in known:
        if not row.code_first_always or (not row.code_first and not row.code_first_open):
            continue
        if any(matching(row.code_first, row.code, other.code) for _, other in known):
            continue
        if row.code_first_open and (first is None or entry is not first.entry):
            continue
        named = f"one of {some(row.code_first)}" if row.code_first else "its cause"
        yield code_first_missing.finding(
            None,
            f"{entry.code} is coded after {named}; none is there",
            codes=(entry.code,),
        )


@manifestation_first.review
def manifestation_leads(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the code-first notes are unconditional: the other two checks say more."""
    first = listed(case).first
    if first is None or is_stay(case.claim):
        return
    for entry, row in reported(case, codesets):
        if entry is first.entry and row.manifestation and not row.code_first_always:
            yield manifestation_first.finding(
                None, f"{entry.code} never stands first: its cause does", codes=(entry.code,)
            )


@use_additional.review
def nothing_beside_it(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only notes that hold without "if", "any" or "as applicable": a stage, type, site, outcome.

    Any diagnosis of the claim answers the note, of whatever kind; one finding a note.
    """
    asked: dict[str, str] = {}
    for entry, row in reported(case, codesets):
        for note in row.use_additional:
            asked.setdefault(note, entry.code)
    for note, code in asked.items():
        named = note.split(",")
        if not any(covers(part, other.code) for other in listed(case).every for part in named):
            yield use_additional.finding(
                None, f"{code} asks for an additional code: {', '.join(named)}", codes=(code,)
            )


def _etiology(
    entry: Diagnosis, row: IcdCode, known: Sequence[tuple[Diagnosis, IcdCode]]
) -> Diagnosis | None:
    """The condition that should stand before `entry` but stands after it; None if all is well."""
    matches = [
        other
        for other, its_row in known
        if other is not entry and matching(row.code_first, row.code, its_row.code)
    ]
    if not matches or any(other.position < entry.position for other in matches):
        return None
    if row.code_first_open and any(other.position < entry.position for other, _ in known):
        return None  # the codes are examples: what stands before it may be the cause
    return min(matches, key=lambda other: other.position)
