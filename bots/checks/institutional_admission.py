"""Type and point of origin of an admission, and what a newborn's bill must say.

Authority: NUBC UB-04 manual, form locators 14, 15 and 39 to 41; Medicare Claims Processing
Manual (Pub. 100-04), ch. 25, section 75; 005010X223A2, CL1. Of a newborn (type 4) the point of
origin is read from a list of its own: 5 born in this hospital, 6 born outside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import INPATIENT, bill_class, unless_hidden, value_of
from bots.checks.marks import Mark
from bots.claims import Case, DiagnosisKind
from bots.codesets import CodeSets

_TYPES = frozenset("123459")
_SOURCES = frozenset("1245689DEFG")
_NEWBORN_SOURCES = frozenset("56")
_NEWBORN = "4"
_NEWBORN_DAYS = 28
_ANY_BILL = "NUBC UB-04 manual, form locator"

type_missing = Check(
    id="admission-type-missing",
    family="institutional",
    title="An inpatient bill has no type of admission",
    authority=f"{_ANY_BILL} 14; 005010X223A2, CL101",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "MA41"),
)
source_missing = Check(
    id="admission-source-missing",
    family="institutional",
    title="An inpatient bill has no point of origin",
    authority=f"{_ANY_BILL} 15; 005010X223A2, CL102",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "MA42"),
)
type_unknown = Check(
    id="admission-type-unknown",
    family="institutional",
    title="No such type of admission",
    authority=f"{_ANY_BILL} 14",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "MA41"),
)
source_unknown = Check(
    id="admission-source-unknown",
    family="institutional",
    title="No such point of origin for this type of admission",
    authority=f"{_ANY_BILL}s 14 and 15",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "MA42"),
)
newborn_age = Check(
    id="newborn-admission-age",
    family="institutional",
    title="A newborn's admission of a patient older than 28 days",
    authority=f"{_ANY_BILL} 14 (4, newborn); ICD-10-CM Official Guidelines FY2026, I.C.16",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "MA41"),
)
newborn_diagnosis = Check(
    id="newborn-principal-diagnosis",
    family="institutional",
    title="A birth in this hospital without Z38 as the principal diagnosis",
    authority="ICD-10-CM Official Guidelines FY2026, I.C.16.a.2; "
    "NUBC UB-04 manual, form locator 15",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "MA63"),
)
birth_weight = Check(
    id="birth-weight-missing",
    family="institutional",
    title="A newborn's bill has no birth weight",
    authority=f"{_ANY_BILL}s 39 to 41 (value code 54)",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M49"),
)


@type_missing.review
def no_type(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Inpatient bills."""
    claim = case.claim
    if bill_class(claim) in INPATIENT and not claim.admission_type.strip():
        yield unless_hidden(
            type_missing.finding(None, "The type of admission is empty"), claim, "admission_type"
        )


@source_missing.review
def no_source(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Inpatient bills."""
    claim = case.claim
    if bill_class(claim) in INPATIENT and not claim.admission_source.strip():
        yield unless_hidden(
            source_missing.finding(None, "The point of origin is empty"), claim, "admission_source"
        )


@type_unknown.review
def type_that_is_none(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """1 to 5 and 9."""
    kind = case.claim.admission_type.strip()
    if bill_class(case.claim) and kind and kind not in _TYPES:
        yield type_unknown.finding(None, f"{kind} is no type of admission", codes=(kind,))


@source_unknown.review
def source_that_is_none(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A newborn's list is its own; 5 and 6 mean something else for all others."""
    claim, source = case.claim, case.claim.admission_source.strip().upper()
    newborn = claim.admission_type.strip() == _NEWBORN
    if not bill_class(claim) or not source:
        return
    if source not in (_NEWBORN_SOURCES if newborn else _SOURCES):
        words = "of a newborn (type 4: only 5 or 6)" if newborn else "of an admission"
        yield source_unknown.finding(
            None, f"{source} is no point of origin {words}", codes=(source,)
        )


@newborn_age.review
def newborn_that_is_none(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """From birth to admission; without a birth date it cannot be told."""
    claim = case.claim
    admitted = claim.admitted_on or claim.statement_from
    if not bill_class(claim) or claim.admission_type.strip() != _NEWBORN or admitted is None:
        return
    born = claim.patient.birth_date
    if born is None:
        yield newborn_age.not_evaluated("the patient's birth date")
    elif admitted - born > timedelta(days=_NEWBORN_DAYS):
        yield newborn_age.finding(
            None,
            f"Type 4 (newborn) and {(admitted - born).days} days from birth to admission; "
            f"the perinatal period is {_NEWBORN_DAYS} days",
        )


@newborn_diagnosis.review
def birth_without_its_code(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only point of origin 5, born in this hospital: Z38 is used once, at birth."""
    claim = case.claim
    newborn = claim.admission_type.strip() == _NEWBORN and claim.admission_source.strip() == "5"
    if bill_class(claim) not in INPATIENT or not newborn:
        return
    principal = next((d for d in claim.diagnoses if d.kind is DiagnosisKind.PRINCIPAL), None)
    if principal is not None and not principal.code.upper().startswith("Z38"):
        yield newborn_diagnosis.finding(
            None,
            f"Born in this hospital, principal diagnosis {principal.code}; "
            "the birth itself is Z38, once",
            codes=(principal.code,),
        )


@birth_weight.review
def no_birth_weight(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Value code 54, in grams."""
    claim = case.claim
    if bill_class(claim) not in INPATIENT or claim.admission_type.strip() != _NEWBORN:
        return
    if value_of(claim, "54") is None:
        yield unless_hidden(
            birth_weight.finding(None, "Type 4 (newborn) without value code 54 (grams)"),
            claim,
            "values",
        )
