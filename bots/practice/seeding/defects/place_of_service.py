# ruff: noqa: D103 - the name of a planting function says what it plants
"""Places of service that do not exist or do not go with the code."""

from __future__ import annotations

from bots.practice.seeding.codes import UNKNOWN_PLACES
from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


@plants("place-of-service", type=PRO)
def unknown(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.place_of_service = maker.rng.choice(UNKNOWN_PLACES)
    return Truth("place-of-service", "unknown", "place_of_service",
                 found=visit.claim.place_of_service)  # fmt: skip


@plants("place-of-service", type=PRO, specialty="therapy")
def only_one_is_right(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.place_of_service = maker.rng.choice(("22", "12", "81"))
    return Truth(
        "place-of-service", "one place allowed", "place_of_service",
        found=visit.claim.place_of_service, right="11", action="propose",
    )  # fmt: skip


@plants("place-of-service", type=PRO, specialty="orthopedics")
def several_would_be_right(maker: Maker, visit: Visit) -> Truth | None:
    if visit.claim.of("29881") is None and visit.claim.of("64721") is None:
        return None
    visit.claim.place_of_service = maker.rng.choice(("11", "81"))
    return Truth("place-of-service", "several places allowed", "place_of_service",
                 found=visit.claim.place_of_service)  # fmt: skip
