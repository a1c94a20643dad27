# ruff: noqa: D103 - the name of a planting function says what it plants
"""Values of the wrong form."""

from __future__ import annotations

from bots.practice.seeding.defects.variant import INST, PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth

_BROAD = (
    "procedure", "unsupported-charge", "missed-charge", "add-on", "required", "modifier",
)  # fmt: skip


@plants("format")
def diagnosis_form(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    wrong = maker.rng.choice(("11.9E", "E1", "I1O!", "M171.11", "4019"))
    claim.diagnoses[-1] = wrong
    return Truth("format", "diagnosis form", "diagnoses", found=wrong, also=("diagnosis",))


@plants("format", type=PRO)
def procedure_form(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    line = claim.lines[-1]
    visit.forget(line.procedure)
    line.procedure = maker.rng.choice(("9921", "99-13", "A12B4", "992I3"))
    return Truth(
        "format", "procedure form", "procedure", len(claim.lines), line.procedure, also=_BROAD
    )


@plants("format", type=PRO)
def modifier_form(maker: Maker, visit: Visit) -> Truth | None:
    line = visit.claim.lines[0]
    line.modifiers = [maker.rng.choice(("2", "5*", "2-"))]
    return Truth(
        "format", "modifier form", "modifiers", 1, line.modifiers[0],
        also=("modifier", "ncci-ptp", "demographic"),
    )  # fmt: skip


@plants("format", type=PRO)
def npi_form(maker: Maker, visit: Visit) -> Truth | None:
    role = maker.rng.choice(("billing", "rendering"))
    who = visit.claim.providers[role]
    who.npi = maker.rng.choice((who.npi[:9], "A" + who.npi[1:], who.npi[:5]))
    return Truth("format", "npi form", f"{role}_npi", found=who.npi, also=("provider",))


@plants("format")
def postal_code_form(maker: Maker, visit: Visit) -> Truth | None:
    visit.patient.postal_code = maker.rng.choice(("4430", "ABCDE", "44301-12"))
    return Truth("format", "postal code form", "postal_code", found=visit.patient.postal_code)


@plants("format", type=PRO)
def place_form(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.place_of_service = maker.rng.choice(("1", "1A", "XX"))
    return Truth(
        "format", "place of service form", "place_of_service",
        found=visit.claim.place_of_service, also=("place-of-service",),
    )  # fmt: skip


@plants("format", type=INST)
def bill_type_form(maker: Maker, visit: Visit) -> Truth | None:
    visit.claim.bill_type = maker.rng.choice(("1X1", "13", "13/1"))
    return Truth("format", "bill type form", "bill_type", found=visit.claim.bill_type)
