"""The words of a claim: what an 837P or 837I carries, as a portal's screens show it.

Everything here is frozen. A claim that was read is a fact; a correction is a `Change`
beside it, never an edit of it.

Authority for the vocabulary: ASC X12 005010X222A1 (837P) and 005010X223A2 (837I).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class ClaimType(StrEnum):
    """Which transaction set the claim belongs to."""

    PROFESSIONAL = "professional"
    INSTITUTIONAL = "institutional"


class Sex(StrEnum):
    """DMG03. `UNKNOWN` is never evaluated against a sex edit."""

    FEMALE = "F"
    MALE = "M"
    UNKNOWN = "U"


class Role(StrEnum):
    """What a provider did for this claim; NM101 in brackets."""

    BILLING = "billing"  # 85
    RENDERING = "rendering"  # 82
    ORDERING = "ordering"  # DK
    REFERRING = "referring"  # DN
    ATTENDING = "attending"  # 71, institutional
    OPERATING = "operating"  # 72, institutional
    SERVICE_FACILITY = "service_facility"  # 77


class DiagnosisKind(StrEnum):
    """The part a diagnosis plays; HI qualifier in brackets.

    Professional claims use `PRINCIPAL` for the first and `OTHER` for the rest.
    """

    PRINCIPAL = "principal"  # ABK
    ADMITTING = "admitting"  # ABJ
    REASON_FOR_VISIT = "reason_for_visit"  # APR
    EXTERNAL_CAUSE = "external_cause"  # ABN
    OTHER = "other"  # ABF


@dataclass(frozen=True, slots=True)
class Facility:
    """Where the office keeps the claim; `code` is the office's own short code."""

    code: str
    name: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """The patient. `record_number` is the portal's own (medical record number)."""

    record_number: str
    last_name: str
    first_name: str
    birth_date: date | None
    sex: Sex = Sex.UNKNOWN
    died_on: date | None = None
    address: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""

    def age_on(self, day: date) -> int | None:
        """Whole years on `day`; None without a birth date."""
        if self.birth_date is None:
            return None
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whom the claim is sent to. `filing_indicator` is SBR09 (MB, MA, MC, BL, CI ...)."""

    payer_id: str
    payer_name: str
    member_id: str
    filing_indicator: str = ""
    group_number: str = ""
    relationship: str = "self"
    rank: str = "primary"

    @property
    def is_medicare(self) -> bool:
        """Medicare Part A or B (SBR09 MA, MB)."""
        return self.filing_indicator in {"MA", "MB"}

    @property
    def is_ncci_bound(self) -> bool:
        """NCCI binds Medicare and Medicaid; other payers only by their own rules."""
        return self.filing_indicator in {"MA", "MB", "MC"}


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """The portal's own master record of a provider, where the claim links one."""

    record_id: str
    name: str
    npi: str = ""
    npi_type: str = ""  # "1" a person, "2" an organization
    taxonomy: str = ""
    active_from: date | None = None
    active_to: date | None = None

    def active_on(self, day: date) -> bool:
        """Whether the record was in force on `day`; an open end is open."""
        return (self.active_from is None or self.active_from <= day) and (
            self.active_to is None or day <= self.active_to
        )


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the claim names one; `record` is what the claim links it to, if it does."""

    role: Role
    name: str
    npi: str = ""
    taxonomy: str = ""
    record: ProviderRecord | None = None

    @property
    def specialty(self) -> str:
        """The taxonomy that the claim gives, else the linked record's; empty without either."""
        return self.taxonomy or (self.record.taxonomy if self.record else "")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One ICD-10-CM code, with its dot as the screen has it; `position` is 1-based."""

    position: int
    code: str
    kind: DiagnosisKind = DiagnosisKind.OTHER
    present_on_admission: str = ""


# Revenue codes; a screen may leave out the leading zero. 0022 is a skilled nursing facility's,
# 0023 home health's, 0024 an inpatient rehabilitation facility's.
_TOTAL = frozenset({"0001", "001"})
_HIPPS = frozenset({"0022", "0023", "0024", "022", "023", "024"})


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service line. `pointers` are diagnosis positions; money is in dollars.

    `place_of_service` is empty where the claim's own applies. `ndc` is as the field
    has it, hyphens and all. `description` is SV101-7 (needed for codes that are not
    otherwise classified), never a CPT descriptor. `unit` is SV103 (UN units, MJ minutes of
    anesthesia). `rendering_npi` is the line's own (loop 2420A); empty where the claim's
    applies. `noncovered_charge` is SV207.
    """

    number: int
    procedure: str
    charge: Decimal
    units: Decimal = Decimal(1)
    modifiers: tuple[str, ...] = ()
    service_date: date | None = None
    service_date_end: date | None = None
    place_of_service: str = ""
    pointers: tuple[int, ...] = ()
    revenue_code: str = ""
    ndc: str = ""
    ndc_quantity: Decimal | None = None
    ndc_unit: str = ""
    description: str = ""
    unit: str = "UN"
    rendering_npi: str = ""
    noncovered_charge: Decimal | None = None

    @property
    def revenue(self) -> str:
        """The revenue code in four digits; a screen may leave out the leading zero."""
        code = self.revenue_code.strip()
        return code.zfill(4) if len(code) == 3 else code

    @property
    def is_total(self) -> bool:
        """Whether it is the line 0001, which says again what all others add up to (NUBC FL 42)."""
        return self.revenue_code in _TOTAL

    @property
    def is_hipps(self) -> bool:
        """Whether a HIPPS code stands in the procedure's place, and no HCPCS code (SV202-1)."""
        return self.revenue_code in _HIPPS


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """A value, occurrence or occurrence span code of an institutional claim (HI BE, BH, BI)."""

    code: str
    since: date | None = None  # the day of an occurrence, the first of a span
    until: date | None = None  # the last day of a span
    amount: Decimal | None = None  # of a value code


@dataclass(frozen=True, slots=True)
class InpatientProcedure:
    """One ICD-10-PCS code (HI BBR, BBQ); the first is the principal one."""

    code: str
    performed_on: date | None = None


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Another payer of the claim (loop 2320); `paid` in dollars, None where it says nothing."""

    payer_id: str
    payer_name: str = ""
    rank: str = "secondary"
    filing_indicator: str = ""
    paid: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, whole.

    `status` is the portal's own word, read through the portal's status table.
    `created_on` is when the claim was made (BHT04 in a file). `lines_edited` says
    whether the claim's own history shows that a line was changed or removed after the
    total was last computed; None where the source does not say. `not_shown` names fields
    above that this source never shows ("clia", "operating", ...): their emptiness says nothing.
    `unseen` names, by path (`place_of_service`, `lines.modifiers`, `coverage.member_id`), the
    fields for which it has no place at all: a check that would read one is not evaluated.
    `expected_payment` never stands here: worth is computed, not read.
    """

    number: str
    type: ClaimType
    facility: Facility
    patient: Patient
    coverage: Coverage
    providers: tuple[Provider, ...]
    diagnoses: tuple[Diagnosis, ...]
    lines: tuple[ServiceLine, ...]
    total_charge: Decimal | None
    status: str = ""
    on_hold: bool = False
    place_of_service: str = ""
    bill_type: str = ""
    frequency_code: str = "1"
    original_reference: str = ""
    statement_from: date | None = None
    statement_through: date | None = None
    admitted_on: date | None = None
    discharge_status: str = ""
    condition_codes: tuple[str, ...] = ()
    occurrences: tuple[ClaimCode, ...] = ()
    occurrence_spans: tuple[ClaimCode, ...] = ()
    values: tuple[ClaimCode, ...] = ()
    inpatient_procedures: tuple[InpatientProcedure, ...] = ()
    admission_type: str = ""
    admission_source: str = ""
    drg: str = ""
    authorization: str = ""
    clia: str = ""
    other_payers: tuple[OtherPayer, ...] = ()
    accident: str = ""  # CLM11-1: AA auto, EM employment, OA other
    accident_on: date | None = None
    coder: str = ""
    created_on: date | None = None
    submitted_on: date | None = None
    version: str = ""
    lines_edited: bool | None = None
    unknown_fields: tuple[tuple[str, str], ...] = ()
    not_shown: tuple[str, ...] = ()
    unseen: tuple[str, ...] = field(default=(), repr=False)  # of the portal, not of the claim

    def provider(self, role: Role) -> Provider | None:
        """The claim's provider in `role`, or None."""
        for provider in self.providers:
            if provider.role is role:
                return provider
        return None

    def line(self, number: int) -> ServiceLine | None:
        """The line with that number, or None."""
        for entry in self.lines:
            if entry.number == number:
                return entry
        return None

    @property
    def charges(self) -> Decimal:
        """What the lines add up to; a line that is itself the total is none of them."""
        return sum((entry.charge for entry in self.lines if not entry.is_total), Decimal(0))

    @property
    def service_from(self) -> date | None:
        """The claim's From date: statement date, else the earliest line."""
        days = [entry.service_date for entry in self.lines if entry.service_date]
        return self.statement_from or min(days, default=None)

    @property
    def service_through(self) -> date | None:
        """The claim's Through date: statement date, else the latest line."""
        days = [
            entry.service_date_end or entry.service_date
            for entry in self.lines
            if entry.service_date
        ]
        return self.statement_through or max((d for d in days if d), default=None)


@dataclass(frozen=True, slots=True)
class Order:
    """An order in the encounter's documentation."""

    number: str
    code: str
    ordered_on: date
    ordered_by_npi: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class ProcedureEntry:
    """One row of the procedure log: something that was done."""

    number: str
    code: str
    performed_on: date
    units: Decimal = Decimal(1)
    minutes: int | None = None
    performed_by_npi: str = ""
    signed: bool = False
    started_at: datetime | None = None  # of an infusion or of anesthesia
    stopped_at: datetime | None = None
    side: str = ""  # "left", "right", "both" or empty
    site: str = ""  # the record's own word for where, to tell two sites apart
    session: str = ""  # two entries of one day with different sessions were apart


@dataclass(frozen=True, slots=True)
class Administration:
    """One row of the medication administration record; `units` are billing units."""

    number: str
    code: str
    ndc: str
    given_on: date
    units: Decimal
    dose: str = ""
    route: str = ""
    signed: bool = False
    wasted: Decimal | None = None  # billing units drawn and discarded
    single_dose: bool | None = None  # a single-dose container


@dataclass(frozen=True, slots=True)
class NoteHeading:
    """The heading of a visit note: that it exists, when, by whom; never its text."""

    title: str
    written_on: date
    author_npi: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """What the record says of an evaluation and management visit.

    `decision_making` is "straightforward", "low", "moderate" or "high", empty where the
    record does not say; `minutes` the physician's total time of the day.
    """

    number: str
    seen_on: date
    seen_by_npi: str = ""
    decision_making: str = ""
    minutes: int | None = None
    new_patient: bool | None = None
    resident: bool = False
    teaching_statement: bool = False  # the teaching physician's own
    separate_from_procedure: bool = False  # the note says why the visit stands apart
    decision_for_surgery: bool = False
    signed: bool = False


@dataclass(frozen=True, slots=True)
class DocumentedDiagnosis:
    """A diagnosis that the record names, by code; `number` is its entry."""

    number: str
    code: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Documentation:
    """What the encounter's record says was ordered, done, given and written."""

    encounter: str
    orders: tuple[Order, ...] = ()
    procedures: tuple[ProcedureEntry, ...] = ()
    administrations: tuple[Administration, ...] = ()
    notes: tuple[NoteHeading, ...] = ()
    visits: tuple[Visit, ...] = ()
    diagnoses: tuple[DocumentedDiagnosis, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverageSpan:
    """A stretch of days with the payer, as an eligibility screen or a 271 says it.

    `kind` is "active", "inactive", "hospice", "snf", "home-health" or "other-payer" (then
    `payer_id` is whose turn it is before this payer).
    """

    kind: str
    since: date | None = None
    until: date | None = None
    payer_id: str = ""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A prior authorization as the portal's own screen shows it; `units` None without a limit."""

    number: str
    codes: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one review may look at.

    `history` are the patient's other claims that the source knows of (for a portal:
    the same patient's claims of the same days, by the portal's own search); None where
    the source cannot say, which is not the same as an empty tuple. `history_complete` is
    False where they are only those that happen to be at hand, such as the other claims of the
    files checked: what stands there counts, but nobody may conclude from what does not.
    `documentation` is None where there is none to see, and so are `eligibility` and
    `authorizations` where the source shows no such screen. `as_of` is the day against which
    "future" and "late" are judged: never the wall clock.
    """

    claim: Claim
    as_of: date
    history: tuple[Claim, ...] | None = None
    documentation: Documentation | None = None
    eligibility: tuple[CoverageSpan, ...] | None = None
    authorizations: tuple[Authorization, ...] | None = None
    history_complete: bool = True

    @property
    def knows_all_claims(self) -> bool:
        """Whether `history` are all of the patient's other claims that matter here."""
        return self.history is not None and self.history_complete


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a claim, from what it was read with to what it should be.

    `field` is one of `FIELDS`; `line` is 1-based for a line's field, else None. Values
    are text in the spelling of `bots.claims.value_of`, so that a change can be compared,
    logged and shown without knowing its type.
    """

    field: str
    line: int | None
    from_: str
    to: str

    def as_json(self) -> dict[str, str | int | None]:
        """The change as files, the log and the store have it."""
        return {"field": self.field, "line": self.line, "from": self.from_, "to": self.to}


# The fields a Change may name. A list is written "A10.1 B20" / "1 2"; money "12.34".
CLAIM_FIELDS = (
    "diagnoses",  # codes in order, separated by a blank
    "total_charge",
    "place_of_service",
    "member_id",
    "frequency_code",
    "rendering_npi",
    "ordering_npi",
    "referring_npi",
    "billing_npi",
    "attending_npi",
)
LINE_FIELDS = (
    "procedure",
    "modifiers",
    "units",
    "charge",
    "pointers",
    "place_of_service",
    "ndc",
    "service_date",
)


# The one change that corrects nothing: the portal's own hold, put on. None takes it off.
HOLD = Change("on_hold", None, "no", "yes")


def money(amount: Decimal) -> str:
    """An amount of dollars as text with two decimals."""
    return f"{amount:.2f}"


def value_of(claim: Claim, field: str, line: int | None = None) -> str:
    """A field's value, in the spelling that a `Change` uses.

    Raises:
        KeyError: no such field or no such line.
    """
    if line is None:
        return _claim_value(claim, field)
    entry = claim.line(line)
    if entry is None:
        raise KeyError(f"line {line}")
    match field:
        case "modifiers":
            return " ".join(entry.modifiers)
        case "pointers":
            return " ".join(str(position) for position in entry.pointers)
        case "units":
            return plain(entry.units)
        case "charge":
            return money(entry.charge)
        case "service_date":
            return entry.service_date.isoformat() if entry.service_date else ""
        case "procedure" | "place_of_service" | "ndc":
            return str(getattr(entry, field))
    raise KeyError(field)


def _claim_value(claim: Claim, field: str) -> str:
    if field.endswith("_npi"):
        provider = claim.provider(Role(field.removesuffix("_npi")))
        return provider.npi if provider else ""
    match field:
        case "diagnoses":
            return " ".join(diagnosis.code for diagnosis in claim.diagnoses)
        case "total_charge":
            return "" if claim.total_charge is None else money(claim.total_charge)
        case "member_id":
            return claim.coverage.member_id
        case "on_hold":
            return HOLD.to if claim.on_hold else HOLD.from_
        case "place_of_service" | "frequency_code":
            return str(getattr(claim, field))
    raise KeyError(field)


def plain(number: Decimal) -> str:
    """A decimal without exponent or trailing zeros: `1`, `2.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_words(number: Decimal) -> str:
    """`1 unit`, `2.5 units`."""
    return f"{plain(number)} unit{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class ClaimRef:
    """A row of a worklist: enough to open the claim and to say which one it was."""

    portal: str
    number: str
    queue: str
    status: str = ""
    read_at: datetime | None = None
