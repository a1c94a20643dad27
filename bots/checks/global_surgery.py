"""Surgeries in the days after another, and the modifiers that say why: 58, 78, 79, 54, 55, 56.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 40.1 (the package;
return to the operating room), 40.2.A (54, 55, 56, 58, 78, 79) and 40.4 (payment). Which of them
is right, the operative note says: none is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.code_ranges import (
    DRUG_CODES,
    IMAGING_CODES,
    INFUSION_CODES,
    LABORATORY_CODES,
    SURGERY_CODES,
    THERAPY_CODES,
    VISIT_CODES,
    is_in,
)
from bots.checks.concerns import bearing, line_that, priced
from bots.checks.day import place_of, professional_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.global_ground import (
    DAYS_AFTER,
    Surgery,
    own_surgeries,
    reaches_back,
    spans_days,
    surgeries,
    where,
)
from bots.checks.marks import Mark
from bots.checks.modifier_ground import fee_rows, medicare_severity
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets

_RELATED = ("58", "78", "79")
_EXPLAINED = frozenset({*_RELATED, "54", "55", "56", "24", "25", "57"})
_APART = frozenset({"24", "25", "57"})
_SPLIT = ("54", "55", "56")
# Places that have no operating room (ch. 12, section 40.1.B).
_NO_OPERATING_ROOM = frozenset({"11", "12", "13", "14", "31", "32", "33", "20", "72"})
_NEVER_A_VISIT = (
    ("00100", "01999"), SURGERY_CODES, IMAGING_CODES, LABORATORY_CODES, INFUSION_CODES,
    THERAPY_CODES, DRUG_CODES,
)  # fmt: skip
_WRONG = Denial("CO", "4", "N823")


def _is_set_apart_without_a_visit(line: ServiceLine) -> bool:
    return not _APART.isdisjoint(line.modifiers) and is_in(line.procedure, _NEVER_A_VISIT)


in_period = Check(
    id="global-surgery-in-period",
    family="global",
    title="A surgery in the days after another without 58, 78 or 79",
    authority="Pub. 100-04, ch. 12, sections 40.1 and 40.2.A",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(
        Mark.PROFESSIONAL,
        priced(lambda row: row.global_days in DAYS_AFTER),
        Mark.DAYS | Mark.OPERATED,
    ),
    denial=Denial("CO", "97", "M144"),
)

no_first = Check(
    id="global-58-78-79-after-nothing",
    family="global",
    title="58, 78 or 79, and no surgery before it whose payment lasts",
    authority="Pub. 100-04, ch. 12, section 40.2.A",
    severity=Severity.WARNING,
    needs=("mpfs", "history"),
    when=(Mark.PROFESSIONAL, bearing(*_RELATED)),
    denial=_WRONG,
)

two_reasons = Check(
    id="global-reasons-contradict",
    family="global",
    title="Two of 58, 78 and 79 on one line",
    authority="Pub. 100-04, ch. 12, section 40.2.A (staged; unplanned return; unrelated)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing(*_RELATED)),
    denial=Denial("CO", "4", "N519"),
)

no_operating_room = Check(
    id="global-78-place",
    family="global",
    title="78 from a place that has no operating room",
    authority="Pub. 100-04, ch. 12, sections 40.1.B and 40.2.A",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, bearing("78")),
    denial=_WRONG,
)

on_visit = Check(
    id="global-surgery-modifier-on-visit",
    family="global",
    title="A surgeon's modifier on a visit",
    authority="Pub. 100-04, ch. 12, section 40.2.A (58, 78, 79 and 54 to 56 are of procedures)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing(*_RELATED, *_SPLIT), Mark.EM | Mark.MEDICINE),
    denial=_WRONG,
)

on_procedure = Check(
    id="global-visit-modifier-on-procedure",
    family="global",
    title="24, 25 or 57 on a service that is no visit",
    authority="Pub. 100-04, ch. 12, sections 40.2.A and 30.6.6",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, line_that(_is_set_apart_without_a_visit)),
    denial=_WRONG,
)

split_of_nothing = Check(
    id="global-split-not-global",
    family="global",
    title="54, 55 or 56 on a code that holds no care after it",
    authority="Pub. 100-04, ch. 12, sections 40.2.A and 40.4 (global days 010 and 090)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing(*_SPLIT)),
    denial=_WRONG,
)

split_all = Check(
    id="global-split-contradicts",
    family="global",
    title="Two parts of a surgery's package on one line",
    authority="Pub. 100-04, ch. 12, section 40.2.A (each part on its own line)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing(*_SPLIT)),
    denial=Denial("CO", "4", "N519"),
)


@in_period.review
def surgery_after_surgery(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on the same day, with a modifier that explains it, and on add-on codes."""
    if not spans_days(case):
        return
    before = [entry for entry in surgeries(case, codesets) if entry.ends > entry.day]
    if not before:
        return
    for surgery in own_surgeries(case, codesets):
        held = next((entry for entry in before if entry.holds_after(surgery.day)), None)
        if held is None or not _EXPLAINED.isdisjoint(surgery.line.modifiers):
            continue
        yield in_period.finding(
            surgery.line,
            f"{surgery.line.procedure} on {surgery.day.isoformat()}, in the "
            f"{held.global_days} days after {held.line.procedure} of {held.day.isoformat()}"
            f"{where(held, case)}, without 58, 78 or 79",
            codes=(surgery.line.procedure, held.line.procedure),
            severity=medicare_severity(case),
        )


@no_first.review
def related_to_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Unanswered where the other claims known do not go back 90 days."""
    marked = [
        (line, day, used)
        for line, day in professional_lines(case, *_RELATED)
        if (used := next((m for m in _RELATED if m in line.modifiers), ""))
    ]
    if not marked:
        return
    before = surgeries(case, codesets)
    for line, day, used in marked:
        if _has_first(before, line, day):
            continue
        if not reaches_back(case, day):
            yield no_first.not_evaluated("the patient's claims of the 90 days before")
            return
        yield no_first.finding(
            line,
            f"{used} on {line.procedure}, and no surgery of the group whose payment holds "
            f"{day.isoformat()}",
            codes=(line.procedure, used),
        )


@two_reasons.review
def two_reasons_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Planned, unplanned, or unrelated."""
    for line, _ in professional_lines(case, *_RELATED):
        used = [entry for entry in _RELATED if entry in line.modifiers]
        if len(used) > 1:
            yield two_reasons.finding(
                line,
                f"{line.procedure} with {' and '.join(used)}: staged, an unplanned return, or "
                "unrelated",
                codes=(line.procedure, *used),
            )


@no_operating_room.review
def return_to_no_operating_room(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An office may have a suite for endoscopy or lasers, which counts as one: a warning."""
    for line, _ in professional_lines(case, "78"):
        here = place_of(case.claim, line)
        if "78" in line.modifiers and here in _NO_OPERATING_ROOM:
            yield no_operating_room.finding(
                line,
                f"78 on {line.procedure} in place of service {here}: it says a return to the "
                "operating room",
                codes=(line.procedure, "78"),
            )


@on_visit.review
def surgeons_modifier_on_a_visit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A visit after surgery takes 24 where it is unrelated."""
    for line, _ in professional_lines(case, *_RELATED, *_SPLIT):
        used = [entry for entry in (*_RELATED, *_SPLIT) if entry in line.modifiers]
        if used and is_in(line.procedure, VISIT_CODES):
            yield on_visit.finding(
                line,
                f"{used[0]} on {line.procedure}: it is of procedures, not of visits",
                codes=(line.procedure, used[0]),
                severity=medicare_severity(case),
            )


@on_procedure.review
def visits_modifier_on_a_procedure(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only sections that hold no visit; 25 is taken by some payers elsewhere in medicine."""
    for line, _ in professional_lines(case, "24", "25", "57"):
        used = [entry for entry in ("24", "25", "57") if entry in line.modifiers]
        if used and is_in(line.procedure, _NEVER_A_VISIT):
            yield on_procedure.finding(
                line,
                f"{used[0]} on {line.procedure}, which is no visit",
                codes=(line.procedure, used[0]),
                severity=medicare_severity(case),
            )


@split_of_nothing.review
def part_of_no_package(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Global days 000, XXX, ZZZ and MMM; YYY is the contractor's to say."""
    for line, _, row in fee_rows(case, codesets, *_SPLIT):
        if row.global_days in ("010", "090", "YYY"):
            continue
        used = next(entry for entry in _SPLIT if entry in line.modifiers)
        yield split_of_nothing.finding(
            line,
            f"{used} on {line.procedure}, global days {row.global_days}: there is no package to "
            "split",
            codes=(line.procedure, used),
            severity=medicare_severity(case),
        )


@split_all.review
def two_parts_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A physician of two parts bills two lines; one of all three needs none of them."""
    for line, _ in professional_lines(case, *_SPLIT):
        used = [entry for entry in _SPLIT if entry in line.modifiers]
        if len(used) > 1:
            yield split_all.finding(
                line,
                f"{line.procedure} with {' and '.join(used)} on one line",
                codes=(line.procedure, *used),
            )


def _has_first(before: list[Surgery], line: ServiceLine, day: date) -> bool:
    """On the day itself, too: a return to the operating room may be the same evening."""
    return any(
        entry.line is not line and (entry.holds_after(day) or entry.day == day) for entry in before
    )
