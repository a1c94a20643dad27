"""Who needs to know: what a run or a schedule came to, as alerts that are said once.

A trouble begins when it is seen and is over when a later run or time went well; in between it is
one row in the store, however many runs and processes meet it. An alert that cannot be sent waits
for a later look. Nothing in here ever fails a run.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from bots.alerts import Alert, Event, NotSent, NotToAll, channels, send
from bots.config import Settings
from bots.faults import that_wake
from bots.ledger import LedgerBroken
from bots.runs import ends
from bots.runs.due import came_to
from bots.secrets import VaultDown
from bots.store import alerts, records, schedules
from bots.store.alerts import Trouble, Waiting
from bots.store.facts import RunKind, RunRecord, RunState
from bots.store.schedules import Became, TimeRecord
from bots.store.thread import StoreThread

log = structlog.get_logger()

LONGEST = 45.0  # seconds that the end of a run may wait for mail servers and the like
LONGEST_BESIDE = 600.0  # seconds that all alerts of a look may take, which nobody waits for
VAULT_AWAY = timedelta(hours=1)  # after it somebody is told of what waits for its vault
_OF_RUNS = (
    Event.RUN_FAILED, Event.PORTAL_CHANGED, Event.CIRCUIT_OPEN, Event.CEILING_REACHED,
    Event.LOG_IN_REFUSED, Event.ACCOUNT_LOCKED,
)  # fmt: skip
_OF_LOG_INS = (Event.LOG_IN_REFUSED, Event.ACCOUNT_LOCKED)
_OF_SCHEDULES = (Event.SCHEDULE_MISSED, Event.SCHEDULE_FAILED)
_FEW = 50  # times of a schedule, among which one was not left out


@asynccontextmanager
async def telling(
    store: StoreThread, settings: Settings, run: str, *, sends: bool = True, waits: bool = True
) -> AsyncIterator[None]:
    """What is done in it is one run: whatever it ends in, the alerts of it are kept and sent.

    Args:
        sends: without it they wait for the next look, and nobody waits for a mail server.
        waits: whether a run whose vault is down is begun again by itself when it is up.
    """
    fault = None
    try:
        yield
    except Exception as error:
        fault = error
        raise
    finally:
        # A run that is broken off by force waits for nobody: its cancelling goes on through here.
        task = asyncio.current_task()
        if channels(settings.alerts) and not (task and task.cancelling()):
            with _never_failing():
                async with asyncio.timeout(LONGEST):
                    is_to_be_told = await store.call(_keep_of_run, settings, run, fault, waits)
                    if sends and is_to_be_told:
                        await deliver(store, settings, datetime.now(UTC))


class Telling:
    """The alerts of schedules: kept at each look, sent beside it."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store
        self._sending: asyncio.Task[None] | None = None

    async def look(
        self,
        settings: Settings,
        names: Collection[str],
        held: Mapping[str, timedelta],
        now: datetime,
    ) -> None:
        """Keep what has come; a look never waits for a mail server.

        Args:
            held: times that wait for their vault, by the key of their run, and how long in vain.
        """
        if not channels(settings.alerts):
            return
        with _never_failing():
            await self._store.call(_keep_of_schedules, list(names), held, now)
            if self._sending is None or self._sending.done():
                self._sending = asyncio.create_task(self._send(settings, now))

    async def close(self) -> None:
        """Leave what is not sent to the next start."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    async def _send(self, settings: Settings, now: datetime) -> None:
        with _never_failing():
            async with asyncio.timeout(LONGEST_BESIDE):
                await deliver(self._store, settings, now)


async def deliver(store: StoreThread, settings: Settings, now: datetime) -> None:
    """Send what waits, each by each way that has not taken it; a way that fails is left alone."""
    ways = channels(settings.alerts)
    faults: dict[str, str] = {}
    for waiting in await store.call(alerts.take, ways, now):
        await _say(store, settings, waiting, faults)


async def _say(
    store: StoreThread, settings: Settings, waiting: Waiting, faults: dict[str, str]
) -> None:
    """Send one alert by the ways that work and have not taken it; adds to `faults`."""
    ways, told, left_out = channels(settings.alerts), set(waiting.told), ""
    for way in ways:
        # The messages before this one may have taken a while: another process may be at it now.
        renewed = await store.call(alerts.renew, waiting, ways, datetime.now(UTC))
        if renewed is None:
            return
        waiting, told = renewed, set(renewed.told)
        if way in told or way in faults:
            continue
        alert = _alert(waiting, settings.ledger.origin)
        try:
            await _beside(partial(send, way, alert, settings.alerts))
        except NotToAll as error:
            left_out = f"{way}: {error}"
            log.error("alert not sent to all", channel=way, alert=alert.reference, why=str(error))
        except NotSent as error:
            faults[way] = str(error)
            log.error("alert not sent", channel=way, alert=alert.reference, why=str(error))
            continue
        told.add(way)
        # What is broken off at the next way is not said again by this one.
        await store.call(alerts.sent, waiting.id, told, datetime.now(UTC), "being sent", left_out)
    left = "; ".join(f"{way}: {faults[way]}" for way in ways if way not in told)
    await store.call(alerts.sent, waiting.id, told, datetime.now(UTC), left, left_out)


async def _beside(work: Callable[[], None]) -> None:
    """Do it in a thread that nobody has to wait for: a run that leaves it behind can still end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def say(error: NotSent | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def whole() -> None:
        error = None
        try:
            work()
        except NotSent as refused:
            error = refused
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(say, error)

    threading.Thread(target=whole, name="alert", daemon=True).start()
    await done


def troubles_of(
    run: RunRecord | None,
    codes: Collection[str],
    fault: Exception | None,
    portal: str,
    origin: str,
) -> list[Trouble]:
    """What a run came to.

    Args:
        run: None where it did not begin.
        codes: those of its exceptions. A claim's may have ended all of it, such as a right that
            the account lost.
        fault: what it raised.
    """
    told: list[tuple[Event, str]] = []
    reason = run.stop_reason if run is not None else ""
    if isinstance(fault, LedgerBroken) or reason == ends.LOG_NOT_WRITTEN:
        told.append((Event.LOG_BROKEN, origin))
    elif that_wake(Event.ACCOUNT_LOCKED).intersection(codes):
        told.append((Event.ACCOUNT_LOCKED, portal))
    elif that_wake(Event.LOG_IN_REFUSED).intersection(codes):
        told.append((Event.LOG_IN_REFUSED, portal))
    elif reason in {ends.SCREENS_CHANGED, ends.SCREENS_UNLIKE_SELECTORS} or reason.startswith(
        ends.READ_ONLY
    ):
        told.append((Event.PORTAL_CHANGED, portal))
    elif reason.endswith(ends.OPENED_CIRCUIT):
        told.append((Event.CIRCUIT_OPEN, portal))
    elif fault is not None or (run is not None and _broke_off(run, codes)):
        told.append((Event.RUN_FAILED, portal))
    if run is not None and run.ceiling_hit:
        told.append((Event.CEILING_REACHED, portal))
    counts = run.counts if run is not None else {}
    return [
        Trouble(
            event.value, subject, run.id if run else "", counts.get("claims"), counts.get("saves")
        )
        for event, subject in told
    ]


def _broke_off(run: RunRecord, codes: Collection[str]) -> bool:
    """Whether a run failed, or a claim of it met what ends every run.

    One that went on after that, and was done, shows it to be over.
    """
    met = that_wake(Event.RUN_FAILED).intersection(codes)
    return run.state is RunState.FAILED or (run.state is RunState.STOPPED and bool(met))


def _keep_of_run(settings: Settings, id: str, fault: Exception | None, waits: bool) -> bool:
    """Keep what the run came to, and end what it shows to be over; `waits` as for `telling`.

    Returns:
        Whether it is to be told now; not where a signal ended it, or it waits to go on.
    """
    now, origin = datetime.now(UTC), settings.ledger.origin
    run = records.get_run(id)
    codes = {entry.code for entry in records.exceptions(id)}
    is_short = now - run.started_at < VAULT_AWAY
    # One that had begun when its vault went down is closed, and nobody begins it again.
    waits_for_vault = waits and isinstance(fault, VaultDown) and is_short and run.ended_at is None
    troubles = [] if waits_for_vault else troubles_of(run, codes, fault, run.portal, origin)
    if run.state is RunState.DONE:
        still = {trouble.event for trouble in troubles}
        shown = _OF_RUNS if _took_the_list(run) else _OF_LOG_INS
        alerts.end([event for event in shown if event not in still], now, [run.portal])
        alerts.end([Event.LOG_BROKEN], now, [origin])
    alerts.keep(troubles, now)
    goes_on = run.ended_at is None and (fault is None or waits_for_vault)
    return run.stop_reason != ends.STOPPED_BY_SIGNAL and not goes_on


def _took_the_list(run: RunRecord) -> bool:
    """Whether a run took claims from the portal's list; else it shows no more than a log-in.

    One of approved proposals opens just their claims, and one of no claims settles what was left
    open (`Worker`).
    """
    return run.kind is not RunKind.APPROVED and run.query.get("limit") != "0"


def _keep_of_schedules(names: list[str], held: Mapping[str, timedelta], now: datetime) -> None:
    """Keep what became of the newest time of each, once that is known; `held` as for `look`."""
    for name in names:
        few = schedules.times(name, limit=_FEW, until=now)
        times = [t for t in few if t.became is not Became.LEFT_OUT]
        newest = times[0] if times else None
        if newest is None:
            continue
        if newest.became in {Became.WAITING, Became.BEGUN}:
            if any(_waits_too_long(entry, held) for entry in times):
                alerts.keep([Trouble(Event.SCHEDULE_FAILED, name)], now)
        elif newest.became is Became.MISSED:
            alerts.keep([Trouble(Event.SCHEDULE_MISSED, name)], now)
        elif newest.became is Became.FAILED:
            run = schedules.newest_run(newest.run_key)
            if run is None or not alerts.speak_of(run.id):
                alerts.keep([Trouble(Event.SCHEDULE_FAILED, name, run.id if run else "")], now)
        else:
            alerts.end(_OF_SCHEDULES, now, [name])
    alerts.end(_OF_SCHEDULES, now, but=names)  # schedules that are gone


def _waits_too_long(entry: TimeRecord, held: Mapping[str, timedelta]) -> bool:
    """Whether a time waits for its vault for an hour or more, and no worker has its run.

    A worker that has it tells of the run (`telling`).
    """
    if held.get(entry.run_key, timedelta()) < VAULT_AWAY:
        return False
    return came_to(schedules.newest_run(entry.run_key)) is Became.WAITING


def _alert(waiting: Waiting, origin: str) -> Alert:
    trouble = waiting.trouble
    return Alert(
        waiting.id, origin, Event(trouble.event), trouble.subject, waiting.since, waiting.over_at,
        trouble.run, trouble.claims, trouble.saves,
    )  # fmt: skip


@contextlib.contextmanager
def _never_failing() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the store may be full, the way of sending broken: the run is not
        log.error("alerts could not be kept or sent", error=type(error).__name__)
