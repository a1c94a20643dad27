"""Pregnancy, delivery and the puerperium: weeks, trimesters, outcome, and what comes first.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.15, and the notes at O80, Z37 and Z3A.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, diagnosis, first_of_all, noted
from bots.checks.diagnosis_list import GUIDELINES, is_stay, listed, reported
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

ABORTIVE = ("O00", "O01", "O02", "O03", "O04", "O07", "O08")
# Chapters of diseases; a code for an encounter (Z) or a cause may well stand before chapter 15.
_DISEASES = frozenset("ABCDEFGHIJKLMNQRST")

weeks = Check(
    id="pregnancy-weeks-against-trimester",
    family="diagnosis",
    title="The trimester of a diagnosis is not that of the weeks of gestation",
    authority=f"{GUIDELINES}, I.C.15.a.3 and I.C.15.a.4",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=(diagnosed("Z3A"), noted(lambda row: bool(row.trimester))),
)
weeks_after_abortion = Check(
    id="pregnancy-weeks-with-abortive-outcome",
    family="diagnosis",
    title="Weeks of gestation beside a pregnancy that ended",
    authority=f"{GUIDELINES}, I.C.21.c.11",
    severity=Severity.WARNING,
    when=(diagnosed("Z3A"), diagnosed(*ABORTIVE, "Z33.2")),
)
not_first = Check(
    id="pregnancy-not-first",
    family="diagnosis",
    title="A disease stands before the code of pregnancy",
    authority=f"{GUIDELINES}, I.C.15.a.1",
    severity=Severity.WARNING,
    when=(diagnosed("O"), first_of_all(diagnosis(lambda code: code[0] in _DISEASES))),
    denial=Denial("CO", "16", "MA63"),
)
gestational = Check(
    id="pregnancy-gestational-diabetes",
    family="diagnosis",
    title="Gestational diabetes with a code that it rules out",
    authority=f"{GUIDELINES}, I.C.15.i",
    severity=Severity.WARNING,
    when=(Mark.SEVERAL_DIAGNOSES, diagnosed("O24.4")),
    denial=Denial("CO", "16", "M76"),
)
age_of_risk = Check(
    id="pregnancy-age-of-risk",
    family="diagnosis",
    title="Supervision for the mother's age, and she is not of that age",
    authority="ICD-10-CM FY2026, the inclusion terms at O09.5 and O09.6",
    severity=Severity.WARNING,
    when=(diagnosed("O09.5", "O09.6"),),
)


@weeks.review
def another_trimester(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """First below 14 weeks, second below 28, third from there.

    Silent where two codes of weeks disagree, and with weeks unknown. During a stay a
    complication keeps the trimester in which it began: then it is information.
    """
    counted = {w for coded in listed(case).of("Z3A") if (w := _weeks(coded.code)) is not None}
    if len(counted) != 1:
        return
    (week,) = counted
    right = 1 if week < 14 else 2 if week < 28 else 3
    for entry, row in reported(case, codesets):
        if row.trimester and row.trimester != right:
            yield weeks.finding(
                None,
                f"{entry.code} is of trimester {row.trimester}; week {week} is of {right}",
                codes=(entry.code,),
                severity=Severity.INFO if is_stay(case.claim) else Severity.WARNING,
            )


@weeks_after_abortion.review
def weeks_of_an_ended_pregnancy(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """O00 to O08, and elective termination (Z33.2)."""
    said = listed(case)
    counted, ended = said.of("Z3A"), said.of(*ABORTIVE, "Z33.2")
    if counted and ended:
        yield weeks_after_abortion.finding(
            None,
            f"{counted[0].entry.code} is not reported with {ended[0].entry.code}",
            codes=(counted[0].entry.code, ended[0].entry.code),
        )


@not_first.review
def disease_before_pregnancy(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Chapter 15 has priority. Silent at O80: `pregnancy-normal-delivery` has said it."""
    said = listed(case)
    if said.first is None or said.first.code[0] not in _DISEASES or said.of("O80"):
        return
    behind = said.of("O")
    if behind:
        yield not_first.finding(
            None,
            f"{said.first.entry.code} stands before {behind[0].entry.code}",
            codes=(said.first.entry.code, behind[0].entry.code),
        )


@gestational.review
def gestational_and_more(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """No other code of O24 beside O24.4, and no Z79.4 or Z79.84: O24.4 says its treatment."""
    said = listed(case)
    found = said.of("O24.4")
    if not found:
        return
    others = [coded for coded in said.of("O24") if not coded.code.startswith("O24.4")]
    others += said.of("Z79.4", "Z79.84")
    if others:
        yield gestational.finding(
            None,
            f"{found[0].entry.code} is not used with "
            + ", ".join(coded.entry.code for coded in others),
            codes=[found[0].entry.code, *(coded.entry.code for coded in others)],
        )


@age_of_risk.review
def not_of_that_age(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """O09.5: 35 at the expected delivery, so 34 today at the least. O09.6: below 16 then."""
    said = listed(case)
    if "O" not in said.letters or case.claim.patient.birth_date is None:
        return
    day = case.claim.service_from or case.as_of
    age = case.claim.patient.age_on(day)
    if age is None or age < 0:
        return
    for coded in said.of("O09.5"):
        if age < 34:
            yield _of_other_age(coded.entry.code, "35 or over at the expected delivery")
    for coded in said.of("O09.6"):
        if age > 15:
            yield _of_other_age(coded.entry.code, "below 16 at the expected delivery")


def _of_other_age(code: str, words: str) -> Finding:
    return age_of_risk.finding(None, f"{code} is for a mother {words}", codes=(code,))


def _weeks(code: str) -> int | None:
    """The weeks of a Z3A code; None for the one that leaves them open.

    Z3A.01 is less than 8 weeks, Z3A.49 more than 42.
    """
    digits = code[4:]
    if len(digits) != 2 or not digits.isdecimal() or digits == "00":
        return None
    return int(digits)
