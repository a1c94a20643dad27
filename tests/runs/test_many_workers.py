"""Several workers over one database: each run is at work once, and what one leaves goes on."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from postgres import a_database, postgres
from runs.office import LONGEST, a_run, an_office, intents_of, until

from bots.places import Places
from bots.runs.lease import LOST
from bots.secrets import development_key
from bots.secrets.credentials import Credential, remember_credential

pytestmark = pytest.mark.night

SHORT = (
    "import bots.runs.lease, bots.runs.worker; "
    "bots.runs.lease.LENGTH = 5.0; bots.runs.worker._RECONCILE = 1.0"
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with an_office(tmp_path_factory.mktemp("many") / "demo", 200, a_database()) as office:
        # Two browsers start at once here.
        office.environment["CLAIMBOTS_BROWSER__DEADLINE_SECONDS"] = "20"
        yield office


@pytest.fixture
def office(shared):
    shared.practice("reset", "--stay-logged-in")
    yield shared
    shared.practice("faults", "clear")


@pytest.fixture
def begin(begin):
    """The same with a short lease; what is left ends cleanly, for the store is shared."""
    begun = []

    def begin_hasty(*words, first=SHORT, **environment):
        begun.append(begin(*words, first=first, **environment))
        return begun[-1]

    yield begin_hasty
    left = [process for process in begun if process.poll() is None]
    for process in left:
        process.send_signal(signal.SIGCONT)
        process.terminate()
    for process in left:
        with suppress(subprocess.TimeoutExpired):  # then it is killed
            process.wait(30)


@pytest.fixture
def elsewhere(office, tmp_path):
    """What another machine has of its own: a data folder and a log; the database is the same."""
    other = tmp_path / "elsewhere"
    other.mkdir(mode=0o700)
    for room in ("codesets", "keys"):
        shutil.copytree(office.root / room, other / room)
    return {"CLAIMBOTS_DATA": str(other), "CLAIMBOTS_LEDGER__ORIGIN": "elsewhere"}


def _with_save_limit(office, machine, seconds):
    """A configuration of this machine's own, in which a save may take so long to land."""
    config = Path(machine["CLAIMBOTS_DATA"]) / "config"
    shutil.copytree(office.root / "config", config)
    portals = config / "portals.yaml"
    portals.write_text(
        re.sub("save_limit_seconds: .*", f"save_limit_seconds: {seconds}", portals.read_text())
    )
    return config


CLAIMS = ("--limit", "16", "--pages", "2")


def runs(office):
    said = office.claimbots("runs", "list", "--json").stdout
    return [json.loads(line) for line in said.splitlines()]


def workers(office):
    said = office.claimbots("workers", "list", "--json").stdout
    return {w["worker"]: w for w in map(json.loads, said.splitlines())}


def alive(office, *names):
    known = workers(office)
    return all(known.get(name, {}).get("state") == "alive" for name in names)


def at_work(office):
    """The names of the workers that have a run; at once, for the run goes on meanwhile."""
    rows = office.ask_store("select worker from store_run where state = 'in progress'")
    return [executor.rpartition(".")[0] for (executor,) in rows]


def nothing_doubled_or_lost(office, run, claims=16):
    assert run["state"] == "done", run
    assert run["counts"]["claims"] == claims
    saves = [claim["saves"] for claim in office.witness()["claims"].values()]
    assert sum(saves) > 0
    assert max(saves) == 1
    assert all(outcomes for _, outcomes in office.intents().values())
    assert office.verified()


def ended(office, id=None):
    for run in runs(office):
        if id in (None, run["id"]):
            return run if run["state"] in ("done", "failed", "stopped") else None
    return None


def test_what_a_killed_worker_had_goes_on_with_one_that_is_there_already(office, begin):
    both = {name: begin("worker", "--name", name) for name in ("north", "south")}
    until(lambda: alive(office, *both), "two workers")
    asked = begin(*a_run(*CLAIMS))
    until(lambda: office.witness()["writes"] >= 1, "save")
    [dead] = at_work(office)
    both[dead].kill()

    run = until(lambda: ended(office), "end of the run", longest=2 * LONGEST)

    nothing_doubled_or_lost(office, run)
    assert asked.wait(LONGEST) == 0


def test_a_frozen_one_is_ended_before_its_claims_go_on_and_never_writes(office, begin):
    both = {name: begin("worker", "--name", name) for name in ("north", "south")}
    until(lambda: alive(office, *both), "two workers")
    begin(*a_run(*CLAIMS))
    until(lambda: office.witness()["writes"] >= 1, "save")
    [frozen] = at_work(office)
    both[frozen].send_signal(signal.SIGSTOP)

    run = until(lambda: ended(office), "end of the run", longest=2 * LONGEST)

    assert both[frozen].wait(5) == -signal.SIGKILL
    nothing_doubled_or_lost(office, run)


def test_f86_one_that_wakes_to_find_its_claims_with_another_machine_sends_nothing(
    office, begin, elsewhere
):
    """Nobody on the other machine can end it: its own fence and lease must."""
    frozen = begin("worker", "--name", "north")
    until(lambda: alive(office, "north"), "a worker")
    asked = begin(*a_run(*CLAIMS))
    until(lambda: office.witness()["writes"] >= 1, "save")
    asked.kill()  # it is on this machine, and would end the frozen one
    frozen.send_signal(signal.SIGSTOP)
    known = set(office.intents())
    begin("worker", "--name", "far", **elsewhere)
    until(lambda: at_work(office) == ["far"], "another one at its run")

    frozen.send_signal(signal.SIGCONT)

    assert frozen.wait(LONGEST) == LOST
    run = until(lambda: ended(office), "end of the run", longest=2 * LONGEST)
    assert run["counts"]["claims"] == 16
    assert max(claim["saves"] for claim in office.witness()["claims"].values()) == 1
    assert set(office.intents()) == known


@pytest.mark.slow
def test_what_a_machine_that_is_gone_had_saved_is_kept_when_it_is_back(office, begin, elsewhere):
    here = begin("worker", "--name", "here", **elsewhere)
    until(lambda: alive(office, "here"), "a worker")
    begin(*a_run(*CLAIMS))
    until(lambda: office.witness()["writes"] >= 2, "saves")
    here.kill()
    begin("worker", "--name", "there")
    run = until(lambda: ended(office), "end of the run")
    told = office.claimbots("exceptions", "list", "--flat", "--run", run["id"], "--json").stdout
    known = run["counts"]["saves"]

    back = begin("worker", "--name", "here", **elsewhere)
    until(lambda: alive(office, "here"), "the worker that is back")
    back.terminate()
    changes = office.ask_store(
        "select count(distinct intent) from store_changerow where outcome = 'confirmed' "
        f"and run_id = '{run['id']}'"
    )

    assert "OTHER_LOG" in told
    saves = [claim["saves"] for claim in office.witness()["claims"].values()]
    assert max(saves) == 1
    assert known <= changes[0][0] <= sum(saves)
    assert changes[0][0] >= sum(saves) - 1  # one may be open: its portal's next run there looks


def test_a_save_on_its_way_when_a_machine_died_is_not_made_again_by_another(
    office, begin, elsewhere
):
    """The other machine cannot see the intent: it waits as long as a save may take to land."""
    claim, known = office.that_are_corrected()[0], set(office.intents())
    slow = {"CLAIMBOTS_CONFIG": str(_with_save_limit(office, elsewhere, 12))}
    office.practice("faults", "set", "F67", "seconds=8", "times=1")
    here = begin("worker", "--name", "here", **elsewhere, **slow)
    until(lambda: alive(office, "here"), "a worker")
    begin(*a_run("--claim", claim), **slow)
    log = Path(elsewhere["CLAIMBOTS_DATA"])
    until(lambda: intents_of(log, "elsewhere"), "an intent")
    time.sleep(1.5)
    here.kill()

    begin("worker", "--name", "there", **slow)
    run = until(lambda: ended(office), "end of the run", longest=2 * LONGEST)

    assert run["state"] == "done"
    assert office.saves(claim) == 1
    assert set(office.intents()) == known  # it was there already


def test_a_save_on_its_way_when_a_worker_was_ended_is_not_made_again_by_another_machine(
    office, begin, elsewhere
):
    """Its run is handed back at once, and who asked for it, on this one, is the next to do it."""
    claim = office.that_are_corrected()[0]
    slow = {"CLAIMBOTS_CONFIG": str(_with_save_limit(office, elsewhere, 45))}
    office.practice("faults", "set", "F67", "seconds=40", "times=1")
    hasty = "import bots.runs.ends; bots.runs.ends.LAST_SECONDS = 2.0"
    ends = {"CLAIMBOTS_CRASH_AT": "editor.after_click", "CLAIMBOTS_CRASH_SIGNAL": "TERM"}
    here = begin("worker", "--name", "here", first=hasty, **elsewhere, **slow, **ends)
    until(lambda: alive(office, "here"), "a worker")
    known = set(office.intents())

    asked = begin(*a_run("--claim", claim), first="", **slow)
    here.wait(2 * LONGEST)
    run = until(lambda: ended(office), "end of the run", longest=2 * LONGEST)
    told = office.claimbots("exceptions", "list", "--flat", "--run", run["id"], "--json").stdout

    assert (run["state"], asked.wait(LONGEST)) == ("done", 0)
    assert len(intents_of(Path(elsewhere["CLAIMBOTS_DATA"]), "elsewhere")) == 1
    assert office.saves(claim) == 1
    assert set(office.intents()) == known  # it was there already
    assert "OTHER_LOG" in told


def test_a_second_worker_of_the_same_name_is_refused(office, begin):
    begin("worker", "--name", "north")
    until(lambda: alive(office, "north"), "the first")

    second = office.claimbots("worker", "--name", "north")

    assert second.returncode == 3
    assert "--name" in second.stderr


def test_two_runs_under_one_log_in_are_done_one_after_the_other(office, begin):
    both = [begin("worker", "--name", name) for name in ("north", "south")]
    until(lambda: alive(office, "north", "south"), "two workers")
    asked = [begin(*a_run("--limit", n, "--pages", "1")) for n in ("5", "6")]

    most = 0
    while any(process.poll() is None for process in asked):
        most = max(most, len(at_work(office)))
        time.sleep(0.1)

    assert most == 1
    assert [process.returncode for process in asked] == [0, 0]
    assert all(process.poll() is None for process in both)
    assert [run["state"] for run in runs(office)[:2]] == ["done", "done"]


def test_a_run_goes_on_while_the_database_is_switched_to_another_machine(office, begin):
    begin("worker", "--name", "north", first="")
    until(lambda: alive(office, "north"), "a worker")
    asked = begin(*a_run(*CLAIMS), first="")
    for _ in range(3):
        before = office.witness()["writes"]
        postgres().restart()
        until(lambda was=before: office.witness()["writes"] > was or ended(office), "more")

    run = until(lambda: ended(office), "end of the run")

    nothing_doubled_or_lost(office, run)
    assert asked.wait(LONGEST) == 0
    assert alive(office, "north")


def test_what_stops_one_machine_stops_all(office):
    stopped = office.claimbots("stop", "--reason", "trial")
    elsewhere = office.root / "locks" / "STOP"
    elsewhere.unlink()  # as on another machine, which has no such file
    try:
        run = office.run(*CLAIMS)
    finally:
        office.claimbots("go")

    assert stopped.returncode == 0
    assert office.witness()["writes"] == 0
    assert run.returncode == 3
    assert os.path.basename(elsewhere) not in os.listdir(elsewhere.parent)


def test_a_log_in_that_one_machine_saw_refused_is_typed_by_no_other(office, elsewhere):
    """F07: two machines, each with its one try, are two tries towards the portal's lock."""
    good = (office.root / "keys" / "credentials.json").read_bytes()
    for path in (office.root / "sessions").iterdir():
        path.unlink()
    places = Places(office.root)
    person = next(p for p in json.loads(office.practice("people")) if p["username"] == "biller")
    wrong = Credential("biller", "not the password", person["seed"])
    remember_credential("practice", wrong, places, development_key(places))
    shutil.copy(
        office.root / "keys" / "credentials.json", Path(elsewhere["CLAIMBOTS_DATA"], "keys")
    )
    tries = office.requests("POST")
    try:
        assert office.run("--limit", "1").returncode == 2
        other = office.run("--limit", "1", **elsewhere)
    finally:
        (office.root / "keys" / "credentials.json").write_bytes(good)
        office.claimbots("credentials", "unlock", "practice")

    assert other.returncode == 2
    assert "refused the log-in practice" in other.stderr
    assert office.requests("POST") == tries + 1


def test_doctor_says_which_database_the_store_is_in(office):
    said = office.claimbots("doctor").stdout
    assert "PostgreSQL" in said
    assert "Traceback" not in said
