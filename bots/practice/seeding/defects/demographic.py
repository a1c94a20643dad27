# ruff: noqa: D103 - the name of a planting function says what it plants
"""Sex and age of the patient against the procedure and the diagnosis."""

from __future__ import annotations

from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.diagnoses import OF_MEN, OF_WOMEN
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


def _only(visit: Visit, code: str) -> None:
    visit.claim.diagnoses = [code]
    for line in visit.claim.lines:
        line.pointers = [1] if visit.claim.is_professional else []


@plants("demographic", sex="M", specialty="radiology", type=PRO)
def procedure_of_women(maker: Maker, visit: Visit) -> Truth | None:
    if visit.claim.of("76830") is not None:
        return None
    part = ("26",) if visit.claim.place_of_service == "22" else ()
    maker.bill(visit, visit.claim, "76830", 1, part)
    visit.claim.add_up()
    return Truth(
        "demographic", "sex of the procedure", "procedure", len(visit.claim.lines), "76830",
        severity="warning", also=("procedure",),
    )  # fmt: skip


@plants("demographic", sex="F", specialty="laboratory", type=PRO)
def procedure_of_men(maker: Maker, visit: Visit) -> Truth | None:
    if visit.claim.of("84153") is not None:
        return None
    maker.bill(visit, visit.claim, "84153")
    visit.claim.add_up()
    return Truth(
        "demographic", "sex of the procedure", "procedure", len(visit.claim.lines), "84153",
        severity="warning", also=("procedure",),
    )  # fmt: skip


@plants("demographic", sex="F", specialty="primary care", type=PRO)
def diagnosis_of_men(maker: Maker, visit: Visit) -> Truth | None:
    code = maker.rng.choice(OF_MEN)
    _only(visit, code)
    return Truth("demographic", "sex of the diagnosis", "diagnoses", found=code,
                 severity="warning")  # fmt: skip


@plants("demographic", sex="M", specialty="therapy", type=PRO)
def diagnosis_of_women(maker: Maker, visit: Visit) -> Truth | None:
    code = maker.rng.choice(OF_WOMEN)
    _only(visit, code)
    return Truth("demographic", "sex of the diagnosis", "diagnoses", found=code,
                 severity="warning")  # fmt: skip


@plants("demographic", specialty="cardiology", type=PRO, age=(21, 38))
def too_young(maker: Maker, visit: Visit) -> Truth | None:
    code = maker.rng.choice(("99396", "99397"))
    visit.claim.lines[0].procedure = code
    return Truth("demographic", "age of the procedure", "procedure", 1, code,
                 severity="warning", also=("procedure",))  # fmt: skip


@plants("demographic", specialty="cardiology", type=PRO, age=(66, 88))
def too_old(maker: Maker, visit: Visit) -> Truth | None:
    code = maker.rng.choice(("99394", "99395"))
    visit.claim.lines[0].procedure = code
    return Truth("demographic", "age of the procedure", "procedure", 1, code,
                 severity="warning", also=("procedure",))  # fmt: skip
