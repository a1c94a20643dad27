# ruff: noqa: D103 - the name of a planting function says what it plants
"""NPIs, taxonomies and the provider who ordered."""

from __future__ import annotations

from bots.practice.seeding.codes import UNKNOWN_TAXONOMY
from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import OnClaim, Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.people import MEDICAID, MEDICARE_B
from bots.practice.seeding.truth import Truth


@plants("provider", type=PRO)
def check_digit(maker: Maker, visit: Visit) -> Truth | None:
    role = maker.rng.choice(("billing", "rendering"))
    who = visit.claim.providers[role]
    who.npi = who.npi[:9] + str((int(who.npi[9]) + maker.rng.randint(1, 9)) % 10)
    return Truth("provider", "npi check digit", f"{role}_npi", found=who.npi)


@plants("provider")
def unknown_taxonomy(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.providers["billing"].taxonomy = UNKNOWN_TAXONOMY
    return Truth("provider", "taxonomy unknown", "billing_taxonomy", found=UNKNOWN_TAXONOMY)


@plants("provider", type=PRO, payer=MEDICAID)
def missing_taxonomy(maker: Maker, visit: Visit) -> Truth | None:
    role = maker.rng.choice(("billing", "rendering"))
    visit.claim.providers[role].taxonomy = ""
    return Truth("provider", "taxonomy missing", f"{role}_taxonomy")


@plants("provider", type=PRO, payer=MEDICARE_B, specialty="radiology", queue="pending")
def ordering_empty_but_linked(maker: Maker, visit: Visit) -> Truth | None:
    who = visit.claim.providers["ordering"]
    assert who.record is not None
    who.npi = ""
    return Truth(
        "provider", "ordering npi missing, record linked", "ordering_npi",
        right=who.record.npi, action="auto",
    )  # fmt: skip


@plants("provider", type=PRO, payer=MEDICARE_B, specialty="laboratory", queue="pending")
def ordering_empty_but_linked_for_tests(maker: Maker, visit: Visit) -> Truth | None:
    who = visit.claim.providers["ordering"]
    assert who.record is not None
    who.npi = ""
    return Truth(
        "provider", "ordering npi missing, record linked", "ordering_npi",
        right=who.record.npi, action="auto",
    )  # fmt: skip


@plants("provider", type=PRO, payer=MEDICARE_B, specialty="laboratory")
def nobody_ordered(maker: Maker, visit: Visit) -> Truth | None:
    del visit.claim.providers["ordering"]
    return Truth("provider", "ordering npi missing", "ordering_npi")


@plants("provider", type=PRO, payer=MEDICARE_B, specialty="radiology")
def ordered_by_a_retired_record(maker: Maker, visit: Visit) -> Truth | None:
    gone = maker.world.retired(visit.claim.facility)
    visit.claim.providers["ordering"] = OnClaim(gone.name, "", "", gone)
    return Truth("provider", "ordering record inactive", "ordering_npi")
