"""A claim that no check objects to, and the parts to change it with.

A test states only what matters to it: `a_case(lines=[a_line("99213", units=3)])`. Everything
left out is right: the total is the sum of the lines, every line is documented, every NPI
passes its check digit. The tables that go with it stand in `builders.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bots.claims import (
    Administration,
    Authorization,
    Case,
    Claim,
    ClaimCode,
    ClaimType,
    Coverage,
    CoverageSpan,
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
    Visit,
)

DAY = date(2026, 7, 14)  # the date of service of every line that does not say another
AS_OF = date(2026, 9, 30)
TAXONOMY = "207Q00000X"
# The decision making on which the record of a visit of each code rests.
DECISION_OF = {
    "99212": "straightforward",
    "99213": "low",
    "99214": "moderate",
    "99215": "high",
}


def an_npi(nine: str) -> str:
    """Nine digits with the check digit they need (45 CFR 162.406: Luhn over 80840 + NPI)."""
    total = 0
    for place, digit in enumerate(reversed("80840" + nine)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return nine + str(-total % 10)


BILLING_NPI = an_npi("123456789")
RENDERING_NPI = an_npi("198765432")
ATTENDING_NPI = an_npi("187654321")
ORDERING_NPI = an_npi("165432109")


def a_patient(**fields: Any) -> Patient:
    """A woman born in 1980, with a whole address."""
    return Patient(
        **{
            "record_number": "MR-1",
            "last_name": "Sample",
            "first_name": "Ada",
            "birth_date": date(1980, 3, 2),
            "sex": Sex.FEMALE,
            "address": "1 Main St",
            "city": "Dayton",
            "state": "OH",
            "postal_code": "45402",
        }
        | fields
    )


def a_coverage(**fields: Any) -> Coverage:
    """Medicare Part B, so that NCCI binds; `a_coverage(filing_indicator="CI")` is commercial."""
    return Coverage(
        **{
            "payer_id": "MEDB",
            "payer_name": "Medicare",
            "member_id": "1EG4TE5MK73",
            "filing_indicator": "MB",
        }
        | fields
    )


def a_record(npi: str = ORDERING_NPI, **fields: Any) -> ProviderRecord:
    """A person in the provider master file, in force since 2020."""
    return ProviderRecord(
        **{
            "record_id": "P-1",
            "name": "Dr. Record",
            "npi": npi,
            "npi_type": "1",
            "taxonomy": TAXONOMY,
            "active_from": date(2020, 1, 1),
        }
        | fields
    )


def a_provider(role: Role | str, npi: str = RENDERING_NPI, **fields: Any) -> Provider:
    """A provider in a role, with a taxonomy and no linked record."""
    values = {"role": Role(role), "name": "Dr. Example", "npi": npi, "taxonomy": TAXONOMY}
    return Provider(**values | fields)


def a_line(
    procedure: str = "99213",
    *,
    on: date | None = DAY,
    units: Decimal | int | str = 1,
    charge: Decimal | int | str = "125.00",
    modifiers: str | Iterable[str] = (),
    **fields: Any,
) -> ServiceLine:
    """One line; `modifiers="25 59"` or a tuple. Without `number` the claim numbers it."""
    return ServiceLine(
        **{
            "number": 0,
            "procedure": procedure,
            "charge": Decimal(charge),
            "units": Decimal(units),
            "modifiers": tuple(modifiers.split() if isinstance(modifiers, str) else modifiers),
            "service_date": on,
            "pointers": (1,),
        }
        | fields
    )


def a_claim(
    lines: Sequence[ServiceLine] | None = None,
    diagnoses: Sequence[str | Diagnosis] = ("J06.9",),
    providers: Sequence[Provider] | None = None,
    **fields: Any,
) -> Claim:
    """A professional claim of one office visit; lines without a number get theirs in order.

    `providers` are put over billing and rendering by their role, not instead of them.
    """
    entries = _numbered((a_line(),) if lines is None else lines)
    values: dict[str, Any] = {
        "number": "C-1",
        "type": ClaimType.PROFESSIONAL,
        "facility": Facility("MAIN", "Main Street Clinic", "OH"),
        "patient": a_patient(),
        "coverage": a_coverage(),
        "providers": _providers(
            (a_provider("billing", BILLING_NPI), a_provider("rendering", RENDERING_NPI)),
            providers or (),
        ),
        "diagnoses": _diagnoses(diagnoses),
        "lines": entries,
        "total_charge": sum((line.charge for line in entries), Decimal(0)),
        "status": "Ready for review",
        "place_of_service": "11",
        "created_on": AS_OF,
        "lines_edited": False,
    }
    return Claim(**values | fields)


def an_institutional_line(procedure: str = "G0463", **fields: Any) -> ServiceLine:
    """One line of an 837I: a revenue code and no pointers."""
    return a_line(procedure, **{"revenue_code": "0510", "pointers": ()} | fields)


def an_institutional_claim(
    lines: Sequence[ServiceLine] | None = None,
    diagnoses: Sequence[str | Diagnosis] = ("J06.9",),
    providers: Sequence[Provider] | None = None,
    **fields: Any,
) -> Claim:
    """An outpatient hospital claim (bill type 0131) of one clinic visit."""
    entries = (an_institutional_line(),) if lines is None else tuple(lines)
    days = [line.service_date for line in entries if line.service_date]
    base = {
        "type": ClaimType.INSTITUTIONAL,
        "coverage": a_coverage(payer_id="MEDA", filing_indicator="MA"),
        "providers": _providers(
            (a_provider("billing", BILLING_NPI), a_provider("attending", ATTENDING_NPI)),
            providers or (),
        ),
        "place_of_service": "",
        "bill_type": "0131",
        "discharge_status": "01",
        "statement_from": min(days, default=DAY),
        "statement_through": max(days, default=DAY),
    }
    return a_claim(entries, diagnoses, **base | fields)


def an_inpatient_claim(
    lines: Sequence[ServiceLine] | None = None,
    diagnoses: Sequence[str | Diagnosis] = (
        Diagnosis(1, "J06.9", DiagnosisKind.PRINCIPAL, "Y"),
        Diagnosis(2, "J06.9", DiagnosisKind.ADMITTING),
    ),
    providers: Sequence[Provider] | None = None,
    **fields: Any,
) -> Claim:
    """A hospital stay of four days (bill type 0111), billed by revenue codes alone."""
    bed = an_institutional_line("", revenue_code="0120", units=4, charge="4000.00")
    drugs = an_institutional_line("", revenue_code="0250", charge="310.00")
    base = {
        "bill_type": "0111",
        "statement_from": DAY - timedelta(days=4),
        "statement_through": DAY,
        "admitted_on": DAY - timedelta(days=4),
        "admission_type": "1",
        "admission_source": "1",
        "values": (ClaimCode("80", amount=Decimal(4)),),
    }
    entries = (bed, drugs) if lines is None else lines
    return an_institutional_claim(entries, diagnoses, providers, **base | fields)


def a_case(
    lines: Sequence[ServiceLine] | None = None,
    *,
    claim: Claim | None = None,
    as_of: date = AS_OF,
    history: Sequence[Claim] | None = (),
    documentation: Documentation | str | None = "of the lines",
    eligibility: Sequence[CoverageSpan] | None = (CoverageSpan("active"),),
    authorizations: Sequence[Authorization] | None = (),
    **fields: Any,
) -> Case:
    """A case around `claim`, or around `a_claim(lines, **fields)`.

    The documentation supports every line unless the test gives its own (None: there is
    none to see); `history=None` is a source that cannot say, and so are the payer's answer
    (`eligibility`, active for good) and its authorizations.
    """
    whole = claim or a_claim(lines, **fields)
    return Case(
        claim=whole,
        as_of=as_of,
        history=None if history is None else tuple(history),
        documentation=(
            documentation_of(whole) if isinstance(documentation, str) else documentation
        ),
        eligibility=None if eligibility is None else tuple(eligibility),
        authorizations=None if authorizations is None else tuple(authorizations),
    )


def documentation_of(claim: Claim) -> Documentation:
    """An encounter in which everything billed was ordered, done, written down and signed."""
    orders, done, given = [], [], []
    for line in claim.lines:
        day = line.service_date or DAY
        if not line.procedure:
            continue
        orders.append(Order(f"O-{line.number}", line.procedure, day, ORDERING_NPI, signed=True))
        done.append(
            ProcedureEntry(
                f"L-{line.number}",
                line.procedure,
                day,
                line.units,
                None,
                RENDERING_NPI,
                signed=True,
            )
        )
        if line.ndc:
            given.append(
                Administration(
                    f"M-{line.number}", line.procedure, line.ndc, day, line.units, signed=True
                )
            )
    note = NoteHeading("Office visit", claim.service_from or DAY, RENDERING_NPI, signed=True)
    rendering = claim.provider(Role.RENDERING)
    visits = tuple(
        Visit(
            f"V-{line.number}",
            line.service_date or DAY,
            (rendering.npi if rendering else "") or RENDERING_NPI,
            DECISION_OF[line.procedure],
            signed=True,
        )
        for line in claim.lines
        if line.procedure in DECISION_OF
    )
    return Documentation("E-1", tuple(orders), tuple(done), tuple(given), (note,), visits)


def _numbered(lines: Sequence[ServiceLine]) -> tuple[ServiceLine, ...]:
    return tuple(
        line if line.number else replace(line, number=position)
        for position, line in enumerate(lines, start=1)
    )


def _diagnoses(given: Sequence[str | Diagnosis]) -> tuple[Diagnosis, ...]:
    return tuple(
        entry
        if isinstance(entry, Diagnosis)
        else Diagnosis(
            position,
            entry,
            DiagnosisKind.PRINCIPAL if position == 1 else DiagnosisKind.OTHER,
        )
        for position, entry in enumerate(given, start=1)
    )


def _providers(base: Sequence[Provider], over: Sequence[Provider]) -> tuple[Provider, ...]:
    by_role = {provider.role: provider for provider in (*base, *over)}
    return tuple(by_role.values())
