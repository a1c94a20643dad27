"""Several visits of one day by one physician, or by one group and specialty.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, sections 30.6.5 and
30.6.7.B (one visit a day unless the problems are unrelated), 30.6.8 and 30.6.9.1 (what initial
hospital care and admission and discharge on one day include), 30.6.9.2 (discharge day; discharge
and admission to a nursing facility on one day are both paid, 30.6.9.2.D). What the
NCCI pair table holds for one performer is the family ncci-ptp's and not said again here;
modifier 25 says that a visit stands apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from bots.checks.catalogue import Check
from bots.checks.concerns import coded, twice
from bots.checks.day import Beside
from bots.checks.em_codes import (
    CONSULTATIONS,
    EMERGENCY,
    HOME,
    HOSPITAL_DISCHARGE,
    INITIAL_HOSPITAL,
    NURSING,
    OFFICE,
    ONE_DAY,
    SUBSEQUENT_HOSPITAL,
    VISITS,
)
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.group import has_ptp_edit, lines_of_the_group
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, ServiceLine
from bots.codesets import CodeSets

_CHAPTER_12 = "Pub. 100-04, ch. 12"
_SEPARATE = frozenset(["24", "25", "27", "57"])
_ADMISSION = INITIAL_HOSPITAL | ONE_DAY
_INTO_NURSING = frozenset(["99304", "99305", "99306"])
_INTO_ADMISSION = OFFICE | HOME | EMERGENCY | NURSING | CONSULTATIONS | SUBSEQUENT_HOSPITAL

Pair = tuple[Beside, Beside]

two_visits = Check(
    id="em-two-in-a-day",
    family="em",
    title="Two visits of one day by one physician or one group and specialty",
    authority=f"{_CHAPTER_12}, sections 30.6.5 and 30.6.7.B",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, coded(VISITS), twice(coded(VISITS)) | Mark.NEAR),
    denial=Denial("CO", "B14"),
)

into_admission = Check(
    id="em-visit-with-admission",
    family="em",
    title="A visit on the day on which the same physician admits",
    authority=f"{_CHAPTER_12}, sections 30.6.8 and 30.6.9.1",
    severity=Severity.WARNING,
    when=(
        Mark.PROFESSIONAL,
        coded(_ADMISSION | _INTO_ADMISSION),
        coded(_ADMISSION) | Mark.NEAR,
        coded(_INTO_ADMISSION) | Mark.NEAR,
    ),
    denial=Denial("CO", "B14"),
)

one_day_stay = Check(
    id="em-admission-and-discharge",
    family="em",
    title="Admission and discharge of one day billed as two services",
    authority=f"{_CHAPTER_12}, sections 30.6.8 and 30.6.9.1",
    severity=Severity.WARNING,
    when=(
        Mark.PROFESSIONAL,
        coded(_ADMISSION | HOSPITAL_DISCHARGE),
        coded(_ADMISSION) | Mark.NEAR,
        coded(HOSPITAL_DISCHARGE) | Mark.NEAR,
    ),
    denial=Denial("CO", "B14"),
)

visit_and_discharge = Check(
    id="em-visit-with-discharge",
    family="em",
    title="A hospital visit on the day of discharge by the same physician",
    authority=f"{_CHAPTER_12}, section 30.6.9.2",
    severity=Severity.WARNING,
    when=(
        Mark.PROFESSIONAL,
        coded(SUBSEQUENT_HOSPITAL | HOSPITAL_DISCHARGE),
        coded(SUBSEQUENT_HOSPITAL) | Mark.NEAR,
        coded(HOSPITAL_DISCHARGE) | Mark.NEAR,
    ),
    denial=Denial("CO", "B14"),
)


@two_visits.review
def two_of_a_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on the same code twice (a duplicate's matter) and on what the others here say."""
    for one, other in _pairs(case, codesets, _is_plain_pair):
        yield two_visits.finding(
            _own(case, one, other),
            f"{_named(one)} and {_named(other)} of {one.day.isoformat()}: one visit a day is "
            "paid unless the problems are unrelated, and no modifier says so",
            codes=(one.line.procedure, other.line.procedure),
        )


@into_admission.review
def visit_and_admission(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The admission takes the other visits of its physician's day into its level."""
    for one, other in _pairs(case, codesets, _of(_ADMISSION, _INTO_ADMISSION)):
        yield into_admission.finding(
            _own(case, one, other),
            f"{_named(one)} and {_named(other)} of {one.day.isoformat()}: the admission's level "
            "includes the day's other visits",
            codes=(one.line.procedure, other.line.procedure),
        )


@one_day_stay.review
def admitted_and_discharged(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Which of the codes for one day fits is the coder's to say: the hours decide, too."""
    for one, other in _pairs(case, codesets, _of(_ADMISSION, HOSPITAL_DISCHARGE)):
        yield one_day_stay.finding(
            _own(case, one, other),
            f"{_named(one)} and {_named(other)} of {one.day.isoformat()}: admission and "
            "discharge of one day are one service (99234 to 99236, or the admission alone under "
            "eight hours)",
            codes=(one.line.procedure, other.line.procedure),
        )


@visit_and_discharge.review
def seen_and_discharged(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The discharge day's service includes the visit of its physician."""
    for one, other in _pairs(case, codesets, _of(SUBSEQUENT_HOSPITAL, HOSPITAL_DISCHARGE)):
        yield visit_and_discharge.finding(
            _own(case, one, other),
            f"{_named(one)} and {_named(other)} of {one.day.isoformat()}: the day of discharge "
            "has one service of the discharging physician",
            codes=(one.line.procedure, other.line.procedure),
        )


def _pairs(case: Case, codesets: CodeSets, concerns: Callable[[Pair], bool]) -> Iterator[Pair]:
    """Pairs of visits of one day of which one at least is this claim's."""
    if case.claim.type is not ClaimType.PROFESSIONAL:
        return
    visits = [entry for entry in lines_of_the_group(case) if entry.line.procedure in VISITS]
    for one, other in combinations(visits, 2):
        if (
            one.claim is case.claim
            and one.day == other.day
            and not _says_apart(one.line)
            and not _says_apart(other.line)
            and concerns((one, other))
            and not has_ptp_edit(codesets, one, other)
        ):
            yield one, other


def _says_apart(line: ServiceLine) -> bool:
    return not _SEPARATE.isdisjoint(line.modifiers)


def _of(some: frozenset[str], others: frozenset[str]) -> Callable[[Pair], bool]:
    def concerns(pair: Pair) -> bool:
        one, other = (entry.line.procedure for entry in pair)
        return (one in some and other in others) or (other in some and one in others)

    return concerns


_NAMED_ELSEWHERE = (
    _of(HOSPITAL_DISCHARGE, _INTO_NURSING),  # both are paid
    _of(_ADMISSION, _INTO_ADMISSION),
    _of(_ADMISSION, HOSPITAL_DISCHARGE),
    _of(SUBSEQUENT_HOSPITAL, HOSPITAL_DISCHARGE),
)


def _is_plain_pair(pair: Pair) -> bool:
    one, other = pair
    if one.line.procedure == other.line.procedure:
        return False
    return not any(concerns(pair) for concerns in _NAMED_ELSEWHERE)


def _own(case: Case, *entries: Beside) -> list[ServiceLine]:
    return [entry.line for entry in entries if entry.claim is case.claim]


def _named(entry: Beside) -> str:
    return f"{entry.line.procedure} (claim {entry.claim.number})"
