"""Both sides of the body: 50, RT and LT by the fee schedule's bilateral indicator.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 40.7 (bilateral
procedures) and ch. 14, section 40.5 (surgical centers); MLN Matters SE1422 (one line, one unit,
modifier 50); ch. 23, addendum (bilateral indicator: 1 pays 150 %, 2 is priced as bilateral,
3 pays each side whole).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing
from bots.checks.day import professional_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.modifier_ground import fee_rows, is_surgery_center, medicare_severity
from bots.claims import Case, ServiceLine, plain
from bots.codesets import CodeSets

_SIDES = ("RT", "LT")
_INVALID = Denial("CO", "4", "N519")

two_lines = Check(
    id="bilateral-on-two-lines",
    family="modifier",
    title="Both sides stand on two lines where Medicare wants one line with 50",
    authority="Pub. 100-04, ch. 12, section 40.7 (indicator 1); MLN Matters SE1422",
    severity=Severity.WARNING,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing(*_SIDES), Mark.SAME_CODE),
    denial=Denial("CO", "151", "N362"),
)

priced_for_both = Check(
    id="bilateral-priced-for-both",
    family="modifier",
    title="Right and left are billed apart for a code whose fee is for both sides",
    authority="Pub. 100-04, ch. 12, section 40.7 (bilateral indicator 2)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing(*_SIDES), Mark.SAME_CODE),
    denial=Denial("CO", "97", "M15"),
)

on_one_line = Check(
    id="bilateral-sides-on-one-line",
    family="modifier",
    title="RT and LT together on one line",
    authority="Pub. 100-04, ch. 12, section 40.7 (indicator 1: 50; 3: a line for each side)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing("RT"), bearing("LT")),
    denial=_INVALID,
)

units_with_50 = Check(
    id="bilateral-50-units",
    family="modifier",
    title="50 with units other than one",
    authority="MLN Matters SE1422; Pub. 100-04, ch. 12, section 40.7",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing("50"), Mark.UNITS),
    denial=Denial("CO", "151", "N362"),
)

in_surgery_center = Check(
    id="bilateral-50-surgery-center",
    family="modifier",
    title="50 on the claim of an ambulatory surgical center",
    authority="Pub. 100-04, ch. 14, section 40.5 (two lines, or two units)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing("50")),
    denial=Denial("CO", "4", "N823"),
)


@two_lines.review
def right_and_left_on_two_lines(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicator 1 only; silent on a surgical center's claim, which bills just so."""
    if is_surgery_center(case.claim):
        return
    for lines in _both_sides(case, codesets, "1"):
        yield two_lines.finding(
            lines,
            f"{lines[0].procedure} right and left on lines {lines[0].number} and "
            f"{lines[1].number}; bilateral indicator 1 wants one line with 50 and one unit",
            codes=(lines[0].procedure,),
        )


@priced_for_both.review
def sides_of_what_is_for_both(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicator 2 only."""
    for lines in _both_sides(case, codesets, "2"):
        yield priced_for_both.finding(
            lines,
            f"{lines[0].procedure} right and left on two lines; with bilateral indicator 2 one "
            "line is paid for both sides",
            codes=(lines[0].procedure,),
            severity=medicare_severity(case),
        )


@on_one_line.review
def two_sides_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent beside 50 (another check) and where the schedule knows no sides."""
    wanted = {"1": "one line with 50", "3": "one line for each side, or 50", "2": "neither"}
    for line, _, row in fee_rows(case, codesets, "RT"):
        if "LT" not in line.modifiers or "50" in line.modifiers or row.bilateral not in wanted:
            continue
        yield on_one_line.finding(
            line,
            f"{line.procedure} with RT and LT on one line; bilateral indicator {row.bilateral} "
            f"wants {wanted[row.bilateral]}",
            severity=medicare_severity(case),
        )


@units_with_50.review
def fifty_with_other_units(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Units below one are another check's."""
    for line, _ in professional_lines(case, "50"):
        if line.units > 1:
            yield units_with_50.finding(
                line,
                f"{line.procedure} with 50 and {plain(line.units)} units; 50 with one unit says "
                "both sides",
                severity=medicare_severity(case),
            )


@in_surgery_center.review
def fifty_of_a_surgery_center(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where the billing provider is one (taxonomy 261QA1903X, or modifier SG)."""
    for line, _ in professional_lines(case, "50"):
        if is_surgery_center(case.claim):
            yield in_surgery_center.finding(
                line,
                f"{line.procedure} with 50; a surgical center bills both sides on two lines or "
                "with two units",
                severity=medicare_severity(case),
            )


def _both_sides(
    case: Case, codesets: CodeSets, indicator: str
) -> Iterator[tuple[ServiceLine, ServiceLine]]:
    """The first right and the first left line of a code, day and bilateral indicator."""
    seen: dict[tuple[str, date], dict[str, ServiceLine]] = {}
    for line, day, row in fee_rows(case, codesets, *_SIDES):
        sides = [side for side in _SIDES if side in line.modifiers]
        if row.bilateral != indicator or len(sides) != 1 or "50" in line.modifiers:
            continue
        seen.setdefault((line.procedure, day), {}).setdefault(sides[0], line)
    for found in seen.values():
        if len(found) == 2:
            first, second = sorted(found.values(), key=lambda entry: entry.number)
            yield first, second
