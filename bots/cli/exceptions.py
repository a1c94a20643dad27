"""`claimbots exceptions`: what waits for a person, by cause, and what they make of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bots.store.facts import ExceptionDecision, ExceptionRecord

app = typer.Typer(help="What a person must look at, by cause.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="An exception, E-00012, or a group, G-….")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]
By = Annotated[str, typer.Option("--by", help="Who decides; else the user of this computer.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; goes onto the audit log, sealed.")]


@app.command("list")
def list_exceptions(
    group: Annotated[
        str, typer.Argument(metavar="GROUP", help="The exceptions of this group, one a line.")
    ] = "",
    run: Annotated[str, typer.Option(help="Only those of this run.")] = "",
    portal: Annotated[str, typer.Option(help="Only this portal.")] = "",
    type_: Annotated[str, typer.Option("--type", help="BUSINESS or APPLICATION.")] = "",
    to: Annotated[str, typer.Option("--to", help="Only those assigned to this person.")] = "",
    flat: Annotated[bool, typer.Option("--flat", help="One exception a line, no groups.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Those that are settled, too; one a line.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", "-l", min=1, help="At most so many.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What waits for a person: each cause once, with its claims, what was seen, what to do."""
    from bots.cli.exceptions_page import as_dict, group_as_dict, known_portals, row, show_groups
    from bots.cli.store_door import json_line, one_of, open_store
    from bots.store.facts import ExceptionType

    wanted = one_of(ExceptionType, type_.upper(), "--type") if type_ else None
    open_store()
    from bots.store import records

    of_run = records.get_run(run).id if run else ""
    if group:
        found = list(records.find_waiting(group))
    else:
        found = list(records.exceptions(of_run) if every else records.waiting_exceptions())
    found = [
        entry
        for entry in found
        if wanted in {None, entry.type}
        and of_run in {"", entry.run}
        and portal in {"", entry.portal}
        and to in {"", entry.assigned_to}
    ]
    if not found:
        typer.echo("no exceptions", err=True)
    portals = known_portals()
    if group or flat or every:
        for entry in found[:limit]:
            typer.echo(json_line(as_dict(entry, portals)) if as_json else row(entry))
        return
    groups = records.grouped(found)[:limit]
    if as_json:
        for cause in groups:
            typer.echo(json_line(group_as_dict(cause, portals)))
    elif groups:
        show_groups(groups, portals)


@app.command()
def show(
    id: Id,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="Write the masked picture and the outline there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """One exception or group: the claim, what happened, who has it, what to do."""
    from bots.cli.exceptions_page import as_dict, group_as_dict, known_portals, page, show_groups
    from bots.cli.store_door import json_line, open_store

    open_store()
    from bots.store import records

    found = records.find_waiting(id)
    if evidence is not None:
        _write_evidence(found[0], evidence)
        return
    portals = known_portals()
    if id.upper().startswith("G-"):
        (group,) = records.grouped(found)
        if as_json:
            typer.echo(json_line(group_as_dict(group, portals)))
        else:
            show_groups([group], portals)
        return
    (entry,) = found
    typer.echo(json_line(as_dict(entry, portals)) if as_json else "\n".join(page(entry, portals)))


def _write_evidence(entry: ExceptionRecord, folder: Path) -> None:
    from bots.cli.key_door import office_key, settings_and_places
    from bots.runs.evidence import opened
    from bots.store import records

    settings, places = settings_and_places()
    position = records.position_of(entry.run, entry.number, entry.proposal)
    seen = opened(places, office_key(settings, places), entry.run, position)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in (("png", seen.picture), ("txt", f"{seen.path}\n{seen.outline}\n".encode())):
        path = folder / f"{entry.id}.{name}"
        path.touch(mode=0o600)
        path.write_bytes(data)
        typer.echo(str(path))


@app.command()
def assign(
    id: Id,
    to: Annotated[str, typer.Option("--to", help="Whose it is.")],
    reason: Reason = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Say who looks at it. It waits until it is resolved, or gone."""
    from bots.errors import Problem
    from bots.store.facts import ExceptionDecision

    if not to.strip():
        raise Problem("nobody is named", where=id, do="add --to NAME")
    _decide(id, ExceptionDecision("assign", _who(by), reason, to=to.strip()), as_json)


@app.command()
def resolve(
    id: Id,
    reason: Reason = "",
    as_: Annotated[
        str,
        typer.Option(
            "--as", help="done: mended. not-ours, duplicate: stays closed when met again."
        ),
    ] = "done",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Close it, in a person's name and with their reason."""
    from bots.cli.store_door import one_of
    from bots.errors import Problem
    from bots.store.facts import ExceptionDecision, Resolution

    resolution = one_of(Resolution, as_, "--as")
    if not reason.strip():
        raise Problem("a decision needs a reason", where=id, do='add --reason "…"')
    _decide(id, ExceptionDecision("resolve", _who(by), reason, resolved_as=resolution), as_json)


@app.command()
def retry(id: Id, reason: Reason = "", by: By = "", as_json: Json = False) -> None:
    """Have the claims tried again: `claimbots run … --retry` takes exactly those."""
    from bots.store.facts import ExceptionDecision

    _decide(id, ExceptionDecision("retry", _who(by), reason), as_json)


def _decide(id: str, decision: ExceptionDecision, as_json: bool) -> None:
    from bots.cli.exceptions_page import as_dict, known_portals, runs_that_retry
    from bots.cli.store_door import json_line, open_store

    places = open_store()
    from bots.runs.decisions import decide_exceptions

    decided, left = decide_exceptions(places, id, decision)
    for sentence in left:
        typer.echo(f"left as it is: {sentence}", err=True)
    if as_json:
        portals = known_portals()
        for entry in decided:
            typer.echo(json_line(as_dict(entry, portals)))
        return
    many = decided[0].id if len(decided) == 1 else f"{len(decided)} exceptions"
    became = {
        "assign": f"assigned to {decision.to}",
        "resolve": f"resolved as {decision.resolved_as.value}",
        "retry": "to be tried again",
    }
    typer.echo(f"{many}: {became[decision.does]}, by {decision.by}")
    if decision.does == "retry":
        for command in runs_that_retry(decided):
            typer.echo(f"next: {command}")


def _who(by: str) -> str:
    from bots.cli.store_door import os_user

    return by.strip() or os_user()
