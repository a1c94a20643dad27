"""One look at a claim: its marks, and with them the checks that are worth asking.

A claim that nothing is wrong with is the usual one, and asking two hundred checks about it
costs far more than reading it. So a claim is looked at once, in one pass over its parts; what a
table says of a code is remembered by quarter of a year, and which checks go with which marks is
remembered, too. The checks decide; the glance only names those that could have something to say.

Where a table changes within a quarter, the marks of all its answers count. A claim with a line
without a date shows every mark: its checks look at other days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from bots.checks.catalogue import Check, catalogue
from bots.checks.code_ranges import (
    ANESTHESIA_CODES,
    DRUG_CODES,
    IMAGING_CODES,
    LABORATORY_CODES,
    SURGERY_CODES,
    THERAPY_CODES,
)
from bots.checks.diagnosis_marks import marks_of
from bots.checks.findings import NotEvaluated
from bots.checks.forms import (
    MBI,
    dotted,
    is_bill_type,
    is_clia,
    is_icd,
    is_modifier,
    is_place,
    is_postal_code,
    is_procedure,
    is_sound_npi,
    is_state,
)
from bots.checks.marks import Mark, names_all
from bots.checks.needs import days_of, lacking, ncci_side, parts_lacking
from bots.claims import Case, Claim, ClaimType, Patient, Role, ServiceLine
from bots.codesets import CodeSets, Mue, Ptp, Table
from bots.codesets.office_rules import KNOWN
from bots.codesets.rows import TABLES, Row

R = TypeVar("R", bound=Row)

# Plain numbers: to join two marks costs five times as much as to join two numbers.
ALL = sum(mark.value for mark in Mark)
PROFESSIONAL, INSTITUTIONAL = Mark.PROFESSIONAL.value, Mark.INSTITUTIONAL.value
MEDICARE, NOT_FIRST, OTHER_PAYER = (
    Mark.MEDICARE.value, Mark.NOT_FIRST.value, Mark.OTHER_PAYER.value,
)  # fmt: skip
HISTORY, DOCUMENTED = Mark.HISTORY.value, Mark.DOCUMENTED.value
LINES, SPAN, UNITS, NDC = Mark.LINES.value, Mark.SPAN.value, Mark.UNITS.value, Mark.NDC.value
MODIFIED, REMOTE, FORM = Mark.MODIFIED.value, Mark.REMOTE.value, Mark.FORM.value
SAME_CODE, PAIR, OVER, PLACE = (
    Mark.SAME_CODE.value, Mark.PAIR.value, Mark.OVER.value, Mark.PLACE.value,
)  # fmt: skip
GAP, SUM, TIMES, POINTERS = (
    Mark.GAP.value, Mark.SUM.value, Mark.TIMES.value, Mark.POINTERS.value,
)  # fmt: skip
PROVIDER, PAYER, LATE = Mark.PROVIDER.value, Mark.PAYER.value, Mark.LATE.value
OFFICE, POLICY = Mark.OFFICE.value, Mark.POLICY.value
SEVERAL_DIAGNOSES, SAME_DIAGNOSIS = Mark.SEVERAL_DIAGNOSES.value, Mark.SAME_DIAGNOSIS.value
PRESENT_ON_ADMISSION = Mark.PRESENT_ON_ADMISSION.value

_REMOTE_PLACES = {"02", "10"}
_REMOTE_MODIFIERS = {"93", "95", "GT", "GQ", "G0", "FQ", "FR"}
_PAID = {"A", "C", "R"}
_MOST_LINES, _MOST_DIAGNOSES = 50, 12  # of a professional claim; an institutional one has more
_INPATIENT_PLACES = {"21", "51", "61"}
_MAJOR_OR_MINOR = {"000", "010", "090"}
_KINDS = {
    "em": Mark.EM,
    "surgery": Mark.SURGERY,
    "imaging": Mark.IMAGING,
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
    (*SURGERY_CODES, Mark.SURGERY),
    (*IMAGING_CODES, Mark.IMAGING),
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
_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class _Code:
    """What the tables say of a procedure within a quarter."""

    marks: int
    places: frozenset[str] | None  # None: any will do
    limits: tuple[int | None, int | None]  # the lowest MUE of a professional, an other claim


@dataclass(frozen=True, slots=True)
class _Payer:
    """What the tables say of a payer within a quarter; `days` below zero: not known."""

    marks: int
    member_id: tuple[re.Pattern[str], ...]
    days: int
    taxonomy: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Plan:
    """The checks to ask about a claim, and those that lack what they need."""

    asked: tuple[Check, ...]
    unanswered: tuple[NotEvaluated, ...]


class Glance:
    """Looks at claims with one set of tables; remembers what it saw of codes, never of claims."""

    def __init__(self, codesets: CodeSets) -> None:
        self._codesets = codesets
        self._code = lru_cache(_REMEMBERED)(self._see_code)
        self._diagnosis = lru_cache(_REMEMBERED)(self._see_diagnosis)
        self._provider = lru_cache(_REMEMBERED)(self._see_provider)
        self._payer = lru_cache(_REMEMBERED)(self._see_payer)
        self._place = lru_cache(_REMEMBERED)(self._see_place)
        self._facility = lru_cache(_REMEMBERED)(self._see_facility)
        self._plan = lru_cache(_REMEMBERED)(self._see_plan)
        self._era = lru_cache(_REMEMBERED)(self._see_era)
        self._eras: dict[tuple[str | None, ...], date] = {}

    def plan_for(self, case: Case) -> Plan:
        """The checks that may have something to say about the case."""
        marks, days = self._look(case)
        return self._plan(marks, parts_lacking(case), ncci_side(case), self._era(days))

    def marks(self, case: Case) -> int:
        """All marks that the claim shows, and perhaps some more."""
        return self._look(case)[0]

    def _look(self, case: Case) -> tuple[int, tuple[date, ...]]:
        """The marks, and the days on which the claim's tables are asked."""
        claim = case.claim
        lines = claim.lines
        dated = [line.service_date for line in lines if line.service_date is not None]
        if not dated or len(dated) < len(lines):
            return ALL, days_of(case)
        days = set(dated)
        first = claim.statement_from or min(days)
        last = claim.statement_through
        if last is None:
            last = max(
                [line.service_date_end or day for line, day in zip(lines, dated, strict=True)]
            )
        quarters = {_quarter(first), _quarter(last)}
        if len(days) > 1:
            quarters.update(map(_quarter, days))
        marks = _of_claim(case) | self._of_lines(case, dated)
        if self._codesets.office_rule is not None:
            marks |= self._facility(claim.facility.code)
        for quarter in quarters:
            # Of a period that ends before it begins, the earlier day counts for "late".
            marks |= self._of_coverage(case, min(first, last), quarter)
            marks |= self._of_diagnoses(claim, quarter)
            marks |= self._of_providers(claim, quarter)
        days.add(last)
        return marks, tuple(days) if len(days) == 1 else tuple(sorted(days))

    def _of_coverage(self, case: Case, first: date, quarter: int) -> int:
        claim = case.claim
        coverage = claim.coverage
        payer = self._payer(coverage.payer_id, coverage.filing_indicator, quarter)
        marks = payer.marks
        if not coverage.member_id.strip():
            marks |= GAP
        for form in payer.member_id:
            if form.fullmatch(coverage.member_id) is None:
                marks |= PAYER
        if coverage.rank != "primary" or claim.other_payers:
            marks |= OTHER_PAYER
        if coverage.relationship != "self":
            marks |= PAYER
        if payer.days < 0 or ((claim.submitted_on or case.as_of) - first).days > payer.days:
            marks |= LATE
        for role in payer.taxonomy:
            provider = claim.provider(role)
            if provider is not None and not provider.taxonomy.strip():
                marks |= PROVIDER
        return marks

    def _of_diagnoses(self, claim: Claim, quarter: int) -> int:
        marks = SEVERAL_DIAGNOSES if len(claim.diagnoses) > 1 else 0
        codes = set()
        for at, entry in enumerate(claim.diagnoses, start=1):
            codes.add(entry.code)
            marks |= self._diagnosis(entry.code, quarter)
            if entry.position != at:
                marks |= POINTERS
            if entry.present_on_admission:
                marks |= PRESENT_ON_ADMISSION
        if len(codes) < len(claim.diagnoses):
            marks |= SAME_DIAGNOSIS
        return marks if codes and codes != {""} else marks | GAP

    def _of_providers(self, claim: Claim, quarter: int) -> int:
        marks = 0
        billing: str | None = None
        ordering: tuple[str, ...] = ()
        for provider in claim.providers:
            record = provider.record
            npi = provider.npi
            marks |= self._provider(npi, provider.taxonomy, record.npi if record else npi, quarter)
            if provider.role is Role.BILLING:
                billing = npi
            elif provider.role is Role.ORDERING or provider.role is Role.REFERRING:
                ordering = (*ordering, npi)
            if record is not None and (
                record.npi_type != "1"
                or record.active_to is not None
                or (record.active_from is not None and record.active_from > _days_of(quarter)[0])
            ):
                marks |= PROVIDER
            if provider.role is Role.SERVICE_FACILITY:
                marks |= PROVIDER
        if ordering and billing in ordering:
            marks |= PROVIDER
        return marks if billing is not None else marks | GAP

    def _of_lines(self, case: Case, dated: list[date]) -> int:
        claim = case.claim
        lines = claim.lines
        professional = claim.type is ClaimType.PROFESSIONAL
        side = 0 if professional else 1
        marks = LINES if len(lines) > 1 else 0
        total = Decimal(0)
        codes = []
        for line, day in zip(lines, dated, strict=True):
            quarter = _quarter(day)
            code = self._code(line.procedure, quarter)
            marks |= code.marks | _of_line(line, day, case)
            codes.append(line.procedure)
            total += line.charge
            limit = code.limits[side]
            if limit is not None and line.units > limit:
                marks |= OVER
            if professional:
                here = line.place_of_service or claim.place_of_service
                marks |= self._place(here, quarter)
                if line.place_of_service and claim.place_of_service:
                    marks |= self._place(claim.place_of_service, quarter)
                marks |= _of_pointers(line.pointers, len(claim.diagnoses))
                if code.places is not None and here not in code.places:
                    marks |= PLACE
            elif not line.revenue_code.strip():
                marks |= GAP
        if total != claim.total_charge or claim.lines_edited:
            marks |= SUM
        if len(set(codes)) < len(codes):
            marks |= SAME_CODE
        tables = self._codesets
        edits = tables.ptp_practitioner if professional else tables.ptp_outpatient
        if edits is not None and len(codes) > 1 and _any_related(codes, edits):
            marks |= PAIR
        return marks

    # What the tables say, by quarter.

    def _see_code(self, code: str, quarter: int) -> _Code:
        if not is_procedure(code):
            missing = 0 if code.strip() else GAP
            return _Code(missing | FORM | Mark.ODD_CODE.value, None, (None, None))
        marks = Mark.HCPCS if code[0].isalpha() else Mark(0)
        for first, last, section in _SECTIONS:
            if first <= code <= last:
                marks |= section
        tables = self._codesets
        places: frozenset[str] | None = None
        for row in _answers(tables.procedure, (code,), quarter):
            if row is None:
                marks |= Mark.ODD_CODE
                continue
            marks |= _KINDS.get(row.kind, Mark(0))
            marks |= Mark.ORDERED if row.needs_order else 0
            marks |= Mark.NDC if row.needs_ndc else 0
            marks |= Mark.UNLISTED if row.unlisted else 0
            if row.sex or row.age_from is not None or row.age_to is not None:
                marks |= Mark.LIMITED_CODE
            if row.places:
                allowed = frozenset(row.places)
                places = allowed if places is None else places & allowed
        for indicators in _answers(tables.mpfs, (code, ""), quarter):
            if indicators is None or indicators.status not in _PAID:
                marks |= Mark.UNPAID
            elif indicators.global_days in _MAJOR_OR_MINOR:
                marks |= Mark.SURGERY
        if tables.policy_procedure is not None and tables.policy_procedure.rows(code):
            marks |= Mark.POLICY
        if tables.add_on is not None and tables.add_on.rows(code):
            marks |= Mark.ADD_ON
        limits = (
            self._lowest((tables.mue_practitioner, tables.mue_dme), code, quarter),
            self._lowest((tables.mue_outpatient,), code, quarter),
        )
        return _Code(marks.value, places, limits)

    @staticmethod
    def _lowest(mues: tuple[Table[Mue] | None, ...], code: str, quarter: int) -> int | None:
        found = [row.units for mue in mues for row in _answers(mue, (code,), quarter) if row]
        return min(found, default=None)

    def _see_diagnosis(self, code: str, quarter: int) -> int:
        if not is_icd(code):
            return FORM | Mark.ODD_DIAGNOSIS.value
        marks = marks_of(dotted(code)) | (0 if code == dotted(code) else Mark.SAME_DIAGNOSIS)
        for row in _answers(self._codesets.icd10cm, (dotted(code),), quarter):
            if row is None or not row.billable:
                marks |= Mark.ODD_DIAGNOSIS
            if row is None:
                continue
            if row.excludes1 or row.code_first or row.code_first_open:
                marks |= Mark.NOTED_DIAGNOSIS
            if row.use_additional or row.manifestation:
                marks |= Mark.NOTED_DIAGNOSIS
            if row.sex or row.maternity or row.newborn or row.age:
                marks |= Mark.LIMITED_DIAGNOSIS
            if row.side:
                marks |= Mark.SIDED_DIAGNOSIS
        return marks.value

    def _see_provider(self, npi: str, taxonomy: str, record: str, quarter: int) -> int:
        if not npi.strip():
            return GAP | PROVIDER
        marks = 0 if is_sound_npi(npi) else FORM | PROVIDER
        if record != npi:
            marks |= PROVIDER
        if taxonomy:
            known = _answers(self._codesets.taxonomy, (taxonomy,), quarter)
            marks |= PROVIDER if any(row is None for row in known) else 0
        return marks

    def _see_payer(self, payer: str, filing: str, quarter: int) -> _Payer:
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
            days = [364] if filing in ("MA", "MB") else [-1]
        marks = MEDICARE if filing in ("MA", "MB") else 0
        if not payer.strip():
            marks |= GAP
        if not any(row for found in said.values() for row in found):
            marks |= PAYER
        marks |= self._ruled("payer", payer)
        forms = [MBI] if filing in ("MA", "MB") else []
        for row in said["member_id_pattern"]:
            try:
                forms += [re.compile(row.value)] if row else []
            except re.error:
                marks |= PAYER
        words = {word for row in said["taxonomy_required"] if row for word in row.value.split()}
        roles = {Role(word) for word in words if word in set(Role)}
        return _Payer(marks, tuple(forms), min(days), frozenset(roles))

    def _see_facility(self, facility: str) -> int:
        return self._ruled("facility", facility)

    def _ruled(self, owner: str, who: str) -> int:
        """OFFICE where the office wrote down any rule, of whatever day, about this one."""
        table = self._codesets.office_rule
        if table is None:
            return 0
        named = ((owner, name, rule) for name in (who, "*") for rule in KNOWN)
        return OFFICE if any(table.rows(*key) for key in named) else 0

    def _see_place(self, place: str, quarter: int) -> int:
        if not place.strip():
            return GAP | PLACE
        if not is_place(place):
            return FORM | PLACE
        marks = REMOTE if place in _REMOTE_PLACES else 0
        known = _answers(self._codesets.place_of_service, (place,), quarter)
        return marks | (PLACE if any(row is None for row in known) else 0)

    # Which checks go with which marks.

    def _see_era(self, days: tuple[date, ...]) -> tuple[date, ...]:
        """Days on which the same tables are missing as on these; few differ from day to day."""
        lacks: dict[tuple[str | None, ...], date] = {}
        for day in days:
            said = tuple(self._codesets.missing(table, day) for table in TABLES)
            lacks.setdefault(said, self._eras.setdefault(said, day))
        return tuple(lacks.values())

    def _see_plan(
        self, marks: int, parts: frozenset[str], side: str | None, days: tuple[date, ...]
    ) -> Plan:
        asked, unanswered = [], []
        for check in catalogue():
            said = lacking(check.needs, parts, side, days, self._codesets)
            if said is not None:
                unanswered.append(check.not_evaluated(said))
            elif names_all(marks, check.when):
                asked.append(check)
        return Plan(tuple(asked), tuple(unanswered))


def _of_claim(case: Case) -> int:
    claim, patient = case.claim, case.claim.patient
    marks = PROFESSIONAL if claim.type is ClaimType.PROFESSIONAL else INSTITUTIONAL
    first, last = claim.statement_from, claim.statement_through
    if claim.type is ClaimType.INSTITUTIONAL:
        marks |= FORM | GAP if not is_bill_type(claim.bill_type) else 0
        marks |= SPAN if first != last else 0
    if claim.frequency_code != "1" or claim.original_reference:
        marks |= NOT_FIRST
    if case.history:
        marks |= HISTORY
    if case.documentation is not None:
        marks |= DOCUMENTED
    if claim.total_charge is None or patient.birth_date is None or not patient.last_name.strip():
        marks |= GAP
    if patient.postal_code and not _is_good_postal_code(patient.postal_code):
        marks |= FORM
    marks |= _of_rare_fields(claim, patient)
    if (first and last and first > last) or any(day and day > case.as_of for day in (first, last)):
        marks |= TIMES
    return marks


def _of_rare_fields(claim: Claim, patient: Patient) -> int:
    """What few claims have, or have wrong."""
    marks = 0
    if len(claim.lines) > _MOST_LINES or len(claim.diagnoses) > _MOST_DIAGNOSES:
        marks |= FORM
    if not 0 < len(claim.number) <= 20 or not _is_good_state(patient.state):
        marks |= FORM
    if claim.clia and not is_clia(claim.clia):
        marks |= FORM
    if claim.accident or claim.accident_on is not None:
        marks |= GAP | TIMES | OTHER_PAYER
    if claim.admitted_on is not None or patient.died_on is not None:
        marks |= TIMES
    elif claim.place_of_service in _INPATIENT_PLACES:
        marks |= GAP
    if not (patient.address and patient.city and patient.state and patient.postal_code):
        marks |= GAP
    return marks


def _of_line(line: ServiceLine, day: date, case: Case) -> int:
    claim, end = case.claim, line.service_date_end
    marks = _of_modifiers(line.modifiers) if line.modifiers else 0
    if line.units != 1:
        marks |= UNITS if line.units > 0 else UNITS | SUM
    if line.unit != "UN":
        marks |= UNITS
    if line.ndc or line.ndc_quantity is not None or line.ndc_unit:
        marks |= NDC
    if line.charge < 0 or line.noncovered_charge is not None or line.is_total:
        marks |= SUM
    if line.rendering_npi and not _is_good_npi(line.rendering_npi):
        marks |= FORM | PROVIDER
    if line.place_of_service in _INPATIENT_PLACES and claim.admitted_on is None:
        marks |= GAP
    if claim.created_on is not None and day > claim.created_on:
        marks |= TIMES
    if end is not None and end != day:
        marks |= SPAN if day < end <= case.as_of else SPAN | TIMES
    born = claim.patient.birth_date
    if day > case.as_of or (born is not None and day < born):
        marks |= TIMES
    first, last = claim.statement_from, claim.statement_through
    if (first is not None and day < first) or (last is not None and day > last):
        marks |= TIMES
    return marks


def _any_related(codes: list[str], edits: Table[Ptp]) -> bool:
    return any(
        edits.relates(one, other)
        for place, one in enumerate(codes, start=1)
        for other in codes[place:]
    )


@lru_cache(_REMEMBERED)
def _of_modifiers(modifiers: tuple[str, ...]) -> int:
    marks = MODIFIED
    if not all(is_modifier(entry) for entry in modifiers):
        marks |= FORM
    return marks | (REMOTE if _REMOTE_MODIFIERS.intersection(modifiers) else 0)


@lru_cache(_REMEMBERED)
def _of_pointers(pointers: tuple[int, ...], diagnoses: int) -> int:
    """For diagnoses at positions 1, 2, 3 ...; where they stand otherwise, all are marked."""
    sound = 1 <= len(pointers) <= 4 and len(set(pointers)) == len(pointers)
    return 0 if sound and all(0 < place <= diagnoses for place in pointers) else POINTERS


_is_good_npi = lru_cache(_REMEMBERED)(is_sound_npi)
_is_good_state = lru_cache(_REMEMBERED)(lambda text: not text or is_state(text))
_is_good_postal_code = lru_cache(_REMEMBERED)(is_postal_code)


@lru_cache(_REMEMBERED)
def _quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


@lru_cache(1024)
def _days_of(quarter: int) -> tuple[date, date]:
    year, part = divmod(quarter, 4)
    first = date(year, part * 3 + 1, 1)
    if year == date.max.year and part == 3:
        return first, date.max
    return first, date(year + (part == 3), (part * 3 + 4 - 1) % 12 + 1, 1) - timedelta(days=1)


def _answers(table: Table[R] | None, key: tuple[str, ...], quarter: int) -> Iterator[R | None]:
    """Every answer that the table gives on a day of the quarter; none without a table."""
    if table is None:
        return
    first, last = _days_of(quarter)
    for day in {first, *(turn for turn in table.turns(*key) if first < turn <= last)}:
        yield table.find(*key, on=day)
