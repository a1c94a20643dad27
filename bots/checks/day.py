"""The provider's day: whose services stand beside a line, on this claim and on others.

Most coding edits compare lines of one patient, one provider and one day (CMS NCCI Policy
Manual, ch. I, section A). This file says which lines those are; it holds no check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bots.checks.findings import Severity
from bots.checks.forms import is_procedure
from bots.checks.once import once_a_claim
from bots.claims import Case, Claim, ClaimType, Role, ServiceLine
from bots.codesets import CodeSets

# A denied claim paid nothing, so it stands in no other service's way.
_NOT_COUNTED = {"denied"}
_REPLACEMENT_OR_VOID = {"7", "8"}


def day_of(claim: Claim, line: ServiceLine) -> date | None:
    """The line's date of service; on an institutional line without one, the claim's From."""
    if line.service_date is None and claim.type is ClaimType.INSTITUTIONAL:
        return claim.statement_from
    return line.service_date


@once_a_claim
def coded_lines(claim: Claim) -> tuple[tuple[ServiceLine, date], ...]:
    """Lines with a well-formed procedure and a date of service, and that date."""
    found = []
    for line in claim.lines:
        day = day_of(claim, line)
        if day is not None and is_procedure(line.procedure) and not line.is_hipps:
            found.append((line, day))
    return tuple(found)


def is_professional(case: Case) -> bool:
    """Whether the claim is an 837P, which the fee schedule's indicators bind."""
    return case.claim.type is ClaimType.PROFESSIONAL


def professional_lines(case: Case, *modifiers: str) -> Iterable[tuple[ServiceLine, date]]:
    """Coded lines of an 837P and their days, only those with a modifier named; none of an 837I."""
    return lines_with(case.claim, modifiers) if is_professional(case) else ()


def lines_with(claim: Claim, modifiers: Collection[str]) -> Iterable[tuple[ServiceLine, date]]:
    """Coded lines and their days; where modifiers are named, only those with one of them."""
    return marked_lines(claim, modifiers) if modifiers else coded_lines(claim)


def marked_lines(claim: Claim, modifiers: Collection[str]) -> list[tuple[ServiceLine, date]]:
    """Coded lines with one of the modifiers, and their day.

    Most lines have none of them, so this is asked before what the code is.
    """
    found = []
    for line in claim.lines:
        for modifier in line.modifiers:
            if modifier in modifiers:
                day = day_of(claim, line)
                if day is not None and is_procedure(line.procedure) and not line.is_hipps:
                    found.append((line, day))
                break
    return found


def place_of(claim: Claim, line: ServiceLine) -> str:
    """The line's place of service; where the line has none, the claim's."""
    return line.place_of_service or claim.place_of_service


@once_a_claim
def performer(claim: Claim) -> str:
    """The NPI of who did the services of this claim.

    837P: the rendering provider, or the billing provider where loop 2310B is left out
    because they are the same (TR3 005010X222A1). 837I: the hospital that bills.
    """
    rendering = claim.provider(Role.RENDERING)
    if claim.type is ClaimType.PROFESSIONAL and rendering is not None and rendering.npi:
        return rendering.npi
    return biller(claim)


def biller(claim: Claim) -> str:
    """The NPI of who bills; empty where the claim names none."""
    billing = claim.provider(Role.BILLING)
    return billing.npi if billing is not None else ""


def performer_of(claim: Claim, line: ServiceLine) -> str:
    """The NPI of who did this line: its own (loop 2420A of an 837P), else the claim's."""
    if line.rendering_npi and claim.type is ClaimType.PROFESSIONAL:
        return line.rendering_npi
    return performer(claim)


@dataclass(frozen=True, slots=True)
class Beside:
    """A line of another claim of the same patient, provider and claim type."""

    claim: Claim
    line: ServiceLine
    day: date

    @property
    def performer(self) -> str:
        """The NPI of who did the line."""
        return performer_of(self.claim, self.line)


def other_bills(case: Case, *, denied: bool = False) -> Iterator[Claim]:
    """The patient's other claims, of whatever type, whoever did them; `denied` ones on request.

    Left out: the claim itself, and a claim that this one replaces or voids (frequency code 7
    or 8 with the other's number) or that replaces this one.
    """
    for other in case.history or ():
        if (denied or not is_denied(other)) and not is_same_bill(case.claim, other):
            yield other


def claims_beside(case: Case) -> Iterator[Claim]:
    """The other bills of the same type that count: not the denied ones."""
    return (other for other in other_bills(case) if other.type is case.claim.type)


def lines_beside(case: Case) -> tuple[Beside, ...]:
    """Coded lines of the claims that count and that a performer of this claim did.

    Where the lines of this claim are of several performers, lines of all of them.
    """
    if not case.history:
        return ()
    claim = case.claim
    own = {performer_of(claim, line) for line in claim.lines} or {performer(claim)}
    return tuple(
        Beside(other, line, day)
        for other in claims_beside(case)
        for line, day in coded_lines(other)
        if performer_of(other, line) in own
    )


def is_denied(claim: Claim) -> bool:
    """Whether the portal says that the claim was denied."""
    return claim.status.strip().lower() in _NOT_COUNTED


def is_same_bill(claim: Claim, other: Claim) -> bool:
    """Whether the two are one bill: the same number, or one replaces or voids the other."""
    return claim.number == other.number or _replaces(claim, other) or _replaces(other, claim)


def _replaces(claim: Claim, other: Claim) -> bool:
    return (
        claim.frequency_code in _REPLACEMENT_OR_VOID and claim.original_reference == other.number
    )


def severity_under_ncci(case: Case, codesets: CodeSets, on: date) -> Severity:
    """Error where NCCI binds the payer or the payer's own rules adopt it; else warning."""
    coverage = case.claim.coverage
    if coverage.is_ncci_bound:
        return Severity.ERROR
    rules = codesets.payer_rule
    adopted = rules.find(coverage.payer_id, "ncci", on=on) if rules is not None else None
    return Severity.ERROR if adopted and adopted.value == "adopted" else Severity.WARNING
