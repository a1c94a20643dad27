"""The one policy for looking at a portal: what is tried again, and what is mended between.

Only for looking: a write that may have happened is never tried again by this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tenacity import AsyncRetrying, RetryCallState, wait_exponential

from bots.faults import FIRST_PAUSE, LONGEST_PAUSE, Fault, Mend, fault_of
from bots.portals.base import PortalError, PortalFault

if TYPE_CHECKING:
    from bots.portals.session import Session


def looking(session: Session) -> AsyncRetrying:
    """A caller of coroutines that look: `await looking(session)(reader.open, ref, on)`.

    A fault of the machinery is met as often as `bots.faults` says, with pauses that double; what
    the portal itself refuses is never tried again. What was raised last is raised.
    """
    return AsyncRetrying(
        retry=lambda state: _met(state) is not None,
        stop=lambda state: state.attempt_number >= (_met(state) or _NEVER).looks,
        wait=wait_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE),
        before_sleep=_mending(session),
        reraise=True,
    )


_NEVER = fault_of("")


def _met(state: RetryCallState) -> Fault | None:
    """What a look met; None where it went well, or another than the portal failed."""
    error = state.outcome.exception() if state.outcome else None
    return fault_of(error.code) if isinstance(error, PortalError) else None


def _mending(session: Session) -> Callable[[RetryCallState], Awaitable[None]]:
    """Between two tries: a new browser where it died, a new log-in where the session ended."""

    async def mend(state: RetryCallState) -> None:
        met = _met(state) or _NEVER
        try:
            if met.mend is Mend.NEW_BROWSER:
                await session.restart()
            elif met.mend is Mend.NEW_LOG_IN:
                await session.log_in()
        except PortalFault:
            return  # the next try says so

    return mend
