# ruff: noqa: D103 - the name of a planting function says what it plants
"""National drug codes of another form, or missing."""

from __future__ import annotations

from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Line, Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


def _drug(visit: Visit) -> tuple[int, Line] | None:
    for number, line in enumerate(visit.claim.lines, 1):
        if line.ndc:
            return number, line
    return None


@plants("ndc", specialty="oncology")
def hyphens(maker: Maker, visit: Visit) -> Truth | None:
    number, line = _drug(visit) or (0, None)
    if line is None:
        return None
    right = line.ndc
    line.ndc = f"{right[:5]}-{right[5:9]}-{right[9:]}"
    return Truth("ndc", "hyphens", "ndc", number, line.ndc, right, "auto", also=("format",))


@plants("ndc", specialty="oncology")
def padding(maker: Maker, visit: Visit) -> Truth | None:
    number, line = _drug(visit) or (0, None)
    if line is None:
        return None
    labeler, product, package = maker.rng.choice(
        (("7012", "1600", "56"), ("70121", "600", "56"), ("70121", "1600", "6"))
    )
    line.ndc = f"{labeler}-{product}-{package}"
    right = labeler.zfill(5) + product.zfill(4) + package.zfill(2)
    for row in visit.given:
        if row.code == line.procedure:
            row.ndc = right
    return Truth("ndc", "ten digits with hyphens", "ndc", number, line.ndc, right, "auto",
                 also=("format",))  # fmt: skip


@plants("ndc", specialty="oncology")
def ten_digits(maker: Maker, visit: Visit) -> Truth | None:
    number, line = _drug(visit) or (0, None)
    if line is None:
        return None
    line.ndc = line.ndc[1:]
    return Truth("ndc", "ten digits", "ndc", number, line.ndc, also=("format",))


@plants("ndc", specialty="oncology")
def wrong_form(maker: Maker, visit: Visit) -> Truth | None:
    number, line = _drug(visit) or (0, None)
    if line is None:
        return None
    line.ndc = maker.rng.choice((line.ndc[:8], "N4" + line.ndc[2:], line.ndc + "0"))
    return Truth("ndc", "letters or length", "ndc", number, line.ndc, also=("format",))


@plants("ndc", specialty="oncology")
def missing(maker: Maker, visit: Visit) -> Truth | None:
    number, line = _drug(visit) or (0, None)
    if line is None:
        return None
    line.ndc, line.ndc_quantity, line.ndc_unit = "", None, ""
    return Truth("ndc", "missing", "ndc", number)


@plants("ndc", specialty="oncology")
def no_quantity(maker: Maker, visit: Visit) -> Truth | None:
    number, line = _drug(visit) or (0, None)
    if line is None:
        return None
    if maker.rng.random() < 0.5:
        line.ndc_quantity = None
    else:
        line.ndc_unit = ""
    return Truth("ndc", "no quantity or unit", "ndc", number)
