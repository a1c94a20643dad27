"""Claims as an 837 interchange. Authority: ASC X12 005010X222A1 (837P), 005010X223A2 (837I).

One transaction set a claim: the smallest thing that a receiver can refuse alone. It carries
what the portal keeps; it is not a clearinghouse's companion guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from bots.practice.billing.models import Claim, ServiceLine

VERSIONS = {"professional": "005010X222A1", "institutional": "005010X223A2"}
Pair = tuple[Claim, Sequence[ServiceLine]]
CLIA = "36D0000001"  # the laboratory of the practice; no real one has it


def interchange(claims: Iterable[Pair]) -> str:
    """One ISA envelope with a functional group for each kind of claim."""
    today, pairs = date(2026, 9, 30), list(claims)
    sender, receiver = "PRACTICE".ljust(15), "RECEIVER".ljust(15)
    head = (
        f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{sender}*ZZ*{receiver}"
        f"*{today:%y%m%d}*0800*^*00501*000000001*0*T*:"
    )
    segments, groups = [head], 0
    for kind, version in VERSIONS.items():
        of_kind = [pair for pair in pairs if pair[0].type == kind]
        if not of_kind:
            continue
        groups += 1
        segments.append(f"GS*HC*PRACTICE*RECEIVER*{today:%Y%m%d}*0800*{groups}*X*{version}")
        for at, pair in enumerate(of_kind, start=1):
            segments += _transaction(pair, f"{at:04d}", version)
        segments.append(f"GE*{len(of_kind)}*{groups}")
    segments.append(f"IEA*{groups}*000000001")
    return "~\n".join(segments) + "~\n"


def _transaction(pair: Pair, control: str, version: str) -> list[str]:
    claim, lines = pair
    body = [f"ST*837*{control}*{version}", *_header(claim), *_parties(claim)]
    body += [*_claim(claim, lines), *_lines(claim, lines)]
    return [*body, f"SE*{len(body) + 1}*{control}"]


def _header(claim: Claim) -> Iterator[str]:
    made = claim.created_on
    yield f"BHT*0019*00*{claim.number}*{made:%Y%m%d}*0800*CH"
    yield "NM1*41*2*PRACTICE PORTAL*****46*PRACTICE"
    yield "PER*IC*BILLING OFFICE*TE*5550100"
    yield f"NM1*40*2*{_text(claim.payer.name)}*****46*{claim.payer.payer_id}"


def _parties(claim: Claim) -> Iterator[str]:
    yield "HL*1**20*1"
    if claim.billing_taxonomy:
        yield f"PRV*BI*PXC*{claim.billing_taxonomy}"
    yield _name("85", claim.billing_name, claim.billing_npi, organization=True)
    yield "N3*1 PRACTICE WAY"
    yield f"N4*COLUMBUS*{claim.facility.state}*432150001"
    yield "REF*EI*000000000"
    own = claim.relationship == "self"
    yield f"HL*2*1*22*{0 if own else 1}"
    relation = "18" if own else ""
    yield f"SBR*P*{relation}*{claim.group_number}******{claim.payer.filing_indicator}"
    patient = claim.patient
    yield (
        f"NM1*IL*1*{_text(patient.last_name)}*{_text(patient.first_name)}****MI*"
        f"{_text(claim.member_id)}"
    )
    if own:
        yield from _person(claim)
    yield f"NM1*PR*2*{_text(claim.payer.name)}*****PI*{claim.payer.payer_id}"
    if not own:
        yield "HL*3*2*23*0"
        yield "PAT*19" if claim.relationship == "child" else "PAT*01"
        yield f"NM1*QC*1*{_text(patient.last_name)}*{_text(patient.first_name)}"
        yield from _person(claim)


def _person(claim: Claim) -> Iterator[str]:
    patient = claim.patient
    yield f"N3*{_text(patient.address) or 'UNKNOWN'}"
    yield f"N4*{_text(patient.city)}*{patient.state}*{patient.postal_code.replace('-', '')}"
    if patient.birth_date:
        yield f"DMG*D8*{patient.birth_date:%Y%m%d}*{patient.sex}"


def _claim(claim: Claim, lines: Sequence[ServiceLine]) -> Iterator[str]:
    institutional = claim.type == "institutional"
    if institutional:
        where = f"{claim.bill_type[-3:-1] or '13'}:A:{claim.frequency_code}"
        yield f"CLM*{claim.number}*{_money(claim.total_charge)}***{where}**A*Y*Y"
        first, last = claim.statement_from, claim.statement_through
        if first and last:
            yield f"DTP*434*RD8*{first:%Y%m%d}-{last:%Y%m%d}"
        if claim.admitted_on:
            yield f"DTP*435*D8*{claim.admitted_on:%Y%m%d}"
        yield f"CL1*1*1*{claim.discharge_status or '01'}"
    else:
        where = f"{claim.place_of_service}:B:{claim.frequency_code}"
        yield f"CLM*{claim.number}*{_money(claim.total_charge)}***{where}*Y*A*Y*Y"
    if claim.authorization:
        yield f"REF*G1*{_text(claim.authorization)}"
    if claim.original_reference:
        yield f"REF*F8*{_text(claim.original_reference)}"
    if not institutional and any("80047" <= line.procedure <= "89398" for line in lines):
        yield f"REF*X4*{CLIA}"
    yield f"REF*EA*{claim.patient.record_number}"
    yield from _diagnoses(claim, institutional)
    if institutional and claim.condition_codes:
        yield "HI*" + "*".join(f"BG:{code}" for code in claim.condition_codes.split())
    yield from _providers(claim, institutional)


def _diagnoses(claim: Claim, institutional: bool) -> Iterator[str]:
    codes = [code.replace(".", "") for code in claim.diagnoses.split()]
    present = claim.present_on_admission.split()
    marks = [present[at] if at < len(present) else "" for at in range(len(codes))]
    values = [
        f"{'ABK' if at == 0 else 'ABF'}:{code}"
        + (f":::::::{marks[at]}" if institutional and marks[at] else "")
        for at, code in enumerate(codes)
    ]
    if not values:
        return
    if institutional:
        yield f"HI*{values[0]}"
        values = values[1:]
    if values:
        yield "HI*" + "*".join(values)


def _providers(claim: Claim, institutional: bool) -> Iterator[str]:
    if institutional:
        if claim.attending_npi or claim.attending_name:
            yield _name("71", claim.attending_name, claim.attending_npi)
        return
    if claim.referring_npi or claim.referring_name:
        yield _name("DN", claim.referring_name, claim.referring_npi)
    if claim.rendering_npi or claim.rendering_name:
        yield _name("82", claim.rendering_name, claim.rendering_npi)
        if claim.rendering_taxonomy:
            yield f"PRV*PE*PXC*{claim.rendering_taxonomy}"


def _lines(claim: Claim, lines: Sequence[ServiceLine]) -> Iterator[str]:
    for at, line in enumerate(lines, start=1):
        yield f"LX*{at}"
        code = ":".join(["HC", line.procedure, *line.modifiers.split()])
        if line.description:
            code = f"HC:{line.procedure}:" + ":".join(
                [*(line.modifiers.split() + [""] * 4)[:4], _text(line.description)]
            )
        charge, units = _money(line.charge), _number(line.units)
        if claim.type == "institutional":
            code = code if line.procedure else ""
            yield f"SV2*{line.revenue_code}*{code}*{charge}*UN*{units}"
        else:
            pointers = ":".join(line.pointers.split())
            yield f"SV1*{code}*{charge}*UN*{units}*{line.place_of_service}**{pointers}"
        first, last = line.service_date, line.service_date_end
        if first and last and last != first:
            yield f"DTP*472*RD8*{first:%Y%m%d}-{last:%Y%m%d}"
        elif first:
            yield f"DTP*472*D8*{first:%Y%m%d}"
        yield f"REF*6R*{claim.number}-{line.number}"
        if line.ndc:
            yield f"LIN**N4*{_text(line.ndc)}"
            if line.ndc_quantity is not None:
                yield f"CTP****{_number(line.ndc_quantity)}*{line.ndc_unit}"
        if claim.type == "professional" and claim.ordering_npi:
            yield _name("DK", claim.ordering_name, claim.ordering_npi)


def _name(role: str, name: str, npi: str, organization: bool = False) -> str:
    last, _, first = name.partition(", ")
    kind = "2" if organization else "1"
    if organization:
        last, first = name, ""
    tail = f"*XX*{npi}" if npi else ""
    return f"NM1*{role}*{kind}*{_text(last)}*{_text(first)}***{tail}".rstrip("*")


def _text(value: str) -> str:
    """A value without the characters that separate one from the next."""
    return "".join(" " if letter in "*~:^\n\r" else letter for letter in value).strip()


def _money(value: Decimal) -> str:
    return f"{value:.2f}".removesuffix(".00")


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
