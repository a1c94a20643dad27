"""What a command says of a run that another process did."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import store_cases

from bots.config import load_settings
from bots.places import Places
from bots.reports import write_report
from bots.runs.run import watched
from bots.store import database, records, work
from bots.store.facts import Ending, NewRun, RunKind, RunState

REPO = Path(__file__).parents[2]


@pytest.fixture
def places(tmp_path, monkeypatch):
    made = Places(tmp_path / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(made.root))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(REPO / "config"))
    monkeypatch.setattr("bots.runs.run._LOOK", 0.05)
    store_cases.a_store(made)
    yield made
    database.close()


def ended(log):
    """The id of a run that has just ended, with its records on that log."""
    new = NewRun("practice", "pending", "shadow", RunKind.PRE_BILL)
    run = work.ask(new, {}, "another's")[0].id
    work.take_up(run, "another.1", log)
    records.end_run(run, Ending(RunState.DONE, 0))
    return run


def test_the_report_is_told_that_the_worker_writes_after_the_end(places):
    run = ended(load_settings().ledger.origin)

    async def looked_on():
        looking = asyncio.create_task(watched(run, places, None))
        await asyncio.sleep(0.3)
        assert not looking.done()
        files = await asyncio.to_thread(write_report, run, places)
        return files, (await looking).reports

    files, told = asyncio.run(looked_on())

    assert told == files
    assert told.html.is_file()


def test_a_report_that_another_machine_writes_is_not_waited_for(places):
    run = ended("another-machine")

    assert asyncio.run(asyncio.wait_for(watched(run, places, None), 5)).reports is None
