"""`claimbots exceptions`: the work that a person must look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bots.store.facts import ExceptionRecord

app = typer.Typer(help="Claims that a person must look at, and why.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]


@app.command("list")
def list_exceptions(
    run: Annotated[str, typer.Option(help="Only those of this run.")] = "",
    type_: Annotated[str, typer.Option("--type", help="BUSINESS or APPLICATION.")] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", "-l", min=1, help="At most so many.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The exceptions, the newest first."""
    from bots.cli.store_door import json_line, one_of, open_store
    from bots.store.facts import ExceptionType

    wanted = one_of(ExceptionType, type_.upper(), "--type") if type_ else None
    open_store()
    from bots.store import records

    of_run = records.get_run(run).id if run else ""
    found = [e for e in records.exceptions(of_run) if wanted in {None, e.type}][:limit]
    for entry in found:
        typer.echo(json_line(as_dict(entry)) if as_json else _row(entry))
    if not found:
        typer.echo("no exceptions", err=True)


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="An exception's id, like E-00012.")],
    as_json: Json = False,
) -> None:
    """One exception: the claim, what happened, what to do."""
    from bots.cli.store_door import json_line, open_store

    open_store()
    from bots.store import records

    entry = records.find_exception(id)
    if as_json:
        typer.echo(json_line(as_dict(entry)))
        return
    retried = f", after {entry.retry} retries" if entry.retry else ""
    for line in (
        f"{entry.id}  {entry.type.value}  {entry.state}",
        f"claim    {entry.number or 'none: the whole run'} (run {entry.run})",
        f"code     {entry.code}{retried}",
        f"reason   {entry.message}",
        f"created  {entry.created_at:%Y-%m-%d %H:%M} UTC",
        f"next     {_NEXT[entry.type.value]}",
    ):
        typer.echo(line)


# BUSINESS is never retried: the claim or the portal said no, and will again.
_NEXT = {
    "BUSINESS": "open the claim in the portal; the bot does not try it again by itself",
    "APPLICATION": "run again when the portal answers; `claimbots doctor` looks at our side",
}


def as_dict(entry: ExceptionRecord) -> dict[str, Any]:
    """An exception for JSON."""
    return {
        "id": entry.id,
        "run": entry.run,
        "claim": entry.number or None,
        "type": entry.type.value,
        "code": entry.code,
        "message": entry.message,
        "state": entry.state,
        "retry": entry.retry,
        "created_at": entry.created_at.isoformat(),
    }


def _row(entry: ExceptionRecord) -> str:
    return (
        f"{entry.id}  {entry.type.value:11}  {entry.number or '(run)':14}  {entry.code:24}  "
        f"{entry.message}"
    )
