"""`claimbots store`: where the store is, and how it comes into PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Where runs, findings and proposals are kept.", no_args_is_help=True)


@app.command()
def show() -> None:
    """Where the store is."""
    from bots.cli.store_door import open_store
    from bots.store.address import shown

    typer.echo(shown(open_store()))


@app.command()
def move(
    file: Annotated[
        Path | None, typer.Argument(help="A store's file; else that of the data folder.")
    ] = None,
) -> None:
    """Fill the empty database that store.database_url names with what a store's file holds.

    End all workers first. The file is left as it is; nothing looks at it any more. Runs that
    were at work when a backup was taken are in a store out of it: a worker goes on with them.
    Where writing is stopped, or the audit log's last word is `stop`, it is so for all machines.
    """
    from bots.config import load_settings
    from bots.errors import Problem
    from bots.keeping.restore import stopped_as_logged
    from bots.places import Places, here
    from bots.runs.office import sole_worker
    from bots.store import apart, brake
    from bots.store.moving import move_into_database

    places = here().made()
    source = file or places.store
    with sole_worker(places):
        # No backup holds the sessions of its runs: our own tables say what of them is due.
        has_sessions = source.exists() and Places(source.absolute().parent).workflows.exists()
        if has_sessions and (left := _under_way(apart.run_states(source).items())):
            raise Problem(
                f"runs are under way in it: {', '.join(left)}",
                where=str(source),
                do="let them end first: what is half done stands in files beside it",
                exit=3,
            )
        logged = stopped_as_logged(places, load_settings().ledger.origin)
        stopped = brake.stopped_by(places) or logged
        counts = move_into_database(places, source, stopped)
    for table, count in counts.items():
        if count:
            typer.echo(f"{table:16} {count:10,}")
    typer.echo("the database holds it all; the file is left as it is")
    if stopped is not None:
        typer.echo("writing is stopped on all machines, as it was; `claimbots go` ends it")


def _under_way(states: Iterable[tuple[str, str]]) -> list[str]:
    from bots.store.facts import RunState

    open_ones = {RunState.PENDING.value, RunState.IN_PROGRESS.value, RunState.PAUSED.value}
    return sorted(run for run, state in states if state in open_ones)
