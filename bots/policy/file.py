"""`config/policy.yaml`: read, and refused where it asks for what it may not have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bots.checks import Check, Class, by_id
from bots.claims import Case, Claim, ClaimType
from bots.config.reading import Document, Location, fitted, nearest, read_document
from bots.errors import Problem


class _Override(BaseModel):
    """One facility's exception, with a name and an end."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    facility: str
    check: str
    to: Literal["auto", "propose", "flag", "hold"]
    reason: str = Field(min_length=5)
    owner: str = Field(min_length=2)
    until: date


class _Required(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    professional: tuple[str, ...] = ()
    institutional: tuple[str, ...] = ()


class PolicyFile(BaseModel):
    """The file as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    classes: dict[str, Literal["auto", "propose", "flag", "hold"]] = Field(default_factory=dict)
    flag_as: Literal["note", "hold", "report"] = "note"
    required: _Required = _Required()
    overrides: tuple[_Override, ...] = ()


@dataclass(frozen=True)
class Policy:
    """The policy of an office, bound to what one portal's file says of itself.

    `not_yet_sent` are the portal's states in which a claim may still be corrected; empty
    (as for files) means that the claim's state is not known here and forbids nothing.
    `holds` are the checks whose flag is the portal's own hold, whatever `flag_as` says.
    """

    version: str
    classes: dict[str, Class] = field(default_factory=dict)
    flag_as: str = "note"
    holds: frozenset[str] = frozenset()
    required: dict[str, frozenset[str]] = field(default_factory=dict)
    overrides: tuple[_Override, ...] = ()
    not_yet_sent: frozenset[str] | None = None
    notes: bool = True

    def for_portal(self, not_yet_sent: frozenset[str], *, notes: bool) -> Policy:
        """The same policy, bound to a portal's states."""
        return replace(self, not_yet_sent=not_yet_sent, notes=notes)

    def required_for(self, claim_type: ClaimType) -> frozenset[str]:
        """The checks that must have been evaluated before a claim may be called clean."""
        return self.required.get(claim_type.value, frozenset())

    def class_for(self, check: Check, case: Case, on: date) -> Class:
        """The class set for a check: a facility's override in force, else the file's."""
        override = self._override(check.id, case.claim, on)
        return _class(override.to) if override else self.classes.get(check.id, check.at_most)

    def mark_for(self, checks: Iterable[str], claim: Claim, on: date) -> str:
        """How a claim flagged by these checks is marked: note, hold or report.

        A hold only on a claim that has not left the office; it is never taken off.
        """
        if any(self._asks_for_hold(check, claim, on) for check in checks) and (
            claim.on_hold or not self.closed_to_changes(claim)
        ):
            return "hold"
        return "note" if self.notes and self.flag_as != "report" else "report"

    def _asks_for_hold(self, check: str, claim: Claim, on: date) -> bool:
        override = self._override(check, claim, on)
        asked = override.to == "hold" if override else check in self.holds
        return asked or self.flag_as == "hold"

    def _override(self, check: str, claim: Claim, on: date) -> _Override | None:
        for override in self.overrides:
            here = override.facility == claim.facility.code
            if override.check == check and here and on <= override.until:
                return override
        return None

    def closed_to_changes(self, claim: Claim) -> str | None:
        """Why this claim may not be corrected now, or None."""
        if claim.on_hold:
            return "the claim is on hold"
        if self.not_yet_sent is not None and claim.status not in self.not_yet_sent:
            return "the claim has left the office"
        return None


def load(path: Path) -> Policy:
    """Read the policy.

    Raises:
        Problem: a key or check that does not exist, or a class above what the check may
            ever have, with file, line and key.
    """
    document = read_document(path)
    file = fitted(document, PolicyFile)
    for check_id, wanted in file.classes.items():
        _within_limits(document, ("classes", check_id), check_id, wanted)
    for number, override in enumerate(file.overrides):
        _within_limits(document, ("overrides", number, "check"), override.check, override.to)
    required = {
        "professional": file.required.professional,
        "institutional": file.required.institutional,
    }
    for claim_type, checks in required.items():
        for number, check_id in enumerate(checks):
            _known(document, ("required", claim_type, number), check_id)
    return Policy(
        version=file.version,
        classes={check_id: _class(wanted) for check_id, wanted in file.classes.items()},
        flag_as=file.flag_as,
        holds=frozenset(check for check, wanted in file.classes.items() if wanted == "hold"),
        required={claim_type: frozenset(checks) for claim_type, checks in required.items()},
        overrides=file.overrides,
    )


def _class(wanted: str) -> Class:
    """A word of the file as a class: a hold is a flag, marked in another way."""
    return Class.FLAG if wanted == "hold" else Class(wanted)


def _known(document: Document, at: Location, check_id: str) -> Check:
    check = by_id().get(check_id)
    if check is None:
        where = f"{document.places.get(at, document.name)} {'.'.join(map(str, at))}"
        raise Problem(
            f'there is no check "{check_id}"',
            where=where,
            do=nearest(check_id, sorted(by_id())),
        )
    return check


def _within_limits(document: Document, at: Location, check_id: str, wanted: str) -> None:
    check = _known(document, at, check_id)
    if _class(wanted).rank > check.at_most.rank:
        raise Problem(
            f'"{wanted}" is more than {check_id} may ever have ({check.at_most.value})',
            where=f"{document.places.get(at, document.name)} {'.'.join(map(str, at))}",
            do="a policy may only lower what a check allows",
        )
