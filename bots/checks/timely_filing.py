"""Claims filed after the payer's limit.

Authority: 42 CFR 424.44 (Medicare: one calendar year after the date of service; a service of
February 29 until February 28, Medicare Claims Processing Manual, ch. 1, 70.1); other payers
by their own rule. The limit runs from the From date of a professional claim and from the
Through date of an institutional one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ClaimType
from bots.codesets import CodeSets

late = Check(
    id="timely-filing",
    family="timely-filing",
    title="The claim is filed after the payer's limit",
    authority="42 CFR 424.44(a)(1); Medicare Claims Processing Manual, ch. 1, 70",
    severity=Severity.ERROR,
    when=(Mark.LATE | Mark.NOT_FIRST,),
    denial=Denial("CO", "29"),
)


@late.review
def filed_late(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Filed is the day of submission, or, not yet sent, the day on which it is judged.

    A void gives money back and is never late; a replacement has the payer's own limit for one,
    and Medicare's year like any claim. The exceptions of 42 CFR 424.44(b), a retroactive
    entitlement among them, are not evaluated: they rest on letters, not on the claim.
    """
    claim = case.claim
    served = claim.service_from if claim.type is ClaimType.PROFESSIONAL else claim.service_through
    if served is None:
        yield late.not_evaluated("the date of service")
        return
    if _is_false_on_its_face(claim, served) or claim.frequency_code == "8":
        return
    last = last_day_to_file(claim, served, codesets)
    if isinstance(last, str):
        yield late.not_evaluated(last)
        return
    filed = claim.submitted_on or case.as_of
    if filed > last:
        yield late.finding(
            None,
            f"Service of {served.isoformat()} could be filed until {last.isoformat()}; "
            f"filed {filed.isoformat()}, {(filed - last).days} days late",
        )


def last_day_to_file(claim: Claim, served: date, codesets: CodeSets) -> date | str:
    """The last day for filing, or in words what is missing to know it."""
    coverage = claim.coverage
    replaces = claim.frequency_code == "7" and bool(claim.original_reference.strip())
    name = "timely_filing_days"
    if replaces and not coverage.is_medicare:
        name = "corrected_filing_days"
    return _last_day(coverage.payer_id, name, served, codesets, is_medicare=coverage.is_medicare)


@lru_cache(20_000)
def _last_day(
    payer: str, name: str, served: date, codesets: CodeSets, *, is_medicare: bool
) -> date | str:
    table = codesets.payer_rule
    rule = table.find(payer, name, on=served) if table else None
    if rule is not None:
        if not rule.value.isdecimal() or len(rule.value) > 4:
            return f"payer_rule: {name} of {payer} is no number of days"
        return _days_after(served, int(rule.value))
    if is_medicare:
        return _a_calendar_year_after(served)
    return f"payer_rule: {name} of payer {payer or '(empty)'}"


def _days_after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:  # a year typed as 9999
        return date.max


def _a_calendar_year_after(day: date) -> date:
    if day.year == date.max.year:
        return date.max
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)


def _is_false_on_its_face(claim: Claim, served: date) -> bool:
    """A date before birth is the family dates' finding; its lateness says nothing."""
    born = claim.patient.birth_date
    return born is not None and served < born
