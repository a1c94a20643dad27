"""Faults on the wire, played in our own browser: the portal needs no part in them.

A fault meets the requests that it is put on; all others pass. What it does to one is an `act`: cut
the line, deliver and say nothing, answer something else.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import APIResponse, BrowserContext, ConsoleMessage, Error, Request, Route

from bots.portals.base import PortalError
from bots.portals.contract.items import NotTried
from bots.portals.contract.surgery import ALTERED

if TYPE_CHECKING:
    from playwright.async_api import Cookie

_EVERYTHING = "**/*"
_LATE = 20.0  # seconds; no fault holds a request back for longer
Matches = Callable[[str, str, str], bool]


@dataclass
class Play:
    """A fault at work, and how often it struck."""

    on: Matches
    act: Act
    times: int | None
    after: int
    met: int = 0
    struck: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def takes(self, request: Request) -> bool:
        """Whether this request is one of those that the fault strikes."""
        if not self.on(request.method, request.url, request.post_data or ""):
            return False
        self.met += 1
        if self.met <= self.after or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


Act = Callable[[Route, Play], Awaitable[None]]


@dataclass
class Count:
    """How often pages sent requests of a kind, whatever became of them."""

    on: Matches
    pressed: int = 0


class Wire:
    """Stands between one browser and the portal, and lets all pass until a fault is put on it."""

    def __init__(self) -> None:
        self._context: BrowserContext | None = None
        self._play: Play | None = None
        self._counts: list[Count] = []
        self.altered = 0

    async def mind(self, context: BrowserContext) -> None:
        """Work on this context from now on; a session calls it for each that it opens."""
        self._context = context
        context.on("request", self._count)
        context.on("console", self._hear)
        if self._play is not None:
            await context.route(_EVERYTHING, self._meet)

    async def windows(self) -> int:
        """How many pages are open that another page opened."""
        pages = self._context.pages if self._context is not None else []
        return sum([await page.opener() is not None for page in pages])

    @asynccontextmanager
    async def playing(
        self, act: Act, on: Matches, *, times: int | None = None, after: int = 0
    ) -> AsyncIterator[Play]:
        """A fault on the wire: on requests that match, from the one behind `after` on.

        Raises:
            NotTried: no request matched while it was on; nothing was tried then.
        """
        assert self._context is not None
        play = self._play = Play(on, act, times, after)
        await self._context.route(_EVERYTHING, self._meet)
        try:
            yield play
        except PortalError:
            # What was met was no fault of ours: the item was not tried.
            if play.struck:
                raise
        finally:
            self._play = None
            play.over.set()
            with contextlib.suppress(Error):
                await self._context.unroute(_EVERYTHING, self._meet)
        if not play.struck:
            raise NotTried("no request was the one that the fault is put on; see `requests`")

    @asynccontextmanager
    async def altering(
        self, script: str, on: Matches, *, times: int | None = None, after: int = 0
    ) -> AsyncIterator[Play]:
        """The same with an answer that is altered by a script (surgery.py).

        Raises:
            NotTried: as `playing`, or the script did not find its place on the screen.
        """
        before = self.altered
        async with self.playing(altered_by(script), on, times=times, after=after) as play:
            try:
                yield play
            except PortalError:
                if self.altered > before:
                    raise
        if self.altered == before:
            raise NotTried("the screen has nothing to alter there, or is drawn by scripts")

    @asynccontextmanager
    async def logged_out(self, on: Matches, door: str, *, after: int = 0) -> AsyncIterator[Play]:
        """The portal does not know the session any more, until somebody asks at the door.

        Its cookies are taken out of the browser and put back there, so that nothing is typed;
        those that guard forms stay. Where a header carries the session and no cookie, one request
        goes without it: the portal itself then says that it knows nobody. Raises as `playing`.
        """
        context = self._context
        assert context is not None
        kept: list[Cookie] | None = None
        known = ""

        def matches(method: str, address: str, body: str) -> bool:
            if kept is None:
                return on(method, address, body)
            return bool(kept) and urlsplit(address).path == door

        async def act(route: Route, play: Play) -> None:
            nonlocal kept, known
            if kept is not None:
                back, kept = kept, []
                await context.add_cookies([_again(one) for one in back])
                await route.continue_()
                return
            cookies = await context.cookies()
            guards = [one for one in cookies if _guards(one)]
            kept = cookies if len(cookies) > len(guards) else []
            headers = await route.request.all_headers()
            if kept:
                await context.clear_cookies()
                await context.add_cookies([_again(one) for one in guards])
            elif "authorization" in headers:
                del headers["authorization"]
            else:
                known = "the session is in no cookie, nor in a header of that request"
            await route.continue_(headers=None if kept else headers)

        try:
            async with self.playing(act, matches, after=after) as play:
                yield play
        finally:
            if kept:
                await context.add_cookies([_again(one) for one in kept])
        if known:
            raise NotTried(known)

    @contextlib.contextmanager
    def counting(self, on: Matches) -> Iterator[Count]:
        """Count requests meanwhile."""
        count = Count(on)
        self._counts.append(count)
        try:
            yield count
        finally:
            self._counts.remove(count)

    def _count(self, request: Request) -> None:
        for count in self._counts:
            if count.on(request.method, request.url, request.post_data or ""):
                count.pressed += 1

    def _hear(self, message: ConsoleMessage) -> None:
        self.altered += message.text == ALTERED

    async def _meet(self, route: Route) -> None:
        play, request = self._play, route.request
        # A page that was closed, or a line that the portal cut itself, is no matter of ours.
        with contextlib.suppress(Error):
            if play is None or not play.takes(request):
                await route.continue_()
                return
            await play.act(route, play)


async def cut(route: Route, play: Play) -> None:
    """The line is cut before the portal hears anything."""
    await route.abort("connectionreset")


async def stall(route: Route, play: Play) -> None:
    """Nobody answers; the portal hears nothing."""
    await _until_over(play)
    await route.abort("timedout")


async def deliver_and_cut(route: Route, play: Play) -> None:
    """The portal hears it and answers, and the line is cut before that arrives."""
    await _deliver(route)
    await route.abort("connectionreset")


async def deliver_and_stall(route: Route, play: Play) -> None:
    """The portal hears it, and its answer never comes."""
    await _deliver(route)
    await _until_over(play)
    await route.abort("timedout")


# With an empty body Chromium shows an error of its own, and no status.
_SORRY = "<!doctype html><html lang=en-US><body><p>Sorry.</p></body></html>"


def answer(status: int, body: str = _SORRY, *, deliver: bool = False) -> Act:
    """Something between us and the portal answers with a status of its own."""

    async def act(route: Route, play: Play) -> None:
        if deliver:
            await _deliver(route)
        await route.fulfill(status=status, content_type="text/html", body=body)

    return act


def deliver_once(ready: asyncio.Event) -> Act:
    """A gateway gives up at once; the portal gets to it only when `ready`, or never."""

    async def act(route: Route, play: Play) -> None:
        late = asyncio.ensure_future(_late(route, ready))
        _UNDER_WAY.add(late)
        late.add_done_callback(_UNDER_WAY.discard)
        await route.fulfill(status=504, content_type="text/html", body=_SORRY)

    return act


_UNDER_WAY: set[asyncio.Future[None]] = set()  # a task that nobody keeps may vanish


async def _late(route: Route, ready: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError, Error):
        async with asyncio.timeout(_LATE):
            await ready.wait()
        await _deliver(route)


def instead(path: str, script: str = "") -> Act:
    """The portal hears nothing; the page that stands at another address is its answer."""

    async def act(route: Route, play: Play) -> None:
        address = re.sub(r"^(https?://[^/]+).*", r"\1", route.request.url) + path
        shown = await route.fetch(url=address, method="GET", post_data=b"")
        await _fulfill_with(route, shown, script)

    return act


def of_another(claim: str, other: str) -> Act:
    """The screen of another claim comes."""

    async def act(route: Route, play: Play) -> None:
        shown = await route.fetch(url=route.request.url.replace(claim, other))
        await route.fulfill(response=shown)

    return act


def altered_by(script: str) -> Act:
    """The page arrives with a script at its end; what is sent from it never does."""

    async def act(route: Route, play: Play) -> None:
        if route.request.method != "GET":
            await route.abort("blockedbyclient")
            return
        await _fulfill_with(route, await route.fetch(), script)

    return act


def meanwhile(work: Callable[[], Awaitable[None]], *, before: bool) -> Act:
    """Somebody else works while a request is under way: before or after the portal hears it."""

    async def act(route: Route, play: Play) -> None:
        if before:
            await work()
            await route.continue_()
            return
        shown = await _deliver(route)
        await work()
        await route.fulfill(response=shown)

    return act


async def _deliver(route: Route) -> APIResponse:
    """Give it to the portal, and take its answer as it is: a redirect is the browser's matter."""
    return await route.fetch(max_redirects=0)


async def _fulfill_with(route: Route, shown: APIResponse, script: str) -> None:
    text = await shown.text()
    # An end tag may be left out; the script then stands at the very end.
    ends = (text.lower().rfind(tag) for tag in ("</body>", "</html>"))
    at = next((end for end in ends if end >= 0), len(text))
    kind = shown.headers.get("content-type", "")
    if not script or shown.status >= 300 or "html" not in kind:
        await route.fulfill(response=shown)
        return
    body = f"{text[:at]}<script>{script}</script>{text[at:]}"
    await route.fulfill(response=shown, headers=_open(shown.headers), body=body)


async def _until_over(play: Play) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LATE * 3):
            await play.over.wait()


def _guards(cookie: Cookie) -> bool:
    return re.search(r"csrf|xsrf", cookie.get("name", ""), re.IGNORECASE) is not None


def _again(cookie: Cookie) -> Any:
    """The cookie as a browser takes it: the same under another type."""
    return dict(cookie)


def _open(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer that holds a script of ours now."""
    closed = {"content-security-policy", "content-length", "content-encoding"}
    return {name: value for name, value in headers.items() if name.lower() not in closed}
