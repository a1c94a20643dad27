"""Newborns: the birth is told once, and mother and child have a record each.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.15.a.2, I.C.16.a.1 and I.C.16.a.2; the notes
at chapters 15 and 16, Z37 and Z38.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed
from bots.checks.diagnosis_list import GUIDELINES, is_stay, listed
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.claims import Case
from bots.codesets import CodeSets

MOTHERS = ("O", "Z34", "Z37", "Z39", "Z3A")
CHILDS = ("P", "Z38")
_NEWBORN = timedelta(days=28)  # the perinatal period, I.C.16

two_records = Check(
    id="mother-and-newborn",
    family="demographic",
    title="Codes of the mother and of the newborn on one claim",
    authority=f"{GUIDELINES}, I.C.15.a.2 and I.C.16.a.1; the notes at Z37 and Z38",
    severity=Severity.ERROR,
    when=(diagnosed(*MOTHERS), diagnosed(*CHILDS)),
    denial=Denial("CO", "16", "M76"),
)
birth_told_again = Check(
    id="newborn-birth-status",
    family="demographic",
    title="The birth is told on a claim that is not the birth's",
    authority=f"{GUIDELINES}, I.C.16.a.2; the note at Z38",
    severity=Severity.WARNING,
    when=(diagnosed("Z38"),),
    denial=Denial("CO", "9"),
)


@two_records.review
def one_claim_for_two(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Chapter 15 is never for the child's record, chapter 16 and Z38 never for the mother's."""
    said = listed(case)
    mothers, childs = said.of(*MOTHERS), said.of(*CHILDS)
    if mothers and childs:
        yield two_records.finding(
            None,
            f"{mothers[0].entry.code} is the mother's, {childs[0].entry.code} the child's",
            codes=(mothers[0].entry.code, childs[0].entry.code),
        )


@birth_told_again.review
def not_the_births_claim(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Two of Z38; a patient older than 28 days; a stay that did not begin with the birth.

    A stay may begin on the day after: a birth before midnight, an admission behind it.
    """
    codes = listed(case).of("Z38")
    if not codes:
        return
    claim = case.claim
    named = tuple(coded.entry.code for coded in codes)
    if len(set(named)) > 1:
        yield birth_told_again.finding(None, "One birth, two codes of Z38", codes=named)
        return
    born = claim.patient.birth_date
    if born is None:
        yield birth_told_again.not_evaluated("the patient's date of birth")
        return
    start = claim.service_from or case.as_of
    if is_stay(claim):
        start = claim.admitted_on or start
        if start > born + timedelta(days=1):
            yield birth_told_again.finding(
                None, f"{named[0]}: this stay did not begin with the birth", codes=named
            )
    elif start > born + _NEWBORN:
        yield birth_told_again.finding(
            None, f"{named[0]}: the patient is older than 28 days", codes=named
        )
