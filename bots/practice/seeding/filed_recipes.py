# ruff: noqa: D103 - the name of a recipe says what it files
"""Claims with more than the practice's portal shows that are right as they are.

Each stands near to a defect: a replacement with its reference, a visit in a global period with
its modifier, a service with its authorization, a hospice patient's visit that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bots.practice.seeding.filed import Filer, Filing
from bots.practice.seeding.filed_codes import DOCK, HARBOR
from bots.practice.seeding.people import BLUE

Recipe = Callable[[Filer], Filing]


def visit(filer: Filer) -> Filing:
    return filer.file((filer.rng.choice(("99212", "99213", "99214", "99215")), "", 1))


def commercial_visit(filer: Filer) -> Filing:
    return filer.file(("99213", "", 1), ("36415", "", 1), payer=BLUE, age=(20, 60))


def laboratory(filer: Filer) -> Filing:
    return filer.file(("80053", "", 1), ("36415", "", 1), place="81")


def new_patient(filer: Filer) -> Filing:
    filing = filer.file((filer.rng.choice(("99202", "99203", "99204")), "", 1))
    filer.earlier(filing, 3 * 366 + 20, ("99213", "", 1))
    return filing


def continuing(filer: Filer) -> Filing:
    return filer.file(("99214", "", 1), ("G2211", "", 1))


def hospital_day(filer: Filer) -> Filing:
    filing = filer.file(("99232", "", 1), place="21")
    filing.claim["admitted_on"] = (filing.day - timedelta(days=2)).isoformat()
    filer.earlier(filing, 2, ("99222", "", 1))
    return filing


def discharge(filer: Filer) -> Filing:
    filing = filer.file(("99239", "", 1), place="21")
    filing.claim["admitted_on"] = (filing.day - timedelta(days=4)).isoformat()
    return filing


def admission(filer: Filer) -> Filing:
    filing = filer.file(("99222", "", 1), place="21")
    filing.claim["admitted_on"] = filing.day.isoformat()
    return filing


def transition(filer: Filer) -> Filing:
    filing = filer.file((filer.rng.choice(("99495", "99496")), "", 1))
    filer.earlier(filing, 45, ("99495", "", 1))
    return filing


def visit_with_minor_surgery(filer: Filer) -> Filing:
    return filer.file(("99213", "25", 1), ("10060", "", 1))


def visit_with_major_surgery(filer: Filer) -> Filing:
    filing = filer.file(("99223", "57", 1), ("49505", "", 1), place="21")
    filing.claim["admitted_on"] = filing.day.isoformat()
    return filing


def unrelated_visit_after_surgery(filer: Filer) -> Filing:
    filing = filer.file(("99213", "24", 1))
    filer.earlier(filing, 100, ("99212", "", 1))
    filer.earlier(filing, 30, ("27130", "RT", 1))
    return filing


def unrelated_surgery_after_surgery(filer: Filer) -> Filing:
    filing = filer.file(("27447", "79 LT", 1), place="22", codes=("M17.12",))
    filer.earlier(filing, 40, ("27130", "RT", 1))
    filer.earlier(filing, 120, ("99213", "", 1))
    return filing


def visit_long_after_surgery(filer: Filer) -> Filing:
    filing = filer.file(("99213", "", 1))
    filer.earlier(filing, 95, ("27130", "RT", 1))
    return filing


def replacement(filer: Filer) -> Filing:
    filing = filer.file(("99213", "", 1), payer=BLUE, age=(20, 60))
    first = filer.earlier(filing, 0, ("99212", "", 1))
    filing.claim |= {"frequency_code": "7", "original_reference": first["number"]}
    return filing


def secondary(filer: Filer) -> Filing:
    filing = filer.file(("99214", "", 1))
    filing.claim["coverage"]["rank"] = "secondary"
    paid = {"payer_id": "BLUE1", "rank": "primary", "filing_indicator": "BL", "paid": "61.20"}
    filing.claim["other_payers"] = [paid]
    return filing


def first_of_two(filer: Filer) -> Filing:
    filing = filer.file(("99214", "", 1), payer=BLUE, age=(20, 60))
    filing.claim["other_payers"] = [{"payer_id": "UNITY", "rank": "secondary"}]
    return filing


def hospice_patient(filer: Filer) -> Filing:
    filing = filer.file(("99213", filer.rng.choice(("GV", "GW")), 1))
    filing.eligibility.append({"kind": "hospice", "since": "2026-05-01"})
    return filing


def nursing_patient(filer: Filer) -> Filing:
    filing = filer.file(("99213", "", 1))
    filing.eligibility.append({"kind": "snf", "since": "2026-06-15"})
    return filing


def therapy(filer: Filer) -> Filing:
    filing = filer.file(("97110", "GP", 1), codes=("M62.81",))
    ended = {"kind": "home-health", "since": "2026-04-01", "until": "2026-05-30"}
    filing.eligibility.append(ended)
    return filing


def accident_with_its_payer(filer: Filer) -> Filing:
    filing = secondary(filer)
    filing.claim |= {"accident": "AA", "accident_on": filing.day.isoformat()}
    return filing


def authorized(filer: Filer) -> Filing:
    filing = filer.file(("27130", "RT", 1), payer=HARBOR, place="22", codes=("M17.11",))
    filing.claim["authorization"] = "AU55120"
    filing.authorizations = [
        {"number": "AU55120", "codes": ["27130"], "since": "2026-06-01", "until": "2026-12-31",
         "units": "1"},
        {"number": "AU55121", "codes": ["97110"], "since": "2026-06-01", "until": "2026-12-31"},
    ]  # fmt: skip
    return filing


def harbor_visit(filer: Filer) -> Filing:
    return filer.file(("99214", "", 1), ("36415", "", 1), payer=HARBOR)


def harbor_wound(filer: Filer) -> Filing:
    return filer.file(("11042", "KX", 1), payer=HARBOR)


def harbor_abscess(filer: Filer) -> Filing:
    return filer.file(("10060", "", 1), payer=HARBOR)


def harbor_lipids(filer: Filer) -> Filing:
    filing = filer.file(("80061", "", 1), ("82607", "", 1), payer=HARBOR, codes=("E78.5",))
    filer.earlier(filing, 120, ("80061", "", 1))
    return filing


def harbor_test(filer: Filer) -> Filing:
    return filer.file(("99213", "25", 1), ("94010", "", 1), payer=HARBOR, codes=("R05.9",))


def harbor_injection(filer: Filer) -> Filing:
    return filer.file(("96372", "", 2), ("J1885", "", 2), payer=HARBOR)


def waived(filer: Filer) -> Filing:
    return filer.file(("99213", "", 1), ("87880", "QW", 1), payer=HARBOR, codes=("J06.9",))


def referred(filer: Filer) -> Filing:
    filing = filer.file(("80053", "90", 1), payer=BLUE, age=(20, 60), place="81")
    own = filing.provider("billing") | {
        "role": "service_facility", "name": "Reference Laboratory", "npi": "1043200124",
        "taxonomy": "", "record": None,
    }  # fmt: skip
    filing.claim["providers"].append(own)
    return filing


def dock_warts(filer: Filer) -> Filing:
    return filer.file(("17110", "SA", 1), facility=DOCK)


def dock_cut(filer: Filer) -> Filing:
    return filer.file(("12001", "", 1), facility=DOCK)


def dock_cough(filer: Filer) -> Filing:
    return filer.file(("99213", "25", 1), ("94010", "", 1), facility=DOCK, codes=("R05.9",))


def dock_blood(filer: Filer) -> Filing:
    return filer.file(("80053", "", 1), ("36415", "", 1), facility=DOCK)


def dock_injection(filer: Filer) -> Filing:
    return filer.file(("96372", "", 2), ("J1885", "", 2), facility=DOCK)


def vitamin(filer: Filer) -> Filing:
    return filer.file(("82607", "", 1), codes=(filer.rng.choice(("D64.9", "D50.9")),))


def mammography(filer: Filer) -> Filing:
    filing = filer.file(("77067", "", 1), sex="F", codes=("Z12.31",))
    filer.earlier(filing, 400, ("77067", "", 1))
    return filing


CLEAN: tuple[Recipe, ...] = (
    visit, commercial_visit, laboratory, new_patient, continuing, hospital_day, discharge,
    admission, transition, visit_with_minor_surgery, visit_with_major_surgery,
    unrelated_visit_after_surgery, unrelated_surgery_after_surgery, visit_long_after_surgery,
    replacement, secondary, first_of_two, hospice_patient, nursing_patient, therapy,
    accident_with_its_payer, authorized, harbor_visit, harbor_wound, harbor_abscess,
    harbor_lipids, harbor_test, harbor_injection, waived, referred, dock_warts, dock_cut,
    dock_cough, dock_blood, dock_injection, vitamin, mammography,
)  # fmt: skip
