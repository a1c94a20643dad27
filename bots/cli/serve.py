"""`claimbots serve`: begin runs by their schedules, until a signal ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable

    from bots.places import Places
    from bots.runs.request import RunRequest, RunSummary


def serve() -> None:
    """Do runs: those of config/schedules.yaml at their times, and those asked for meanwhile.

    Until Ctrl-C or SIGTERM; what is at work then ends cleanly, and goes on at the next start.
    """
    import asyncio

    from bots.cli.running import set_up_log
    from bots.places import here

    set_up_log()
    received = asyncio.run(_served(here().made()))
    raise typer.Exit(received + 128)


async def _served(places: Places) -> int:
    """The number of the signal that ended it."""
    import asyncio

    import structlog

    from bots.cli.running import first_signal
    from bots.config import load_portals, load_settings
    from bots.config.schedules import load_schedules
    from bots.runs.health import answering
    from bots.runs.run import have_done
    from bots.runs.scheduler import Scheduler
    from bots.runs.worker import Worker
    from bots.store.thread import StoreThread

    log = structlog.get_logger()
    port = load_settings().serve.port
    load_portals()  # what is wrong now is said now; later a file may be wrong for a while
    names = sorted(load_schedules())
    received = first_signal()
    async with StoreThread(places) as store, Worker(places) as worker:

        def start(ask: RunRequest, _: asyncio.Event) -> Awaitable[RunSummary]:
            return have_done(ask, store, places, worker.ending)

        async with Scheduler(places, start) as scheduler:
            with answering(port, lambda: scheduler.seen) as at:
                log.info("serving", schedules=names, health=f"http://127.0.0.1:{at}" if at else "")
                loops = [
                    asyncio.create_task(scheduler.forever()),
                    asyncio.create_task(worker.forever()),
                ]
                both: set[asyncio.Future[Any]] = {*loops, received}
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                log.info("ending", signal=received.done(), run_at_work=worker.is_at_work)
                loops[0].cancel()
                await worker.end()
                for loop in loops:
                    if loop.done() and not loop.cancelled():
                        loop.result()  # raises why it ended
    return received.result()
