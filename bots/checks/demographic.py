"""Sex and age that a code expects and the patient does not have.

Authority: the codes' own definitions, the CMS Integrated Outpatient Code Editor's edits 3
(diagnosis and sex), 7 (procedure and age) and 8 (procedure and sex), and the Medicare Code
Editor. All are warnings: modifier KX (professional) or condition code 45 (institutional) lifts a
sex edit (Medicare Claims Processing Manual, ch. 32, 240), and the Medicare Code Editor's sex
conflict ended with the discharges of 2024-09-30, after which a stay is only informed. Sex unknown
is not evaluated where a code asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import Concern, Group, defined, noted
from bots.checks.diagnosis_list import day_of, is_stay, known
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ClaimType, Diagnosis, ServiceLine, Sex
from bots.codesets import CodeSets

_NO_LONGER = date(2024, 10, 1)
_LIFTED = "Medicare Claims Processing Manual, ch. 32, 240"

# Of a code of one sex and a patient of the other both sides of each pair are true.
_PROCEDURE_OF = (
    defined(lambda row: row.sex == Sex.FEMALE), defined(lambda row: row.sex == Sex.MALE),
)  # fmt: skip
_DIAGNOSIS_OF = noted(lambda row: row.sex == Sex.FEMALE), noted(lambda row: row.sex == Sex.MALE)


def _of_the_other(female: Concern, male: Concern) -> tuple[Group, ...]:
    return (
        female | male,
        female | Mark.FEMALE,
        male | Mark.MALE,
    )


procedure_sex = Check(
    id="procedure-sex",
    family="demographic",
    title="The procedure is of the other sex",
    authority=f"CMS I/OCE edit 8 (procedure and sex conflict); {_LIFTED}",
    severity=Severity.WARNING,
    needs=("procedure",),
    when=_of_the_other(*_PROCEDURE_OF),
    denial=Denial("CO", "7"),
)
diagnosis_sex = Check(
    id="diagnosis-sex",
    family="demographic",
    title="The diagnosis is of the other sex",
    authority=f"CMS I/OCE edit 3; Medicare Code Editor, sex conflict (to 2024-09-30); {_LIFTED}",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=_of_the_other(*_DIAGNOSIS_OF),
    denial=Denial("CO", "10"),
)
maternity_sex = Check(
    id="maternity-sex",
    family="demographic",
    title="A code of pregnancy or childbirth on a claim for a man",
    authority=f"ICD-10-CM Official Guidelines FY2026, I.C.15; {_LIFTED}",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=(noted(lambda row: row.maternity), Mark.MALE),
    denial=Denial("CO", "10"),
)
procedure_age = Check(
    id="procedure-age",
    family="demographic",
    title="The patient's age is outside the procedure's",
    authority="The age in the code's definition (45 CFR 162.1002(c)); CMS I/OCE edit 7",
    severity=Severity.WARNING,
    needs=("procedure",),
    when=(defined(lambda row: row.age_from is not None or row.age_to is not None),),
    denial=Denial("CO", "6"),
)


@procedure_sex.review
def procedure_of_the_other_sex(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Lifted by KX on the line or condition code 45 on the claim."""
    assert codesets.procedure is not None
    claim = case.claim
    for line in claim.lines:
        row = codesets.procedure.find(line.procedure, on=line.service_date or case.as_of)
        if row is None or not row.sex or _is_lifted(claim, line):
            continue
        if claim.patient.sex is Sex.UNKNOWN:
            yield procedure_sex.not_evaluated("the patient's sex")
            return
        if claim.patient.sex != row.sex:
            yield procedure_sex.finding(
                line,
                f"Line {line.number}: the procedure is {_word(row.sex)}, the patient is not",
            )


@diagnosis_sex.review
def diagnosis_of_the_other_sex(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Codes of chapter 15 are `maternity-sex`'s."""
    claim = case.claim
    for entry, row in known(case, codesets):
        if not row.sex or row.maternity or _all_lifted(claim, entry):
            continue
        if claim.patient.sex is Sex.UNKNOWN:
            yield diagnosis_sex.not_evaluated("the patient's sex")
            return
        if claim.patient.sex != row.sex:
            yield diagnosis_sex.finding(
                None,
                f"{entry.code} is {_word(row.sex)}, the claim's patient is not",
                codes=(entry.code,),
                severity=_severity(case),
            )


@maternity_sex.review
def maternity_of_a_man(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Chapter 15, O00 to O9A."""
    claim = case.claim
    for entry, row in known(case, codesets):
        if not row.maternity or _all_lifted(claim, entry):
            continue
        if claim.patient.sex is Sex.UNKNOWN:
            yield maternity_sex.not_evaluated("the patient's sex")
            return
        if claim.patient.sex is Sex.MALE:
            yield maternity_sex.finding(
                None,
                f"{entry.code} is a code of pregnancy, the claim's patient is male",
                codes=(entry.code,),
                severity=_severity(case),
            )


@procedure_age.review
def age_outside_the_procedures(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Whole years on the date of service; a date before birth is the family dates'."""
    assert codesets.procedure is not None
    for line in case.claim.lines:
        day = line.service_date or case.as_of
        row = codesets.procedure.find(line.procedure, on=day)
        if row is None or (row.age_from is None and row.age_to is None):
            continue
        age = case.claim.patient.age_on(day)
        if age is None:
            yield procedure_age.not_evaluated("the patient's date of birth")
            return
        too_young = row.age_from is not None and 0 <= age < row.age_from
        too_old = row.age_to is not None and age > row.age_to
        if too_young or too_old:
            yield procedure_age.finding(
                line,
                f"Line {line.number}: the procedure is for ages {_ages(row.age_from, row.age_to)}",
            )


def _severity(case: Case) -> Severity:
    """A stay is only informed once the Medicare Code Editor asks for the sex no longer."""
    ended = is_stay(case.claim) and day_of(case) >= _NO_LONGER
    return Severity.INFO if ended else Severity.WARNING


def _is_lifted(claim: Claim, line: ServiceLine) -> bool:
    if claim.type is ClaimType.PROFESSIONAL:
        return "KX" in line.modifiers
    return "45" in claim.condition_codes


def _all_lifted(claim: Claim, entry: Diagnosis) -> bool:
    """Whether every line that the diagnosis stands behind carries the lift."""
    behind = [line for line in claim.lines if entry.position in line.pointers] or claim.lines
    return bool(behind) and all(_is_lifted(claim, line) for line in behind)


def _word(sex: str) -> str:
    return "female" if sex == Sex.FEMALE else "male"


def _ages(first: int | None, last: int | None) -> str:
    if first is None:
        return f"up to {last}"
    return f"{first} and over" if last is None else f"{first} to {last}"
