"""Modifiers that are unknown, exclude one another, or do not go with the code.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 40.7
(bilateral surgery) and ch. 23, section 20.3 and 20.9; the fee schedule's PC/TC and bilateral
indicators (ch. 23, section 30.2.2 and addendum); CMS NCCI Policy Manual, ch. I, section E.
Which modifier *should* stand on a line is never computed here: that needs the chart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing, line_that, priced
from bots.checks.day import coded_lines, day_of
from bots.checks.findings import Class, Denial, Finding, NotEvaluated, Repair, Severity
from bots.checks.forms import is_modifier
from bots.checks.marks import Mark
from bots.claims import Case, Change, ClaimType, ServiceLine
from bots.codesets import CodeSets

# PC/TC indicators of the fee schedule: 0 physician service, 1 diagnostic test with both
# parts, 2 professional component only, 3 technical component only, 4 global test only,
# 5 incident-to, 6 laboratory physician interpretation, 7 physical therapy, 8 physician
# interpretation of certain laboratory tests, 9 concept does not apply.
_PARTS = ("26", "TC")
_TAKES_26 = {"1", "6", "8"}
_TAKES_TC = {"1"}
# Bilateral: 0 no 150 % adjustment (one side only by nature), 1 pays 150 %, 2 already priced as
# bilateral, 3 paid per side, 9 concept does not apply.
_NOT_BILATERAL = {
    "0": "bilateral payment does not apply",
    "2": "the fee is already for both sides",
    "9": "the concept does not apply",
}
_SIDES = {"LT", "RT"}
_SUBSETS_OF_59 = {"XE", "XP", "XS", "XU"}
_ROOM = 4  # SV101-3 to SV101-6


def _has_part(line: ServiceLine) -> bool:
    return any(part in line.modifiers for part in _PARTS)


unknown = Check(
    id="modifier-unknown",
    family="modifier",
    title="The modifier is not valid on the date of service",
    authority="Pub. 100-04, ch. 23, section 20.3 and 20.4",
    severity=Severity.ERROR,
    needs=("modifier",),
    when=(Mark.ODD_MODIFIER,),
    denial=Denial("CO", "182"),
)

component = Check(
    id="modifier-component",
    family="modifier",
    title="26 or TC on a code that has no such part",
    authority="Pub. 100-04, ch. 23, addendum (PC/TC indicator)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(
        Mark.PROFESSIONAL,
        priced(lambda row: row.pc_tc not in _TAKES_26 & _TAKES_TC, on=_has_part),
    ),
    denial=Denial("CO", "4", "N823"),
)

both_components = Check(
    id="modifier-26-with-tc",
    family="modifier",
    title="26 and TC on the same line",
    authority="Pub. 100-04, ch. 13, section 20 (global service is billed without either)",
    severity=Severity.ERROR,
    when=(bearing("26"), bearing("TC")),
    denial=Denial("CO", "4", "N519"),
)

not_bilateral = Check(
    id="modifier-50-not-bilateral",
    family="modifier",
    title="50 on a code that is not paid as bilateral",
    authority="Pub. 100-04, ch. 12, section 40.7 (bilateral indicator 0, 2, 9)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing("50")),
    denial=Denial("CO", "4", "N823"),
)

both_and_side = Check(
    id="modifier-50-with-side",
    family="modifier",
    title="50 together with RT or LT",
    authority="Pub. 100-04, ch. 12, section 40.7",
    severity=Severity.ERROR,
    when=(bearing("50"), bearing(*_SIDES)),
    denial=Denial("CO", "4", "N519"),
)

redundant_59 = Check(
    id="modifier-59-with-x",
    family="modifier",
    title="59 beside the X modifier that replaces it",
    authority="CMS Change Request 8863; NCCI Policy Manual, ch. I, section E",
    severity=Severity.WARNING,
    at_most=Class.PROPOSE,
    when=(bearing("59"), bearing(*_SUBSETS_OF_59)),
)

repeated = Check(
    id="modifier-repeated",
    family="modifier",
    title="The same modifier twice on one line",
    authority="ASC X12 005010X222A1, SV101-3 to SV101-6; Pub. 100-04, ch. 26, section 10.4",
    severity=Severity.ERROR,
    when=(line_that(lambda line: len(set(line.modifiers)) < len(line.modifiers)),),
    denial=Denial("CO", "16", "N519"),
)

out_of_order = Check(
    id="modifier-order",
    family="modifier",
    title="A modifier that affects payment stands behind one that only informs",
    authority="Pub. 100-04, ch. 26, section 10.4, item 24D; payers price from the first",
    severity=Severity.INFO,
    at_most=Class.PROPOSE,
    needs=("modifier",),
    when=(line_that(lambda line: len(line.modifiers) > 1),),
)

too_many = Check(
    id="modifier-too-many",
    family="modifier",
    title="More modifiers than the claim can carry",
    authority="ASC X12 005010X222A1, SV101-3 to SV101-6; 005010X223A2, SV202-3 to SV202-6",
    severity=Severity.ERROR,
    when=(line_that(lambda line: len(line.modifiers) > _ROOM),),
    denial=Denial("CO", "16", "N823"),
)


@unknown.review
def not_on_the_list(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent on what has no form; an open list cannot say that a modifier is wrong."""
    assert codesets.modifier is not None
    open_list = False
    for line in case.claim.lines:
        day = day_of(case.claim, line)
        if day is None:
            continue
        for modifier in dict.fromkeys(line.modifiers):
            is_valid = _is_valid(codesets, modifier, day)
            if is_valid is None:
                open_list = True
            if is_valid is not False:
                continue
            yield unknown.finding(
                line,
                f"modifier {modifier} is not valid on {day.isoformat()}",
                codes=(modifier,),
            )
    if open_list:
        yield unknown.not_evaluated("modifier: the imported list does not say it is complete")


@lru_cache(20_000)
def _is_valid(codesets: CodeSets, modifier: str, day: date) -> bool | None:
    """Whether the list of the day has it; None where the list is open. No form: another's."""
    assert codesets.modifier is not None
    if not is_modifier(modifier) or codesets.modifier.find(modifier, on=day):
        return True
    return False if codesets.modifier.knows_all(modifier, day) else None


@component.review
def no_such_part(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on a code that no row knows, and on both at once (another check)."""
    assert codesets.mpfs is not None
    for line in _professional_lines(case):
        asked = [part for part in _PARTS if part in line.modifiers]
        if len(asked) != 1:  # both: see below
            continue
        day = line.service_date
        row = codesets.mpfs.find(line.procedure, "", on=day) if day else None
        if row is None or not row.pc_tc:
            continue
        if row.pc_tc not in (_TAKES_26 if asked == ["26"] else _TAKES_TC):
            yield component.finding(
                line,
                f"{line.procedure} has PC/TC indicator {row.pc_tc} and takes no {asked[0]}",
            )


@both_components.review
def both_parts_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """On any claim type: one line is either the whole or one part."""
    for line in case.claim.lines:
        if {"26", "TC"} <= set(line.modifiers):
            yield both_components.finding(
                line, f"{line.procedure} with 26 and TC; both parts by one biller take neither"
            )


@not_bilateral.review
def fifty_where_it_does_not_apply(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicators 1 and 3 allow it; no indicator in the table, no finding."""
    assert codesets.mpfs is not None
    for line in _professional_lines(case):
        day = line.service_date
        if "50" not in line.modifiers or day is None:
            continue
        row = codesets.mpfs.find(line.procedure, "", on=day)
        if row is not None and row.bilateral in _NOT_BILATERAL:
            yield not_bilateral.finding(
                line,
                f"50 on {line.procedure}, bilateral indicator {row.bilateral}: "
                f"{_NOT_BILATERAL[row.bilateral]}",
            )


@both_and_side.review
def both_sides_and_one_side(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on RT and LT together without 50."""
    for line in case.claim.lines:
        sides = [side for side in line.modifiers if side in _SIDES]
        if "50" in line.modifiers and sides:
            yield both_and_side.finding(
                line, f"{line.procedure} with 50 and {sides[0]}: both sides, or one"
            )


@redundant_59.review
def fifty_nine_and_its_subset(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Which X modifier is right is not asked, only that 59 adds nothing to it."""
    for line in case.claim.lines:
        subsets = [modifier for modifier in line.modifiers if modifier in _SUBSETS_OF_59]
        if "59" in line.modifiers and subsets:
            kept = tuple(modifier for modifier in line.modifiers if modifier != "59")
            yield redundant_59.finding(
                line,
                f"{line.procedure} with 59 and {subsets[0]}; {subsets[0]} alone says more",
                repair=_modifiers(line, kept),
            )


@repeated.review
def same_modifier_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Once a modifier, however often it stands there."""
    for line in case.claim.lines:
        for modifier in dict.fromkeys(line.modifiers):
            if is_modifier(modifier) and line.modifiers.count(modifier) > 1:
                yield repeated.finding(line, f"modifier {modifier} twice", codes=(modifier,))


@out_of_order.review
def information_before_payment(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on unknown modifiers and on the order among equals."""
    assert codesets.modifier is not None
    for line in case.claim.lines:
        day = day_of(case.claim, line)
        if day is None or len(line.modifiers) < 2:
            continue
        rows = [codesets.modifier.find(modifier, on=day) for modifier in line.modifiers]
        kinds = [row.kind if row is not None else "" for row in rows]
        if "information" not in kinds:
            continue
        first = kinds.index("information")
        if "payment" not in kinds[first:]:
            continue
        late = line.modifiers[kinds.index("payment", first)]
        paying = tuple(
            m for m, kind in zip(line.modifiers, kinds, strict=True) if kind == "payment"
        )
        others = tuple(
            m for m, kind in zip(line.modifiers, kinds, strict=True) if kind != "payment"
        )
        yield out_of_order.finding(
            line,
            f"modifier {late} affects payment and stands behind {line.modifiers[first]}",
            codes=(late, line.modifiers[first]),
            repair=_modifiers(line, paying + others),
        )


@too_many.review
def more_than_four(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Counts what the screen shows, known or not."""
    for line in case.claim.lines:
        if len(line.modifiers) > _ROOM:
            yield too_many.finding(
                line, f"{len(line.modifiers)} modifiers; a line has room for {_ROOM}"
            )


def _professional_lines(case: Case) -> Iterator[ServiceLine]:
    """The fee schedule's indicators bind professional claims."""
    if case.claim.type is ClaimType.PROFESSIONAL:
        yield from (line for line, _ in coded_lines(case.claim))


def _modifiers(line: ServiceLine, to: tuple[str, ...]) -> Repair:
    return Repair(
        (Change("modifiers", line.number, " ".join(line.modifiers), " ".join(to)),),
    )
