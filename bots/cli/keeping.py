"""`claimbots backup`, `restore` and `upgrade`: keep an office, put it back, bring it on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bots.keeping.restore import Proof
    from bots.runs.behind import Behind


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="A file, or a folder that is there.")
    ] = None,
    with_codesets: Annotated[
        bool, typer.Option("--with-codesets", help="The imported tables as well.")
    ] = False,
    with_reports: Annotated[
        bool, typer.Option("--with-reports", help="The runs' reports as well.")
    ] = False,
) -> None:
    """Back up the data folder, while runs are at work; one file, sealed under the master key."""
    from bots.cli.key_door import office_key, settings_and_places
    from bots.keeping.backup import take

    settings, places = settings_and_places()
    master = office_key(settings, places)
    taken = take(places, settings, master, to, codesets=with_codesets, reports=with_reports)
    manifest = taken.manifest
    typer.echo(f"{taken.path}: {len(manifest.entries)} files, {taken.size / 1e6:.1f} MB")
    log = f"audit log {manifest.origin} up to record {manifest.records}, signed"
    typer.echo(log if manifest.records else "no audit log yet")
    if taken.is_beside_the_data:
        typer.echo("it is on the disk of the data: bring it to another one", err=True)
    typer.echo(
        f"the master key is not in it ({master.reference}): keep that apart from it", err=True
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="A data folder; else CLAIMBOTS_DATA.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only prove it whole; change nothing.")
    ] = False,
) -> None:
    """Put a backup back into a data folder without a store; what is there is never replaced.

    An audit log that is there and goes on beyond the backup is kept, and the store is told
    what it knows. Exit 0 done or whole, 1 not whole, 2 unreadable, 3 something is at work.
    """
    from bots.cli.key_door import office_key, settings_and_places
    from bots.keeping.restore import prove
    from bots.keeping.restore import restore as put_back
    from bots.places import Places

    settings, places = settings_and_places()
    master = office_key(settings, places)
    target = Places(to.absolute()) if to else places
    if verify:
        _say_proof(prove(file, target, settings, master))
        return
    done = put_back(file, target, settings, master)
    typer.echo(f"put back into {target.root}: {', '.join(done.put)}")
    if done.kept:
        typer.echo(f"kept as it was there: {', '.join(done.kept)}")
    _say_behind("the audit log", done.proof.newer)
    if done.caught_up:
        typer.echo("the store was told: runs and saves that it had lost are in it again")
    if done.is_stopped:
        typer.echo("writing was stopped, and is: `claimbots go` lets it begin again")
    if {"config", "selectors"} & set(done.put):
        typer.echo(f"configuration: compare {target.root / 'config'} with your own")
    if done.proof.is_older:
        where = f"with CLAIMBOTS_DATA={target.root} and no store.database_url " if to else ""
        typer.echo(f"its store is of an older version: {where}run `claimbots upgrade`")
    typer.echo("the master key is in no backup: it has to be where keys.master says")
    typer.echo("next: `claimbots doctor` and `claimbots audit verify`")


def upgrade() -> None:
    """Bring the store of an older version to this one: a backup first, then its tables."""
    from bots.cli.key_door import office_key, settings_and_places
    from bots.keeping.upgrade import upgrade as brought_on

    settings, places = settings_and_places()
    done = brought_on(places, settings, office_key(settings, places))
    if done.backup is None:
        typer.echo("the store is of this version already")
    else:
        typer.echo(f"backup: {done.backup.path}")
    for name, words in done.steps:
        typer.echo(f"{name}: {words}")
    _say_behind("the audit log", done.caught_up)
    for portal, count in done.open_intents.items():
        typer.echo(f"saves open on the audit log for {portal}: {count}; its next run settles them")
    if done.unended_runs:
        typer.echo(f"runs without an end: {', '.join(done.unended_runs)}; the next run ends them")


def _say_proof(proof: Proof) -> None:
    manifest = proof.manifest
    typer.echo(f"taken {manifest.taken_at}, claimbots {manifest.claimbots}, {manifest.migration}")
    typer.echo(f"{len(manifest.entries)} files, {manifest.size / 1e6:.1f} MB, all as written")
    typer.echo(f"audit log {manifest.origin}: {manifest.records} records")
    _say_behind("the log in the backup", proof.inside)
    if proof.here is not None:
        _say_behind("the audit log in this data folder", proof.here)
    for fault in proof.faults:
        typer.echo(f"NOT WHOLE {fault}", err=True)
    if proof.other:
        typer.echo(f"the audit log here does not go on from the backup's: {proof.other}", err=True)
    if not proof.faults:
        typer.echo("the backup is whole")
    if proof.faults or proof.other:
        raise typer.Exit(1)


def _say_behind(whose: str, found: Behind) -> None:
    if found:
        typer.echo(f"{whose} is newer than the store: {found.sentence()}")
