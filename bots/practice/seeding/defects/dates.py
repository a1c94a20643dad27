# ruff: noqa: D103 - the name of a planting function says what it plants
"""Days that cannot be."""

from __future__ import annotations

from datetime import date, timedelta

from bots.practice.seeding.defects.variant import INST, PRO, plants
from bots.practice.seeding.drafts import EntryRow, GivenRow, HeadingRow, OrderRow, Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.people import MEDICARE_B
from bots.practice.seeding.truth import Truth


@plants("dates", type=PRO)
def in_the_future(maker: Maker, visit: Visit) -> Truth | None:
    day = maker.today + timedelta(days=maker.rng.randint(1, 40))
    _move(visit, day)
    return Truth("dates", "future", "service_date", 1, day.isoformat(),
                 also=("procedure", "provider", "demographic", "ncci-ptp"))  # fmt: skip


@plants("dates", type=PRO)
def before_birth(maker: Maker, visit: Visit) -> Truth | None:
    visit.patient.birth_date = visit.day + timedelta(days=maker.rng.randint(1, 200))
    return Truth("dates", "before birth", "service_date", 1, also=("demographic",))


@plants("dates", type=INST)
def outside_the_statement(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    if len(claim.lines) < 1 or len(visit.claims) > 1:
        return None
    day = visit.day - timedelta(days=3)
    code = claim.lines[-1].procedure
    if claim.of(code) != len(claim.lines) - 1 or day < date(2026, 4, 1):
        return None
    claim.lines[-1].service_date = day
    dated: list[OrderRow | EntryRow | GivenRow]
    dated = [*visit.orders, *visit.entries, *visit.given]
    for row in dated:
        if row.code == code:
            row.on = day
    return Truth("dates", "outside the statement", "service_date", len(claim.lines),
                 day.isoformat(),
                 also=("unsupported-charge", "missed-charge", "add-on"))  # fmt: skip


@plants("dates", type=PRO, payer=MEDICARE_B)
def ends_before_it_starts(maker: Maker, visit: Visit) -> Truth | None:
    line = visit.claim.lines[0]
    line.service_date_end = visit.day - timedelta(days=maker.rng.randint(1, 9))
    return Truth("dates", "end before start", "service_date", 1,
                 line.service_date_end.isoformat())  # fmt: skip


def _move(visit: Visit, day: date) -> None:
    visit.day = day
    for claim in visit.claims:
        for line in claim.lines:
            line.service_date = day
    dated: list[OrderRow | EntryRow | GivenRow | HeadingRow]
    dated = [*visit.orders, *visit.entries, *visit.given, *visit.headings]
    for row in dated:
        row.on = day
