"""Pairs of codes that NCCI does not pay together, on one claim and across the provider's day.

Authority: CMS NCCI Policy Manual, ch. I, section E (modifiers and modifier indicators) and the
quarterly procedure-to-procedure files. Indicator 0: no modifier helps. Indicator 1: a
modifier of the manual's list, on either code (Change Request 11168, since 2019-07-01), may.
Indicator 9 was never in force. Lines meet where one NPI did them; where one is a visit, where one
group and specialty did (Pub. 100-04, ch. 12, section 30.6.5). The bot never writes a modifier:
that needs the chart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing, line_that, twice
from bots.checks.day import claims_beside, coded_lines, performer_of, severity_under_ncci
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.group import is_same_physician
from bots.checks.marks import Mark
from bots.checks.modifier_ground import is_visit
from bots.checks.needs import ncci_side
from bots.checks.once import once_a_case
from bots.claims import Case, Claim, ServiceLine
from bots.codesets import CodeSets, Ptp, Table

# NCCI Policy Manual, ch. I, section E: the NCCI PTP-associated modifiers.
_EYELIDS = {"E1", "E2", "E3", "E4"}
_FINGERS = {"FA", *(f"F{digit}" for digit in range(1, 10))}
_TOES = {"TA", *(f"T{digit}" for digit in range(1, 10))}
_SIDES_AND_VESSELS = {"LT", "RT", "LC", "LD", "RC", "LM", "RI"}
_GLOBAL_SURGERY = {"24", "25", "57", "58", "78", "79"}
_OTHER = {"27", "59", "91", "XE", "XS", "XP", "XU"}
ANATOMIC = frozenset(_EYELIDS | _FINGERS | _TOES | _SIDES_AND_VESSELS)
ASSOCIATED = frozenset(ANATOMIC | _GLOBAL_SURGERY | _OTHER)
# What belongs on a visit; the others belong on procedures.
_OF_VISITS = frozenset({"24", "25", "27", "57"})
_REMEMBERED = 50_000
_UNLIFTED = line_that(lambda line: ASSOCIATED.isdisjoint(line.modifiers))
_DENIAL = Denial("CO", "236")

never_together = Check(
    id="ptp-never-together",
    family="ncci-ptp",
    title="Two codes that are never paid together",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier indicator 0)",
    severity=Severity.ERROR,
    needs=("ptp",),
    when=(Mark.NEVER_TOGETHER | Mark.NEAR,),
    denial=_DENIAL,
)

unmodified = Check(
    id="ptp-unmodified",
    family="ncci-ptp",
    title="Two codes of an edit, and no modifier that says why",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier indicator 1)",
    severity=Severity.ERROR,
    needs=("ptp",),
    when=(Mark.LIFTABLE | Mark.NEAR, twice(_UNLIFTED) | Mark.NEAR),
    denial=_DENIAL,
)

modified = Check(
    id="ptp-modified",
    family="ncci-ptp",
    title="Two codes of an edit that a modifier lifts",
    authority="CMS NCCI Policy Manual, ch. I, section E (modifier indicator 1)",
    severity=Severity.WARNING,
    needs=("ptp",),
    when=(Mark.LIFTABLE | Mark.NEAR, bearing(*ASSOCIATED) | Mark.NEAR),
    denial=_DENIAL,
)

misplaced = Check(
    id="ptp-modifier-misplaced",
    family="ncci-ptp",
    title="The modifier of an edit stands on a code where it does not belong",
    authority="CMS NCCI Policy Manual, ch. I, section E (25, 57 and 24 on the visit, 59 on none)",
    severity=Severity.WARNING,
    needs=("ptp",),
    when=(Mark.LIFTABLE | Mark.NEAR, bearing(*ASSOCIATED) | Mark.NEAR),
    denial=_DENIAL,
)

same_site = Check(
    id="ptp-same-site",
    family="ncci-ptp",
    title="Both codes of an edit name the same part of the body",
    authority="CMS NCCI Policy Manual, ch. I, section E (anatomic modifiers: different sites)",
    severity=Severity.WARNING,
    needs=("ptp",),
    when=(Mark.LIFTABLE | Mark.NEAR, bearing(*ANATOMIC)),
    denial=_DENIAL,
)


class Pair(NamedTuple):
    """An edit in force and the two lines it meets; `elsewhere` names the other's claim."""

    edit: Ptp
    day: date
    lines: tuple[ServiceLine, ...]  # those of this claim
    both: tuple[ServiceLine, ServiceLine]
    elsewhere: str

    @property
    def modifiers(self) -> frozenset[str]:
        """Those of both lines."""
        one, other = self.both
        return frozenset(one.modifiers + other.modifiers)

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


@misplaced.review
def modifier_on_the_wrong_code(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where one modifier stands where it belongs."""
    for pair in pairs(case, codesets):
        if pair.edit.indicator != "1" or not pair.has_modifier:
            continue
        if any(_at_home(entry) for entry in pair.both):
            continue
        used = " ".join(sorted(pair.modifiers & ASSOCIATED))
        why = f"{used} stands on the wrong code"
        yield _finding(misplaced, pair, case, codesets, why, Severity.WARNING)


@same_site.review
def one_site_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where any other modifier of the manual's list stands on either line."""
    for pair in pairs(case, codesets):
        sites = [frozenset(entry.modifiers) & ASSOCIATED for entry in pair.both]
        if (
            pair.edit.indicator != "1"
            or sites[0] != sites[1]
            or not sites[0]
            or sites[0] - ANATOMIC
        ):
            continue
        why = f"both codes carry {' '.join(sorted(sites[0]))}, so the site is the same"
        yield _finding(same_site, pair, case, codesets, why, Severity.WARNING)


@once_a_case
def pairs(case: Case, codesets: CodeSets) -> tuple[Pair, ...]:
    """Every edit in force between lines of one day and provider, at least one of this claim.

    Two codes give one pair for this claim however often they are billed: that with no
    modifier, where there is one.
    """
    found: dict[tuple[str, str, date], Pair] = {}
    for pair in _met(case, codesets):
        key = (pair.edit.column_1, pair.edit.column_2, pair.day)
        known = found.get(key)
        if known is None or (known.has_modifier and not pair.has_modifier):
            found[key] = pair
    return tuple(found.values())


def _met(case: Case, codesets: CodeSets) -> Iterator[Pair]:
    claim, side = case.claim, ncci_side(case)
    coded = coded_lines(claim)
    for (line, day), (other, other_day) in combinations(coded, 2):
        if other_day != day:
            continue
        edit = _edit(codesets, side, line.procedure, other.procedure, day)
        if edit is not None and performer_of(claim, line) == performer_of(claim, other):
            yield Pair(edit, day, (line, other), (line, other), "")
    if not case.history:
        return
    own = [(line, day, performer_of(claim, line)) for line, day in coded]
    for other_claim in claims_beside(case):
        for other, day in coded_lines(other_claim):
            for line, own_day, by in own:
                if own_day != day or not _is_one_provider(claim, line, by, other_claim, other):
                    continue
                edit = _edit(codesets, side, line.procedure, other.procedure, day)
                if edit is not None:
                    yield Pair(edit, day, (line,), (line, other), other_claim.number)


def _is_one_provider(
    claim: Claim, line: ServiceLine, by: str, other_claim: Claim, other: ServiceLine
) -> bool:
    """The same NPI; for a visit, the same group and specialty, where no line names its own."""
    if performer_of(other_claim, other) == by:
        return True
    if line.rendering_npi or other.rendering_npi:
        return False
    visit = is_visit(line.procedure) or is_visit(other.procedure)
    return visit and is_same_physician(claim, other_claim)


@lru_cache(_REMEMBERED)
def _edit(codesets: CodeSets, side: str | None, one: str, other: str, day: date) -> Ptp | None:
    """The edit of a day between two codes, in whatever order; None where no table binds."""
    table: Table[Ptp] | None = None
    if side == "practitioner":
        table = codesets.ptp_practitioner
    elif side == "outpatient":
        table = codesets.ptp_outpatient
    if table is None or one == other or not table.relates(one, other):
        return None
    return table.find(one, other, on=day) or table.find(other, one, on=day)


def _at_home(line: ServiceLine) -> bool:
    """Whether the line carries a modifier of the list that belongs on such a code."""
    used = ASSOCIATED.intersection(line.modifiers)
    return bool(used & _OF_VISITS if is_visit(line.procedure) else used - _OF_VISITS)


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
