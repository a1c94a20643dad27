"""Scheduled times: each is decided once, begins one run, and goes on after an interruption."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import store_cases
from hypothesis import given
from hypothesis import strategies as st

from bots.config.schedules import Schedule
from bots.errors import Problem
from bots.places import Places
from bots.runs import ends
from bots.runs.asking import digest
from bots.runs.calendar import Firing
from bots.runs.due import GRACE, decisions
from bots.runs.health import answer
from bots.runs.office import open_office
from bots.runs.request import RunSummary, as_json
from bots.runs.run import have_done
from bots.runs.scheduler import LEFT_AFTER, Scheduler, request_of
from bots.runs.worker import Worker
from bots.secrets import VaultDown
from bots.store import models, records, work
from bots.store import schedules as rows
from bots.store.facts import Counts, Ending, NewRun, RunKind, RunState
from bots.store.schedules import Became, Pause
from bots.store.thread import StoreThread

REPO = Path(__file__).parents[2]
NIGHT = datetime(2026, 9, 30, 6, 30, tzinfo=UTC)  # 02:30 in New York
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
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
            told = [asyncio.create_task(event.wait()) for event in (self.end, ending)]
            await asyncio.wait(told, return_when=asyncio.FIRST_COMPLETED)
            for task in told:
                task.cancel()
            stopped = Ending(RunState.STOPPED, exit=3, stop_reason=ends.STOPPED_BY_SIGNAL)
            end = Ending(RunState.DONE) if self.end.is_set() else stopped
            await store.call(records.end_run, run.id, end)
        return RunSummary(run.id, end.state, Counts(), end.exit, end.stop_reason)

    async def begun(self, scheduler, key, *, ended=None, wish=""):
        """A time that another process began, and its run, ended or waiting with a wish."""
        call = scheduler._store.call
        await call(rows.decide, "nightly", key, NIGHT - HOUR, Became.BEGUN)
        new = NewRun(
            "practice", "pending", "shadow", RunKind.PRE_BILL,
            requested_by="dana", scheduled=rows.run_key("nightly", key),
        )  # fmt: skip
        run = await call(store_cases.started, new)
        if ended is not None:
            await call(records.end_run, run.id, ended)
        if wish:
            await call(work.hand_back, run.id, (await call(work.worker_of, run.id))[0])
            await call(work.want, run.id, wish)
        return run.id

    async def became(self, scheduler, key):
        found = await scheduler._store.call(rows.times, "nightly")
        return next((t.became.value, t.why) for t in found if t.key == key)

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


async def look_twice(scheduler):
    """The night's time has come; each look may begin one run."""
    for minute in range(2):
        await scheduler.look(NIGHT + minute * timedelta(minutes=1))
        await settled(scheduler)


async def held_up(scheduler, office):
    """The night's time has come, and waits: another run was at work."""
    await scheduler.look(NIGHT - HOUR)
    office.fault = Problem("another run is at work", exit=3)
    await scheduler.look(NIGHT)
    await settled(scheduler)
    office.fault = None


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


LATER = FILE.replace("30 2 * * *", "0 9 * * *")
MORNING = NIGHT + timedelta(hours=7, minutes=30)  # 10:00 in New York
ELSEWHERE = FILE.replace("America/New_York", "Pacific/Auckland")  # its 02:30 is 09:30 there


async def a_night_done(scheduler):
    await scheduler.look(NIGHT - HOUR)
    await scheduler.look(NIGHT)
    await settled(scheduler)


@pytest.mark.parametrize("changed", [LATER, ELSEWHERE], ids=["cron", "zone"])
@pytest.mark.parametrize("when", ["serve is up", "serve was begun again", "serve was down"])
async def test_a_line_that_was_changed_begins_with_its_next_time(office, changed, when):
    """Its 09:00, or the other zone's 02:30, was none of its times while it could have been one."""
    office.end.set()
    async with office.scheduler() as scheduler:
        await a_night_done(scheduler)
        if when != "serve was down":
            office.file.write_text(changed)
            await scheduler.look(MORNING)
        if when == "serve is up":
            await scheduler.look(MORNING + timedelta(seconds=10))
    office.file.write_text(changed)
    async with office.scheduler() as scheduler:
        await scheduler.look(MORNING + timedelta(minutes=1))
        await settled(scheduler)
        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]

        await scheduler.look(MORNING + DAY)
        await settled(scheduler)
        assert [became for _, became in await office.times(scheduler)] == ["done", "done"]
        assert len(office.asked) == 2


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_schedule_that_is_put_back_begins_with_its_next_time(office, is_restarted):
    """It was not in the file for days: none of them is missed, and none caught up with."""
    office.end.set()
    async with office.scheduler() as scheduler:
        await a_night_done(scheduler)
        office.file.write_text("schedules: {}\n")
        await scheduler.look(NIGHT + HOUR)
        if not is_restarted:
            office.file.write_text(FILE)
        await scheduler.look(MORNING + 5 * DAY)
    office.file.write_text(FILE)
    async with office.scheduler() as scheduler:
        await scheduler.look(MORNING + 5 * DAY)
        await settled(scheduler)

        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]


@pytest.mark.parametrize("after", ["schedules: {}\n", f"{FILE}    enabled: no\n"])
async def test_no_last_good_run_is_told_of_a_schedule_that_begins_nothing_any_more(office, after):
    """An alarm on how long ago it was would never end."""
    office.end.set()
    async with office.scheduler() as scheduler:
        await a_night_done(scheduler)
        await scheduler.look(NIGHT + HOUR)
        assert scheduler.seen.done == {"nightly": NIGHT}
        office.file.write_text(after)
        await scheduler.look(NIGHT + 2 * HOUR)
        assert scheduler.seen.done == {}


async def test_a_line_that_is_the_same_is_caught_up_with_after_serve_was_down(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + 3 * HOUR)
        await settled(scheduler)

        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]


async def test_while_the_files_of_two_machines_differ_no_night_is_lost(office):
    """A new file is brought to one after the other: meanwhile each begins what its own says."""
    office.end.set()
    third = FILE.replace("nightly", "third")
    async with office.scheduler() as one, office.scheduler() as another:
        for moment in (NIGHT - HOUR, NIGHT - timedelta(seconds=5), NIGHT):
            for scheduler, text in ((one, FILE), (another, third)):
                office.file.write_text(text)
                await scheduler.look(moment)
                await settled(scheduler)
        assert {request.scheduled for request in office.asked} == {
            "nightly@2026-09-30T02:30", "third@2026-09-30T02:30"
        }  # fmt: skip


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
        await look_twice(scheduler)

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


@pytest.mark.parametrize(
    ("ended", "became"),
    [
        (Ending(RunState.DONE), ("done", "")),
        (Ending(RunState.STOPPED, exit=3, stop_reason="8 faults in a row"),
         ("left over", "8 faults in a row")),
        (Ending(RunState.FAILED, exit=2, stop_reason="disk"), ("failed", "disk")),
    ],
)  # fmt: skip
async def test_a_run_that_ended_while_nobody_was_there_is_not_begun_again(office, ended, became):
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await office.begun(scheduler, "2026-09-30T02:30", ended=ended)
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        assert office.asked == []
        assert await office.became(scheduler, "2026-09-30T02:30") == became


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
        assert scheduler.seen.held == {"nightly": "the vault answered 503"}  # what /readyz says

        office.fault = None
        office.end.set()
        await scheduler.look(NIGHT + timedelta(seconds=61))
        await settled(scheduler)
        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]
        await scheduler.look(NIGHT + timedelta(seconds=70))
        assert scheduler.seen.held == {}


async def test_what_waits_for_another_run_does_not_wait_for_its_vault_any_more(office):
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        office.fault = VaultDown("answered 503", "vault:secret/claimbots/keys")
        await scheduler.look(NIGHT)
        await settled(scheduler)
        office.fault = Problem("another run is at work", exit=3)
        await scheduler.look(NIGHT + timedelta(seconds=61))
        await settled(scheduler)

        await scheduler.look(NIGHT + timedelta(seconds=70))
        assert scheduler.seen.held == {}


async def test_while_one_vault_is_down_the_others_have_their_turn(office):
    """F99. Each try may take most of a minute: the oldest would else come first for ever."""
    office.file.write_text(FILE + FILE.replace("nightly", "second").split("\n", 2)[2])

    async def one_is_down(request, ending):
        office.asked.append(request)
        if request.scheduled.startswith("nightly"):
            raise VaultDown("answered 503", "vault:secret/claimbots/acme")
        return RunSummary("R-1", RunState.DONE, Counts(), exit=0)

    async with Scheduler(office.places, one_is_down) as scheduler:
        await scheduler.look(NIGHT - HOUR)
        for seconds in (0, 61, 122):
            await scheduler.look(NIGHT + timedelta(seconds=seconds))
            await settled(scheduler)

        assert [request.scheduled.partition("@")[0] for request in office.asked] == [
            "nightly", "second", "nightly"
        ]  # fmt: skip
        assert sorted(became for _, became in await office.times(scheduler)) == [
            "done", "waiting"
        ]  # fmt: skip
        assert scheduler.seen.held == {"nightly": "the vault answered 503"}


@pytest.fixture
def two_portals(tmp_path, monkeypatch):
    """An office at two portals: the log-in of `acme` is in a vault that does not answer."""
    config = tmp_path / "config"
    shutil.copytree(REPO / "config", config)
    portals = config / "portals.yaml"
    (_, shipped) = portals.read_text().split("  practice:", 1)
    acme = shipped.replace("credential: practice", "credential: vault:secret/acme")
    portals.write_text(f"portals:\n  acme:{acme}\n  practice:{shipped}\n")
    acme = FILE.replace("nightly", "acme").replace("portal: practice", "portal: acme")
    (config / "schedules.yaml").write_text(acme + FILE.split("\n", 2)[2])
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(config))
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:1")
    monkeypatch.setenv("VAULT_TOKEN", "token")
    monkeypatch.setattr("bots.secrets.vault.PAUSE_SECONDS", 0)
    return Places(tmp_path / "data").made()


@asynccontextmanager
async def serving(places):
    """What `claimbots serve` is made of; who looks is the test."""
    async with StoreThread(places) as store, Worker(places) as worker:

        def start(request, _):
            return have_done(request, store, places, worker.ending)

        working = asyncio.create_task(worker.forever())
        async with Scheduler(places, start) as scheduler:
            yield scheduler
            worker.ending.set()
        await working


async def test_a_run_that_waits_for_its_vault_in_the_worker_holds_no_other_schedule_up(
    two_portals,
):
    """F99. Who begins the run can read all it needs; the worker finds the log-in's vault down."""
    async with serving(two_portals) as scheduler:
        call = scheduler._store.call
        await scheduler.look(NIGHT - HOUR)
        for seconds in (0, 10, 20):
            await scheduler.look(NIGHT + timedelta(seconds=seconds))
            await settled(scheduler)

        became = {entry.schedule: entry for entry in await call(rows.times)}
        assert became["acme"].became is Became.WAITING
        assert became["acme"].why.startswith("the vault could not be reached")
        assert became["nightly"].became is Became.FAILED  # it was begun; no log-in is kept
        assert (await call(rows.newest_run, became["acme"].run_key)).state is RunState.PENDING
        assert scheduler.seen.held == {"acme": became["acme"].why}
        assert answer("/readyz", scheduler.seen, scheduler.seen.at) == (
            503, f"no run of acme would begin: {became['acme'].why}\n"
        )  # fmt: skip

        await scheduler.look(NIGHT + timedelta(seconds=61))  # tried again, and it is the same run
        await settled(scheduler)
        assert len(await call(records.runs)) == 2


async def test_what_a_run_came_to_that_had_waited_for_its_vault_is_kept_though_nobody_looked_on(
    two_portals,
):
    """The worker tries it again by itself: it begins no second run, whatever the first came to."""
    async with serving(two_portals) as scheduler:
        call = scheduler._store.call
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT)
        await settled(scheduler)
        (entry,) = await call(rows.times, "acme")
        run = await call(rows.newest_run, entry.run_key)
        ended = Ending(RunState.STOPPED, exit=3, stop_reason=f"3 {ends.FAULTS_IN_A_ROW}")
        await call(records.end_run, run.id, ended)
        await scheduler.look(NIGHT + timedelta(seconds=61))
        await settled(scheduler)

        (entry,) = await call(rows.times, "acme")
        assert (entry.became, entry.why) == (Became.LEFT_OVER, f"3 {ends.FAULTS_IN_A_ROW}")
        assert (await call(rows.newest_run, entry.run_key)).id == run.id
        assert scheduler.seen.held == {}


async def test_a_fault_of_ours_in_one_run_ends_neither_the_worker_nor_the_night(
    two_portals, monkeypatch
):
    def fails(*_, **__):
        monkeypatch.setattr("bots.runs.worker.open_office", open_office)
        raise ValueError("ours")

    monkeypatch.setattr("bots.runs.worker.open_office", fails)
    async with serving(two_portals) as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await look_twice(scheduler)

        why = {entry.schedule: entry.why for entry in await scheduler._store.call(rows.times)}
        assert "ValueError" in why["acme"]
        assert "log-in" in why["nightly"]  # the next was begun; none is kept


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


WRONG = (
    "schedules.yaml schedules.second.portal: no portal named 'practise'; did you mean practice?"
)


async def test_a_schedule_that_names_no_portal_is_said_once_and_the_others_go_on(office, capsys):
    second = FILE.replace("nightly", "second").replace("practice", "practise")
    office.file.write_text(second + FILE.split("\n", 2)[2])
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await look_twice(scheduler)

        assert [request.scheduled for request in office.asked] == ["nightly@2026-09-30T02:30"]
        assert (scheduler.seen.problem, scheduler.seen.held) == ("", {"second": WRONG})
        assert capsys.readouterr().out.count("no portal named") == 1

        for mended in (second.replace("practise", "practice"), second + "    enabled: no\n"):
            office.file.write_text(mended)
            await scheduler.look(NIGHT + timedelta(minutes=2))
            assert scheduler.seen.held == {}


async def test_a_time_that_waits_while_its_schedule_names_no_portal_holds_no_other_up(office):
    async with office.scheduler() as scheduler:
        await held_up(scheduler, office)
        wrong = FILE.replace("practice", "practise")
        third = FILE.replace("nightly", "third").replace("30 2", "31 2")
        office.file.write_text(wrong + third.split("\n", 2)[2])
        office.end.set()
        await scheduler.look(NIGHT + timedelta(seconds=10))
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        assert sorted(await office.times(scheduler)) == [
            ("2026-09-30T02:30", "waiting"), ("2026-09-30T02:31", "done")
        ]  # fmt: skip


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


async def test_a_clock_that_was_ahead_silences_no_night(office, capsys):
    """A machine boots three days ahead, and its clock is set after the first look."""
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT + 3 * DAY - HOUR)
        assert [became for _, became in await office.times(scheduler)] == ["missed"] * 3
        await scheduler.look(NIGHT - HOUR + timedelta(seconds=10))
        for night in range(3):
            await scheduler.look(NIGHT + night * DAY)
            await settled(scheduler)

        assert await office.times(scheduler) == [
            (f"2026-{day}T02:30", "done") for day in ("10-02", "10-01", "09-30")
        ]
        assert capsys.readouterr().out.count("decided ahead of its time") == 3


async def test_a_schedule_that_was_first_seen_by_a_clock_that_was_ahead_begins_tonight(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + 9 * DAY)
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT)
        await settled(scheduler)

        assert await office.times(scheduler) == [("2026-09-30T02:30", "done")]


async def test_a_time_whose_run_a_clock_that_was_ahead_had_begun_has_no_second_one(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT + DAY + HOUR)
        await settled(scheduler)
        await scheduler.look(NIGHT - HOUR)
        assert scheduler.seen.done == {}  # nobody is told of a good run that is still to come
        for night in range(3):
            await scheduler.look(NIGHT + night * DAY)
            await settled(scheduler)

        assert [request.scheduled for request in office.asked] == [
            f"nightly@2026-{day}T02:30" for day in ("10-01", "09-30", "10-02")
        ]


async def test_what_waits_since_a_clock_was_ahead_begins_at_its_time(office):
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        office.fault = Problem("another run is at work", exit=3)
        await scheduler.look(NIGHT + DAY + HOUR)
        await settled(scheduler)
        office.asked, office.fault = [], None
        office.end.set()
        for moment in (NIGHT - timedelta(minutes=1), NIGHT, NIGHT + HOUR):
            await scheduler.look(moment)
            await settled(scheduler)
        assert [request.scheduled for request in office.asked] == ["nightly@2026-09-30T02:30"]

        await scheduler.look(NIGHT + DAY)
        await settled(scheduler)
        assert await office.became(scheduler, "2026-10-01T02:30") == ("done", "")


async def test_a_clock_that_is_far_behind_takes_back_nothing(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        call = scheduler._store.call
        await call(rows.decide, "nightly", "2026-09-30T02:30", NIGHT, Became.LEFT_OUT, "holiday")
        await scheduler.look(datetime(2000, 1, 1, tzinfo=UTC))

        assert await office.became(scheduler, "2026-09-30T02:30") == ("left out", "holiday")


BY_HAND = f"2026-09-29T23:30{rows.BY_HAND}"
INTERRUPTED = Ending(RunState.FAILED, exit=3, stop_reason=ends.KILLED)


async def look_until_left(scheduler, until=NIGHT - timedelta(minutes=1)):
    """The looks of a `serve` that is up, as long as whoever began a time may still say more."""
    for moment in (until - LEFT_AFTER, until):
        await scheduler.look(moment)
        await settled(scheduler)


@pytest.mark.parametrize(
    ("ended", "became"),
    [
        (Ending(RunState.DONE), ("done", "")),
        (Ending(RunState.DONE, exit=3, stop_reason="the day"), ("left over", "the day")),
        (Ending(RunState.STOPPED, exit=3, stop_reason="cancelled by dana"),
         ("left over", "cancelled by dana")),
        (Ending(RunState.FAILED, exit=2, stop_reason="disk"), ("failed", "disk")),
    ],
)  # fmt: skip
async def test_a_time_whose_process_died_elsewhere_holds_no_night_up(office, ended, became):
    """The line of a `run-now` drops: its run comes to its end, and nobody says so."""
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await office.begun(scheduler, BY_HAND, ended=ended)
        await look_until_left(scheduler)
        await scheduler.look(NIGHT)
        await settled(scheduler)

        assert await office.became(scheduler, BY_HAND) == became
        assert await office.became(scheduler, "2026-09-30T02:30") == ("done", "")
        assert len(office.asked) == 1


async def test_a_run_that_has_ended_holds_no_night_up_though_nobody_has_said_so_yet(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await office.begun(scheduler, BY_HAND, ended=Ending(RunState.DONE))
        await scheduler.look(NIGHT)
        await settled(scheduler)

        assert await office.became(scheduler, "2026-09-30T02:30") == ("done", "")


async def test_a_run_that_another_who_asked_for_it_broke_off_is_gone_on_with(office):
    async def broken_off(request, ending):
        office.asked.append(request)
        stopped = RunState.STOPPED
        why = ends.STOPPED_BY_SIGNAL
        return RunSummary("R-1", stopped, Counts(), exit=3, stop_reason=why)

    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        scheduler._start = broken_off
        await scheduler.look(NIGHT)
        await settled(scheduler)
        assert await office.became(scheduler, "2026-09-30T02:30") == (
            "waiting",
            ends.STOPPED_BY_SIGNAL,
        )


async def test_whoever_began_a_time_may_say_what_became_of_it_first(office):
    async with office.scheduler() as scheduler:
        await office.begun(scheduler, BY_HAND, ended=Ending(RunState.DONE))
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT - HOUR + LEFT_AFTER - timedelta(seconds=1))

        assert await office.became(scheduler, BY_HAND) == ("begun", "")


async def test_a_time_is_not_taken_from_a_run_that_waits_or_is_at_work(office):
    async with office.scheduler() as scheduler:
        run = await office.begun(scheduler, BY_HAND)
        await look_until_left(scheduler)
        assert await office.became(scheduler, BY_HAND) == ("begun", "")
        worker, _ = await scheduler._store.call(work.worker_of, run)
        await scheduler._store.call(work.hand_back, run, worker)
        await scheduler.look(NIGHT - timedelta(seconds=30))
        assert await office.became(scheduler, BY_HAND) == ("begun", "")

        # From its end on, who looks on at it has the same time as ever.
        await scheduler._store.call(records.end_run, run, Ending(RunState.DONE))
        await scheduler.look(NIGHT - timedelta(seconds=20))
        assert await office.became(scheduler, BY_HAND) == ("begun", "")


async def test_what_another_process_left_is_gone_on_with(office):
    """A machine that does not come up again had begun it; its run was closed by another."""
    office.end.set()
    async with office.scheduler() as scheduler:
        run = await office.begun(scheduler, BY_HAND, ended=INTERRUPTED)
        await look_until_left(scheduler)

        assert [request.resume for request in office.asked] == [run]
        assert await office.became(scheduler, BY_HAND) == ("done", "")


async def test_a_time_whose_process_died_before_it_had_a_run_is_begun(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler._store.call(rows.decide, "nightly", BY_HAND, NIGHT - HOUR, Became.BEGUN)
        await look_until_left(scheduler)

        assert [request.scheduled for request in office.asked] == [f"nightly@{BY_HAND}"]
        assert await office.became(scheduler, BY_HAND) == ("done", "")


async def opened_circuit(scheduler, office, at):
    """The portal's last run ended at a moment, for claims that failed one after the other."""
    opened = Ending(RunState.STOPPED, exit=3, stop_reason=f"8 {ends.FAULTS_IN_A_ROW}")
    run = await office.begun(scheduler, BY_HAND, ended=opened)
    row = models.Run.objects.filter(id=run)
    await scheduler._store.call(partial(row.update, ended_at=at))


async def test_a_portal_whose_circuit_was_opened_is_left_alone_for_a_quarter_of_an_hour(office):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await opened_circuit(scheduler, office, NIGHT - timedelta(minutes=5))
        for minutes, becomes in ((0, "waiting"), (9, "waiting"), (11, "done")):
            await scheduler.look(NIGHT + timedelta(minutes=minutes))
            await settled(scheduler)
            assert (await office.became(scheduler, "2026-09-30T02:30"))[0] == becomes


@pytest.mark.parametrize(
    ("ahead", "becomes"),
    [(timedelta(seconds=1), "waiting"), (3 * DAY, "done")],
    ids=["it ended as this look was made", "a clock that was ahead"],
)
async def test_a_clock_that_was_ahead_as_a_circuit_was_opened_silences_no_portal(
    office, ahead, becomes
):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await opened_circuit(scheduler, office, NIGHT + ahead)
        await scheduler.look(NIGHT)
        await settled(scheduler)

        assert (await office.became(scheduler, "2026-09-30T02:30"))[0] == becomes


async def test_where_the_very_same_run_is_at_work_its_time_has_it(office):
    """Asked for while somebody's own run of it was at work, a time got no run of its own."""
    async with office.scheduler() as scheduler:
        call = scheduler._store.call
        await call(rows.decide, "nightly", BY_HAND, NIGHT - HOUR, Became.BEGUN)
        (entry,) = await call(rows.times, "nightly")
        request = request_of(a_schedule(), entry, "")
        new = NewRun("practice", "pending", "live", RunKind.PRE_BILL, requested_by="dana")
        await call(work.ask, new, as_json(request), digest(request))
        await look_until_left(scheduler)

        assert await office.became(scheduler, BY_HAND) == ("begun", "")


async def test_ones_own_run_is_not_taken_for_left(office):
    """Only who does it knows what it is at, whatever the store says meanwhile."""
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await scheduler.look(NIGHT)
        await asyncio.sleep(0.3)
        (run,) = await scheduler._store.call(records.runs)
        await scheduler._store.call(records.end_run, run.id, INTERRUPTED)
        await scheduler.look(NIGHT + LEFT_AFTER)
        await scheduler.look(NIGHT + 2 * LEFT_AFTER)

        assert await office.became(scheduler, "2026-09-30T02:30") == ("begun", "")
        office.end.set()
        await settled(scheduler)


async def test_interrupted_twice_it_is_still_the_same_run(office):
    """The second had gone on with the first: it is looked on at, and no third is asked for."""
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        first = await office.begun(scheduler, "2026-09-30T02:30", ended=INTERRUPTED)
        (entry,) = await scheduler._store.call(rows.times, "nightly")
        asked = request_of(a_schedule(), entry, first)
        new = NewRun(
            "practice", "pending", "live", RunKind.PRE_BILL,
            requested_by="schedule nightly", scheduled=entry.run_key,
        )  # fmt: skip
        await scheduler._store.call(work.ask, new, as_json(asked), digest(asked))
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        assert [digest(request) for request in office.asked] == [digest(asked)]


@pytest.mark.parametrize("wish", ["cancelled by dana: wrong day", "paused by dana"])
async def test_what_was_cancelled_or_paused_while_nobody_was_there_is_not_gone_on_with(
    office, wish
):
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await office.begun(scheduler, "2026-09-30T02:30", wish=wish)
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        assert office.asked == []
        assert await office.became(scheduler, "2026-09-30T02:30") == ("left over", wish)


async def test_a_time_that_waits_begins_nothing_once_its_schedule_is_paused(office):
    async with office.scheduler() as scheduler:
        await held_up(scheduler, office)
        await paused(scheduler, NIGHT + timedelta(minutes=1))
        await scheduler.look(NIGHT + timedelta(minutes=2))

        assert len(office.asked) == 1
        assert await office.became(scheduler, "2026-09-30T02:30") == (
            "left out", "paused by dana: the portal moves"
        )  # fmt: skip


async def test_a_time_that_waits_begins_nothing_once_its_schedule_is_not_enabled(office):
    async with office.scheduler() as scheduler:
        await held_up(scheduler, office)
        office.file.write_text(f"{FILE}    enabled: no\n")
        await scheduler.look(NIGHT + timedelta(minutes=2))

        assert len(office.asked) == 1
        assert await office.became(scheduler, "2026-09-30T02:30") == (
            "left out", "the schedule is not enabled"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (INTERRUPTED, "paused by dana: the portal moves"),
        (Ending(RunState.STOPPED, exit=3, stop_reason="the day"), "the day"),
    ],
)
async def test_a_paused_schedule_begins_no_second_run_for_what_broke_off(office, ended, why):
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await office.begun(scheduler, "2026-09-30T02:30", ended=ended)
        await paused(scheduler, NIGHT + timedelta(minutes=1))
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        assert office.asked == []
        assert await office.became(scheduler, "2026-09-30T02:30") == ("left over", why)


async def test_a_run_that_a_worker_goes_on_with_is_seen_to_its_end_for_all_the_pause(office):
    """A pause of the schedule holds up no run that waits for a worker: `runs pause` does that."""
    office.end.set()
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT - HOUR)
        await office.begun(scheduler, "2026-09-30T02:30")
        await paused(scheduler, NIGHT + timedelta(minutes=1))
    async with office.scheduler() as scheduler:
        await scheduler.look(NIGHT + timedelta(minutes=2))
        await settled(scheduler)

        assert [request.resume for request in office.asked] == [""]  # the very same run
        assert await office.became(scheduler, "2026-09-30T02:30") == ("done", "")


async def paused(scheduler, at):
    """The schedule is paused from a moment of the night on."""
    call = scheduler._store.call
    await call(rows.pause, "nightly", "dana", "the portal moves", None)
    await call(models.ScheduleRow.objects.filter(name="nightly").update, paused_at=at)


@pytest.mark.parametrize(
    ("paused_at", "until", "became"),
    [
        (NIGHT + HOUR, None, Became.LEFT_OUT),
        (NIGHT + HOUR, NIGHT + 2 * HOUR, Became.WAITING),  # over before the portal opens
        (NIGHT + 4 * HOUR, None, Became.WAITING),
    ],
)
def test_a_pause_holds_when_the_portal_opens_as_well(paused_at, until, became):
    come = [a_time(NIGHT, NIGHT + 3 * HOUR)]
    pause = Pause("dana", "the portal moves", paused_at, until)

    assert decisions(a_schedule(), come, NIGHT + 2 * HOUR, pause) == []  # may yet be resumed
    (said,) = decisions(a_schedule(), come, NIGHT + 3 * HOUR, pause)
    assert said.became is became


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
