"""The claim's total against its lines.

Authority: ASC X12 005010X222A1 and X223A2, loop 2300, CLM02: the total equals the sum of the
line charges (SV102, SV203), to which the line 0001, itself a total, does not belong. A wrong total
may hide a dropped line: where a line was changed after the total was computed, or the source
cannot say, nothing is repaired.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.findings import Class, Denial, Finding, Repair, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Change, Claim, money
from bots.codesets import CodeSets

_CLM02 = "005010X222A1 and X223A2, loop 2300, CLM02"

total_missing = Check(
    id="total-missing",
    family="totals",
    title="The claim has no total charge",
    authority=_CLM02,
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "M54"),
)
above = Check(
    id="total-above-lines",
    family="totals",
    title="The total is more than the lines, none of which was changed",
    authority=_CLM02,
    severity=Severity.ERROR,
    at_most=Class.AUTO,
    when=(Mark.SUM,),
    denial=Denial("CO", "16", "M54"),
)
below = Check(
    id="total-below-lines",
    family="totals",
    title="The total is less than the lines, none of which was changed",
    authority=_CLM02,
    severity=Severity.ERROR,
    at_most=Class.PROPOSE,
    when=(Mark.SUM,),
    denial=Denial("CO", "16", "M54"),
)
after_edit = Check(
    id="total-after-edit",
    family="totals",
    title="The total is not the sum of lines that were changed, or may have been",
    authority=_CLM02,
    severity=Severity.ERROR,
    when=(Mark.SUM,),
    denial=Denial("CO", "16", "M54"),
)
negative = Check(
    id="negative-charge",
    family="totals",
    title="A line charge is below zero",
    authority="005010X222A1, loop 2400, SV102; X223A2, loop 2400, SV203",
    severity=Severity.ERROR,
    when=(Mark.SUM,),
    denial=Denial("CO", "16", "M79"),
)
noncovered = Check(
    id="noncovered-above-charge",
    family="totals",
    title="More is called not covered than the line charges",
    authority="005010X223A2, loop 2400, SV207 and SV203; NUBC UB-04 manual, form locator 48",
    severity=Severity.ERROR,
    when=(Mark.SUM,),
    denial=Denial("CO", "16", "M79"),
)


@total_missing.review
def no_total(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Zero is a total."""
    if case.claim.total_charge is None:
        yield total_missing.finding(None, "The total charge is empty")


@above.review
def total_above_the_lines(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Recalculated, the bill gets smaller."""
    claim = case.claim
    gap = _gap(claim)
    if gap > 0 and claim.lines_edited is False:
        yield above.finding(None, _both(claim), repair=_recalculated(claim))


@below.review
def total_below_the_lines(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Recalculated, the bill gets larger: a person decides."""
    claim = case.claim
    gap = _gap(claim)
    if gap < 0 and claim.lines_edited is False:
        yield below.finding(
            None,
            f"{_both(claim)}; recalculating raises the billed amount by {money(-gap)}",
            repair=_recalculated(claim),
        )


@after_edit.review
def total_of_changed_lines(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A line may be missing: only the encounter tells which side is right."""
    claim = case.claim
    if _gap(claim) and claim.lines_edited is not False:
        why = (
            "a line was changed" if claim.lines_edited else "whether a line was changed is unknown"
        )
        yield after_edit.finding(None, f"{_both(claim)}; {why} after the total was computed")


@negative.review
def charge_below_zero(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A credit is no line of a claim."""
    for line in case.claim.lines:
        if line.charge < 0:
            yield negative.finding(line, f"Line {line.number} charges {money(line.charge)}")


def _gap(claim: Claim) -> Decimal:
    """Total less lines; zero where another check speaks (none, no lines, a negative line)."""
    if claim.total_charge is None or not claim.lines:
        return Decimal(0)
    if any(line.charge < 0 for line in claim.lines):
        return Decimal(0)
    return claim.total_charge - claim.charges


def _both(claim: Claim) -> str:
    total = money(claim.total_charge or Decimal(0))
    return f"The total is {total}; the lines sum to {money(claim.charges)}"


def _recalculated(claim: Claim) -> Repair:
    before = money(claim.total_charge or Decimal(0))
    return Repair((Change("total_charge", None, before, money(claim.charges)),))


@noncovered.review
def more_not_covered_than_charged(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A part, or all of it; never more, and never below zero."""
    for line in case.claim.lines:
        part = line.noncovered_charge
        if part is not None and (part > line.charge or part < 0) and line.charge >= 0:
            yield noncovered.finding(
                line, f"Of {money(line.charge)} charged, {money(part)} is called not covered"
            )
