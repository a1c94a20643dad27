"""A claim in the making: plain mutable values that the generator writes and defects change.

Nothing here knows Django or a file. A `Visit` is one patient's day: its documentation, and
the claims that were made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

NOT_SENT = ("Ready for review", "Draft")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class FacilityRow:
    """A place the office works for."""

    code: str
    name: str
    state: str = "OH"


@dataclass(frozen=True)
class PayerRow:
    """Whom claims go to; `member_id` is a regular expression for the whole id."""

    payer_id: str
    name: str
    filing_indicator: str
    timely_days: int | None = None
    member_id: str = ""
    adopts_ncci: bool = False
    taxonomy_required: str = ""

    @property
    def is_medicare(self) -> bool:
        """Part A or B."""
        return self.filing_indicator in {"MA", "MB"}

    @property
    def is_bound_by_ncci(self) -> bool:
        """Medicare and Medicaid by law, others where they adopted it."""
        return self.is_medicare or self.filing_indicator == "MC" or self.adopts_ncci


@dataclass(frozen=True)
class RecordRow:
    """A row of the provider master file."""

    record_id: str
    name: str
    npi: str
    npi_type: str
    taxonomy: str
    specialty: str
    facility: str
    active_from: date | None = None
    active_to: date | None = None


@dataclass
class PatientRow:
    """A synthetic person. Defects may change it: a planted claim has a patient of its own."""

    record_number: str
    last_name: str
    first_name: str
    birth_date: date | None
    sex: str
    address: str
    city: str
    state: str
    postal_code: str


@dataclass
class OnClaim:
    """A provider as the claim names one, and the record it links."""

    name: str = ""
    npi: str = ""
    taxonomy: str = ""
    record: RecordRow | None = None


@dataclass
class Line:
    """One service line."""

    procedure: str
    units: Decimal
    charge: Decimal
    service_date: date
    modifiers: list[str] = field(default_factory=list)
    service_date_end: date | None = None
    place_of_service: str = ""
    pointers: list[int] = field(default_factory=list)
    revenue_code: str = ""
    ndc: str = ""
    ndc_quantity: Decimal | None = None
    ndc_unit: str = ""
    description: str = ""


@dataclass
class Happening:
    """One entry of the claim's history."""

    at: datetime
    who: str
    what: str
    detail: str = ""


@dataclass
class Draft:
    """One claim."""

    number: str
    type: str
    queue: str
    status: str
    facility: FacilityRow
    patient: PatientRow
    payer: PayerRow
    member_id: str
    group_number: str
    providers: dict[str, OnClaim]
    diagnoses: list[str]
    lines: list[Line]
    place_of_service: str
    bill_type: str
    coder: str
    created_on: date
    submitted_on: date | None = None
    statement_from: date | None = None
    statement_through: date | None = None
    discharge_status: str = ""
    condition_codes: list[str] = field(default_factory=list)
    authorization: str = ""
    on_hold: bool = False
    hold_reason: str = ""
    total: Decimal = Decimal(0)
    history: list[Happening] = field(default_factory=list)

    @property
    def is_professional(self) -> bool:
        """An 837P."""
        return self.type == "professional"

    def add_up(self) -> None:
        """Let the total say what the lines say."""
        self.total = sum((line.charge for line in self.lines), Decimal(0))

    def of(self, code: str) -> int | None:
        """The 0-based place of the first line with that procedure."""
        return next((i for i, line in enumerate(self.lines) if line.procedure == code), None)


@dataclass
class OrderRow:
    """An order of the visit."""

    number: str
    code: str
    on: date
    by: str
    signed: bool = True


@dataclass
class EntryRow:
    """A row of the procedure log."""

    number: str
    code: str
    on: date
    units: Decimal
    minutes: int | None
    by: str
    signed: bool = True


@dataclass
class GivenRow:
    """A row of the medication administration record."""

    number: str
    code: str
    ndc: str
    on: date
    units: Decimal
    dose: str
    route: str
    signed: bool = True


@dataclass
class HeadingRow:
    """The heading of a visit note."""

    title: str
    on: date
    by: str
    signed: bool = True


@dataclass
class Visit:
    """One patient's day."""

    number: str
    patient: PatientRow
    day: date
    claims: list[Draft] = field(default_factory=list)
    orders: list[OrderRow] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)
    given: list[GivenRow] = field(default_factory=list)
    headings: list[HeadingRow] = field(default_factory=list)

    @property
    def claim(self) -> Draft:
        """The first claim: the one that defects are planted on."""
        return self.claims[0]

    def forget(self, code: str) -> None:
        """Take a code out of the documentation."""
        self.orders = [row for row in self.orders if row.code != code]
        self.entries = [row for row in self.entries if row.code != code]
        self.given = [row for row in self.given if row.code != code]
