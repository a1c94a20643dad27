"""One log-in at one portal: one browser, one context, pages reused.

The session's state is kept sealed and is only a hint: the portal is asked. The browser knows
no other host than the portal's, runs in its sandbox, and takes no service workers, traces or
downloads. Contexts and the driver keep every request and grow, so they are renewed after some
claims, or where they take too much memory (recycling.py). What does not close within five
seconds is killed by its process id.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import structlog
from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright

from bots.errors import Problem
from bots.faults import LOG_IN_SPAN, LOG_INS_AT_MOST
from bots.portals import browser as browsers
from bots.portals.base import (
    BrowserGone,
    DeadlinePassed,
    LogInContested,
    PortalFault,
    Reader,
)
from bots.portals.deadline import within
from bots.portals.dialogs import Doorman
from bots.portals.evidence import taken
from bots.portals.locators import load_selectors
from bots.portals.login import Key, enter
from bots.portals.memory import child_above, taken_below
from bots.portals.noticing import Noticed
from bots.portals.recycling import Due, Recycling
from bots.portals.registry import reader_of
from bots.portals.sending import SENDING
from bots.portals.sure import TOLD
from bots.portals.tab import Ranks, Tab
from bots.secrets import no_core_dumps

if TYPE_CHECKING:
    from playwright.async_api import StorageState

    from bots.config import Portal, Settings
    from bots.places import Places
    from bots.secrets import MasterKey
    from bots.secrets.credentials import Credential

_CLOSE_LIMIT = 5.0
_START_LIMIT = 30.0  # seconds: a busy machine takes long to start a browser, and it is done once
_RENEWALS, _RENEWAL_LIMIT = 3, 120.0  # tries, and seconds for each
_MEMORY_LOOK = 10.0  # seconds between two looks at what the browser takes; 70 ms of CPU each
_FAR_TOO_MUCH = 2  # times the limit: it is not waited for the end of a claim
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-breakpad",
    "--no-default-browser-check",
    "--no-first-run",
    "--metrics-recording-only",
    "--no-pings",
)

# What is told of each context that is opened.
OnContext = Callable[[BrowserContext], Awaitable[None]]

log = structlog.get_logger()
_too_late: set[asyncio.Task[None]] = set()  # drivers that are to be stopped once they are there


class Session:
    """A log-in at a portal; give it back by leaving `Session.opened`.

    `ranks` counts the locators that answered, by element and rank (1 is the first choice),
    `noticed` has what the portal's drift asks of its selector file, `words` what came up by
    itself: dialogs, windows, downloads; without patient data.
    """

    def __init__(
        self,
        name: str,
        portal: Portal,
        key: Key,
        settings: Settings,
        selectors: Path | None = None,
        *,
        keeps: bool = True,
        on_context: OnContext | None = None,
    ) -> None:
        self.name, self.portal, self.settings = name, portal, settings
        self.selectors = load_selectors(portal.kind, selectors)
        self.ranks: Ranks = defaultdict(Counter)
        self.noticed = Noticed()
        self.words: list[str] = []
        self.browser_pid = self.driver_pid = 0
        self.recycling = Recycling(settings.browser, self._renew)
        self.fence: Callable[[], None] = lambda: None  # a run sets its worker's lease here
        self._key, self._keeps, self._on_context = key, keeps, on_context
        self._program = browsers.find(settings.browser.path, headed=settings.browser.headed)
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._context: BrowserContext | None = None
        self._doorman = Doorman(portal.dialogs_accepted, self.words)
        self._generation = 0
        self._idle: list[Tab] = []
        self._state = self._kept_state() if keeps else None
        self._log_ins: list[float] = []
        key.before_typing = self._count_log_in
        self._door, self._renewal = asyncio.Lock(), asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        name: str,
        portal: Portal,
        credential: Credential,
        *,
        settings: Settings,
        places: Places,
        master: MasterKey,
        selectors: Path | None = None,
        source: Callable[[], Credential] | None = None,
        forget: bool = False,
        on_context: OnContext | None = None,
    ) -> AsyncIterator[Session]:
        """A session with its browser running; not yet logged in.

        `source` reads the log-in anew before it is typed, so that one which was changed meanwhile
        is used. `forget` starts without the state that was kept, and keeps none. `on_context` is
        given each context before a page is opened in it; the contract puts its faults there.

        Raises:
            Problem: no browser or one that does not start, or a mistake in a selector file.
            RefusedBefore: the portal has refused this log-in; it is not even asked.
        """
        no_core_dumps()
        key = Key(portal.credential, credential, places, master, source=source)
        await asyncio.to_thread(key.check)
        session = cls(
            name, portal, key, settings, selectors, keeps=not forget, on_context=on_context
        )
        watch = asyncio.create_task(session._watch_memory())
        try:
            await session._start()
            yield session
        finally:
            watch.cancel()
            await session._close()

    @property
    def deadline(self) -> float:
        """How long any one call to the browser may take, in seconds."""
        return self.settings.browser.deadline_seconds

    @property
    def refused(self) -> Credential | None:
        """The log-in that the portal refused in this session, as it was typed; None: none was."""
        return self._key.refused

    async def log_in(self) -> None:
        """Get in, or find that the session still holds.

        Raises:
            LoginRefused: the portal says no; not tried again for this secret.
            LogInContested: more log-ins were needed in a quarter of an hour than one user has.
            NotAllowed, PortalFault: as `login.enter` does.
        """
        async with self._door:
            await self._enter()

    async def begin_claim(self) -> None:
        """This task is at a claim from now on; what has served long enough is renewed before.

        `end_claim` must follow. While a claim is open nothing is renewed. Where renewing fails,
        the claim meets that the browser is gone, and is tried again like any other.

        Raises:
            LoginRefused, NotAllowed: as `log_in` does, where the state did not carry over.
        """
        await self.recycling.come_in()

    def end_claim(self) -> None:
        """This task is through with its claim; does nothing where it never began one."""
        self.recycling.go_out()

    async def reader(self) -> Reader:
        """A reader with a page of its own."""
        return reader_of(self.portal.kind)(self)

    async def restart(self) -> None:
        """After a browser, a page or the driver died: have a whole one again, logged in.

        Where another worker has done so already, or only a page died, the browser stays.
        """
        async with self._renewal:
            if not await self._is_well():
                await self._close()
                await self._launch()
        await self.log_in()

    @asynccontextmanager
    async def tab(self, *, uncached: bool = False) -> AsyncIterator[Tab]:
        """A page for a while."""
        tab = await self.take(uncached=uncached)
        try:
            yield tab
        except asyncio.CancelledError:
            tab.spoiled = True  # nobody knows what it was in the middle of
            raise
        finally:
            await self.give_back(tab)

    async def take(self, *, uncached: bool = False) -> Tab:
        """A page to keep until `give_back`; `uncached`: it never shows a kept copy."""
        for tab in self._idle:
            if tab.uncached == uncached:
                self._idle.remove(tab)
                break
        else:
            tab = await self._new_tab(uncached)
        tab.lent += 1
        return tab

    async def give_back(self, tab: Tab) -> None:
        """Done with the page; closed if it is spoiled or of a context that was renewed.

        A spoiled one that does not close takes its browser with it; the next look starts another.
        """
        if tab.generation == self._generation and not tab.spoiled and not tab.page.is_closed():
            self._idle.append(tab)
            return
        tab.evidence = await taken(tab.page) if tab.spoiled else None
        try:
            await within(_CLOSE_LIMIT, tab.page.close(), "close")
        except DeadlinePassed:
            # What was clicked on it might be sent after all, later than anybody looks for it.
            if tab.spoiled and tab.page.context.browser is self._browser:
                log.warning("a page does not close, and its browser is killed")
                _kill(self.browser_pid)
        except PortalFault:
            pass  # it is gone already

    def is_current(self, tab: Tab) -> bool:
        """Whether the page can be worked with as it is."""
        of_now = tab.generation == self._generation
        return of_now and not tab.spoiled and not tab.page.is_closed()

    async def _new_tab(self, uncached: bool) -> Tab:
        if self._context is None:
            raise BrowserGone("the browser is not there")
        page = await within(self.deadline, self._context.new_page(), "open a page")
        self._doorman.mind(page)
        if uncached:
            wire = await within(self.deadline, self._context.new_cdp_session(page), "open a page")
            off = wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
            await within(self.deadline, off, "switch the cache off")
        return Tab(
            page=page,
            address=self.portal.address,
            selectors=self.selectors,
            deadline=self.deadline,
            doorman=self._doorman,
            generation=self._generation,
            ranks=self.ranks,
            fence=lambda: self.fence(),
            uncached=uncached,
            noticed=self.noticed,
        )

    async def _start(self) -> None:
        try:
            await self._launch()
        except PortalFault as fault:
            raise Problem(
                f"the browser does not start ({fault.code})",
                where=str(self._program),
                do="run it once by hand, or name another with CLAIMBOTS_BROWSER; a container "
                "must allow user namespaces, which its sandbox needs",
            ) from None

    async def _launch(self) -> None:
        limit = max(self.deadline, _START_LIMIT)
        self._driver = await _started(async_playwright().start(), limit)
        for script in (TOLD, SENDING):
            await within(limit, script.register(self._driver), "start the browser")
        host = self.portal.host
        start = self._driver.chromium.launch(
            executable_path=self._program,
            headless=not self.settings.browser.headed,
            chromium_sandbox=browsers.sandbox(),
            # No other host exists for this browser: nothing to load from, nothing to leak to.
            args=[*ARGUMENTS, f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {host}"],
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        self._browser = await within(limit, start, "start the browser")
        wire = await within(limit, self._browser.new_browser_cdp_session(), "start the browser")
        told = await within(limit, wire.send("SystemInfo.getProcessInfo"), "start the browser")
        self.browser_pid = next(
            int(process["id"]) for process in told["processInfo"] if process["type"] == "browser"
        )
        self.driver_pid = await asyncio.to_thread(child_above, self.browser_pid)
        self.recycling.in_browser = self.recycling.memory = 0
        await self._new_context()

    async def _new_context(self) -> None:
        assert self._browser is not None
        zone = self.portal.time_zone or self.settings.office.time_zone
        making = self._browser.new_context(
            storage_state=cast("StorageState", self._state) if self._state else None,
            accept_downloads=False,
            service_workers="block",
            locale="en-US",
            timezone_id=zone,
            viewport={"width": 1280, "height": 900},
        )
        self._context = await within(self.deadline, making, "open a context")
        self._context.set_default_timeout(self.deadline * 1000)
        self._doorman.watch(self._context)
        if self._on_context is not None:
            await within(self.deadline, self._on_context(self._context), "open a context")
        self._doorman.dismissed.clear()  # it would keep the pages of the old context
        self._generation += 1
        self._idle = []
        self.recycling.in_context = 0

    def _count_log_in(self) -> None:
        """Count a log-in before it is typed: whether the portal took it may never be known.

        Raises:
            LogInContested: it was typed as often as one user needs; nothing is typed.
        """
        now = time.monotonic()
        self._log_ins = [when for when in self._log_ins if now - when < LOG_IN_SPAN]
        if len(self._log_ins) >= LOG_INS_AT_MOST:
            raise LogInContested(
                f"{self._key.name} was typed {len(self._log_ins)} times within 15 minutes, and "
                "the portal ended each session or let none begin; where somebody else uses this "
                "log-in, give the bot its own"
            )
        self._log_ins.append(now)

    async def _enter(self) -> bool:
        """Ask the portal whether we are in, and log in where not; whether it was needed."""
        async with self.tab() as tab:
            typed = await enter(tab, self._key)
        await self._keep_state()
        return typed

    async def _renew(self, due: Due) -> None:
        """A new context, or a new browser and driver, logged in as the old one was.

        Tried `_RENEWALS` times, from the second on with a new browser. Then the next claim finds
        none, and `looking` has one started for it or gives up that claim.
        """
        before = self.recycling.memory
        async with self._renewal, self._door:
            with contextlib.suppress(PortalFault):  # then as it was after the last log-in
                await self._keep_state()
            for again in range(_RENEWALS):
                try:
                    async with asyncio.timeout(_RENEWAL_LIMIT):
                        if due is Due.BROWSER or again or not await self._renewed_context():
                            await self._close()
                            await self._launch()
                        typed = await self._enter()
                except (PortalFault, TimeoutError) as error:
                    code = error.code if isinstance(error, PortalFault) else "DEADLINE"
                    log.warning("renewing failed", what=due.value, code=code, time=again + 1)
                    continue
                if typed:  # the portal keeps a session in something that no state carries
                    self.recycling.rest(LOG_IN_SPAN)
                log.info("renewed", what=due.value, logged_in=typed, memory_mb=before // 1_000_000)
                return
        log.error("renewing was given up", what=due.value, times=_RENEWALS)

    async def _renewed_context(self) -> bool:
        """A new context for the old one; False where the old one does not close in time."""
        old = self._context
        await self._new_context()
        return old is None or await _quietly(old.close())

    async def _watch_memory(self) -> None:
        """Know what driver and browser take, and kill a browser that takes far too much.

        A save that was under way then is looked for, as after any other death of the browser.
        """
        while True:
            await asyncio.sleep(_MEMORY_LOOK)
            driver, browser = self.driver_pid, self.browser_pid
            taken = await asyncio.to_thread(taken_below, driver) or 0
            if driver != self.driver_pid:
                continue  # it was renewed meanwhile
            self.recycling.memory = taken
            if taken > _FAR_TOO_MUCH * self.settings.browser.memory_limit_bytes:
                log.warning("the browser takes too much and is killed", mb=taken // 1_000_000)
                _kill(browser)

    async def _is_well(self) -> bool:
        if self._browser is None or self._context is None or not self._browser.is_connected():
            return False
        try:
            page = await within(_CLOSE_LIMIT, self._context.new_page(), "try a page")
            await within(_CLOSE_LIMIT, page.evaluate("1"), "try a page")
            await within(_CLOSE_LIMIT, page.close(), "try a page")
        except PortalFault:
            return False
        return True

    async def _close(self) -> None:
        browser, driver = self._browser, self._driver
        self._browser = self._context = self._driver = None
        self._generation += 1
        self._idle = []
        if browser is not None and not await _quietly(browser.close()):
            _kill(self.browser_pid)
        if driver is not None and not await _quietly(driver.stop()):
            _kill(self.driver_pid)
        # The system may give their numbers to others.
        self.browser_pid = self.driver_pid = 0

    # The state: cookies and local storage, sealed, for the next run.

    def _state_path(self) -> Path:
        name = hashlib.sha256(f"{self.name}\0{self._key.name}".encode()).hexdigest()[:16]
        return self._key.places.sessions / f"{name}.state"

    def _aad(self) -> bytes:
        return f"{self.name}\0{self.portal.address}\0{self._key.name}".encode()

    def _kept_state(self) -> dict[str, Any] | None:
        """The state of the last session, or None: corrupt, sealed otherwise, of another form."""
        try:
            sealed = self._state_path().read_bytes()
            state = json.loads(self._key.master.unseal("session", sealed, self._aad()))
        except Exception:  # whatever is wrong with a hint, it is no hint
            return None
        whole = isinstance(state, dict) and isinstance(state.get("cookies"), list)
        if not whole:
            return None
        self._key.last_step = int(state.pop("last_step", 0))
        self._key.skew = float(state.pop("skew", 0.0))
        return cast(dict[str, Any], state)

    async def _keep_state(self) -> None:
        if self._context is None:
            return
        asked = self._context.storage_state()
        self._state = cast(dict[str, Any], await within(self.deadline, asked, "keep the session"))
        if not self._keeps:
            return
        codes = {"last_step": self._key.last_step, "skew": self._key.skew}
        plain = json.dumps(self._state | codes).encode()
        sealed = self._key.master.seal("session", plain, self._aad())
        path = self._state_path()
        with contextlib.suppress(OSError):  # a hint that cannot be kept costs a log-in, no more
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
            draft.replace(path)


async def _started(start: Awaitable[Playwright], limit: float) -> Playwright:
    """The driver; one that comes only after the limit is stopped, and not left behind."""
    starting = asyncio.ensure_future(start)
    try:
        return await within(limit, asyncio.shield(starting), "start the driver")
    except BaseException:
        too_late = asyncio.create_task(_stopped(starting))
        _too_late.add(too_late)
        too_late.add_done_callback(_too_late.discard)
        raise


async def _stopped(starting: asyncio.Future[Playwright]) -> None:
    with contextlib.suppress(Exception):  # it never came
        await (await starting).stop()


async def _quietly(closing: Awaitable[None]) -> bool:
    """Close within the limit; False where it would not."""
    try:
        await within(_CLOSE_LIMIT, closing, "close")
    except PortalFault:
        return False
    return True


def _kill(process: int) -> None:
    if process:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)
