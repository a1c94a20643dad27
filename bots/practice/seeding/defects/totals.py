# ruff: noqa: D103 - the name of a planting function says what it plants
"""A total that is not the sum of the lines."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Draft, Happening, Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


def _right(claim: Draft) -> str:
    return f"{sum((line.charge for line in claim.lines), Decimal(0)):.2f}"


@plants("totals")
def too_high(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    claim.total += Decimal(maker.rng.randint(100, 9900)) / 100
    return Truth("totals", "too high", "total_charge", found=f"{claim.total:.2f}",
                 right=_right(claim), action="auto")  # fmt: skip


@plants("totals")
def too_low(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    claim.total = max(claim.total - Decimal(maker.rng.randint(100, 900)) / 100, Decimal("0.01"))
    return Truth("totals", "too low", "total_charge", found=f"{claim.total:.2f}",
                 right=_right(claim), action="propose")  # fmt: skip


@plants("totals")
def after_an_edit(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    claim.total += Decimal(maker.rng.randint(1000, 9900)) / 100
    at = claim.history[0].at + timedelta(minutes=30)
    what = maker.rng.choice(("line removed", "line changed"))
    claim.history.insert(1, Happening(at, claim.coder, what, "line 3"))
    return Truth("totals", "a line was edited", "total_charge", found=f"{claim.total:.2f}")
