"""Services that are counted in minutes: units against the minutes of the record.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 5, sections 20.2.B and 20.2.C
(timed therapy codes; the total of the day's timed minutes gives its units, eight minutes for the
first and 23, 38, 53 ... for the next); CPT guidelines on time (each code by itself, attained
at the midpoint). Which rule a payer follows is its own to say: `timed_rule` of `office_rule`;
Medicare follows its manual. A payer of whom nothing is known is held to the more generous count.
Minutes come from the signed entries of the procedure log and are never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.clock import minutes_together
from bots.checks.day import coded_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.checks.office import rules_of
from bots.claims import Case, ServiceLine, plain, unit_words
from bots.codesets import CodeSets

# Therapy codes of fifteen minutes (Pub. 100-04, ch. 5, section 20.2.B; the annual therapy list).
FIFTEEN_MINUTES = frozenset(
    [
        "97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124",
        "97129", "97130", "97140", "97530", "97533", "97535", "97537", "97542", "97750", "97755",
        "97760", "97761", "97763",
    ]
)  # fmt: skip
_DISCIPLINES = ("GP", "GO", "GN")
_UNIT, _HALF = 15, 7
# Codes of one unit by their least minutes (CPT: a time is attained at its midpoint).
_LEAST = {
    "90832": 16, "90833": 16, "90834": 38, "90836": 38, "90837": 53, "90838": 53,
    "99406": 4, "99407": 11, "99497": 16, "96116": 31, "96130": 31, "96132": 31,
    "99490": 20, "99491": 30, "99424": 30, "99426": 30, "99437": 30, "99439": 20,
}  # fmt: skip
_EIGHT, _MIDPOINT = "8-minute", "midpoint"
_THERAPY = (Mark.THERAPY, Mark.DOCUMENTED)
_TIMES = "the minutes of each timed entry"

above = Check(
    id="timed-units-above",
    family="units",
    title="More timed units than the day's minutes make",
    authority="Pub. 100-04, ch. 5, section 20.2.C; 42 CFR 424.5(a)(6)",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=_THERAPY,
    denial=Denial("CO", "151"),
)

below = Check(
    id="timed-units-below",
    family="units",
    title="Fewer timed units than the day's minutes make",
    authority="Pub. 100-04, ch. 5, section 20.2.C",
    severity=Severity.INFO,
    needs=("documentation",),
    when=_THERAPY,
)

too_short = Check(
    id="timed-code-minutes",
    family="units",
    title="A code that begins at a number of minutes, and a record of fewer",
    authority="CPT guidelines on time; 42 CFR 424.5(a)(6)",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.EM | Mark.MEDICINE, Mark.DOCUMENTED),
    denial=Denial("CO", "152"),
)


@dataclass(frozen=True, slots=True)
class Day:
    """The timed lines of one day and discipline, with the minutes that the record states.

    `minutes` by code holds the codes of the record, billed or not.
    """

    on: date
    lines: tuple[ServiceLine, ...]
    minutes: Mapping[str, int]
    quote: tuple[str, ...]

    @property
    def units(self) -> Decimal:
        """What is billed."""
        return sum((line.units for line in self.lines), Decimal(0))

    @property
    def by_eight(self) -> int:
        """Units by Medicare's rule: the total of the day's timed minutes."""
        return units_of(sum(self.minutes.values()))

    @property
    def by_midpoint(self) -> int:
        """Units by CPT's rule: each code by itself."""
        return sum(units_of(minutes) for minutes in self.minutes.values())


@above.review
def more_units_than_minutes(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """By the payer's rule; of a payer without one, what neither rule allows, and a warning."""
    days = list(_days(case))
    for day in days:
        if day is None:
            continue
        rule = _rule(case, codesets, day)
        allowed = _allowed(day, rule)
        if day.units > allowed:
            yield above.finding(
                day.lines,
                f"{unit_words(day.units)} of timed codes on {day.on.isoformat()}; "
                f"{sum(day.minutes.values())} minutes are documented, which make "
                f"{plain(Decimal(allowed))} ({rule or 'by either'} rule)",
                severity=None if rule else Severity.WARNING,
                quote=day.quote,
            )
    if None in days:
        yield above.not_evaluated(_TIMES)


@below.review
def fewer_units_than_minutes(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Only where the payer's rule is known; the bot never adds a unit."""
    days = list(_days(case))
    for day in days:
        if day is None:
            continue
        rule = _rule(case, codesets, day)
        if rule is None:
            yield below.not_evaluated("office_rule: timed_rule of the payer")
            return
        allowed = _allowed(day, rule)
        if day.units < allowed:
            yield below.finding(
                day.lines,
                f"{unit_words(day.units)} of timed codes on {day.on.isoformat()}; "
                f"{sum(day.minutes.values())} documented minutes would make "
                f"{plain(Decimal(allowed))} ({rule} rule)",
                quote=day.quote,
            )
    if None in days:
        yield below.not_evaluated(_TIMES)


@too_short.review
def below_the_least_minutes(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Codes of one unit with a least time; a month's care is counted within the entry."""
    assert case.documentation is not None
    missing = False
    for line, day in coded_lines(case.claim):
        least = _LEAST.get(line.procedure)
        if least is None:
            continue
        last = max(day, line.service_date_end or day)
        entries = [
            entry
            for entry in case.documentation.procedures
            if entry.code == line.procedure and entry.signed and day <= entry.performed_on <= last
        ]
        minutes = minutes_together(entries) if entries else None
        if minutes is None:
            missing = True
            continue
        asked = least * max(line.units, Decimal(1))
        if minutes < asked:
            yield too_short.finding(
                line,
                f"{unit_words(line.units)} of {line.procedure} from {day.isoformat()} on begin "
                f"at {plain(asked)} minutes; {minutes} are documented",
                quote=[entry.number for entry in entries],
            )
    if missing:
        yield too_short.not_evaluated("the minutes of the service")


def units_of(minutes: int) -> int:
    """Units of fifteen minutes: the next begins with its eighth minute."""
    return (minutes + _HALF) // _UNIT


def _allowed(day: Day, rule: str | None) -> int:
    if rule == _EIGHT:
        return day.by_eight
    if rule == _MIDPOINT:
        return day.by_midpoint
    return max(day.by_eight, day.by_midpoint)


def _rule(case: Case, codesets: CodeSets, day: Day) -> str | None:
    code = day.lines[0].procedure
    said = {row.value for row in rules_of(case, codesets, "payer", "timed_rule", code, day.on)}
    if len(said) == 1:
        return said.pop()
    return _EIGHT if case.claim.coverage.is_medicare else None


def _days(case: Case) -> Iterator[Day | None]:
    """Each day and discipline with timed lines; None where its minutes are not stated.

    A record does not say for which discipline an entry was, so a code that two disciplines
    bill on one day cannot be told apart.
    """
    by_day: dict[date, dict[str, list[ServiceLine]]] = {}
    for line, day in coded_lines(case.claim):
        if line.procedure in FIFTEEN_MINUTES:
            by_day.setdefault(day, {}).setdefault(_discipline(line), []).append(line)
    for day, groups in by_day.items():
        codes = [{line.procedure for line in lines} for lines in groups.values()]
        if len(set().union(*codes)) < sum(len(group) for group in codes):
            yield None
            continue
        for lines in groups.values():
            yield _day(case, day, lines, alone=len(groups) == 1)


def _discipline(line: ServiceLine) -> str:
    return next((modifier for modifier in line.modifiers if modifier in _DISCIPLINES), "")


def _day(case: Case, day: date, lines: list[ServiceLine], *, alone: bool) -> Day | None:
    assert case.documentation is not None
    billed = {line.procedure for line in lines}
    entries = [
        entry
        for entry in case.documentation.procedures
        if entry.signed
        and entry.performed_on == day
        and entry.code in (FIFTEEN_MINUTES if alone else billed)
    ]
    if not billed <= {entry.code for entry in entries}:
        return None
    minutes: dict[str, int] = {}
    for code in {entry.code for entry in entries}:
        of_code = minutes_together(entry for entry in entries if entry.code == code)
        if of_code is None:
            return None
        minutes[code] = of_code
    return Day(day, tuple(lines), minutes, tuple(entry.number for entry in entries))
