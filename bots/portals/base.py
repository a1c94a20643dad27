"""The portal protocol: a `Reader` looks, an `Editor` acts, and only on an open intent.

Every method has its own deadline and raises one of the errors below; none waits for ever.
A reader may be asked again after a `PortalFault`; a save may never be repeated blindly:
see `SaveAnswer`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from bots.claims import Case, Change, Claim, ClaimRef


class PortalError(Exception):
    """Anything a portal may answer. The message carries no patient data.

    `code` is UPPER_SNAKE and goes to the exception queue.
    """

    code = "PORTAL"


class BusinessError(PortalError):
    """The claim or the portal says no: never retried, goes to a person."""


class PortalFault(PortalError):
    """The machinery failed (time-out, crash, 5xx): a read may be tried again."""

    code = "PORTAL_FAULT"


class DeadlinePassed(PortalFault):
    """A call did not answer within its own limit."""

    code = "DEADLINE"


class SessionEnded(PortalFault):
    """The portal shows its log-in page: the session is over."""

    code = "SESSION_ENDED"


class BrowserGone(PortalFault):
    """Page, browser or driver died under a call."""

    code = "BROWSER_GONE"


class ElementMissing(PortalFault):
    """A named element matched none of its locators: names screen, element and locators."""

    code = "ELEMENT_MISSING"


class NotSure(BusinessError):
    """A locator is not sure enough to write through: ambiguous, other label, other record."""

    code = "LOCATOR_NOT_SURE"


class ScreenDrifted(NotSure):
    """What would be written through is not as it was recorded: the portal has changed there.

    Nothing was saved, and nothing more is written in this run.
    """

    code = "SCREEN_DRIFTED"


class ChangedMeanwhile(NotSure):
    """Somebody changed the record between our look and our save; nothing was saved."""

    code = "CHANGED_MEANWHILE"


class WrongRecord(BusinessError):
    """The screen shows another claim than the one asked for."""

    code = "WRONG_RECORD"


class Unreadable(BusinessError):
    """A value on the screen has no meaning for us; names the element, not the value."""

    code = "UNREADABLE"


class OddRows(Unreadable):
    """Rows of a table are not of its columns: one record's matter, whatever the screen is like."""


class NotFound(BusinessError):
    """The portal has no such claim."""

    code = "NOT_FOUND"


class LoginRefused(PortalError):
    """The portal refused the credential. Never tried again for the same secret."""

    code = "LOGIN_REFUSED"


class AccountLocked(LoginRefused):
    """The portal says that the account is locked."""

    code = "ACCOUNT_LOCKED"


class LogInContested(PortalError):
    """The portal ends our sessions again and again: somebody else uses this log-in."""

    code = "LOG_IN_CONTESTED"


class NotAllowed(PortalError):
    """The account lacks a right, or the address left the portal's own host."""

    code = "NOT_ALLOWED"


@dataclass(frozen=True, slots=True)
class Query:
    """Which claims to list. Empty means all."""

    queue: str  # "pending" | "historical"
    since: date | None = None
    until: date | None = None
    facility: str = ""
    code: str = ""
    min_charge: Decimal | None = None
    numbers: tuple[str, ...] = ()
    limit: int | None = None


class Reader(Protocol):
    """Looks at a portal; changes nothing."""

    async def log_in(self) -> None:
        """Get in, or find that the session still holds. Raises LoginRefused once, ever."""
        ...

    def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        """The claims of a queue, page by page, each number once, never all in memory."""
        ...

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        """Read one claim whole, with the patient's day and the documentation."""
        ...

    async def canary(self) -> tuple[str, ...]:
        """Look at every named screen; return what is missing or ambiguous, in words."""
        ...


class Saved(StrEnum):
    """What pressing Save led to, as far as the screen told."""

    STORED = "stored"  # the portal said so; still to be read back
    REFUSED = "refused"  # the portal said no, in words
    UNCLEAR = "unclear"  # it said something that nobody recorded: the record tells, in its time
    UNKNOWN = "unknown"  # no answer we can trust: look before doing anything


@dataclass(frozen=True, slots=True)
class SaveAnswer:
    """The portal's answer to one save; `words` are the portal's own, for people."""

    saved: Saved
    words: str = ""


# Characters that an editor puts of a hold's reason.
HOLD_REASON_LIMIT = 200


class Editor(Protocol):
    """Acts on one record, for one open intent. Opened only by `bots.portals.editing`."""

    async def look(self, changes: Sequence[Change]) -> Claim:
        """Open the record afresh and read it whole (a new page load, never a cache)."""
        ...

    async def look_again(self, read: Claim, changes: Sequence[Change]) -> Claim:
        """The record as it stands right before the act, given how it was read.

        As `look`; or, where the portal counts a record's versions and the form to fill in
        still carries the version that was read, `read` itself.
        """
        ...

    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        """Fill in all changes through sure locators and save once.

        Raises:
            NotSure: nothing was typed or nothing was saved.
        """
        ...

    async def find_note(self, key: str) -> bool:
        """Whether the record carries a note with this key."""
        ...

    async def write_note(self, key: str, text: str) -> SaveAnswer:
        """Put one keyed note on the record, once."""
        ...

    async def put_on_hold(self, reason: str) -> SaveAnswer:
        """Put the record on the portal's own hold, once; nothing ever takes it off.

        Raises:
            NotSure: the portal has no hold, or its form is not as expected; nothing was saved.
        """
        ...


Seen = Mapping[str, str]
