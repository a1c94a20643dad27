"""The diagnoses of a claim as the checks read them: of the right form, in order, with their rows.

This file holds no check. Every check of the family asks here, so what a claim's codes are and
what the table says of them is worked out once a claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bots.checks.forms import dotted, is_icd
from bots.checks.once import once_a_case, once_a_claim
from bots.claims import Case, Claim, ClaimType, Diagnosis, DiagnosisKind
from bots.codesets import CodeSets, IcdCode

GUIDELINES = "ICD-10-CM Official Guidelines FY2026"
REPORTED = (DiagnosisKind.PRINCIPAL, DiagnosisKind.OTHER)  # the list whose order means something
_STAYS = ("11", "18", "21", "41")  # hospital, swing bed, skilled nursing, religious nonmedical


@dataclass(frozen=True, slots=True)
class Coded:
    """A diagnosis of the right form, with its code as the tables write it."""

    entry: Diagnosis
    code: str

    @property
    def last(self) -> str:
        """The seventh character, or nothing."""
        return self.code[7:] if len(self.code) == 8 else ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The claim's diagnoses: every one of the right form, and the reported ones by position.

    `first` is the first-listed or principal one; None where it has no form of a code, so that
    nothing is said of what stands behind it. `letters` are the chapters' letters.
    """

    every: tuple[Coded, ...]
    reported: tuple[Coded, ...]
    first: Coded | None
    letters: frozenset[str]

    def of(self, *beginnings: str) -> list[Coded]:
        """The reported ones whose code begins so."""
        return [coded for coded in self.reported if coded.code.startswith(beginnings)]


def listed(case: Case) -> Listed:
    """The claim's diagnoses."""
    return _list(case.claim)


@once_a_case
def known(case: Case, codesets: CodeSets) -> list[tuple[Diagnosis, IcdCode]]:
    """Each diagnosis with its row on its first day; those without a row are left out."""
    assert codesets.icd10cm is not None
    found = []
    for coded in listed(case).every:
        row = codesets.icd10cm.find(coded.code, on=days_of(coded.entry, case)[0])
        if row is not None:
            found.append((coded.entry, row))
    return found


def reported(case: Case, codesets: CodeSets) -> list[tuple[Diagnosis, IcdCode]]:
    """`known`, but for admitting diagnoses, reasons for the visit and external causes."""
    return [(entry, row) for entry, row in known(case, codesets) if entry.kind in REPORTED]


def days_of(entry: Diagnosis, case: Case) -> list[date]:
    """The days a diagnosis stands for: those of the lines behind it, or the stay's last."""
    claim = case.claim
    if claim.type is ClaimType.INSTITUTIONAL:
        return [claim.service_through or case.as_of]
    days = {line.service_date for line in claim.lines if line.service_date}
    if len(days) > 1:
        behind = [line for line in claim.lines if entry.position in line.pointers]
        days = {line.service_date for line in behind if line.service_date} or days
    return sorted(days) or [case.as_of]


def day_of(case: Case) -> date:
    """The last day of the claim, or the day on which it is judged."""
    return case.claim.service_through or case.as_of


def is_stay(claim: Claim) -> bool:
    """Whether the bill is an inpatient's (type of bill 11x, 18x, 21x, 41x)."""
    return claim.type is ClaimType.INSTITUTIONAL and _kind(claim) in _STAYS


def is_outpatient(claim: Claim) -> bool:
    """Whether the bill is one that the outpatient code editor reads."""
    return claim.type is ClaimType.INSTITUTIONAL and _kind(claim) not in ("", *_STAYS)


def matching(notes: Iterable[str], own: str, other: str) -> str | None:
    """The note that names `other`. A note that covers the code it stands on says nothing."""
    return next((note for note in notes if covers(note, other) and not covers(note, own)), None)


def covers(note: str, code: str) -> bool:
    """Whether a note's code or range ("E08-E13", "O24.4", "J45.-") covers a code."""
    first, dash, last = note.strip().partition("-")
    first, last = first.rstrip("."), last.rstrip(".")
    if not first:
        return False
    if not dash or not last:
        return code.startswith(first)
    return first <= code[: len(first)] and code[: len(last)] <= last


def some(notes: Sequence[str], most: int = 6) -> str:
    """The first few of a long list, in words."""
    return ", ".join(notes[:most]) + (" ..." if len(notes) > most else "")


@once_a_claim
def _list(claim: Claim) -> Listed:
    every, in_order, letters = [], [], set()
    first: Diagnosis | None = None
    for entry in claim.diagnoses:
        is_reported = entry.kind in REPORTED
        if is_reported and (first is None or entry.position < first.position):
            first = entry
        code = _code(entry.code)
        if code is None:
            continue
        coded = Coded(entry, code)
        every.append(coded)
        letters.add(code[0])
        if is_reported:
            in_order.append(coded)
    in_order.sort(key=_position)
    leads = in_order[0] if in_order and in_order[0].entry is first else None
    return Listed(tuple(every), tuple(in_order), leads, frozenset(letters))


def _position(coded: Coded) -> int:
    return coded.entry.position


@lru_cache(100_000)
def _code(text: str) -> str | None:
    return dotted(text) if is_icd(text) else None


def _kind(claim: Claim) -> str:
    return claim.bill_type.lstrip("0")[:2]
