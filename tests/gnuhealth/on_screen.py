"""A planned service as a claim, by what GNU Health's screens show of it and nothing else.

This is the mapping of docs/gnuhealth-screens.md without a screen: it proves that the planted
defects can be found from there. A portal module reads the screens themselves.
"""

from __future__ import annotations

import re
from decimal import Decimal

from gnuhealth.codes import NO_CODE, PRODUCTS
from gnuhealth.plan import (
    CLINIC,
    CLINIC_NPI,
    DOCTORS,
    INVOICED_AFTER,
    MEDICAID,
    MEDICARE,
    Line,
    Patient,
    Plan,
    Service,
)

from bots.claims import (
    Case,
    Claim,
    ClaimType,
    Coverage,
    CoverageSpan,
    Diagnosis,
    DiagnosisKind,
    Facility,
    Provider,
    ProviderRecord,
    Role,
    ServiceLine,
    Sex,
)
from bots.claims import Patient as ClaimPatient

NOT_SHOWN = ("authorization", "clia", "service_facility", "other_payers", "admitted_on")
_PRICES = {product.code or product.name: product.price for product in PRODUCTS}
_FILING = {MEDICARE.code: "MB", MEDICAID.code: "MC"}


def as_case(plan: Plan, service: Service) -> Case:
    """The case of one service, with the patient's other services and the insurance's days."""
    others = tuple(
        as_claim(other)
        for other in plan.services
        if other is not service and other.patient == service.patient
    )
    spans: tuple[CoverageSpan, ...] = ()
    if service.policy:
        spans = (CoverageSpan("active", service.policy.since, service.policy.until),)
    return Case(as_claim(service), plan.as_of, history=others, eligibility=spans or None)


def as_claim(service: Service) -> Claim:
    doctor = DOCTORS[service.doctor]
    policy = service.policy
    lines = tuple(_line(number, line, service) for number, line in enumerate(service.lines, 1))
    return Claim(
        number=service.name,
        type=ClaimType.PROFESSIONAL,
        facility=Facility("CLINIC", CLINIC, "OH"),
        patient=_patient(service.patient),
        coverage=Coverage(
            payer_id=policy.insurer.code if policy else "",
            payer_name=policy.insurer.name if policy else "",
            member_id=policy.member_id if policy else "",
            filing_indicator=_FILING.get(policy.insurer.code, "CI") if policy else "",
        ),
        providers=(
            Provider(Role.BILLING, CLINIC, CLINIC_NPI, "193200000X"),
            Provider(
                Role.RENDERING,
                f"{doctor.last_name}, {doctor.first_name}",
                doctor.npi,
                "207Q00000X",
                ProviderRecord("", doctor.last_name, doctor.npi, "1", "207Q00000X"),
            ),
            Provider(Role.ORDERING, DOCTORS[0].last_name, DOCTORS[0].npi),
        ),
        diagnoses=tuple(
            Diagnosis(n, code, DiagnosisKind.OTHER if n > 1 else DiagnosisKind.PRINCIPAL)
            for n, code in enumerate(service.diagnoses, 1)
        ),
        lines=lines,
        total_charge=sum((line.charge for line in lines), Decimal(0)),
        status="invoiced" if service.invoiced else "draft",
        place_of_service="11",
        submitted_on=service.day + INVOICED_AFTER if service.invoiced else None,
        not_shown=NOT_SHOWN,
    )


def _patient(patient: Patient) -> ClaimPatient:
    return ClaimPatient(
        record_number=patient.number, last_name=patient.last_name, first_name=patient.first_name,
        birth_date=patient.birth_date, sex=Sex(patient.sex.upper()), died_on=patient.died_on,
        address=patient.street, city="Akron", state="OH", postal_code="44301",
    )  # fmt: skip


def _line(number: int, line: Line, service: Service) -> ServiceLine:
    since = line.since or service.day
    drug = re.search(r"NDC: (\S+)(?: (\w\w) (\S+))?", line.remarks)
    modifiers = re.search(r"Modifiers: ([^;]+)", line.remarks)
    units = Decimal(line.units or 0)
    return ServiceLine(
        number=number,
        procedure="" if line.product == NO_CODE else line.product,
        charge=_PRICES[line.product] * units,
        units=units,
        modifiers=tuple(modifiers[1].split()) if modifiers else (),
        service_date=since,
        service_date_end=line.until or since,
        pointers=tuple(range(1, len(service.diagnoses) + 1)),
        ndc=drug[1] if drug else "",
        ndc_unit=(drug[2] or "") if drug else "",
        ndc_quantity=Decimal(drug[3]) if drug and drug[3] else None,
    )
