"""What the parts of a claim show by themselves, whatever any table says of them.

The marks are plain numbers here: to join two marks costs five times as much as to join two
numbers. This file holds no check.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from bots.checks.forms import is_bill_type, is_clia, is_modifier, is_postal_code, is_state
from bots.checks.marks import Mark
from bots.checks.quarters import DiagnosisFacts, excludes
from bots.claims import Case, Claim, ClaimType, Provider, Role, ServiceLine, Sex

PROFESSIONAL, INSTITUTIONAL = Mark.PROFESSIONAL.value, Mark.INSTITUTIONAL.value
NOT_FIRST, OTHER_PAYER, HISTORY = (
    Mark.NOT_FIRST.value, Mark.OTHER_PAYER.value, Mark.HISTORY.value,
)  # fmt: skip
DOCUMENTED, LINES, SPAN, UNITS = (
    Mark.DOCUMENTED.value, Mark.LINES.value, Mark.SPAN.value, Mark.UNITS.value,
)  # fmt: skip
NDC, MODIFIED, REMOTE, FORM = (
    Mark.NDC.value, Mark.MODIFIED.value, Mark.REMOTE.value, Mark.FORM.value,
)  # fmt: skip
SAME_CODE, OVER, PLACE = Mark.SAME_CODE.value, Mark.OVER.value, Mark.PLACE.value
GAP, SUM, TIMES, POINTERS = (
    Mark.GAP.value, Mark.SUM.value, Mark.TIMES.value, Mark.POINTERS.value,
)  # fmt: skip
UNSOUND_NPI, OTHER_RECORD, ORGANIZATION, LIMITED_RECORD = (
    Mark.UNSOUND_NPI.value, Mark.OTHER_RECORD.value, Mark.ORGANIZATION.value,
    Mark.LIMITED_RECORD.value,
)  # fmt: skip
NO_TAXONOMY, SERVICE_FACILITY, SELF_ORDERED = (
    Mark.NO_TAXONOMY.value, Mark.SERVICE_FACILITY.value, Mark.SELF_ORDERED.value,
)  # fmt: skip
MEMBER_ID, NOT_SELF, LATE, HOSPITAL = (
    Mark.MEMBER_ID.value, Mark.NOT_SELF.value, Mark.LATE.value, Mark.HOSPITAL.value,
)  # fmt: skip
NEAR, OPERATED = Mark.NEAR.value, Mark.OPERATED.value
DAYS, ELSEWHERE = Mark.DAYS.value, Mark.ELSEWHERE.value
NO_ORDERER, NO_CLIA = Mark.NO_ORDERER.value, Mark.NO_CLIA.value
SEVERAL_DIAGNOSES, SAME_DIAGNOSIS = Mark.SEVERAL_DIAGNOSES.value, Mark.SAME_DIAGNOSIS.value
SAME_CATEGORY, EXCLUDING, MISORDERED = (
    Mark.SAME_CATEGORY.value, Mark.EXCLUDING.value, Mark.MISORDERED.value,
)  # fmt: skip
PRESENT_ON_ADMISSION = Mark.PRESENT_ON_ADMISSION.value

_REMOTE_MODIFIERS = {"93", "95", "GT", "GQ", "G0", "FQ", "FR"}
_MOST_LINES, _MOST_DIAGNOSES = 50, 12  # of a professional claim; an institutional one has more
USUAL_PLACES = {"11", "19", "22"}
INPATIENT_PLACES = {"21", "51", "61"}
_LONGEST_NUMBER = 20
LONGEST_GLOBAL_PERIOD = 91  # days of a surgery before a claim, the day before it included
FIRST_CONCERN = 1 << len(Mark)  # the numbers behind the marks stand for concerns
EVERY_MARK = FIRST_CONCERN - 1
REMEMBERED = 100_000
NOTHING = Decimal(0)
_OF_SEX = {
    Sex.FEMALE: Mark.FEMALE.value,
    Sex.MALE: Mark.MALE.value,
    Sex.UNKNOWN: (Mark.FEMALE | Mark.MALE).value,
}

# Plain values, for these are keys of what is remembered: a record's own hash costs more than all
# of its fields'.
Record = tuple[str, str, date | None, date | None]
Identity = tuple[Role, str, str, Record | None]


def of_case(case: Case) -> int:
    """What differs from patient to patient."""
    claim, patient = case.claim, case.claim.patient
    marks = _OF_SEX[patient.sex]
    if not 0 < len(claim.number) <= _LONGEST_NUMBER:
        marks |= FORM
    if case.history:
        marks |= HISTORY
    if case.documentation is not None:
        marks |= DOCUMENTED
    if claim.original_reference:
        marks |= NOT_FIRST
    if claim.total_charge is None or patient.birth_date is None or not patient.last_name.strip():
        marks |= GAP
    if not (patient.address and patient.city and patient.state and patient.postal_code):
        marks |= GAP
    if patient.died_on is not None:
        marks |= TIMES
    if len(claim.lines) > _MOST_LINES or len(claim.diagnoses) > _MOST_DIAGNOSES:
        marks |= FORM
    return marks | of_address(patient.state, patient.postal_code)


@lru_cache(REMEMBERED)
def of_head(
    kind: ClaimType,
    bill_type: str,
    frequency: str,
    clia: str,
    accident: str,
    accident_on: date | None,
    admitted_on: date | None,
    edited: bool | None,
) -> int:
    """What the claim's own fields show that many claims share."""
    professional = kind is ClaimType.PROFESSIONAL
    marks = PROFESSIONAL if professional else INSTITUTIONAL
    if not professional and not is_bill_type(bill_type):
        marks |= FORM | GAP
    if frequency != "1":
        marks |= NOT_FIRST
    if not clia:
        marks |= NO_CLIA
    elif not is_clia(clia):
        marks |= FORM
    if accident or accident_on is not None:
        marks |= GAP | TIMES | OTHER_PAYER
    if admitted_on is not None:
        marks |= TIMES
    return marks | SUM if edited else marks


def of_days(case: Case, lines: tuple[date, date], period: tuple[date, date]) -> int:
    """What the first and last day of the lines show, and those of the claim."""
    (earliest, latest), (first, last) = lines, period
    claim, as_of = case.claim, case.as_of
    marks = DAYS if earliest != latest else 0
    if latest > as_of or first > as_of or last > as_of or last < first:
        marks |= TIMES
    if earliest < first or latest > last:
        marks |= TIMES
    if claim.created_on is not None and latest > claim.created_on:
        marks |= TIMES
    born = claim.patient.birth_date
    if born is not None and earliest < born:
        marks |= TIMES
    if first != last and claim.type is ClaimType.INSTITUTIONAL:
        marks |= SPAN
    return marks


@lru_cache(REMEMBERED)
def shifted(day: date, days: int) -> date:
    """So many days later; the first or last date there is where the calendar ends."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def of_ends(case: Case, ends: Sequence[date | None]) -> int:
    """What the last days of the lines show, of which some have one."""
    marks = 0
    for line, end in zip(case.claim.lines, ends, strict=True):
        if end is not None and end != line.service_date:
            marks |= SPAN
            if end > case.as_of or (line.service_date is not None and end < line.service_date):
                marks |= TIMES
    return marks


def among_diagnoses(
    codes: Sequence[str], facts: Sequence[DiagnosisFacts], *, are_plain: bool
) -> int:
    """What several diagnoses show together; in the order of the list, if they are plain."""
    marks = SEVERAL_DIAGNOSES
    if len(set(codes)) < len(codes):
        marks |= SAME_DIAGNOSIS
    named = [fact.category for fact in facts]
    if len(set(named)) < len(codes):
        marks |= SAME_CATEGORY
    for at, fact in enumerate(facts):
        if fact.excludes and not fact.excludes.isdisjoint(named):
            marks |= EXCLUDING if any(excludes(fact, other) for other in facts) else 0
        behind = named[at + 1 :] if are_plain else named
        if fact.code_first and not fact.code_first.isdisjoint(behind):
            marks |= MISORDERED
    return marks


def identity(provider: Provider) -> Identity:
    """Of a provider, and of the record that the claim links it to, what a check may ask."""
    record = provider.record
    if record is None:
        return provider.role, provider.npi, provider.taxonomy, None
    known = record.npi, record.npi_type, record.active_from, record.active_to
    return provider.role, provider.npi, provider.taxonomy, known


def of_record(role: Role, npi: str, record: Record, day: date) -> int:
    """What a provider's linked record shows, in a quarter that begins on the day."""
    own_npi, kind, since, until = record
    marks = OTHER_RECORD if own_npi != npi else 0
    if kind != "1" and role not in (Role.BILLING, Role.SERVICE_FACILITY):
        marks |= ORGANIZATION
    if until is not None or (since or date.min) > day:
        marks |= LIMITED_RECORD
    return marks


@lru_cache(REMEMBERED)
def of_modifiers(modifiers: tuple[str, ...]) -> int:
    """What the modifiers of a line show, of which there is one at least."""
    marks = MODIFIED
    if not all(is_modifier(entry) for entry in modifiers):
        marks |= FORM
    return marks | (REMOTE if _REMOTE_MODIFIERS.intersection(modifiers) else 0)


def of_pointers(claim: Claim, line: ServiceLine) -> int:
    """For diagnoses at positions 1, 2, 3 ...; where they stand otherwise, all are marked."""
    pointers, diagnoses = line.pointers, len(claim.diagnoses)
    sound = 1 <= len(pointers) <= 4 and len(set(pointers)) == len(pointers)
    return 0 if sound and all(0 < place <= diagnoses for place in pointers) else POINTERS


@lru_cache(REMEMBERED)
def of_address(state: str, postal_code: str) -> int:
    """Whether state and ZIP code have the form of such; empty is another check's."""
    good = not state or is_state(state)
    return 0 if good and (not postal_code or is_postal_code(postal_code)) else FORM
