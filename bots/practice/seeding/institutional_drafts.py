"""A hospital's bill in the making: a draft with everything that an 837I carries beside it.

The practice portal shows only what a `Draft` has; a bill is written to files alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bots.practice.seeding.drafts import Draft, Line

TOTAL = "0001"


@dataclass
class BillLine(Line):
    """A line of revenue; that of a stay bears no day of its own."""

    noncovered: Decimal | None = None
    undated: bool = False


@dataclass
class Told:
    """A diagnosis, the part it plays, and whether it was present on admission."""

    code: str
    kind: str = "other"
    poa: str = ""


@dataclass
class Coded:
    """A value, occurrence or occurrence span code."""

    code: str
    since: date | None = None
    until: date | None = None
    amount: Decimal | None = None


@dataclass
class Bill(Draft):
    """An institutional claim, whole. `diagnoses` of the draft stay empty: they are `told`."""

    told: list[Told] = field(default_factory=list)
    procedures: list[str] = field(default_factory=list)  # ICD-10-PCS, the principal one first
    admitted_on: date | None = None
    admission_type: str = ""
    admission_source: str = ""
    drg: str = ""
    frequency: str = "1"
    original: str = ""
    values: list[Coded] = field(default_factory=list)
    occurrences: list[Coded] = field(default_factory=list)
    spans: list[Coded] = field(default_factory=list)
    first_payer: str = ""  # another insurer's id, which paid before this one
    recorded: list[str] = field(default_factory=list)  # diagnoses that the record names

    @property
    def first(self) -> date:
        """The first day of the statement."""
        assert self.statement_from is not None
        return self.statement_from

    @property
    def last(self) -> date:
        """The last day of the statement."""
        assert self.statement_through is not None
        return self.statement_through

    def value(self, code: str) -> Coded:
        """The value code of that name, which the bill has."""
        return next(entry for entry in self.values if entry.code == code)

    def line(self, revenue: str) -> Line:
        """The first line under a revenue code that begins so."""
        return next(line for line in self.lines if line.revenue_code.startswith(revenue))

    def as_shown(self) -> None:
        """Leave out leading zeros, as many a screen does."""
        self.bill_type = self.bill_type.removeprefix("0")
        for line in self.lines:
            if len(line.revenue_code) == 4:
                line.revenue_code = line.revenue_code.removeprefix("0")

    def add_up(self) -> None:
        """Let the total, and the line that repeats it, say what the other lines say."""
        self.total = Decimal(0)
        for line in self.lines:
            if line.revenue_code == TOTAL:
                line.charge = self.total
            else:
                self.total += line.charge


_UNSEEN = ("accident", "clia", "service_facility", "unit")


def complete(claim: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """The claim in the form of docs/claim.schema.json, with what a bill says beyond a draft."""
    if not isinstance(draft, Bill):
        return claim
    if draft.first_payer:
        claim["coverage"]["rank"] = "secondary"
    return claim | {
        "diagnoses": [
            {"position": n, "code": told.code, "kind": told.kind, "present_on_admission": told.poa}
            for n, told in enumerate(draft.told, start=1)
        ],
        "inpatient_procedures": [
            {"code": code, "performed_on": _day(draft.admitted_on)} for code in draft.procedures
        ],
        "admitted_on": _day(draft.admitted_on),
        "admission_type": draft.admission_type,
        "admission_source": draft.admission_source,
        "drg": draft.drg,
        "frequency_code": draft.frequency,
        "original_reference": draft.original,
        "values": [_code(entry) for entry in draft.values],
        "occurrences": [_code(entry) for entry in draft.occurrences],
        "occurrence_spans": [_code(entry) for entry in draft.spans],
        "other_payers": (
            [{"payer_id": draft.first_payer, "rank": "primary", "paid": "0.00"}]
            if draft.first_payer
            else []
        ),
        "not_shown": list(_UNSEEN),
    }


def on_line(line: Line) -> dict[str, Any]:
    """What a line of revenue says beyond a line."""
    if not isinstance(line, BillLine):
        return {}
    said: dict[str, Any] = {}
    if line.undated:
        said["service_date"] = None
    if line.noncovered is not None:
        said["noncovered_charge"] = f"{line.noncovered:f}"
    return said


def record_of(bill: Bill) -> dict[str, Any] | None:
    """The diagnoses that the record names; None where there is no record to see."""
    if not bill.recorded:
        return None
    return {
        "encounter": f"EN{bill.number}",
        "diagnoses": [
            {"number": f"DX-{n}", "code": code, "signed": True}
            for n, code in enumerate(bill.recorded, start=1)
        ],
    }


def _code(entry: Coded) -> dict[str, Any]:
    return {
        "code": entry.code,
        "since": _day(entry.since),
        "until": _day(entry.until),
        "amount": None if entry.amount is None else f"{entry.amount:f}",
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
