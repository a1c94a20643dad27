"""Concerns: what a check is about, asked of a line or a diagnosis once and then remembered.

A check names in `when` groups of marks and concerns; it is asked about a claim that shows one of
each group. A mark is what any part of a claim may show (`bots.checks.marks`); a concern is one
check's own, told beside the check:

    when=(Mark.PROFESSIONAL, twice(coded(VISITS)) | Mark.HISTORY)

A concern may hold of too much, never of too little. It sees no charge, no date and no other part
of the claim, so that its answer is good for every line that looks alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from bots.checks.marks import Mark
from bots.claims import ServiceLine
from bots.codesets import FeeIndicators, IcdCode, Procedure


class About(Enum):
    """A line, its row among the codes or in the fee schedule, a diagnosis, its row."""

    LINE = "line"
    PROCEDURE = "procedure"
    FEE = "mpfs"
    DIAGNOSIS = "diagnosis"
    ICD = "icd10cm"


OF_LINES = (About.LINE, About.PROCEDURE, About.FEE)


class Of(Enum):
    """Of which lines or diagnoses a concern must hold: the value orders the numbers of each."""

    ONE = 0
    TWO = 1
    THE_FIRST = 2
    NONE = 3


@dataclass(frozen=True, slots=True)
class Concern:
    """A question to one line or one diagnosis, and of which of the claim it must hold."""

    about: About
    asks: Callable[[Any], bool]
    on: Callable[[ServiceLine], bool] | None = None  # what the line of a row must be besides
    of: Of = Of.ONE

    def __or__(self, other: Concern | Mark | Group) -> Group:
        return group_of(self) | other

    __ror__ = __or__


@dataclass(frozen=True, slots=True)
class Group:
    """Marks and concerns of which a claim must show one."""

    marks: Mark
    concerns: tuple[Concern, ...] = ()

    def __or__(self, other: Concern | Mark | Group) -> Group:
        more = group_of(other)
        return Group(self.marks | more.marks, (*self.concerns, *more.concerns))

    __ror__ = __or__


def group_of(entry: Concern | Mark | Group) -> Group:
    """A mark, marks joined by |, or a concern as a group."""
    if isinstance(entry, Group):
        return entry
    return Group(Mark(0), (entry,)) if isinstance(entry, Concern) else Group(entry)


@dataclass(frozen=True, slots=True)
class _OneOf:
    """Equal for equal codes, so that two checks that ask the same share the answer."""

    codes: frozenset[str]

    def __call__(self, line: ServiceLine) -> bool:
        return line.procedure in self.codes


@dataclass(frozen=True, slots=True)
class _Coded:
    asks: Callable[[str], bool]

    def __call__(self, line: ServiceLine) -> bool:
        return self.asks(line.procedure)


@dataclass(frozen=True, slots=True)
class _Bearing:
    modifiers: frozenset[str]

    def __call__(self, line: ServiceLine) -> bool:
        return not self.modifiers.isdisjoint(line.modifiers)


@dataclass(frozen=True, slots=True)
class _Beginning:
    beginnings: tuple[str, ...]

    def __call__(self, code: str) -> bool:
        return code.startswith(self.beginnings)


def coded(codes: Collection[str] | Callable[[str], bool]) -> Concern:
    """A line with one of the procedures, or with one for which the function is true."""
    asks = _Coded(codes) if callable(codes) else _OneOf(frozenset(codes))
    return Concern(About.LINE, asks)


def line_that(asks: Callable[[ServiceLine], bool]) -> Concern:
    """A line for which the function is true; it may not ask for the charge or a date."""
    return Concern(About.LINE, asks)


def bearing(*modifiers: str) -> Concern:
    """A line with one of the modifiers."""
    return Concern(About.LINE, _Bearing(frozenset(modifiers)))


def defined(
    asks: Callable[[Procedure], bool], on: Callable[[ServiceLine], bool] | None = None
) -> Concern:
    """A line (for which `on` is true) whose code's row says so, on any day of the quarter."""
    return Concern(About.PROCEDURE, asks, on)


def priced(
    asks: Callable[[FeeIndicators], bool], on: Callable[[ServiceLine], bool] | None = None
) -> Concern:
    """A line (for which `on` is true) whose row of the fee schedule says so, on any such day."""
    return Concern(About.FEE, asks, on)


def diagnosed(*beginnings: str) -> Concern:
    """A diagnosis that begins so, written with its dot."""
    return Concern(About.DIAGNOSIS, _Beginning(beginnings))


def diagnosis(asks: Callable[[str], bool]) -> Concern:
    """A diagnosis of the right form, with its dot, for which the function is true."""
    return Concern(About.DIAGNOSIS, asks)


def noted(asks: Callable[[IcdCode], bool]) -> Concern:
    """A diagnosis whose row of ICD-10-CM says so, on any day of the quarter."""
    return Concern(About.ICD, asks)


def twice(concern: Concern) -> Concern:
    """Two lines, or two diagnoses, of which the concern holds."""
    return replace(concern, of=Of.TWO)


def first_of_all(concern: Concern) -> Concern:
    """The first-listed diagnosis, if the concern holds of it."""
    return replace(concern, of=Of.THE_FIRST)


def none(concern: Concern) -> Concern:
    """No line, or no diagnosis, of which the concern holds: so it may not hold of too much.

    Only for concerns of codes alone (`coded`, `diagnosed`).
    """
    return replace(concern, of=Of.NONE)
