"""The level of a visit against the decision making and the minutes that its record states.

Authority: CPT evaluation and management guidelines of 2021 and 2023; CMS Medicare Claims
Processing Manual (Pub. 100-04), ch. 12, sections 30.6.1.B and 30.6.7.G; Program Integrity Manual
(Pub. 100-08), ch. 3, section 3.3.2.4 (signatures). Either decision making or total time supports a
level, whichever is the higher. The record says how it decided; nothing is read out of prose.
Hospitals level their own visits by rules of their own: only professional claims are asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.day import professional_lines
from bots.checks.em_codes import DECISIONS, LEVELS, Level, ladder_of, minutes_of
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine, Visit
from bots.codesets import CodeSets

_WHEN = (Mark.PROFESSIONAL, Mark.EM, Mark.DOCUMENTED)
_AUTHORITY = (
    "Pub. 100-04, ch. 12, sections 30.6.1.B and 30.6.7.G; CPT evaluation and management"
    " guidelines 2021 and 2023"
)

above = Check(
    id="em-level-above",
    family="em",
    title="The visit's level is above what the record supports",
    authority=_AUTHORITY,
    severity=Severity.WARNING,
    needs=("documentation",),
    when=_WHEN,
    denial=Denial("CO", "150"),
)

below = Check(
    id="em-level-below",
    family="em",
    title="The record supports a higher level than was billed",
    authority=_AUTHORITY,
    severity=Severity.INFO,
    needs=("documentation",),
    when=_WHEN,
)

unsigned = Check(
    id="em-visit-unsigned",
    family="em",
    title="Only an unsigned visit supports the level",
    authority="Pub. 100-08, ch. 3, section 3.3.2.4; Pub. 100-04, ch. 12, section 30.6.1.B",
    severity=Severity.WARNING,
    needs=("documentation",),
    when=_WHEN,
    denial=Denial("CO", "150"),
)


@dataclass(frozen=True, slots=True)
class Supported:
    """A billed level, the highest that the record's visits support, and those visits.

    `level` is None where they support none of the ladder; `certain` is false where a part of
    a visit is left empty, so that a higher level might still be supported.
    """

    line: ServiceLine
    day: date
    billed: Level
    level: Level | None
    certain: bool
    visits: tuple[Visit, ...]


@above.review
def higher_than_the_record(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Unanswered where the signed record states neither decision making nor time."""
    missing = False
    for said in _supported(case):
        if said is None:
            missing = True
        elif said.level is None or said.level.rank < said.billed.rank:
            if not said.certain:
                missing = True
                continue
            yield above.finding(
                said.line,
                f"{said.billed.code} of {said.day.isoformat()} asks "
                f"{_asked(said.billed, said.day)}; the record states {_stated(said.visits)}, "
                f"which supports {said.level.code if said.level else 'none of these codes'}",
                quote=[visit.number for visit in said.visits],
            )
    if missing:
        yield above.not_evaluated(_LACKING)


@below.review
def lower_than_the_record(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """For a coder to look at: a level is never raised by a bot, asked or not."""
    missing = False
    for said in _supported(case):
        if said is None:
            missing = True
        elif said.level is not None and said.level.rank > said.billed.rank:
            yield below.finding(
                said.line,
                f"{said.billed.code} of {said.day.isoformat()}; the record states "
                f"{_stated(said.visits)}, on which {said.level.code} would rest",
                quote=[visit.number for visit in said.visits],
            )
    if missing:
        yield below.not_evaluated(_LACKING)


@unsigned.review
def nobody_signed_the_visit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where one visit of the day is signed, or where the record has none."""
    for line, day, _ in _leveled(case):
        visits = visits_of(case, day)
        if visits and not any(visit.signed for visit in visits):
            yield unsigned.finding(
                line,
                f"{line.procedure} of {day.isoformat()}: no visit of that day is signed",
                quote=[visit.number for visit in visits],
            )


_LACKING = "the visit's decision making or time"


def visits_of(case: Case, day: date) -> list[Visit]:
    """The record's visits of a day, signed or not."""
    assert case.documentation is not None
    return [visit for visit in case.documentation.visits if visit.seen_on == day]


def _leveled(case: Case) -> Iterator[tuple[ServiceLine, date, Level]]:
    """Lines whose code has a level under the rules of its day."""
    for line, day in professional_lines(case):
        level = LEVELS.get(line.procedure)
        if level is not None and level.since <= day:
            yield line, day, level


def _supported(case: Case) -> Iterator[Supported | None]:
    """For each leveled line what the record supports; None where it states nothing."""
    for line, day, level in _leveled(case):
        visits = tuple(visit for visit in visits_of(case, day) if visit.signed)
        stating = tuple(visit for visit in visits if _says_anything(visit, level))
        if not stating:
            yield None
            continue
        reached = [step for step in ladder_of(level) if _reaches(stating, step, day)]
        certain = all(visit.decision_making in DECISIONS for visit in visits)
        yield Supported(line, day, level, reached[-1] if reached else None, certain, stating)


def _says_anything(visit: Visit, level: Level) -> bool:
    timed = visit.minutes is not None and level.minutes is not None
    return visit.decision_making in DECISIONS or timed


def _reaches(visits: tuple[Visit, ...], level: Level, day: date) -> bool:
    least = minutes_of(level, day)
    return any(
        (
            visit.decision_making in DECISIONS
            and DECISIONS.index(visit.decision_making) >= level.rank
        )
        or (least is not None and visit.minutes is not None and visit.minutes >= least)
        for visit in visits
    )


def _asked(level: Level, day: date) -> str:
    words = f"{DECISIONS[level.rank]} decision making"
    least = minutes_of(level, day)
    return words if least is None else f"{words} or {least} minutes"


def _stated(visits: tuple[Visit, ...]) -> str:
    return "; ".join(
        ", ".join(
            [f"{visit.decision_making} decision making"] * (visit.decision_making in DECISIONS)
            + [f"{visit.minutes} minutes"] * (visit.minutes is not None)
        )
        for visit in visits
    )
