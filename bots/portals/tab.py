"""One page of the browser in use: goes to addresses of the portal, and looks at screens.

Every call has its deadline. A tab that a call died in, or was broken off in, is spoiled: it is
closed, not used again. The tab never leaves the portal's own host.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urldefrag, urlsplit

from playwright.async_api import Page

from bots.portals import screen as screens
from bots.portals.base import (
    BrowserGone,
    DeadlinePassed,
    ElementMissing,
    NotAllowed,
    NotFound,
    PortalFault,
    SessionEnded,
)
from bots.portals.deadline import Unreached, within
from bots.portals.evidence import Evidence, remember
from bots.portals.noticing import Noticed
from bots.portals.screen import Seen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bots.portals.dialogs import Doorman
    from bots.portals.locators import Selectors

Answer = TypeVar("Answer")
# For each element of a screen how often each of its locators answered, by rank from 1.
Ranks = defaultdict[str, Counter[int]]
# How long a screen may go on showing what is not (or no longer) asked for.
_PATIENCE = 3.0


@dataclass
class Tab:
    """A page, and what it needs to know of its portal."""

    page: Page
    address: str
    selectors: Selectors
    deadline: float
    doorman: Doorman
    generation: int
    ranks: Ranks
    fence: Callable[[], None]  # asked in the last moment before anything is sent
    uncached: bool = False
    spoiled: bool = False
    lent: int = 0  # how often it was taken by somebody
    evidence: Evidence | None = None  # of a page that was given up
    noticed: Noticed | None = None  # of the portal's drift; None: nobody asks
    brake: Callable[[], Awaitable[None]] | None = None  # an editor's; raises where it is on

    async def call(self, awaitable: Awaitable[Answer], what: str) -> Answer:
        """Await a call of the page within the deadline; raises as `within` does."""
        try:
            return await within(self.deadline, awaitable, what)
        except (BrowserGone, DeadlinePassed, asyncio.CancelledError):
            self.spoiled = True
            raise

    async def before_sending(self) -> None:
        """The last moment before a save is sent; raises what the brake raises, where one is on."""
        if self.brake is not None:
            try:
                await self.brake()
            except BaseException:
                self.spoiled = True  # it holds what was typed
                raise
        self.fence()

    async def go(self, path: str, what: str, *, at_door: bool = False) -> None:
        """Load an address of the portal.

        Raises:
            SessionEnded: the portal shows its log-in page instead (unless `at_door`).
            NotFound, NotAllowed, PortalFault: what the portal answered.
        """
        remember(self)
        whole = self.address + path
        if urldefrag(whole).fragment and urldefrag(whole).url == urldefrag(self.page.url).url:
            # Another fragment of the same page alone would load nothing.
            await self.call(self.page.goto("about:blank"), f"open {what}")
        try:
            response = await self.call(
                self.page.goto(whole, wait_until="domcontentloaded"), f"open {what}"
            )
        except Unreached as error:
            if error.net == "ERR_NAME_NOT_RESOLVED" and self._is_numeric():
                # Every host but the portal's is unknown to this browser (session.py).
                raise NotAllowed(f"open {what}: the portal leads to another address") from None
            raise
        self.check(response.status if response else 200, what, at_door=at_door)

    def check(self, status: int, what: str, *, at_door: bool = False) -> None:
        """Hold where the page is now, and the answer's status, against what may be.

        Raises:
            SessionEnded, NotFound, NotAllowed, PortalFault: see `go`.
        """
        if origin(self.page.url) != origin(self.address):
            raise NotAllowed(f"open {what}: the portal leads to another address")
        if not at_door and self.is_at_door():
            raise SessionEnded(f"open {what}: the portal asks to log in")
        if status < 400:
            return
        if status == 404:
            raise NotFound(f"open {what}: the portal knows no such record")
        if status == 403:
            raise NotAllowed(f"open {what}: this account may not")
        if status == 401:
            raise SessionEnded(f"open {what}: the portal asks to log in")
        raise PortalFault(f"open {what}: the portal answered {status}")

    def is_at_door(self) -> bool:
        """Whether the page is the portal's log-in."""
        path = urlsplit(self.page.url).path
        return path.startswith(self.selectors.log_in_paths)

    async def look(
        self,
        name: str,
        *,
        required: Sequence[str] = (),
        claim: str | None = None,
        only: Sequence[str] = (),
    ) -> Seen:
        """Look at the screen that the page shows, or `only` at these elements of it.

        Raises as `screens.look` does.
        """
        screen = self.selectors.screens[name]
        try:
            seen = await screens.look(
                self.page,
                name,
                screen.only(only) if only else screen,
                deadline=self.deadline,
                patience=_PATIENCE,
                required=required,
                claim=claim,
            )
        except (BrowserGone, DeadlinePassed, asyncio.CancelledError):
            self.spoiled = True
            raise
        except ElementMissing:
            await self.notice(name, required)
            raise
        for element, rank in seen.ranks():
            self.ranks[f"{name}.{element}"][rank] += 1
        if stale := seen.stale():
            await self.notice(name, stale)
        return seen

    async def notice(self, name: str, elements: Sequence[str]) -> None:
        """Find out, once, how these elements of a screen changed; never costs the claim."""
        if self.noticed is not None and elements:
            plan = self.selectors.screens[name]
            await self.noticed.examine(self.page, name, plan, self.deadline, elements)

    def path(self, name: str, **values: object) -> str:
        """The path of a screen."""
        return self.selectors.screens[name].path(**values)

    def _is_numeric(self) -> bool:
        host = urlsplit(self.address).hostname or ""
        return host.replace(".", "").isdigit() or ":" in host


def origin(address: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what may be told a secret and what not."""
    parts = urlsplit(address)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default
