"""GNU Health's screens as a claim: what stands on which, and what stands nowhere.

Plain functions without a browser. A health service is a claim; the clinic writes a line's
modifiers and drug number into its remarks, as `Modifiers: GP; NDC: 70121300422 ML 1`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bots.claims import (
    Claim,
    ClaimType,
    Coverage,
    CoverageSpan,
    Diagnosis,
    DiagnosisKind,
    Facility,
    Patient,
    Provider,
    Role,
    ServiceLine,
    Sex,
)
from bots.portals.base import Unreadable, WrongRecord
from bots.portals.claim_screen import FIELDS
from bots.portals.screen import Row, Seen
from bots.portals.spelling import Spelling, read_code, read_word

SPELLING = Spelling(
    language="en",
    statuses=('"draft"', '"invoiced"'),
    only_type=ClaimType.PROFESSIONAL,
    # A patient of another gender than these is nobody whom a sex edit could be held against.
    sexes={
        '"f"': Sex.FEMALE, '"m"': Sex.MALE, "": Sex.UNKNOWN, '"f-m"': Sex.UNKNOWN,
        '"m-f"': Sex.UNKNOWN, '"n"': Sex.UNKNOWN, '"nd"': Sex.UNKNOWN, '"nb"': Sex.UNKNOWN,
        '"other"': Sex.UNKNOWN, '"o"': Sex.UNKNOWN, '"u"': Sex.UNKNOWN,
    },
)  # fmt: skip
# Kinds of facts of which a health service knows nothing.
NOT_SHOWN = ("authorization", "clia", "service_facility", "other_payers", "admitted_on")
_READ = {
    "number", "type", "status", "facility.name", "patient.record_number", "patient.last_name",
    "patient.first_name", "patient.birth_date", "patient.sex", "patient.died_on",
    "coverage.payer_name", "coverage.member_id", "version",
    "frequency_code",  # a service is invoiced once: each is an original
}  # fmt: skip
# A claim of a doctor's office has none of these: they belong to a hospital's (837I).
_OF_HOSPITALS = {
    "bill_type", "statement_from", "statement_through", "admitted_on", "discharge_status",
    "condition_codes",
}  # fmt: skip
# A service has no price before it is invoiced and no place of service; the numbers of doctors
# and payers stand in records of their own, which a biller does not open for each service.
UNSEEN = (
    *sorted(set(FIELDS.values()) - _READ - _OF_HOSPITALS),
    "lines.charge", "lines.place_of_service", "lines.description", "providers.npi",
    "providers.taxonomy",
)  # fmt: skip
DRUG = re.compile(r"NDC: ([^\s;]+)(?: (\w\w) ([^\s;]+))?(?=;|$)", re.ASCII)
_MODIFIERS = re.compile(r"(?:^|; )Modifiers: ([^;]+)", re.ASCII)
_PRODUCT = re.compile(r"\[([^\]\s]+)\] ")


@dataclass(frozen=True, slots=True)
class Person:
    """The patient's own record."""

    patient: Patient
    insurances: tuple[Insurance, ...]


@dataclass(frozen=True, slots=True)
class Insurance:
    """One insurance of a patient; `plan` as the service's own form names it."""

    number: str
    plan: str
    company: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Encounter:
    """The evaluation of a service: who saw the patient, and what was found."""

    diagnoses: tuple[str, ...] = ()
    rendering: str = ""
    ordering: str = ""


def to_person(main: Seen, misc: Seen, named: str) -> Person:
    """The patient whom the service names; `named` as it does.

    Raises:
        WrongRecord: the screen shows somebody else.
        Unreadable: a text has no meaning for us; names the element.
    """
    _same_language(main)
    if main["name"] != named:
        raise WrongRecord("patient: the screen shows somebody else than the service names")
    last, comma, first = named.partition(", ")
    if not comma:
        raise Unreadable("patient: name: not of the form LAST, FIRST")
    patient = Patient(
        record_number=read_code(main["record_number"], "patient: record_number"),
        last_name=last,
        first_name=first,
        birth_date=SPELLING.read_day(main["birth_date"], "patient: birth_date"),
        sex=read_word(main["sex"], SPELLING.sexes, "patient: sex"),
        died_on=_first_day(misc.get("died_on"), "patient: died_on"),
    )
    return Person(patient, tuple(_insurance(row) for row in misc.rows("insurances")))


def _insurance(row: Row) -> Insurance:
    number, company = read_code(row["number"], f"{row.at}: number"), row["company"]
    return Insurance(
        number,
        f"{company}: {row['plan']} - {number}",
        company,
        SPELLING.read_day(row["since"], f"{row.at}: since"),
        SPELLING.read_day(row["until"], f"{row.at}: until"),
    )


def _first_day(text: str, at: str) -> date | None:
    return SPELLING.read_day(text.partition(" ")[0], at)


def to_diagnoses(main: Seen, info: Seen) -> tuple[str, ...]:
    """The codes of an evaluation, the main condition first."""
    said = [main["main_condition"], *(row["condition"] for row in info.rows("other_conditions"))]
    return tuple(_code_of(text) for text in said if text)


def _code_of(text: str) -> str:
    code, colon, _ = text.partition(" : ")
    if not colon:
        raise Unreadable("evaluation: a condition is not of the form CODE : NAME")
    return read_code(code, "evaluation: condition")


def to_claim(service: Seen, person: Person, encounter: Encounter) -> Claim:
    """The claim that a service is, with its patient and its evaluation.

    Raises:
        Unreadable: a text has no meaning for us; names the element.
    """
    _same_language(service)
    # What the evaluation found is why all of the service was done: there are no pointers.
    pointers = tuple(range(1, len(encounter.diagnoses) + 1))
    rows = enumerate(service.rows("service_lines"), 1)
    lines = tuple(_line(row, place, pointers) for place, row in rows)
    insurance = insurance_of(service, person)
    clinic = service["facility_name"]
    people = (
        (Role.BILLING, clinic),
        (Role.RENDERING, encounter.rendering),
        (Role.ORDERING, encounter.ordering),
    )
    status = read_word(service["status"], _STATUSES, "claim: status")
    return Claim(
        number=read_code(service["claim_number"], "claim: claim_number"),
        type=ClaimType.PROFESSIONAL,
        facility=Facility("", clinic),
        patient=person.patient,
        coverage=Coverage(
            "", insurance.company if insurance else "", insurance.number if insurance else ""
        ),
        providers=tuple(Provider(role, name) for role, name in people if name),
        diagnoses=tuple(
            Diagnosis(place, code, DiagnosisKind.OTHER if place > 1 else DiagnosisKind.PRINCIPAL)
            for place, code in enumerate(encounter.diagnoses, 1)
        ),
        lines=lines,
        total_charge=None,
        status=status,
        unknown_fields=service.unnamed,
        not_shown=NOT_SHOWN,
        unseen=UNSEEN,
    )


def to_day(service: Seen) -> date | None:
    """The day of the service as a whole; its lines may have days of their own."""
    return SPELLING.read_day(service["day"], "claim: day")


_STATUSES = {'"draft"': "draft", '"invoiced"': "invoiced"}


def insurance_of(service: Seen, person: Person) -> Insurance | None:
    """The one insurance of the patient that the service names; None where it names none.

    Raises:
        Unreadable: it names another, or one of two that look the same.
    """
    named = service["plan"]
    if not named:
        return None
    # The form adds what the clinic's own calendar makes of it today, such as "(valid)".
    plan = re.sub(r" \([a-z ]+\)$", "", named)
    found = [one for one in person.insurances if one.plan == plan]
    if len(found) != 1:
        raise Unreadable("claim: plan: not one of the patient's insurances")
    return found[0]


def to_spans(insurance: Insurance | None) -> tuple[CoverageSpan, ...] | None:
    """The days on which the insurance holds, as the patient's record says."""
    return (CoverageSpan("active", insurance.since, insurance.until),) if insurance else None


def _line(row: Row, place: int, pointers: tuple[int, ...]) -> ServiceLine:
    remarks = row["remarks"]
    product = _PRODUCT.match(row["product"])
    drug, modifiers = drug_of(remarks, row.at), _MODIFIERS.search(remarks)
    since = SPELLING.read_day(row["service_date"], f"{row.at}: service_date")
    # The client shows no quantity as an empty cell, and nought as 0.
    units = SPELLING.read_number(row["units"], f"{row.at}: units") or Decimal(0)
    return ServiceLine(
        number=place,
        procedure=read_code(product[1], f"{row.at}: product") if product else "",
        charge=Decimal(0),
        units=units,
        modifiers=tuple(modifiers[1].split()) if modifiers else (),
        service_date=since,
        pointers=pointers,
        service_date_end=SPELLING.read_day(row["service_date_end"], f"{row.at}: service_date_end"),
        ndc=drug[1] if drug else "",
        ndc_unit=(drug[2] or "") if drug else "",
        ndc_quantity=(
            SPELLING.read_number(drug[3], f"{row.at}: NDC quantity") if drug and drug[3] else None
        ),
    )


def drug_of(remarks: str, at: str) -> re.Match[str] | None:
    """Where a line's remarks name its drug.

    Raises:
        Unreadable: they name two, or in another form than the clinic's.
    """
    found = list(DRUG.finditer(remarks))
    if len(found) > 1 or remarks.count("NDC") > len(found):
        raise Unreadable(f"{at}: remarks: the drug number does not stand there as agreed")
    return found[0] if found else None


def _same_language(*screens: Seen) -> None:
    for seen in screens:
        if seen.language != SPELLING.language:
            raise Unreadable(f"{seen.name}: the screen is in another language, so are its dates")
