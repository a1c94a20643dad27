"""Infusions and injections by their start and stop: hours, the one initial code, hydration.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 30.5 and ch. 4,
section 230.2 (one initial service an encounter unless two access sites are needed; in a facility
the order chemotherapy, therapy, hydration); NCCI Policy Manual, ch. XI; CPT guidelines: an
infusion lasts sixteen minutes or more, hydration 31 or more, a further hour begins after 30
minutes of it. What the NCCI pair table holds is the family ncci-ptp's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations

from bots.checks.catalogue import Check
from bots.checks.clock import minutes_of, minutes_together, overlap
from bots.checks.concerns import coded, twice
from bots.checks.day import coded_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, ProcedureEntry, ServiceLine, plain, unit_words
from bots.codesets import CodeSets

_HYDRATION = "96360"
# Least minutes of the code that begins an infusion; the next hour's code, where there is one.
_LEAST: Mapping[str, int] = {
    "96360": 31, "96365": 16, "96367": 16, "96369": 16, "96413": 16, "96417": 16, "96422": 16,
}  # fmt: skip
_HOURS: Mapping[str, tuple[str, ...]] = {
    "96361": ("96360",),
    "96366": ("96365", "96367"),
    "96370": ("96369",),
    "96415": ("96413", "96417"),
    "96423": ("96422",),
}
# The initial codes of which an encounter has one, the first in rank first.
_INITIAL = ("96413", "96409", "96365", "96374", "96360")
_INFUSIONS = frozenset(_LEAST) - {_HYDRATION}
_APART = frozenset(["59", "XE", "XS", "XP", "XU"])
_SECTIONS = "Pub. 100-04, ch. 12, section 30.5 and ch. 4, section 230.2"
_WHEN = (Mark.MEDICINE, Mark.DOCUMENTED)
_TIMES = "the start and stop of the infusion"

too_short = Check(
    id="infusion-too-short",
    family="units",
    title="An infusion shorter than its code begins at",
    authority=f"{_SECTIONS}; CPT guidelines on infusions",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(coded(_LEAST), Mark.DOCUMENTED),
    denial=Denial("CO", "152"),
)

hours_above = Check(
    id="infusion-hours-above",
    family="units",
    title="More infusion hours than the record's minutes make",
    authority=f"{_SECTIONS}; 42 CFR 424.5(a)(6)",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(coded(_HOURS), Mark.DOCUMENTED),
    denial=Denial("CO", "152"),
)

hours_below = Check(
    id="infusion-hours-below",
    family="units",
    title="Fewer infusion hours than the record's minutes make",
    authority=_SECTIONS,
    severity=Severity.INFO,
    needs=("documentation",),
    when=(coded({code for bases in _HOURS.values() for code in bases}), Mark.DOCUMENTED),
)

no_stop = Check(
    id="infusion-stop-missing",
    family="units",
    title="An infusion whose record has a start and no stop",
    authority=f"{_SECTIONS}; 42 CFR 424.5(a)(6)",
    severity=Severity.WARNING,
    needs=("documentation",),
    when=(coded(_LEAST), Mark.DOCUMENTED),
    denial=Denial("CO", "152", "N463"),
)

two_initials = Check(
    id="infusion-two-initials",
    family="units",
    title="Two initial infusion or injection codes at one access site",
    authority=_SECTIONS,
    severity=Severity.WARNING,
    when=(twice(coded(_INITIAL)),),
    denial=Denial("CO", "97", "M80"),
)

hierarchy = Check(
    id="infusion-hierarchy",
    family="units",
    title="The initial code is not the first of the facility's order",
    authority="Pub. 100-04, ch. 4, section 230.2",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL, coded(_INITIAL), Mark.LINES),
    denial=Denial("CO", "16", "N657"),
)

together = Check(
    id="infusion-hydration-together",
    family="units",
    title="Hydration billed for minutes during which another infusion ran",
    authority=_SECTIONS,
    severity=Severity.ERROR,
    needs=("documentation",),
    when=_WHEN,
    denial=Denial("CO", "97", "M15"),
)


@too_short.review
def below_the_first_minutes(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """What lasted less is an injection or nothing; which, the coder says."""
    missing = False
    for line, day in coded_lines(case.claim):
        least = _LEAST.get(line.procedure)
        if least is None:
            continue
        hours = tuple(code for code, bases in _HOURS.items() if line.procedure in bases)
        entries = [e for e in _signed(case, day) if e.code in (line.procedure, *hours)]
        minutes = minutes_together(entries) if entries else None
        if minutes is None:
            missing = True
        elif minutes < least:
            yield too_short.finding(
                line,
                f"{line.procedure} of {day.isoformat()} begins at {least} minutes; {minutes} are "
                "documented",
                quote=[entry.number for entry in entries],
            )
    if missing:
        yield too_short.not_evaluated(_TIMES)


@hours_above.review
def more_hours_than_minutes(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """A further hour is billed once 31 minutes of it have run."""
    missing = False
    for code, day, lines in _hour_lines(case):
        allowed, quote = _hours(case, code, day)
        if allowed is None:
            missing = True
            continue
        billed = sum((line.units for line in lines), Decimal(0))
        if billed > allowed:
            yield hours_above.finding(
                lines,
                f"{unit_words(billed)} of {code} on {day.isoformat()}; the documented minutes "
                f"make {plain(Decimal(allowed))}",
                quote=quote,
            )
    if missing:
        yield hours_above.not_evaluated(_TIMES)


@hours_below.review
def fewer_hours_than_minutes(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Asked of each billed first hour; the bot never adds a unit."""
    missing = False
    units: dict[tuple[str, date], Decimal] = {}
    firsts: dict[tuple[str, date], list[ServiceLine]] = {}
    for line, day in coded_lines(case.claim):
        if line.procedure in _HOURS:
            key = (line.procedure, day)
            units[key] = units.get(key, Decimal(0)) + line.units
        for code, bases in _HOURS.items():
            if line.procedure in bases:
                firsts.setdefault((code, day), []).append(line)
    for (code, day), lines in firsts.items():
        made, quote = _hours(case, code, day)
        billed = units.get((code, day), Decimal(0))
        if made is None:
            missing = True
        elif billed < made:
            yield hours_below.finding(
                lines,
                f"{unit_words(billed)} of {code} on {day.isoformat()}; the documented minutes "
                f"would make {made}",
                quote=quote,
            )
    if missing:
        yield hours_below.not_evaluated(_TIMES)


@no_stop.review
def started_and_never_stopped(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Without a stop no time can be shown. Silent where the record states no times at all."""
    for line, day in coded_lines(case.claim):
        if line.procedure not in _LEAST:
            continue
        open_ = [
            entry
            for entry in _signed(case, day)
            if entry.code == line.procedure
            and entry.started_at is not None
            and entry.stopped_at is None
            and entry.minutes is None
        ]
        if open_:
            yield no_stop.finding(
                line,
                f"{line.procedure} of {day.isoformat()}: the record has a start and no stop",
                quote=[entry.number for entry in open_],
            )


@two_initials.review
def one_initial_a_site(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Under 59 or X only where the record names one and the same site for both."""
    for one, other, day in _initial_pairs(case):
        apart = not _APART.isdisjoint((*one.modifiers, *other.modifiers))
        same_site = _is_same_site(case, one.procedure, other.procedure, day)
        if apart and not same_site:
            continue
        if not apart and (same_site is False or _has_edit(case, codesets, one, other)):
            continue
        where = "; the record names one site and session" if same_site else ""
        yield two_initials.finding(
            [one, other],
            f"{one.procedure} and {other.procedure} of {day.isoformat()} are both initial codes; "
            f"an encounter has one for each access site{where}",
            quote=[e.number for e in _initial_entries(case, one, other, day)] if same_site else (),
        )


@hierarchy.review
def not_the_first_in_rank(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Facilities only: a physician's initial code is the reason for the encounter."""
    if case.claim.type is not ClaimType.INSTITUTIONAL:
        return
    by_day: dict[date, list[ServiceLine]] = {}
    for line, day in coded_lines(case.claim):
        by_day.setdefault(day, []).append(line)
    for day, lines in by_day.items():
        initial = [line for line in lines if line.procedure in _INITIAL]
        if len(initial) != 1:
            continue
        rank = _INITIAL.index(initial[0].procedure)
        higher = [line for line in lines if rank > _rank_of_addition(line.procedure)]
        if higher:
            yield hierarchy.finding(
                [initial[0], *higher],
                f"{initial[0].procedure} of {day.isoformat()} is the initial code beside "
                f"{', '.join(sorted({line.procedure for line in higher}))}, which is of a higher "
                "rank in a facility",
            )


@together.review
def hydration_beside_an_infusion(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Hydration that runs while a drug does is not billed; what runs alone may be."""
    for line, day in coded_lines(case.claim):
        if line.procedure != _HYDRATION:
            continue
        entries = _signed(case, day)
        fluids = [e for e in entries if e.code in (_HYDRATION, "96361")]
        drugs = [e for e in entries if e.code in _INFUSIONS or e.code in _HOURS]
        drugs = [e for e in drugs if e not in fluids]
        minutes = minutes_together(fluids) if fluids else None
        shared = sum(overlap(fluid, drug) for fluid in fluids for drug in drugs)
        if minutes is not None and shared and minutes - shared < _LEAST[_HYDRATION]:
            yield together.finding(
                line,
                f"{_HYDRATION} of {day.isoformat()}: {shared} of {minutes} minutes ran beside "
                f"another infusion; {max(minutes - shared, 0)} alone are left, and it begins at "
                f"{_LEAST[_HYDRATION]}",
                quote=[entry.number for entry in (*fluids, *drugs)],
            )


def hours_after_the_first(minutes: int) -> int:
    """Further hours of an infusion: the next begins with its 31st minute."""
    return max((minutes - 31) // 60, 0)


def _signed(case: Case, day: date) -> list[ProcedureEntry]:
    if case.documentation is None:
        return []
    return [e for e in case.documentation.procedures if e.signed and e.performed_on == day]


def _hour_lines(case: Case) -> Iterator[tuple[str, date, list[ServiceLine]]]:
    found: dict[tuple[str, date], list[ServiceLine]] = {}
    for line, day in coded_lines(case.claim):
        if line.procedure in _HOURS:
            found.setdefault((line.procedure, day), []).append(line)
    for (code, day), lines in found.items():
        yield code, day, lines


def _hours(case: Case, code: str, day: date) -> tuple[int | None, list[str]]:
    """Further hours that the record makes for an hour's code; None where it states no time.

    Entries of the hour's own code go on with the first base that the day has.
    """
    entries = _signed(case, day)
    going_on = [entry for entry in entries if entry.code == code]
    made, quote = 0, []
    for base in _HOURS[code]:
        started = [entry for entry in entries if entry.code == base]
        if not started:
            continue
        for entry in started[1:] if base == _HOURS[code][0] else started:
            minutes = minutes_of(entry)
            if minutes is None:
                return None, []
            made += hours_after_the_first(minutes)
        if base == _HOURS[code][0]:
            whole = minutes_together([started[0], *going_on])
            if whole is None:
                return None, []
            made += hours_after_the_first(whole)
        quote += [entry.number for entry in started]
    if not quote:
        return None, []
    return made, [*quote, *(entry.number for entry in going_on)]


def _initial_pairs(case: Case) -> Iterator[tuple[ServiceLine, ServiceLine, date]]:
    lines = [(line, day) for line, day in coded_lines(case.claim) if line.procedure in _INITIAL]
    for (one, day), (other, on) in combinations(lines, 2):
        if day == on and one.procedure != other.procedure:
            yield one, other, day


def _initial_entries(
    case: Case, one: ServiceLine, other: ServiceLine, day: date
) -> list[ProcedureEntry]:
    codes = (one.procedure, other.procedure)
    return [entry for entry in _signed(case, day) if entry.code in codes]


def _is_same_site(case: Case, one: str, other: str, day: date) -> bool | None:
    """Whether the record names one site and session for both; None where it does not say."""
    places = [
        {(entry.site, entry.session) for entry in _signed(case, day) if entry.code == code}
        for code in (one, other)
    ]
    if not all(places) or any(not site for place in places for site, _ in place):
        return None
    return places[0] == places[1]


def _has_edit(case: Case, codesets: CodeSets, one: ServiceLine, other: ServiceLine) -> bool:
    """Whether the pair is the family ncci-ptp's already."""
    professional = case.claim.type is ClaimType.PROFESSIONAL
    table = codesets.ptp_practitioner if professional else codesets.ptp_outpatient
    return table is not None and table.relates(one.procedure, other.procedure)


# A sequential code takes its drug's rank among the initial codes.
_ADDITIONS = {"96417": 0, "96415": 0, "96411": 1, "96367": 2, "96366": 2, "96375": 3}


def _rank_of_addition(code: str) -> int:
    return _ADDITIONS.get(code, len(_INITIAL))
