"""From a claim's screen to a `Claim`, for any portal whose selector file uses our names.

A selector file names the elements of its screen `claim` as below (`member_id`, `total_charge`
...), its tables `service_lines`, `diagnoses` and `providers`, and their columns as the fields
are called. What the file names must be on the screen; what it does not name the portal has no
place for: it stands in `Claim.unseen`, and a check that would have to read it is not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bots.claims import (
    Claim,
    ClaimType,
    Coverage,
    Diagnosis,
    DiagnosisKind,
    Facility,
    Patient,
    Provider,
    ProviderRecord,
    ServiceLine,
    Sex,
)
from bots.portals.base import Unreadable
from bots.portals.locators import Screen
from bots.portals.screen import Row, Seen
from bots.portals.spelling import Spelling, Value, read_code, read_whole, read_word

# Our name of an element, and the field of a claim that it shows.
FIELDS = {
    "claim_number": "number", "version": "version", "claim_type": "type", "status": "status",
    "on_hold": "on_hold", "facility_code": "facility.code", "facility_name": "facility.name",
    "facility_state": "facility.state", "frequency_code": "frequency_code",
    "original_reference": "original_reference", "authorization": "authorization",
    "place_of_service": "place_of_service", "bill_type": "bill_type",
    "statement_from": "statement_from", "statement_through": "statement_through",
    "admitted_on": "admitted_on", "discharge_status": "discharge_status",
    "condition_codes": "condition_codes", "coder": "coder", "created_on": "created_on",
    "submitted_on": "submitted_on", "total_charge": "total_charge",
    "record_number": "patient.record_number", "last_name": "patient.last_name",
    "first_name": "patient.first_name", "birth_date": "patient.birth_date",
    "sex": "patient.sex", "died_on": "patient.died_on", "address": "patient.address",
    "city": "patient.city", "state": "patient.state", "postal_code": "patient.postal_code",
    "payer_id": "coverage.payer_id", "payer_name": "coverage.payer_name",
    "filing_indicator": "coverage.filing_indicator", "member_id": "coverage.member_id",
    "group_number": "coverage.group_number", "relationship": "coverage.relationship",
}  # fmt: skip
TABLES = {"diagnoses": "diagnoses", "service_lines": "lines", "providers": "providers"}
# Fields that no check reads, or that have an answer of their own where there is no place.
_NEEDED_BY_NOBODY = {"version", "patient.died_on"}


def elements_of(screen: Screen) -> tuple[str, ...]:
    """What must be on a claim's screen before it is read: all of the claim that its file names."""
    named = [name for name in FIELDS if name in screen.elements]
    beside = [name for name in ("encounter",) if name in screen.elements]
    return (*named, *beside, *(name for name in (*TABLES, "notes") if name in screen.tables))


def unseen_of(screen: Screen, spelling: Spelling) -> tuple[str, ...]:
    """The fields of a claim for which the screen has no place, such as `lines.modifiers`."""
    fields = [path for name, path in FIELDS.items() if name not in screen.elements]
    if spelling.only_type:
        fields = [path for path in fields if path != "type"]
    for name, path in TABLES.items():
        if name not in screen.tables:
            fields.append(path)
            continue
        columns = screen.tables[name].columns
        fields += [f"{path}.{column}" for column in _COLUMNS[name] if column not in columns]
    return tuple(path for path in fields if path not in _NEEDED_BY_NOBODY)


_COLUMNS = {
    "diagnoses": ("code", "kind", "present_on_admission"),
    "service_lines": (
        "procedure", "charge", "units", "modifiers", "service_date", "service_date_end",
        "place_of_service", "pointers", "revenue_code", "ndc", "ndc_quantity", "ndc_unit",
        "description",
    ),
    "providers": ("npi", "taxonomy"),
}  # fmt: skip


def to_claim(
    seen: Seen,
    spelling: Spelling,
    *,
    lines_edited: bool | None = None,
    not_shown: Sequence[str] = (),
) -> Claim:
    """The claim that a claim's screen shows.

    `not_shown` as in `Claim`: whole kinds of facts of which the portal knows nothing.

    Raises:
        ElementMissing: an element that the file names is not there.
        Unreadable: a text has no meaning for us; names the element.
    """
    if seen.language != spelling.language:
        raise Unreadable(f"{seen.name}: the screen is in another language, so are its dates")
    at = _Reading(seen, spelling)
    return Claim(
        number=at.code("claim_number"),
        type=at.word("claim_type", spelling.types, spelling.only_type or ClaimType.PROFESSIONAL),
        facility=Facility(
            at.code("facility_code"), at.text("facility_name"), at.text("facility_state")
        ),
        patient=Patient(
            record_number=at.code("record_number"),
            last_name=at.text("last_name"),
            first_name=at.text("first_name"),
            birth_date=at.day("birth_date"),
            sex=at.word("sex", spelling.sexes, Sex.UNKNOWN),
            died_on=at.day("died_on"),
            address=at.text("address"),
            city=at.text("city"),
            state=at.text("state"),
            postal_code=at.text("postal_code"),
        ),
        coverage=Coverage(
            payer_id=at.code("payer_id"),
            payer_name=at.text("payer_name"),
            member_id=at.code("member_id"),
            filing_indicator=at.code("filing_indicator"),
            group_number=at.code("group_number"),
            relationship=at.text("relationship") if at.names("relationship") else "self",
        ),
        providers=tuple(_provider(row, spelling) for row in at.rows("providers")),
        diagnoses=tuple(
            _diagnosis(row, place, spelling) for place, row in enumerate(at.rows("diagnoses"), 1)
        ),
        lines=tuple(
            _line(row, place, spelling) for place, row in enumerate(at.rows("service_lines"), 1)
        ),
        total_charge=at.amount("total_charge"),
        status=at.status(),
        on_hold=at.yes("on_hold"),
        place_of_service=at.code("place_of_service"),
        bill_type=at.code("bill_type"),
        frequency_code=at.code("frequency_code") if at.names("frequency_code") else "1",
        original_reference=at.code("original_reference"),
        statement_from=at.day("statement_from"),
        statement_through=at.day("statement_through"),
        admitted_on=at.day("admitted_on"),
        discharge_status=at.code("discharge_status"),
        condition_codes=tuple(at.code("condition_codes").split()),
        authorization=at.code("authorization"),
        coder=at.text("coder"),
        created_on=at.day("created_on"),
        submitted_on=at.day("submitted_on"),
        version=at.code("version"),
        lines_edited=lines_edited,
        unknown_fields=seen.unnamed,
        not_shown=tuple(not_shown),
        unseen=unseen_of(seen.screen, spelling),
    )  # fmt: skip


@dataclass(frozen=True)
class _Reading:
    """A screen and its portal's spelling; what the file does not name is read as empty."""

    seen: Seen
    spelling: Spelling

    def names(self, element: str) -> bool:
        return element in self.seen.screen.elements

    def text(self, element: str) -> str:
        return self.seen[element] if self.names(element) else ""

    def code(self, element: str) -> str:
        return read_code(self.text(element), self._at(element))

    def day(self, element: str) -> date | None:
        return self.spelling.read_day(self.text(element), self._at(element))

    def amount(self, element: str) -> Decimal | None:
        return self.spelling.read_amount(self.text(element), self._at(element))

    def yes(self, element: str) -> bool:
        return self.names(element) and self.spelling.read_yes(
            self.text(element), self._at(element)
        )

    def word(self, element: str, words: Mapping[str, Value], otherwise: Value) -> Value:
        if not self.names(element):
            return otherwise
        return read_word(self.text(element), words, self._at(element))

    def status(self) -> str:
        known = self.spelling.statuses
        if not known:
            return self.text("status")
        return self.word("status", {word: word for word in known}, "")

    def rows(self, table: str) -> Iterator[Row]:
        return self.seen.rows(table) if table in self.seen.screen.tables else iter(())

    def _at(self, element: str) -> str:
        return f"{self.seen.name}: {element}"


@dataclass(frozen=True)
class _Cells:
    """A row of a table; a column that the file does not name is empty."""

    row: Row
    spelling: Spelling

    def text(self, column: str) -> str:
        return self.row[column] if column in self.row.cells else ""

    def code(self, column: str) -> str:
        return read_code(self.text(column), self.at(column))

    def whole(self, column: str, otherwise: int) -> int:
        """`otherwise` where the portal counts without saying so."""
        text = self.text(column)
        return read_whole(text, self.at(column)) if column in self.row.cells else otherwise

    def day(self, column: str) -> date | None:
        return self.spelling.read_day(self.text(column), self.at(column))

    def amount(self, column: str) -> Decimal | None:
        return self.spelling.read_amount(self.text(column), self.at(column))

    def number(self, column: str) -> Decimal | None:
        return self.spelling.read_number(self.text(column), self.at(column))

    def at(self, column: str) -> str:
        return f"{self.row.at}: {column}"


def _provider(row: Row, spelling: Spelling) -> Provider:
    at = _Cells(row, spelling)
    role = read_word(at.text("role"), spelling.roles, at.at("role"))
    record = None
    if at.text("record_id"):
        record = ProviderRecord(
            record_id=at.text("record_id"),
            name=at.text("record_name"),
            npi=at.code("record_npi"),
            npi_type=at.code("record_npi_type"),
            taxonomy=at.code("record_taxonomy"),
            active_from=at.day("record_active_from"),
            active_to=at.day("record_active_to"),
        )
    return Provider(role, at.text("name"), at.code("npi"), at.code("taxonomy"), record)


def _diagnosis(row: Row, place: int, spelling: Spelling) -> Diagnosis:
    at = _Cells(row, spelling)
    position = at.whole("position", place)
    if "kind" in row.cells:
        kind = read_word(at.text("kind"), spelling.kinds, at.at("kind"))
    else:
        kind = DiagnosisKind.PRINCIPAL if position == 1 else DiagnosisKind.OTHER
    return Diagnosis(position, at.code("code"), kind, at.code("present_on_admission"))


def _line(row: Row, place: int, spelling: Spelling) -> ServiceLine:
    at = _Cells(row, spelling)
    charge, units = at.amount("charge"), at.number("units")
    if units is None or (charge is None and "charge" in row.cells):
        raise Unreadable(f"{row.at}: units or charge is empty")
    return ServiceLine(
        number=at.whole("number", place),
        procedure=at.code("procedure"),
        charge=charge or Decimal(0),
        units=units,
        modifiers=tuple(at.code("modifiers").split()),
        service_date=at.day("service_date"),
        service_date_end=at.day("service_date_end"),
        place_of_service=at.code("place_of_service"),
        pointers=tuple(
            read_whole(pointer, at.at("pointers")) for pointer in at.code("pointers").split()
        ),
        revenue_code=at.code("revenue_code"),
        ndc=at.code("ndc"),
        ndc_quantity=at.number("ndc_quantity"),
        ndc_unit=at.code("ndc_unit"),
        description=at.text("description"),
    )
