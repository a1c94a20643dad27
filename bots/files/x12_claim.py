"""The claims of a transaction set: a walk through its loops, a block of segments at a time.

Levels nest: billing provider (HL 20), subscriber (HL 22), patient (HL 23), claim (2300),
service line (2400). What is wrong at a level makes unreadable what hangs on it: every claim
of a subscriber, or one claim. Authority: ASC X12 005010X222A1 and 005010X223A2.

Where the walk is decides what a segment means: one table of handlers a place. A handler reads
all that it needs before it changes anything, because it is asked a second time, with empty
elements put on, where a sender left off the last ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from bots.claims import (
    Claim,
    ClaimCode,
    ClaimType,
    Diagnosis,
    DiagnosisKind,
    Facility,
    InpatientProcedure,
    OtherPayer,
    Provider,
    Role,
    ServiceLine,
)
from bots.files.quick import quick
from bots.files.segments import Block
from bots.files.unread import UnfitError
from bots.files.x12_levels import RANKS, Levels
from bots.files.x12_values import (
    Fields,
    amount,
    at,
    composites,
    day,
    days,
    dotted,
    full_name,
    npi,
    remember,
)

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
_CODES = {"BE": "values", "BH": "occurrences", "BI": "occurrence_spans"}
_REFERENCES = {
    "G1": "authorization",
    "F8": "original_reference",
    "EA": "record_number",
    "X4": "clia",
}
_DATES = {"435": "admitted_on", "439": "accident_on"}
# Every segment that may stand between ST and SE of an 837P or 837I. One that is not among
# them is damage: a line's charge or a date may have been in it.
_SEGMENTS = """
    ST SE BHT REF NM1 N3 N4 PER HL PRV CUR SBR PAT DMG CLM DTP CL1 PWK CN1 AMT K3 NTE CR1 CR2 CR3
    CR5 CRC HI HCP QTY CAS OI MIA MOA LX SV1 SV2 SV5 MEA PS1 LIN CTP SVD LQ FRM HSD UR
"""
KNOWN = frozenset(_SEGMENTS.split())
# How the segments begin that end a claim: all others of one that is not wanted are passed over.
TURNS = frozenset({"HL", "CL", "SE", "IS", "GS", "ST", "GE", "IE", "TA"})
_LEFT_OFF = [""] * 16

_new_claim, _new_line, _new_facility = quick(Claim), quick(ServiceLine), quick(Facility)
_new_provider = quick(Provider)

Read: TypeAlias = Claim | UnfitError
_Handler: TypeAlias = Callable[[int, Fields], None]
_Place: TypeAlias = dict[str, _Handler | None]


class _Draft:
    """A claim while its segments come in."""

    __slots__ = (
        "codes", "diagnoses", "facility_name", "facility_state", "fault", "lines", "number",
        "payers", "providers", "record_number", "starts", "values",
    )  # fmt: skip

    def __init__(self, number: int, values: dict[str, Any]) -> None:
        self.number = number
        self.values = values
        self.record_number = self.facility_name = self.facility_state = ""
        self.codes: dict[str, list[Any]] = {}
        self.providers: list[Provider] = []
        self.diagnoses: list[Diagnosis] = []
        self.payers: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.starts: list[int] = []
        self.fault: UnfitError | None = None


class Walk:
    """Where in the loops the walk is.

    Args:
        type: professional or institutional, which the transaction set says.
        wanted: asked where a claim begins, with the levels above it; False passes over the
            claim as if it were not there. None reads every claim.
    """

    def __init__(self, type: ClaimType, wanted: Callable[[Levels], bool] | None = None) -> None:
        self.levels = Levels()
        self._type = type
        self._wanted = wanted
        self._draft: _Draft | None = None  # the claim that is open, if one is
        self._open = _Draft(0, {})  # the same, for those who are asked inside a claim only
        self._line: dict[str, Any] = {}
        self._read: list[Read] = []
        self._at_level, self._at_claim, self._at_other_payer, self._at_line = self._places()
        self._passed_over = self._place_of({})
        self._place = self._at_level
        self._composites = composites(":")
        self._named = ""  # NM101 of the NM1 that N4 and PRV belong to
        self._passing = False  # over a claim that is not wanted
        self._suspect: UnfitError | None = None  # at a level: it may have been a claim

    def take(self, block: Block) -> list[Read]:
        """Follow a block; the claims that ended in it."""
        read: list[Read] = []
        self._read = read
        self._composites = composites(block.separators.component)
        number, faults, fields_of = block.number, block.faults, block.fields
        element, clean, unknown = block.separators.element, block.clean, self._unknown
        for segment in block.segments:
            number += 1
            if self._passing and segment[:2] not in TURNS:
                continue
            fields = segment.split(element) if clean else fields_of(segment)
            handler = self._place.get(fields[0], unknown)
            try:
                if faults and number in faults:
                    self._unreadable(number, fields, faults[number])
                elif handler is not None:
                    handler(number, fields)
            except IndexError:
                self._once_more(handler, number, fields)
            except UnfitError as error:
                self._keep(error, suspect=fields[0] not in KNOWN)
        return read

    def end(self) -> list[Read]:
        """What was still open, where no SE closed it."""
        read: list[Read] = []
        self._read = read
        self._close_level()
        return read

    def _once_more(self, handler: _Handler | None, number: int, fields: Fields) -> None:
        assert handler is not None  # it has just failed
        try:
            handler(number, fields + _LEFT_OFF)
        except UnfitError as error:
            self._keep(error)

    def _keep(self, error: UnfitError, suspect: bool = False) -> None:
        """A fault stays where it belongs: with the claim, or with the level."""
        if self._place is self._passed_over:
            return
        holder = self._draft or self.levels.current
        holder.fault = holder.fault or error
        if suspect and self._draft is None and self.levels.may_hold_claims:
            self._suspect = self._suspect or error

    def _unreadable(self, number: int, fields: Fields, fault: str) -> None:
        """A segment whose bytes are no text: no more than its name is known."""
        error = UnfitError(at(number, fields), fault)
        match fields[0]:
            case "CLM":
                self._finish()
                self._suspect, self._passing = None, False
                self._draft = self._open = _Draft(number, {})
                self._place = self._at_claim
            case "HL":
                self._close_level()
                self.levels.lose(error)
        self._keep(error, suspect=fields[0] not in KNOWN)

    def _places(self) -> tuple[_Place, _Place, _Place, _Place]:
        """What segments mean at a level, in a claim, in another payer's loop, and in a line."""
        level = self._place_of(self.levels.handlers)
        claim: dict[str, _Handler] = {
            "DTP": self._claim_date,
            "CL1": self._cl1,
            "REF": self._ref,
            "HI": self._hi,
            "NM1": self._claim_nm1,
            "PRV": self._prv,
            "N4": self._claim_n4,
            "SBR": self._other_sbr,
            "LX": self._lx,
        }
        other: dict[str, _Handler] = {
            "SBR": self._other_sbr,
            "AMT": self._other_amt,
            "NM1": self._other_nm1,
            "LX": self._lx,
        }
        line: dict[str, _Handler] = {
            "LX": self._lx,
            "SV1": self._sv1,
            "SV2": self._sv2,
            "DTP": self._line_date,
            "LIN": self._lin,
            "CTP": self._ctp,
            "REF": self._line_ref,
            "NM1": self._line_nm1,
            "PRV": self._prv,
        }
        return level, self._place_of(claim), self._place_of(other), self._place_of(line)

    def _place_of(self, handlers: dict[str, _Handler]) -> _Place:
        """A place in the loops; what no handler is named for is passed over there."""
        turns: dict[str, _Handler] = {"HL": self._hl, "CLM": self._clm, "SE": self._se}
        return {**dict.fromkeys(KNOWN), **handlers, **turns}

    def _unknown(self, number: int, fields: Fields) -> None:
        raise UnfitError(str(number), "is no segment of an 837")

    # Levels

    def _hl(self, number: int, fields: Fields) -> None:
        self._close_level()
        self.levels.open(number, fields)

    def _se(self, number: int, fields: Fields) -> None:
        self._close_level()

    def _close_level(self) -> None:
        self._finish()
        self._place, self._passing = self._at_level, False
        suspect, self._suspect = self._suspect, None
        if suspect is not None:
            what = f"{suspect.what}; a claim that stood here, if one did, was not checked"
            self._read.append(UnfitError(suspect.where, what))

    # 2300 and 2310

    def _clm(self, number: int, fields: Fields) -> None:
        place, _, frequency = self._composites.parts(fields[5], 3)
        total, named = fields[2], fields[1]
        self._finish()
        self._suspect, self._passing = None, False
        if self._wanted is not None and not self._wanted(self.levels):
            self._place, self._passing = self._passed_over, True
            return
        values: dict[str, Any] = {"number": named, "frequency_code": frequency}
        self._draft = self._open = _Draft(number, values)
        self._place, self._named = self._at_claim, ""
        if self._type is ClaimType.PROFESSIONAL:
            values["place_of_service"] = place
        else:  # written on screens with the leading zero that the file leaves out
            values["bill_type"] = f"0{place}{frequency}" if place else ""
        if len(fields) > 11:
            values["accident"] = self._composites.parts(fields[11], 1)[0]
        values["total_charge"] = amount(number, fields, 2, total) if total else None

    def _claim_date(self, number: int, fields: Fields) -> None:
        values = self._open.values
        if name := _DATES.get(fields[1]):
            values[name] = days(number, fields)[0]
        elif fields[1] == "434":
            first, last = days(number, fields)
            values["statement_from"], values["statement_through"] = first, last or first

    def _cl1(self, number: int, fields: Fields) -> None:
        values = self._open.values
        type, source, status = (*fields[1:4], "", "", "")[:3]
        values["admission_type"], values["admission_source"] = type, source
        values["discharge_status"] = status

    def _ref(self, number: int, fields: Fields) -> None:
        name = _REFERENCES.get(fields[1])
        if name == "record_number":
            self._open.record_number = fields[2]
        elif name:
            self._open.values[name] = fields[2]

    def _hi(self, number: int, fields: Fields) -> None:
        """One HI: diagnoses in their order, and the codes of an institutional claim."""
        diagnoses, known = self._open.diagnoses, self._composites.diagnoses
        for element in range(1, len(fields)):
            text = fields[element]
            diagnosis = known.get((len(diagnoses) + 1, text))
            if diagnosis is not None:
                diagnoses.append(diagnosis)
                continue
            parts = self._composites.split(text)
            if kind := _DIAGNOSES.get(parts[0]):
                code, present = (parts[n] if len(parts) > n else "" for n in (1, 8))
                position = len(diagnoses) + 1
                diagnosis = Diagnosis(position, dotted(code), kind, present)
                diagnoses.append(remember(known, (position, text), diagnosis))
            else:
                self._code(number, fields, element, parts)

    def _code(self, number: int, fields: Fields, element: int, parts: list[str]) -> None:
        qualifier, code, _, when, worth = (*parts, "", "", "", "")[:5]
        draft = self._open
        if not code:
            return
        if name := _CODES.get(qualifier):
            since, _, until = when.partition("-")
            kept = ClaimCode(
                code,
                day(number, fields, element, since) if since else None,
                day(number, fields, element, until) if until else None,
                amount(number, fields, element, worth) if worth else None,
            )
            draft.codes.setdefault(name, []).append(kept)
        elif qualifier == "BG":
            draft.codes.setdefault("condition_codes", []).append(code)
        elif qualifier in {"BBR", "BBQ"}:
            performed = day(number, fields, element, when) if when else None
            done = InpatientProcedure(code, performed)
            draft.codes.setdefault("inpatient_procedures", []).append(done)
        elif qualifier == "DR":
            draft.values["drg"] = code

    def _claim_nm1(self, number: int, fields: Fields) -> None:
        role = _ROLES.get(fields[1])
        provider = _new_provider(role, full_name(fields), npi(fields)) if role else None
        self._named = fields[1]
        if provider:
            self._open.providers.append(provider)
            if provider.role is Role.SERVICE_FACILITY and not self._open.facility_name:
                self._open.facility_name = provider.name

    def _prv(self, number: int, fields: Fields) -> None:
        if self._named in _ROLES and fields[2] == "PXC":
            providers = self._open.providers
            providers[-1] = _with_taxonomy(providers[-1], fields[3])

    def _claim_n4(self, number: int, fields: Fields) -> None:
        if self._named == "77":
            self._open.facility_state = fields[2]

    # 2320 and 2330: another payer's business

    def _other_sbr(self, number: int, fields: Fields) -> None:
        said = {"rank": RANKS.get(fields[1], "other"), "filing_indicator": fields[9]}
        self._place = self._at_other_payer
        self._open.payers.append({"payer_id": "", **said})

    def _other_amt(self, number: int, fields: Fields) -> None:
        if fields[1] == "D":
            self._open.payers[-1]["paid"] = amount(number, fields, 2, fields[2])

    def _other_nm1(self, number: int, fields: Fields) -> None:
        if fields[1] == "PR":
            name, id = fields[3], fields[9]
            self._open.payers[-1] |= {"payer_name": name, "payer_id": id}

    # 2400 and 2420

    def _lx(self, number: int, fields: Fields) -> None:
        draft = self._open
        self._place, self._named = self._at_line, ""
        self._line = {"number": len(draft.lines) + 1}
        draft.lines.append(self._line)
        draft.starts.append(number)

    def _sv1(self, number: int, fields: Fields) -> None:
        line = self._service(number, fields, 1, 2, 4)
        line["unit"] = fields[3]
        line["place_of_service"] = fields[5]
        line["pointers"] = self._pointers(number, fields)

    def _sv2(self, number: int, fields: Fields) -> None:
        line = self._service(number, fields, 2, 3, 5)
        line["unit"] = fields[4]
        line["revenue_code"] = fields[1]
        if len(fields) > 7 and fields[7]:
            line["noncovered_charge"] = amount(number, fields, 7, fields[7])

    def _service(
        self, number: int, fields: Fields, coded: int, charge: int, units: int
    ) -> dict[str, Any]:
        if not fields[charge]:
            raise UnfitError(at(number, fields, charge), "is empty; a service line has a charge")
        if not fields[units]:
            raise UnfitError(at(number, fields, units), "is empty; a service line has a quantity")
        line = self._line
        line["procedure"], line["modifiers"], line["description"] = self._composites.coded(
            fields[coded]
        )
        line["charge"] = amount(number, fields, charge, fields[charge])
        line["units"] = amount(number, fields, units, fields[units])
        return line

    def _pointers(self, number: int, fields: Fields) -> tuple[int, ...]:
        pointers = self._composites.pointers(fields[7]) if len(fields) > 7 else ()
        if pointers is None:
            raise UnfitError(at(number, fields, 7), "holds a diagnosis pointer that is no number")
        return pointers

    def _line_date(self, number: int, fields: Fields) -> None:
        if fields[1] == "472":
            line = self._line
            line["service_date"], line["service_date_end"] = days(number, fields)

    def _lin(self, number: int, fields: Fields) -> None:
        if fields[2] == "N4":
            self._line["ndc"] = fields[3]

    def _ctp(self, number: int, fields: Fields) -> None:
        line = self._line
        if "ndc" in line:
            unit = fields[5]
            line["ndc_quantity"] = amount(number, fields, 4, fields[4]) if fields[4] else None
            line["ndc_unit"] = unit

    def _line_ref(self, number: int, fields: Fields) -> None:
        # The claim holds one CLIA number: a line's own counts where the claim names none.
        if fields[1] == "X4":
            self._open.values.setdefault("clia", fields[2])

    def _line_nm1(self, number: int, fields: Fields) -> None:
        draft, role = self._open, _ROLES.get(fields[1])
        self._named = ""
        if role is Role.RENDERING:
            self._line["rendering_npi"] = npi(fields)
        elif role and role not in [known.role for known in draft.providers]:
            # A claim holds one provider a role: a line's own counts where it names none.
            self._claim_nm1(number, fields)

    # The claim itself

    def _finish(self) -> None:
        """Close the claim that is open, if one is, and say it."""
        draft, self._draft = self._draft, None
        if draft is None:
            return
        fault = self.levels.fault()
        if fault is not None:
            what = f"{fault.what}; the claim of segment {draft.number} hangs on it"
            self._read.append(UnfitError(fault.where, what))
        elif draft.fault is not None:
            self._read.append(draft.fault)
        else:
            try:
                self._read.append(self._claim(draft))
            except UnfitError as error:
                self._read.append(error)

    def _claim(self, draft: _Draft) -> Claim:
        levels = self.levels
        billing = levels.billing_provider()
        for line in draft.lines:
            if "charge" not in line:
                start = f"{draft.starts[line['number'] - 1]} LX"
                what = "the service line has no SV1 or SV2: its charge is missing"
                raise UnfitError(start, what)
        for field, codes in draft.codes.items():
            draft.values[field] = tuple(codes)
        if draft.payers:
            draft.values["other_payers"] = tuple(OtherPayer(**said) for said in draft.payers)
        return _new_claim(
            type=self._type,
            facility=_new_facility(
                "",
                draft.facility_name or billing.name,
                draft.facility_state or levels.billing.values.get("state", ""),
            ),
            patient=levels.as_patient(draft.record_number),
            coverage=levels.as_coverage(),
            providers=(billing, *draft.providers),
            diagnoses=tuple(draft.diagnoses),
            lines=tuple([_new_line(**line) for line in draft.lines]),
            created_on=levels.created_on(),
            **draft.values,
        )


def _with_taxonomy(provider: Provider, taxonomy: str) -> Provider:
    return _new_provider(provider.role, provider.name, provider.npi, taxonomy)
