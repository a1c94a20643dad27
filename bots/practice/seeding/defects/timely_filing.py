# ruff: noqa: D103 - the name of a planting function says what it plants
"""Filed too late."""

from __future__ import annotations

from datetime import date, timedelta

from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.people import ACME, BLUE, UNITY
from bots.practice.seeding.truth import Truth


def _late(visit: Visit) -> Truth:
    return Truth("timely-filing", "pending and late", "service_date", found=visit.day.isoformat())


@plants("timely-filing", payer=ACME, queue="pending", until=date(2026, 7, 30))
def sixty_days(maker: Maker, visit: Visit) -> Truth | None:
    return _late(visit)


@plants("timely-filing", payer=UNITY, queue="pending", until=date(2026, 6, 30))
def ninety_days(maker: Maker, visit: Visit) -> Truth | None:
    return _late(visit)


@plants("timely-filing", payer=BLUE, queue="pending", until=date(2026, 5, 31))
def hundred_and_twenty_days(maker: Maker, visit: Visit) -> Truth | None:
    return _late(visit)


@plants("timely-filing", payer=ACME, queue="historical", until=date(2026, 6, 30))
def sent_late(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    claim.submitted_on = visit.day + timedelta(days=maker.rng.randint(61, 85))
    return Truth("timely-filing", "sent late", "submitted_on",
                 found=claim.submitted_on.isoformat())  # fmt: skip
