"""What the tables say of a code within a quarter of a year, as marks and concerns; remembered.

Most tables change with the quarter. Where one changes within it, all of its answers count. This
file holds no check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeVar

from bots.checks.code_ranges import (
    ANESTHESIA_CODES,
    DRUG_CODES,
    LABORATORY_CODES,
    THERAPY_CODES,
)
from bots.checks.concerns import About, Concern
from bots.checks.diagnosis_list import matching
from bots.checks.forms import MBI, dotted, is_icd, is_place, is_procedure, is_sound_npi
from bots.checks.marks import Mark
from bots.claims import ClaimType, Role
from bots.codesets import CodeSets, FeeIndicators, IcdCode, Mue, Procedure, Table
from bots.codesets.office_rules import KNOWN
from bots.codesets.rows import Row

R = TypeVar("R", bound=Row)

_REMEMBERED = 100_000
_REMOTE_PLACES = {"02", "10"}
_MAJOR_OR_MINOR = {"000", "010", "090"}
_MEDICARE = ("MA", "MB")
_KINDS = {
    "em": Mark.EM,
    "laboratory": Mark.LABORATORY,
    "pathology": Mark.LABORATORY,
    "medicine": Mark.MEDICINE,
    "therapy": Mark.THERAPY,
    "anesthesia": Mark.ANESTHESIA,
    "drug": Mark.DRUG,
    "supply": Mark.HCPCS,
}
# The sections of CPT by their first and last code; a table's own kind adds to them.
_SECTIONS = (
    (*ANESTHESIA_CODES, Mark.ANESTHESIA),
    (*LABORATORY_CODES, Mark.LABORATORY),
    ("90281", "99199", Mark.MEDICINE),
    ("92507", "92526", Mark.THERAPY),
    (*THERAPY_CODES, Mark.THERAPY),
    ("98966", "98981", Mark.EM),
    ("99202", "99499", Mark.EM),
    ("99500", "99607", Mark.MEDICINE),
    ("G0000", "G9999", Mark.EM | Mark.MEDICINE),
    (*DRUG_CODES, Mark.DRUG),
    ("Q0000", "Q9999", Mark.DRUG),
    ("C9000", "C9999", Mark.DRUG),
    ("S0012", "S0197", Mark.DRUG),
)


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A procedure: its marks and rows; `places` is None where any will do.

    `limits` are the lowest MUEs by the claim's side of NCCI (`bots.checks.needs.ncci_side`).
    """

    marks: int
    places: frozenset[str] | None = None
    limits: Mapping[str | None, int] = field(default_factory=dict)
    rows: tuple[Procedure, ...] = ()
    fees: tuple[FeeIndicators, ...] = ()
    has_global_days: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DiagnosisFacts:
    """A diagnosis: its marks and concerns, its category, and the categories that notes name.

    Two are equal only if they are the same.
    """

    shown: int
    category: str
    excludes: frozenset[str] = frozenset()
    code_first: frozenset[str] = frozenset()
    rows: tuple[IcdCode, ...] = ()


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """A payer: `days` to file in, below zero where that is not known."""

    marks: int
    member_id: tuple[re.Pattern[str], ...]
    days: int
    taxonomy: frozenset[Role]


class Quarters:
    """What one set of tables says; `bits` are the numbers of the concerns."""

    def __init__(self, codesets: CodeSets, bits: Mapping[Concern, int]) -> None:
        self._codesets = codesets
        self._of_diagnosis = [
            (concern.asks, bit) for concern, bit in bits.items()
            if concern.about is About.DIAGNOSIS
        ]  # fmt: skip
        self._of_icd = [
            (concern.asks, bit) for concern, bit in bits.items() if concern.about is About.ICD
        ]
        self.code = lru_cache(_REMEMBERED)(self._see_code)
        self.diagnosis = lru_cache(_REMEMBERED)(self._see_diagnosis)
        self.provider = lru_cache(_REMEMBERED)(self._see_provider)
        self.payer = lru_cache(_REMEMBERED)(self._see_payer)
        self.edits = lru_cache(_REMEMBERED)(self._see_edits)
        self.modifier = lru_cache(_REMEMBERED)(self._see_modifier)
        self.place = lru_cache(_REMEMBERED)(self._see_place)
        self.facility = lru_cache(_REMEMBERED)(self._see_facility)

    def _see_code(self, code: str, quarter: int) -> CodeFacts:
        if not is_procedure(code):
            missing = Mark(0) if code.strip() else Mark.GAP
            return CodeFacts((missing | Mark.FORM | Mark.ODD_CODE).value)
        marks = Mark.HCPCS if code[0].isalpha() else Mark(0)
        for first, last, section in _SECTIONS:
            if first <= code <= last:
                marks |= section
        tables = self._codesets
        places: frozenset[str] | None = None
        rows = []
        for row in _answers(tables.procedure, (code,), quarter):
            if row is None:
                marks |= Mark.ODD_CODE
                continue
            rows.append(row)
            marks |= _KINDS.get(row.kind, Mark(0))
            marks |= Mark.ORDERED if row.needs_order else 0
            marks |= Mark.NDC if row.needs_ndc else 0
            marks |= Mark.UNLISTED if row.unlisted else 0
            if row.places:
                allowed = frozenset(row.places)
                places = allowed if places is None else places & allowed
        fees = []
        for fee in _answers(tables.mpfs, (code, ""), quarter):
            fees += [fee] if fee is not None else []
        has_global_days = any(fee.global_days in _MAJOR_OR_MINOR for fee in fees)
        if tables.policy_procedure is not None and tables.policy_procedure.rows(code):
            marks |= Mark.POLICY
        if tables.add_on is not None and tables.add_on.rows(code):
            marks |= Mark.ADD_ON
        mues: dict[str | None, Table[Mue] | None] = {
            "practitioner": tables.mue_practitioner,
            "outpatient": tables.mue_outpatient,
            "supplier": tables.mue_dme,
        }
        limits = {
            side: min(found)
            for side, table in mues.items()
            if (found := [row.units for row in _answers(table, (code,), quarter) if row])
        }
        return CodeFacts(marks.value, places, limits, tuple(rows), tuple(fees), has_global_days)

    def _see_diagnosis(self, text: str, quarter: int) -> DiagnosisFacts:
        if not is_icd(text):
            return DiagnosisFacts((Mark.FORM | Mark.ODD_DIAGNOSIS).value, "")
        code = dotted(text)
        marks = Mark(0) if text == code else Mark.SAME_DIAGNOSIS
        rows = []
        shown = sum(bit for asks, bit in self._of_diagnosis if asks(code))
        excludes: frozenset[str] = frozenset()
        code_first: frozenset[str] = frozenset()
        for row in _answers(self._codesets.icd10cm, (code,), quarter):
            if row is None or not row.billable:
                marks |= Mark.ODD_DIAGNOSIS
            if row is None:
                continue
            rows.append(row)
            excludes |= categories(row.excludes1)
            code_first |= categories(row.code_first)
            if row.side:
                marks |= Mark.SIDED_DIAGNOSIS
            for asks, bit in self._of_icd:
                shown |= bit if asks(row) else 0
        return DiagnosisFacts(marks.value | shown, code[:3], excludes, code_first, tuple(rows))

    def _see_provider(self, npi: str, taxonomy: str, quarter: int) -> int:
        marks = Mark(0)
        if not npi.strip():
            marks = Mark.GAP | Mark.UNSOUND_NPI
        elif not is_sound_npi(npi):
            marks = Mark.FORM | Mark.UNSOUND_NPI
        if taxonomy:
            known = _answers(self._codesets.taxonomy, (taxonomy,), quarter)
            marks |= Mark.ODD_TAXONOMY if any(row is None for row in known) else 0
        return marks.value

    def _see_payer(self, payer: str, filing: str, quarter: int) -> PayerFacts:
        table = self._codesets.payer_rule
        rules = (
            "timely_filing_days", "corrected_filing_days", "member_id_pattern", "ncci",
            "taxonomy_required",
        )  # fmt: skip
        said = {rule: list(_answers(table, (payer, rule), quarter)) for rule in rules}
        days = [
            int(row.value) if row and row.value.isdecimal() and len(row.value) < 5 else -1
            for row in said["timely_filing_days"]
        ]
        if not any(said["timely_filing_days"]):
            days = [364] if filing in _MEDICARE else [-1]
        marks = Mark.MEDICARE if filing in _MEDICARE else Mark(0)
        if not payer.strip():
            marks |= Mark.GAP
        if not any(row for found in said.values() for row in found):
            marks |= Mark.PAYER
        marks |= self._ruled("payer", payer)
        forms = [MBI] if filing in _MEDICARE else []
        for row in said["member_id_pattern"]:
            try:
                forms += [re.compile(row.value)] if row else []
            except re.error:
                marks |= Mark.MEMBER_ID
        words = {word for row in said["taxonomy_required"] if row for word in row.value.split()}
        roles = {Role(word) for word in words if word in set(Role)}
        return PayerFacts(marks.value, tuple(forms), min(days), frozenset(roles))

    def _see_facility(self, facility: str) -> int:
        return self._ruled("facility", facility).value

    def _ruled(self, owner: str, who: str) -> Mark:
        """OFFICE where the office wrote down any rule, of whatever day, about this one."""
        table = self._codesets.office_rule
        if table is None:
            return Mark(0)
        named = ((owner, name, rule) for name in (who, "*") for rule in KNOWN)
        return Mark.OFFICE if any(table.rows(*key) for key in named) else Mark(0)

    def _see_modifier(self, modifier: str, quarter: int) -> int:
        known = _answers(self._codesets.modifier, (modifier,), quarter)
        return Mark.ODD_MODIFIER.value if any(row is None for row in known) else 0

    def _see_edits(self, kind: ClaimType, one: str, other: str, quarter: int) -> int:
        tables = self._codesets
        professional = kind is ClaimType.PROFESSIONAL
        edits = tables.ptp_practitioner if professional else tables.ptp_outpatient
        marks = Mark(0)
        for key in ((one, other), (other, one)):
            for edit in _answers(edits, key, quarter):
                if edit is not None:
                    marks |= Mark.NEVER_TOGETHER if edit.indicator == "0" else Mark.LIFTABLE
        return marks.value

    def _see_place(self, place: str, quarter: int) -> int:
        if not place.strip():
            return (Mark.GAP | Mark.PLACE).value
        if not is_place(place):
            return (Mark.FORM | Mark.PLACE).value
        marks = Mark.REMOTE if place in _REMOTE_PLACES else Mark(0)
        known = _answers(self._codesets.place_of_service, (place,), quarter)
        return (marks | (Mark.PLACE if any(row is None for row in known) else 0)).value


@lru_cache(_REMEMBERED)
def quarter_of(day: date) -> int:
    """The number of a day's quarter of a year."""
    return day.year * 4 + (day.month - 1) // 3


@lru_cache(1024)
def days_of_quarter(quarter: int) -> tuple[date, date]:
    """The first and the last day of a quarter."""
    year, part = divmod(quarter, 4)
    first = date(year, part * 3 + 1, 1)
    if year == date.max.year and part == 3:
        return first, date.max
    return first, date(year + (part == 3), (part * 3 + 4 - 1) % 12 + 1, 1) - timedelta(days=1)


@lru_cache(_REMEMBERED)
def excludes(one: DiagnosisFacts, other: DiagnosisFacts) -> bool:
    """Whether an Excludes1 note of the one names the other."""
    return other.category in one.excludes and any(
        matching(row.excludes1, row.code, named.code) is not None
        for row in one.rows
        for named in other.rows
    )


@lru_cache(10_000)
def categories(notes: tuple[str, ...]) -> frozenset[str]:
    """Every three characters with which a code may begin that one of the notes names.

    A note is a code, a beginning of one, or a range ("E08-E13", "J45.-"). Codes below one
    heading have the same notes, so few sets serve many codes.
    """
    found: set[str] = set()
    for note in notes:
        first, dash, last = note.strip().partition("-")
        first, last = first[:3], last.rstrip(".")[:3] or first[:3]
        if first and dash:
            found.update(
                text
                for text in _THREE
                if first <= text[: len(first)] and text[: len(last)] <= last
            )
        elif len(first) == 3:
            found.add(first)
        elif first:
            found.update(text for text in _THREE if text.startswith(first))
    return frozenset(found)


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_THREE = tuple(
    one + two + three for one in _LETTERS for two in "0123456789A" for three in "0123456789AB"
)


def _answers(table: Table[R] | None, key: tuple[str, ...], quarter: int) -> Iterator[R | None]:
    """Every answer that the table gives on a day of the quarter; none without a table."""
    if table is None:
        return
    first, last = days_of_quarter(quarter)
    for day in {first, *(turn for turn in table.turns(*key) if first < turn <= last)}:
        yield table.find(*key, on=day)
