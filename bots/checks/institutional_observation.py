"""Observation hours and how they are billed; payment codes of a health center.

Authority: Medicare Claims Processing Manual (Pub. 100-04), ch. 4, section 290 (observation: hours
are units of G0378, revenue code 0762) and ch. 9 (FQHC); 42 CFR 419.2 and 405.2462; CMS I/OCE
specifications, edits 44, 53, 58, 88 and 90.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.institutional_ground import bill_class, day_on, is_opps, medicares, revenue_of
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ServiceLine, plain
from bots.codesets import CodeSets

_SECTION_290 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 4, section 290"
_HOURS, _DIRECT = "G0378", "G0379"
_OBSERVATION, _GENERAL = "0762", "0760"  # hours stand under either
# Codes of observation care; those of 2023 are shared with inpatient care.
_MAY_STAND_THERE = frozenset({
    "G0378", "G0379", "99217", "99218", "99219", "99220", "99221", "99222", "99223", "99224",
    "99225", "99226", "99231", "99232", "99233", "99234", "99235", "99236", "99238", "99239",
})  # fmt: skip
_COMPREHENSIVE_HOURS = 8
_LONG_HOURS = 48
_FQHC = frozenset({"G0466", "G0467", "G0468", "G0469", "G0470"})
_FQHC_REVENUE = frozenset({"0519", "0521", "0522", "0524", "0525", "0527", "0528", "0900"})

wrong_code = Check(
    id="observation-revenue-code",
    family="institutional",
    title="Another service under the revenue code of observation",
    authority=f"CMS I/OCE edit 44; {_SECTION_290}",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "199"),
)
wrong_revenue = Check(
    id="observation-wrong-revenue-code",
    family="institutional",
    title="Observation hours under another revenue code",
    authority=f"{_SECTION_290}.2.1",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
    denial=Denial("CO", "199"),
)
wrong_bill = Check(
    id="observation-bill-type",
    family="institutional",
    title="Observation hours on a bill that cannot carry them",
    authority=f"CMS I/OCE edit 53; {_SECTION_290}",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
    denial=Denial("CO", "16", "MA30"),
)
no_hours = Check(
    id="observation-direct-without-hours",
    family="institutional",
    title="A direct referral to observation without its hours",
    authority=f"CMS I/OCE edit 58; {_SECTION_290}",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
    denial=Denial("CO", "107"),
)
few_hours = Check(
    id="observation-under-eight-hours",
    family="institutional",
    title="Fewer than eight hours of observation: packaged",
    authority=f"42 CFR 419.2(b); {_SECTION_290}",
    severity=Severity.INFO,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
)
many_hours = Check(
    id="observation-hours-statement",
    family="institutional",
    title="More hours of observation than the statement has",
    authority=f"{_SECTION_290}; NUBC UB-04 manual, form locators 6 and 46",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
    denial=Denial("CO", "16", "M53"),
)
long_stay = Check(
    id="observation-over-48-hours",
    family="institutional",
    title="Observation of more than two days",
    authority="Medicare Benefit Policy Manual (Pub. 100-02), ch. 6, section 20.6",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
    denial=Denial("CO", "152"),
)
no_payment_code = Check(
    id="fqhc-payment-code-missing",
    family="institutional",
    title="A health center's bill has no payment code",
    authority="42 CFR 405.2462; Medicare Claims Processing Manual (Pub. 100-04), ch. 9, "
    "section 60; CMS I/OCE edit 88",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=Denial("CO", "16", "M20"),
)
fqhc_revenue = Check(
    id="fqhc-payment-code-revenue",
    family="institutional",
    title="A health center's payment code under a revenue code that does not go with it",
    authority="Medicare Claims Processing Manual (Pub. 100-04), ch. 9, section 60; "
    "CMS I/OCE edit 90",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=Denial("CO", "199"),
)


@wrong_code.review
def not_observation(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A line under 0762 without a procedure is `revenue-code-needs-procedure`'s, if anyone's."""
    for line in case.claim.lines if bill_class(case.claim) in {"13", "85"} else ():
        code = line.procedure.strip()
        if code and revenue_of(line) == _OBSERVATION and code not in _MAY_STAND_THERE:
            yield wrong_code.finding(
                line,
                f"Line {line.number}: {code} is not observation; 0762 is",
                severity=medicares(case),
            )


@wrong_revenue.review
def observation_elsewhere(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """G0378 only: G0379 may stand under 0516 and others, too."""
    for line in case.claim.lines if bill_class(case.claim) else ():
        revenue = revenue_of(line)
        if line.procedure == _HOURS and revenue not in {"", _OBSERVATION, _GENERAL}:
            yield wrong_revenue.finding(
                line,
                f"Line {line.number}: {_HOURS} under {revenue}; its hours are 0760 or 0762",
                severity=medicares(case),
            )


@wrong_bill.review
def observation_on_another_bill(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only 13x and 85x; an inpatient's own hours are on 11x by revenue code alone."""
    claim = case.claim
    if bill_class(claim) in {"", "13", "85"}:
        return
    lines = [line for line in claim.lines if line.procedure in {_HOURS, _DIRECT}]
    if lines:
        yield wrong_bill.finding(
            lines,
            f"{lines[0].procedure} on type of bill {claim.bill_type}; it goes on 13x and 85x",
            severity=medicares(case),
        )


@no_hours.review
def referral_without_hours(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """On the same claim: hours that begin before midnight bear the day before."""
    lines = case.claim.lines if bill_class(case.claim) in {"13", "85"} else ()
    direct = [line for line in lines if line.procedure == _DIRECT]
    if direct and not any(line.procedure == _HOURS for line in lines):
        yield no_hours.finding(
            direct, f"{_DIRECT} is billed only with {_HOURS}", severity=medicares(case)
        )


@few_hours.review
def packaged_hours(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The comprehensive observation service needs eight; shorter hours are still to be billed."""
    for line in case.claim.lines if is_opps(case.claim) else ():
        if line.procedure == _HOURS and 0 < line.units < _COMPREHENSIVE_HOURS:
            yield few_hours.finding(
                line,
                f"{plain(line.units)} hours of observation; under {_COMPREHENSIVE_HOURS} "
                "they are paid within other services",
            )


@many_hours.review
def more_hours_than_days(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """24 on every day of the statement from the line's own on; several lines are added up."""
    for lines, hours, most in _above_the_days(case.claim):
        start = "its day" if len(lines) == 1 else "the first of these days"
        yield many_hours.finding(
            lines,
            f"{plain(hours)} hours of observation; from {start} to the end of the statement "
            f"there are {most}",
        )


@long_stay.review
def two_days_of_observation(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the hours are more than there are: that is `observation-hours-statement`."""
    lines = _hour_lines(case.claim)
    hours = sum((line.units for line in lines), Decimal(0))
    if is_opps(case.claim) and hours > _LONG_HOURS and not _above_the_days(case.claim):
        yield long_stay.finding(
            lines,
            f"{plain(hours)} hours of observation; a decision is expected within {_LONG_HOURS}",
        )


def _hour_lines(claim: Claim) -> list[ServiceLine]:
    return [line for line in claim.lines if line.procedure == _HOURS]


def _above_the_days(claim: Claim) -> list[tuple[list[ServiceLine], Decimal, int]]:
    """Lines with more hours than there are, each alone or else all together, and both figures.

    Hours of two lines are not of one moment: from the first line's day on there must be room
    for both.
    """
    lines = _hour_lines(claim) if bill_class(claim) else []
    limits = [_hours_there_are(claim, line) for line in lines]
    known = [most for most in limits if most is not None]
    above = [
        ([line], line.units, most)
        for line, most in zip(lines, limits, strict=True)
        if most is not None and line.units > most
    ]
    total = sum((line.units for line in lines), Decimal(0))
    if above or not known or len(known) < len(lines) or total <= max(known):
        return above
    return [(lines, total, max(known))]


def _hours_there_are(claim: Claim, line: ServiceLine) -> int | None:
    """From the line's day to the statement's last; None where the days cannot be told."""
    start, end = day_on(claim, line), claim.statement_through
    if start is None or end is None or end < start:
        return None
    return ((end - start).days + 1) * 24


@no_payment_code.review
def health_center_without_code(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Type of bill 77x; frequency 0 and claims for denial ask for no payment."""
    claim = case.claim
    if not claim.coverage.is_medicare or bill_class(claim) != "77":
        return
    if claim.bill_type.endswith("0") or {"20", "21"}.intersection(claim.condition_codes):
        return
    if claim.lines and not any(line.procedure in _FQHC for line in claim.lines):
        yield no_payment_code.finding(
            None, "Type of bill 77x asks for a payment code G0466 to G0470", codes=sorted(_FQHC)
        )


@fqhc_revenue.review
def payment_code_under_another(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """052x of a clinic visit, 0519 and 0900."""
    claim = case.claim
    if not claim.coverage.is_medicare or bill_class(claim) != "77":
        return
    for line in claim.lines:
        revenue = revenue_of(line)
        if line.procedure in _FQHC and revenue and revenue not in _FQHC_REVENUE:
            yield fqhc_revenue.finding(
                line, f"Line {line.number}: {line.procedure} under revenue code {revenue}"
            )
