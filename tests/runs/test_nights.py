"""What else may happen in a night, each on a real run: F36, F48, F78, F81, F83, F97."""

import json
import sqlite3
import threading
import time

import pytest
from runs.office import LONGEST, a_run, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def claims(open_office):
    """The options of a run over claims that it will correct, and some others after them."""
    corrected = open_office.that_are_corrected()
    states = {number: claim["status"] for number, claim in open_office.dump().items()}
    others = [n for n, state in states.items() if state == "Draft" and n not in corrected]
    return (*open_office.worklist([*corrected, *others[:14]]), "--pages", "2")


def count(claims):
    return len(open(claims[1]).read().splitlines()) - 1


def newest(office):
    return json.loads(office.claimbots("runs", "list", "--limit", "1", "--json").stdout)


def nothing_doubled_or_open(office):
    saves = [claim["saves"] for claim in office.witness()["claims"].values()]
    assert sum(saves) > 0
    assert max(saves) == 1
    assert all(outcomes for _, outcomes in office.intents().values())
    assert office.verified()


def test_a_policy_that_is_edited_meanwhile_holds_from_the_next_run_on(office, begin, claims):
    policy = office.root / "config" / "policy.yaml"
    before = policy.read_text()
    run = begin(*a_run(*claims))
    until(lambda: office.witness()["writes"] >= 1, "save")
    try:
        policy.write_text(before.replace("version:", "version: edited  # was"))
        assert run.wait(LONGEST) == 0
        versions = office.ask_store(
            "select policy_version from store_run order by id desc limit 1"
        )
    finally:
        policy.write_text(before)

    assert "edited" not in versions[0][0]
    said = office.claimbots("audit", "show", "--run", newest(office)["id"], "--json").stdout
    intents = [r for r in map(json.loads, said.splitlines()) if r["kind"] == "intent"]
    assert {intent["body"]["policy"] for intent in intents} == {versions[0][0]}


# After the third claim this process's clock stands an hour earlier.
AN_HOUR_EARLIER = """
import time_machine, bots.runs.taking as w
real, seen = w.Taking._keep, []
async def keep(self, told, item):
    await real(self, told, item)
    seen.append(1)
    if len(seen) == 3:
        import datetime
        was = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
        time_machine.travel(was, tick=True).start()
w.Taking._keep = keep
"""


def test_a_clock_that_goes_back_an_hour_costs_nothing(office, claims):
    done = office.run(*claims, first=AN_HOUR_EARLIER)

    assert done.returncode == 0, done.stderr
    assert newest(office)["counts"]["claims"] == count(claims)
    nothing_doubled_or_open(office)


def test_without_the_workflows_file_our_own_table_has_what_is_due(office, begin, claims):
    worker = begin("worker")
    asked = begin(*a_run(*claims))
    until(lambda: office.witness()["writes"] >= 1, "save")
    worker.kill()
    asked.kill()
    worker.wait()
    for file in office.root.glob("dbos.sqlite3*"):
        file.unlink()

    begin("worker")
    run = until(lambda: newest(office)["state"] == "done" and newest(office), "end")

    assert run["counts"]["claims"] == count(claims)
    nothing_doubled_or_open(office)


NO_ROOM = """
import errno, os, bots.reports.write as w
def full(to, tables, title):
    to.write_bytes(b"PK half of it")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
w.write_workbook = full
"""


def test_a_report_that_finds_no_room_costs_the_run_nothing(office, claims):
    done = office.run(*claims, first=NO_ROOM)

    run = newest(office)
    assert run["state"] == "done"
    assert "report" in done.stdout + done.stderr
    assert not (office.root / "reports" / run["id"] / "report.xlsx").exists()
    assert office.claimbots("report", "last").returncode == 0
    assert (office.root / "reports" / run["id"] / "report.xlsx").exists()
    nothing_doubled_or_open(office)


@pytest.mark.parametrize("seconds", [8, 31])
def test_a_store_that_another_holds_is_waited_for_or_gone_on_with_later(
    office, begin, claims, seconds
):
    run = begin(*a_run(*claims))
    until(lambda: office.witness()["writes"] >= 1, "save")

    def hold():
        with sqlite3.connect(office.root / "store.sqlite3", timeout=30) as store:
            store.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            store.rollback()

    holding = threading.Thread(target=hold)
    holding.start()
    code = run.wait(2 * LONGEST)
    holding.join()

    # Held for longer than it waits, the run says so (2), or its worker has ended itself (75).
    assert code in ((0,) if seconds < 15 else (2, 75))
    assert office.run(*claims).returncode == 0
    nothing_doubled_or_open(office)


# The portal closes as the fourth claim is through.
QUIET_AFTER_FOUR = """
import datetime, bots.config.portals as p, bots.runs.taking as w
real, seen = w.Taking._keep, []
async def keep(self, told, item):
    await real(self, told, item)
    seen.append(1)
w.Taking._keep = keep
def closed_until(self, moment):
    return moment + datetime.timedelta(hours=6) if len(seen) >= 4 else None
p.Portal.closed_until = closed_until
"""


def test_when_the_portals_hours_end_no_further_claim_is_begun(office, claims):
    done = office.run(*claims, first=QUIET_AFTER_FOUR)

    assert done.returncode == 3
    run = newest(office)
    assert run["stop_reason"] == "the portal's quiet hours or maintenance"
    assert run["counts"]["claims"] < count(claims)
    assert office.run("--resume", run["id"], *claims).returncode == 0
    nothing_doubled_or_open(office)
