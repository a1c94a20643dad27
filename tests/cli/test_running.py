"""A command that waits for its run, for hours it may be, while PostgreSQL starts anew."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest
import store_cases
from postgres import a_database, postgres, the_store_in
from typer.testing import CliRunner

from bots.cli import runs, schedule
from bots.cli.running import run_to_end
from bots.cli.store_door import open_store
from bots.errors import Problem
from bots.places import Places
from bots.portals.base import Query
from bots.runs.request import RunRequest, RunSummary
from bots.store import database, records
from bots.store import schedules as rows
from bots.store.facts import Counts, Ending, RunState
from bots.store.schedules import Became

REPO = Path(__file__).parents[2]
NIGHTLY = 'schedules:\n  nightly: {portal: practice, queue: pending, cron: "30 1 * * *"}\n'
DONE = RunSummary("R-1", RunState.DONE, Counts(), exit=0)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An office whose store is in PostgreSQL, open in this thread."""
    config = tmp_path / "config"
    shutil.copytree(REPO / "config", config)
    (config / "schedules.yaml").write_text(NIGHTLY)
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(config))
    with the_store_in(a_database(), Places(tmp_path / "data").made().root):
        open_store()
        yield
        database.close()


@pytest.fixture
def run(monkeypatch):
    """The run in the middle of which PostgreSQL starts anew; `end` is how it ends."""

    def ends(end):
        async def at_work(*_, **__):
            postgres().restart()
            if isinstance(end, Exception):
                raise end
            return end

        monkeypatch.setattr("bots.runs.run.run", at_work)
        monkeypatch.setattr("bots.runs.run.watched", at_work)

    return ends


def said(app, *words):
    """What the command prints; raises what it raises."""
    result = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize("end", [DONE, Problem("the portal refused the log-in")])
def test_the_store_that_was_open_answers_after_the_run(store, run, end):
    made = store_cases.a_run()
    run(end)

    with contextlib.suppress(Problem):
        run_to_end(RunRequest("practice", Query("pending")), quiet=True)

    assert records.get_run(made.id).id == made.id


def test_a_run_asked_for_by_hand_is_kept_as_done(store, run):
    run(DONE)

    result = said(schedule.app, "run-now", "nightly", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["state"] == "done"
    [entry] = rows.times("nightly")
    assert entry.became is Became.DONE


def test_a_run_that_is_looked_on_at_is_said(store, run):
    made = store_cases.a_run()
    records.end_run(made.id, Ending(RunState.DONE))
    run(RunSummary(made.id, RunState.DONE, Counts(), exit=0))

    assert made.id in said(runs.app, "watch", made.id).output


def test_where_no_store_was_open_none_is_opened(tmp_path, monkeypatch, run):
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "data"))
    run(DONE)

    run_to_end(RunRequest("practice", Query("pending")), quiet=True)

    assert not (tmp_path / "data").exists()
    assert not database.is_open()
