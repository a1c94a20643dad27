"""The scheduler: looks at the schedules, and begins the run of each time that has come, once.

What becomes of a time is a row with a key of its own, so that it is decided once, whoever looks
and however often. One run is at work in a data folder: what comes meanwhile waits its turn.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bots.config import Portal, Settings, find_portal, load_portals, load_settings
from bots.config.schedules import Schedule, load_schedules, without_portal
from bots.errors import Problem
from bots.faults import CIRCUIT_REST
from bots.places import Places
from bots.portals.base import Query
from bots.runs import ends
from bots.runs.alerting import Telling
from bots.runs.calendar import ClosedUntil, between, moment_of
from bots.runs.due import came_to, decisions, is_over, why_not
from bots.runs.health import Seen
from bots.runs.request import RunRequest, RunSummary, asked
from bots.secrets import VaultDown
from bots.store import brake, work
from bots.store import schedules as rows
from bots.store.facts import RunRecord, RunState
from bots.store.schedules import Became, TimeRecord
from bots.store.thread import StoreThread

log = structlog.get_logger()

TICK = 10.0  # seconds between two looks
VAULT_REST = timedelta(seconds=60)  # between two tries to begin a time whose vault is down
_VAULT_TRY = timedelta(seconds=90)  # whose run is at work for longer is not asking its vault
LEFT_AFTER = timedelta(minutes=5)  # in these whoever began a time says what became of it
_WEEK = timedelta(days=7)
_FARTHEST_BACK = timedelta(days=14)  # nobody wants to read of more missed times than these
_WORK_LEFT_OVER = 3  # the exit of a run that may be tried again, or for which another had to wait
Start = Callable[[RunRequest, asyncio.Event], Awaitable[RunSummary]]


@dataclass(frozen=True, slots=True)
class _Held:
    """A time that waits for its vault.

    Attributes:
        since: when the vault was down first.
        tried: when it was asked last.
        seen: when the time was last seen to wait.
    """

    schedule: str
    why: str
    since: datetime
    tried: datetime
    seen: datetime


class Scheduler:
    """Begins runs by the schedules of one office. Use `async with`, then `forever`."""

    def __init__(self, places: Places, start: Start) -> None:
        self._places, self._start = places, start
        self._store = StoreThread(places)
        self._task: asyncio.Task[None] | None = None
        self._own = ""  # the time whose run `_task` is
        self._left: dict[str, datetime] = {}  # times that nobody is seen at, and since when
        self._ending = asyncio.Event()
        self._settings: Settings | None = None  # as they were read last
        self._schedules: dict[str, Schedule] = {}
        self._portals: dict[str, Portal] = {}
        self._lines: dict[str, str] = {}  # by which the times of each schedule are found
        self._wrong: dict[str, str] = {}  # schedules that name no portal, and what is wrong
        self.problem = ""  # why the configuration could not be read at the last look
        self._held: dict[str, _Held] = {}  # times whose vault is down, by the key of their run
        self.seen: Seen | None = None
        self._alerts = Telling(self._store)

    async def __aenter__(self) -> Scheduler:
        await self._store.open()
        await self._take_up()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ending.set()
        await self._alerts.close()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=ends.LAST_SECONDS)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._store.close()

    @property
    def is_at_work(self) -> bool:
        """Whether a run of ours is at work."""
        return self._task is not None and not self._task.done()

    async def forever(self) -> None:
        """Look again and again; ends by being cancelled."""
        while True:
            await self.look(datetime.now(UTC))
            await asyncio.sleep(TICK)

    async def look(self, now: datetime) -> None:
        """Decide what has come, and begin what waits if nothing is at work.

        Raises:
            Problem: the store cannot be asked.
        """
        try:
            await self._see_to_all(now)
            self.problem = ""
        except Problem as problem:  # a file that is being edited must not end the night
            if self.problem != problem.sentence():
                log.error("schedules cannot be read", what=problem.what, where=problem.where)
            self.problem = problem.sentence()
        if self._settings is not None:
            # Asked in vain from the first time to the last: between, it may have been up.
            held = {key: held.tried - held.since for key, held in self._held.items()}
            await self._alerts.look(self._settings, self._schedules, held, now)
        await self._say(now)

    async def _see_to_all(self, now: datetime) -> None:
        settings, schedules, portals = load_settings(), load_schedules(), load_portals()
        self._settings, self._schedules, self._portals = settings, schedules, portals
        self._say_which_are_wrong()
        await self._see_to_lines(settings, now)
        await self._see_to_what_was_left(now)
        await self._see_to_what_waits(now)
        for name, schedule in schedules.items():
            if name not in self._wrong:
                await self._decide(name, schedule, settings, now)
        await self._go_on_if_lost()
        if not self.is_at_work:
            await self._begin_next(settings, now)

    def _say_which_are_wrong(self) -> None:
        """A portal that is not there is the trouble of its own schedule; said once."""
        wrong = without_portal(self._schedules, self._portals)
        for name, problem in wrong.items():
            if self._wrong.get(name) != problem.sentence():
                log.error("schedule names no portal", schedule=name, what=problem.what,
                          where=problem.where, do=problem.do)  # fmt: skip
        self._wrong = {name: problem.sentence() for name, problem in wrong.items()}

    async def _see_to_lines(self, settings: Settings, now: datetime) -> None:
        """What has another line now, or was not in the file, begins with its next time.

        A look is compared with the one before it, and only the first with what the store has: the
        file of another machine may be another for a while, and each would undo the other's.
        """
        lines = {
            name: f"{schedule.cron} {zone_of(schedule, settings).key}"
            for name, schedule in self._schedules.items()
        }
        for name in self._lines.keys() | lines.keys():
            if self._lines.get(name) != (line := lines.get(name, "")):
                await self._store.call(rows.keep_line, name, line, now)
        self._lines = lines

    async def _say(self, now: datetime) -> None:
        """Keep for the watchdog what there is to say."""
        is_stopped = brake.is_stopped(self._places) or await self._store.call(
            brake.are_all_stopped
        )
        stopped = "`claimbots stop` is on" if is_stopped else ""
        held = {held.schedule: held.why for held in self._held.values()}
        on = {name for name, schedule in self._schedules.items() if schedule.enabled}
        held |= {name: why for name, why in self._wrong.items() if name in on}
        standing = await self._store.call(rows.standing, now - _WEEK, now)
        self.seen = Seen(
            at=now,
            is_at_work=self.is_at_work,
            problem=self.problem or stopped,
            held=held,
            open_exceptions=standing.open_exceptions,
            open_proposals=standing.open_proposals,
            done={name: last for name, last in standing.done.items() if name in on},
            waiting=standing.waiting,
            failed=standing.failed,
        )

    async def _decide(
        self, name: str, schedule: Schedule, settings: Settings, now: datetime
    ) -> None:
        since = await self._store.call(rows.known_since, name, now)
        decided = await self._store.call(rows.decided_until, name, now)
        for key in await self._store.call(rows.take_back, name, now):
            log.warning("decided ahead of its time, by a clock that was wrong: decided anew",
                        schedule=name, time=key)  # fmt: skip
        after = max(since, decided or since, now - _FARTHEST_BACK)
        zone = zone_of(schedule, settings)
        come = between(schedule, zone, after, now, portal_hours(schedule, settings, self._portals))
        if not come:
            return
        open_times = await self._store.call(rows.times, name, Became.BEGUN, Became.WAITING)
        come_or_begun = [t for t in open_times if t.due <= now or t.became is Became.BEGUN]
        busy = [entry for entry in come_or_begun if not await self._is_through(entry)]
        pause = await self._store.call(rows.pause_of, name)
        for entry in decisions(schedule, come, now, pause, is_busy=bool(busy)):
            firing = entry.firing
            if await self._store.call(
                rows.decide, name, firing.key, firing.due, entry.became, entry.why
            ):
                log.info("scheduled", schedule=name, time=firing.key, became=entry.became.value,
                         why=entry.why)  # fmt: skip

    async def _is_through(self, entry: TimeRecord) -> bool:
        """Whether the run of a time has ended, though nobody has said so of the time as yet."""
        run = await self._store.call(rows.newest_run, entry.run_key)
        return run is not None and is_over(run)

    async def _take_up(self) -> None:
        """What was at work when the process died, or was stopped, waits again to go on."""
        for entry in await self._store.call(rows.times, "", Became.BEGUN):
            await self._store.call(
                rows.turn, entry.schedule, entry.key, Became.BEGUN, Became.WAITING,
                "goes on after an interruption",
            )  # fmt: skip

    async def _see_to_what_was_left(self, now: datetime) -> None:
        """Find out what became of times that another process began, and says no more of.

        The line of a `run-now` dropped, or the machine of another `serve` is gone. One that lives
        may be just about to ask for the run, or to say what it came to: it is given time.
        """
        left: dict[str, datetime] = {}
        for entry in await self._store.call(rows.times, "", Became.BEGUN):
            if self.is_at_work and entry.run_key == self._own:
                continue
            run = await self._store.call(rows.newest_run, entry.run_key)
            if await self._is_done_by_somebody(entry, run):
                continue
            left[entry.run_key] = min(self._left.get(entry.run_key, now), now)
            if now - left[entry.run_key] < LEFT_AFTER:
                continue
            became = came_to(run)
            why = run.stop_reason if run else "goes on: who began it is gone"
            if await self._turn(entry, Became.BEGUN, became, why):
                log.warning("who began a scheduled run is gone", schedule=entry.schedule,
                            time=entry.key, became=became.value)  # fmt: skip
        self._left = left

    async def _is_done_by_somebody(self, entry: TimeRecord, run: RunRecord | None) -> bool:
        """Whether the run of a time waits or is at work; it may be another's that is the same."""
        became = came_to(run)
        schedule = self._schedules.get(entry.schedule)
        if became is not Became.WAITING or schedule is None:
            return became is Became.BEGUN
        from bots.runs.asking import digest  # a third of a second, only where needed

        request = request_of(schedule, entry, run.id if run else "")
        return await self._store.call(rows.is_open, digest(request))

    async def _see_to_what_waits(self, now: datetime) -> None:
        """Find out which times still wait for a vault, and what a run came to meanwhile.

        A worker tries such a run again by itself: it may be at work, or through with it, while
        the run of another schedule is looked on at.
        """
        open_times = await self._store.call(rows.times, "", Became.WAITING, Became.BEGUN)
        for entry in open_times:
            run = await self._store.call(rows.newest_run, entry.run_key)
            if entry.became is Became.WAITING and run is not None and is_over(run):
                await self._turn(entry, Became.WAITING, came_to(run), run.stop_reason)
                self._held.pop(entry.run_key, None)
            elif held := self._held.get(entry.run_key):
                # While it asks its vault again it seems to be at work: that is no news.
                if run is None or (run.state is RunState.PENDING and run.stop_reason):
                    self._held[entry.run_key] = replace(held, seen=now)
                elif now - held.seen > _VAULT_TRY:
                    del self._held[entry.run_key]
        for key in self._held.keys() - {entry.run_key for entry in open_times}:
            del self._held[key]

    async def _go_on_if_lost(self) -> None:
        """Where the store failed as a run began or ended, nobody has said what became of it."""
        if self._task is None or not self._task.done():
            return
        if not self._task.cancelled() and (error := self._task.exception()) is not None:
            log.error("lost sight of a scheduled run", error=type(error).__name__)
            await self._take_up()
        self._task = None

    async def _begin_next(self, settings: Settings, now: datetime) -> None:
        for entry in self._in_turn(await self._store.call(rows.times, "", Became.WAITING)):
            schedule = self._schedules.get(entry.schedule)
            if schedule is None:
                await self._turn(entry, Became.WAITING, Became.LEFT_OUT, "no such schedule now")
            elif held := await self._held_back(entry, schedule, now):
                await self._turn(entry, Became.WAITING, *held)
            elif entry.schedule in self._wrong or entry.due > now:
                continue  # what is not due was decided by a clock that was ahead
            elif portal_hours(schedule, settings, self._portals)(now) is not None:
                continue  # what it waited for lasted until the portal's hours were over
            elif self._rests(entry, now) or await self._is_left_alone(schedule.portal, now):
                continue
            elif await self._turn(entry, Became.WAITING, Became.BEGUN, entry.why):
                self._own = entry.run_key
                self._task = asyncio.create_task(self._whole(entry, schedule, now))
                return

    def _rests(self, entry: TimeRecord, now: datetime) -> bool:
        """Whether the vault of a time was tried a moment ago."""
        tried = self._tried(entry)
        return tried is not None and tried <= now < tried + VAULT_REST

    async def _is_left_alone(self, portal: str, now: datetime) -> bool:
        """Whether the last run at a portal has just opened its circuit.

        A person may begin a run all the same (`run`, `schedule run-now`), and where it goes well
        the schedules go on.
        """
        soon = now + timedelta(seconds=TICK)  # a run may end while a look is at it
        last = await self._store.call(rows.last_ended, portal, soon)
        if last is None or last.ended_at is None:
            return False
        rests_until = last.ended_at + timedelta(seconds=CIRCUIT_REST)
        return last.stop_reason.endswith(ends.OPENED_CIRCUIT) and now < rests_until

    def _in_turn(self, waiting: list[TimeRecord]) -> list[TimeRecord]:
        """The oldest first; but a vault that was tried is tried again when others had their turn.

        A try may take as long as its rest: it would else come first for ever.
        """
        never = datetime.min.replace(tzinfo=UTC)
        oldest_first = waiting[::-1]
        return sorted(oldest_first, key=lambda entry: self._tried(entry) or never)

    def _tried(self, entry: TimeRecord) -> datetime | None:
        """When the vault of a time that waits for it was tried last."""
        held = self._held.get(entry.run_key)
        return held.tried if held is not None else None

    async def _held_back(
        self, entry: TimeRecord, schedule: Schedule, now: datetime
    ) -> tuple[Became, str] | None:
        """What a time that waits becomes, and why, where its schedule may begin nothing now.

        A run that waits for a worker or is at work is not held back by that: it is only looked on
        at, and of one that is over only its end is kept.
        """
        why = why_not(schedule, await self._store.call(rows.pause_of, entry.schedule), now)
        if not why:
            return None
        run = await self._store.call(rows.newest_run, entry.run_key)
        if run is None:
            return Became.LEFT_OUT, why
        return (Became.LEFT_OVER, why) if run.ended_at and not is_over(run) else None

    async def _whole(self, entry: TimeRecord, schedule: Schedule, now: datetime) -> None:
        """One run, from its beginning to what is kept of its end."""
        before = await self._store.call(rows.newest_run, entry.run_key)
        if before is not None and is_over(before):  # and nobody was there to keep that
            await self._turn(entry, Became.BEGUN, came_to(before), before.stop_reason)
            return
        request = await self._request(entry, schedule, before)
        try:
            summary = await self._start(request, self._ending)
        except VaultDown as down:
            await self._hold(entry, down.what, now)
            return
        except Problem as problem:
            self._held.pop(entry.run_key, None)  # it is not the vault that it waits for now
            is_another_at_work = problem.exit == _WORK_LEFT_OVER
            became = Became.WAITING if is_another_at_work else Became.FAILED
            await self._turn(entry, Became.BEGUN, became, problem.sentence())
            if not is_another_at_work:
                log.error("scheduled run failed", schedule=entry.schedule, what=problem.what)
            return
        except asyncio.CancelledError:
            raise  # stays begun: the next start goes on with it
        except Exception as error:
            log.error("scheduled run failed", schedule=entry.schedule, error=type(error).__name__)
            await self._turn(entry, Became.BEGUN, Became.FAILED, type(error).__name__)
            return
        if summary.state is RunState.PENDING and summary.stop_reason:
            await self._hold(entry, summary.stop_reason, now)
            return
        is_interrupted = self._ending.is_set() and summary.state is RunState.STOPPED
        if is_interrupted or summary.state is RunState.PENDING:
            return  # stays begun: the next start goes on with it
        became = Became.DONE if summary.exit == 0 else Became.LEFT_OVER
        if summary.state is RunState.STOPPED and summary.stop_reason in ends.INTERRUPTED:
            became = Became.WAITING  # by somebody who had asked for the same
        await self._turn(entry, Became.BEGUN, became, summary.stop_reason)

    async def _hold(self, entry: TimeRecord, why: str, now: datetime) -> None:
        """The vault is down: the time stays, and others have their turn until it is up."""
        before = self._held.get(entry.run_key)
        if before is None:
            log.error("scheduled run waits", schedule=entry.schedule, what=why)
        since = before.since if before is not None else now
        self._held[entry.run_key] = _Held(entry.schedule, why, since, tried=now, seen=now)
        await self._turn(entry, Became.BEGUN, Became.WAITING, why)

    async def _request(
        self, entry: TimeRecord, schedule: Schedule, before: RunRecord | None
    ) -> RunRequest:
        """How to ask for the run of a time: for one that is not ended, as it was asked for."""
        if before is None or before.ended_at:
            return request_of(schedule, entry, before.id if before else "")
        said = await self._store.call(work.request_of, before.id)
        return asked(said) if said else request_of(schedule, entry, "")

    async def _turn(self, entry: TimeRecord, was: Became, became: Became, why: str = "") -> bool:
        return await self._store.call(rows.turn, entry.schedule, entry.key, was, became, why)


def request_of(
    schedule: Schedule, entry: TimeRecord, resume: str, asked_by: str = ""
) -> RunRequest:
    """The run that one time of a schedule asks for; `resume` is the run that it goes on with."""
    since = None
    if schedule.days_back is not None:
        since = date.fromisoformat(entry.key[:10]) - timedelta(days=schedule.days_back)
    query = Query(
        queue=schedule.queue,
        since=since,
        facility=schedule.facility,
        code=schedule.code,
        limit=schedule.limit,
    )
    return RunRequest(
        portal=schedule.portal,
        query=query,
        shadow=schedule.shadow,
        pages=schedule.pages,
        requested_by=asked_by or f"schedule {entry.schedule}",
        resume=resume,
        scheduled=entry.run_key,
    )


def zone_of(schedule: Schedule, settings: Settings) -> ZoneInfo:
    """The time zone of a schedule's times."""
    return ZoneInfo(schedule.time_zone or settings.office.time_zone)


def portal_hours(
    schedule: Schedule, settings: Settings, portals: dict[str, Portal]
) -> ClosedUntil:
    """When the schedule's portal opens again, of a UTC moment; None where it is open.

    Raises:
        Problem: there is no such portal.
    """
    portal = find_portal(portals, schedule.portal)
    zone = ZoneInfo(portal.time_zone or settings.office.time_zone)

    def closed_until(moment: datetime) -> datetime | None:
        local = portal.closed_until(moment.astimezone(zone).replace(tzinfo=None))
        return moment_of(local, zone) if local is not None else None

    return closed_until
