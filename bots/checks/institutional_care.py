"""Bills of care that is paid by the day or the period: nursing facility, home health, hospice.

Authority: Medicare Claims Processing Manual (Pub. 100-04), ch. 6, section 30 (skilled nursing
facility: a HIPPS code under revenue code 0022), ch. 10, section 40 (home health: 0023), ch. 11,
section 30.3 (hospice: a level of care, its hours, and where it was given), ch. 4, section 231.11
(donor acquisition). A HIPPS code is not a HCPCS code, though it stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import (
    bill_class,
    frequency,
    is_opps,
    revenue_of,
    unless_hidden,
    value_of,
)
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ServiceLine, plain, unit_words
from bots.codesets import CodeSets

_MANUAL = "Medicare Claims Processing Manual (Pub. 100-04)"
_WHEN = (Mark.INSTITUTIONAL, Mark.MEDICARE)
_HIPPS = re.compile(r"[0-9A-Z]{5}")
_HIPPS_LINES = frozenset({"0022", "0023", "0024"})
_HOSPICE = frozenset({"81", "82"})
_ROUTINE, _CONTINUOUS, _RESPITE, _INPATIENT_CARE = "0651", "0652", "0655", "0656"
_LEVELS = frozenset({_ROUTINE, _CONTINUOUS, _RESPITE, _INPATIENT_CARE})
# Value code 61: where the patient lives. G8: where the inpatient unit is.
_WHERE = {_ROUTINE: "61", _CONTINUOUS: "61", _RESPITE: "G8", _INPATIENT_CARE: "G8"}
# Eight hours in units of fifteen minutes; fewer are routine home care.
_CONTINUOUS_UNITS = 32
_TRANSPLANT, _DONOR = "38240", "0815"

hipps_missing = Check(
    id="hipps-code-missing",
    family="institutional",
    title="A nursing facility or home health bill has no HIPPS code",
    authority=f"{_MANUAL}, ch. 6, section 30 and ch. 10, section 40; 42 CFR 413.343 and 484.205",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "16", "N471"),
)
hipps_form = Check(
    id="hipps-code-form",
    family="institutional",
    title="A HIPPS line without a HIPPS code",
    authority=f"{_MANUAL}, ch. 6, section 30; 005010X223A2, SV202-1 (HP)",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "16", "N471"),
)
hipps_days = Check(
    id="hipps-days",
    family="institutional",
    title="The days under the HIPPS codes are not the covered days",
    authority=f"{_MANUAL}, ch. 6, section 30; NUBC UB-04 manual, form locators 39 to 41 (80)",
    severity=Severity.WARNING,
    when=_WHEN,
    denial=Denial("CO", "16", "M53"),
)
no_level = Check(
    id="hospice-level-of-care-missing",
    family="institutional",
    title="A hospice bill has no level of care",
    authority=f"{_MANUAL}, ch. 11, section 30.3; 42 CFR 418.302",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "16", "M50"),
)
few_hours = Check(
    id="hospice-continuous-care-hours",
    family="institutional",
    title="Continuous home care of fewer than eight hours",
    authority=f"42 CFR 418.302(e)(4); {_MANUAL}, ch. 11, section 30.3",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "16", "M53"),
)
no_place = Check(
    id="hospice-place-missing",
    family="institutional",
    title="A hospice bill does not say where the care was given",
    authority=f"{_MANUAL}, ch. 11, section 30.3; "
    "NUBC UB-04 manual, form locators 39 to 41 (61 and G8)",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "16", "M49"),
)
no_donor = Check(
    id="donor-acquisition-missing",
    family="institutional",
    title="A transplant of another's stem cells without the line of donor acquisition",
    authority=f"{_MANUAL}, ch. 4, section 231.11; CMS I/OCE edit 100",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "16", "M50"),
)


@hipps_missing.review
def no_hipps(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """21x that asks for payment: 0022. 32x, the claim of a period (frequency 9, 7): 0023."""
    claim = case.claim
    if not claim.coverage.is_medicare or "21" in claim.condition_codes:
        return
    wanted = _wanted(claim)
    if wanted and claim.lines and not any(revenue_of(line) == wanted for line in claim.lines):
        yield hipps_missing.finding(
            None, f"Type of bill {claim.bill_type} asks for a line {wanted} with a HIPPS code"
        )


@hipps_form.review
def no_hipps_on_its_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Five letters or digits."""
    for line in case.claim.lines if bill_class(case.claim) else ():
        code = line.procedure.strip()
        if revenue_of(line) in _HIPPS_LINES and not _HIPPS.fullmatch(code):
            yield hipps_form.finding(
                line,
                f"Line {line.number}: revenue code {revenue_of(line)} asks for a HIPPS code of "
                "five characters",
                codes=(code,) if code else (),
            )


@hipps_days.review
def other_days_than_covered(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """21x: the units of all lines 0022 against value code 80."""
    claim = case.claim
    covered = value_of(claim, "80")
    lines = [line for line in claim.lines if revenue_of(line) == "0022"]
    if bill_class(claim) != "21" or covered is None or covered.amount is None or not lines:
        return
    days = sum((line.units for line in lines), Decimal(0))
    if days != covered.amount:
        yield hipps_days.finding(
            lines,
            f"{plain(days)} days under HIPPS codes; value code 80 counts {plain(covered.amount)}",
        )


@no_level.review
def hospice_without_level(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Claims, not notices: frequency 1 to 4 and 7."""
    claim = case.claim
    if not _is_hospice_claim(claim) or any(revenue_of(line) in _LEVELS for line in claim.lines):
        return
    if claim.lines:
        yield no_level.finding(None, "No line 0651, 0652, 0655 or 0656 gives a level of care")


@few_hours.review
def continuous_for_a_while(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A line is a day; its units are fifteen minutes."""
    for line in case.claim.lines if _is_hospice_claim(case.claim) else ():
        if revenue_of(line) == _CONTINUOUS and line.units < _CONTINUOUS_UNITS:
            yield few_hours.finding(
                line,
                f"Line {line.number}: {unit_words(line.units)} of fifteen minutes; continuous "
                f"home care has at least {_CONTINUOUS_UNITS} a day",
            )


@no_place.review
def care_somewhere(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """61 for care at home, G8 for care in a unit; either is a CBSA code as an amount."""
    claim = case.claim
    if not _is_hospice_claim(claim):
        return
    levels = {revenue_of(line) for line in claim.lines} & _LEVELS
    for code in sorted({_WHERE[level] for level in levels}):
        if value_of(claim, code) is None:
            where = "at home" if code == "61" else "in a unit"
            found = no_place.finding(
                None, f"Care {where} asks for value code {code}", codes=(code,)
            )
            yield unless_hidden(found, claim, "values")


@no_donor.review
def transplant_without_donor(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """All costs of search and acquisition stand on one line of the transplant's own claim."""
    claim = case.claim
    lines: list[ServiceLine] = [line for line in claim.lines if line.procedure == _TRANSPLANT]
    if not is_opps(claim) or not lines:
        return
    if not any(revenue_of(line) == _DONOR for line in claim.lines):
        yield no_donor.finding(lines, f"{_TRANSPLANT} without a line under revenue code {_DONOR}")


def _wanted(claim: Claim) -> str:
    kind, third = bill_class(claim), frequency(claim)
    if kind == "21" and third in {"1", "2", "3", "4", "7"}:
        return "0022"
    return "0023" if kind == "32" and third in {"7", "9"} else ""


def _is_hospice_claim(claim: Claim) -> bool:
    if not claim.coverage.is_medicare or bill_class(claim) not in _HOSPICE:
        return False
    return frequency(claim) in {"1", "2", "3", "4", "7"}
