"""Workers: what one leaves, another goes on with; two never write; who asks need not work."""

import json
import os
import signal
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from runs.office import LONGEST, a_run, until

pytestmark = pytest.mark.night

SHORT_LEASE = "import bots.runs.lease; bots.runs.lease.LENGTH = 3.0"
CLAIMS = ("--limit", "16", "--pages", "4")


def newest(office):
    said = office.claimbots("runs", "list", "--limit", "1", "--json").stdout
    return json.loads(said) if said else {}


def state_of(office, run):
    """Of this run: a worker with nothing to do may begin another, to settle what is left open."""
    said = office.claimbots("runs", "list", "--limit", "5", "--json").stdout
    return {row["id"]: row["state"] for row in map(json.loads, said.splitlines())}[run]


def ended(office):
    run = newest(office)
    return run if run.get("state") in ("done", "failed", "stopped") else None


def workers(office):
    said = office.claimbots("workers", "list", "--json").stdout
    return [json.loads(line) for line in said.splitlines()]


def nothing_doubled_or_lost(office, run):
    """Every claim of the list is counted, none was saved twice, no intent is open."""
    counts = run["counts"]
    assert run["state"] == "done", run
    assert counts["claims"] == 16
    saves = [claim["saves"] for claim in office.witness()["claims"].values()]
    assert sum(saves) > 0
    assert max(saves) == 1
    assert all(outcomes for _, outcomes in office.intents().values())
    assert office.verified()


def writes(office):
    return office.witness()["writes"]


def test_what_a_killed_worker_had_goes_on_with_the_next_one(office, begin):
    dead = begin("worker")
    asked = begin(*a_run(*CLAIMS))
    until(lambda: writes(office) >= 1, "save")
    dead.kill()
    dead.wait()

    begin("worker", "--name", "second")
    run = until(lambda: ended(office), "end of the run")

    nothing_doubled_or_lost(office, run)
    assert asked.wait(LONGEST) == 0  # who asked looked on all the while
    assert office.claimbots("runs", "list", "--json").stdout.count(run["id"]) == 1


def test_f88_a_version_of_other_workflows_goes_on_and_forgets_the_older_ones(office, begin):
    dead = begin("worker")
    asked = begin(*a_run(*CLAIMS))
    until(lambda: writes(office) >= 1, "save")
    asked.kill()  # else it would go on itself
    dead.kill()
    dead.wait()

    begin("worker", first="import bots.runs.durable; bots.runs.durable.SCHEMA += '-new'")
    run = until(lambda: ended(office), "end of the run")

    nothing_doubled_or_lost(office, run)
    with sqlite3.connect(office.root / "dbos.sqlite3") as kept:
        versions = kept.execute(
            "select application_version from workflow_status where workflow_uuid like ?",
            (f"{run['id']}%",),
        )
        assert {version for (version,) in versions} <= {"1-new"}


@pytest.mark.slow  # `make chaos-sample` has one, too (F86)
def test_a_frozen_worker_is_ended_by_the_next_one_and_writes_nothing_more(office, begin):
    frozen = begin("worker", first=SHORT_LEASE)
    begin(*a_run(*CLAIMS))
    until(lambda: writes(office) >= 1, "save")
    frozen.send_signal(signal.SIGSTOP)
    time.sleep(3.2)  # its lease runs out

    begin("worker", "--name", "second", first=SHORT_LEASE)
    run = until(lambda: ended(office), "end of the run")

    assert frozen.wait(5) == -signal.SIGKILL
    nothing_doubled_or_lost(office, run)


def test_a_frozen_worker_that_wakes_alone_ends_itself_without_a_save(office, begin):
    frozen = begin("worker", first=SHORT_LEASE)
    asked = begin(*a_run(*CLAIMS))
    until(lambda: writes(office) >= 1, "save")
    asked.kill()  # else it would end the frozen one and be the worker itself
    frozen.send_signal(signal.SIGSTOP)
    time.sleep(2.5)  # what the browser had been told before has arrived
    before = writes(office)
    time.sleep(1.0)
    frozen.send_signal(signal.SIGCONT)

    assert frozen.wait(10) == 75
    assert writes(office) == before

    begin("worker", "--name", "second", first=SHORT_LEASE)
    nothing_doubled_or_lost(office, until(lambda: ended(office), "end of the run"))


def test_where_a_worker_lives_a_run_is_only_asked_for(office, begin, claim):
    begin("worker", "--name", "night")
    until(lambda: [w for w in workers(office) if w["state"] == "alive"], "worker")

    done = office.run(*office.worklist([claim]))

    assert done.returncode == 0, done.stderr
    assert office.saves(claim) == 1
    assert f"{claim},corrected" in (office.root / "worklist-outcomes.csv").read_text()
    assert "report.html" in done.stdout
    [store] = [sqlite3.connect(office.root / "store.sqlite3")]
    last = store.execute("select worker from store_run order by id desc limit 1").fetchone()[0]
    assert last.startswith("night.")
    store.close()
    assert "clean" in done.stdout  # the figures of the run, as if it had been done here


def test_the_same_run_asked_for_at_once_is_one_run(office):
    before = newest(office).get("id", "")
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: office.run("--limit", "3"), range(3)))

    assert [one.returncode for one in done] == [0, 0, 0], done[-1].stderr
    listed = office.claimbots("runs", "list", "--json").stdout.splitlines()
    assert len([line for line in listed if json.loads(line)["id"] > before]) == 1


def test_a_run_is_paused_goes_on_and_is_cancelled(office, begin):
    begin("worker")
    begin(*a_run())
    until(lambda: writes(office) >= 1, "save")
    run = newest(office)["id"]

    said = office.claimbots("runs", "pause", run, "--reason", "the portal is slow").stdout
    assert "being paused" in said
    until(lambda: state_of(office, run) == "paused", "pause")
    assert office.claimbots("runs", "resume", run).returncode == 0
    until(lambda: state_of(office, run) == "in progress", "going on")
    assert "being cancelled" in office.claimbots("runs", "cancel", run).stdout
    watched = office.claimbots("runs", "watch", run)

    assert watched.returncode == 3
    assert "cancelled by" in watched.stdout
    assert state_of(office, run) == "stopped"
    assert office.claimbots("runs", "resume", run).returncode == 2
    assert office.claimbots("runs", "cancel", run).returncode == 2
    saves = [claim["saves"] for claim in office.witness()["claims"].values()]
    assert max(saves, default=0) <= 1
    assert all(outcomes for _, outcomes in office.intents().values())


def test_the_workflows_file_is_closed_to_others_and_names_no_patient_and_no_claim(office, begin):
    begun = begin("worker")
    begin(*a_run(*CLAIMS))
    until(lambda: writes(office) >= 1, "save")
    begun.kill()
    begun.wait()
    file = office.root / "dbos.sqlite3"

    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    raw = file.read_bytes()
    assert b"session" in raw  # it was written while claims were at work
    for truth in office.truths():
        assert truth["claim"].encode() not in raw
    store = sqlite3.connect(office.root / "store.sqlite3")
    names = {
        name for (name,) in store.execute("select distinct patient_name from store_seenclaim")
    }
    store.close()
    assert names - {""}
    for name in names - {""}:
        assert name.split(",")[0].encode() not in raw
    with sqlite3.connect(file) as tables:
        rows = tables.execute("select serialization from workflow_status").fetchall()
    assert {kind for (kind,) in rows} == {"claimbots_json"}


def test_claims_without_an_end_go_to_a_person_and_the_run_stops_after_ten(office):
    hasty = "import bots.runs.taking as t; t.Taking._longest = 0.05"

    done = office.run("--limit", "14", first=hasty)

    assert done.returncode == 3, done.stderr
    assert "10 of the last claims failed" in done.stdout
    listed = office.claimbots("exceptions", "list", "--flat", "--json").stdout.splitlines()
    assert sum(json.loads(line)["code"] == "STUCK" for line in listed) == 10

    again = office.run("--limit", "16")

    assert again.returncode == 0, again.stderr
    assert all(outcomes for _, outcomes in office.intents().values())
    assert max(claim["saves"] for claim in office.witness()["claims"].values()) == 1


# The signal comes when a claim was checked: nothing of it is saved any more.
ENDS_AT_A_CLAIM = """
import asyncio, os, signal, bots.runs.claim as claim
real = claim.perform
async def perform(order, at):
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(0.5)  # it is heard, before the first thing is done
    return await real(order, at)
claim.perform = perform
"""


def test_a_claim_that_a_signal_held_back_is_done_when_the_run_goes_on(office, begin, claim):
    ending = begin("worker", first=ENDS_AT_A_CLAIM)
    asked = begin(*a_run("--claim", claim))
    until(lambda: newest(office).get("state") == "in progress", "run at work")
    asked.kill()  # else it would be the next worker itself
    assert ending.wait(LONGEST) == 143
    assert newest(office)["state"] == "pending"
    assert office.saves(claim) == 0

    begin("worker")
    run = until(lambda: ended(office), "end of the run")

    assert run["state"] == "done"
    assert office.saves(claim) == 1
    assert run["counts"].get("failed", 0) == 0


@pytest.mark.slow
def test_a_claim_that_a_signal_held_back_is_not_left_out_by_resume(office, claim):
    ending = office.run("--claim", claim, first=ENDS_AT_A_CLAIM)
    assert ending.returncode == 143, ending.stderr

    done = office.run("--claim", claim, "--resume", newest(office)["id"])

    assert done.returncode == 0, done.stderr
    assert office.saves(claim) == 1


def test_a_save_whose_run_does_not_go_on_is_settled_by_a_worker_that_has_nothing_to_do(
    office, begin, claim
):
    """The run is too old to go on with; what became of its save is found out all the same."""
    died = office.run("--claim", claim, CLAIMBOTS_CRASH_AT="editor.after_click:1")
    assert died.returncode == -signal.SIGKILL
    with sqlite3.connect(office.root / "store.sqlite3") as store:
        store.execute("update store_run set started_at = '2026-01-01' where state = 'in progress'")
        store.execute("update store_workitem set taken_at = '2026-01-01'")
    assert any(not outcomes for _, outcomes in office.intents().values())

    begin("worker")

    until(lambda: all(outcomes for _, outcomes in office.intents().values()), "settled save")
    until(lambda: newest(office)["state"] == "done", "end of the run that settled it")
    assert newest(office)["requested_by"] == "claimbots"
    assert newest(office)["counts"]["claims"] == 0
    assert office.saves(claim) <= 1
    assert office.verified()
