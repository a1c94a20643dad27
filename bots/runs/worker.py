"""A worker: takes up the runs that were asked for, one after the other, while its lease holds.

It first goes on with what a dead one had at work. Only a worker launches DBOS, in the loop in
which the browser lives. Over one file of a store it is alone; where the store is in PostgreSQL
several are at work, on one machine or on many, and each looks for the runs of dead ones (decision
11).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog

from bots.config import load_portals, load_settings
from bots.crashpoints import crashpoint
from bots.errors import Problem
from bots.ledger import Ledger
from bots.places import Places
from bots.portals.base import Query
from bots.runs import ends, evidence
from bots.runs.alerting import telling
from bots.runs.asking import ask_for
from bots.runs.at_work import RunAtWork
from bots.runs.behind import catch_up
from bots.runs.decisions import open_ledger
from bots.runs.lease import LOST, Lease
from bots.runs.lost import keep_what_is_missing, say_whether_one_may_land
from bots.runs.office import Occupied, Office, open_office, sole_worker
from bots.runs.request import RunRequest, RunSummary, asked
from bots.runs.taking import LEFT, Progress
from bots.secrets import VaultDown
from bots.store import from_log, leases, records, work
from bots.store.address import database_url
from bots.store.facts import Ending, RunRecord, RunState
from bots.store.thread import StoreThread

if TYPE_CHECKING:
    from bots.runs.durable import Durable, Steps

Answer = TypeVar("Answer")

log = structlog.get_logger()

NAME = "worker"
_RECONCILE = 20.0  # seconds between two looks for runs that nobody is at
_LOOK = 1.0  # seconds between two looks for a run that waits
_TOO_OLD = timedelta(hours=24)  # a run whose worker died before that is closed, not gone on with
VAULT_REST = 60.0  # seconds that a run waits whose vault was down
_SETTLE = 3600.0  # seconds between two looks for saves whose run does not go on
_RECOVERED_WITHIN = 30.0  # seconds in which DBOS begins again what it said that it would
_GOES_ON = (RunState.PENDING, RunState.IN_PROGRESS, RunState.PAUSED)  # and settles its own


class Worker:
    """One worker of a data folder. Use `async with`; then `until_ended` or `forever`.

    Args:
        only: what it is here for (`run.digest`): of what a dead worker left it goes on with
            this and closes the rest. Without it, it goes on with all.
        ending: once it is set no run, no claim and no save is begun; what was begun is ended.
            A run that is not through then waits again, or ends stopped where `only` is given.
    """

    def __init__(
        self,
        places: Places,
        *,
        name: str = "",
        only: str = "",
        ending: asyncio.Event | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._places, self._progress = places, progress
        self.ending, self._only = ending or asyncio.Event(), only
        self._is_alone = not database_url(places)
        self._name = name or (NAME if self._is_alone else _name_here(only))
        self._origin = load_settings().ledger.origin
        self._lease = Lease(
            places, self._name, self._give_up,
            log=self._origin, only=only, is_alone=self._is_alone,
        )  # fmt: skip
        self._store = StoreThread(places)
        self._exit = AsyncExitStack()
        self._turn = asyncio.Lock()
        self._at_work: dict[str, RunAtWork] = {}
        self._sessions: dict[str, asyncio.Task[object]] = {}
        self._told: dict[str, RunSummary | Exception] = {}
        self._offices: dict[str, Office] = {}
        self._resting: dict[str, float] = {}  # runs whose vault was down, until when
        self._settles_at = 0.0
        self._forgetting: list[asyncio.Task[None]] = []
        self._begun: set[str] = set()
        self._durable: Durable

    async def __aenter__(self) -> Worker:
        """Take the data folder and the lease, and go on with what a dead worker had.

        Raises:
            Occupied: another worker is at work in this data folder, or, where several may be,
                one of this name, or one that will do the one run that this is for.
            VaultDown: without the keys in it, what a dead worker left cannot be looked up.
        """
        async with self._exit:
            held = "" if self._is_alone else self._name
            try:
                self._exit.enter_context(sole_worker(self._places, held))
            except Occupied:
                if not await end_if_frozen(self._places, held):
                    raise
                self._exit.enter_context(sole_worker(self._places, held))
            from bots.runs.durable import launched  # a third of a second, only where needed

            await self._exit.enter_async_context(self._store)
            await self._leave_it_to_others()
            await self._catch_up()
            await asyncio.to_thread(self._lease.__enter__)
            self._exit.push(self._lease.__exit__)
            pulsing = asyncio.create_task(self._pulse())
            self._exit.callback(pulsing.cancel)
            self._durable = await self._exit.enter_async_context(
                launched(self._places, self._lease.executor, self)
            )
            self._exit.push_async_callback(self.break_off)
            await self._take_over()
            if not self._only:
                reconciling = asyncio.create_task(self._reconcile())
                self._exit.callback(reconciling.cancel)
            self._exit = self._exit.pop_all()
        return self

    async def _leave_it_to_others(self) -> None:
        """Whoever is here for one run only is not needed where a worker takes up any."""
        if self._is_alone or not self._only:
            return
        for record in await self._store.call(leases.alive):
            if not record.only:
                raise Occupied("worker", record.process, record.host, "it does the run")

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    @property
    def executor(self) -> str:
        """This life of this worker, as the runs that it has at work name it."""
        return self._lease.executor

    @property
    def is_at_work(self) -> bool:
        """Whether a run is at work here."""
        return bool(self._at_work)

    async def end(self) -> None:
        """Begin nothing more; what was begun may end for a while, then it is cancelled."""
        self.ending.set()
        if self._sessions:
            await asyncio.wait(self._sessions.values(), timeout=ends.LAST_SECONDS)
        await self.break_off()

    async def forever(self) -> None:
        """Take up run after run, until `ending` is set."""
        while not self.ending.is_set():
            now = time.monotonic()
            resting = [run for run, until in self._resting.items() if until > now]
            run = await self._store.call(work.next_pending, resting, self._origin)
            if run:
                await self._do(run)
            else:
                await self._settle_what_is_left()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.ending.wait(), _LOOK)

    async def _do(self, run: str, office: Office | None = None) -> None:
        """Do a run. What is wrong with it is kept on its row, and logged, and ends it alone.

        A fault of ours as well; but where its row is not closed it was no fault of the run.
        """
        try:
            await self.until_ended(run, office)
        except Problem:
            return
        except Exception:
            if (await self._store.call(records.get_run, run)).ended_at is None:
                raise

    async def _settle_what_is_left(self) -> None:
        """Find out what became of saves whose run does not go on, by a run of no claims.

        Such as a run that was closed as too old, or that another machine, which has not this
        log, went on with. What is still not known then is looked at again later.
        """
        if time.monotonic() < self._settles_at:
            return
        self._settles_at = time.monotonic() + _SETTLE
        with contextlib.suppress(Problem, OSError):  # where no run begins nobody else does it
            days = (await asyncio.to_thread(load_settings)).run.evidence_days
            await asyncio.to_thread(evidence.clear, self._places, days)
        with contextlib.suppress(Problem):  # a vault or a configuration that is not right now
            for portal in await self._left_open():
                log.warning("settles what was left open", portal=portal)
                await self._settle_at(portal)

    async def _settle_at(self, portal: str) -> None:
        request = RunRequest(portal, Query("pending", limit=0), requested_by="claimbots")
        with contextlib.suppress(Problem):  # kept on its row, and logged
            office = await asyncio.to_thread(open_office, self._places, portal)
            run, _ = await ask_for(request, office, self._store)
            await self._do(run, office)

    async def _left_open(self) -> list[str]:
        """The portals at which saves are open on this log that no run settles as it goes on."""
        intents = await self._of_own_log(lambda ledger: asyncio.to_thread(ledger.open_intents))
        states = await self._store.call(from_log.run_states, {it.run for it in intents or ()})
        left = {it.portal for it in intents or () if states.get(it.run) not in _GOES_ON}
        return sorted(left & (await asyncio.to_thread(load_portals)).keys())

    async def until_ended(self, run: str, office: Office | None = None) -> RunSummary | None:
        """Do a run, or wait for its end where it is at work here already.

        Returns:
            How it ended; None where another has it, it was cancelled, or it waits for its vault.

        Raises:
            Problem: it could not be done; its row says so, too.
        """
        if office is not None:
            self._offices[run] = office
        if run not in self._sessions and run not in self._told:
            attempt = await self._store.call(work.take_up, run, self._lease.executor, self._origin)
            if not attempt:
                return None
            self._begun.add(run)
            try:
                crashpoint("run.taken_up")
                handle = await self._durable.begin(run, attempt)
                await handle.get_result()
                await self._durable.forget(handle.workflow_id)
            finally:
                self._begun.discard(run)
        elif run in self._sessions:
            await asyncio.wait({self._sessions[run]})
        told = self._told.pop(run, None)
        if isinstance(told, Exception):
            raise told
        return told

    # What the workflows ask for (`durable.Desk`).

    async def session(self, run: str, attempt: int, steps: Steps) -> str:
        """One run under one log-in, from its beginning to its end; again after a crash."""
        task = asyncio.current_task()
        assert task is not None
        self._sessions[run] = task
        try:
            async with self._turn:
                mine = self._lease.executor, run, attempt
                if not await self._store.call(work.has_at_work, *mine):
                    return "given up"
                self._told[run] = summary = await self._whole(run, steps)
                return summary.state.value
        except Exception as error:
            if isinstance(error, VaultDown) and not self._only:
                return await self._let_wait(run, error)
            if not isinstance(error, Problem):
                log.error("a run failed", run=run, error=type(error).__name__)
            self._told[run] = error
            await self._close(run, error)
            return RunState.FAILED.value
        finally:
            self._sessions.pop(run, None)

    async def _let_wait(self, run: str, down: VaultDown) -> str:
        """Nothing of it was begun: it waits as if nobody had taken it up, and is asked again."""
        log.warning("a run waits for its vault", run=run, what=down.what, where=down.where)
        await self._store.call(work.hand_back, run, self._lease.executor, down.what)
        self._resting[run] = time.monotonic() + VAULT_REST
        return RunState.PENDING.value

    async def claim(self, run: str, item: int, attempt: int) -> str:
        """One claim of a run that is at work here; of another one nothing is begun."""
        at_work = self._at_work.get(run)
        return await at_work.claims.one(item, attempt) if at_work else LEFT

    async def _whole(self, run: str, steps: Steps) -> RunSummary:
        request = asked(await self._store.call(work.request_of, run))
        office = self._offices.pop(run, None)
        settings = office.settings if office else await asyncio.to_thread(load_settings)
        async with telling(self._store, settings, run, waits=not self._only):
            if office is None:
                office = await asyncio.to_thread(
                    open_office,
                    self._places,
                    request.portal,
                    shadow=request.shadow,
                    as_of=request.as_of,
                )
            return await self._told_whole(run, request, office, steps)

    async def _told_whole(
        self, run: str, request: RunRequest, office: Office, steps: Steps
    ) -> RunSummary:
        ledger = await asyncio.to_thread(
            Ledger.of_office, self._places, office.settings.ledger.origin, office.master
        )
        at_work = RunAtWork(
            run, request, office, self._store, ledger,
            fence=self._lease.check, ending=self.ending,
            hands_back=not self._only, progress=self._progress,
        )  # fmt: skip
        self._at_work[run] = at_work
        try:
            return await at_work.whole(steps)
        finally:
            self._at_work.pop(run, None)

    async def _close(self, run: str, error: Exception) -> None:
        """A run that could not even begin is closed like any other."""
        record = await self._store.call(records.get_run, run)
        if record.state is RunState.IN_PROGRESS:
            what = error.what if isinstance(error, Problem) else type(error).__name__
            code = error.exit if isinstance(error, Problem) else 2
            ending = Ending(RunState.FAILED, exit=code, stop_reason=what)
            await self._store.call(records.end_run, run, ending)

    # What dead workers left. Over one file they are all dead: this data folder is ours.

    async def _catch_up(self) -> None:
        """Keep what the log knows and the store has lost, before it gives out a run's id."""
        living = await self._store.call(leases.alive)
        if not self._is_alone and any(record.log == self._origin for record in living):
            return  # they are writing this log, and keep what they do
        await self._of_own_log(lambda ledger: self._store.call(catch_up, ledger))

    async def _of_own_log(self, ask: Callable[[Ledger], Awaitable[Answer]]) -> Answer | None:
        """What this host's log answers; None where no portal's keys open it.

        Raises:
            VaultDown: it passes by itself, and the answer is not known until then.
        """
        for portal in await asyncio.to_thread(load_portals):
            try:
                async with self._log_of(portal) as ledger:
                    return await ask(ledger)
            except VaultDown:
                raise
            except Problem:  # what is wrong its first run says
                continue
        return None  # one log a host: any portal's keys would have opened it

    @contextlib.asynccontextmanager
    async def _log_of(self, portal: str) -> AsyncIterator[Ledger]:
        ledger = await asyncio.to_thread(open_ledger, self._places, portal)
        try:
            yield ledger
        finally:
            await asyncio.to_thread(ledger.close_files)

    async def _take_over(self) -> None:
        """Go on with the runs whose worker is dead.

        Over a file DBOS plays their sessions again. In PostgreSQL it would let any worker do
        that; there they wait in our own table for whoever is free.
        """
        from bots.runs.durable import workflow_id

        executors: set[str] = set()
        adopted: dict[str, str] = {}
        now = await self._store.call(leases.clock)
        for orphan in await self._store.call(leases.orphans):
            id, was, dead = orphan.run, orphan.worker, orphan.dead
            if dead is not None and not self._is_alone:
                await self._see_that_it_is_dead(dead)
            lost = await self._store.call(records.get_run, id)
            _, attempt = await self._store.call(work.worker_of, id)
            whose = await self._store.call(work.log_of, id)
            # Who comes again under its own name has taken the place of its earlier life.
            taken = await self._store.call(work.last_taken, id) or lost.started_at
            left_at = dead.renewed_at if dead is not None else taken
            limit = await _save_limit(lost.portal)
            if self._may_still_land(whose, limit, now - (orphan.lived_until or taken)):
                continue  # looked at again soon
            mine = self._lease.executor, self._origin, limit
            if not await self._store.call(work.adopt, id, was, *mine):
                continue  # another was quicker, or it has ended
            is_old = now - left_at > _TOO_OLD
            is_other = self._only not in ("", await self._store.call(work.asked_for, id))
            is_whole = await self._keep_what_it_saved(lost, whose, limit)
            if is_old or is_other or not is_whole or not attempt:
                await self._close_killed(id)
            elif self._is_alone:
                executors.add(was)
                adopted[workflow_id(id, attempt)] = id
            else:
                log.warning("goes on with a run whose worker died", run=id)
                await self._store.call(work.hand_back, id, self._lease.executor)
                await self._durable.forget(workflow_id(id, attempt))
        if not adopted:
            return
        going = await self._durable.recover(sorted(executors))
        for workflow, run in adopted.items():
            log.warning("goes on with a run whose worker died", run=run)
            if workflow in going and await self._is_begun(run):
                self._forgetting.append(asyncio.create_task(self._forget(run, workflow)))
            else:
                # DBOS knows nothing of it, another version's it does not play, or it does not
                # begin: our own table has what is due.
                if workflow not in going:
                    version = await self._durable.version_of(workflow)
                    log.warning("begins its session anew", run=run, session_of_version=version)
                    await self._durable.forget(workflow)
                await self._store.call(work.hand_back, run, self._lease.executor)

    async def _close_killed(self, run: str) -> None:
        """Close a run that is not gone on with; a person's wish for it stands before that."""
        if await self._store.call(work.wanted, run):
            await self._store.call(work.hand_back, run, self._lease.executor)
            return
        settings = await asyncio.to_thread(load_settings)
        async with telling(self._store, settings, run, sends=False):
            ending = Ending(RunState.FAILED, exit=3, stop_reason=ends.KILLED)
            await self._store.call(records.end_run, run, ending)

    def _may_still_land(self, whose: str, limit: float, since: timedelta) -> bool:
        """Whether a save of a dead worker may be on its way of which this machine cannot know.

        Its intent stands in the log of the other machine. One on this machine's own is settled,
        with the whole of the limit, before any claim is begun.

        Args:
            limit: seconds that a save may take to land.
            since: how long it is dead at least.
        """
        if self._is_alone or whose in ("", self._origin):
            return False
        return since < timedelta(seconds=limit + self._lease.holds_for)

    async def _see_that_it_is_dead(self, dead: leases.WorkerRecord) -> None:
        """One of this data folder whose lease has run out may be frozen, and could wake."""
        if (dead.host, dead.log) == (socket.gethostname(), self._origin):
            await end_if_frozen(self._places, dead.name)

    async def _pulse(self) -> None:
        """Show the lease that this event loop is not held up by anything."""
        while True:
            self._lease.pulse()
            await asyncio.sleep(_LOOK)

    async def _reconcile(self) -> None:
        """Again and again: take over from workers that died, and mend what was taken for nothing.

        A run that this worker took up, and that no session of its is at, was lost on the way:
        the database went away just as it was taken.
        """
        idle: set[str] = set()
        while not self.ending.is_set():
            await asyncio.sleep(_RECONCILE)
            try:
                if not self._is_alone:
                    await self._take_over()
                mine = set(await self._store.call(work.runs_of, self._lease.executor))
                left = mine - self._begun - self._sessions.keys()
                for run in left & idle:
                    log.warning("a run was taken up and not begun", run=run)
                    await self._store.call(work.hand_back, run, self._lease.executor)
                idle = left
            except Exception as error:  # such as a database that is away: looked at again
                log.error("could not look for runs of dead workers", error=type(error).__name__)

    async def _forget(self, run: str, workflow: str) -> None:
        if session := self._sessions.get(run):
            await asyncio.wait({session})
        await self._durable.forget(workflow)

    async def _is_begun(self, run: str) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_RECOVERED_WITHIN):
                while run not in self._sessions and run not in self._told:
                    await asyncio.sleep(0.05)
                return True
        return False

    async def _keep_what_it_saved(self, lost: RunRecord, whose: str, limit: float) -> bool:
        """Keep what the log says that a dead run saved, and the store does not know.

        Args:
            whose: the origin of the log that has it. Another machine's is read there, when a
                worker comes up again; until then the portal itself says what was saved.
            limit: seconds that a save may take to land.

        Returns:
            Whether the run's portal is still one of ours.
        """
        if whose not in ("", self._origin):
            return lost.portal in await asyncio.to_thread(load_portals)
        async with AsyncExitStack() as opened:
            try:
                ledger = await opened.enter_async_context(self._log_of(lost.portal))
            except VaultDown:  # it goes on when the vault is up: it is not closed for that
                raise
            except Problem as problem:
                log.error("a run that was killed cannot go on", run=lost.id, what=problem.what)
                return False
            kept = await keep_what_is_missing(self._store, ledger, lost.id)
            me = self._lease.executor
            await say_whether_one_may_land(self._store, ledger, lost.id, me, limit)
        log.warning("a run was killed", run=lost.id, kept=kept)
        return True

    # How it ends.

    async def break_off(self) -> None:
        """Cancel what is still at work; its claims and intents are looked up when it goes on."""
        tasks = [*self._sessions.values(), *self._forgetting]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _give_up(self) -> None:
        """The lease is lost: another may be at these claims. Nothing more leaves this process."""
        for at_work in self._at_work.values():
            if at_work.browser_pid:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(at_work.browser_pid, signal.SIGKILL)
        os._exit(LOST)


async def _save_limit(name: str) -> float:
    """Seconds that a save may take to land at a portal."""
    portal = (await asyncio.to_thread(load_portals)).get(name)
    return portal.save_limit_seconds if portal else 0.0


def _name_here(only: str) -> str:
    """What a worker is called that was given no name, where there may be others."""
    host = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:40]
    return f"{host}-run" if only else host


async def end_if_frozen(places: Places, name: str = "") -> int:
    """End the process that has the data folder where its lease has run out.

    It is of this machine, has the lock, and did not renew its lease for the whole of its length:
    it is frozen or hangs, and could only wake to find its claims with another.

    Args:
        name: the worker's, where several may be at work in this data folder.

    Returns:
        The process, or 0 where there is none.
    """
    try:
        with sole_worker(places, name):
            return 0
    except Occupied as held:
        process = held.process
    async with StoreThread(places) as store:
        # 0 is one that has only just begun, and for kill(2) it is all of ours.
        if not process or not await store.call(leases.has_run_out, socket.gethostname(), process):
            return 0
    log.warning("a worker that does not answer is ended", process=process)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    for _ in range(50):
        with contextlib.suppress(Occupied), sole_worker(places, name):
            return process
        await asyncio.sleep(0.1)
    return 0
