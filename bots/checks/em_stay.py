"""Visits of which a stay or a month has one: initial hospital care, and the transition home.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, sections 30.6.8 and 30.6.9
(initial care is the first of a physician, group and specialty in a stay); CPT guidelines on
transitional care: one report within 30 days of discharge, by one physician, with moderate
(99495) or high (99496) decision making. A stay is not on a professional claim: two initial codes
few days apart without a discharge between them are taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bots.checks.catalogue import Check
from bots.checks.concerns import coded, twice
from bots.checks.day import (
    Beside,
    coded_lines,
    other_bills,
    professional_lines,
)
from bots.checks.em_codes import DECISIONS, HOSPITAL_DISCHARGE, INITIAL_HOSPITAL, ONE_DAY
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.group import lines_of_the_group
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

_ONE_STAY = timedelta(days=4)
_TRANSITION = {"99495": "moderate", "99496": "high"}
_THIRTY_DAYS = timedelta(days=30)

initial_again = Check(
    id="em-initial-again",
    family="em",
    title="Initial hospital care twice within one stay",
    authority="Pub. 100-04, ch. 12, sections 30.6.8 and 30.6.9",
    severity=Severity.WARNING,
    when=(
        Mark.PROFESSIONAL,
        coded(INITIAL_HOSPITAL),
        twice(coded(INITIAL_HOSPITAL)) | Mark.HISTORY,
    ),
    denial=Denial("CO", "B14", "N113"),
)

transition_again = Check(
    id="em-transition-again",
    family="em",
    title="A transition home twice within thirty days",
    authority="CPT guidelines on 99495 and 99496; Pub. 100-04, ch. 12",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, coded(_TRANSITION), twice(coded(_TRANSITION)) | Mark.HISTORY),
    denial=Denial("CO", "119", "N640"),
)

transition_decision = Check(
    id="em-transition-decision",
    family="em",
    title="A transition home without the decision making that its code asks",
    authority="CPT guidelines on 99495 and 99496",
    severity=Severity.WARNING,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, coded(_TRANSITION), Mark.DOCUMENTED),
    denial=Denial("CO", "150"),
)


@initial_again.review
def a_second_initial_visit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where anybody bills a discharge between the two, or the two are of one day."""
    ours = [e for e in lines_of_the_group(case) if e.line.procedure in INITIAL_HOSPITAL]
    for line, day in professional_lines(case):
        if line.procedure not in INITIAL_HOSPITAL:
            continue
        before = [entry for entry in ours if day - _ONE_STAY <= entry.day < day]
        first = max(before, key=_on, default=None)
        if first is not None and not _discharged(case, first.day, day):
            yield initial_again.finding(
                line,
                f"{line.procedure} of {day.isoformat()} follows {first.line.procedure} of "
                f"{first.day.isoformat()} (claim {first.claim.number}) of the same group and "
                "specialty, and no discharge lies between",
            )


@transition_again.review
def a_second_transition(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Whoever billed the first: one physician reports it for the thirty days."""
    others = [
        Beside(other, entry, on)
        for other in other_bills(case)
        for entry, on in coded_lines(other)
        if entry.procedure in _TRANSITION
    ]
    lines = list(professional_lines(case))
    own = [Beside(case.claim, line, day) for line, day in lines if line.procedure in _TRANSITION]
    for entry in own:
        for other in (*own, *others):
            if other is not entry and timedelta(0) <= entry.day - other.day < _THIRTY_DAYS:
                if other.claim is case.claim and other.line.number > entry.line.number:
                    continue  # the later of two lines of this claim is the one too many
                yield transition_again.finding(
                    entry.line,
                    f"{entry.line.procedure} of {entry.day.isoformat()} stands within thirty days "
                    f"of {other.line.procedure} of {other.day.isoformat()} (claim "
                    f"{other.claim.number})",
                )
                break


@transition_decision.review
def decision_of_the_transition(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """By the signed visits of the thirty days before the line's date, and of that day."""
    assert case.documentation is not None
    unknown = False
    for line, day in professional_lines(case):
        least = _TRANSITION.get(line.procedure)
        if least is None:
            continue
        visits = [
            visit
            for visit in case.documentation.visits
            if visit.signed and timedelta(0) <= day - visit.seen_on < _THIRTY_DAYS
        ]
        stated = [v.decision_making for v in visits if v.decision_making in DECISIONS]
        if not stated:
            unknown = True
        elif max(map(DECISIONS.index, stated)) < DECISIONS.index(least):
            yield transition_decision.finding(
                line,
                f"{line.procedure} of {day.isoformat()} asks {least} decision making; the record "
                f"states {', '.join(dict.fromkeys(stated))}",
                quote=[visit.number for visit in visits],
            )
    if unknown:
        yield transition_decision.not_evaluated("the visit's decision making")


def _on(entry: Beside) -> date:
    return entry.day


def _discharged(case: Case, first: date, last: date) -> bool:
    """Whether any claim of the patient bills a discharge, or a stay of one day, in between."""
    claims = [case.claim, *other_bills(case, denied=True)]
    return any(
        first <= day <= last and line.procedure in HOSPITAL_DISCHARGE | ONE_DAY
        for claim in claims
        for line, day in coded_lines(claim)
    )
