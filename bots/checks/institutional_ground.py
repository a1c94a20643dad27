"""What an institutional claim says of itself: its type of bill, its days and its codes.

A type of bill has a facility, a classification and a frequency (NUBC UB-04 manual, form locator
4); most rules of institutional billing hold for some of them only. This file reads them; it
holds no check. An 837I gives the first two in CLM05-1 and the frequency in CLM05-3.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from bots.checks.findings import Finding, NotEvaluated, Severity
from bots.checks.forms import is_bill_type
from bots.claims import Case, Claim, ClaimCode, ClaimType, ServiceLine

# Inpatient bills: hospital, swing bed, skilled nursing facility, religious nonmedical.
INPATIENT = frozenset({"11", "18", "21", "41"})
# Bills of an acute stay: what the MCE edits and the MS-DRG grouper groups.
ACUTE = frozenset({"11", "41"})
# Bills of a hospital's outpatient department under OPPS (42 CFR 419.20); 85x is cost paid.
OPPS = frozenset({"12", "13", "14"})
# Hospitals there are not paid under OPPS (42 CFR 419.20(b)).
_NOT_OPPS = frozenset({"MD", "GU", "VI", "AS", "MP"})


def bill_class(claim: Claim) -> str:
    """Facility and classification of a well-formed type of bill ("13"); else empty."""
    return _class_of(claim.bill_type) if claim.type is ClaimType.INSTITUTIONAL else ""


# Asked by every check of the family, and there are few types of bill.
@lru_cache(1024)
def _class_of(bill_type: str) -> str:
    return bill_type.lstrip("0")[:2] if is_bill_type(bill_type) else ""


def frequency(claim: Claim) -> str:
    """The frequency, third character of a well-formed type of bill; else empty."""
    return claim.bill_type[-1] if bill_class(claim) else ""


def is_opps(claim: Claim) -> bool:
    """Whether the bill is a hospital outpatient one to Medicare under OPPS."""
    if not claim.coverage.is_medicare or bill_class(claim) not in OPPS:
        return False
    return claim.facility.state.upper() not in _NOT_OPPS


def medicares(case: Case) -> Severity:
    """The severity of an edit of Medicare's own: error there, warning for another payer."""
    return Severity.ERROR if case.claim.coverage.is_medicare else Severity.WARNING


def revenue_of(line: ServiceLine) -> str:
    """The revenue code in four digits; a screen may leave out the leading zero."""
    return line.revenue


def day_on(claim: Claim, line: ServiceLine) -> date | None:
    """The line's day; where the line has none, the first of the statement."""
    return line.service_date or claim.statement_from


def stay_days(claim: Claim) -> int | None:
    """The days that the statement bills, None where it cannot be told.

    From admission or the statement's first day, whichever is later, to the last; the day of
    discharge counts only if it is that of admission, or if the patient is still there (Medicare
    Benefit Policy Manual, Pub. 100-02, ch. 3, section 20.1).
    """
    start, end = claim.statement_from, claim.statement_through
    if start is None or end is None:
        return None
    if claim.admitted_on is not None:
        start = max(start, claim.admitted_on)
    if end < start:
        return None
    nights = (end - start).days
    return nights + 1 if claim.discharge_status == "30" else max(nights, 1)


def value_of(claim: Claim, code: str) -> ClaimCode | None:
    """The first value code of that name."""
    return next((entry for entry in claim.values if entry.code == code), None)


def occurrence_of(claim: Claim, code: str) -> ClaimCode | None:
    """The first occurrence code of that name."""
    return next((entry for entry in claim.occurrences if entry.code == code), None)


def has_status_of_death(claim: Claim) -> bool:
    """Expired: 20, and 40 to 42 of a hospice."""
    return claim.discharge_status in {"20", "40", "41", "42"}


def unless_hidden(found: Finding, claim: Claim, field: str) -> Finding | NotEvaluated:
    """The finding that a field is empty; not evaluated where the source never shows the field."""
    if field not in claim.not_shown:
        return found
    words = field.replace("_", " ").replace("admitted on", "admission date")
    return NotEvaluated(found.check, f"the {words}, which the claim's source does not show")
