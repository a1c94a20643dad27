# ruff: noqa: D103 - the name of a function says how it spoils a claim
"""Visits: their level, who was seen by whom, how often; and what stands around a surgery."""

from __future__ import annotations

from bots.practice.seeding.defects.filed import misfiled
from bots.practice.seeding.filed import Filer, Filing
from bots.practice.seeding.filed_recipes import (
    admission,
    continuing,
    discharge,
    hospital_day,
    new_patient,
    transition,
    unrelated_surgery_after_surgery,
    unrelated_visit_after_surgery,
    visit,
    visit_with_major_surgery,
    visit_with_minor_surgery,
)

_PAIRS = ("ncci-ptp", "global", "modifier")


def _code(filing: Filing, code: str) -> None:
    filing.claim["lines"][0]["procedure"] = code
    for row in (*filing.record["orders"], *filing.record["procedures"]):
        row["code"] = code


def _again(filing: Filing, other: Filing) -> None:
    """Let the claim be another one, made anew, under its own number."""
    other.claim["number"] = filing.number
    filing.__dict__.update(other.__dict__)


@misfiled("em", "em-level-above", visit, severity="warning")
def one_level_too_high(filer: Filer, filing: Filing) -> None:
    _code(filing, "99215")
    filing.visit().update(decision_making="low", minutes=22)


@misfiled("em", "em-level-below", visit, severity="info")
def one_level_too_low(filer: Filer, filing: Filing) -> None:
    _code(filing, "99212")
    filing.visit().update(decision_making="moderate", minutes=35)


@misfiled("em", "em-visit-unsigned", visit, severity="warning")
def note_not_signed(filer: Filer, filing: Filing) -> None:
    filing.visit()["signed"] = False


@misfiled("em", "em-seen-by-another", visit, severity="warning")
def billed_by_another(filer: Filer, filing: Filing) -> None:
    filing.visit()["seen_by_npi"] = "1043200124"


@misfiled("em", "em-new-patient", new_patient, severity="warning")
def seen_last_year(filer: Filer, filing: Filing) -> None:
    filer.earlier(filing, filer.rng.randint(30, 1000), ("99213", "", 1))


@misfiled("em", "em-two-in-a-day", visit, severity="warning", also=_PAIRS)
def seen_twice(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("99213", "", 1), ("99212", "", 1)))


@misfiled("em", "em-g2211-without-visit", continuing, also=("add-on",))
def addition_alone(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("G2211", "", 1)))


@misfiled("em", "em-g2211-with-25", continuing)
def addition_beside_25(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("99214", "25", 1), ("G2211", "", 1), ("10060", "", 1)))


@misfiled("em", "em-initial-again", admission, severity="warning")
def admitted_again(filer: Filer, filing: Filing) -> None:
    filer.earlier(filing, 2, ("99221", "", 1))


@misfiled("em", "em-transition-again", transition)
def sent_home_again(filer: Filer, filing: Filing) -> None:
    filer.earlier(filing, filer.rng.randint(3, 25), ("99495", "", 1))


@misfiled("em", "em-transition-decision", transition, severity="warning")
def simple_transition(filer: Filer, filing: Filing) -> None:
    filing.visit()["decision_making"] = "low"


@misfiled("em", "em-admission-and-discharge", admission, severity="warning", also=_PAIRS)
def in_and_out(filer: Filer, filing: Filing) -> None:
    other = filer.file(("99222", "", 1), ("99238", "", 1), place="21")
    other.claim["admitted_on"] = other.day.isoformat()
    _again(filing, other)


@misfiled("em", "em-visit-with-discharge", discharge, severity="warning", also=_PAIRS)
def seen_on_the_last_day(filer: Filer, filing: Filing) -> None:
    other = filer.file(("99231", "", 1), ("99238", "", 1), place="21")
    other.claim["admitted_on"] = "2026-06-01"
    _again(filing, other)


@misfiled("em", "em-visit-with-admission", hospital_day, severity="warning", also=_PAIRS)
def seen_and_admitted(filer: Filer, filing: Filing) -> None:
    other = filer.file(("99232", "", 1), ("99222", "", 1), place="21")
    other.claim["admitted_on"] = other.day.isoformat()
    _again(filing, other)


@misfiled("em", "em-discharge-minutes", discharge)
def short_discharge(filer: Filer, filing: Filing) -> None:
    filing.visit()["minutes"] = 25
    for entry in filing.record["procedures"]:
        entry["minutes"] = 25


@misfiled("global", "global-visit-with-minor", visit_with_minor_surgery)
def no_25(filer: Filer, filing: Filing) -> None:
    filing.line("99213")["modifiers"] = []


@misfiled("global", "global-visit-with-major", visit_with_major_surgery)
def no_57(filer: Filer, filing: Filing) -> None:
    filing.line("99223")["modifiers"] = []


@misfiled("global", "global-visit-in-period", unrelated_visit_after_surgery)
def no_24(filer: Filer, filing: Filing) -> None:
    filing.line("99213")["modifiers"] = []


@misfiled("global", "global-57-with-minor", visit_with_minor_surgery)
def decision_for_minor_surgery(filer: Filer, filing: Filing) -> None:
    filing.line("99213")["modifiers"] = ["57"]


@misfiled("global", "global-25-with-major", visit_with_major_surgery, severity="warning")
def twenty_five_for_fifty_seven(filer: Filer, filing: Filing) -> None:
    filing.line("99223")["modifiers"] = ["25"]


@misfiled("global", "global-25-beside-nothing", visit, severity="info")
def twenty_five_alone(filer: Filer, filing: Filing) -> None:
    filing.claim["lines"][0]["modifiers"] = ["25"]


@misfiled("global", "global-24-outside", unrelated_visit_after_surgery, severity="warning")
def twenty_four_after_nothing(filer: Filer, filing: Filing) -> None:
    filing.history = filing.history[:1]  # the visit long before the surgery
    filer.earlier(filing, 120, ("27130", "RT", 1))


@misfiled("global", "global-25-not-documented", visit_with_minor_surgery, severity="info")
def nothing_says_apart(filer: Filer, filing: Filing) -> None:
    filing.visit()["separate_from_procedure"] = False


@misfiled("global", "global-surgery-in-period", unrelated_surgery_after_surgery)
def no_79(filer: Filer, filing: Filing) -> None:
    filing.line("27447")["modifiers"] = ["LT"]


@misfiled("global", "global-58-78-79-after-nothing", unrelated_surgery_after_surgery,
          severity="warning")  # fmt: skip
def seventy_nine_after_nothing(filer: Filer, filing: Filing) -> None:
    filing.history = []
    filer.earlier(filing, 120, ("99213", "", 1))


@misfiled("global", "global-reasons-contradict", unrelated_surgery_after_surgery)
def two_reasons(filer: Filer, filing: Filing) -> None:
    filing.line("27447")["modifiers"] = ["79", "78", "LT"]


@misfiled("global", "global-78-place", unrelated_surgery_after_surgery, severity="warning",
          also=("place-of-service",))  # fmt: skip
def back_to_no_operating_room(filer: Filer, filing: Filing) -> None:
    filing.line("27447")["modifiers"] = ["78", "LT"]
    filing.claim["place_of_service"] = "11"


@misfiled("global", "global-surgery-modifier-on-visit", unrelated_visit_after_surgery)
def surgeons_modifier_on_a_visit(filer: Filer, filing: Filing) -> None:
    filing.line("99213")["modifiers"] = ["79", "24"]


@misfiled("global", "global-visit-modifier-on-procedure", visit_with_minor_surgery)
def twenty_five_on_the_procedure(filer: Filer, filing: Filing) -> None:
    filing.line("10060")["modifiers"] = ["25"]


@misfiled("global", "global-split-not-global", visit_with_minor_surgery)
def aftercare_of_no_package(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("11042", "55", 1)))


@misfiled("global", "global-split-contradicts", unrelated_surgery_after_surgery)
def two_parts_of_a_package(filer: Filer, filing: Filing) -> None:
    filing.line("27447")["modifiers"] = ["79", "54", "55", "LT"]
