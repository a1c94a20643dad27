# ruff: noqa: D103 - the name of a planting function says what it plants
"""Diagnoses that do not exist, cannot be billed, exclude one another or stand out of order."""

from __future__ import annotations

from dataclasses import replace

from bots.practice.seeding.defects.variant import INST, PRO, plants
from bots.practice.seeding.diagnoses import (
    EXCLUDING,
    HEADERS,
    MANIFESTATIONS,
    ONLY_CHILD,
    UNKNOWN,
    WITHOUT_SEVENTH,
)
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


def _instead(maker: Maker, visit: Visit, wrong: str, kind: str) -> Truth:
    """The first code is replaced; the others go, so that nothing excludes anything."""
    visit.claim.diagnoses = [wrong]
    for line in visit.claim.lines:
        line.pointers = [1] if visit.claim.is_professional else []
    return Truth("diagnosis", kind, "diagnoses", found=wrong)


@plants("diagnosis")
def unknown_code(maker: Maker, visit: Visit) -> Truth | None:
    return _instead(maker, visit, maker.rng.choice(UNKNOWN), "unknown code")


@plants("diagnosis")
def header(maker: Maker, visit: Visit) -> Truth | None:
    truth = _instead(maker, visit, maker.rng.choice(HEADERS), "header")
    # A header of one sex's diseases may be held against the patient's sex as well.
    return replace(truth, also=("demographic",)) if truth.found == "N40" else truth


@plants("diagnosis")
def only_child(maker: Maker, visit: Visit) -> Truth | None:
    return _instead(maker, visit, maker.rng.choice(ONLY_CHILD)[0], "header with one child")


@plants("diagnosis")
def seventh_character(maker: Maker, visit: Visit) -> Truth | None:
    return _instead(maker, visit, maker.rng.choice(WITHOUT_SEVENTH), "no seventh character")


@plants("diagnosis")
def excludes1(maker: Maker, visit: Visit) -> Truth | None:
    pair = list(maker.rng.choice(EXCLUDING))
    maker.rng.shuffle(pair)
    _point_at(visit, pair)
    return Truth("diagnosis", "excludes1", "diagnoses", found=" ".join(pair), severity="warning")


@plants("diagnosis")
def manifestation_first(maker: Maker, visit: Visit) -> Truth | None:
    late, early = maker.rng.choice(MANIFESTATIONS)
    _point_at(visit, [late, early])
    # On an institutional claim the first diagnosis is the principal one, which needs the chart.
    is_computed = visit.claim.type == PRO
    return Truth(
        "diagnosis", "code first, wrong order", "diagnoses", found=f"{late} {early}",
        right=f"{early} {late}" if is_computed else None,
        action="propose" if is_computed else "flag",
    )  # fmt: skip


@plants("diagnosis")
def manifestation_alone(maker: Maker, visit: Visit) -> Truth | None:
    late, _ = maker.rng.choice(MANIFESTATIONS)
    _point_at(visit, [late])
    return Truth("diagnosis", "code first, missing", "diagnoses", found=late)


@plants("diagnosis", type=PRO)
def twice(maker: Maker, visit: Visit) -> Truth | None:
    codes = list(dict.fromkeys(visit.claim.diagnoses))[:3]
    _point_at(visit, [*codes, codes[0]])
    visit.claim.lines[0].pointers = [len(codes) + 1]
    return Truth(
        "diagnosis", "duplicate", "diagnoses", found=" ".join(visit.claim.diagnoses),
        right=" ".join(codes), action="auto",
    )  # fmt: skip


@plants("diagnosis", type=INST)
def twice_on_an_institutional_claim(maker: Maker, visit: Visit) -> Truth | None:
    codes = list(dict.fromkeys(visit.claim.diagnoses))[:3]
    visit.claim.diagnoses = [*codes, codes[-1]]
    return Truth(
        "diagnosis", "duplicate, institutional", "diagnoses",
        found=" ".join(visit.claim.diagnoses),
    )  # fmt: skip


def _point_at(visit: Visit, codes: list[str]) -> None:
    visit.claim.diagnoses = codes
    for line in visit.claim.lines:
        line.pointers = [1] if visit.claim.is_professional else []
