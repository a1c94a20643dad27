"""Visits and their additions that are paid by the minute: prolonged, critical care, discharge.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, sections 30.6.7.E (G2212),
30.6.12 (critical care: 99292 from 104 minutes on), 30.6.9.2 and 30.6.13 (discharge); CMS
fee schedule final rule for 2023 (G0316 to G0318); CPT guidelines (99417, 99418, and 99292 by
the midpoint). Where Medicare and CPT count differently, the payer decides; a payer of neither kind
is held to CPT's count, which is the more generous one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.concerns import coded, twice
from bots.checks.day import professional_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine, plain, unit_words
from bots.codesets import CodeSets

_CHAPTER_12 = "Pub. 100-04, ch. 12"
_WHEN = (Mark.PROFESSIONAL, Mark.EM, Mark.DOCUMENTED)
# From how many minutes of the day on the first unit is billed, by prolonged code and visit.
_PROLONGED: Mapping[str, Mapping[str, int]] = {
    "G2212": {"99205": 89, "99215": 69},
    "99417": {"99205": 75, "99215": 55, "99245": 70, "99345": 90, "99350": 75},
    "99418": {
        "99223": 90, "99233": 65, "99236": 100, "99255": 95, "99306": 65, "99310": 60,
    },
    "G0316": {"99223": 90, "99233": 65},
}  # fmt: skip
# The time of these runs over days around the visit, so the visit's own minutes prove nothing.
_OVER_DAYS = {
    "G2212": {"99483"},
    "G0316": {"99236"},
    "G0317": {"99306", "99310"},
    "G0318": {"99345", "99350"},
}
_OF_ONE_TIME = (("99417", "G2212"), ("99418", "G0316"), ("99418", "G0317"), ("99417", "G0318"))
_ADDED_MINUTES = 15
_CRITICAL, _MORE_CRITICAL = "99291", "99292"
_FIRST_CRITICAL, _FIRST_CRITICAL_ENDS = 30, 74
_LONG_DISCHARGE = {"99239", "99316"}
_LONG_DISCHARGE_FROM = 31

prolonged = Check(
    id="em-prolonged-minutes",
    family="em",
    title="Prolonged service beyond the minutes of the record",
    authority=f"{_CHAPTER_12}, section 30.6.7.E; CMS physician fee schedule final rule for 2023",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, coded({*_PROLONGED, *_OVER_DAYS}), Mark.DOCUMENTED),
    denial=Denial("CO", "152"),
)

prolonged_twice = Check(
    id="em-prolonged-twice",
    family="em",
    title="One prolonged time billed by two codes",
    authority=f"{_CHAPTER_12}, section 30.6.7.E",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, twice(coded({code for pair in _OF_ONE_TIME for code in pair}))),
    denial=Denial("CO", "97", "M80"),
)

critical = Check(
    id="em-critical-care-minutes",
    family="em",
    title="Critical care beyond the minutes of the record",
    authority=f"{_CHAPTER_12}, sections 30.6.12 and 30.6.12.5",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, coded({_CRITICAL, _MORE_CRITICAL}), Mark.DOCUMENTED),
    denial=Denial("CO", "152"),
)

discharge = Check(
    id="em-discharge-minutes",
    family="em",
    title="A long discharge without more than thirty minutes in the record",
    authority=f"{_CHAPTER_12}, sections 30.6.9.2 and 30.6.13",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, coded(_LONG_DISCHARGE), Mark.DOCUMENTED),
    denial=Denial("CO", "152"),
)


@prolonged.review
def more_than_the_visits_minutes(
    case: Case, codesets: CodeSets
) -> Iterator[Finding | NotEvaluated]:
    """The base must stand on the same claim: a prolonged code alone is the add-on family's."""
    missing = False
    for line, day in professional_lines(case):
        bases = _PROLONGED.get(line.procedure, {})
        billed = [other.procedure for other, on in professional_lines(case) if on == day]
        missing = missing or _runs_over_days(line.procedure, billed)
        base = next((code for code in billed if code in bases), None)
        if base is None:
            continue
        minutes, quote = minutes_of_the_day(case, day, (base, line.procedure))
        if minutes is None:
            missing = True
            continue
        from_ = bases[base]
        allowed = max((minutes - from_) // _ADDED_MINUTES + 1, 0)
        if line.units > allowed:
            yield prolonged.finding(
                line,
                f"{unit_words(line.units)} of {line.procedure} with {base} on "
                f"{day.isoformat()}; the first begins at {from_} minutes, and {minutes} are "
                f"documented, which is {unit_words(Decimal(allowed))}",
                quote=quote,
            )
    if missing:
        yield prolonged.not_evaluated("the minutes of the visit")


def _runs_over_days(code: str, billed: list[str]) -> bool:
    return not _OVER_DAYS.get(code, set()).isdisjoint(billed)


@prolonged_twice.review
def two_codes_for_one_time(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare's code and CPT's are two names of the same minutes."""
    by_day: dict[date, dict[str, ServiceLine]] = {}
    for line, day in professional_lines(case):
        by_day.setdefault(day, {})[line.procedure] = line
    for day, lines in by_day.items():
        for one, other in _OF_ONE_TIME:
            if one in lines and other in lines:
                yield prolonged_twice.finding(
                    [lines[one], lines[other]],
                    f"{one} and {other} of {day.isoformat()} are codes for the same minutes",
                )


@critical.review
def critical_care_time(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Thirty minutes for the first code; for the second, what the payer counts."""
    missing = False
    lines: dict[date, list[ServiceLine]] = {}
    for line, day in professional_lines(case):
        if line.procedure in (_CRITICAL, _MORE_CRITICAL):
            lines.setdefault(day, []).append(line)
    for day, billed in lines.items():
        minutes, quote = minutes_of_the_day(case, day, (_CRITICAL, _MORE_CRITICAL))
        if minutes is None:
            missing = True
            continue
        more = sum(
            (entry.units for entry in billed if entry.procedure == _MORE_CRITICAL), Decimal(0)
        )
        allowed = more_critical_units(minutes, medicare=case.claim.coverage.is_medicare)
        if minutes < _FIRST_CRITICAL:
            yield critical.finding(
                billed,
                f"critical care of {day.isoformat()} begins at {_FIRST_CRITICAL} minutes; "
                f"{minutes} are documented",
                quote=quote,
            )
        elif more > allowed:
            yield critical.finding(
                [entry for entry in billed if entry.procedure == _MORE_CRITICAL],
                f"{unit_words(more)} of {_MORE_CRITICAL} on {day.isoformat()}; {minutes} minutes "
                f"are documented, which is {plain(Decimal(allowed))}",
                quote=quote,
            )
    if missing:
        yield critical.not_evaluated("the minutes of critical care")


@discharge.review
def discharge_time(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Thirty minutes and fewer are the shorter code's."""
    missing = False
    for line, day in professional_lines(case):
        if line.procedure not in _LONG_DISCHARGE:
            continue
        minutes, quote = minutes_of_the_day(case, day, (line.procedure,))
        if minutes is None:
            missing = True
        elif minutes < _LONG_DISCHARGE_FROM:
            yield discharge.finding(
                line,
                f"{line.procedure} of {day.isoformat()} is for more than 30 minutes; {minutes} "
                "are documented",
                quote=quote,
            )
    if missing:
        yield discharge.not_evaluated("the minutes of the discharge")


def more_critical_units(minutes: int, *, medicare: bool) -> int:
    """Units of the further half hours: whole ones for Medicare, from the midpoint for CPT."""
    beyond = minutes - _FIRST_CRITICAL_ENDS
    if beyond <= 0:
        return 0
    return beyond // 30 if medicare else (beyond + 29) // 30


def minutes_of_the_day(
    case: Case, day: date, codes: tuple[str, ...]
) -> tuple[int | None, list[str]]:
    """The signed minutes of a day for these codes, and the entries that state them.

    Entries of the procedure log for the codes count where they state minutes; else the signed
    visits of the day.
    """
    assert case.documentation is not None
    entries = [
        entry
        for entry in case.documentation.procedures
        if entry.code in codes and entry.performed_on == day and entry.signed
    ]
    stated = [(entry.number, entry.minutes) for entry in entries if entry.minutes is not None]
    if not stated:
        stated = [
            (visit.number, visit.minutes)
            for visit in case.documentation.visits
            if visit.seen_on == day and visit.signed and visit.minutes is not None
        ]
    if not stated:
        return None, []
    return sum(minutes for _, minutes in stated), [number for number, _ in stated]
