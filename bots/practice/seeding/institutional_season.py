"""A season of hospital bills from one seed, beside that of the practice's own claims.

The practice portal shows no values, occurrences or DRG, so these stand in files alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from bots.practice.seeding.defects.institutional import FAMILY, misbillings
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.institutional_care import home_health, hospice, nursing
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.institutional_outpatient import (
    before_a_stay,
    clinic,
    day_program,
    devices,
    dialysis,
    died_before_admission,
    emergency,
    health_center,
    laboratory,
    noncovered,
    observation,
    procedure,
    rebilled,
    second_payer,
    surgery,
    transfusion,
    trauma,
)
from bots.practice.seeding.institutional_stays import (
    changed,
    for_denial,
    interim,
    newborn,
    one_day,
    rehabilitation,
    stay,
    swing_bed,
)
from bots.practice.seeding.people import World
from bots.practice.seeding.truth import Truth

# A recipe, and how often of a hundred bills.
_CLEAN: dict[Callable[[BillMaker], Visit], int] = {
    stay: 24, newborn: 2, one_day: 2, interim: 3, changed: 3, for_denial: 1, rehabilitation: 2,
    swing_bed: 1, clinic: 12, emergency: 10, observation: 6, surgery: 4, procedure: 4,
    transfusion: 2, trauma: 1, day_program: 1, noncovered: 3, devices: 1,
    died_before_admission: 1, laboratory: 3, rebilled: 1, dialysis: 2, health_center: 2,
    second_payer: 2, before_a_stay: 2, nursing: 3, home_health: 2, hospice: 2,
}  # fmt: skip


def make_bills(
    seed: int, today: date, planted: int, clean: int
) -> tuple[list[Visit], list[Truth]]:
    """So many bills with a defect, each variant in turn, among so many clean ones."""
    rng = Random(f"{seed} {FAMILY}")
    maker = BillMaker(World(rng), today)
    deck = list(misbillings())
    rng.shuffle(deck)
    plan = [deck[n % len(deck)] for n in range(planted)] + [None] * clean
    rng.shuffle(plan)
    visits: list[Visit] = []
    truths: list[Truth] = []
    for misbilling in plan:
        if misbilling is None:
            visit = rng.choices(list(_CLEAN), list(_CLEAN.values()))[0](maker)
        else:
            visit, found = misbilling.plant(maker)
            truths += found
        if maker.chance(0.25):
            for bill in visit.claims:
                bill.as_shown()  # type: ignore[attr-defined]
        visits.append(visit)
    return visits, truths
