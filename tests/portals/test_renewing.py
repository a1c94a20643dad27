"""A real browser that has served long enough is renewed, whatever state it is in."""

import asyncio
import gc
import os
import signal
import weakref
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from bots.claims import ClaimRef
from bots.portals import recycling
from bots.portals import session as sessions
from bots.portals.base import BrowserGone, DeadlinePassed, PortalFault
from bots.portals.evidence import remembering
from bots.portals.looking import looking
from bots.portals.memory import descendants
from bots.portals.recycling import Due

pytestmark = [
    pytest.mark.browser,
    pytest.mark.night,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux"),
]
AS_OF = date(2026, 9, 30)


@asynccontextmanager
async def logged_in(office, **settings):
    office.settings |= {"deadline_seconds": 4} | settings
    async with office.opened() as session:
        await session.log_in()
        yield session


async def claim(session, reader, number="C00001"):
    """One claim as a run takes it through."""
    await session.begin_claim()
    try:
        ref = ClaimRef("practice", number, "pending")
        return await looking(session)(reader.open, ref, AS_OF)
    finally:
        session.end_claim()


def log_ins(portal):
    return [row for row in portal.requests() if row["method"] == "POST"]


async def gone(*processes):
    """Whether these have ended; Chromium's own take a moment to follow it."""
    for _ in range(50):
        if not any(map(is_alive, processes)):
            return True
        await asyncio.sleep(0.1)
    return False


def is_alive(process):
    with suppress(OSError):
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


async def test_no_page_of_an_old_context_is_held(office, portal):
    async with logged_in(office, claims_per_context=1) as session:
        reader = await session.reader()
        pages = []
        for _ in range(4):
            with remembering():
                await claim(session, reader)
            pages += [weakref.ref(page) for page in session._context.pages]
        gc.collect()
        held = [page() for page in pages if page() is not None]
        assert all(page.context is session._context for page in held)


async def test_contexts_are_renewed_without_a_log_in_and_nothing_of_the_old_ones_stays(
    office, portal
):
    async with logged_in(office, claims_per_context=2) as session:
        before = log_ins(portal)
        readers = [await session.reader() for _ in range(2)]
        contexts, browser = set(), session.browser_pid
        for turn in range(6):
            await claim(session, readers[turn % 2], ("C00001", "C00002")[turn % 2])
            contexts.add(session._context)
        assert len(contexts) == 3
        assert session.browser_pid == browser
        assert len(session._browser.contexts) == 1
        assert len(session._context.pages) <= 3  # two of the readers, one of the log-in
        assert log_ins(portal) == before


async def test_browser_and_driver_are_renewed_without_a_log_in_and_the_old_ones_end(
    office, portal
):
    async with logged_in(office, claims_per_browser=2) as session:
        before = log_ins(portal)
        reader = await session.reader()
        await claim(session, reader)
        old = session.driver_pid, session.browser_pid
        whole = descendants(session.driver_pid)
        assert old[1] in whole
        await claim(session, reader)
        await claim(session, reader, "C00002")
        assert session.browser_pid not in old
        assert session.driver_pid not in old
        assert await gone(*whole)
        assert log_ins(portal) == before


@pytest.mark.parametrize("which", ["browser_pid", "driver_pid"])
async def test_what_hangs_is_killed_by_its_process_id_and_the_claim_goes_on(
    office, portal, monkeypatch, which
):
    monkeypatch.setattr(sessions, "_CLOSE_LIMIT", 0.5)
    async with logged_in(office, claims_per_browser=1, deadline_seconds=3) as session:
        before = log_ins(portal)
        reader = await session.reader()
        await claim(session, reader)
        old, hangs = (session.driver_pid, session.browser_pid), getattr(session, which)
        os.kill(hangs, signal.SIGSTOP)
        async with asyncio.timeout(60):
            case = await claim(session, reader)
        assert case.claim.number == "C00001"
        assert await gone(*old)
        assert log_ins(portal) == before


async def test_a_context_that_does_not_close_costs_the_browser(office, monkeypatch):
    async with logged_in(office, claims_per_context=1) as session:
        reader = await session.reader()
        await claim(session, reader)
        browser = session.browser_pid

        async def never():
            await asyncio.Event().wait()

        monkeypatch.setattr(sessions, "_CLOSE_LIMIT", 1.0)
        monkeypatch.setattr(session._context, "close", never)
        await claim(session, reader)
        assert session.browser_pid != browser
        assert await gone(browser)


async def test_a_spoiled_page_that_does_not_close_costs_the_browser_and_the_next_look_has_another(
    office, portal, monkeypatch
):
    """It may have been clicked, and would send as soon as it moves again."""
    async with logged_in(office) as session:
        reader, browser = await session.reader(), session.browser_pid

        async def never():
            await asyncio.Event().wait()

        monkeypatch.setattr(sessions, "_CLOSE_LIMIT", 1.0)
        async with session.tab(uncached=True) as tab:
            tab.spoiled = True
            monkeypatch.setattr(tab.page, "close", never)
        assert await gone(browser)
        assert (await claim(session, reader)).claim.number == "C00001"
        assert session.browser_pid != browser


async def test_a_spoiled_page_that_is_gone_already_costs_no_browser(office):
    async with logged_in(office) as session:
        browser = session.browser_pid
        async with session.tab(uncached=True) as tab:
            tab.spoiled = True
            with suppress(PortalFault):
                await tab.call(tab.page.goto("chrome://crash"), "crash")
        assert is_alive(browser)
        assert session.browser_pid == browser


async def test_a_page_of_an_old_context_that_does_not_close_costs_no_browser(office, monkeypatch):
    """It is not spoiled: nothing was begun on it that could still go on."""
    async with logged_in(office) as session:

        async def never():
            await asyncio.Event().wait()

        monkeypatch.setattr(sessions, "_CLOSE_LIMIT", 0.5)
        async with session.tab(uncached=True) as tab:
            await session._renewed_context()
            monkeypatch.setattr(tab.page, "close", never)
        assert is_alive(session.browser_pid)


async def test_a_browser_that_cannot_be_renewed_fails_its_claim_and_the_next_one_begins_anew(
    office, tmp_path
):
    async with logged_in(office, claims_per_browser=1) as session:
        reader = await session.reader()
        await claim(session, reader)
        broken = tmp_path / "chromium"
        broken.write_text("#!/bin/sh\nexit 1\n")
        broken.chmod(0o755)
        session._program, well = broken, session._program
        with pytest.raises(BrowserGone):
            await claim(session, reader)
        session._program = well
        assert (await claim(session, reader)).claim.number == "C00001"


async def test_a_session_that_no_state_carries_costs_one_log_in_and_is_then_left_alone(
    office, portal
):
    async with logged_in(office, claims_per_context=1) as session:
        before = log_ins(portal)
        reader = await session.reader()
        await claim(session, reader)
        await session._context.clear_cookies()
        await claim(session, reader)
        again = log_ins(portal)
        assert len(again) > len(before)
        context = session._context
        for _ in range(3):
            await claim(session, reader)
        assert session._context is context
        assert log_ins(portal) == again


async def test_a_browser_over_its_memory_is_renewed_between_two_claims(office, monkeypatch):
    monkeypatch.setattr(recycling, "_LEAST", 1)
    monkeypatch.setattr(sessions, "_MEMORY_LOOK", 0.1)
    monkeypatch.setattr(sessions, "_FAR_TOO_MUCH", 100)
    async with logged_in(office, memory_limit_mb=300) as session:
        reader = await session.reader()
        await claim(session, reader)
        browser = session.browser_pid
        async with session.tab() as tab:
            await tab.page.evaluate(FILL, 300)
            await until(lambda: session.recycling.due() is Due.BROWSER)
        await claim(session, reader)
        assert session.browser_pid != browser


async def test_f91_a_browser_that_takes_twice_its_limit_is_killed_and_the_claim_goes_on(
    office, portal, monkeypatch
):
    monkeypatch.setattr(sessions, "_MEMORY_LOOK", 0.1)
    async with logged_in(office, memory_limit_mb=700) as session:
        before = log_ins(portal)
        reader = await session.reader()
        await session.begin_claim()
        browser = session.browser_pid
        with suppress(Exception):  # the call dies with its browser
            async with session.tab() as tab:
                await tab.page.evaluate(FILL, 1500)
        await until(lambda: not is_alive(browser))
        case = await looking(session)(
            reader.open, ClaimRef("practice", "C00001", "pending"), AS_OF
        )
        session.end_claim()
        assert case.claim.number == "C00001"
        assert log_ins(portal) == before


FILL = """(megabytes) => {
  window.kept = [];
  for (let n = 0; n < megabytes; n++) window.kept.push(new Uint8Array(1e6).fill(n % 251 + 1));
}"""


async def until(look):
    async with asyncio.timeout(20):
        while not look():
            await asyncio.sleep(0.05)


async def test_a_driver_that_comes_too_late_is_not_left_behind():
    before = set(descendants(os.getpid()))

    with pytest.raises(DeadlinePassed):
        await sessions._started(async_playwright().start(), 0.1)

    begun = set(descendants(os.getpid())) - before
    assert begun, "it came in time: the test shows nothing"
    assert await gone(*begun)
    while sessions._too_late:
        await asyncio.sleep(0.05)
