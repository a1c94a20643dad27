"""`claimbots run`: one run over one queue of one portal, watched or unattended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

Day = Annotated[str, typer.Option(metavar="YYYY-MM-DD")]


def run(
    portal: Annotated[
        list[str],
        typer.Option(
            "--portal", help="The portal's name in portals.yaml; several are done in turn."
        ),
    ],
    queue: Annotated[str, typer.Option("--queue", help="pending, historical or approved.")],
    since: Day = "",
    until: Day = "",
    facility: Annotated[str, typer.Option("--facility")] = "",
    code: Annotated[str, typer.Option("--code", help="Only claims with this code.")] = "",
    min_charge: Annotated[str, typer.Option("--min-charge", help="Dollars.")] = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1)] = None,
    claim: Annotated[list[str] | None, typer.Option("--claim", help="May be repeated.")] = None,
    worklist: Annotated[Path | None, typer.Option("--worklist", help="FILE.xlsx or .csv")] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Look and report; write nothing.")] = (
        False
    ),
    pages: Annotated[int | None, typer.Option("--pages", min=1, max=8)] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="Judge 'late' as of this day.")] = "",
    resume: Annotated[str, typer.Option("--resume", help="Go on with this run.")] = "",
    retry: Annotated[
        bool, typer.Option("--retry", help="The claims that `exceptions retry` asked for.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")] = False,
) -> None:
    """Take the claims of a queue through the checks, and do what the policy allows."""
    from dataclasses import replace

    from bots.cli.running import person, run_to_end, say
    from bots.errors import Problem
    from bots.portals.base import Query
    from bots.runs.request import RunRequest

    if queue not in {"pending", "historical", "approved"}:
        raise Problem(
            f'no queue "{queue}"', where="--queue", do="use pending, historical or approved"
        )
    first, last = _day(since, "--since"), _day(until, "--until")
    if first and last and first > last:
        raise Problem(f"{first} is after --until {last}", where="--since", do="swap the two")
    query = Query(
        queue=queue,
        since=first,
        until=last,
        facility=facility,
        code=code,
        min_charge=_amount(min_charge),
        limit=limit,
    )
    if retry and (claim or worklist):
        raise Problem(
            "a retry takes the claims that were asked for",
            where="--retry",
            do="leave out --claim and --worklist",
        )
    if queue == "approved" and (claim or worklist or retry or query != Query(queue=queue)):
        raise Problem(
            "an approved run applies all that is approved",
            where="--queue approved",
            do="leave out what narrows a list",
        )
    portals = list(dict.fromkeys(portal))
    if len(portals) > 1 and (claim or worklist or retry or resume):
        raise Problem(
            "claims and runs are of one portal",
            where="--portal",
            do="name one with --claim, --worklist, --retry or --resume",
        )
    numbers = list(claim or ())
    listed = None
    if worklist is not None:
        from bots.files.worklist import read_worklist

        listed = read_worklist(worklist)
        numbers += listed.numbers
    if retry:
        numbers += _asked_for(portals[0], queue)
    request = RunRequest(
        portal=portals[0],
        query=replace(query, numbers=tuple(dict.fromkeys(numbers))),
        shadow=shadow,
        pages=pages,
        as_of=_day(as_of, "--as-of"),
        requested_by=person(),
        resume=_known_run(resume) if resume else "",
    )
    if len(portals) > 1:
        from bots.cli.several import run_each

        raise typer.Exit(run_each(request, portals, as_json=json))
    summary = run_to_end(request, quiet=json)
    if listed is not None:
        from bots.files.worklist import write_outcomes
        from bots.places import here
        from bots.store import records
        from bots.store.away import open_patiently, patiently

        open_patiently(here())
        # Whoever did the run, the store says what became of the claims.
        copy = write_outcomes(listed, patiently(here(), records.outcomes_of, summary.run))
        typer.echo(f"worklist  {copy}", err=json)
    say(summary, as_json=json)
    raise typer.Exit(summary.exit)


def _known_run(name: str) -> str:
    """The id of a run that is there; a typing error must not take every claim again."""
    from bots.cli.store_door import open_store

    open_store()
    from bots.store import records

    return records.get_run(name).id


def _asked_for(portal: str, queue: str) -> tuple[str, ...]:
    """The claims that somebody wants tried again; ends the command where there is none."""
    from bots.cli.store_door import open_store

    open_store()
    from bots.store import records

    found = records.to_retry(portal, queue)
    if not found:
        # Without a number a run would take the whole queue.
        typer.echo("no claim is to be tried again; `claimbots exceptions retry` asks", err=True)
        raise typer.Exit(0)
    return found


def _day(text: str, option: str) -> date | None:
    from datetime import date

    from bots.errors import Problem

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(f'"{text}" is no date', where=option, do="write YYYY-MM-DD") from None


def _amount(text: str) -> Decimal | None:
    from decimal import Decimal, InvalidOperation

    from bots.errors import Problem

    if not text:
        return None
    try:
        amount = Decimal(text)
        if 0 <= amount < 1_000_000_000 and amount == round(amount, 2):
            return amount
    except InvalidOperation:
        pass
    raise Problem(
        f'"{text[:40]}" is no amount', where="--min-charge", do="write dollars, such as 150.00"
    )
