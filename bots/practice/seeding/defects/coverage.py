# ruff: noqa: D103 - the name of a planting function says what it plants
"""Whom the claim goes to, and under which member id."""

from __future__ import annotations

from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.people import STRANGER
from bots.practice.seeding.truth import Truth


@plants("coverage")
def member_id_missing(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.member_id = ""
    return Truth("coverage", "member id missing", "member_id")


@plants("coverage")
def member_id_form(maker: Maker, visit: Visit) -> Truth | None:
    right = visit.claim.member_id
    visit.claim.member_id = right[:-1] if maker.rng.random() < 0.5 else right[:-2] + "??"
    return Truth("coverage", "member id form", "member_id", found=visit.claim.member_id)


@plants("coverage")
def payer_unknown(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.payer = STRANGER
    return Truth("coverage", "payer unknown", "payer", found=STRANGER.payer_id)
