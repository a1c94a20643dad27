"""Units above the medically unlikely edit, for a line and for the day.

Authority: CMS NCCI Policy Manual, ch. I, section V (medically unlikely edits) and the quarterly
MUE files. Adjudication indicator 1 counts one line; 2 and 3 count all lines of the code that
the provider bills for the day, on other claims too where the source shows them. A code
without a row has no published limit. A line with 50 counts the one unit that it is billed with
(MLN Matters SE1422: the value of such a code is for 50 with one unit). A supplier is held against
the DME table. Units are never changed by the bot, and no line split.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, lines_beside, performer_of, severity_under_ncci
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.ncci_ptp import ANATOMIC
from bots.checks.needs import ncci_side
from bots.claims import Case, ServiceLine, plain, unit_words
from bots.codesets import CodeSets, Mue, Table

_LINE = "1"
_DAY = {"2": "by policy", "3": "by clinical benchmark"}
_DENIAL = Denial("CO", "151", "N362")
# What says that a second line of a code is another service, not more of the first.
_APART = ANATOMIC | {"50", "59", "76", "77", "91", "XE", "XP", "XS", "XU", "JW"}

line_units = Check(
    id="mue-line",
    family="mue",
    title="Units exceed the medically unlikely edit for the line",
    authority="CMS NCCI Policy Manual, ch. I, section V (adjudication indicator 1)",
    severity=Severity.ERROR,
    needs=("mue",),
    when=(Mark.OVER,),
    denial=_DENIAL,
)

day_units = Check(
    id="mue-day",
    family="mue",
    title="Units exceed the medically unlikely edit for the day",
    authority="CMS NCCI Policy Manual, ch. I, section V (adjudication indicators 2 and 3)",
    severity=Severity.ERROR,
    needs=("mue",),
    when=(Mark.OVER | Mark.SAME_CODE | Mark.NEAR,),
    denial=_DENIAL,
)

split_lines = Check(
    id="mue-split-lines",
    family="mue",
    title="Units above the line's edit on two lines, and no modifier says why",
    authority="CMS NCCI Policy Manual, ch. I, section V (adjudication indicator 1)",
    severity=Severity.WARNING,
    needs=("mue",),
    when=(Mark.SAME_CODE,),
    denial=_DENIAL,
)


@line_units.review
def units_above_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where no MUE binds the claim or the code has none."""
    table = mue_table(case, codesets)
    if table is None:
        return
    for line, day in coded_lines(case.claim):
        mue = table.find(line.procedure, on=day)
        if mue and mue.indicator == _LINE and units_a_day(line) > mue.units:
            yield line_units.finding(
                line,
                f"{unit_words(units_a_day(line))} of {line.procedure}; "
                f"the MUE is {mue.units} a line",
                severity=severity_under_ncci(case, codesets, day),
            )


@day_units.review
def units_above_in_the_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Sums this claim and the others that count; silent where only they are above."""
    table = mue_table(case, codesets)
    if table is None:
        return
    billed: dict[tuple[str, date, str], list[ServiceLine]] = {}
    for line, day in coded_lines(case.claim):
        who = performer_of(case.claim, line)
        billed.setdefault((line.procedure, day, who), []).append(line)
    limits = {
        key: mue
        for key in billed
        if (mue := table.find(key[0], on=key[1])) and mue.indicator in _DAY
    }
    if not limits:
        return
    elsewhere: dict[tuple[str, date, str], Decimal] = {}
    for beside in lines_beside(case):
        key = (beside.line.procedure, beside.day, beside.performer)
        elsewhere[key] = elsewhere.get(key, Decimal(0)) + units_a_day(beside.line)
    for key, mue in limits.items():
        others = elsewhere.get(key, Decimal(0))
        total = sum((units_a_day(line) for line in billed[key]), others)
        if total > mue.units and total > others:
            code, day, _ = key
            with_others = f", {plain(others)} of them on other claims" if others else ""
            yield day_units.finding(
                billed[key],
                f"{unit_words(total)} of {code} on {day.isoformat()}{with_others}; "
                f"the MUE is {mue.units} a day, {_DAY[mue.indicator]}",
                codes=(code,),
                severity=severity_under_ncci(case, codesets, day),
            )


@split_lines.review
def units_spread_over_lines(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicator 1 only. Silent where every line but one carries a modifier that sets it apart."""
    table = mue_table(case, codesets)
    if table is None:
        return
    billed: dict[tuple[str, date, str], list[ServiceLine]] = {}
    for line, day in coded_lines(case.claim):
        who = performer_of(case.claim, line)
        billed.setdefault((line.procedure, day, who), []).append(line)
    for (code, day, _), lines in billed.items():
        plain_lines = [line for line in lines if _APART.isdisjoint(line.modifiers)]
        if len(plain_lines) < 2:
            continue
        mue = table.find(code, on=day)
        units = sum((units_a_day(line) for line in plain_lines), Decimal(0))
        if mue is None or mue.indicator != _LINE or units <= mue.units:
            continue
        if any(units_a_day(line) > mue.units for line in plain_lines):
            continue
        yield split_lines.finding(
            plain_lines,
            f"{unit_words(units)} of {code} on {len(plain_lines)} lines without a modifier that "
            f"sets them apart; the MUE is {mue.units} a line",
            codes=(code,),
        )


def mue_table(case: Case, codesets: CodeSets) -> Table[Mue] | None:
    """The MUE table of the claim's side; None where no MUE binds such a claim."""
    match ncci_side(case):
        case "practitioner":
            return codesets.mue_practitioner
        case "outpatient":
            return codesets.mue_outpatient
        case "supplier":
            return codesets.mue_dme
        case _:
            return None


def units_a_day(line: ServiceLine) -> Decimal:
    """The line's units; over a span of dates, their share of one day, rounded (section V)."""
    if line.service_date is None or line.service_date_end is None:
        return line.units
    days = (line.service_date_end - line.service_date).days + 1
    if days <= 1:
        return line.units
    return (line.units / days).quantize(Decimal(1), rounding=ROUND_HALF_UP)
