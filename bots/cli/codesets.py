"""`claimbots codesets`: import official files and the office's own, and say what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The tables that checks ask, by release and date.", no_args_is_help=True)


@app.command("import")
def import_files(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER|ZIP...")],
    release: Annotated[str, typer.Option(help="The release, where the file names none.")] = "",
    since: Annotated[str, typer.Option(help="The first day it answers for.")] = "",
    until: Annotated[str, typer.Option(help="The last day it answers for.")] = "",
    side: Annotated[str, typer.Option(help="practitioner, outpatient or dme.")] = "",
    complete: Annotated[bool, typer.Option(help="The list of modifiers is whole.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines.")] = False,
) -> None:
    """Take official files, or the office's own; all of them or nothing."""
    from bots.cli.codesets_status import facts_of, line_of
    from bots.codesets.importing import take
    from bots.codesets.official import Told
    from bots.places import here

    told = Told(
        release=release,
        since=_day(since, "--since"),
        until=_day(until, "--until"),
        side=_side(side),
        complete=complete,
    )

    def say(text: str) -> None:
        typer.echo(text, err=True)

    outcome = take(paths, here().made().codesets, told, say)
    for name in outcome.passed_over:
        say(f"not taken: {name}")
    for origin in outcome.known:
        say(f"there already: {line_of(origin)}")
    for origin in outcome.taken:
        if as_json:
            import json

            typer.echo(json.dumps(facts_of(origin)))
        else:
            typer.echo(f"imported: {line_of(origin)}")


def _day(text: str, option: str):  # type: ignore[no-untyped-def]
    from datetime import date

    from bots.errors import Problem

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("not a date such as 2026-07-01", where=option) from None


def _side(text: str) -> str:
    from bots.errors import Problem

    if text not in {"", "practitioner", "outpatient", "dme"}:
        raise Problem("not practitioner, outpatient or dme", where="--side")
    return text
