"""A claim that is broken off in the middle leaves no page behind, in a real browser."""

import pytest
from builders.runs import Steps, an_office, at_work

from bots.places import Places
from bots.portals.base import Query
from bots.runs.taking import Taking
from bots.store import records, work
from bots.store.facts import NewRun, RunKind
from bots.store.thread import StoreThread

pytestmark = [
    pytest.mark.browser,
    pytest.mark.night,
    pytest.mark.asyncio(loop_scope="session"),
]
CLAIMS = ("C00001", "C00002", "C00003", "C00004")


async def test_claims_without_an_end_leave_no_page_behind(
    session, workplace, portal, tmp_path, monkeypatch
):
    monkeypatch.setattr(Taking, "_longest", 0.3)
    portal.fault("slow", seconds=2)
    before = len(session._context.pages)

    codes = await stuck(session, workplace, Places(tmp_path / "data").made())

    assert codes == ["STUCK"] * 4
    assert len(session._context.pages) <= before + 1  # the one that is still the reader's


async def stuck(session, workplace, places):
    """Take claims through with a page of a real browser; what became of each."""
    async with StoreThread(places) as store:
        new = NewRun("practice", "pending", "live", RunKind.PRE_BILL)
        run = (await store.call(work.ask, new, {}, "a run"))[0].id
        await store.call(work.list_claims, run, [(n, "pending", "") for n in CLAIMS])
        screens = await session.reader()
        made = at_work(run, an_office(places), store, screens, Query("pending"))
        made.claims.at = workplace()
        await made.claims.all(Steps(made.claims))
        return [e.code for e in await store.call(records.exceptions, run)]
