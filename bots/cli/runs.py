"""`claimbots runs`: what ran, when, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bots.runs.request import RunSummary
    from bots.store.facts import RunRecord

app = typer.Typer(help="Runs and what came of them.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]


@app.command("list")
def list_runs(
    portal: Annotated[str, typer.Option(help="Only this portal.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-l", min=1, help="At most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """The runs, the newest first."""
    from bots.cli.store_door import json_line, open_store

    open_store()
    from bots.store import records

    found = records.runs(limit, portal)
    for run in found:
        typer.echo(json_line(as_dict(run)) if as_json else _row(run))
    if not found:
        typer.echo("no runs yet", err=True)


@app.command()
def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or `last`.")],
    as_json: Json = False,
) -> None:
    """One run: how it was asked for, its figures, what stopped it."""
    from bots.cli.store_door import json_line, open_store

    open_store()
    from bots.store import records

    found = records.get_run(run)
    if as_json:
        typer.echo(json_line(as_dict(found)))
        return
    from bots.reports.sheets import lower_ranks, rank_words, run_facts
    from bots.reports.summary import summary_lines

    for item, value in run_facts(found):
        typer.echo(f"{item.lower():16} {value}")
    for element, rank, times in lower_ranks(found):
        typer.echo(f"{'selector':16} {element}: {rank_words(rank, times)}")
    typer.echo("")
    for line in summary_lines(found.id):
        typer.echo(line)


Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or `last`.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@app.command()
def watch(run: Run, as_json: Json = False) -> None:
    """Look on until a run has ended; Ctrl-C ends the looking, not the run."""
    import asyncio

    from bots.cli.running import Progress, first_signal, say, set_up_log
    from bots.cli.store_door import open_store
    from bots.runs.run import watched
    from bots.store.away import let_go

    places = open_store()
    from bots.store import records

    set_up_log()
    found = records.get_run(run).id

    async def until_a_signal(progress: Progress) -> RunSummary:
        received = first_signal()
        looking = asyncio.ensure_future(watched(found, places, progress.at))
        received.add_done_callback(lambda _: looking.cancel())
        try:
            return await looking
        except asyncio.CancelledError:
            raise typer.Exit(received.result() + 128) from None

    with let_go(places), Progress("claims", quiet=as_json) as progress:
        summary = asyncio.run(until_a_signal(progress))
    say(summary, as_json=as_json)
    raise typer.Exit(summary.exit)


@app.command()
def cancel(run: Run, reason: Reason = "") -> None:
    """End a run early: what it has begun is ended, nothing more is."""
    _want(run, "cancelled", reason)


@app.command()
def pause(run: Run, reason: Reason = "") -> None:
    """Let a run rest: what it has begun is ended; `runs resume` lets it go on."""
    _want(run, "paused", reason)


def _want(run: str, what: str, reason: str) -> None:
    from bots.cli.running import person
    from bots.cli.store_door import open_store
    from bots.errors import Problem

    open_store()
    from bots.store import records, work
    from bots.store.facts import RunState

    found = records.get_run(run)
    if found.state not in (RunState.PENDING, RunState.IN_PROGRESS, RunState.PAUSED):
        raise Problem(f"run {found.id} has ended already ({found.state.value})", where="runs")
    state = work.want(found.id, f"{what} by {person()}{f': {reason}' if reason else ''}")
    if state is RunState.IN_PROGRESS:
        typer.echo(f"{found.id} is being {what}: the claims it has begun are ended first")
    else:
        typer.echo(f"{found.id} is {what}")


@app.command()
def resume(run: Run) -> None:
    """Let a paused run wait for a worker; `claimbots worker` or `serve` goes on with it."""
    from bots.cli.store_door import open_store
    from bots.errors import Problem

    open_store()
    from bots.store import records, work
    from bots.store.facts import RunState

    found = records.get_run(run)
    if found.state is not RunState.PAUSED:
        raise Problem(
            f"run {found.id} is not paused ({found.state.value})",
            where="runs",
            do=f"`claimbots run … --resume {found.id}` leaves out what it has done",
        )
    if not work.go_on(found.id):
        raise Problem("the very same run waits or is at work already", where=found.id, exit=3)
    typer.echo(f"{found.id} waits for a worker")


@app.command()
def retry(run: Run, as_json: Json = False) -> None:
    """Do the claims again that failed in a run for the machinery's sake, or were not begun."""
    from dataclasses import replace

    from bots.cli.running import person, run_to_end, say
    from bots.cli.store_door import open_store
    from bots.errors import Problem

    open_store()
    from bots.runs.request import asked
    from bots.store import records, work

    found = records.get_run(run)
    numbers = work.failed_numbers(found.id)
    if not numbers:
        typer.echo(f"no claim of {found.id} failed for the machinery's sake", err=True)
        return
    said = work.request_of(found.id)
    if not said:
        raise Problem(
            f"run {found.id} is of an older version, which kept no request",
            where="runs",
            do=f"`claimbots run … --resume {found.id}` takes what it left",
        )
    before = asked(said)
    request = replace(
        before,
        query=replace(before.query, numbers=numbers, limit=None),
        requested_by=person(),
        resume="",
        scheduled="",
        item="",  # it has its run already, which would be given back instead of a new one
    )
    summary = run_to_end(request, quiet=as_json)
    say(summary, as_json=as_json)
    raise typer.Exit(summary.exit)


def as_dict(run: RunRecord) -> dict[str, Any]:
    """A run for JSON."""
    return {
        "id": run.id,
        "portal": run.portal,
        "queue": run.queue,
        "kind": run.kind.value,
        "mode": run.mode,
        "state": run.state.value,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "requested_by": run.requested_by,
        "query": dict(run.query),
        "policy": run.policy_version,
        "tables": {table.name: table.release for table in run.tables},
        "synthetic": run.synthetic,
        "counts": dict(run.counts),
        "ceiling_hit": run.ceiling_hit,
        "stop_reason": run.stop_reason,
        "audit": run.audit_line,
    }


def _row(run: RunRecord) -> str:
    claims = run.counts.get("claims")
    figures = f"{claims:,} claims, {run.counts.get('saves', 0):,} saves" if run.counts else ""
    return (
        f"{run.id}  {run.started_at:%Y-%m-%d %H:%M}  {run.portal:12}  {run.kind.value:9}  "
        f"{run.mode:6}  {run.state.value:11}  {figures}"
    )
