"""What the practice portal's screens mean: plain functions from what was seen to a claim.

Dates are MM/DD/YYYY and money has two decimals with commas, as the portal's footer says; a
screen in another language is not read at all, for 03/04 would be another day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from bots.claims import (
    Administration,
    Change,
    Claim,
    ClaimType,
    Coverage,
    Diagnosis,
    DiagnosisKind,
    Documentation,
    Facility,
    NoteHeading,
    Order,
    Patient,
    ProcedureEntry,
    Provider,
    ProviderRecord,
    Role,
    ServiceLine,
    Sex,
)
from bots.portals.base import NotSure, PortalFault, Unreadable
from bots.portals.screen import Row, Seen
from bots.portals.worklist import ListPage, ListRow

STATUSES = (
    "Ready for review",
    "Draft",
    "Submitted",
    "In process",
    "Paid",
    "Denied",
    "Appealed",
    "Under audit",
)
# Fields of a claim for which this portal has no place: that they are empty says nothing.
NOT_SHOWN = (
    "accident", "admission_source", "admission_type", "clia", "drg", "inpatient_procedures",
    "occurrence_spans", "occurrences", "operating", "other_payers", "service_facility", "unit",
    "values",
)  # fmt: skip
# What must be on the screen before a claim is read.
CLAIM = (
    "claim_number", "version", "claim_type", "status", "on_hold", "facility_code",
    "facility_name", "facility_state", "frequency_code", "original_reference", "authorization",
    "place_of_service", "bill_type", "statement_from", "statement_through", "admitted_on",
    "discharge_status", "condition_codes", "coder", "created_on", "submitted_on", "encounter",
    "total_charge", "record_number", "last_name", "first_name", "birth_date", "sex", "address",
    "city", "state", "postal_code", "payer_id", "payer_name", "filing_indicator", "member_id",
    "group_number", "relationship", "diagnoses", "service_lines", "providers", "notes",
)  # fmt: skip
# The boxes of the edit form that hold one claim field each.
CLAIM_BOXES = (
    "member_id", "frequency_code", "place_of_service", "billing_npi", "rendering_npi",
    "ordering_npi", "referring_npi", "attending_npi",
)  # fmt: skip
LINE_BOXES = (
    "procedure", "modifiers", "service_date", "place_of_service", "pointers", "units", "charge",
    "ndc",
)  # fmt: skip
_KINDS = {"Principal": DiagnosisKind.PRINCIPAL, "Other": DiagnosisKind.OTHER}
_LANGUAGE = "en-US"
Value = TypeVar("Value")


def to_claim(seen: Seen, lines_edited: bool | None = None) -> Claim:
    """The claim that a claim's screen shows.

    Raises:
        ElementMissing: a named element is not there.
        Unreadable: a text has no meaning for us; names the element.
    """
    _in_our_language(seen)
    return Claim(
        number=_code(seen, "claim_number"),
        type=_one_of(seen, "claim_type", {kind.value.capitalize(): kind for kind in ClaimType}),
        facility=Facility(
            _code(seen, "facility_code"), seen["facility_name"], seen["facility_state"]
        ),
        patient=_patient(seen),
        coverage=_coverage(seen),
        providers=tuple(_provider(row) for row in seen.rows("providers")),
        diagnoses=tuple(_diagnosis(row) for row in seen.rows("diagnoses")),
        lines=tuple(_line(row) for row in seen.rows("service_lines")),
        total_charge=_money(seen["total_charge"], "claim: total_charge"),
        status=_one_of(seen, "status", {word: word for word in STATUSES}),
        on_hold=_one_of(seen, "on_hold", {"Yes": True, "No": False}),
        place_of_service=_code(seen, "place_of_service"),
        bill_type=_code(seen, "bill_type"),
        frequency_code=_code(seen, "frequency_code"),
        original_reference=_code(seen, "original_reference"),
        statement_from=_day(seen["statement_from"], "claim: statement_from"),
        statement_through=_day(seen["statement_through"], "claim: statement_through"),
        admitted_on=_day(seen["admitted_on"], "claim: admitted_on"),
        discharge_status=_code(seen, "discharge_status"),
        condition_codes=tuple(_code(seen, "condition_codes").split()),
        authorization=_code(seen, "authorization"),
        coder=seen["coder"],
        created_on=_day(seen["created_on"], "claim: created_on"),
        submitted_on=_day(seen["submitted_on"], "claim: submitted_on"),
        version=_code(seen, "version"),
        lines_edited=lines_edited,
        not_shown=NOT_SHOWN,
    )


def _patient(seen: Seen) -> Patient:
    sexes = {sex.value: sex for sex in Sex} | {"": Sex.UNKNOWN}
    return Patient(
        record_number=_code(seen, "record_number"),
        last_name=seen["last_name"],
        first_name=seen["first_name"],
        birth_date=_day(seen["birth_date"], "claim: birth_date"),
        sex=_one_of(seen, "sex", sexes),
        address=seen["address"],
        city=seen["city"],
        state=seen["state"],
        postal_code=seen["postal_code"],
    )


def _coverage(seen: Seen) -> Coverage:
    return Coverage(
        payer_id=_code(seen, "payer_id"),
        payer_name=seen["payer_name"],
        member_id=_code(seen, "member_id"),
        filing_indicator=_code(seen, "filing_indicator"),
        group_number=_code(seen, "group_number"),
        relationship=seen["relationship"],
    )


def _provider(row: Row) -> Provider:
    try:
        role = Role(row["role"].lower().replace(" ", "_"))
    except ValueError:
        raise Unreadable(f"{row.at}: role: an unknown role") from None
    record = None
    if row["record_id"]:
        record = ProviderRecord(
            record_id=row["record_id"],
            name=row["record_name"],
            npi=_cell(row, "record_npi"),
            npi_type=_cell(row, "record_npi_type"),
            taxonomy=_cell(row, "record_taxonomy"),
            active_from=_day(row["record_active_from"], f"{row.at}: record_active_from"),
            active_to=_day(row["record_active_to"], f"{row.at}: record_active_to"),
        )
    return Provider(role, row["name"], _cell(row, "npi"), _cell(row, "taxonomy"), record)


def _diagnosis(row: Row) -> Diagnosis:
    kind = _KINDS.get(row["kind"])
    if kind is None:
        raise Unreadable(f"{row.at}: kind: an unknown word")
    position = _whole(row["position"], f"{row.at}: position")
    return Diagnosis(position, _cell(row, "code"), kind, _cell(row, "present_on_admission"))


def _line(row: Row) -> ServiceLine:
    charge = _money(row["charge"], f"{row.at}: charge")
    units = _number(row["units"], f"{row.at}: units")
    if charge is None or units is None:
        raise Unreadable(f"{row.at}: units or charge is empty")
    pointers = _cell(row, "pointers").split()
    return ServiceLine(
        number=_whole(row["number"], f"{row.at}: number"),
        procedure=_cell(row, "procedure"),
        charge=charge,
        units=units,
        modifiers=tuple(_cell(row, "modifiers").split()),
        service_date=_day(row["service_date"], f"{row.at}: service_date"),
        service_date_end=_day(row["service_date_end"], f"{row.at}: service_date_end"),
        place_of_service=_cell(row, "place_of_service"),
        pointers=tuple(_whole(pointer, f"{row.at}: pointers") for pointer in pointers),
        revenue_code=_cell(row, "revenue_code"),
        ndc=_cell(row, "ndc"),
        ndc_quantity=_number(row["ndc_quantity"], f"{row.at}: ndc_quantity"),
        ndc_unit=_cell(row, "ndc_unit"),
        description=row["description"],
    )


def to_documentation(seen: Seen) -> Documentation:
    """The encounter's record that a claim's documentation tab shows; raises as `to_claim`."""
    _in_our_language(seen)
    return Documentation(
        encounter=_code(seen, "encounter"),
        orders=tuple(
            Order(
                row["number"],
                _cell(row, "code"),
                _known_day(row, "ordered_on"),
                _cell(row, "ordered_by_npi"),
                _signed(row),
            )
            for row in seen.rows("orders")
        ),
        procedures=tuple(
            ProcedureEntry(
                row["number"],
                _cell(row, "code"),
                _known_day(row, "performed_on"),
                _number(row["units"], f"{row.at}: units") or Decimal(1),
                _whole(row["minutes"], f"{row.at}: minutes") if row["minutes"] else None,
                _cell(row, "performed_by_npi"),
                _signed(row),
            )
            for row in seen.rows("procedures")
        ),
        administrations=tuple(
            Administration(
                row["number"],
                _cell(row, "code"),
                _cell(row, "ndc"),
                _known_day(row, "given_on"),
                _number(row["units"], f"{row.at}: units") or Decimal(0),
                row["dose"],
                row["route"],
                _signed(row),
            )
            for row in seen.rows("administrations")
        ),
        notes=tuple(
            NoteHeading(
                row["title"],
                _known_day(row, "written_on"),
                _cell(row, "author_npi"),
                _signed(row),
            )
            for row in seen.rows("headings")
        ),
    )


def to_lines_edited(seen: Seen) -> bool:
    """Whether a line was changed, added or removed after the total was last computed."""
    edited = False
    for row in seen.rows("events"):
        what = row["what"]
        if what in ("created", "recalculated"):
            edited = False
        elif what in ("line changed", "line added", "line removed"):
            edited = True
    return edited


def note_keys(seen: Seen) -> frozenset[str]:
    """The keys of the notes that a claim's screen shows."""
    return frozenset(str(row.cells["key"] or "").strip() for row in seen.rows("notes"))


def read_list(seen: Seen) -> ListPage:
    """One page of a list.

    Raises:
        PortalFault: the list shows an error, also one that looks like no results.
        Unreadable: its count or its page cannot be read.
    """
    if seen.loose("note") or seen.loose("alert"):
        raise PortalFault("list: the search says that something is wrong")
    total = re.fullmatch(r"([\d,]+) claims?", seen["total_count"])
    page = re.fullmatch(r"Page (\d+) of (\d+)", seen["page_status"])
    if total is None or page is None:
        raise Unreadable("list: total_count or page_status has an unknown form")
    rows = tuple(ListRow(row["number"], row.first("status")) for row in seen.rows("claims"))
    return ListPage(rows, int(total[1].replace(",", "")), int(page[2]))


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a form: the element, what must stand in it, what is to stand in it."""

    element: str
    before: str
    after: str
    values: dict[str, object] = field(default_factory=dict)


def boxes_for(changes: Sequence[Change]) -> list[Box]:
    """The boxes that changes go into, in the portal's spelling. A total has none.

    Raises:
        NotSure: the portal has no box for a field.
    """
    boxes: list[Box] = []
    for change in changes:
        before, after = _spelled(change.field, change.from_), _spelled(change.field, change.to)
        if change.line is not None and change.field in LINE_BOXES:
            values: dict[str, object] = {"line": change.line}
            boxes.append(Box(f"line_{change.field}", before, after, values))
        elif change.line is None and change.field in CLAIM_BOXES:
            boxes.append(Box(change.field, before, after))
        elif change.field == "diagnoses":
            boxes += _diagnosis_boxes(change)
        elif change.field != "total_charge":
            raise NotSure(f"edit: {change.field}: the form has no box for it")
    return boxes


def _diagnosis_boxes(change: Change) -> list[Box]:
    before, after = change.from_.split(), change.to.split()
    longest = max(len(before), len(after))
    before += [""] * (longest - len(before) + 1)
    after += [""] * (longest - len(after) + 1)
    pairs = zip(before, after, strict=True)
    # One box beyond the last: it must be empty, or the list is longer than it was read.
    return [
        Box("diagnosis", old, new, {"n": number})
        for number, (old, new) in enumerate(pairs, start=1)
        if number <= 12
    ]


def _spelled(field: str, value: str) -> str:
    if field == "service_date" and value:
        return date.fromisoformat(value).strftime("%m/%d/%Y")
    return value


def _in_our_language(seen: Seen) -> None:
    if seen.language != _LANGUAGE:
        raise Unreadable(f"{seen.name}: the screen is in another language, so are its dates")


def _one_of(seen: Seen, element: str, words: dict[str, Value]) -> Value:
    text = seen[element]
    if text not in words:
        raise Unreadable(f"{seen.name}: {element}: an unknown word")
    return words[text]


def _code(seen: Seen, element: str) -> str:
    return _plain(seen[element], f"{seen.name}: {element}")


def _cell(row: Row, column: str) -> str:
    return _plain(row[column], f"{row.at}: {column}")


def _plain(text: str, at: str) -> str:
    """A code or number of somebody: ASCII, and neither cut nor masked."""
    if not text.isascii() or "..." in text or "***" in text:
        raise Unreadable(f"{at}: the value is cut, masked, or has foreign letters")
    return text


def _day(text: str, at: str) -> date | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
    try:
        if found is None:
            raise ValueError
        return date(int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        raise Unreadable(f"{at}: not a date (MM/DD/YYYY)") from None


def _known_day(row: Row, column: str) -> date:
    day = _day(row[column], f"{row.at}: {column}")
    if day is None:
        raise Unreadable(f"{row.at}: {column}: no date")
    return day


def _money(text: str, at: str) -> Decimal | None:
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,3}(,\d{3})*\.\d\d", text):
        raise Unreadable(f"{at}: not an amount (1,234.56)")
    return Decimal(text.replace(",", ""))


def _number(text: str, at: str) -> Decimal | None:
    if not text:
        return None
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise Unreadable(f"{at}: not a number")
    return Decimal(text)


def _whole(text: str, at: str) -> int:
    if not re.fullmatch(r"\d+", text):
        raise Unreadable(f"{at}: not a whole number")
    return int(text)


def _signed(row: Row) -> bool:
    word = row["signed"]
    if word not in ("Yes", "No"):
        raise Unreadable(f"{row.at}: signed: an unknown word")
    return word == "Yes"
