"""Prior authorization: that it is there, is the right one, and is enough.

Authority: ASC X12 005010X222A1 and X223A2, loop 2300, REF*G1 (the number); 005010X217 (278:
what an authorization says). Which code needs one only the payer says: the rule
`requires_authorization` of the table `office_rule`. An authorization is never written by a bot.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, other_bills
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.office import rules_of
from bots.claims import Authorization, Case, ServiceLine, unit_words
from bots.codesets import CodeSets

_REF = "005010X222A1 and X223A2, loop 2300, REF*G1"

missing = Check(
    id="authorization-missing",
    family="authorization",
    title="The payer wants a prior authorization, and the claim has none",
    authority=f"{_REF}; the payer's rule requires_authorization",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "197"),
)
unknown = Check(
    id="authorization-unknown",
    family="authorization",
    title="The claim's authorization is not among the patient's",
    authority=_REF,
    severity=Severity.WARNING,
    needs=("authorizations",),
    denial=Denial("CO", "197"),
)
outside = Check(
    id="authorization-not-in-force",
    family="authorization",
    title="The authorization does not hold on the date of service",
    authority=f"{_REF}; 005010X217, DTP*472",
    severity=Severity.ERROR,
    needs=("authorizations",),
    denial=Denial("CO", "197"),
)
other_code = Check(
    id="authorization-other-code",
    family="authorization",
    title="The authorization is for other codes",
    authority=f"{_REF}; 005010X217, loop 2000F, SV101",
    severity=Severity.ERROR,
    needs=("authorizations", "office_rule"),
    denial=Denial("CO", "197"),
)
exceeded = Check(
    id="authorization-units",
    family="authorization",
    title="More units billed than authorized",
    authority=f"{_REF}; 005010X217, loop 2000F, HSD02",
    severity=Severity.ERROR,
    needs=("authorizations",),
    denial=Denial("CO", "198"),
)


@missing.review
def no_authorization(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only codes for which the payer's rule asks one, on the day."""
    claim = case.claim
    if claim.authorization.strip() or "authorization" in claim.not_shown:
        return
    wanting = [line for line, _ in _lines_in_need(case, codesets)]
    if wanting:
        yield missing.finding(
            wanting,
            f"Payer {claim.coverage.payer_id} asks for a prior authorization; the claim has none",
        )


@unknown.review
def number_nobody_gave(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The screen may not show all: a warning."""
    if case.claim.authorization.strip() and _claims_own(case) is None:
        yield unknown.finding(None, "The authorization number is not among those shown")


@outside.review
def authorization_not_in_force(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Each line's own day; both ends of the span are included."""
    found = _claims_own(case)
    if found is None:
        return
    late = [line for line, day in _lines_of(case, found) if not _holds(found, day)]
    if late:
        since = found.since.isoformat() if found.since else "…"
        until = found.until.isoformat() if found.until else "…"
        yield outside.finding(late, f"The authorization holds from {since} to {until}")


@other_code.review
def authorized_for_other_codes(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Lines that need one and are not on it; where none needs one, if none is on it."""
    found = _claims_own(case)
    if found is None or not found.codes:
        return
    lines = [line for line, _ in coded_lines(case.claim)]
    needing = [line for line, _ in _lines_in_need(case, codesets)]
    if needing:
        wrong = [line for line in needing if line.procedure not in found.codes]
    else:
        wrong = [] if any(line.procedure in found.codes for line in lines) else lines
    if wrong:
        yield other_code.finding(
            wrong, f"The authorization is for {', '.join(found.codes)}, not for this code"
        )


@exceeded.review
def more_than_authorized(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Counts the patient's other claims under the same number, where they are known."""
    found = _claims_own(case)
    if found is None or found.units is None:
        return
    lines = [line for line, _ in _lines_of(case, found)]
    before = sum(
        (
            line.units
            for other in other_bills(case)
            if other.authorization == found.number
            for line in other.lines
            if not found.codes or line.procedure in found.codes
        ),
        Decimal(0),
    )
    here = sum((line.units for line in lines), Decimal(0))
    if lines and before + here > found.units:
        used = f", {unit_words(before)} on other claims" if before else ""
        yield exceeded.finding(
            lines, f"{unit_words(here)} here{used}; authorized are {unit_words(found.units)}"
        )


def _claims_own(case: Case) -> Authorization | None:
    number = case.claim.authorization.strip()
    shown = case.authorizations or ()
    return next((entry for entry in shown if number and entry.number == number), None)


def _lines_of(case: Case, found: Authorization) -> Iterator[tuple[ServiceLine, date]]:
    for line, day in coded_lines(case.claim):
        if not found.codes or line.procedure in found.codes:
            yield line, day


def _holds(found: Authorization, day: date) -> bool:
    return (found.since is None or found.since <= day) and (
        found.until is None or day <= found.until
    )


def _lines_in_need(case: Case, codesets: CodeSets) -> Iterator[tuple[ServiceLine, date]]:
    for line, day in coded_lines(case.claim):
        if any(rules_of(case, codesets, "payer", "requires_authorization", line.procedure, day)):
            yield line, day
