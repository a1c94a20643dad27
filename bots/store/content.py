"""What an answer is bound to: each field of the claim as it was read, by a digest of its own.

A person approves or rejects a change to the claim that they saw. Where another field has moved
since, they might have answered otherwise: the names of such fields make the approval stale, and
what was rejected is asked again. What our own hands changed since then moved nothing that anybody
has to weigh again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from bots.claims import Case, Change, Claim, value_of

# Its state, version and dates move by themselves; that a line was edited shows in the line.
_PASSING = {
    "status",
    "version",
    "submitted_on",
    "unknown_fields",
    "not_shown",
    "unseen",
    "lines_edited",
}


def content_digest(case: Case) -> str:
    """The whole claim but its state, version and dates."""
    claim = replace(case.claim, status="", version="", submitted_on=None, unknown_fields=())
    return hashlib.sha256(repr(claim).encode()).hexdigest()


def content_of(claim: Claim) -> dict[str, str]:
    """A digest of each field, by its name: `diagnoses`, `line 2 modifiers`."""
    found = {
        field.name: _digest(getattr(claim, field.name))
        for field in fields(claim)
        if field.name not in _PASSING | {"lines", "providers", "coverage"}
    }
    for field in fields(claim.coverage):
        found[f"coverage {field.name}"] = _digest(getattr(claim.coverage, field.name))
    for role in {provider.role for provider in claim.providers}:
        they = [provider for provider in claim.providers if provider.role is role]
        found[f"provider {role.value}"] = _digest(they)
    for line in claim.lines:
        for field in fields(line):
            found[f"line {line.number} {field.name}"] = _digest(getattr(line, field.name))
    return found


def moved_since(then: Mapping[str, str], claim: Claim, own: Iterable[Change]) -> list[str]:
    """The names of the fields that are no longer as they were, but for our own changes.

    `own` are the changes of our hands since then; one of them counts only where the field
    still holds what it wrote.
    """
    return moved(then, content_of(claim), (change for change in own if _holds(claim, change)))


def moved(then: Mapping[str, str], now: Mapping[str, str], own: Iterable[Change]) -> list[str]:
    """The names of the fields that differ between two readings, but for those of `own`."""
    ours = {_name(change) for change in own}
    return sorted(
        name
        for name in then.keys() | now.keys()
        if then.get(name) != now.get(name) and name not in ours
    )


def _name(change: Change) -> str:
    if change.line is not None:
        return f"line {change.line} {change.field}"
    if change.field.endswith("_npi"):
        return f"provider {change.field.removesuffix('_npi')}"
    return "coverage member_id" if change.field == "member_id" else change.field


def _holds(claim: Claim, change: Change) -> bool:
    try:
        return value_of(claim, change.field, change.line) == change.to
    except (KeyError, ValueError):
        return False


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
