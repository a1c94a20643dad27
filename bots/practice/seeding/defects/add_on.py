# ruff: noqa: D103 - the name of a planting function says what it plants
"""An add-on code without any primary."""

from __future__ import annotations

from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


def _without(visit: Visit, primary: str, add_on: str) -> Truth | None:
    claim = visit.claim
    at = claim.of(primary)
    if at is None or claim.of(add_on) is None or len(visit.claims) > 1:
        return None
    # 96413 carries several add-ons: the others go with it.
    if primary == "96413":
        for other in {"96415", "96417", "96367"} - {add_on}:
            place = claim.of(other)
            if place is not None:
                claim.lines.pop(place)
                visit.forget(other)
    claim.lines.pop(claim.of(primary) or 0)
    visit.forget(primary)
    claim.add_up()
    return Truth("add-on", "no primary", "procedure", (claim.of(add_on) or 0) + 1, add_on)


@plants("add-on", specialty="oncology")
def hour_without_the_first(maker: Maker, visit: Visit) -> Truth | None:
    return _without(visit, "96413", maker.rng.choice(("96415", "96367")))


@plants("add-on", specialty="primary care")
def second_without_the_first(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    if claim.of("90471") is not None or claim.of("94760") is not None:
        return None
    maker.bill(visit, claim, "90472")
    claim.add_up()
    return Truth("add-on", "no primary", "procedure", len(claim.lines), "90472")


@plants("add-on", specialty="primary care", type=PRO)
def biopsy_without_the_first(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    if claim.of("11102") is not None or claim.of("94760") is not None:
        return None
    maker.bill(visit, claim, "11103")
    claim.add_up()
    return Truth("add-on", "no primary", "procedure", len(claim.lines), "11103")
