"""Scheduled times: each is decided once, begins one run, and goes on after an interruption."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import store_cases
from hypothesis import given
from hypothesis import strategies as st

from bots.config.schedules import Schedule
from bots.errors import Problem
from bots.places import Places
from bots.runs.calendar import Firing
from bots.runs.due import GRACE, decisions
from bots.runs.request import RunSummary
from bots.runs.scheduler import Scheduler
from bots.secrets import VaultDown
from bots.store import records
from bots.store import schedules as rows
from bots.store.facts import Counts, Ending, NewRun, RunKind, RunState
from bots.store.schedules import Became, Pause

NIGHT = datetime(2026, 9, 30, 6, 30, tzinfo=UTC)  # 02:30 in New York
HOUR = timedelta(hours=1)
FILE = """
schedules:
  nightly:
    portal: practice
    queue: pending
    cron: "30 2 * * *"
    time_zone: America/New_York
"""


@dataclass
class Office:
    """A data folder with a schedule file, and runs that end when they are told to."""

    places: Places
    file: object
    asked: list = field(default_factory=list)
    end: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    def scheduler(self) -> Scheduler:
        return Scheduler(self.places, self.run)

    async def run(self, request, ending):
        self.asked.append(request)
        if self.fault:
            raise self.fault
        store = Scheduler(self.places, self.run)._store
        async with store:
            new = NewRun(
                request.portal, request.query.queue, "shadow", RunKind.PRE_BILL,
                requested_by=request.requested_by, scheduled=request.scheduled,
            )  # fmt: skip
            run = await store.call(store_cases.started, new)
            ends = [asyncio.create_task(event.wait()) for event in (self.end, ending)]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in ends:
                task.cancel()
            state = RunState.DONE if self.end.is_set() else RunState.STOPPED
            await store.call(records.end_run, run.id, Ending(state))
        return RunSummary(run.id, state, Counts(), exit=0 if self.end.is_set() else 3)

    async def times(self, scheduler):
        found = await scheduler._store.call(rows.times)
        return [(entry.key, entry.became.value) for entry in found]


@pytest.fixture
def office(tmp_path, monkeypatch):
    config = tmp_path / "config"
    config.mkdir()
    (config / "claimbots.yaml").write_text("office:\n  time_zone: America/New_York\n")
    (config / "portals.yaml").write_text(
        "portals:\n  practice:\n    kind: practice\n    address: http://127.0.0.1:1\n"
        "    credential: practice\n"
    )
    (config / "schedules.yaml").write_text(FILE)
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(config))
    return Office(Places(tmp_path / "data").made(), config / "schedules.yaml")


async def settled(scheduler):
    """Let the run that was begun come to its end."""
    if scheduler._task is not None:
        await asyncio.wait({scheduler._task}, timeout=10)


async def test_a_time_that_has_come_begins_one_run_however_often_it_is_looked_at(office):
    office.end.set()
    async with office.scheduler() as scheduler, office.scheduler() as another:
        await scheduler.look(NIGHT - HOUR)
        assert office.asked == []
        for minute in range(4):
            await scheduler.look(NIGHT + minute * timedelta(minutes=1))
            await another.look(NIGHT + minute * timedelta(minutes=1))
            await settled(scheduler)
            await settled(another)

        assert [request.scheduled for request in office.asked] == ["nightly@2026-09-30T02:30"]
        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]


async def test_times_before_the_schedule_was_first_seen_are_none_of_ours(office):
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + HOUR)
        assert office.asked == []
        assert await office.times(scheduler) == []


async def test_while_the_run_before_is_at_work_the_next_time_is_left_out(office):
    office.file.write_text(FILE.replace("30 2 * * *", "30 * * * *"))
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - timedelta(minutes=1))
        await scheduler.look(NIGHT)
        await scheduler.look(NIGHT + HOUR)

        assert await office.times(scheduler) == [
            ("2026-09-30T03:30", "left out"), ("2026-09-30T02:30", "begun")
        ]  # fmt: skip
        office.end.set()
        await settled(scheduler)


async def test_a_run_that_was_lost_sight_of_is_begun_again(office, monkeypatch):
    """The store failed just as it began: nobody says what became of it, or would ever."""
    newest = rows.newest_run

    def fails(key):
        monkeypatch.setattr(rows, "newest_run", newest)
        raise Problem("the disk is full")

    monkeypatch.setattr(rows, "newest_run", fails)
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        for minute in range(2):
            await scheduler.look(NIGHT + minute * timedelta(minutes=1))
            await settled(scheduler)

        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]


async def test_two_schedules_at_one_time_run_one_after_the_other(office):
    office.file.write_text(FILE + FILE.replace("nightly", "second").split("\n", 2)[2])
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT)
        assert len(office.asked) <= 1
        office.end.set()
        await settled(scheduler)
        await scheduler.look(NIGHT + timedelta(minutes=40))  # it waited longer than the grace
        await settled(scheduler)

        assert {request.scheduled for request in office.asked} == {
            "nightly@2026-09-30T02:30", "second@2026-09-30T02:30"
        }  # fmt: skip


async def test_what_died_goes_on_where_it_was(office):
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT)
        await asyncio.sleep(0.3)  # the run has its row; then the process is stopped
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        first, second = office.asked
        assert first.resume == ""
        assert second.resume.startswith("R-")
        assert second.scheduled == first.scheduled
        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]


async def test_a_run_that_had_ended_before_the_process_died_is_not_begun_again(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT)
        await settled(scheduler)
        await scheduler._store.call(
            rows.turn, "nightly", "2026-09-30T02:30", Became.DONE, Became.BEGUN
        )
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        assert len(office.asked) == 1
        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]


async def test_where_another_run_is_at_work_it_waits_and_a_wrong_file_fails_it(office):
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        office.fault = Problem("another run is at work", exit=3)
        await scheduler.look(NIGHT)
        await settled(scheduler)
        assert await office.times(scheduler) == [("2026-09-30T02:30", "waiting")]

        office.fault = Problem("the portal refused the log-in")
        await scheduler.look(NIGHT + timedelta(minutes=1))
        await settled(scheduler)
        assert await office.times(scheduler) == [("2026-09-30T02:30", "failed")]
        await scheduler.look(NIGHT + timedelta(minutes=2))
        assert len(office.asked) == 2  # a refused password is not tried again


async def test_where_the_vault_is_down_the_time_stays_and_is_tried_every_minute(office):
    """F99."""
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        office.fault = VaultDown("answered 503", "vault:secret/claimbots/keys")
        for seconds in (0, 10, 50):
            await scheduler.look(NIGHT + timedelta(seconds=seconds))
            await settled(scheduler)
        assert len(office.asked) == 1
        assert await office.times(scheduler) == [("2026-09-30T02:30", "waiting")]
        await scheduler.look(NIGHT + timedelta(seconds=55))
        assert scheduler.seen.problem == "the vault answered 503"  # what /readyz says

        office.fault = None
        office.end.set()
        await scheduler.look(NIGHT + timedelta(seconds=61))
        await settled(scheduler)
        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]
        await scheduler.look(NIGHT + timedelta(seconds=70))
        assert scheduler.seen.problem == ""


async def test_a_file_that_is_being_edited_does_not_end_the_night(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        office.file.write_text("schedules: [")
        await scheduler.look(NIGHT)
        assert "schedules.yaml" in scheduler.problem
        office.file.write_text(FILE)
        await scheduler.look(NIGHT + timedelta(minutes=1))
        await settled(scheduler)

        assert scheduler.problem == ""
        assert len(office.asked) == 1


async def test_a_pause_leaves_its_times_out_and_they_are_not_caught_up_with(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        come = [a_time(NIGHT)]
        pause = Pause("dana", "the portal is slow", NIGHT - HOUR, NIGHT + HOUR)
        (left,) = decisions(a_schedule(), come, NIGHT, pause)
        assert (left.became, left.why) == (Became.LEFT_OUT, "paused by dana: the portal is slow")
        (begun,) = decisions(a_schedule(), [a_time(NIGHT + HOUR)], NIGHT + HOUR, pause)
        assert begun.became is Became.WAITING


async def test_pausing_and_resuming_are_kept(office):
    async with office.scheduler() as scheduler:
        call = scheduler._store.call
        assert not await call(rows.resume, "nightly")
        await call(rows.pause, "nightly", "dana", "slow", None)
        pause = await call(rows.pause_of, "nightly")
        assert pause.holds_at(datetime.now(UTC))
        assert await call(rows.resume, "nightly")
        assert not (await call(rows.pause_of, "nightly")).holds_at(datetime.now(UTC))


def a_schedule(**fields) -> Schedule:
    return Schedule(**{"portal": "practice", "queue": "pending", "cron": "0 * * * *"} | fields)


def a_time(due: datetime, begins: datetime | None = None) -> Firing:
    return Firing(due.isoformat(), due, begins or due)


@pytest.mark.parametrize(
    ("late", "catch_up", "became"),
    [
        (timedelta(0), "none", Became.WAITING),
        (GRACE, "none", Became.WAITING),
        (GRACE + timedelta(seconds=1), "none", Became.MISSED),
        (3 * HOUR, "last", Became.WAITING),
        (13 * HOUR, "last", Became.MISSED),
    ],
)
def test_a_time_that_nobody_was_there_for(late, catch_up, became):
    (said,) = decisions(a_schedule(catch_up=catch_up), [a_time(NIGHT)], NIGHT + late)
    assert said.became is became


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 600)), max_size=12),
    st.integers(0, 3000), st.sampled_from(["none", "last"]), st.booleans(),
)  # fmt: skip
def test_of_all_that_has_come_one_begins_at_most_and_none_before_its_time(come, now, rule, busy):
    minute = timedelta(minutes=1)
    times = [a_time(NIGHT + due * minute, NIGHT + (due + wait) * minute)
             for due, wait in sorted(dict(come).items())]  # fmt: skip
    moment = NIGHT + now * minute
    times = [entry for entry in times if entry.due <= moment]
    said = decisions(a_schedule(catch_up=rule), times, moment, is_busy=busy)

    begun = [entry.firing for entry in said if entry.became is Became.WAITING]
    assert len(begun) <= (0 if busy else 1)
    assert all(entry.begins <= moment for entry in begun)
    decided = [entry.firing for entry in said]
    assert decided == times[: len(decided)]  # in order, and nothing skipped over
