# ruff: noqa: D103 - the name of a function says how it spoils a claim
"""What a payer or a facility wrote down, what a policy covers, and the laboratory's own rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bots.practice.seeding.defects.filed import misfiled
from bots.practice.seeding.filed import Filer, Filing
from bots.practice.seeding.filed_codes import DOCK, HARBOR
from bots.practice.seeding.filed_recipes import (
    dock_blood,
    dock_cough,
    dock_cut,
    dock_injection,
    dock_warts,
    harbor_abscess,
    harbor_injection,
    harbor_lipids,
    harbor_test,
    harbor_visit,
    harbor_wound,
    mammography,
    referred,
    vitamin,
    waived,
)

_UNITS = ("mue", "units", "unsupported-charge")


def _again(filing: Filing, other: Filing) -> None:
    """Let the claim be another one, made anew, under its own number."""
    other.claim["number"] = filing.number
    filing.__dict__.update(other.__dict__)


def _three_units(filing: Filing) -> None:
    for line in filing.claim["lines"]:
        if line["procedure"] == "96372":
            _bill(filing, line, units="3", charge=f"{Decimal(line['charge']) / 2 * 3:f}")
    for entry in filing.record["procedures"]:
        if entry["code"] == "96372":
            entry["units"] = "3"


def _bill(filing: Filing, line: dict[str, Any], **fields: str) -> None:
    line.update(fields)
    total = sum(Decimal(entry["charge"]) for entry in filing.claim["lines"])
    filing.claim["total_charge"] = f"{total:f}"


def _no_order(filing: Filing, code: str) -> None:
    filing.record["orders"] = [o for o in filing.record["orders"] if o["code"] != code]


@misfiled("payer-rule", "payer-requires-modifier", harbor_wound)
def payer_wants_kx(filer: Filer, filing: Filing) -> None:
    filing.line("11042")["modifiers"] = []


@misfiled("payer-rule", "payer-forbids-modifier", harbor_lipids)
def payer_takes_no_cr(filer: Filer, filing: Filing) -> None:
    filing.line("82607")["modifiers"] = ["CR"]


@misfiled("payer-rule", "payer-not-covered", harbor_visit)
def payer_never_pays_it(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("93224", "", 1), payer=HARBOR))


@misfiled("payer-rule", "payer-max-units", harbor_injection, also=_UNITS)
def payer_counts_to_two(filer: Filer, filing: Filing) -> None:
    _three_units(filing)


@misfiled("payer-rule", "payer-requires-place", harbor_abscess, also=("place-of-service",))
def payer_wants_the_office(filer: Filer, filing: Filing) -> None:
    filing.claim["place_of_service"] = "12"


@misfiled("payer-rule", "payer-requires-diagnosis", harbor_lipids, also=("coverage-policy",))
def payer_wants_another_reason(filer: Filer, filing: Filing) -> None:
    filing.claim["diagnoses"][0]["code"] = "N39.0"


@misfiled("payer-rule", "payer-bundled", harbor_visit)
def payer_bundles_it(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("99214", "25", 1), ("81002", "", 1), payer=HARBOR))


@misfiled(
    "payer-rule",
    "payer-needs-documentation",
    harbor_wound,
    severity="warning",
    also=("unsupported-charge",),
)
def payer_wants_an_order(filer: Filer, filing: Filing) -> None:
    _no_order(filing, "11042")


@misfiled("payer-rule", "payer-age", harbor_test)
def payer_thinks_too_old(filer: Filer, filing: Filing) -> None:
    old = filer.file(("94010", "", 1), payer=HARBOR, age=(83, 88), codes=("R05.9",))
    _again(filing, old)


@misfiled("payer-rule", "payer-frequency", harbor_lipids)
def payer_thinks_too_soon(filer: Filer, filing: Filing) -> None:
    filing.history = []
    filer.earlier(filing, filer.rng.randint(5, 80), ("80061", "", 1))


@misfiled("facility-rule", "facility-requires-modifier", dock_warts, severity="warning")
def facility_wants_sa(filer: Filer, filing: Filing) -> None:
    filing.line("17110")["modifiers"] = []


@misfiled("facility-rule", "facility-not-billed", dock_blood, severity="warning")
def facility_has_no_such_device(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("93000", "", 1), facility=DOCK))


@misfiled("facility-rule", "facility-max-units", dock_injection, severity="warning", also=_UNITS)
def facility_counts_to_two(filer: Filer, filing: Filing) -> None:
    _three_units(filing)


@misfiled(
    "facility-rule",
    "facility-requires-place",
    dock_cut,
    severity="warning",
    also=("place-of-service",),
)
def facility_wants_the_office(filer: Filer, filing: Filing) -> None:
    filing.claim["place_of_service"] = "12"


@misfiled("facility-rule", "facility-requires-diagnosis", dock_cough, severity="warning")
def facility_wants_a_cough(filer: Filer, filing: Filing) -> None:
    filing.claim["diagnoses"][0]["code"] = "I10"


@misfiled("facility-rule", "facility-bundled", dock_blood, severity="warning")
def facility_bundles_it(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("80053", "", 1), ("81002", "", 1), facility=DOCK))


@misfiled("facility-rule", "facility-needs-documentation", dock_warts, severity="warning",
          also=("unsupported-charge",))  # fmt: skip
def facility_wants_an_order(filer: Filer, filing: Filing) -> None:
    _no_order(filing, "17110")


@misfiled("facility-rule", "facility-max-charge", dock_blood, severity="warning")
def facility_charges_too_much(filer: Filer, filing: Filing) -> None:
    _bill(filing, filing.line("36415"), charge="64.00")


@misfiled("coverage-policy", "policy-diagnosis-unsupported", vitamin)
def policy_lists_no_such_reason(filer: Filer, filing: Filing) -> None:
    filing.claim["diagnoses"][0]["code"] = filer.rng.choice(("I10", "E78.5", "N39.0"))


@misfiled("coverage-policy", "policy-diagnosis-excluded", vitamin)
def policy_rules_it_out(filer: Filer, filing: Filing) -> None:
    filing.claim["diagnoses"][0]["code"] = "R53.83"


@misfiled("coverage-policy", "preventive-too-soon", mammography)
def screened_too_soon(filer: Filer, filing: Filing) -> None:
    filing.history = []
    filer.earlier(filing, filer.rng.randint(40, 300), ("77067", "", 1))


@misfiled("coverage-policy", "preventive-diagnosis", mammography, severity="warning")
def screened_for_something_else(filer: Filer, filing: Filing) -> None:
    filing.claim["diagnoses"][0]["code"] = "N63.0"


@misfiled("coverage-policy", "preventive-age", mammography)
def screened_too_young(filer: Filer, filing: Filing) -> None:
    young = filer.file(("77067", "", 1), sex="F", age=(25, 33), codes=("Z12.31",))
    _again(filing, young)


@misfiled("clia", "clia-waived-without-qw", waived, severity="warning")
def waived_test_without_qw(filer: Filer, filing: Filing) -> None:
    filing.line("87880")["modifiers"] = []


@misfiled("clia", "clia-qw-not-waived", waived, severity="warning")
def qw_on_another_test(filer: Filer, filing: Filing) -> None:
    _again(filing, filer.file(("80053", "QW", 1), payer=HARBOR))


@misfiled("clia", "clia-reference-laboratory", referred)
def reference_laboratory_not_named(filer: Filer, filing: Filing) -> None:
    filing.claim["providers"].pop()
