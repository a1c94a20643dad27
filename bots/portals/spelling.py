"""How one portal writes what a claim holds: days, amounts, and its own words.

Reading is strict, for 03/04 is another day elsewhere and 1.234 another amount: a text in any
other form is unreadable, and the error names the element, never the text. Writing is the same
table turned round, so that what is typed is spelled as the portal itself would.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TypeVar

from bots.claims import ClaimType, DiagnosisKind, Role, Sex
from bots.portals.base import Unreadable

Value = TypeVar("Value")


@dataclass(frozen=True)
class Spelling:
    """One portal's spelling.

    `language` is the `lang` that its screens must have. `day` is a form of `strftime`; an empty
    `thousands` means that amounts have no separator. `statuses` are the words that a claim's
    state may have; empty where any word will do. `only_type` is the type of all claims of a portal
    that does not say it.
    """

    language: str
    day: str = "%m/%d/%Y"
    thousands: str = ","
    decimal: str = "."
    yes: str = "Yes"
    no: str = "No"
    statuses: tuple[str, ...] = ()
    only_type: ClaimType | None = None
    types: Mapping[str, ClaimType] = field(
        default_factory=lambda: {kind.value.capitalize(): kind for kind in ClaimType}
    )
    sexes: Mapping[str, Sex] = field(
        default_factory=lambda: {sex.value: sex for sex in Sex} | {"": Sex.UNKNOWN}
    )
    roles: Mapping[str, Role] = field(
        default_factory=lambda: {r.value.replace("_", " ").capitalize(): r for r in Role}
    )
    kinds: Mapping[str, DiagnosisKind] = field(
        default_factory=lambda: {
            "Principal": DiagnosisKind.PRINCIPAL,
            "Other": DiagnosisKind.OTHER,
        }
    )

    # Reading: each raises Unreadable, which names the element and not the text.

    def read_day(self, text: str, at: str) -> date | None:
        """A day; None where the text is empty."""
        if not text:
            return None
        day = _day_of(text, self.day)
        if day is None:
            raise Unreadable(f"{at}: not a date ({self.day_words})")
        return day

    def read_amount(self, text: str, at: str) -> Decimal | None:
        """An amount with two decimals; None where the text is empty."""
        if not text:
            return None
        if not self._amounts.fullmatch(text):
            raise Unreadable(f"{at}: not an amount (1{self.thousands}234{self.decimal}56)")
        return self._decimal(text)

    def read_number(self, text: str, at: str) -> Decimal | None:
        """A number; None where the text is empty."""
        if not text:
            return None
        if not self._numbers.fullmatch(text):
            raise Unreadable(f"{at}: not a number")
        return self._decimal(text)

    def read_yes(self, text: str, at: str) -> bool:
        """Whether the text is the portal's yes."""
        return read_word(text, {self.yes: True, self.no: False}, at)

    # Writing.

    def written(self, field: str, value: str) -> str:
        """A value in the portal's spelling, given in that of `bots.claims.value_of`."""
        if not value:
            return value
        if field == "service_date":
            return date.fromisoformat(value).strftime(self.day)
        if field in ("units", "charge"):
            return value.replace(".", self.decimal)
        return value

    @property
    def day_words(self) -> str:
        """The form of a day, for people: MM/DD/YYYY."""
        words = {"%m": "MM", "%d": "DD", "%Y": "YYYY", "%y": "YY", "%b": "Mon"}
        text = self.day
        for form, word in words.items():
            text = text.replace(form, word)
        return text

    @cached_property
    def _amounts(self) -> re.Pattern[str]:
        point, comma = re.escape(self.decimal), re.escape(self.thousands)
        whole = rf"\d{{1,3}}({comma}\d{{3}})*" if comma else r"\d+"
        return re.compile(rf"-?{whole}{point}\d\d", re.ASCII)

    @cached_property
    def _numbers(self) -> re.Pattern[str]:
        return re.compile(rf"-?\d+({re.escape(self.decimal)}\d+)?", re.ASCII)

    def _decimal(self, text: str) -> Decimal:
        plain = text.replace(self.thousands, "") if self.thousands else text
        return Decimal(plain.replace(self.decimal, "."))


def read_word(text: str, words: Mapping[str, Value], at: str) -> Value:
    """What a word of the portal means.

    Raises:
        Unreadable: it is none of the words that we know.
    """
    if text not in words:
        raise Unreadable(f"{at}: an unknown word")
    return words[text]


def read_code(text: str, at: str) -> str:
    """A code or number of somebody: ASCII, and neither cut nor masked.

    Raises:
        Unreadable: it is not.
    """
    if not text.isascii() or "..." in text or "***" in text:
        raise Unreadable(f"{at}: the value is cut, masked, or has foreign letters")
    return text


def read_whole(text: str, at: str) -> int:
    """A whole number, not negative.

    Raises:
        Unreadable: it is not one.
    """
    if not re.fullmatch(r"\d+", text, re.ASCII):
        raise Unreadable(f"{at}: not a whole number")
    return int(text)


@lru_cache(4096)  # a claim repeats its days, and strptime takes as long as all else of reading one
def _day_of(text: str, form: str) -> date | None:
    """The day that a text says in just this form, or None."""
    try:
        day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
    except ValueError:
        return None
    # strptime takes 1/2/2026 for 01/02/2026, and no portal writes both.
    return day if day.strftime(form) == text else None
