"""`claimbots codesets`: import official files and the office's own, and say what is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

app = typer.Typer(help="The tables that checks ask, by release and date.", no_args_is_help=True)
AS_JSON = Annotated[bool, typer.Option("--json", help="JSON Lines.")]
SHOWN = 20  # changes of a kind that people are shown; --json has them all


@app.command("import")
def import_files(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER|ZIP...")],
    release: Annotated[str, typer.Option(help="The release, where the file names none.")] = "",
    since: Annotated[str, typer.Option(help="The first day it answers for.")] = "",
    until: Annotated[str, typer.Option(help="The last day it answers for.")] = "",
    side: Annotated[str, typer.Option(help="practitioner, outpatient or dme.")] = "",
    complete: Annotated[bool, typer.Option("--complete", help="The list is whole.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Take official files, or the office's own: all of them, or nothing."""
    import json

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
    outcome = take(paths, here().made().codesets, told, _say)
    for line in outcome.passed_over:
        _say(f"not taken: {line}")
    for origin in outcome.known:
        _say(f"there already: {line_of(origin)}")
    for origin in outcome.taken:
        typer.echo(json.dumps(facts_of(origin)) if as_json else f"imported: {line_of(origin)}")


@app.command()
def status(as_json: AS_JSON = False) -> None:
    """Every table: its release, its days, its rows, and where it came from."""
    import json

    from bots.cli.codesets_status import facts_of, paragraph_of
    from bots.codesets.rows import TABLES
    from bots.codesets.store import imports
    from bots.places import here

    found = list(imports(here().codesets))
    for table in TABLES:
        of_table = [(path, origin) for path, origin in found if origin.table == table]
        of_table.sort(key=lambda entry: entry[1].precedence, reverse=True)
        for path, origin in of_table:
            if as_json:
                typer.echo(json.dumps({"import": path.stem, **facts_of(origin)}))
            else:
                typer.echo(paragraph_of(path.stem, origin))
        if not of_table and not as_json:
            typer.echo(f"{table}: not imported")


@app.command()
def verify(as_json: AS_JSON = False) -> None:
    """Whether every table is, byte for byte, what was imported. Exit 1: one is not."""
    import json

    from bots.codesets.store import damaged, files
    from bots.errors import Problem
    from bots.places import here

    wrong = 0
    for path in files(here().codesets):
        what = damaged(path)
        wrong += what is not None
        if as_json:
            typer.echo(json.dumps({"import": path.stem, "damaged": what}))
        else:
            typer.echo(f"{path.stem}: {what or 'as it was imported'}")
    if wrong:
        raise Problem(
            f"{wrong} damaged {'imports' if wrong > 1 else 'import'}",
            do="remove it with `claimbots codesets remove`, and import it again",
            exit=1,
        )


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="IMPORT", help="As `status` calls it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False,
) -> None:
    """Take an import out of use. What was known until now can still be asked."""
    from bots.codesets.store import files, importing, withdraw
    from bots.errors import Problem
    from bots.places import here

    folder = here().codesets
    found = [path for path in files(folder) if path.stem == name]
    if not found:
        raise Problem(f"no import {name[:60]!r}", do="see `claimbots codesets status`")
    if not yes:
        raise Problem("nothing was removed", where=name, do="add --yes")
    with importing(folder, _say):
        withdraw(found[0])
    typer.echo(f"removed: {name}")


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="An import as `status` calls it, or its release.")],
    new: Annotated[str, typer.Argument(help="The other one, of the same series.")],
    against: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="The office's claims; may be given again."),
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    """What changes from one release to the next; with --against, on the office's own claims."""
    from bots.cli.codesets_diff import compare, compare_claims
    from bots.places import here

    pairs = compare(here().codesets, old, new, as_json=as_json)
    if against:
        compare_claims(pairs, against, as_json=as_json)


@app.command()
def fetch(
    listed: Annotated[
        bool, typer.Option("--list", help="Print the official pages and file names.")
    ] = False,
    as_json: AS_JSON = False,
) -> None:
    """Where the official files are. Nothing is downloaded."""
    import json

    from bots.codesets.official import formats
    from bots.errors import Problem

    if not listed:
        raise Problem(
            "claimbots downloads nothing", do="see `claimbots codesets fetch --list`, and import"
        )
    for entry in formats():
        if as_json:
            told = {"format": entry.name, "page": entry.page, "files": entry.files}
            typer.echo(json.dumps(told))
        else:
            typer.echo(f"{entry.name}\n  {entry.page}\n  {entry.files}")


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _day(text: str, option: str) -> date | None:
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
