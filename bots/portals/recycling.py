"""When a browser has served long enough, and that it is renewed between claims only.

A claim comes in and goes out. One that comes while something is due waits until those that are
in have gone, and then it is renewed once for all; nobody waits longer for that than a minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from bots.config.settings import Browser

_PATIENCE = 60.0  # seconds for the claims that are in: a stuck one must not hold up the others
_LEAST = 20  # claims in one browser before its memory counts: a low limit must not renew for ever

log = structlog.get_logger()


class Due(Enum):
    """What is to be renewed."""

    NOTHING = ""
    CONTEXT = "context"
    BROWSER = "browser"  # and its driver


class Recycling:
    """The claims that are in, and how much the context and the browser have served.

    `memory` is what driver and browser take, in bytes, as last looked at. `renew` is called
    while no claim is in; what it raises goes to the claim that came.
    """

    def __init__(self, limits: Browser, renew: Callable[[Due], Awaitable[None]]) -> None:
        self.limits, self._renew = limits, renew
        self.in_context = self.in_browser = self.memory = 0
        self._rests_until = 0.0
        self._in: set[asyncio.Task[Any]] = set()
        self._nobody_in = asyncio.Event()
        self._nobody_in.set()
        self._door = asyncio.Lock()

    async def come_in(self) -> None:
        """One more claim, in this task; renews first what is due. `go_out` must follow."""
        async with self._door:
            due = self.due()
            if due is not Due.NOTHING and await self._all_gone():
                await self._renew(due)
            task = asyncio.current_task()
            assert task is not None
            self._in.add(task)
            self._nobody_in.clear()
            self.in_context += 1
            self.in_browser += 1

    def go_out(self) -> None:
        """The claim of this task is through; does nothing where it never came in."""
        task = asyncio.current_task()
        if task is not None:
            self._in.discard(task)
        if not self._in:
            self._nobody_in.set()

    def due(self) -> Due:
        """What has served long enough."""
        if self.memory > self.limits.memory_limit_bytes and self.in_browser >= _LEAST:
            return Due.BROWSER
        if time.monotonic() < self._rests_until:
            return Due.NOTHING
        if self.in_browser >= self.limits.claims_per_browser:
            return Due.BROWSER
        if self.in_context >= self.limits.claims_per_context:
            return Due.CONTEXT
        return Due.NOTHING

    def rest(self, seconds: float) -> None:
        """Renew by count no more for so long: it cost a log-in, and those are few."""
        self._rests_until = time.monotonic() + seconds

    async def _all_gone(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._nobody_in.wait()
        except TimeoutError:
            log.warning("not renewed: a claim is still open", claims=len(self._in))
            return False
        return True
