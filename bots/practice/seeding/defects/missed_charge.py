# ruff: noqa: D103 - the name of a planting function says what it plants
"""Ordered, done and signed, and on no claim of the day."""

from __future__ import annotations

from decimal import Decimal

from bots.practice.seeding.codes import BY_CODE, PLACES, fee_of
from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


def _missed(maker: Maker, visit: Visit, codes: tuple[str, ...], units: int = 1) -> Truth | None:
    claim = visit.claim
    if claim.of("94760") is not None:
        return None
    # A quiet neighbour may have written of the same code: then it would not be one fact.
    known = {row.code for row in visit.orders} | {row.code for row in visit.entries}
    known |= {row.code for row in visit.given}
    ready = [code for code in codes if code not in known and claim.of(code) is None]
    if not ready:
        return None
    code = maker.rng.choice(ready)
    maker.document(visit, claim, code, Decimal(units))
    facility = not claim.is_professional or PLACES.get(claim.place_of_service, False)
    worth = fee_of(code, facility=facility) * units
    return Truth("missed-charge", BY_CODE[code].kind, "procedure", found=code,
                 severity="warning", missed_worth=f"{worth:.2f}",
                 also=("units",) if BY_CODE[code].kind == "therapy" else ())  # fmt: skip


@plants("missed-charge", specialty="primary care", type=PRO, sex="F")
def small_procedure(maker: Maker, visit: Visit) -> Truth | None:
    return _missed(maker, visit, ("94010", "12001", "36415", "81002"))


@plants("missed-charge", specialty="orthopedics", type=PRO)
def supply(maker: Maker, visit: Visit) -> Truth | None:
    return _missed(maker, visit, ("A4570",))


@plants("missed-charge", specialty="laboratory", type=PRO)
def test(maker: Maker, visit: Visit) -> Truth | None:
    if visit.claim.of("88305") is not None:
        return None
    return _missed(maker, visit, ("82306", "87086", "85025"))


@plants("missed-charge", specialty="oncology", type=PRO)
def drug(maker: Maker, visit: Visit) -> Truth | None:
    return _missed(maker, visit, ("J1100", "J2405"), 8)


@plants("missed-charge", specialty="therapy", type=PRO)
def therapy(maker: Maker, visit: Visit) -> Truth | None:
    return _missed(maker, visit, ("97035",))
