"""The technical part of a test where a hospital furnishes it, and both parts billed twice.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 13, section 20 (professional
and technical component) and ch. 23, addendum (PC/TC indicator). In a hospital the technical part
is the hospital's own, so a physician bills the professional part alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing, priced
from bots.checks.day import place_of, professional_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.modifier_ground import HOSPITAL, fee_rows, in_hospital, medicare_severity
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets

_BOTH_PARTS, _TECHNICAL_ONLY, _WHOLE_TEST_ONLY = "1", "3", "4"
_APART = {"59", "76", "77", "XE", "XP", "XS", "XU", "LT", "RT", "91"}
_WRONG_PLACE = Denial("CO", "5", "M77")

whole_in_hospital = Check(
    id="component-whole-in-hospital",
    family="modifier",
    title="The whole of a test is billed where the hospital furnished the technical part",
    authority="Pub. 100-04, ch. 13, section 20; ch. 23, addendum (PC/TC indicators 1 and 4)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(
        Mark.PROFESSIONAL,
        Mark.HOSPITAL,
        priced(lambda row: row.pc_tc in (_BOTH_PARTS, _WHOLE_TEST_ONLY)),
    ),
    denial=_WRONG_PLACE,
)

technical_in_hospital = Check(
    id="component-technical-in-hospital",
    family="modifier",
    title="The technical part of a test is billed from a hospital by a physician",
    authority="Pub. 100-04, ch. 13, section 20; ch. 23, addendum (PC/TC indicators 1 and 3)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(
        Mark.PROFESSIONAL,
        Mark.HOSPITAL,
        priced(lambda row: row.pc_tc in (_BOTH_PARTS, _TECHNICAL_ONLY)),
    ),
    denial=_WRONG_PLACE,
)

part_beside_whole = Check(
    id="component-beside-whole",
    family="modifier",
    title="A test is billed whole and one of its parts again",
    authority="Pub. 100-04, ch. 13, section 20 (the whole service holds both parts)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.SAME_CODE, bearing("26", "TC")),
    denial=Denial("CO", "97", "M15"),
)


@whole_in_hospital.review
def whole_test_in_a_hospital(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent outside hospitals, with 26 or TC, and where the schedule has no such part."""
    if not in_hospital(case.claim):  # most claims are of an office
        return
    for line, _, row in fee_rows(case, codesets):
        here = place_of(case.claim, line)
        if here not in HOSPITAL or row.pc_tc not in (_BOTH_PARTS, _WHOLE_TEST_ONLY):
            continue
        if "26" in line.modifiers or "TC" in line.modifiers:
            continue
        wanted = (
            "the professional part takes 26"
            if row.pc_tc == _BOTH_PARTS
            else "the professional part has a code of its own"
        )
        yield whole_in_hospital.finding(
            line,
            f"{line.procedure} is billed whole in place of service {here}; there {wanted}",
            severity=medicare_severity(case),
        )


@technical_in_hospital.review
def technical_part_in_a_hospital(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """TC on a code of two parts, and codes that are the technical part by themselves."""
    if not in_hospital(case.claim):  # most claims are of an office
        return
    for line, _, row in fee_rows(case, codesets):
        here = place_of(case.claim, line)
        if here not in HOSPITAL:
            continue
        split = row.pc_tc == _BOTH_PARTS and "TC" in line.modifiers and "26" not in line.modifiers
        if split or row.pc_tc == _TECHNICAL_ONLY:
            yield technical_in_hospital.finding(
                line,
                f"{line.procedure} is a technical part (PC/TC indicator {row.pc_tc}); "
                f"in place of service {here} the hospital bills it",
                severity=medicare_severity(case),
            )


@part_beside_whole.review
def whole_and_part_on_one_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where a modifier says that the second one was apart."""
    by_code: dict[tuple[str, date], list[ServiceLine]] = {}
    for line, day in professional_lines(case):
        by_code.setdefault((line.procedure, day), []).append(line)
    for lines in by_code.values():
        if len(lines) < 2:
            continue
        parts = [entry for entry in lines if _part_of(entry)]
        wholes = [entry for entry in lines if not _part_of(entry)]
        for part in parts:
            if wholes and _APART.isdisjoint(part.modifiers):
                yield part_beside_whole.finding(
                    (wholes[0], part),
                    f"{part.procedure} whole on line {wholes[0].number} and its part "
                    f"{_part_of(part)} on line {part.number}; the whole holds both parts",
                    codes=(part.procedure,),
                )


def _part_of(line: ServiceLine) -> str:
    return next((part for part in ("26", "TC") if part in line.modifiers), "")
