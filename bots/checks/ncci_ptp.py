"""Pairs of codes that NCCI does not pay together, on one claim and across the provider's day.

Authority: CMS NCCI Policy Manual, ch. I, section E (modifiers and modifier indicators) and the
quarterly procedure-to-procedure files. Indicator 0: no modifier helps. Indicator 1: a
modifier of the manual's list, on either code (Change Request 11168, since 2019-07-01), may.
Indicator 9 was never in force. The bot never writes a modifier: that needs the chart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, lines_beside, severity_under_ncci
from bots.checks.findings import Finding, Severity
from bots.checks.needs import ncci_side
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets, Ptp, Table

# NCCI Policy Manual, ch. I, section E: the NCCI PTP-associated modifiers.
_EYELIDS = {"E1", "E2", "E3", "E4"}
_FINGERS = {"FA", *(f"F{digit}" for digit in range(1, 10))}
_TOES = {"TA", *(f"T{digit}" for digit in range(1, 10))}
_SIDES_AND_VESSELS = {"LT", "RT", "LC", "LD", "RC", "LM", "RI"}
_GLOBAL_SURGERY = {"24", "25", "57", "58", "78", "79"}
_OTHER = {"27", "59", "91", "XE", "XS", "XP", "XU"}
ASSOCIATED = frozenset(_EYELIDS | _FINGERS | _TOES | _SIDES_AND_VESSELS | _GLOBAL_SURGERY | _OTHER)

never_together = Check(
    id="ptp-never-together",
    family="ncci-ptp",
    title="Two codes that are never paid together",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier indicator 0)",
    severity=Severity.ERROR,
    needs=("ptp",),
)

unmodified = Check(
    id="ptp-unmodified",
    family="ncci-ptp",
    title="Two codes of an edit, and no modifier that says why",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier indicator 1)",
    severity=Severity.ERROR,
    needs=("ptp",),
)

modified = Check(
    id="ptp-modified",
    family="ncci-ptp",
    title="Two codes of an edit that a modifier lifts",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier indicator 1)",
    severity=Severity.WARNING,
    needs=("ptp",),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """An edit in force and the two lines it meets; `elsewhere` names the other's claim."""

    edit: Ptp
    day: date
    lines: tuple[ServiceLine, ...]  # those of this claim
    modifiers: frozenset[str]  # of both
    elsewhere: str

    @property
    def has_modifier(self) -> bool:
        """Whether either code carries a modifier that may lift the edit."""
        return not ASSOCIATED.isdisjoint(self.modifiers)

    @property
    def where(self) -> str:
        """ ", the other on claim N", or nothing."""
        return f" (the other on claim {self.elsewhere})" if self.elsewhere else ""


@never_together.review
def indicator_zero(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Modifiers are not looked at."""
    for pair in pairs(case, codesets):
        if pair.edit.indicator == "0":
            yield _finding(never_together, pair, case, codesets, "no modifier lifts the edit")


@unmodified.review
def indicator_one_without_modifier(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where either code carries a modifier of the manual's list."""
    for pair in pairs(case, codesets):
        if pair.edit.indicator == "1" and not pair.has_modifier:
            yield _finding(unmodified, pair, case, codesets, "neither carries a modifier")


@modified.review
def indicator_one_with_modifier(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A warning for every payer: the chart decides."""
    for pair in pairs(case, codesets):
        if pair.edit.indicator == "1" and pair.has_modifier:
            used = " ".join(sorted(pair.modifiers & ASSOCIATED))
            why = f"right if the chart supports {used}"
            yield _finding(modified, pair, case, codesets, why, Severity.WARNING)


def pairs(case: Case, codesets: CodeSets) -> Iterator[Pair]:
    """Every edit in force between lines of one day and provider, at least one of this claim.

    Two codes give one pair for this claim however often they are billed: that with no
    modifier, where there is one.
    """
    side = ncci_side(case)
    table: Table[Ptp] | None = (
        None
        if side is None
        else codesets.ptp_practitioner
        if side == "practitioner"
        else codesets.ptp_outpatient
    )
    if table is None:
        return
    found: dict[tuple[str, str, date], Pair] = {}
    for pair in _met(case, table):
        key = (pair.edit.column_1, pair.edit.column_2, pair.day)
        known = found.get(key)
        if known is None or (known.has_modifier and not pair.has_modifier):
            found[key] = pair
    yield from found.values()


def _met(case: Case, table: Table[Ptp]) -> Iterator[Pair]:
    own = list(coded_lines(case.claim))
    beside = lines_beside(case)
    for position, (line, day) in enumerate(own):
        for other, other_day in own[position + 1 :]:
            if other_day != day or other.procedure == line.procedure:
                continue
            edit = _edit(table, line.procedure, other.procedure, day)
            if edit is not None:
                modifiers = frozenset(line.modifiers + other.modifiers)
                yield Pair(edit, day, (line, other), modifiers, "")
        for entry in beside:
            if entry.day != day or entry.line.procedure == line.procedure:
                continue
            edit = _edit(table, line.procedure, entry.line.procedure, day)
            if edit is not None:
                modifiers = frozenset(line.modifiers + entry.line.modifiers)
                yield Pair(edit, day, (line,), modifiers, entry.claim.number)


def _edit(table: Table[Ptp], one: str, other: str, day: date) -> Ptp | None:
    return table.find(one, other, on=day) or table.find(other, one, on=day)


def _finding(
    check: Check,
    pair: Pair,
    case: Case,
    codesets: CodeSets,
    why: str,
    severity: Severity | None = None,
) -> Finding:
    edit = pair.edit
    return check.finding(
        pair.lines,
        f"{edit.column_2} is part of {edit.column_1} on {pair.day.isoformat()}{pair.where}; "
        f"indicator {edit.indicator}, {why}",
        codes=(edit.column_1, edit.column_2),
        severity=severity or severity_under_ncci(case, codesets, pair.day),
    )
