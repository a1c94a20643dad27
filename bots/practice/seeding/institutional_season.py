"""A season of hospital bills from one seed, beside that of the practice's own claims.

The practice portal shows no values, occurrences or DRG, so these stand in files alone.
"""

from __future__ import annotations

from datetime import date
from random import Random

from bots.practice.seeding.defects.institutional import FAMILY, echo, misbillings
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.institutional_care import (
    home_health,
    hospice,
    notice,
    nursing,
    nursing_exempt,
    nursing_part_b,
)
from bots.practice.seeding.institutional_history import (
    Recipe,
    after_a_stay,
    before_a_stay,
    elsewhere_before_a_stay,
    home_and_later,
    readmitted,
    ride_to_a_stay,
    sent_where_the_bill_says,
)
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.institutional_outpatient import (
    clinic,
    day_program,
    devices,
    dialysis,
    died_before_admission,
    emergency,
    health_center,
    laboratory,
    late_charges,
    long_observation,
    method_two,
    noncovered,
    observation,
    procedure,
    rebilled,
    rural_clinic,
    second_payer,
    surgery,
    transfusion,
    trauma,
    two_clinics,
)
from bots.practice.seeding.institutional_stays import (
    baby_from_elsewhere,
    changed,
    for_denial,
    interim,
    newborn,
    one_day,
    rare_admission,
    rehabilitation,
    stay,
    swing_bed,
)
from bots.practice.seeding.people import World
from bots.practice.seeding.truth import Truth

# A recipe, and how often of a hundred bills or a few more.
_CLEAN: dict[Recipe, int] = {
    stay: 24, newborn: 2, one_day: 2, interim: 3, changed: 3, for_denial: 1, rehabilitation: 2,
    swing_bed: 1, baby_from_elsewhere: 1, rare_admission: 1,
    clinic: 12, emergency: 10, observation: 6, surgery: 4, procedure: 4, transfusion: 2,
    trauma: 1, day_program: 1, noncovered: 3, devices: 1, died_before_admission: 1,
    laboratory: 3, rebilled: 1, dialysis: 2, health_center: 2, rural_clinic: 1, second_payer: 2,
    two_clinics: 1, method_two: 1, long_observation: 1, late_charges: 1,
    nursing: 3, nursing_exempt: 1, nursing_part_b: 1, home_health: 2, hospice: 2, notice: 1,
    before_a_stay: 1, ride_to_a_stay: 1, elsewhere_before_a_stay: 1, after_a_stay: 1,
    readmitted: 1, home_and_later: 1, sent_where_the_bill_says: 1,
}  # fmt: skip
# Right as they are; that a transfer is paid by the day is still worth a word.
_WORTH_A_WORD = (sent_where_the_bill_says,)


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
            recipe = rng.choices(list(_CLEAN), list(_CLEAN.values()))[0]
            visit = recipe(maker)
            if recipe in _WORTH_A_WORD:
                truths.append(echo(visit.claim.number))
        else:
            visit, found = misbilling.plant(maker)
            truths += found
        if maker.chance(0.25):
            for bill in visit.claims:
                bill.as_shown()  # type: ignore[attr-defined]
        visits.append(visit)
    return visits, truths
