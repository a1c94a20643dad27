# ruff: noqa: D103 - the name of a planting function says what it plants
"""Modifiers that are unknown, exclude one another or do not go with the code."""

from __future__ import annotations

from dataclasses import replace

from bots.practice.seeding.codes import UNKNOWN_MODIFIERS
from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


def _put(visit: Visit, code: str, modifiers: list[str], kind: str, **more: object) -> Truth | None:
    index = visit.claim.of(code)
    if index is None:
        return None
    visit.claim.lines[index].modifiers = modifiers
    return Truth(
        "modifier",
        kind,
        "modifiers",
        index + 1,
        " ".join(modifiers),
        **more,  # type: ignore[arg-type]
    )


@plants("modifier")
def unknown(maker: Maker, visit: Visit) -> Truth | None:
    code = visit.claim.lines[-1].procedure
    wrong = maker.rng.choice(UNKNOWN_MODIFIERS)
    line = visit.claim.lines[-1]
    if len(line.modifiers) > 1 or visit.claim.of(code) != len(visit.claim.lines) - 1:
        return None
    line.modifiers = [*line.modifiers, wrong]
    return Truth("modifier", "unknown", "modifiers", len(visit.claim.lines), wrong)


@plants("modifier", specialty="laboratory", type=PRO)
def component_of_nothing(maker: Maker, visit: Visit) -> Truth | None:
    code = visit.claim.lines[0].procedure
    if code in {"88305", "88312"}:
        return None
    return _put(visit, code, [maker.rng.choice(("26", "TC"))], "26 or TC not allowed")


@plants("modifier", specialty="cardiology", type=PRO)
def bilateral_of_nothing(maker: Maker, visit: Visit) -> Truth | None:
    code = "93880" if visit.claim.of("93880") is not None else visit.claim.lines[1].procedure
    return _put(visit, code, ["50"], "50 not allowed")


@plants("modifier", specialty="orthopedics", type=PRO)
def both_sides_and_one(maker: Maker, visit: Visit) -> Truth | None:
    """RT with LT and no 50 is another way to say bilateral, so it is not planted."""
    code = "20611" if visit.claim.of("20611") is not None else "29881"
    truth = _put(visit, code, ["50", maker.rng.choice(("RT", "LT"))], "50 with one side")
    # Both sides against the diagnosis of one.
    return replace(truth, also=("diagnosis",)) if truth is not None else None


@plants("modifier", specialty="cardiology", type=PRO)
def x_with_59(maker: Maker, visit: Visit) -> Truth | None:
    better = maker.rng.choice(("XS", "XU", "XE", "XP"))
    code = visit.claim.lines[1].procedure
    return _put(
        visit,
        code,
        ["59", better],
        "59 with X",
        right=better,
        action="propose",
        severity="warning",
    )


@plants("modifier", type=PRO, specialty="therapy")
def the_same_twice(maker: Maker, visit: Visit) -> Truth | None:
    return _put(visit, visit.claim.lines[0].procedure, ["GP", "GP"], "twice")


@plants("modifier", type=PRO, specialty="radiology")
def pricing_behind(maker: Maker, visit: Visit) -> Truth | None:
    line = visit.claim.lines[0]
    if line.modifiers != ["26"]:
        return None
    return _put(
        visit, line.procedure, ["GA", "26"], "order", right="26 GA", action="propose",
        severity="info",
    )  # fmt: skip
