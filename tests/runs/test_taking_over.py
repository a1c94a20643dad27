"""When a worker goes on with what another machine's had: not while a save may be on its way."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from ledger.ledgers import a_log
from postgres import a_database, the_store_in

from bots.claims import Change, ClaimRef
from bots.ledger import Outcome
from bots.places import Places
from bots.runs.worker import Worker
from bots.store import leases, models, work
from bots.store.facts import NewRun, RunKind
from bots.store.thread import StoreThread

REPO = Path(__file__).parents[2]
SPAN = timedelta(seconds=30)
JUST_NOW = timedelta(seconds=5)
LONG_AGO = timedelta(minutes=10)  # longer than a save may take to land
NEW = NewRun("practice", "pending", "live", RunKind.PRE_BILL, account="practice")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The machine `there`, over a store that `here` and others share."""
    shutil.copytree(REPO / "config", tmp_path / "config")
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("CLAIMBOTS_LEDGER__ORIGIN", "there")
    with the_store_in(a_database(), tmp_path / "data"):
        yield Places(tmp_path / "data").made()


async def nothing(workflow):
    """DBOS knows of none of these."""


async def looks(places, store, orphan):
    """Whether a worker of `there` goes on with it."""
    worker = Worker(places, name="there")
    worker._store, worker._durable = store, SimpleNamespace(forget=nothing)
    await worker._take_over()
    return await store.call(work.log_of, orphan) == "there"


def a_run_of_here(log="here"):
    """One whose worker took a claim long ago."""
    run, _ = work.ask(NEW, {}, "asked for")
    lease = leases.take("here", "other", 11, SPAN, log=log, is_alone=False)
    work.take_up(run.id, lease.executor, log)
    work.list_claims(run.id, [("C1", "Ready", "")])
    work.take(run.id, 1)
    models.WorkItem.objects.update(taken_at=datetime.now(UTC) - LONG_AGO)
    return run.id


def died(ago):
    at = leases.clock() - ago
    models.Worker.objects.update(since=at - LONG_AGO, renewed_at=at, until=at)


async def test_one_that_was_started_again_may_have_clicked_until_it_was(places):
    """Its name's newest life says nothing of when the earlier one renewed its lease."""
    async with StoreThread(places) as store:
        run = await store.call(a_run_of_here)
        await store.call(died, LONG_AGO)
        await store.call(leases.take, "here", "other", 12, SPAN, log="here", is_alone=False)

        assert not await looks(places, store, run)

        begun = datetime.now(UTC) - LONG_AGO
        await store.call(models.Worker.objects.filter(name="here").update, since=begun)
        assert await looks(places, store, run)


@pytest.mark.parametrize("wrong", [timedelta(hours=-30), timedelta(), timedelta(hours=30)])
@pytest.mark.parametrize(("ago", "goes_on"), [(JUST_NOW, False), (LONG_AGO, True)])
async def test_how_long_ago_it_died_is_told_by_the_clock_that_all_share(
    places, wrong, ago, goes_on
):
    async with StoreThread(places) as store:
        run = await store.call(a_run_of_here)
        await store.call(died, ago)

        with time_machine.travel(datetime.now(UTC) + wrong):
            assert await looks(places, store, run) is goes_on

        state = await store.call(models.Run.objects.values_list("state", flat=True).get, id=run)
        assert state == ("pending" if goes_on else "in progress")


@pytest.mark.parametrize("is_open", [True, False])
async def test_what_was_open_on_its_own_log_is_nothing_for_another_machine_yet(places, is_open):
    """A dead worker of the same machine: this one waits for nothing, and hands it back to all."""
    ledger = a_log(places.root, "there").open()
    async with StoreThread(places) as store:
        run = await store.call(a_run_of_here, "there")
        await store.call(died, JUST_NOW)
        intent = ledger.open_intent(
            run=run, ref=ClaimRef("practice", "C1", "pending", "Ready"), kind="correct",
            actor="bot", changes=(Change("units", 1, "1", "2"),), patient="MRN1",
        )  # fmt: skip
        if not is_open:
            ledger.close(intent, Outcome.CONFIRMED)

        assert await looks(places, store, run)

        assert await store.call(work.next_pending, (), "there") == run
        assert await store.call(work.next_pending, (), "elsewhere") == ("" if is_open else run)
