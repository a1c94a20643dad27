# ruff: noqa: D103 - the name of a planting function says what it plants
"""Units of service that count nothing."""

from __future__ import annotations

from decimal import Decimal

from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


@plants("units")
def none(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.lines[-1].units = Decimal(0)
    return Truth("units", "zero", "units", len(visit.claim.lines), "0")


@plants("units", specialty="cardiology")
def fraction(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.lines[-1].units = Decimal("1.5")
    return Truth("units", "fractional", "units", len(visit.claim.lines), "1.5",
                 also=("mue", "unsupported-charge"))  # fmt: skip
