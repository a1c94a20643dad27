"""Plans: which checks go with what a claim shows, and which of them cannot be answered.

Each check is found by the rarest of its groups, and then the others must be shown, too. It is
asked unless its tables or its part of the case are missing. Nobody can know what a missing table
would have shown: for the question whether a check concerns the claim, all that it might have
shown counts as shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from bots.checks.catalogue import Check, catalogue
from bots.checks.concerns import Concern, Of, group_of
from bots.checks.findings import NotEvaluated
from bots.checks.marks import OF_PARTS, OF_TABLES, Mark
from bots.checks.needs import lacking
from bots.codesets import CodeSets
from bots.codesets.rows import TABLES

T = TypeVar("T")

_REMEMBERED = 20_000
_MARKS = (1 << len(Mark)) - 1
# What nearly every claim shows, or every claim of a kind: no check is found by these.
_COMMON = (
    Mark.PROFESSIONAL | Mark.INSTITUTIONAL | Mark.MEDICARE | Mark.LINES | Mark.HISTORY
    | Mark.DOCUMENTED | Mark.MODIFIED | Mark.EM | Mark.SEVERAL_DIAGNOSES | Mark.FEMALE | Mark.MALE
    | Mark.NO_CLIA | Mark.NO_ORDERER | Mark.ELSEWHERE | Mark.DAYS | Mark.UNITS
).value  # fmt: skip


class Plan(NamedTuple):
    """The checks to ask about a claim, and those that lack what they need."""

    asked: tuple[Check, ...]
    unanswered: tuple[NotEvaluated, ...]


def numbered(first: int) -> tuple[dict[Concern, int], int]:
    """Each concern of the catalogue and the bit that stands for it, from the bit `first` on.

    The same concern of two, of the first, or of none has a bit of its own (`place_of`). Few are
    asked so: those come first, and how many they are is told, too.
    """
    asked = [
        concern
        for check in catalogue()
        for entry in check.when
        for concern in group_of(entry).concerns
    ]
    several = dict.fromkeys(replace(c, of=Of.ONE) for c in asked if c.of is not Of.ONE)
    concerns = several | dict.fromkeys(replace(concern, of=Of.ONE) for concern in asked)
    return {concern: first << place for place, concern in enumerate(concerns)}, len(several)


def place_of(of: Of, concerns: int, several: int) -> int:
    """How many bits higher a concern of two, of the first or of none stands than that of one."""
    return 0 if of is Of.ONE else concerns + (of.value - 1) * several


class Plans:
    """Plans for one set of tables; `bits` say which number stands for a concern."""

    def __init__(self, codesets: CodeSets, bits: Mapping[Concern, int], several: int) -> None:
        self._codesets = codesets
        self._might = {name: OF_TABLES.get(name, Mark(0)).value for name in TABLES}
        # Of each check its groups as numbers, the rarest first.
        self._wanted = [(check, self._in_bits(check, bits, several)) for check in catalogue()]
        self._lacks = lru_cache(_REMEMBERED)(self._see_lacks)

    def plan(
        self, shown: int, parts: frozenset[str], side: str | None, days: tuple[date, ...]
    ) -> Plan:
        """The plan for what a claim shows, the parts that its case lacks, and its days."""
        here, absent = self._lacks(parts, side, days)
        return Plan(here.found(shown), absent.found(shown))

    def _in_bits(self, check: Check, bits: Mapping[Concern, int], several: int) -> tuple[int, ...]:
        groups = []
        for entry in check.when:
            group = group_of(entry)
            shown = group.marks.value
            for concern in group.concerns:
                bit = bits[replace(concern, of=Of.ONE)] << place_of(concern.of, len(bits), several)
                shown |= bit
                if concern.about.value in self._might:
                    self._might[concern.about.value] |= bit
            groups.append(shown)
        return tuple(sorted(groups, key=_how_common))

    def _see_lacks(
        self, parts: frozenset[str], side: str | None, days: tuple[date, ...]
    ) -> tuple[_Share[Check], _Share[NotEvaluated]]:
        """The checks that have what they need, and in place of the others what they lack."""
        here: list[tuple[Check, tuple[int, ...]]] = []
        absent: list[tuple[NotEvaluated, tuple[int, ...]]] = []
        for check, groups in self._wanted:
            said = lacking(check.needs, parts, side, days, self._codesets)
            if said is None:
                here.append((check, groups))
            else:
                absent.append((check.not_evaluated(said), groups))
        might = 0
        for part in parts:
            might |= OF_PARTS.get(part, Mark(0)).value
        for table, shown in self._might.items():
            if any(self._codesets.missing(table, day) for day in days):
                might |= shown
        return _Share(here), _Share(absent, might)


class _Share(Generic[T]):
    """Some of the catalogue; `might_show` counts as shown by every claim."""

    def __init__(self, entries: Sequence[tuple[T, tuple[int, ...]]], might_show: int = 0) -> None:
        self._entries = entries
        self._might_show = might_show
        self._always = [place for place, (_, groups) in enumerate(entries) if not groups]
        self._by_bit: dict[int, list[int]] = {}
        self._matters = 0  # every bit of every group: no other one changes the answer
        for place, (_, groups) in enumerate(entries):
            for group in groups:
                self._matters |= group
            for bit in _bits(groups[0]) if groups else ():
                self._by_bit.setdefault(bit, []).append(place)
        self._found_by = sum(self._by_bit)
        self._find = lru_cache(_REMEMBERED)(self._see)
        self._pick = lru_cache(_REMEMBERED)(self._see_picked)

    def found(self, shown: int) -> tuple[T, ...]:
        """Those that a claim concerns which shows this, in the order of the catalogue."""
        return self._find((shown | self._might_show) & self._matters)

    def _see(self, shown: int) -> tuple[T, ...]:
        places = set(self._always)
        for bit in _bits(shown & self._found_by):
            places.update(self._by_bit[bit])
        found = 0
        for place in places:
            for group in self._entries[place][1]:
                if not shown & group:
                    break
            else:
                found |= 1 << place
        return self._pick(found)

    def _see_picked(self, places: int) -> tuple[T, ...]:
        """Equal answers are one in memory."""
        return tuple(self._entries[bit.bit_length() - 1][0] for bit in _bits(places))


def _how_common(group: int) -> tuple[bool, bool, int]:
    """By its rarest group a check is found soonest: no mark of every other claim, few bits."""
    return bool(group & _COMMON), bool(group & _MARKS), group.bit_count()


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest
        number ^= lowest
