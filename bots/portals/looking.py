"""The one policy for looking at a portal: three tries, and what is mended between them.

Only for looking: a write that may have happened is never tried again by this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from bots.portals.base import BrowserGone, PortalFault, SessionEnded

if TYPE_CHECKING:
    from bots.portals.session import Session


def looking(session: Session) -> AsyncRetrying:
    """A caller of coroutines that look: `await looking(session)(reader.open, ref, on)`.

    A fault of the machinery (`PortalFault`) is met three times in all, 0.3 s and 0.6 s apart;
    what the portal itself refuses is never tried again. What was raised last is raised.
    """
    return AsyncRetrying(
        stop=stop_after_attempt(3),
        wait=wait_exponential(multiplier=0.3, max=5),
        retry=retry_if_exception_type(PortalFault),
        before_sleep=_mending(session),
        reraise=True,
    )


def _mending(session: Session) -> Callable[[RetryCallState], Awaitable[None]]:
    """Between two tries: a new browser where it died, a new log-in where the session ended."""

    async def mend(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        try:
            if isinstance(error, BrowserGone):
                await session.restart()
            elif isinstance(error, SessionEnded):
                await session.log_in()
        except PortalFault:
            return  # the next try says so

    return mend
