"""What the claims that only files bring need beside the practice's own: codes, rules, policies.

As in `codes`, procedures are bare numbers and every value beside them is invented for practice.
The rules belong to a payer and a facility of their own, so that no other claim meets them.
"""

from __future__ import annotations

from decimal import Decimal

from bots.practice.seeding.codes import Code
from bots.practice.seeding.drafts import FacilityRow, PayerRow

HARBOR = PayerRow("HARBR", "Harbor Mutual", "CI", 180, "H[0-9]{9}")
DOCK = FacilityRow("DOCK", "Dockside Clinic")


def _code(code: str, kind: str = "em", mue: int = 4, **more: object) -> Code:
    return Code(code, kind, Decimal("100.00"), mue=mue, mai=3, **more)  # type: ignore[arg-type]


CODES = (
    _code("99202"), _code("99203"), _code("99204"),
    _code("99221"), _code("99222"), _code("99223"),
    _code("99231"), _code("99232"), _code("99238"), _code("99239"),
    _code("99495"), _code("99496"), _code("G2211"),
    _code("10060", "surgery"), _code("11042", "surgery"), _code("49505", "surgery"),
    _code("27130", "surgery"), _code("27447", "surgery"),
    _code("82607", "laboratory", needs_order=True), _code("87880", "laboratory", needs_order=True),
    _code("77067", "imaging", pc_tc="1", needs_order=True),
)  # fmt: skip
GLOBAL_DAYS = {"10060": "010", "11042": "000", "49505": "090", "27130": "090", "27447": "090"}
MODIFIERS = {"GV": "information", "GW": "information", "SG": "information", "PT": "payment"}

# owner, id, rule, code, value
RULES = (
    ("payer", "HARBR", "requires_authorization", "27130", "before the day"),
    ("payer", "HARBR", "requires_modifier", "11042", "KX"),
    ("payer", "HARBR", "forbids_modifier", "82607", "CR"),
    ("payer", "HARBR", "not_covered", "93224", "the plan's list"),
    ("payer", "HARBR", "max_units", "96372", "2"),
    ("payer", "HARBR", "requires_place", "10060", "11 22"),
    ("payer", "HARBR", "requires_diagnosis", "80061", "E78.5 I10"),
    ("payer", "HARBR", "bundled_into", "81002", "99214"),
    ("payer", "HARBR", "needs_documentation", "11042", "order"),
    ("payer", "HARBR", "age_range", "94010", "6-80"),
    ("payer", "HARBR", "min_days_between", "80061", "90"),
    ("payer", "HARBR", "clia_waived", "87880", "QW"),
    ("facility", "DOCK", "requires_modifier", "17110", "SA"),
    ("facility", "DOCK", "not_covered", "93000", "no such device here"),
    ("facility", "DOCK", "max_units", "96372", "2"),
    ("facility", "DOCK", "requires_place", "12001", "11 20"),
    ("facility", "DOCK", "requires_diagnosis", "94010", "R05.9 J06.9"),
    ("facility", "DOCK", "bundled_into", "81002", "80053"),
    ("facility", "DOCK", "needs_documentation", "17110", "order"),
    ("facility", "DOCK", "max_charge", "36415", "30.00"),
)
# code, policy, group, kind, states; policy, group, diagnosis, covered
POLICY_PROCEDURES = (("82607", "A90001", "1", "LCD", ""),)
POLICY_DIAGNOSES = (
    ("A90001", "1", "D64.9", True), ("A90001", "1", "D50.9", True),
    ("A90001", "1", "R53.83", False),
)  # fmt: skip
