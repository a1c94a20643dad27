"""What the elements of an 837 say: amounts, days, names, coded composites.

Amounts and days repeat from claim to claim, so what was read once is remembered (a few
thousand of each). Authority: ASC X12.3 (data elements), X12 005010X222A1 and 005010X223A2.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from bots.claims import Diagnosis
from bots.files.shapes import YEARS
from bots.files.unread import UnfitError

Fields = list[str]  # a segment's name and its elements: SV102 is fields[2]

K = TypeVar("K")
V = TypeVar("V")
_AMOUNT = re.compile(r"-?(\d{1,13}(\.\d{0,6})?|\.\d{1,6})", re.ASCII)
_POINTER = re.compile(r"\d{1,2}", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)
_MANY = 1 << 14
_LONG = 64
_amounts: dict[str, Decimal] = {}
_days: dict[str, date] = {}


def at(number: int, fields: Fields, element: int = 0) -> str:
    """Where this is, for a person: `17 CLM`, `17 CLM02`."""
    return f"{number} {fields[0]}{element:02d}" if element else f"{number} {fields[0]}"


def amount(number: int, fields: Fields, element: int, text: str) -> Decimal:
    """What `text`, found in that element, is as an amount or a count.

    Raises:
        UnfitError: it is no amount, or below zero.
    """
    known = _amounts.get(text)
    if known is not None:
        return known
    if not _AMOUNT.fullmatch(text):
        raise UnfitError(
            at(number, fields, element), "is no amount; write digits and a decimal point"
        )
    value = Decimal(text)
    if value < 0:
        raise UnfitError(
            at(number, fields, element),
            "is below zero; to take a charge back, send the claim with frequency code 7 or 8",
        )
    return remember(_amounts, text, value)


def day(number: int, fields: Fields, element: int, text: str) -> date:
    """What `text`, found in that element, is as a day.

    Raises:
        UnfitError: it is none, or of a year that no claim has.
    """
    known = _days.get(text)
    if known is not None:
        return known
    if not _DAY.fullmatch(text):
        raise UnfitError(at(number, fields, element), "is no date; write CCYYMMDD")
    try:
        value = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise UnfitError(
            at(number, fields, element), "is a day that no calendar has; write CCYYMMDD"
        ) from None
    if not YEARS[0] <= value.year <= YEARS[1]:
        raise UnfitError(
            at(number, fields, element),
            f"lies outside the years {YEARS[0]} to {YEARS[1]}; correct the year",
        )
    return remember(_days, text, value)


def days(number: int, fields: Fields) -> tuple[date, date | None]:
    """DTP: one day, or the two of a range."""
    form, text = fields[2], fields[3]
    if form == "D8":
        known = _days.get(text)
        return known or day(number, fields, 3, text), None
    if form == "RD8":
        first, _, last = text.partition("-")
        return day(number, fields, 3, first), day(number, fields, 3, last)
    return day(number, fields, 3, text[:8] if form == "DT" else text), None


def full_name(fields: Fields) -> str:
    """NM1: `Last, First` for a person, the name of an organization."""
    last, first = fields[3], fields[4]
    return f"{last}, {first}" if first else last


def npi(fields: Fields) -> str:
    """NM109 where NM108 does not say that it is another number."""
    return fields[9] if fields[8] in {"XX", ""} else ""


def dotted(code: str) -> str:
    """An ICD-10-CM code with the dot that a file leaves out and a screen shows."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code


class Composites:
    """Elements of several components, where `component` stands between them."""

    def __init__(self, component: str) -> None:
        self._component = component
        self.diagnoses: dict[tuple[int, str], Diagnosis] = {}  # by position and element
        self._codes: dict[str, tuple[str, tuple[str, ...], str]] = {}
        self._pointers: dict[str, tuple[int, ...]] = {}

    def split(self, text: str) -> list[str]:
        """The components, without the blanks around them."""
        parts = text.split(self._component)
        return parts if text.isprintable() and " " not in text else [*map(str.strip, parts)]

    def parts(self, text: str, count: int) -> list[str]:
        """The first components, empty where they were left off."""
        return (self.split(text) + [""] * count)[:count]

    def coded(self, text: str) -> tuple[str, tuple[str, ...], str]:
        """SV101, SV202: procedure, modifiers, and the description that an unlisted code needs."""
        known = self._codes.get(text)
        if known is not None:
            return known
        parts = self.split(text)
        value = (
            parts[1] if len(parts) > 1 else "",
            tuple(part for part in parts[2:6] if part),
            parts[6] if len(parts) > 6 else "",
        )
        return remember(self._codes, text, value)

    def pointers(self, text: str) -> tuple[int, ...] | None:
        """SV107: diagnosis positions; None where one is no number."""
        known = self._pointers.get(text)
        if known is not None:
            return known
        given = [part for part in self.split(text) if part]
        if not all(_POINTER.fullmatch(part) for part in given):
            return None
        return remember(self._pointers, text, tuple(map(int, given)))


@lru_cache(maxsize=8)
def composites(component: str) -> Composites:
    """The composites of a file with that separator; what one remembers no other is told."""
    return Composites(component)


def remember(known: dict[K, V], key: K, value: V) -> V:
    """Keep what was read for the next time; never much, whatever a file says."""
    if len(key if isinstance(key, str) else str(key)) <= _LONG:
        if len(known) >= _MANY:
            known.clear()
        known[key] = value
    return value
