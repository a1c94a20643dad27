"""The claims of one transaction set: a walk through its loops.

Levels nest: billing provider (HL 20), subscriber (HL 22), patient (HL 23), claim (2300),
service line (2400). What is wrong at a level makes unreadable what hangs on it: every claim
of a subscriber, or one claim. Authority: ASC X12 005010X222A1 and 005010X223A2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bots.claims import (
    Claim,
    ClaimCode,
    ClaimType,
    Coverage,
    Diagnosis,
    DiagnosisKind,
    Facility,
    InpatientProcedure,
    OtherPayer,
    Patient,
    Provider,
    Role,
    ServiceLine,
    Sex,
)
from bots.files.plausible import plausible
from bots.files.segments import Segment
from bots.files.shapes import YEARS
from bots.files.unread import UnfitError

_ROLES = {
    "82": Role.RENDERING,
    "DK": Role.ORDERING,
    "DN": Role.REFERRING,
    "71": Role.ATTENDING,
    "72": Role.OPERATING,
    "77": Role.SERVICE_FACILITY,
}
_DIAGNOSES = {
    "ABK": DiagnosisKind.PRINCIPAL,
    "BK": DiagnosisKind.PRINCIPAL,
    "ABF": DiagnosisKind.OTHER,
    "BF": DiagnosisKind.OTHER,
    "ABJ": DiagnosisKind.ADMITTING,
    "BJ": DiagnosisKind.ADMITTING,
    "APR": DiagnosisKind.REASON_FOR_VISIT,
    "PR": DiagnosisKind.REASON_FOR_VISIT,
    "ABN": DiagnosisKind.EXTERNAL_CAUSE,
    "BN": DiagnosisKind.EXTERNAL_CAUSE,
}
_RELATIONSHIPS = {"18": "self", "01": "spouse", "19": "child"}
_RANKS = {"P": "primary", "S": "secondary", "T": "tertiary"}
# Every segment that may stand between ST and SE of an 837P or 837I. One that is not among
# them is damage: a line's charge or a date may have been in it.
_SEGMENTS = """
    ST SE BHT REF NM1 N3 N4 PER HL PRV CUR SBR PAT DMG CLM DTP CL1 PWK CN1 AMT K3 NTE CR1 CR2 CR3
    CR5 CRC HI HCP QTY CAS OI MIA MOA LX SV1 SV2 SV5 MEA PS1 LIN CTP SVD LQ FRM HSD UR
"""
_KNOWN = frozenset(_SEGMENTS.split())


@dataclass
class _Level:
    """What one HL said, and the first thing wrong with it."""

    values: dict[str, Any] = field(default_factory=dict)
    fault: UnfitError | None = None


@dataclass
class _Draft:
    """A claim while its segments come in."""

    start: Segment
    values: dict[str, Any] = field(default_factory=dict)
    providers: list[Provider] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    payers: list[dict[str, Any]] = field(default_factory=list)
    starts: list[Segment] = field(default_factory=list)
    fault: UnfitError | None = None


def read_claims(segments: Iterable[Segment], type: ClaimType) -> Iterator[Claim | UnfitError]:
    """The claims of a sound transaction set, in order; an `UnfitError` in place of a bad one."""
    walk = _Walk(type)
    for segment in segments:
        if segment.id in {"HL", "CLM", "SE"} and walk.draft is not None:
            yield walk.finished()
        walk.take(segment)


class _Walk:
    """Where in the loops the walk is."""

    def __init__(self, type: ClaimType) -> None:
        self.draft: _Draft | None = None
        self._type = type
        self._header, self._billing = _Level(), _Level()
        self._subscriber, self._patient = _Level(), _Level()
        self._level = self._header
        self._named = ""  # NM101 of the NM1 that N3, N4, DMG and PRV belong to
        self._other_payer = False  # inside 2320 and 2330: another payer's business

    def take(self, segment: Segment) -> None:
        """Follow one segment; a fault is kept where it belongs."""
        try:
            if segment.fault:
                raise UnfitError(segment.at(), segment.fault)
            if segment.id not in _KNOWN:
                raise UnfitError(str(segment.number), "is no segment of an 837")
            if segment.id == "HL":
                self._open_level(segment)
            elif segment.id == "CLM":
                self._open_claim(segment)
            elif self.draft is None:
                self._in_level(segment)
            elif self.draft.lines:
                self._in_line(segment, self.draft)
            else:
                self._in_claim(segment, self.draft)
        except UnfitError as error:
            holder = self.draft or self._level
            holder.fault = holder.fault or error

    def finished(self) -> Claim | UnfitError:
        """Close the claim that is open, and say it."""
        draft, self.draft = self.draft, None
        assert draft is not None  # the caller looked
        for level in (self._header, self._billing, self._subscriber, self._patient):
            if level.fault:
                what = f"{level.fault.what}; the claim of segment {draft.start.number} hangs on it"
                return UnfitError(level.fault.where, what)
        if draft.fault:
            return draft.fault
        try:
            claim = self._claim(draft)
            plausible(claim, draft.start.at())
        except UnfitError as error:
            return error
        return claim

    # Levels: 1000, 2000A, 2000B, 2000C

    def _open_level(self, segment: Segment) -> None:
        self._named, self._other_payer = "", False
        match segment.value(3):
            case "20":
                self._billing = self._level = _Level()
                self._subscriber, self._patient = _Level(), _Level()
            case "22":
                self._subscriber = self._level = _Level()
                self._patient = _Level()
            case "23":
                self._patient = self._level = _Level()
            case _:
                raise UnfitError(segment.at(3), "is no level of an 837; it must be 20, 22 or 23")

    def _in_level(self, segment: Segment) -> None:
        values = self._level.values
        match segment.id:
            case "BHT":
                values["created_on"] = _day(segment, 4, segment.value(4))
            case "SBR":
                values |= {
                    "rank": _RANKS.get(segment.value(1), "other"),
                    "relationship": _relationship(segment.value(2)),
                    "group_number": segment.value(3),
                    "filing_indicator": segment.value(9),
                }
            case "PAT":
                if segment.value(1):
                    values["relationship"] = _relationship(segment.value(1))
                if segment.value(6):
                    values["died_on"] = _day(segment, 6, segment.value(6))
            case "PRV":
                if segment.value(1) == "BI":
                    values["taxonomy"] = segment.value(3)
            case "NM1":
                self._named = segment.value(1)
                values |= _name(segment)
            case "N3" | "N4" | "DMG" if self._named in {"85", "IL", "QC"}:
                values |= _address(segment)

    # 2300 and 2310

    def _open_claim(self, segment: Segment) -> None:
        self._named, self._other_payer = "", False
        self.draft = _Draft(segment)
        place, _, frequency = (segment.value(5, part) for part in (1, 2, 3))
        self.draft.values |= {
            "number": segment.value(1),
            "frequency_code": frequency,
        }
        if self._type is ClaimType.PROFESSIONAL:
            self.draft.values["place_of_service"] = place
        else:  # written on screens with the leading zero that the file leaves out
            self.draft.values["bill_type"] = f"0{place}{frequency}" if place else ""
        self.draft.values["accident"] = segment.value(11)
        total = segment.value(2)
        self.draft.values["total_charge"] = _amount(segment, 2) if total else None

    def _in_claim(self, segment: Segment, draft: _Draft) -> None:
        match segment.id:
            case "SBR":
                self._other_payer = True
                draft.payers.append(
                    {
                        "payer_id": "",
                        "rank": _RANKS.get(segment.value(1), "other"),
                        "filing_indicator": segment.value(9),
                    }
                )
            case "LX":
                self._open_line(segment, draft)
            case "AMT" if self._other_payer and segment.value(1) == "D":
                draft.payers[-1]["paid"] = _amount(segment, 2)
            case "NM1" if self._other_payer and segment.value(1) == "PR":
                draft.payers[-1] |= _name(segment)
            case _ if self._other_payer:
                return
            case "DTP":
                self._claim_date(segment, draft)
            case "CL1":
                draft.values["admission_type"] = segment.value(1)
                draft.values["admission_source"] = segment.value(2)
                draft.values["discharge_status"] = segment.value(3)
            case "REF":
                if name := _REFERENCES.get(segment.value(1)):
                    draft.values[name] = segment.value(2)
            case "HI":
                _take_codes(segment, draft)
            case "NM1":
                self._provider(segment, draft)
            case "PRV" if self._named in _ROLES and segment.value(2) == "PXC":
                draft.providers[-1] = replace(draft.providers[-1], taxonomy=segment.value(3))
            case "N4" if self._named == "77":
                draft.values["facility_state"] = segment.value(2)

    def _claim_date(self, segment: Segment, draft: _Draft) -> None:
        match segment.value(1):
            case "434":
                first, last = _days(segment)
                draft.values["statement_from"] = first
                draft.values["statement_through"] = last or first
            case "435":
                draft.values["admitted_on"] = _days(segment)[0]
            case "439":
                draft.values["accident_on"] = _days(segment)[0]

    def _provider(self, segment: Segment, draft: _Draft) -> None:
        self._named = segment.value(1)
        if role := _ROLES.get(self._named):
            draft.providers.append(Provider(role, _full_name(segment), _npi(segment)))

    # 2400 and 2420

    def _open_line(self, segment: Segment, draft: _Draft) -> None:
        self._named, self._other_payer = "", False
        draft.lines.append({"number": len(draft.lines) + 1})
        draft.starts.append(segment)

    def _in_line(self, segment: Segment, draft: _Draft) -> None:
        line = draft.lines[-1]
        match segment.id:
            case "LX":
                self._open_line(segment, draft)
            case "SV1":
                line |= _service(segment, coded=1, charge=2, units=4)
                line["unit"] = segment.value(3)
                line["place_of_service"] = segment.value(5)
                line["pointers"] = _pointers(segment)
            case "SV2":
                line |= _service(segment, coded=2, charge=3, units=5)
                line["revenue_code"] = segment.value(1)
                line["unit"] = segment.value(4)
                line["noncovered_charge"] = _amount(segment, 7) if segment.value(7) else None
            case "DTP" if segment.value(1) == "472":
                line["service_date"], line["service_date_end"] = _days(segment)
            case "LIN" if segment.value(2) == "N4":
                line["ndc"] = segment.value(3)
            case "CTP" if "ndc" in line:
                line["ndc_quantity"] = _amount(segment, 4) if segment.value(4) else None
                line["ndc_unit"] = segment.value(5)
            case "NM1":
                self._line_provider(segment, draft)
            case "PRV" if self._named in _ROLES and segment.value(2) == "PXC":
                draft.providers[-1] = replace(draft.providers[-1], taxonomy=segment.value(3))

    def _line_provider(self, segment: Segment, draft: _Draft) -> None:
        # A claim holds one provider a role: a line's own counts where the claim names none.
        role = _ROLES.get(segment.value(1))
        if role is Role.RENDERING:
            draft.lines[-1]["rendering_npi"] = _npi(segment)
            self._named = ""
            return
        if role is None or any(known.role is role for known in draft.providers):
            self._named = ""
            return
        self._provider(segment, draft)

    # The claim itself

    def _claim(self, draft: _Draft) -> Claim:
        billing = self._billing.values
        person = self._patient.values or self._subscriber.values
        values = dict(draft.values)
        facility = next((p.name for p in draft.providers if p.role is Role.SERVICE_FACILITY), "")
        return Claim(
            type=self._type,
            facility=Facility(
                code="",
                name=facility or billing.get("billing_name", ""),
                state=values.pop("facility_state", "") or billing.get("state", ""),
            ),
            patient=_patient(person, values.pop("record_number", "")),
            coverage=self._coverage(),
            providers=(
                Provider(
                    Role.BILLING,
                    billing.get("billing_name", ""),
                    billing.get("billing_npi", ""),
                    billing.get("taxonomy", ""),
                ),
                *draft.providers,
            ),
            diagnoses=tuple(draft.diagnoses),
            lines=tuple(map(_line, draft.lines, draft.starts)),
            other_payers=tuple(OtherPayer(**said) for said in draft.payers),
            created_on=self._header.values.get("created_on"),
            **values,
        )

    def _coverage(self) -> Coverage:
        said = self._subscriber.values
        relationship = self._patient.values.get("relationship") or said.get("relationship")
        return Coverage(
            payer_id=said.get("payer_id", ""),
            payer_name=said.get("payer_name", ""),
            member_id=said.get("member_id", ""),
            filing_indicator=said.get("filing_indicator", ""),
            group_number=said.get("group_number", ""),
            relationship=relationship or "self",
            rank=said.get("rank", "primary"),
        )


_REFERENCES = {
    "G1": "authorization",
    "F8": "original_reference",
    "EA": "record_number",
    "X4": "clia",
}


def _patient(said: dict[str, Any], record_number: str) -> Patient:
    return Patient(
        record_number=record_number,
        last_name=said.get("last_name", ""),
        first_name=said.get("first_name", ""),
        birth_date=said.get("birth_date"),
        sex=said.get("sex", Sex.UNKNOWN),
        died_on=said.get("died_on"),
        **{key: said.get(key, "") for key in ("address", "city", "state", "postal_code")},
    )


def _line(values: dict[str, Any], start: Segment) -> ServiceLine:
    if "charge" not in values:
        raise UnfitError(start.at(), "the service line has no SV1 or SV2: its charge is missing")
    return ServiceLine(**values)


def _name(segment: Segment) -> dict[str, Any]:
    match segment.value(1):
        case "85":
            return {"billing_name": _full_name(segment), "billing_npi": _npi(segment)}
        case "IL":
            return {
                "last_name": segment.value(3),
                "first_name": segment.value(4),
                "member_id": segment.value(9),
            }
        case "QC":
            return {"last_name": segment.value(3), "first_name": segment.value(4)}
        case "PR":
            return {"payer_name": segment.value(3), "payer_id": segment.value(9)}
    return {}


def _address(segment: Segment) -> dict[str, Any]:
    match segment.id:
        case "N3":
            return {"address": segment.value(1)}
        case "N4":
            return {
                "city": segment.value(1),
                "state": segment.value(2),
                "postal_code": segment.value(3),
            }
    born = segment.value(2)
    sex = segment.value(3)
    return {
        "birth_date": _day(segment, 2, born) if born else None,
        "sex": Sex(sex) if sex in {"F", "M"} else Sex.UNKNOWN,
    }


def _service(segment: Segment, *, coded: int, charge: int, units: int) -> dict[str, Any]:
    parts = segment.components(coded)
    if not segment.value(charge):
        raise UnfitError(segment.at(charge), "is empty; a service line has a charge")
    if not segment.value(units):
        raise UnfitError(segment.at(units), "is empty; a service line has a quantity")
    return {
        "procedure": parts[1] if len(parts) > 1 else "",
        "modifiers": tuple(part for part in parts[2:6] if part),
        "description": parts[6] if len(parts) > 6 else "",
        "charge": _amount(segment, charge),
        "units": _amount(segment, units),
    }


def _pointers(segment: Segment) -> tuple[int, ...]:
    given = [part for part in segment.components(7) if part]
    if not all(re.fullmatch(r"\d{1,2}", part, re.ASCII) for part in given):
        raise UnfitError(segment.at(7), "holds a diagnosis pointer that is no number")
    return tuple(map(int, given))


def _take_codes(segment: Segment, draft: _Draft) -> None:
    """One HI: diagnoses in their order, and condition codes."""
    for element in range(1, len(segment.elements) + 1):
        qualifier, code = segment.value(element), segment.value(element, 2)
        if kind := _DIAGNOSES.get(qualifier):
            position = len(draft.diagnoses) + 1
            present = segment.value(element, 9)
            draft.diagnoses.append(Diagnosis(position, _dotted(code), kind, present))
        elif qualifier == "BG" and code:
            known = draft.values.get("condition_codes", ())
            draft.values["condition_codes"] = (*known, code)
        elif qualifier in {"BE", "BH", "BI"} and code:
            name = {"BE": "values", "BH": "occurrences", "BI": "occurrence_spans"}[qualifier]
            draft.values[name] = (*draft.values.get(name, ()), _claim_code(segment, element))
        elif qualifier in {"BBR", "BBQ"} and code:
            on = segment.value(element, 4)
            done = InpatientProcedure(code, _day(segment, element, on) if on else None)
            name = "inpatient_procedures"
            draft.values[name] = (*draft.values.get(name, ()), done)
        elif qualifier == "DR":
            draft.values["drg"] = code


def _claim_code(segment: Segment, element: int) -> ClaimCode:
    code, text, amount = (segment.value(element, part) for part in (2, 4, 5))
    since, _, until = text.partition("-")
    return ClaimCode(
        code,
        _day(segment, element, since) if since else None,
        _day(segment, element, until) if until else None,
        Decimal(amount) if amount else None,
    )


def _dotted(code: str) -> str:
    """An ICD-10-CM code with the dot that a file leaves out and a screen shows."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code


def _full_name(segment: Segment) -> str:
    """`Last, First` for a person, the name of an organization."""
    last, first = segment.value(3), segment.value(4)
    return f"{last}, {first}" if first else last


def _npi(segment: Segment) -> str:
    return segment.value(9) if segment.value(8) in {"XX", ""} else ""


def _relationship(code: str) -> str:
    return _RELATIONSHIPS.get(code, "other") if code else ""


def _amount(segment: Segment, element: int) -> Decimal:
    text = segment.value(element)
    if not re.fullmatch(r"-?(\d{1,13}(\.\d{0,6})?|\.\d{1,6})", text, re.ASCII):
        raise UnfitError(segment.at(element), "is no amount; write digits and a decimal point")
    amount = Decimal(text)
    if amount < 0:
        raise UnfitError(
            segment.at(element),
            "is below zero; to take a charge back, send the claim with frequency code 7 or 8",
        )
    return amount


def _days(segment: Segment) -> tuple[date, date | None]:
    """DTP: one day, or the two of a range."""
    form, text = segment.value(2), segment.value(3)
    if form == "RD8":
        first, _, last = text.partition("-")
        return _day(segment, 3, first), _day(segment, 3, last)
    return _day(segment, 3, text[:8] if form == "DT" else text), None


def _day(segment: Segment, element: int, text: str) -> date:
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        raise UnfitError(segment.at(element), "is no date; write CCYYMMDD")
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise UnfitError(
            segment.at(element), "is a day that no calendar has; write CCYYMMDD"
        ) from None
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise UnfitError(
            segment.at(element),
            f"lies outside the years {YEARS[0]} to {YEARS[1]}; correct the year",
        )
    return day
