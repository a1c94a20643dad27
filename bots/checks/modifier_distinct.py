"""Services said to be distinct or repeated: 59 and the X modifiers, 76, 77, 91.

Authority: CMS NCCI Policy Manual, ch. I, section E (modifier 59 and X{EPSU}); CMS Medicare Claims
Processing Manual (Pub. 100-04), ch. 16, section 100.5.1 (repeated laboratory tests), ch. 4,
section 20.6.5 (repeated procedures), ch. 12, section 30.6.5 (one visit a day). Whether the
service was distinct, the chart says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.code_ranges import (
    DRUG_CODES,
    IMAGING_CODES,
    INFUSION_CODES,
    SURGERY_CODES,
    THERAPY_CODES,
    VISIT_CODES,
    is_in,
)
from bots.checks.concerns import bearing
from bots.checks.day import (
    coded_lines,
    marked_lines,
    other_bills,
    performer,
    professional_lines,
)
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.modifier_ground import is_visit, medicare_severity
from bots.claims import Case
from bots.codesets import CodeSets

DISTINCT = ("59", "XE", "XP", "XS", "XU")
_NOT_LABORATORY = (
    IMAGING_CODES, INFUSION_CODES, THERAPY_CODES, DRUG_CODES, ("99202", "99499"), SURGERY_CODES,
)  # fmt: skip
_DRAWS = {"36415", "36416", "36591", "36592"}  # stand in surgery, go with laboratory tests
_WRONG = Denial("CO", "4", "N823")

on_visit = Check(
    id="modifier-59-on-visit",
    family="modifier",
    title="59 or an X modifier on a visit",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier 59)",
    severity=Severity.ERROR,
    when=(bearing(*DISTINCT), Mark.EM),
    denial=_WRONG,
)

from_nothing = Check(
    id="modifier-59-from-nothing",
    family="modifier",
    title="59 or an X modifier, and nothing else that day to be distinct from",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier 59)",
    severity=Severity.INFO,
    needs=("history",),
    when=(bearing(*DISTINCT),),
)

not_laboratory = Check(
    id="modifier-91-not-laboratory",
    family="modifier",
    title="91 on a service that is no laboratory test",
    authority="Pub. 100-04, ch. 16, section 100.5.1",
    severity=Severity.ERROR,
    when=(bearing("91"),),
    denial=_WRONG,
)

without_first = Check(
    id="repeat-without-first",
    family="modifier",
    title="A repeated service, and the first one is not billed",
    authority="Pub. 100-04, ch. 4, section 20.6.5; ch. 16, section 100.5.1",
    severity=Severity.WARNING,
    needs=("history",),
    when=(bearing("76", "77", "91"),),
    denial=_WRONG,
)

repeated_visit = Check(
    id="repeat-of-visit",
    family="modifier",
    title="76 or 77 on a visit",
    authority="Pub. 100-04, ch. 12, section 30.6.5; ch. 4, section 20.6.5 (procedures)",
    severity=Severity.WARNING,
    when=(bearing("76", "77"), Mark.EM),
    denial=_WRONG,
)

by_whom = Check(
    id="repeat-by-two",
    family="modifier",
    title="Repeated by the same and by another physician on one line",
    authority="Pub. 100-04, ch. 4, section 20.6.5",
    severity=Severity.ERROR,
    when=(bearing("76"), bearing("77")),
    denial=Denial("CO", "4", "N519"),
)


@on_visit.review
def distinct_visit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A visit of its own is said with 25, 57 or 24, where the chart shows it."""
    for line, _ in marked_lines(case.claim, DISTINCT):
        used = [entry for entry in DISTINCT if entry in line.modifiers]
        if used and is_in(line.procedure, VISIT_CODES[1:]):
            yield on_visit.finding(
                line,
                f"{used[0]} on {line.procedure}: it goes on no visit",
                codes=(line.procedure, used[0]),
                severity=medicare_severity(case),
            )


@from_nothing.review
def distinct_from_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Looks at all of the patient's claims of the day, whoever did them."""
    marked = list(professional_lines(case, *DISTINCT))
    if not marked:
        return
    count = Counter(day for _, day in coded_lines(case.claim))
    elsewhere = {day for _, day, _ in _others(case)}
    for line, day in marked:
        if count[day] == 1 and line.units <= 1 and day not in elsewhere:
            used = next(entry for entry in DISTINCT if entry in line.modifiers)
            yield from_nothing.finding(
                line,
                f"{used} on {line.procedure}, the only service of {day.isoformat()}",
                codes=(line.procedure, used),
            )


@not_laboratory.review
def repeated_test_that_is_none(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Codes whose section is no laboratory's; a table's own kind "laboratory" goes first."""
    table = codesets.procedure
    for line, day in marked_lines(case.claim, ("91",)):
        code = line.procedure
        if code in _DRAWS or not is_in(code, _NOT_LABORATORY):
            continue
        row = table.find(code, on=day) if table is not None else None
        if row is None or row.kind not in ("laboratory", "pathology"):
            yield not_laboratory.finding(
                line,
                f"91 on {code}, which is no laboratory test; another service repeated takes 76 "
                "or 77",
                codes=(code, "91"),
                severity=medicare_severity(case),
            )


@without_first.review
def repeat_of_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """76 and 91: the same performer's; 77: anybody's. The first may stand on another claim."""
    marked = [
        (line, day, used)
        for line, day in professional_lines(case, "76", "77", "91")
        if (used := next((m for m in ("76", "77", "91") if m in line.modifiers), ""))
    ]
    if not marked:
        return
    own = {
        (line.procedure, day)
        for line, day in coded_lines(case.claim)
        if not {"76", "77", "91"} & set(line.modifiers)
    }
    others = list(_others(case))
    same = own | {(code, day) for code, day, who in others if who == performer(case.claim)}
    anybody = own | {(code, day) for code, day, _ in others}
    for line, day, used in marked:
        if (line.procedure, day) not in (anybody if used == "77" else same):
            yield without_first.finding(
                line,
                f"{used} on {line.procedure}, and no first one on {day.isoformat()}",
                codes=(line.procedure, used),
            )


@repeated_visit.review
def visit_repeated(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """One a day is paid, with what was done at both; 27 is the hospital's."""
    for line, _ in professional_lines(case, "76", "77"):
        used = [entry for entry in ("76", "77") if entry in line.modifiers]
        if used and is_visit(line.procedure):
            yield repeated_visit.finding(
                line,
                f"{used[0]} on {line.procedure}: a visit is not repeated as a procedure is",
                codes=(line.procedure, used[0]),
            )


@by_whom.review
def repeated_by_two(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """76 says the same one, 77 another."""
    for line, _ in marked_lines(case.claim, ("76",)):
        if "76" in line.modifiers and "77" in line.modifiers:
            yield by_whom.finding(
                line, f"{line.procedure} with 76 and 77: by the same physician, or by another"
            )


def _others(case: Case) -> Iterator[tuple[str, date, str]]:
    """Code, day and performer of the patient's other claims that count."""
    for other in other_bills(case):
        for line, day in coded_lines(other):
            yield line.procedure, day, line.rendering_npi or performer(other)
