"""Units of a drug against the record: what was given, and what was thrown away.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 17, sections 40 (discarded
drugs, JW) and 70 (billing units); 42 CFR 424.5(a)(6). More units than were given are the check
unsupported-units'; whether JW or JZ stands where it must is the family modifier's. The record
counts in billing units; a discarded part of a unit is billed as a whole one at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing
from bots.checks.day import coded_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Administration, Case, ServiceLine, plain, unit_words
from bots.codesets import CodeSets

_DISCARDED = "JW"
_CHAPTER_17 = "Pub. 100-04, ch. 17"

waste_above = Check(
    id="drug-waste-above",
    family="units",
    title="More discarded units billed than the record shows",
    authority=f"{_CHAPTER_17}, section 40; 42 CFR 424.5(a)(6)",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(bearing("JW"), Mark.DOCUMENTED),
    denial=Denial("CO", "151"),
)

waste_below = Check(
    id="drug-waste-below",
    family="units",
    title="Fewer discarded units billed than the record shows",
    authority=f"{_CHAPTER_17}, section 40",
    severity=Severity.INFO,
    needs=("documentation",),
    when=(bearing("JW"), Mark.DOCUMENTED),
)

given_below = Check(
    id="drug-units-below",
    family="units",
    title="Fewer units of a drug billed than the record shows as given",
    authority=f"{_CHAPTER_17}, section 70; 42 CFR 424.5(a)(6)",
    severity=Severity.INFO,
    needs=("documentation",),
    when=(Mark.DOCUMENTED,),
)


@waste_above.review
def more_than_was_discarded(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Unanswered where no signed entry of the drug states what was discarded."""
    unknown = False
    for (code, day), lines in _billed(case, discarded=True).items():
        wasted, entries = _wasted(case, code, day)
        if wasted is None:
            unknown = True
            continue
        billed = _units(lines)
        if billed > wasted.to_integral_value(ROUND_CEILING):
            yield waste_above.finding(
                lines,
                f"{unit_words(billed)} of {code} as discarded on {day.isoformat()}; the record "
                f"shows {plain(wasted)}",
                quote=[entry.number for entry in entries],
            )
    if unknown:
        yield waste_above.not_evaluated("the discarded amount of the drug")


@waste_below.review
def less_than_was_discarded(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Whole units only; the bot never adds one."""
    unknown = False
    for (code, day), lines in _billed(case, discarded=True).items():
        wasted, entries = _wasted(case, code, day)
        if wasted is None:
            unknown = True
            continue
        billed = _units(lines)
        if billed < wasted.to_integral_value(ROUND_FLOOR):
            yield waste_below.finding(
                lines,
                f"{unit_words(billed)} of {code} as discarded on {day.isoformat()}; the record "
                f"shows {plain(wasted)}",
                quote=[entry.number for entry in entries],
            )
    if unknown:
        yield waste_below.not_evaluated("the discarded amount of the drug")


@given_below.review
def less_than_was_given(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only drugs of the medication record that the claim bills at all."""
    for (code, day), lines in _billed(case, discarded=False).items():
        entries = _entries(case, code, day, max(_last(line, day) for line in lines))
        given = sum((entry.units for entry in entries), Decimal(0))
        billed = _units(lines)
        if entries and billed < given.to_integral_value(ROUND_FLOOR):
            yield given_below.finding(
                lines,
                f"{unit_words(billed)} of {code} on {day.isoformat()}; {plain(given)} were given",
                quote=[entry.number for entry in entries],
            )


def _billed(case: Case, *, discarded: bool) -> dict[tuple[str, date], list[ServiceLine]]:
    found: dict[tuple[str, date], list[ServiceLine]] = {}
    for line, day in coded_lines(case.claim):
        if (_DISCARDED in line.modifiers) is discarded:
            found.setdefault((line.procedure, day), []).append(line)
    return found


def _units(lines: list[ServiceLine]) -> Decimal:
    return sum((line.units for line in lines), Decimal(0))


def _last(line: ServiceLine, day: date) -> date:
    return max(day, line.service_date_end or day)


def _entries(case: Case, code: str, first: date, last: date) -> list[Administration]:
    assert case.documentation is not None
    return [
        entry
        for entry in case.documentation.administrations
        if entry.code == code and entry.signed and first <= entry.given_on <= last
    ]


def _wasted(case: Case, code: str, day: date) -> tuple[Decimal | None, list[Administration]]:
    """What the signed entries of a day say was discarded; None where none says anything."""
    entries = [e for e in _entries(case, code, day, day) if e.wasted is not None]
    if not entries:
        return None, []
    return sum((entry.wasted or Decimal(0) for entry in entries), Decimal(0)), entries
