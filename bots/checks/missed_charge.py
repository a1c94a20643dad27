"""Services that were ordered, done and signed, and that no claim of the day bills.

Authority: 42 CFR 410.32(a) and 424.5(a)(6) (orders and documentation of what is billed); Medicare
Program Integrity Manual (Pub. 100-08), ch. 3, section 3.3.2.4 (signatures). Reported only
where the claim with that line added would itself pass the fee schedule's status, PTP, MUE
and add-on edits and the place of service; a missed charge that does not pass is unbundling.
The finding quotes the order and the entry. The bot never adds the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bots.checks import add_on, mue, ncci_ptp, place_of_service, procedure
from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, day_of, place_of
from bots.checks.findings import Finding, NotEvaluated, Severity
from bots.checks.forms import is_procedure
from bots.checks.needs import ncci_side
from bots.claims import Case, Claim, ClaimType, Documentation, ServiceLine, unit_words
from bots.codesets import CodeSets

_VOID = "8"
# Fee schedule status under which nothing is paid by itself: bundled (B, P), not valid or not
# covered (I, N), only measured (M), therapy functional information (Q).
_NOT_PAYABLE = set(procedure.NEVER_PAID) | {"P", "M", "Q"}
# PC/TC indicator 5: incident to a physician's service, not payable in a facility setting.
_INCIDENT_TO = "5"

missed = Check(
    id="missed-charge",
    family="missed-charge",
    title="Ordered, done and signed, and on no claim of the day",
    authority="42 CFR 424.5(a)(6) and 410.32(a); Pub. 100-08, ch. 3, section 3.3.2.4",
    severity=Severity.WARNING,
    needs=("documentation", "history", "procedure", "mpfs", "ptp", "mue", "add_on"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """One code of one day that the encounter shows as ordered, done and signed."""

    code: str
    day: date
    units: Decimal
    ndc: str
    quote: tuple[str, ...]  # the order's number, then the entries'


@missed.review
def done_and_not_billed(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Add the services one after the other, so that two that bundle are not both reported."""
    assert case.documentation is not None
    if ncci_side(case) is None or case.claim.frequency_code == _VOID:
        return
    whole = case
    for service in _unbilled(case, case.documentation, codesets):
        line = _line_for(whole.claim, service)
        candidate = _with(whole, line)
        if not _payable(line, candidate.claim, codesets) or not _passes(candidate, line, codesets):
            continue
        if case.claim.type is ClaimType.INSTITUTIONAL:
            # Whether OPPS packages it into another line, no table of ours can say yet.
            yield missed.not_evaluated("OPPS packaging: no table imported")
            return
        whole = candidate
        worth = _worth(candidate.claim, line, codesets)
        priced = "" if worth is not None else "; not priced"
        yield missed.finding(
            None,
            f"{service.code} of {service.day.isoformat()}, {unit_words(service.units)}, is "
            f"ordered, done and signed ({', '.join(service.quote)}) and billed nowhere{priced}",
            codes=(service.code,),
            at_stake=worth,
            quote=service.quote,
        )


def _unbilled(case: Case, documentation: Documentation, codesets: CodeSets) -> Iterator[Service]:
    """Documented services of the claim's days that no claim bills; add-on codes last."""
    assert codesets.add_on is not None
    first, last = case.claim.service_from, case.claim.service_through
    if first is None or last is None:
        return
    billed = {
        (line.procedure, day)
        for claim in (case.claim, *(case.history or ()))
        for line, day in coded_lines(claim)
    }
    doubtful = _days_with_a_doubtful_code(case.claim, codesets)
    table = codesets.add_on
    for service in sorted(
        _signed_services(documentation), key=lambda s: (bool(table.rows(s.code)), s.quote)
    ):
        if (
            first <= service.day <= last
            and service.day not in doubtful
            and (service.code, service.day) not in billed
        ):
            yield service


def _days_with_a_doubtful_code(claim: Claim, codesets: CodeSets) -> set[date]:
    """Days on which a line bears no valid code: it may be this very service, mistyped."""
    assert codesets.procedure is not None
    return {
        day
        for line in claim.lines
        if (day := day_of(claim, line)) is not None
        and line.procedure
        and (
            not is_procedure(line.procedure)
            or codesets.procedure.find(line.procedure, on=day) is None
        )
    }


def _signed_services(documentation: Documentation) -> Iterator[Service]:
    """Each code and day with a signed order and a signed entry.

    Where a drug stands in the medication record, its units are those of the record; an entry
    of the procedure log for the same code says that it was given, not how much.
    """
    orders = {order.code: order.number for order in reversed(documentation.orders) if order.signed}
    ordered_on = {(order.code, order.ordered_on) for order in documentation.orders if order.signed}
    found: dict[tuple[str, date], Service] = {}
    for given in documentation.administrations:
        if given.signed and _was_ordered(given.code, given.given_on, ordered_on):
            _gather(
                found, given.code, given.given_on, given.units, given.ndc,
                (orders[given.code], given.number),
            )  # fmt: skip
    drugs = set(found)
    for entry in documentation.procedures:
        key = (entry.code, entry.performed_on)
        if entry.signed and key not in drugs and _was_ordered(*key, ordered_on):
            _gather(found, *key, entry.units, "", (orders[entry.code], entry.number))
    return iter(found.values())


def _was_ordered(code: str, day: date, ordered_on: set[tuple[str, date]]) -> bool:
    return any(code == ordered and on <= day for ordered, on in ordered_on)


def _gather(
    found: dict[tuple[str, date], Service],
    code: str,
    day: date,
    units: Decimal,
    ndc: str,
    quote: tuple[str, str],
) -> None:
    if not is_procedure(code) or units <= 0:
        return
    known = found.get((code, day))
    if known is None:
        found[code, day] = Service(code, day, units, ndc, quote)
    else:
        found[code, day] = replace(
            known, units=known.units + units, quote=(*known.quote, quote[1])
        )


def _line_for(claim: Claim, service: Service) -> ServiceLine:
    number = max((line.number for line in claim.lines), default=0) + 1
    return ServiceLine(
        number,
        service.code,
        Decimal(0),
        service.units,
        service_date=service.day,
        ndc=service.ndc,
    )


def _with(case: Case, line: ServiceLine) -> Case:
    """The same case, as if its claim had that line too."""
    return replace(case, claim=replace(case.claim, lines=(*case.claim.lines, line)))


def _payable(line: ServiceLine, claim: Claim, codesets: CodeSets) -> bool:
    """Known, in force, of a payable status, and not incident-to in a facility."""
    assert codesets.procedure is not None
    assert line.service_date is not None
    if codesets.procedure.find(line.procedure, on=line.service_date) is None:
        return False
    if claim.type is not ClaimType.PROFESSIONAL:
        return True
    assert codesets.mpfs is not None
    row = codesets.mpfs.find(line.procedure, "", on=line.service_date)
    if row is None or row.status in _NOT_PAYABLE:
        return False
    return row.pc_tc != _INCIDENT_TO or not _in_facility(claim, line, codesets)


def _passes(case: Case, added: ServiceLine, codesets: CodeSets) -> bool:
    """Whether no edit speaks against the added line, whatever the payer makes of NCCI."""
    edits = (
        procedure.not_alone_that_day,
        place_of_service.code_not_done_there,
        ncci_ptp.indicator_zero,
        ncci_ptp.indicator_one_without_modifier,
        mue.units_above_on_a_line,
        mue.units_above_in_the_day,
        add_on.no_primary_that_day,
    )
    return not any(
        isinstance(said, Finding) and added.procedure in said.codes
        for edit in edits
        for said in edit(case, codesets)
    )


def _in_facility(claim: Claim, line: ServiceLine, codesets: CodeSets) -> bool | None:
    """Whether the line's place is paid at the facility rate; None where no table says."""
    table = codesets.place_of_service
    if table is None or line.service_date is None:
        return None
    row = table.find(place_of(claim, line), on=line.service_date)
    return row.facility if row is not None else None


def _worth(claim: Claim, line: ServiceLine, codesets: CodeSets) -> Decimal | None:
    """What the fee schedule pays for the line in its setting; None where it cannot say."""
    assert line.service_date is not None
    fees = codesets.fee
    facility = _in_facility(claim, line, codesets)
    if fees is None or facility is None or not fees.covers(line.service_date):
        return None
    fee = fees.find(line.procedure, "", on=line.service_date)
    if fee is None:
        return None
    each = fee.facility if facility else fee.non_facility
    return (each * line.units).quantize(Decimal("0.01"))
