"""Whether what a changed screen would have sent is what was meant: by the portal's own rules.

The portal takes the last value of each name, and stores what differs from the record; the record
is the form as it was before anything was changed. Nothing here is taken from the code that is
tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from urllib.parse import urlsplit

from saved_screens import Wire

from bots.claims import Change, Claim, value_of

NOTE, REASON = "Bot: look at line 1, please.", "Bot: a test of the hold."
_LINE = ("procedure", "modifiers", "service_date", "place_of_service", "pointers", "units",
         "charge", "ndc")  # fmt: skip
_OTHER = {
    "member_id": "ZZ9TEST00", "frequency_code": "7", "place_of_service": "22",
    "procedure": "99499", "modifiers": "XS", "pointers": "1", "units": "3", "charge": "77.50",
    "ndc": "00000-0000-01",
}  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """One write that is meant: where to, and what differs from the record on the wire."""

    claim: str
    kind: str  # edit, notes or hold
    values: Mapping[str, str]


def wire_name(change: Change) -> str:
    """The name under which the practice portal takes a field (its documentation says so)."""
    return f"line-{change.line}-{change.field}" if change.line else change.field


def change_for(claim: Claim, name: str) -> Change | None:
    """A change of the box that sends under this name; None where it is no box of ours."""
    line = None
    field = name
    if name.startswith("line-"):
        _, number, field = name.split("-", 2)
        line = int(number)
    if (line is None) != (field not in _LINE or field == "place_of_service"):
        return None if not (line and field == "place_of_service") else _change(claim, field, line)
    return _change(claim, field, line)


def _change(claim: Claim, field: str, line: int | None) -> Change | None:
    try:
        before = value_of(claim, field, line)
    except (KeyError, ValueError):
        return None
    if field == "service_date":
        if not before:
            return None
        after = (date.fromisoformat(before) + timedelta(days=1)).isoformat()
    elif field.endswith("_npi"):
        after = "1999999984"
    elif field in _OTHER:
        after = _OTHER[field]
    else:
        return None
    return Change(field, line, before, after) if after != before else None


def any_change(claim: Claim, random: Random) -> Change:
    """A change of some field of the claim."""
    names = ["member_id", "frequency_code", "place_of_service", "billing_npi", "rendering_npi",
             "ordering_npi", "referring_npi", "attending_npi"]  # fmt: skip
    names += [f"line-{line.number}-{field}" for line in claim.lines for field in _LINE]
    while True:
        change = change_for(claim, random.choice(names))
        if change is not None:
            return change


def meant_by(claim: str, change: Change) -> Meant:
    """What a change is on the wire."""
    after = change.to
    if change.field == "service_date":
        after = date.fromisoformat(after).strftime("%m/%d/%Y")
    return Meant(claim, "edit", {wire_name(change): after})


def verdict(wire: Wire, meant: Meant, record: Mapping[str, str]) -> str:
    """`right`, `nothing` (the portal would store nothing), or what is wrong with what was sent."""
    parts = urlsplit(wire.to).path.strip("/").split("/")
    if wire.method != "post":
        return "nothing"
    if len(parts) != 3 or parts[0] != "claims" or parts[2] not in ("edit", "notes", "hold",
                                                                    "release"):  # fmt: skip
        return "nothing"
    sent = dict(wire.entries)  # of one name the last, as the portal has it
    if parts[1] != meant.claim:
        return f"sent to another claim ({parts[2]})"
    if parts[2] != meant.kind:
        return f"another act: {parts[2]}"
    if meant.kind == "edit":
        if sent.get("version") != record["version"]:
            return "nothing"  # the portal refuses it
        if sent.get("action") == "recalculate":
            return "the total was recalculated"
        known = [name for name in record if name not in ("version", "csrfmiddlewaretoken")]
        changed = {n: sent[n].strip() for n in known if n in sent and sent[n].strip() != record[n]}
    else:
        changed = {n: v for n, v in sent.items() if n in ("key", "text", "reason") and v}
    if not changed:
        return "nothing"
    if changed == dict(meant.values):
        return "right"
    return f"other fields: {', '.join(sorted(changed))}"
