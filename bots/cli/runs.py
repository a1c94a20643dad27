"""`claimbots runs`: what ran, when, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
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
