# ruff: noqa: D103 - the name of a planting function says what it plants
"""What a claim cannot be without, taken away."""

from __future__ import annotations

from bots.practice.seeding.defects.variant import INST, PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


@plants("required")
def no_patient_name(maker: Maker, visit: Visit) -> Truth | None:
    visit.patient.last_name = ""
    return Truth("required", "no patient name", "patient")


@plants("required")
def no_birth_date(maker: Maker, visit: Visit) -> Truth | None:
    visit.patient.birth_date = None
    return Truth("required", "no birth date", "birth_date")


@plants("required")
def no_diagnosis(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.diagnoses = []
    return Truth("required", "no diagnosis", "diagnoses", also=("pointer", "diagnosis"))


@plants("required", type=PRO)
def no_procedure(maker: Maker, visit: Visit) -> Truth | None:
    line = visit.claim.lines[-1]
    visit.forget(line.procedure)
    line.procedure = ""
    return Truth(
        "required", "no procedure", "procedure", len(visit.claim.lines),
        also=("procedure", "unsupported-charge", "missed-charge", "add-on"),
    )  # fmt: skip


@plants("required")
def no_billing_provider(maker: Maker, visit: Visit) -> Truth | None:
    billing = visit.claim.providers["billing"]
    billing.name = billing.npi = ""
    return Truth("required", "no billing provider", "billing_npi", also=("provider",))


@plants("required", type=PRO)
def no_place_of_service(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.place_of_service = ""
    return Truth("required", "no place of service", "place_of_service", also=("place-of-service",))


@plants("required", type=INST)
def no_bill_type(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.bill_type = ""
    return Truth("required", "no bill type", "bill_type")
