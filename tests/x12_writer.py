"""Write claims as an 837P or 837I, for tests: what the reader is held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bots.claims import (
    Claim,
    ClaimType,
    DiagnosisKind,
    OtherPayer,
    Role,
    ServiceLine,
    Sex,
    plain,
)

VERSIONS = {ClaimType.PROFESSIONAL: "005010X222A1", ClaimType.INSTITUTIONAL: "005010X223A2"}
_CODES = {
    DiagnosisKind.PRINCIPAL: "ABK",
    DiagnosisKind.OTHER: "ABF",
    DiagnosisKind.ADMITTING: "ABJ",
    DiagnosisKind.REASON_FOR_VISIT: "APR",
    DiagnosisKind.EXTERNAL_CAUSE: "ABN",
}
_NAMED = {
    Role.RENDERING: "82",
    Role.REFERRING: "DN",
    Role.ATTENDING: "71",
    Role.OPERATING: "72",
    Role.SERVICE_FACILITY: "77",
}
_RANKS = {"primary": "P", "secondary": "S", "tertiary": "T"}
_RELATED = {"self": "18", "spouse": "01", "child": "19", "other": "G8"}


def a_file(
    sets: Iterable[Sequence[str]],
    *,
    version: str = "005010X222A1",
    line_end: str = "\n",
    separators: str = "*:~",
) -> str:
    """An interchange of one group around the sets."""  # fmt: skip
    element, component, terminator = separators
    isa = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'OFFICE':15}*ZZ*{'PAYER':15}*260930*1200*^*00501"
        f"*000000001*0*T*{component}"
    ).replace("*", element)
    body = [f"GS*HC*OFFICE*PAYER*20260930*1200*1*X*{version}"]
    count = 0
    for segments in sets:
        count += 1
        body += segments
    body += [f"GE*{count}*1", "IEA*1*000000001"]
    written = [segment.replace("*", element).replace(":", component) for segment in body]
    return "".join(segment + terminator + line_end for segment in [isa, *written])


def a_set(claims: Sequence[Claim], control: str = "0001", version: str = "") -> list[str]:
    """One transaction set, ST to SE; each claim under an HL of its own."""
    out = [f"ST*837*{control}*{version or VERSIONS[claims[0].type]}"]
    created = claims[0].created_on
    out.append(f"BHT*0019*00*1*{_d8(created or date(2026, 9, 30))}*1200*CH")
    out += ["NM1*41*2*OFFICE*****46*OFFICE", "PER*IC*DESK*TE*5550100", "NM1*40*2*PAYER*****46*P"]
    level = 0
    for claim in claims:
        written, level = _claim(claim, level)
        out += written
    return [*out, f"SE*{len(out) + 1}*{control}"]


def _claim(claim: Claim, level: int) -> tuple[list[str], int]:
    billing = claim.provider(Role.BILLING)
    assert billing is not None
    cover, patient = claim.coverage, claim.patient
    dependent = cover.relationship != "self"
    out = [f"HL*{level + 1}**20*1"]
    if billing.taxonomy:
        out.append(f"PRV*BI*PXC*{billing.taxonomy}")
    out += [f"NM1*85*2*{billing.name}*****XX*{billing.npi}", "N3*1 OFFICE ST"]
    out += [f"N4*DAYTON*{claim.facility.state}*454020000", "REF*EI*123456789"]
    out.append(f"HL*{level + 2}*{level + 1}*22*{int(dependent)}")
    related = "" if dependent else "18"
    out.append(
        f"SBR*{_RANKS[cover.rank]}*{related}*{cover.group_number}******{cover.filing_indicator}"
    )
    if not dependent and patient.died_on:
        out.append(f"PAT*{_death(claim)}")
    name = ("SUBSCRIBER", "S") if dependent else (patient.last_name, patient.first_name)
    out.append(f"NM1*IL*1*{name[0]}*{name[1]}****MI*{cover.member_id}")
    if not dependent:
        out += _person(claim)
    out.append(f"NM1*PR*2*{cover.payer_name}*****PI*{cover.payer_id}")
    level += 2
    if dependent:
        out.append(f"HL*{level + 1}*{level}*23*0")
        out.append(f"PAT*{_RELATED[cover.relationship]}{_death(claim)}")
        out.append(f"NM1*QC*1*{patient.last_name}*{patient.first_name}")
        out += _person(claim)
        level += 1
    out += _body(claim)
    for line in claim.lines:
        out += _line(line, claim)
    return out, level


def _death(claim: Claim) -> str:
    return f"****D8*{_d8(claim.patient.died_on)}" if claim.patient.died_on else ""


def _person(claim: Claim) -> list[str]:
    patient = claim.patient
    born = _d8(patient.birth_date) if patient.birth_date else ""
    sex = patient.sex.value if patient.sex is not Sex.UNKNOWN else "U"
    return [
        f"N3*{patient.address}",
        f"N4*{patient.city}*{patient.state}*{patient.postal_code}",
        f"DMG*D8*{born}*{sex}",
    ]


def _body(claim: Claim) -> list[str]:
    total = "" if claim.total_charge is None else plain(claim.total_charge)
    if claim.type is ClaimType.PROFESSIONAL:
        place = f"{claim.place_of_service}:B:{claim.frequency_code}"
    else:
        place = f"{claim.bill_type[1:3]}:A:{claim.frequency_code}"
    accident = f"**{claim.accident}" if claim.accident else ""
    out = [f"CLM*{claim.number}*{total}***{place}*Y*A*Y*Y{accident}"]
    if claim.accident_on:
        out.append(f"DTP*439*D8*{_d8(claim.accident_on)}")
    if claim.statement_from and claim.statement_through:
        span = f"{_d8(claim.statement_from)}-{_d8(claim.statement_through)}"
        out.append(f"DTP*434*RD8*{span}")
    if claim.admitted_on and claim.type is ClaimType.INSTITUTIONAL:
        out.append(f"DTP*435*DT*{_d8(claim.admitted_on)}0830")
    elif claim.admitted_on:
        out.append(f"DTP*435*D8*{_d8(claim.admitted_on)}")
    if claim.type is ClaimType.INSTITUTIONAL:
        out.append(f"CL1*{claim.admission_type}*{claim.admission_source}*{claim.discharge_status}")
    for qualifier, value in (
        ("G1", claim.authorization), ("F8", claim.original_reference),
        ("EA", claim.patient.record_number), ("X4", claim.clia),
    ):  # fmt: skip
        if value:
            out.append(f"REF*{qualifier}*{value}")
    codes = [
        f"{_CODES[entry.kind]}:{entry.code.replace('.', '')}"
        + (f":::::::{entry.present_on_admission}" if entry.present_on_admission else "")
        for entry in claim.diagnoses
    ]
    if codes:
        out.append("HI*" + "*".join(codes))
    if claim.condition_codes:
        out.append("HI*" + "*".join(f"BG:{code}" for code in claim.condition_codes))
    out += _codes(claim)
    for provider in claim.providers:
        if provider.role in _NAMED:
            out += _provider(_NAMED[provider.role], provider.name, provider.npi)
            if provider.taxonomy:
                out.append(f"PRV*PE*PXC*{provider.taxonomy}")
    for other in claim.other_payers:
        out += _other_payer(other)
    return out


def _codes(claim: Claim) -> list[str]:
    """The HI segments of an institutional claim beside its diagnoses."""
    groups = [
        [f"BH:{code.code}:D8:{_d8(code.since)}" for code in claim.occurrences if code.since],
        [
            f"BI:{code.code}:RD8:{_d8(code.since)}-{_d8(code.until)}"
            for code in claim.occurrence_spans
            if code.since and code.until
        ],
        [f"BE:{code.code}:::{plain(code.amount)}" for code in claim.values if code.amount],
        [
            f"{'BBQ' if place else 'BBR'}:{entry.code}"
            + (f":D8:{_d8(entry.performed_on)}" if entry.performed_on else "")
            for place, entry in enumerate(claim.inpatient_procedures)
        ],
        [f"DR:{claim.drg}"] if claim.drg else [],
    ]
    return ["HI*" + "*".join(group) for group in groups if group]


def _other_payer(other: OtherPayer) -> list[str]:
    out = [f"SBR*{_RANKS[other.rank]}*18*******{other.filing_indicator}"]
    if other.paid is not None:
        out.append(f"AMT*D*{plain(other.paid)}")
    out += ["OI***Y***Y", "NM1*IL*1*OTHER*SAM****MI*OTHER-1", "N3*2 OTHER ST"]
    return [*out, f"NM1*PR*2*{other.payer_name}*****PI*{other.payer_id}"]


def _provider(code: str, name: str, npi: str) -> list[str]:
    last, _, first = name.partition(", ")
    return [f"NM1*{code}*{1 if first else 2}*{last}*{first}****XX*{npi}"]


def _line(line: ServiceLine, claim: Claim) -> list[str]:
    mods = [*line.modifiers, *[""] * (4 - len(line.modifiers))]
    coded = ":".join(["HC", line.procedure, *mods, line.description]).rstrip(":")
    charge, units = plain(line.charge), plain(line.units)
    out = [f"LX*{line.number}"]
    if claim.type is ClaimType.PROFESSIONAL:
        pointers = ":".join(map(str, line.pointers))
        place = line.place_of_service
        out.append(f"SV1*{coded}*{charge}*{line.unit}*{units}*{place}**{pointers}")
    else:
        not_covered = "" if line.noncovered_charge is None else plain(line.noncovered_charge)
        out.append(
            f"SV2*{line.revenue_code}*{coded}*{charge}*{line.unit}*{units}**{not_covered}".rstrip(
                "*"
            )
        )
    if line.service_date and line.service_date_end:
        out.append(f"DTP*472*RD8*{_d8(line.service_date)}-{_d8(line.service_date_end)}")
    elif line.service_date:
        out.append(f"DTP*472*D8*{_d8(line.service_date)}")
    if line.ndc:
        out.append(f"LIN**N4*{line.ndc}")
        if line.ndc_quantity is not None:
            out.append(f"CTP****{plain(line.ndc_quantity)}*{line.ndc_unit}")
    if line.rendering_npi:
        out += [*_provider("82", "Of The Line, Lee", line.rendering_npi), "PRV*PE*PXC*207R00000X"]
    ordering = claim.provider(Role.ORDERING)
    if ordering and line.number == 1:
        out += _provider("DK", ordering.name, ordering.npi)
    return out


def _d8(day: date) -> str:
    return day.strftime("%Y%m%d")
