"""Services that were ordered, done and signed, and that no claim of the day bills.

Authority: 42 CFR 410.32(a) and 424.5(a)(6) (orders and documentation of what is billed); Medicare
Program Integrity Manual (Pub. 100-08), ch. 3, section 3.3.2.4 (signatures). Reported only
where the claim with that line added would itself pass: every check that names the added line
is asked, but not those about what a biller would still fill in on it; a missed charge that does
not pass is unbundling. On an outpatient hospital's bill OPPS must pay for it apart (42 CFR 419.2).
The finding quotes the order and the entry, and says until when it can be filed. The bot never
adds the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bots.checks import procedure
from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, day_of, place_of
from bots.checks.findings import Finding, NotEvaluated, Severity
from bots.checks.forms import is_procedure
from bots.checks.needs import ncci_side
from bots.checks.review import asked_about
from bots.checks.timely_filing import last_day_to_file
from bots.claims import Case, Claim, ClaimType, Documentation, Order, ServiceLine, unit_words
from bots.codesets import CodeSets

_VOID = "8"
# Fee schedule status under which nothing is paid by itself: bundled (B, P), not valid or not
# covered (I, N), only measured (M), therapy functional information (Q).
_NOT_PAYABLE = set(procedure.NEVER_PAID) | {"P", "M", "Q"}
# PC/TC indicator 5: incident to a physician's service, not payable in a facility setting.
_INCIDENT_TO = "5"
# What a biller fills in on a line before it is sent is no reason against the service, nor are
# its own missing modifiers; and of a pair that a modifier lifts already, a warning is no "no".
_NO_EDITS = frozenset(
    [
        "required", "format", "pointer", "totals", "dates", "provider", "ndc", "missed-charge",
        "unsupported-charge", "timely-filing",
    ]
)  # fmt: skip
_LIFTED = "ptp-modified"
_BLOOD_DRAW = "36415"
_BLOOD_TESTS = ("80047", "89398")  # an order for one of these is one for the blood, too
# OPPS Addendum D1: paid apart; paid apart unless one of these stands on the same day.
_PAID_APART = frozenset(["A", "F", "G", "H", "K", "L", "P", "R", "S", "T", "U", "V"])
_UNLESS_BESIDE = {
    "Q1": frozenset(["J1", "S", "T", "V"]),
    "Q2": frozenset(["J1", "T"]),
    "Q4": frozenset(["J1", "J2", "S", "T", "V", "Q1", "Q2", "Q3"]),
}

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
            if codesets.missing("opps", service.day):
                yield missed.not_evaluated("OPPS packaging: no table imported")
                return
            if not _paid_apart(line, candidate.claim, codesets):
                continue
        whole = candidate
        worth = _worth(candidate.claim, line, codesets)
        priced = "" if worth is not None else "; not priced"
        yield missed.finding(
            None,
            f"{service.code} of {service.day.isoformat()}, {unit_words(service.units)}, is "
            f"ordered, done and signed ({', '.join(service.quote)}) and billed nowhere{priced}; "
            f"{_how_long(candidate, codesets)}",
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
        and not line.is_hipps
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
    drawn = min(
        (
            (order.ordered_on, order.number)
            for order in documentation.orders
            if _is_for_blood(order)
        ),
        default=None,
    )
    if drawn is not None and _BLOOD_DRAW not in orders:
        ordered_on.add((_BLOOD_DRAW, drawn[0]))
        orders[_BLOOD_DRAW] = drawn[1]
    for entry in documentation.procedures:
        key = (entry.code, entry.performed_on)
        if entry.signed and key not in drugs and _was_ordered(*key, ordered_on):
            _gather(found, *key, entry.units, "", (orders[entry.code], entry.number))
    return iter(found.values())


def _is_for_blood(order: Order) -> bool:
    return order.signed and _BLOOD_TESTS[0] <= order.code <= _BLOOD_TESTS[1]


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
        pointers=(claim.diagnoses[0].position,) if claim.diagnoses else (),
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
    """Whether no check speaks against the added line, whatever the payer makes of NCCI."""
    return not any(
        isinstance(said, Finding) and _speaks_against(said, check, added)
        for check in asked_about(case, codesets)
        if check.family not in _NO_EDITS and check.id != _LIFTED
        for said in check.rule(case, codesets)
    )


def _speaks_against(said: Finding, check: Check, added: ServiceLine) -> bool:
    if said.severity is Severity.INFO:
        return False
    if added.number not in said.lines and added.procedure not in said.codes:
        return False
    return check.family != "modifier" or said.lines != (added.number,)


def _paid_apart(line: ServiceLine, claim: Claim, codesets: CodeSets) -> bool:
    """Whether OPPS pays for the line by itself, beside what the bill has on that day."""
    assert codesets.opps is not None
    assert line.service_date is not None
    row = codesets.opps.find(line.procedure, on=line.service_date)
    beside = {
        other.status
        for entry, day in coded_lines(claim)
        if entry.number != line.number
        and day == line.service_date
        and (other := codesets.opps.find(entry.procedure, on=day)) is not None
    }
    if row is None or "J1" in beside:
        return False
    if row.status in _UNLESS_BESIDE:
        return _UNLESS_BESIDE[row.status].isdisjoint(beside)
    return row.status in _PAID_APART


def _how_long(case: Case, codesets: CodeSets) -> str:
    """Whether the service can still be filed, in words."""
    claim = case.claim
    served = claim.service_from if claim.type is ClaimType.PROFESSIONAL else claim.service_through
    last = "" if served is None else last_day_to_file(claim, served, codesets)
    if isinstance(last, str):
        return "until when it can be filed, no rule says"
    if case.as_of > last:
        return f"it could be filed until {last.isoformat()}: no longer billable"
    return f"it can be filed until {last.isoformat()}"


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
    if claim.type is ClaimType.INSTITUTIONAL:
        row = codesets.opps.find(line.procedure, on=line.service_date) if codesets.opps else None
        paid = row.payment if row is not None else None
        return None if paid is None else (paid * line.units).quantize(Decimal("0.01"))
    fees = codesets.fee
    facility = _in_facility(claim, line, codesets)
    if fees is None or facility is None or not fees.covers(line.service_date):
        return None
    fee = fees.find(line.procedure, "", on=line.service_date)
    if fee is None:
        return None
    each = fee.facility if facility else fee.non_facility
    return (each * line.units).quantize(Decimal("0.01"))
