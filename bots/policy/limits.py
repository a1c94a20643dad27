"""What no policy can lift: the list of what a bot may write at all, and by itself.

Never written by the bot, approved or not: a diagnosis, procedure or modifier that was not
there, units, a charge, an NPI over another, a line split, a claim deleted or submitted. The
list below is of what *may* be written; whatever is not on it may not. It judges the change
itself, not the check that asked for it, so that a faulty check cannot get past it.

Authority: the False Claims Act, 31 U.S.C. 3729 (a claim must be what the provider says was
done); 45 CFR 162.410 (the NPI names who did it); 005010X222A1 2410 LIN03 (an NDC is eleven
digits, 5-4-2, without hyphens).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from bots.claims import Case, Change, Claim, ClaimType, Role, money, value_of


class Payment(StrEnum):
    """What a change does to what the office expects to be paid."""

    SAME = "same"
    LESS = "less"
    MORE = "more"
    UNKNOWN = "unknown"


_NPI_FIELDS = frozenset(f"{role.value}_npi" for role in Role)
_SEGMENTS = {(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)}


def forbidden(case: Case, change: Change) -> str | None:
    """Why a bot may never write this change, approved or not; None if it may be proposed."""
    if not _is_read(case.claim, change):
        return "the claim does not hold what would be changed"
    match change.field:
        case "diagnoses":
            if _adds(change):
                return "it would write a diagnosis that was not there"
        case "modifiers":
            if _adds(change):
                return "it would write a modifier that was not there"
        case "pointers" | "place_of_service" | "ndc":
            pass
        case "total_charge":
            if not _is_sum_of_lines(case.claim, change.to):
                return "a total may only become the sum of the lines"
        case field if field in _NPI_FIELDS:
            if change.from_:
                return "it would change an NPI that is there"
        case field:
            return f"a bot does not write {field.replace('_', ' ')}"
    return None


def forbidden_together(case: Case, changes: Sequence[Change]) -> str | None:
    """Why a bot may never write these changes of one repair; None if they may be proposed."""
    if all(change.from_ == change.to for change in changes):
        return "it would change nothing"
    spots = [(change.field, change.line) for change in changes]
    if len(spots) != len(set(spots)):
        return "it would write one field twice"
    return next(filter(None, (forbidden(case, change) for change in changes)), None)


def forbidden_to_undo(case: Case, changes: Sequence[Change]) -> str | None:
    """Why a bot may not put back what it wrote; None if it may.

    The old values stood on the claim before the bot's own save, so that it may empty an NPI
    that it filled in, or put back a total. But a diagnosis or modifier that is on the claim no
    more is one that was not there, whoever took it off: a person writes it.
    """
    if not all(_is_read(case.claim, change) for change in changes):
        return "the claim no longer holds what the bot wrote"
    return forbidden_fields_to_undo(changes)


def forbidden_fields_to_undo(changes: Sequence[Change]) -> str | None:
    """The same without the claim: whether such values may be put back at all."""
    if not changes:
        return "it changed nothing"
    return next(filter(None, map(_forbidden_to_undo, changes)), None)


def _forbidden_to_undo(change: Change) -> str | None:
    match change.field:
        case "diagnoses":
            if set(change.to.split()) - set(change.from_.split()):
                return "it would write a diagnosis that is not there"
        case "modifiers":
            if _adds(change):
                return "it would write a modifier that is not there"
        case "pointers" | "place_of_service" | "ndc" | "total_charge":
            pass
        case field if field in _NPI_FIELDS:
            if change.to:
                return "it would write an NPI over another"
        case field:
            return f"a bot does not write {field.replace('_', ' ')}"
    return None


def may_be_automatic(case: Case, changes: Sequence[Change]) -> str | None:
    """Why these changes of one repair need a person; None if they are on the short list.

    The short list: an NDC's form, a duplicate diagnosis on a professional claim, a total by
    the portal's own recalculation, a provider number from the record that the claim links.
    """
    banned = forbidden_together(case, changes)
    if banned:
        return banned
    fields = {change.field for change in changes}
    if fields == {"ndc"}:
        return None if all(_same_ndc(change) for change in changes) else "not the same NDC"
    if fields <= {"diagnoses", "pointers"} and "diagnoses" in fields:
        return _only_drops_copies(case.claim, changes)
    if fields == {"total_charge"}:
        return _only_recalculates(case.claim, changes[0])
    if len(changes) == 1 and changes[0].field in {"ordering_npi", "referring_npi"}:
        return _comes_from_linked_record(case, changes[0])
    return "not on the short list of what a bot may do by itself"


def payment(case: Case, changes: Iterable[Change]) -> Payment:
    """Which way the changes move what the office expects to be paid, judged without prices.

    A form (NDC, a copy of a diagnosis, a number that names who did it) moves nothing.

    Authority: 42 CFR 412.60(c)(1) (a DRG follows from the principal and the other diagnoses).
    """
    return payment_of(case.claim.type, changes)


def payment_of(type: ClaimType, changes: Iterable[Change]) -> Payment:
    """The same, of a claim of which only its type is known."""
    found = {_payment_of(type, change) for change in changes}
    for direction in (Payment.MORE, Payment.UNKNOWN, Payment.LESS):
        if direction in found:
            return direction
    return Payment.SAME


def _payment_of(type: ClaimType, change: Change) -> Payment:
    if change.field == "total_charge":
        before, after = _amount(change.from_), _amount(change.to)
        if before is None or after is None or after > before:
            return Payment.MORE
        return Payment.LESS if after < before else Payment.SAME
    if change.field == "diagnoses" and type is ClaimType.INSTITUTIONAL:
        was, will_be = change.from_.split(), change.to.split()
        same = was[:1] == will_be[:1] and set(was) == set(will_be)
        # Another principal diagnosis, or one less, may be another DRG: which way, prices say.
        return Payment.SAME if same else Payment.UNKNOWN
    if change.field in {"ndc", "pointers", "diagnoses"} or change.field in _NPI_FIELDS:
        return Payment.SAME
    if change.field == "modifiers":
        dropped = Counter(change.from_.split()) - Counter(change.to.split())
        # 59 beside an X modifier says the same thing twice: one of them is enough.
        return Payment.SAME if set(dropped) <= {"59"} else Payment.UNKNOWN
    return Payment.UNKNOWN


def _is_read(claim: Claim, change: Change) -> bool:
    """Whether the change starts from what the claim was read with.

    Else a faulty check could pass a new modifier off as one that was there.
    """
    try:
        return value_of(claim, change.field, change.line) == change.from_
    except (KeyError, ValueError):
        return False  # the claim has no such field, line or role


def _adds(change: Change) -> bool:
    return bool(Counter(change.to.split()) - Counter(change.from_.split()))


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _is_sum_of_lines(claim: Claim, text: str) -> bool:
    return bool(claim.lines) and text == money(claim.charges)


def _same_ndc(change: Change) -> bool:
    """Eleven digits out of a hyphenated NDC, padded as its segments say."""
    parts = change.from_.split("-")
    if len(parts) != 3 or tuple(map(len, parts)) not in _SEGMENTS:
        return False
    if not all(re.fullmatch(r"[0-9]+", part) for part in parts):
        return False
    return change.to == parts[0].zfill(5) + parts[1].zfill(4) + parts[2].zfill(2)


def _only_drops_copies(claim: Claim, changes: Sequence[Change]) -> str | None:
    if claim.type is not ClaimType.PROFESSIONAL:
        return "on an institutional claim a repeated diagnosis may be meant"
    change = next(entry for entry in changes if entry.field == "diagnoses")
    before, after = change.from_.split(), change.to.split()
    if after != list(dict.fromkeys(before)):
        return "more than a later copy would be removed"
    moved = {entry.line: entry for entry in changes if entry.field == "pointers"}
    for line in claim.lines:
        entry = moved.get(line.number)
        old = [str(position) for position in line.pointers]
        new = entry.to.split() if entry else old
        if entry and entry.from_ != " ".join(old):
            return "a pointer is not what the claim was read with"
        meant = list(dict.fromkeys(_codes(before, old)))
        if _codes(after, new) != meant or len(new) != len(set(new)):
            return "a pointer would no longer point at the same code"
    return None


def _codes(diagnoses: Sequence[str], pointers: Iterable[str]) -> list[str]:
    """The codes that pointers mean; an impossible pointer means itself."""
    meant = []
    for pointer in pointers:
        at = int(pointer) - 1 if pointer.isdigit() else -1
        meant.append(diagnoses[at] if 0 <= at < len(diagnoses) else f"?{pointer}")
    return meant


def _only_recalculates(claim: Claim, change: Change) -> str | None:
    if claim.lines_edited is not False:
        return "a line was changed or may have been: a wrong total may hide a dropped line"
    before, after = _amount(change.from_), _amount(change.to)
    if before is None or after is None or after > before:
        return "it raises the billed amount"
    return None


def _comes_from_linked_record(case: Case, change: Change) -> str | None:
    claim = case.claim
    provider = claim.provider(Role(change.field.removesuffix("_npi")))
    record = provider.record if provider else None
    days = [line.service_date for line in claim.lines if line.service_date]
    if record is None or record.npi != change.to or not change.to:
        return "the claim links no record with that number in that role"
    if record.npi_type != "1":
        return "the record's number is not a person's"
    if not days or not all(record.active_on(day) for day in days):
        return "the record was not active on the date of service"
    if value_of(claim, change.field) != "":
        return "it would change an NPI that is there"
    return None
