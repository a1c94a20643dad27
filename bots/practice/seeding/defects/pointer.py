# ruff: noqa: D103 - the name of a planting function says what it plants
"""Pointers from lines to diagnoses."""

from __future__ import annotations

from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


@plants("pointer", type=PRO)
def to_nothing(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    claim.lines[0].pointers = [1, len(claim.diagnoses) + maker.rng.randint(1, 3)]
    return _truth("to nothing", claim.lines[0].pointers)


@plants("pointer", type=PRO)
def none_at_all(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.lines[-1].pointers = []
    return Truth("pointer", "none", "pointers", len(visit.claim.lines), also=("required",))


@plants("pointer", type=PRO, specialty="primary care")
def more_than_four(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.diagnoses = ["I10", "E78.5", "E03.9", "K21.9", "G47.33", "L30.9"]
    visit.claim.lines[0].pointers = [1, 2, 3, 4, 5]
    return _truth("more than four", visit.claim.lines[0].pointers)


@plants("pointer", type=PRO)
def the_same_twice(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.lines[0].pointers = [1, 1]
    return _truth("twice", [1, 1])


def _truth(kind: str, pointers: list[int]) -> Truth:
    return Truth("pointer", kind, "pointers", 1, " ".join(map(str, pointers)))
