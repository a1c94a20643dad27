"""Yesterday's store under today's log, at the real portal (F100): nothing is done twice."""

import json
import sqlite3

import pytest

from bots.store import apart

pytestmark = pytest.mark.night

FILES = ("store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm")


@pytest.fixture
def yesterday(office, tmp_path):
    """A backup from before the claim was corrected."""
    made = office.claimbots("backup", "--to", str(tmp_path / "yesterday.backup"))
    assert made.returncode == 0, made.stderr
    return tmp_path / "yesterday.backup"


def lose_the_store(office):
    for name in FILES:
        (office.root / name).unlink(missing_ok=True)


def kept(office):
    """Each confirmed save that the store has, as often as it has it."""
    with sqlite3.connect(office.root / "store.sqlite3") as store:
        asked = "SELECT DISTINCT intent, run_id FROM store_changerow WHERE outcome = 'confirmed'"
        return sorted(intent for intent, _ in store.execute(asked))


def confirmed(office):
    """Each save of a field that the log confirms."""
    return sorted(
        intent for intent, (sealed, outcomes) in office.intents().items()
        if sealed["changes"] and "confirmed" in outcomes
    )  # fmt: skip


def saves_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])["counts"]["saves"]


def test_after_yesterdays_store_is_restored_the_next_run_saves_nothing_twice(
    office, claim, yesterday
):
    assert saves_of(office.run("--claim", claim, "--json")) == 1
    runs = office.claimbots("runs", "list", "--limit", "500", "--json").stdout.splitlines()
    lose_the_store(office)

    said = office.claimbots("restore", str(yesterday))

    assert said.returncode == 0, said.stderr
    assert "it does not know 1 run and 1 save" in said.stdout
    assert kept(office) == confirmed(office)
    assert saves_of(office.run("--claim", claim, "--json")) == 0
    assert office.saves(claim) == 1
    assert kept(office) == confirmed(office)
    listed = office.claimbots("runs", "list", "--limit", "500", "--json").stdout.splitlines()
    ids = [json.loads(line)["id"] for line in listed]
    assert ids[1:] == [json.loads(line)["id"] for line in runs], "an id was given out again"
    assert office.verified()


@pytest.mark.slow
def test_a_run_that_was_killed_as_it_ended_has_lost_nothing_and_says_so(office, claim):
    died = office.run("--claim", claim, CLAIMBOTS_CRASH_AT="run.before_end:1")
    assert died.returncode == -9

    office.run("--claim", claim)

    [_, killed] = office.claimbots("runs", "list", "--limit", "2", "--json").stdout.splitlines()
    assert json.loads(killed)["stop_reason"].startswith("it was killed as it ended")
    assert json.loads(killed)["counts"]["saves"] == 1
    assert office.saves(claim) == 1


@pytest.mark.slow  # without the portal: tests/keeping/test_restore.py
def test_a_store_that_was_put_back_by_hand_is_found_out_by_the_next_run(office, claim, tmp_path):
    office.claimbots("runs", "list")
    apart.copy(office.root / "store.sqlite3", tmp_path / "by-hand")
    assert saves_of(office.run("--claim", claim, "--json")) == 1
    lose_the_store(office)
    (tmp_path / "by-hand").rename(office.root / "store.sqlite3")

    done = office.run("--claim", claim, "--json")

    assert saves_of(done) == 0
    assert "the store was behind the audit log" in done.stderr
    assert office.saves(claim) == 1
    assert kept(office) == confirmed(office)
    assert office.verified()
