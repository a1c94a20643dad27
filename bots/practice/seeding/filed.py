"""Claims as files bring them, with what the practice portal does not show.

The other payers, eligibility and authorizations, the frequency code, the CLIA number, the level of
a visit in its record, and the patient's earlier claims. Here a claim is what the JSON file has:
plain dicts that recipes fill and defects spoil. Nothing of it comes from the checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bots.practice.seeding.codes import charge_of
from bots.practice.seeding.drafts import Draft, FacilityRow, HeadingRow, PayerRow, Visit
from bots.practice.seeding.encounters import Maker, performer
from bots.practice.seeding.filed_codes import HARBOR
from bots.practice.seeding.json_claims import claim_as_json, record_as_json
from bots.practice.seeding.people import FACILITIES, MEDICARE_B

# What the record says of a visit that is billed at its level: decision making, minutes.
LEVELS = {
    "99202": ("straightforward", 15), "99203": ("low", 30), "99204": ("moderate", 45),
    "99212": ("straightforward", 10), "99213": ("low", 20), "99214": ("moderate", 30),
    "99215": ("high", 40),
    "99221": ("low", 40), "99222": ("moderate", 55), "99223": ("high", 75),
    "99231": ("low", 25), "99232": ("moderate", 35), "99238": ("", 25), "99239": ("", 40),
    "99495": ("moderate", 30), "99496": ("high", 40),
}  # fmt: skip
_LABORATORY = ("80", "81", "82", "83", "84", "85", "86", "87", "88")
_UNSEEN = (
    "admission_source", "admission_type", "drg", "inpatient_procedures", "occurrence_spans",
    "occurrences", "operating", "unit", "values",
)  # fmt: skip

# A code, its modifiers, and its units.
Service = tuple[str, str, int]


@dataclass
class Filing:
    """One claim, its patient's other claims, its record, and what the payer's screens say."""

    claim: dict[str, Any]
    record: dict[str, Any]
    history: list[dict[str, Any]] = field(default_factory=list)
    eligibility: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The claim's own number."""
        return str(self.claim["number"])

    @property
    def day(self) -> date:
        """The day of the first line."""
        return date.fromisoformat(self.claim["lines"][0]["service_date"])

    def line(self, code: str) -> dict[str, Any]:
        """The first line with that procedure."""
        return next(line for line in self.claim["lines"] if line["procedure"] == code)

    def provider(self, role: str) -> dict[str, Any]:
        """The provider in that role."""
        return next(entry for entry in self.claim["providers"] if entry["role"] == role)

    def visit(self) -> dict[str, Any]:
        """What the record says of the first visit."""
        seen: dict[str, Any] = self.record["visits"][0]
        return seen

    def as_json(self, as_of: date) -> dict[str, Any]:
        """The case in the form of docs/claim.schema.json."""
        return {
            "claim": self.claim,
            "history": self.history,
            "documentation": self.record,
            "eligibility": self.eligibility,
            "authorizations": self.authorizations,
            "as_of": as_of.isoformat(),
        }


class Filer:
    """Makes such claims, each clean, with one source of chance."""

    def __init__(self, maker: Maker) -> None:
        self.maker, self.rng = maker, maker.rng
        self._count = 0

    def file(
        self,
        *services: Service,
        payer: PayerRow = MEDICARE_B,
        codes: tuple[str, ...] = ("I10",),
        place: str = "11",
        facility: FacilityRow | None = None,
        sex: str | None = None,
        age: tuple[int, int] = (66, 80),
        day: date | None = None,
    ) -> Filing:
        """A claim with these services, done and recorded as they are billed."""
        self._count += 1
        on = day or date(2026, 7, 1) + timedelta(days=self.rng.randrange(70))
        patient = self.maker.world.new_patient(sex or self.rng.choice("FM"), age)
        patient.record_number = f"FR{self._count:07d}"
        visit = Visit(f"FE{self._count:08d}", patient, on)
        at = self.rng.choice(FACILITIES[:3])
        draft = self.maker.claim(
            visit, "professional", "pending", payer, at, "primary care", list(codes), place
        )
        draft.number = f"FL{self._count:07d}"
        draft.on_hold, draft.hold_reason = False, ""
        if payer is HARBOR:
            draft.member_id = f"H{self.rng.randrange(10**9):09d}"
        seen = [self._bill(visit, draft, *service) for service in services]
        draft.add_up()
        claim = claim_as_json(draft)
        if facility is not None:
            claim["facility"] = {"code": facility.code, "name": facility.name, "state": "OH"}
        if any(code.startswith(_LABORATORY) for code, _, _ in services):
            claim["clia"] = "36D0000000"
        claim["not_shown"] = list(_UNSEEN)
        record = record_as_json(visit) | {"visits": [entry for entry in seen if entry]}
        active = {"kind": "active", "since": "2020-01-01", "payer_id": payer.payer_id}
        return Filing(claim, record, eligibility=[active])

    def earlier(self, filing: Filing, days: int, *services: Service) -> dict[str, Any]:
        """Another claim of the same patient, payer and people, paid, so many days before."""
        self._count += 1
        on = (filing.day - timedelta(days=days)).isoformat()
        lines = []
        for number, (code, modifiers, units) in enumerate(services, start=1):
            lines.append(
                filing.claim["lines"][0]
                | {
                    "number": number,
                    "procedure": code,
                    "modifiers": modifiers.split(),
                    "units": str(units),
                    "charge": f"{charge_of(code, Decimal(units)):f}",
                    "service_date": on,
                    "ndc": "",
                    "ndc_quantity": None,
                    "ndc_unit": "",
                }
            )
        other = filing.claim | {
            "number": f"FL{self._count:07d}",
            "lines": lines,
            "total_charge": f"{sum(Decimal(line['charge']) for line in lines):f}",
            "status": "Paid",
            "created_on": on,
            "submitted_on": on,
        }
        filing.history.append(other)
        return other

    def _bill(
        self, visit: Visit, draft: Draft, code: str, modifiers: str, units: int
    ) -> dict[str, Any] | None:
        self.maker.bill(visit, draft, code, units, tuple(modifiers.split()))
        draft.lines[-1].pointers = [1]
        if code not in LEVELS:
            return None
        if not visit.headings:
            visit.headings.append(HeadingRow("Visit note", visit.day, performer(draft), True))
        decision, minutes = LEVELS[code]
        return {
            "number": f"VI-{len(draft.lines)}",
            "seen_on": visit.day.isoformat(),
            "seen_by_npi": performer(draft),
            "decision_making": decision,
            "minutes": minutes,
            "new_patient": True if code in ("99202", "99203", "99204") else None,
            "separate_from_procedure": "25" in modifiers.split(),
            "decision_for_surgery": "57" in modifiers.split(),
            "signed": True,
        }
