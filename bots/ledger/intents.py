"""Intents and outcomes: what is about to be done to one claim, and what became of it.

An `OpenIntent` exists only after its record is on disk; nothing but the ledger can make one,
and an editor of a portal takes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal

from bots.claims import Change, ClaimRef

_TOKEN: Final = object()


class Outcome(StrEnum):
    """What became of an intent. After `UNKNOWN` it stays open until it is settled."""

    CONFIRMED = "confirmed"
    ALREADY_CORRECT = "already-correct"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    NOT_DONE = "not-done"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntent:
    """One save of one claim, on disk before it is done. `unknown`: tried, answer lost."""

    id: str
    run: str
    ref: ClaimRef
    kind: Literal["correct", "flag", "hold"]
    changes: tuple[Change, ...]
    checks: tuple[str, ...]
    note_key: str
    note_text: str
    reason: str
    policy: str
    tables: str
    patient: str
    opened_at: datetime
    sequence: int
    shadow: bool = False
    unknown: bool = False
    _token: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._token is not _TOKEN:
            raise TypeError("only the ledger opens an intent, after it is on disk")

    @property
    def portal(self) -> str:
        """The portal's name."""
        return self.ref.portal

    @property
    def claim_number(self) -> str:
        """The claim's number in that portal."""
        return self.ref.number


def sealed_changes(secret: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes that an intent's record seals."""
    return tuple(Change(c["field"], c["line"], c["from"], c["to"]) for c in secret["changes"])
