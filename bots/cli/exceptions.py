"""`claimbots exceptions`: what waits for a person, by cause, and what they make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bots.store.facts import ExceptionDecision, ExceptionGroup, ExceptionRecord

app = typer.Typer(help="What a person must look at, by cause.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="An exception, E-00012, or a group, G-….")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]
By = Annotated[str, typer.Option("--by", help="Who decides; else the user of this computer.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; goes onto the audit log, sealed.")]


@app.command("list")
def list_exceptions(
    group: Annotated[
        str, typer.Argument(metavar="[GROUP]", help="The exceptions of this group, one a line.")
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
    if group or flat or every:
        for entry in found[:limit]:
            typer.echo(json_line(as_dict(entry)) if as_json else _row(entry))
        return
    groups = records.grouped(found)[:limit]
    if as_json:
        for cause in groups:
            typer.echo(json_line(group_as_dict(cause)))
    elif groups:
        _show_groups(groups)


@app.command()
def show(id: Id, as_json: Json = False) -> None:
    """One exception or group: the claim, what happened, who has it, what to do."""
    from bots.cli.store_door import json_line, open_store

    open_store()
    from bots.store import records

    found = records.find_waiting(id)
    if id.upper().startswith("G-"):
        (group,) = records.grouped(found)
        if as_json:
            typer.echo(json_line(group_as_dict(group)))
        else:
            _show_groups([group])
        return
    typer.echo(json_line(as_dict(found[0])) if as_json else "\n".join(_page(found[0])))


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
    from bots.cli.store_door import json_line, open_store

    places = open_store()
    from bots.runs.decisions import decide_exceptions

    decided, left = decide_exceptions(places, id, decision)
    for sentence in left:
        typer.echo(f"left as it is: {sentence}", err=True)
    if as_json:
        for entry in decided:
            typer.echo(json_line(as_dict(entry)))
        return
    many = decided[0].id if len(decided) == 1 else f"{len(decided)} exceptions"
    became = {
        "assign": f"assigned to {decision.to}",
        "resolve": f"resolved as {decision.resolved_as.value}",
        "retry": "to be tried again",
    }
    typer.echo(f"{many}: {became[decision.does]}, by {decision.by}")
    if decision.does == "retry":
        for command in _that_retry(decided):
            typer.echo(f"next: {command}")


def _that_retry(decided: list[ExceptionRecord]) -> list[str]:
    """The runs that take these claims: a proposal that still waits is an approved run's."""
    from bots.store import records

    commands = set()
    for portal, queue in {(entry.portal, entry.queue) for entry in decided}:
        takes = "pending" if queue == "approved" else queue
        numbers = {e.number for e in decided if (e.portal, e.queue) == (portal, queue)}
        taken = set(records.to_retry(portal, takes))
        if numbers & taken:
            commands.add(f"claimbots run --portal {portal} --queue {takes} --retry")
        if numbers - taken:
            commands.add(f"claimbots run --portal {portal} --queue approved")
    return sorted(commands)


def _who(by: str) -> str:
    from bots.cli.store_door import os_user

    return by.strip() or os_user()


def as_dict(entry: ExceptionRecord) -> dict[str, Any]:
    """An exception for JSON."""
    from bots.reports.next_steps import next_step

    return {
        "id": entry.id,
        "group": entry.group,
        "run": entry.run,
        "portal": entry.portal,
        "claim": entry.number or None,
        "type": entry.type.value,
        "code": entry.code,
        "check": entry.check or None,
        "proposal": entry.proposal or None,
        "message": entry.message,
        "state": entry.state.value,
        "retry": entry.retry,
        "since": entry.since.isoformat() if entry.since else None,
        "created_at": entry.created_at.isoformat(),
        "follows": entry.follows or None,
        "assigned_to": entry.assigned_to or None,
        "assigned_by": entry.assigned_by or None,
        "assigned_at": entry.assigned_at.isoformat() if entry.assigned_at else None,
        "decided_by": entry.decided_by or None,
        "decided_at": entry.decided_at.isoformat() if entry.decided_at else None,
        "decision_reason": entry.decision_reason or None,
        "resolved_as": entry.resolved_as or None,
        "closed_in": entry.closed_in or None,
        "next": next_step(entry).do,
    }


def group_as_dict(group: ExceptionGroup) -> dict[str, Any]:
    """A group for JSON; `claims` is 0 where the whole run is meant."""
    from bots.reports.next_steps import next_step

    seen = group.example
    step = next_step(seen, group.id)
    return {
        "group": group.id,
        "portal": seen.portal,
        "type": seen.type.value,
        "code": seen.code,
        "check": seen.check or None,
        "cause": seen.cause,
        "means": step.means,
        "claims": group.claims,
        "exceptions": group.exceptions,
        "to_retry": group.to_retry,
        "since": group.since.isoformat(),
        "assigned_to": list(group.assigned_to),
        "example": {
            "id": seen.id, "run": seen.run, "claim": seen.number or None, "message": seen.message,
            "seen_at": seen.created_at.isoformat(),
        },
        "next": step.do,
    }  # fmt: skip


def _show_groups(groups: list[ExceptionGroup]) -> None:
    from rich.text import Text

    from bots.cli.terminal import Cards

    cards = Cards()
    for group in groups:
        seen = group.example
        colour = "red" if seen.type.value == "APPLICATION" else "yellow"
        head = Text.assemble(
            (group.id, "bold"), "  ", (seen.code, f"bold {colour}"),
            f"  {seen.type.value}  {seen.portal}",
        )  # fmt: skip
        cards.show(head, _claims(group.claims) if group.claims else "whole run", _card(group))
    claims = sum(group.claims for group in groups)
    causes = f"{len(groups)} cause{'' if len(groups) == 1 else 's'}"
    several = "; one claim may stand under several" if len(groups) > 1 else ""
    cards.say(f"{causes}, {_claims(claims)}{several}")


def _card(group: ExceptionGroup) -> list[tuple[str, str]]:
    from bots.reports.next_steps import next_step

    seen = group.example
    step = next_step(seen, group.id)
    what = f"{seen.id}, run {seen.run}" + (f", claim {seen.number}" if seen.number else "")
    lines = [("cause", f"{step.means} {_sentence(seen.cause)}")]
    if seen.check:
        lines.append(("check", seen.check))
    lines += [
        ("since", f"{group.since:%Y-%m-%d %H:%M} UTC; last {seen.created_at:%Y-%m-%d %H:%M}"),
        ("seen", f"{what}: {seen.message}" if seen.message != seen.cause else what),
    ]
    if group.assigned_to:
        lines.append(("with", ", ".join(group.assigned_to)))
    if group.to_retry == group.exceptions:
        (command,) = _that_retry([seen])
        return [*lines, ("next", f"It is to be tried again: `{command}`.")]
    if group.to_retry:
        lines.append(("retry", f"asked for {_claims(group.to_retry)}"))
    return [*lines, ("next", step.do)]


def _sentence(cause: str) -> str:
    return f"“{cause.rstrip('.')}”"


def _claims(count: int) -> str:
    return f"{count:,} claim{'' if count == 1 else 's'}"


def _page(entry: ExceptionRecord) -> list[str]:
    from bots.cli.terminal import plain
    from bots.reports.next_steps import next_step

    step = next_step(entry)
    retried = f", after {entry.retry} retries" if entry.retry else ""
    said = [
        f"{entry.id}  {entry.type.value}  {entry.state.value}  ({entry.group})",
        f"claim    {entry.number or 'none: the whole run'} ({entry.portal}, run {entry.run})",
        f"code     {entry.code}{retried}" + (f", check {entry.check}" if entry.check else ""),
        f"means    {step.means}",
        f"reason   {plain(entry.message)}",
        f"created  {entry.created_at:%Y-%m-%d %H:%M} UTC",
    ]
    if entry.since and entry.since < entry.created_at:
        said.append(f"since    {entry.since:%Y-%m-%d %H:%M} UTC, follows {entry.follows}")
    if entry.proposal:
        said.append(f"about    {entry.proposal}")
    if entry.assigned_at:
        when = f"{entry.assigned_at:%Y-%m-%d %H:%M} UTC"
        said.append(f"with     {entry.assigned_to}, by {entry.assigned_by}, {when}")
    if entry.decided_at:
        what = f"resolved as {entry.resolved_as}" if entry.resolved_as else "retry"
        why = f": {plain(entry.decision_reason)}" if entry.decision_reason else ""
        when = f"{entry.decided_at:%Y-%m-%d %H:%M} UTC"
        said.append(f"decided  {what} by {entry.decided_by}, {when}{why}")
    if entry.closed_in:
        said.append(f"closed   {entry.state.value} in run {entry.closed_in}")
    return [*said, f"next     {step.do}"]


def _row(entry: ExceptionRecord) -> str:
    from bots.cli.terminal import plain

    state = "" if entry.state.value == "open" else f"[{entry.state.value}] "
    whose = f"[{entry.assigned_to}] " if entry.assigned_to else ""
    return (
        f"{entry.id}  {entry.group}  {entry.type.value:11}  {entry.number or '(run)':14}  "
        f"{entry.code:24}  {state}{whose}{plain(entry.message)}"
    )
