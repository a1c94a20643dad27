"""`claimbots worker` and `claimbots workers`: who does the runs that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bots.places import Places
    from bots.store.leases import WorkerRecord

app = typer.Typer(help="Who does the runs that were asked for.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]


def worker(
    name: Annotated[str, typer.Option("--name", help="What it is called in `workers list`.")] = "",
) -> None:
    """Do the runs that are asked for, until Ctrl-C or SIGTERM; go on with what a dead one had.

    What is at work at the signal ends cleanly, and goes on at the next start.
    """
    import asyncio

    from bots.cli.running import set_up_log
    from bots.config.names import NAME
    from bots.errors import Problem
    from bots.places import here

    if len(name) > NAME:
        raise Problem(f"longer than {NAME} characters", where="--name", do="give a shorter name")
    set_up_log()
    received = asyncio.run(_at_work(here().made(), name))
    raise typer.Exit(received + 128)


async def _at_work(places: Places, name: str) -> int:
    """The number of the signal that ended it."""
    import asyncio

    import structlog

    from bots.cli.running import first_signal
    from bots.config import load_portals
    from bots.runs.worker import Worker
    from bots.store.address import database_url

    load_portals()  # what is wrong is said before anything waits for it
    received = first_signal()
    await asyncio.to_thread(
        database_url, places
    )  # in a vault that hangs, no signal would be heard
    async with Worker(places, name=name) as at_work:
        structlog.get_logger().info("at work", worker=at_work.executor)
        loop = asyncio.create_task(at_work.forever())
        both: set[asyncio.Future[Any]] = {loop, received}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        await at_work.end()
        if not received.done():
            loop.result()  # raises why it ended
    return received.result()


@app.command("list")
def list_workers(as_json: Json = False) -> None:
    """Every worker: whether its lease holds, where it is, what it has at work."""
    from bots.cli.store_door import json_line, open_store
    from bots.store import leases, work

    open_store()
    found = leases.workers()
    now = leases.clock()
    for record in found:
        said = _as_dict(record, work.runs_of(record.executor), record.is_alive(now))
        typer.echo(json_line(said) if as_json else _row(said))
    if not found:
        typer.echo("no worker yet; `claimbots worker` or `claimbots serve` is one", err=True)


@app.command()
def recover() -> None:
    """End a worker of this machine that no longer answers, and say what of it will go on."""
    import asyncio
    import socket

    from bots.cli.store_door import open_store
    from bots.places import here
    from bots.runs.worker import end_if_frozen
    from bots.store import leases
    from bots.store.address import database_url

    open_store()
    places = here()
    here_are = leases.names_on(socket.gethostname()) if database_url(places) else [""]
    processes = [asyncio.run(end_if_frozen(places, name)) for name in here_are]
    for process in filter(None, processes):
        typer.echo(f"ended process {process}, which did not renew its lease")
    ended = any(processes)
    left = [orphan.run for orphan in leases.orphans()]
    if left:
        typer.echo(f"at work when their worker died: {', '.join(left)}")
        typer.echo("the next `claimbots worker` or `claimbots serve` goes on with them")
    elif not ended:
        typer.echo("nothing to recover")


def _as_dict(record: WorkerRecord, runs: list[str], is_alive: bool) -> dict[str, Any]:
    return {
        "worker": record.name,
        "generation": record.generation,
        "state": "alive" if is_alive else "ended" if record.ended_at else "dead",
        "host": record.host,
        "process": record.process,
        "since": record.since.isoformat(timespec="seconds"),
        "renewed": record.renewed_at.isoformat(timespec="seconds"),
        "runs": runs,
    }


def _row(said: dict[str, Any]) -> str:
    runs = f"  at work: {', '.join(said['runs'])}" if said["runs"] else ""
    where = f"{said['host']} process {said['process']}"
    since = said["since"][:16].replace("T", " ")
    return f"{said['worker']:12} {said['state']:6} since {since} UTC on {where}{runs}"
