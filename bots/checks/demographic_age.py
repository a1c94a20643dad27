"""The age that a diagnosis says, against the patient's.

Authority: CMS I/OCE edit 2 (diagnosis and age conflict), with the age groups of the Medicare Code
Editor: newborn 0, pediatric 0 to 17, maternity 9 to 64, adult 15 to 124 years. A stay is the
Medicare Code Editor's own and not asked here. A code of chapter 16 is no age edit: what began
around birth may be reported for life (guideline I.C.16.a.4). All are warnings: the birth date may
be the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, noted
from bots.checks.diagnosis_list import GUIDELINES, is_stay, known, listed
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.claims import Case
from bots.codesets import CodeSets

GROUPS = {"newborn": (0, 0), "pediatric": (0, 17), "adult": (15, 124)}
MATERNITY = (9, 64)
# Examinations of the first month, by days of age: the first and the last.
IN_DAYS = {"Z00.110": (0, 7), "Z00.111": (8, 28), "Z00.121": (29, None), "Z00.129": (29, None)}

diagnosis_age = Check(
    id="diagnosis-age",
    family="demographic",
    title="The patient's age is outside the diagnosis's",
    authority="CMS I/OCE edit 2; Medicare Code Editor, edit 4 (age conflict)",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=(noted(lambda row: row.age in GROUPS),),
    denial=Denial("CO", "9"),
)
maternity_age = Check(
    id="maternity-age",
    family="demographic",
    title="A code of pregnancy or childbirth outside the ages 9 to 64",
    authority="CMS I/OCE edit 2; Medicare Code Editor, edit 4 (age conflict, maternity 9-64)",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=(noted(lambda row: row.age == "maternity"),),
    denial=Denial("CO", "9"),
)
exam_age = Check(
    id="exam-age-in-days",
    family="demographic",
    title="The examination of an infant is of another age in days",
    authority=f"{GUIDELINES}, I.C.21.c.13; the titles of Z00.110, Z00.111 and Z00.12",
    severity=Severity.WARNING,
    when=(diagnosed(*IN_DAYS),),
    denial=Denial("CO", "9"),
)


@diagnosis_age.review
def outside_the_group(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Whole years on the first day; before birth is the family dates'."""
    if is_stay(case.claim):
        return
    for entry, row in known(case, codesets):
        group = GROUPS.get(row.age)
        if group is None:
            continue
        age = case.claim.patient.age_on(_day(case))
        if age is None:
            yield diagnosis_age.not_evaluated("the patient's date of birth")
            return
        if age >= 0 and not group[0] <= age <= group[1]:
            yield diagnosis_age.finding(
                None,
                f"{entry.code} is for ages {group[0]} to {group[1]} ({row.age})",
                codes=(entry.code,),
            )


@maternity_age.review
def outside_the_years_of_birth(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """One finding for all codes: they are wrong together."""
    if is_stay(case.claim):
        return
    codes = [entry.code for entry, row in known(case, codesets) if row.age == "maternity"]
    if not codes:
        return
    age = case.claim.patient.age_on(_day(case))
    if age is None:
        yield maternity_age.not_evaluated("the patient's date of birth")
        return
    first, last = MATERNITY
    if age >= 0 and not first <= age <= last:
        yield maternity_age.finding(
            None,
            f"{', '.join(codes)}: codes of pregnancy are for ages {first} to {last}",
            codes=codes,
        )


@exam_age.review
def of_other_days(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Within the first year only; later `diagnosis-age` says it."""
    codes = [c for c in listed(case).every if c.code in IN_DAYS]
    if not codes:
        return
    born = case.claim.patient.birth_date
    if born is None:
        yield exam_age.not_evaluated("the patient's date of birth")
        return
    days = (_day(case) - born).days
    if not 0 <= days < 365:
        return
    for coded in codes:
        first, last = IN_DAYS[coded.code]
        if days < first or (last is not None and days > last):
            until = f"to {last}" if last is not None else "and over"
            yield exam_age.finding(
                None,
                f"{coded.entry.code} is for {first} {until} days of age",
                codes=(coded.entry.code,),
            )


def _day(case: Case) -> date:
    return case.claim.service_from or case.as_of
