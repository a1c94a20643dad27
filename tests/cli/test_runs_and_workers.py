"""What a person asks of runs that went wrong, and of workers that no longer answer."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import store_cases
from builders.runs import OTHER, TOTAL, Screens, approved, listed, taken_through
from typer.testing import CliRunner

from bots.cli.main import app
from bots.errors import Problem
from bots.places import Places
from bots.portals.base import DeadlinePassed, Query
from bots.runs.request import RunRequest, RunSummary, as_json
from bots.store import database, leases, models, records, room, work
from bots.store.facts import ClaimOutcome, NewRun, RunKind, RunState, SeenRecord

REPO = Path(__file__).parents[2]
QUEUE = Query("approved", limit=20)


@pytest.fixture
def places(tmp_path, monkeypatch):
    made = Places(tmp_path / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(made.root))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(REPO / "config"))
    monkeypatch.setattr("bots.portals.looking.FIRST_PAUSE", 0)
    store_cases.a_store(made)
    yield made
    database.close()


def typed(*words):
    """What the command prints, on both outputs, and its exit; raises the Problem it ends in."""
    result = CliRunner().invoke(app, list(words))
    if isinstance(result.exception, Problem):
        raise result.exception
    return result.output, result.exit_code


# claimbots run --worklist


def test_what_became_of_a_list_stands_in_its_copy_whoever_did_the_run(
    places, monkeypatch, tmp_path
):
    """Two runs, the second going on with the first; all that is known of them is in the store."""
    first = kept(C1="corrected", C2="failed")
    again = kept({"going on with": first}, C2="flagged")

    def done_by_another(request, *, quiet):
        return RunSummary(again, RunState.DONE, records.run_counts([again]), exit=0)

    monkeypatch.setattr("bots.cli.running.run_to_end", done_by_another)
    path = tmp_path / "list.csv"
    path.write_text("claim\nC1\nC2\nC3\n")

    typed("run", "--portal", "practice", "--queue", "pending", "--worklist", str(path), "--json")

    rows = (tmp_path / "list-outcomes.csv").read_text("utf-8-sig").splitlines()
    assert rows[1:] == ["C1,corrected", "C2,flagged", "C3,"]


def kept(query=None, **outcomes):
    """The id of a run that came to this."""
    new = NewRun("practice", "pending", "live", RunKind.PRE_BILL, query=query or {})
    run = store_cases.started(new).id
    for position, (number, outcome) in enumerate(outcomes.items(), 1):
        records.keep_claim(run, SeenRecord(number, position, ClaimOutcome(outcome)))
    return run


# claimbots runs retry


def asked(request):
    """The id of a run that was asked for, and has begun."""
    new = NewRun("practice", request.query.queue, "live", RunKind.APPROVED)
    run = work.ask(new, as_json(request), uuid4().hex)[0].id
    records.begin_run(run, new)
    return run


@pytest.fixture
def tried_again(places, monkeypatch):
    """The runs that `runs retry` asked for: the request of each, and what came into its list."""
    runs = []

    def listed_only(request, *, quiet):
        run = asked(request)
        listed(places, run, query=request.query)
        items = models.WorkItem.objects.filter(run=run).order_by("position")
        runs.append((request, list(items.values_list("number", "proposal"))))
        return RunSummary(run, RunState.DONE, records.run_counts([run]), exit=0)

    monkeypatch.setattr("bots.cli.running.run_to_end", listed_only)
    return runs


class Slow(Screens):
    """A portal that does not answer for the second claim."""

    async def open(self, ref, as_of):
        if ref.number == "C2":
            raise DeadlinePassed("open the claim")
        return await super().open(ref, as_of)


def test_of_an_approved_run_only_what_failed_is_tried_again(places, tried_again):
    proposals = [approved(*of) for of in (("C1",), ("C2", TOTAL), ("C2", OTHER), ("C3",))]
    before = RunRequest(
        "practice", QUEUE, requested_by="ann", scheduled="nightly 01:30", resume="R-1"
    )
    run = asked(before)
    taken_through(places, run, Slow(), QUEUE)
    approved("C4")  # since then

    _, status = typed("runs", "retry", run, "--json")

    ((request, items),) = tried_again
    assert items == [("C2", proposals[1].id), ("C2", proposals[2].id)]
    assert request.query == Query("approved", numbers=("C2",))
    assert (request.scheduled, request.resume) == ("", "")
    assert request.requested_by != "ann"
    assert status == 0


def test_of_a_run_whose_control_room_job_died_a_new_run_is_asked_for(places, tried_again):
    room.reserve("job/1", "job")
    approved("C2")
    before = RunRequest("practice", QUEUE, item="job/1")
    new = NewRun("practice", "approved", "live", RunKind.APPROVED)
    run = work.ask(new, as_json(before), "nightly", before.item)[0].id
    records.begin_run(run, new)
    taken_through(places, run, Slow(), QUEUE)

    typed("runs", "retry", run, "--json")

    ((request, _),) = tried_again
    again, is_new = work.ask(new, as_json(request), "again", request.item)
    assert (again.id != run, is_new) == (True, True)


def test_a_run_of_which_nothing_failed_is_not_done_again(places, tried_again):
    approved("C1")
    run = asked(RunRequest("practice", QUEUE))
    taken_through(places, run, query=QUEUE)

    said, status = typed("runs", "retry", run)

    assert f"no claim of {run} failed for the machinery's sake" in said
    assert (tried_again, status) == ([], 0)


def test_the_exit_of_what_is_tried_again_is_that_of_its_own_run(places, monkeypatch):
    approved("C2")
    run = asked(RunRequest("practice", QUEUE))
    taken_through(places, run, Slow(), QUEUE)

    def left_over(request, *, quiet):
        return RunSummary("R-2", RunState.DONE, records.run_counts([]), exit=3)

    monkeypatch.setattr("bots.cli.running.run_to_end", left_over)

    said, status = typed("runs", "retry", "last", "--json")

    assert status == 3
    assert json.loads(said)["run"] == "R-2"


# claimbots workers recover

HOLDS_THE_FOLDER = """
import sys, time
from pathlib import Path
from bots.places import Places
from bots.runs.office import sole_worker
with sole_worker(Places(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def worker(places):
    """Another process that has the data folder and does nothing more."""
    command = [sys.executable, "-c", HOLDS_THE_FOLDER, str(places.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def leased(process, seconds):
    """A worker of this machine, whose lease runs out in so many seconds."""
    return leases.take("night", socket.gethostname(), process, timedelta(seconds=seconds))


def test_where_every_worker_ended_there_is_nothing_to_recover(places):
    assert typed("workers", "recover") == ("nothing to recover\n", 0)


def test_a_worker_that_does_not_renew_its_lease_is_ended_and_its_runs_are_named(places, worker):
    frozen = leased(worker.pid, seconds=-1)
    run = asked(RunRequest("practice", QUEUE))
    models.Run.objects.filter(id=run).update(worker=frozen.executor)

    said, status = typed("workers", "recover")

    assert f"ended process {worker.pid}, which did not renew its lease" in said
    assert f"at work when their worker died: {run}" in said
    assert "goes on with them" in said
    assert status == 0
    assert worker.wait(10) == -signal.SIGKILL


def test_a_worker_whose_lease_holds_is_left_at_work(places, worker):
    alive = leased(worker.pid, seconds=60)
    run = asked(RunRequest("practice", QUEUE))
    models.Run.objects.filter(id=run).update(worker=alive.executor)

    assert typed("workers", "recover") == ("nothing to recover\n", 0)
    assert worker.poll() is None
