"""What a supervisor sees of schedules, and how one is paused."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import store_cases
import time_machine
import typer
from typer.testing import CliRunner

from bots.cli.schedule import app
from bots.errors import Problem
from bots.places import Places
from bots.runs.ends import STOPPED_BY_SIGNAL
from bots.store import database, models, records
from bots.store import schedules as rows
from bots.store.facts import Ending, RunState
from bots.store.schedules import Became

REPO = Path(__file__).parents[2]
SATURDAY = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)  # clocks go back in the night after it

NIGHTLY = """
schedules:
  nightly:
    portal: practice
    queue: pending
    cron: "30 1 * * *"
    time_zone: America/New_York
"""


@pytest.fixture
def schedules(tmp_path, monkeypatch):
    """Writes schedules.yaml of an office whose clock stands on a Saturday noon."""
    config = tmp_path / "config"
    shutil.copytree(REPO / "config", config)
    places = Places(tmp_path / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(places.root))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(config))
    database.connect(places)
    with time_machine.travel(SATURDAY, tick=False):
        yield (config / "schedules.yaml").write_text
    database.close()


def said(*words):
    """What `claimbots schedule` prints, on both outputs; raises what it raises."""
    result = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_next_shows_the_local_times_with_their_zone_and_each_once(schedules):
    schedules(NIGHTLY)

    assert said("next", "nightly", "-n", "3").splitlines() == [
        "Sun 2026-11-01 01:30 EDT",
        "Mon 2026-11-02 01:30 EST",
        "Tue 2026-11-03 01:30 EST",
    ]


def test_next_says_why_nothing_begins_on_a_day(schedules):
    schedules(NIGHTLY + "    days: business\n    holidays: US\n    closed: [2026-11-03]\n")

    lines = said("next", "nightly", "-n", "3", "--from", "2026-11-01").splitlines()

    assert [line.split("  ")[-1].strip() for line in lines] == [
        "weekend",
        "Mon 2026-11-02 01:30 EST",
        "the office is closed",
    ]
    assert "Veterans Day" in said("next", "nightly", "-n", "1", "--from", "2026-11-11")


def test_next_as_json_has_the_local_time_and_both_moments(schedules):
    schedules(NIGHTLY)

    assert json.loads(said("next", "nightly", "-n", "1", "--json")) == {
        "local": "2026-11-01T01:30",
        "due": "2026-11-01T05:30:00+00:00",
        "begins": "2026-11-01T01:30:00-04:00",
        "why": None,
    }


def test_what_waits_for_the_portal_begins_when_it_opens(schedules, tmp_path):
    schedules(NIGHTLY)
    portals = tmp_path / "config" / "portals.yaml"
    portals.write_text(
        portals.read_text().replace(
            "quiet_hours: []", "quiet_hours: []\n    maintenance: [sun 01:00-05:00]"
        )
    )
    portals.write_text(portals.read_text().replace("time_zone:", "#time_zone:"))

    first = said("next", "nightly", "-n", "1")

    assert "Sun 2026-11-01 05:00 EST" in first
    assert "maintenance" in first


def test_a_day_that_never_comes_and_a_schedule_that_is_off_are_said(schedules):
    schedules(NIGHTLY.replace("30 1 * * *", "30 1 30 2 *") + "    enabled: no\n")

    assert "it never comes" in said("next", "nightly")
    assert "not enabled" in said("next", "nightly")
    assert "not enabled; new" in said("list")


def test_the_list_shows_the_next_time_and_what_became_of_the_last(schedules):
    schedules(NIGHTLY)
    due = datetime(2026, 10, 31, 5, 30, tzinfo=UTC)
    rows.decide("nightly", "2026-10-31T01:30", due, Became.MISSED, "nobody was there")

    assert said("list").splitlines() == [
        "nightly        practice pending, 30 1 * * *, America/New_York",
        "  next 2026-11-01 01:30; last 2026-10-31 01:30: missed (nobody was there)",
    ]
    row = json.loads(said("list", "--json"))
    assert (row["became"], row["run"], row["paused"]) == ("missed", None, False)


def test_a_schedule_that_names_no_portal_is_listed_with_the_others(schedules):
    schedules(NIGHTLY + NIGHTLY.replace("nightly", "second").replace("practice", "acme")
              .partition("schedules:\n")[2])  # fmt: skip

    listed = said("list").splitlines()
    assert listed[1].strip() == "next 2026-11-01 01:30; new"
    assert listed[3].strip() == "no portal named 'acme'; new"


def test_a_run_that_a_clock_which_was_ahead_had_begun_is_not_the_last(schedules, monkeypatch):
    schedules(NIGHTLY)
    ahead = datetime(2026, 11, 7, 6, 30, tzinfo=UTC)
    rows.decide("nightly", "2026-11-07T01:30", ahead, Became.DONE)
    assert said("list").splitlines()[1].strip() == "next 2026-11-01 01:30; new"

    def done(request, **_):
        assert request.scheduled.endswith(f"T08:00{rows.BY_HAND}")
        raise typer.Exit(130)

    monkeypatch.setattr("bots.cli.running.run_to_end", done)
    said("run-now", "nightly")


def test_an_office_without_schedules_is_told_where_to_read(schedules):
    schedules("schedules: {}\n")

    assert "docs/operations.md" in said("list")


def test_a_pause_shows_ends_after_its_day_and_can_be_ended_before(schedules):
    schedules(NIGHTLY)

    assert "paused through 2026-11-02" in said("pause", "nightly", "--until", "2026-11-02")
    assert "paused; new" in said("list")
    pause = rows.pause_of("nightly")
    assert pause.holds_at(datetime(2026, 11, 3, 4, 59, tzinfo=UTC))
    assert not pause.holds_at(datetime(2026, 11, 3, 5, 0, tzinfo=UTC))

    assert "begins its runs again" in said("resume", "nightly")
    assert "next 2026-11-01 01:30" in said("list")
    assert "was not paused" in said("resume", "nightly")


def test_a_schedule_whose_portal_is_gone_can_be_paused(schedules):
    schedules(NIGHTLY.replace("portal: practice", "portal: gone"))
    assert "paused through 2026-11-02" in said("pause", "nightly", "--until", "2026-11-02")
    assert rows.pause_of("nightly").holds_at(SATURDAY)


@pytest.mark.parametrize("command", ["next", "run-now", "pause", "resume"])
def test_a_name_that_is_none_is_answered_with_the_nearest(schedules, command):
    schedules(NIGHTLY)

    with pytest.raises(Problem, match="nightyl") as raised:
        said(command, "nightyl")
    assert "nightly" in raised.value.do


def test_a_cron_line_that_is_none_is_refused_with_file_line_and_key(schedules):
    schedules(NIGHTLY.replace("30 1 * * *", "61 1 * * *"))

    with pytest.raises(Problem, match="crontab") as raised:
        said("list")
    assert "schedules.nightly.cron" in raised.value.sentence()


def test_a_run_asked_for_by_hand_is_kept_with_what_became_of_it(schedules):
    """No browser may work at a portal that is not there: the failure is kept, and said."""
    schedules(NIGHTLY)

    with pytest.raises(Problem):
        said("run-now", "nightly")

    [entry] = rows.times("nightly")
    assert entry.became is Became.FAILED
    assert entry.why


@pytest.mark.parametrize(
    ("ended", "became"),
    [
        (None, Became.BEGUN),
        (Ending(RunState.STOPPED, exit=3, stop_reason=STOPPED_BY_SIGNAL), Became.LEFT_OVER),
        (Ending(RunState.DONE), Became.DONE),
    ],
    ids=["a worker goes on", "ended by it", "done just then"],
)
def test_after_ctrl_c_the_time_says_what_its_run_says(schedules, monkeypatch, ended, became):
    """Whoever only looked on at a worker's run ends the looking, and no run."""
    schedules(NIGHTLY)

    def until_ctrl_c(request, **_):
        run = store_cases.a_run()
        models.Run.objects.filter(id=run.id).update(scheduled=request.scheduled)
        if ended:
            records.end_run(run.id, ended)
        raise typer.Exit(130)

    monkeypatch.setattr("bots.cli.running.run_to_end", until_ctrl_c)
    said("run-now", "nightly")

    [entry] = rows.times("nightly")
    assert (entry.became, entry.why) == (became, STOPPED_BY_SIGNAL)
