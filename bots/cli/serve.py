"""`claimbots serve`: begin runs by their schedules, until a signal ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from bots.places import Places


def serve() -> None:
    """Begin runs by config/schedules.yaml until Ctrl-C or SIGTERM; a run at work ends cleanly."""
    import asyncio

    from bots.cli.running import set_up_log
    from bots.places import here

    set_up_log()
    received = asyncio.run(_served(here().made()))
    raise typer.Exit(received + 128)


async def _served(places: Places) -> int:
    """The number of the signal that ended it."""
    import asyncio
    import signal

    import structlog

    from bots.config import load_portals, load_settings
    from bots.config.schedules import load_schedules
    from bots.runs.health import answering
    from bots.runs.office import sole_service
    from bots.runs.run import run
    from bots.runs.scheduler import Scheduler

    port = load_settings().serve.port
    load_portals()  # what is wrong now is said now; later a file may be wrong for a while
    names = sorted(load_schedules())
    received: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(number: int) -> None:
        if not received.done():
            received.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    with sole_service(places):
        async with Scheduler(places, lambda ask, ending: run(ask, ending=ending)) as scheduler:
            with answering(port, lambda: scheduler.seen) as at:
                log = structlog.get_logger()
                log.info("serving", schedules=names, health=f"http://127.0.0.1:{at}" if at else "")
                looking = asyncio.create_task(scheduler.forever())
                both: set[asyncio.Future[Any]] = {looking, received}
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if not received.done():
                    looking.result()  # raises why it ended
                looking.cancel()
                log.info("ending", signal=received.result(), run_at_work=scheduler.is_at_work)
    return received.result()
