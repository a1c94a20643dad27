"""Ask for a run and wait for its end; where no worker is alive, be the worker."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bots.config import load_settings
from bots.errors import Problem
from bots.places import Places, here
from bots.reports.write import kept_report
from bots.runs import ends
from bots.runs.asking import ask_for, digest
from bots.runs.office import Occupied, open_office
from bots.runs.request import RunRequest, RunSummary
from bots.runs.taking import Progress
from bots.runs.worker import Worker
from bots.store import leases, records, work
from bots.store.facts import RunState
from bots.store.thread import StoreThread

log = structlog.get_logger()

_LOOK = 0.5  # seconds between two looks at a run that another process does
_REPORT = timedelta(seconds=10)  # after a run's end, in which its report is written
_WRONG, _LEFT_OVER = 2, 3  # exits


async def run(
    request: RunRequest,
    *,
    places: Places | None = None,
    progress: Progress | None = None,
    ending: asyncio.Event | None = None,
) -> RunSummary:
    """Have one run done and say how it ended.

    A worker that is alive does it, and this looks on. Where none is, this process takes the data
    folder and does it itself, after what a dead worker left. The very same run, asked for while
    it waits or is at work, is that one.

    Args:
        ending: once it is set no further claim and no save is begun; what was begun is ended.

    Raises:
        Problem: wrong configuration, a log-in that was refused, or the run failed.
    """
    places, ending = (places or here()).made(), ending or asyncio.Event()
    office = await asyncio.to_thread(
        open_office, places, request.portal, shadow=request.shadow, as_of=request.as_of
    )
    wanted, run, is_new, told = digest(request), "", False, None
    async with StoreThread(places) as store:
        while True:
            try:
                async with Worker(places, only=wanted, ending=ending, progress=progress) as worker:
                    if not run:
                        run, is_new = await ask_for(request, office, store)
                    told = await worker.until_ended(run, office)
            except Occupied:
                if not run:
                    run, is_new = await ask_for(request, office, store)
            if told:
                return told
            if ended := await _ended(store, run):
                return await _with_report(ended, store, places) if request.report else ended
            if ending.is_set():
                if is_new:  # another's would be taken from whoever waits for it
                    await store.call(work.withdraw, run, ends.STOPPED_BY_SIGNAL)
                return await _summary(store, run)
            await _looked_on(store, run, progress)


async def have_done(
    request: RunRequest, store: StoreThread, places: Places, ending: asyncio.Event
) -> RunSummary:
    """Ask for a run that a worker of this data folder does, and wait for its end.

    It does not wait for a vault that is down, whose run a worker tries again by itself; nor,
    once `ending` is set, longer than for the run to be handed back.

    Returns:
        How it ended; PENDING where it waits, and `stop_reason` says why, where its vault is down.

    Raises:
        VaultDown: the master key cannot be read now; nothing was asked for.
        Problem: it could not be done.
    """
    office = await asyncio.to_thread(
        open_office, places, request.portal, shadow=request.shadow, as_of=request.as_of
    )
    run, _ = await ask_for(request, office, store)
    while (ended := await _ended(store, run)) is None:
        record = await store.call(records.get_run, run)
        # Of a run that waits only a vault that is down leaves a reason (`work.hand_back`).
        if record.state is RunState.PENDING and (ending.is_set() or record.stop_reason):
            return await _summary(store, run)
        await _looked_on(store, run, None)
    return ended


async def watched(run: str, places: Places, progress: Progress | None) -> RunSummary:
    """Look on until a run has ended or is paused; where nobody is there to do it, say so once.

    Raises:
        Problem: it could not be done.
    """
    has_said = False
    async with StoreThread(places) as store:
        while (ended := await _ended(store, run)) is None:
            if not has_said and not await store.call(leases.alive):
                has_said = True
                log.warning("no worker is alive; `claimbots worker` goes on with it", run=run)
            await _looked_on(store, run, progress)
        return await _with_report(ended, store, places)


async def _ended(store: StoreThread, run: str) -> RunSummary | None:
    """How a run ended or was paused; None while it waits or is at work.

    Raises:
        Problem: it could not be done.
    """
    record = await store.call(records.get_run, run)
    if record.state in (RunState.PENDING, RunState.IN_PROGRESS):
        return None
    if record.state is RunState.FAILED and record.exit == _WRONG:
        raise Problem(
            record.stop_reason or "the run failed",
            where=f"run {run}",
            do=f"see `claimbots runs show {run}`",
        )
    return await _summary(store, run)


async def _with_report(ended: RunSummary, store: StoreThread, places: Places) -> RunSummary:
    """How a run ended that another process did, with its report where that is kept here.

    It is written after the end: of a worker of this machine it is waited for, for a while.
    """
    record = await store.call(records.get_run, ended.run)
    is_ours = await store.call(work.log_of, ended.run) == load_settings().ledger.origin
    until = record.ended_at + _REPORT if record.ended_at and is_ours else None
    files = kept_report(ended.run, places)
    while files is None and until and datetime.now(UTC) < until:
        await asyncio.sleep(_LOOK)
        files = kept_report(ended.run, places)
    return replace(ended, reports=files)


async def _looked_on(store: StoreThread, run: str, progress: Progress | None) -> None:
    await asyncio.sleep(_LOOK)
    if progress:
        progress((await store.call(work.standing, run)).done)


async def _summary(store: StoreThread, run: str) -> RunSummary:
    record = await store.call(records.get_run, run)
    counts = await store.call(records.run_counts, [run])
    return RunSummary(
        run=run,
        state=record.state,
        counts=counts,
        exit=record.exit if record.exit is not None else _LEFT_OVER,
        stop_reason=record.stop_reason,
        audit_line=record.audit_line,
        new_corrections=counts.saves,
    )
