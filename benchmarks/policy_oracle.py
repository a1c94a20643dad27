"""What a bot may never write, judged a second time: shares no line with `bots.policy`.

It applies the changes to a plain picture of the claim and compares before with after, as
multisets where the order says nothing. Strict on purpose: what it does not know moves
payment in an unknown way. Used by the suite and by `policy_property.py`.

Authority: issue 2, part 7 (never written by the bot, approved or not; auto is a short list).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from bots.claims import Case, Change, Claim

Spot = tuple[str, int | None]
Picture = dict[Spot, str]

_ROLES = (
    "billing",
    "rendering",
    "ordering",
    "referring",
    "attending",
    "operating",
    "service_facility",
)
_NEVER = {"procedure", "units", "charge", "service_date", "member_id", "frequency_code"}
# Hyphenated NDCs that say which segment lacks a digit, and where the zero goes.
_NDC_FORMS = (
    (re.compile(r"([0-9]{4})-([0-9]{4})-([0-9]{2})"), r"0\1\2\3"),
    (re.compile(r"([0-9]{5})-([0-9]{3})-([0-9]{2})"), r"\g<1>0\2\3"),
    (re.compile(r"([0-9]{5})-([0-9]{4})-([0-9]{1})"), r"\1\g<2>0\3"),
    (re.compile(r"([0-9]{5})-([0-9]{4})-([0-9]{2})"), r"\1\2\3"),
)


def picture(claim: Claim) -> Picture:
    """Every field of a claim that a change may name, as text."""
    seen: Picture = {
        ("diagnoses", None): " ".join(diagnosis.code for diagnosis in claim.diagnoses),
        ("total_charge", None): _dollars(claim.total_charge),
        ("place_of_service", None): claim.place_of_service,
        ("member_id", None): claim.coverage.member_id,
        ("frequency_code", None): claim.frequency_code,
    }
    for role in _ROLES:
        named = [provider.npi for provider in claim.providers if provider.role.value == role]
        seen[(f"{role}_npi", None)] = named[0] if named else ""
    for line in reversed(claim.lines):
        at = line.number
        day = line.service_date
        seen[("procedure", at)] = line.procedure
        seen[("modifiers", at)] = " ".join(line.modifiers)
        seen[("units", at)] = str(line.units)
        seen[("charge", at)] = _dollars(line.charge)
        seen[("pointers", at)] = " ".join(map(str, line.pointers))
        seen[("place_of_service", at)] = line.place_of_service
        seen[("ndc", at)] = line.ndc
        seen[("service_date", at)] = str(day) if day else ""
    return seen


def banned(case: Case, changes: Sequence[Change]) -> str | None:
    """Why these changes may never be written, approved or not; None if they may."""
    before = picture(case.claim)
    spots = [(change.field, change.line) for change in changes]
    if all(change.from_ == change.to for change in changes):
        return "nothing to write"
    if len(spots) != len(set(spots)):
        return "one field written twice"
    for change in changes:
        spot = (change.field, change.line)
        if change.field in _NEVER:
            return f"writes {change.field}"
        if spot not in before:
            return "no such field"
        if before[spot] != change.from_:
            return "writes over what was not read"
        if change.field.endswith("_npi") and before[spot]:
            return "an NPI over another"
        if change.field in {"diagnoses", "modifiers"} and _more(before[spot], change.to):
            return f"new among the {change.field}"
        if change.field == "total_charge" and change.to != _sum(case.claim):
            return "a total that is not the sum"
    return None


def may_pay_more(case: Case, changes: Sequence[Change]) -> str | None:
    """Why what is paid may rise or is not known; None if it surely does not rise."""
    fields = {change.field for change in changes}
    if fields == {"ndc"}:
        same = all(change.to == _eleven(change.from_) for change in changes)
        return None if same else "another NDC"
    if fields == {"total_charge"}:
        return _total_rises(case.claim, changes)
    if fields in ({"ordering_npi"}, {"referring_npi"}):
        return _not_who_is_linked(case.claim, changes)
    if "diagnoses" in fields and fields <= {"diagnoses", "pointers"}:
        return _meaning_moves(case.claim, changes)
    return f"not known for {', '.join(sorted(fields))}"


def raises_by_itself(case: Case, changes: Sequence[Change]) -> bool:
    """Whether a proposal must say that it does or may raise what is paid."""
    before = picture(case.claim)
    for change in changes:
        if change.field == "place_of_service":
            return True
        if change.field == "diagnoses" and case.claim.type.value == "institutional":
            was, will_be = before[("diagnoses", None)].split(), change.to.split()
            if was[:1] != will_be[:1] or any(code not in will_be for code in was):
                return True  # another principal diagnosis, or one less: perhaps another DRG
        if change.field == "total_charge":
            old = before[("total_charge", None)]
            if not old or Decimal(old) < Decimal(change.to):
                return True
    return False


def _total_rises(claim: Claim, changes: Sequence[Change]) -> str | None:
    if claim.lines_edited is not False:
        return "a line may have been dropped"
    if claim.total_charge is None:
        return "there was no total"
    # Compared as it is shown: a fraction of a cent is no raise that anybody could see.
    shown = Decimal(_dollars(claim.total_charge))
    return "more than before" if any(Decimal(c.to) > shown for c in changes) else None


def _not_who_is_linked(claim: Claim, changes: Sequence[Change]) -> str | None:
    (change,) = changes
    role = change.field.removesuffix("_npi")
    named = [provider for provider in claim.providers if provider.role.value == role]
    record = named[0].record if named else None
    if record is None or record.npi != change.to or record.npi_type != "1":
        return "not the number of a person whom the claim links"
    days = [line.service_date for line in claim.lines if line.service_date]
    for day in days:
        if record.active_from is not None and day < record.active_from:
            return "not yet active"
        if record.active_to is not None and day > record.active_to:
            return "no longer active"
    return None if days and change.to else "no day, or no number"


def _meaning_moves(claim: Claim, changes: Sequence[Change]) -> str | None:
    if claim.type.value != "professional":
        return "a repeated diagnosis may be meant"
    after = picture(claim) | {(change.field, change.line): change.to for change in changes}
    codes = after[("diagnoses", None)].split()
    at_position = {diagnosis.position: diagnosis.code for diagnosis in claim.diagnoses}
    if set(codes) != set(at_position.values()) or len(codes) != len(set(codes)):
        return "a diagnosis is gone, or still there twice"
    if codes[:1] != [diagnosis.code for diagnosis in claim.diagnoses][:1]:
        return "another first diagnosis"
    for line in claim.lines:
        meant = [at_position.get(position, f"?{position}") for position in line.pointers]
        new = []
        for pointer in after[("pointers", line.number)].split():
            inside = pointer.isdigit() and 1 <= int(pointer) <= len(codes)
            new.append(codes[int(pointer) - 1] if inside else f"?{pointer}")
        if list(dict.fromkeys(meant)) != new:
            return "a line would point at something else"
    return None


def _more(before: str, after: str) -> bool:
    old, new = Counter(before.split()), Counter(after.split())
    return any(new[word] > old[word] for word in new)


def _eleven(written: str) -> str | None:
    for form, spelled in _NDC_FORMS:
        found = form.fullmatch(written)
        if found:
            return found.expand(spelled)
    return None


def _sum(claim: Claim) -> str | None:
    if not claim.lines:
        return None
    total = Decimal(0)
    for line in claim.lines:
        total += line.charge
    return _dollars(total)


def _dollars(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
