"""Visits beside a surgery and after it, and the modifiers that say why they stand apart.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 40.1 (what the
package holds), 40.2.A (24, 25, 57) and 30.6.6 (payment of visits in a global period). Whether a
visit stands apart, the chart says: 24, 25 and 57 are never written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing, coded, priced
from bots.checks.day import Beside, coded_lines, day_of, professional_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.global_ground import (
    DAYS_AFTER,
    MAJOR,
    MINOR,
    Surgery,
    is_held_visit,
    reaches_back,
    spans_days,
    surgeries,
    where,
)
from bots.checks.group import has_ptp_edit, lines_of_the_group
from bots.checks.marks import Mark
from bots.checks.modifier_ground import medicare_severity
from bots.claims import Case, ServiceLine, Visit
from bots.codesets import CodeSets, FeeIndicators

_APART = frozenset({"24", "25", "57", "FT"})
_HELD = Denial("CO", "97", "M144")
_WRONG = Denial("CO", "4", "N823")
_VISIT = coded(is_held_visit)
_BESIDE = (Mark.PROFESSIONAL, _VISIT, Mark.LINES | Mark.OPERATED | Mark.NEAR)
_DAY = timedelta(days=1)


def _lasts(row: FeeIndicators) -> bool:
    return DAYS_AFTER.get(row.global_days, 0) > 0


with_minor = Check(
    id="global-visit-with-minor",
    family="global",
    title="A visit on the day of a minor surgery without 25",
    authority="Pub. 100-04, ch. 12, sections 40.1.C and 40.2.A; 30.6.6.B (global days 000, 010)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(*_BESIDE, priced(lambda row: row.global_days in MINOR) | Mark.OPERATED),
    denial=_HELD,
)

with_major = Check(
    id="global-visit-with-major",
    family="global",
    title="A visit on the day of a major surgery, or the day before it, without 57",
    authority="Pub. 100-04, ch. 12, sections 40.1.A and 40.2.A; 30.6.6.C (global days 090)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(*_BESIDE, priced(lambda row: row.global_days == MAJOR) | Mark.OPERATED),
    denial=_HELD,
)

in_period = Check(
    id="global-visit-in-period",
    family="global",
    title="A visit in the days after a surgery whose payment holds it",
    authority="Pub. 100-04, ch. 12, sections 40.1.A, 40.2.A and 30.6.6.A",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(*_BESIDE, Mark.DAYS | Mark.OPERATED, priced(_lasts) | Mark.OPERATED),
    denial=_HELD,
)

minor_with_57 = Check(
    id="global-57-with-minor",
    family="global",
    title="57 on a visit beside minor surgery alone",
    authority="Pub. 100-04, ch. 12, sections 40.2.A and 30.6.6.C",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(*_BESIDE, bearing("57"), priced(lambda row: row.global_days in MINOR) | Mark.OPERATED),
    denial=_WRONG,
)

major_with_25 = Check(
    id="global-25-with-major",
    family="global",
    title="25 on a visit beside major surgery alone",
    authority="Pub. 100-04, ch. 12, sections 40.2.A and 30.6.6.C (57, not 25)",
    severity=Severity.WARNING,
    needs=("mpfs",),
    when=(*_BESIDE, bearing("25"), priced(lambda row: row.global_days == MAJOR) | Mark.OPERATED),
    denial=_HELD,
)

nothing_beside = Check(
    id="global-25-beside-nothing",
    family="global",
    title="25 on a visit that is the only service of the day",
    authority="Pub. 100-04, ch. 12, section 30.6.6.B; NCCI Policy Manual, ch. I, section E",
    severity=Severity.INFO,
    needs=("history",),
    when=(Mark.PROFESSIONAL, _VISIT, bearing("25")),
)

no_period = Check(
    id="global-24-outside",
    family="global",
    title="24 on a visit, and no surgery before it whose payment lasts",
    authority="Pub. 100-04, ch. 12, sections 40.2.A and 30.6.6.A",
    severity=Severity.WARNING,
    needs=("mpfs", "history"),
    when=(Mark.PROFESSIONAL, _VISIT, bearing("24")),
    denial=_WRONG,
)

undocumented = Check(
    id="global-25-not-documented",
    family="global",
    title="25, and the record does not say that the visit stood apart",
    authority="Pub. 100-04, ch. 12, section 30.6.6.B",
    severity=Severity.INFO,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, _VISIT, bearing("25"), Mark.DOCUMENTED),
    denial=_HELD,
)


@with_minor.review
def visit_beside_minor_surgery(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent with 24, 25 or 57, beside major surgery, and where NCCI has an edit of the pair."""
    for line, day, beside in _unmarked_visits(case, codesets):
        same_day = [entry for entry in beside if entry.day == day]
        minor = [entry for entry in same_day if entry.global_days in MINOR]
        if not minor or any(entry.global_days == MAJOR for entry in same_day):
            continue
        surgery = minor[0]
        yield with_minor.finding(
            line,
            f"{line.procedure} on the day of {surgery.line.procedure}{where(surgery, case)} "
            f"(global days {surgery.global_days}) without 25: {_shown(case, day, line)}",
            codes=(line.procedure, surgery.line.procedure),
            severity=medicare_severity(case),
            quote=_quoted(case, day),
        )


@with_major.review
def visit_beside_major_surgery(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The day before counts, too. Silent with 24, 25 or 57 and where NCCI has an edit."""
    for line, day, beside in _unmarked_visits(case, codesets):
        major = [e for e in beside if e.global_days == MAJOR and e.day - day in (_DAY, 0 * _DAY)]
        if not major:
            continue
        surgery = major[0]
        when = "on the day of" if surgery.day == day else "on the day before"
        yield with_major.finding(
            line,
            f"{line.procedure} {when} {surgery.line.procedure}{where(surgery, case)} (global "
            f"days 090) without 57: {_shown(case, day, line)}",
            codes=(line.procedure, surgery.line.procedure),
            severity=medicare_severity(case),
            quote=_quoted(case, day),
        )


@in_period.review
def visit_after_surgery(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent with 24, 25, 57 or FT, and after a surgery whose aftercare was given away (54)."""
    visits = _visits(case) if spans_days(case) else []
    if not visits:
        return
    before = [entry for entry in surgeries(case, codesets) if entry.ends > entry.day]
    for line, day in visits:
        held = next((entry for entry in before if entry.holds_after(day)), None)
        if held is None or not _APART.isdisjoint(line.modifiers):
            continue
        yield in_period.finding(
            line,
            f"{line.procedure} on {day.isoformat()}, in the {held.global_days} days after "
            f"{held.line.procedure} of {held.day.isoformat()}{where(held, case)}, without 24",
            codes=(line.procedure, held.line.procedure),
            severity=medicare_severity(case),
        )


@minor_with_57.review
def decision_for_minor_surgery(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where a major surgery stands on the day or the next."""
    yield from _wrong_one(
        minor_with_57, case, codesets, "57", MINOR,
        "57 is for the decision for major surgery",
    )  # fmt: skip


@major_with_25.review
def twenty_five_beside_major_surgery(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where 57 stands beside it, and where a minor surgery of the day explains 25."""
    yield from _wrong_one(
        major_with_25, case, codesets, "25", (MAJOR,),
        "a decision for major surgery takes 57",
    )  # fmt: skip


@nothing_beside.review
def twenty_five_beside_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Looks at all of the patient's claims of the day; another visit explains it as well."""
    marked = _visits_with(case, "25")
    if not marked:
        return
    # A line whose code is missing or malformed is a service of the day, too.
    own = [day_of(case.claim, line) for line in case.claim.lines]
    others = {day for other in case.history or () for _, day in coded_lines(other)}
    for line, day in marked:
        if own.count(day) == 1 and day not in others:
            yield nothing_beside.finding(
                line, f"25 on {line.procedure}, the only service of {day.isoformat()}"
            )


@no_period.review
def twenty_four_after_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Unanswered where the other claims known do not go back 90 days."""
    marked = _visits_with(case, "24")
    if not marked:
        return
    before = surgeries(case, codesets)
    for line, day in marked:
        if any(entry.holds_after(day) for entry in before):
            continue
        if not reaches_back(case, day):
            yield no_period.not_evaluated("the patient's claims of the 90 days before")
            return
        yield no_period.finding(
            line,
            f"24 on {line.procedure}, and no surgery of the group whose payment holds "
            f"{day.isoformat()}",
        )


@undocumented.review
def not_said_to_stand_apart(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where the record has the visit, signed, beside another service of the day."""
    papers = case.documentation
    if papers is None or not papers.visits:
        return
    count = [day for _, day in coded_lines(case.claim)]
    for line, day in _visits(case):
        seen = [visit for visit in papers.visits if visit.seen_on == day and visit.signed]
        if "25" not in line.modifiers or not seen or count.count(day) < 2:
            continue
        if not any(visit.separate_from_procedure or visit.decision_for_surgery for visit in seen):
            yield undocumented.finding(
                line,
                f"25 on {line.procedure}, and no note of the day says that the visit stood apart",
                quote=[visit.number for visit in seen],
            )


def _visits(case: Case) -> list[tuple[ServiceLine, date]]:
    if not any(is_held_visit(line.procedure) for line in case.claim.lines):
        return []
    return [(line, day) for line, day in professional_lines(case) if is_held_visit(line.procedure)]


def _visits_with(case: Case, modifier: str) -> list[tuple[ServiceLine, date]]:
    found = professional_lines(case, modifier)
    return [(line, day) for line, day in found if is_held_visit(line.procedure)]


def _unmarked_visits(
    case: Case, codesets: CodeSets
) -> Iterator[tuple[ServiceLine, date, list[Surgery]]]:
    """Visits without a modifier that sets them apart, with the surgeries of the two days."""
    visits = [(line, day) for line, day in _visits(case) if _APART.isdisjoint(line.modifiers)]
    if not visits:
        return
    known = surgeries(case, codesets)
    for line, day in visits if known else ():
        one = Beside(case.claim, line, day)
        near = [
            entry
            for entry in known
            if entry.day - day in (0 * _DAY, _DAY)
            and not (
                entry.day == day
                and has_ptp_edit(codesets, one, Beside(entry.claim, entry.line, entry.day))
            )
        ]
        if near:
            yield line, day, near


def _wrong_one(
    check: Check,
    case: Case,
    codesets: CodeSets,
    modifier: str,
    global_days: tuple[str, ...],
    why: str,
) -> Iterator[Finding]:
    """Visits with the modifier, and only surgeries of these global days beside them."""
    others = {"25", "57", "24"} - {modifier}
    visits = [
        (line, day)
        for line, day in _visits_with(case, modifier)
        if others.isdisjoint(line.modifiers)
    ]
    known = surgeries(case, codesets) if visits else []
    for line, day in visits:
        near = [entry for entry in known if entry.day == day or entry.day - day == _DAY]
        near = [entry for entry in near if entry.day == day or entry.global_days == MAJOR]
        if not near or any(entry.global_days not in global_days for entry in near):
            continue
        if modifier == "25" and _has_other_service(case, line, day, near):
            continue
        yield check.finding(
            line,
            f"{modifier} on {line.procedure} beside {near[0].line.procedure}"
            f"{where(near[0], case)} (global days {near[0].global_days}): {why}",
            codes=(line.procedure, near[0].line.procedure),
            severity=None if check.severity is Severity.WARNING else medicare_severity(case),
        )


def _has_other_service(case: Case, line: ServiceLine, day: date, near: list[Surgery]) -> bool:
    """Whether something besides the surgeries stands on the day, which 25 may be for."""
    surgical = {entry.line.procedure for entry in near}
    return any(
        entry.day == day and entry.line is not line and entry.line.procedure not in surgical
        for entry in lines_of_the_group(case)
    )


def _shown(case: Case, day: date, line: ServiceLine) -> str:
    if any(_stands_apart(visit) for visit in _seen(case, day)):
        return "the record says that the visit stood apart"
    return "the surgery's payment holds the visit"


def _quoted(case: Case, day: date) -> list[str]:
    return [visit.number for visit in _seen(case, day) if _stands_apart(visit)]


def _stands_apart(visit: Visit) -> bool:
    return visit.signed and (visit.separate_from_procedure or visit.decision_for_surgery)


def _seen(case: Case, day: date) -> list[Visit]:
    papers = case.documentation
    return [] if papers is None else [visit for visit in papers.visits if visit.seen_on == day]
