"""`claimbots stop` and `claimbots go`: the big switch. No write begins while it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bots.places import Places

T = TypeVar("T")

Reason = Annotated[str, typer.Option("--reason", help="Why.")]


def stop(reason: Reason = "") -> None:
    """Halt all writing, now and until `claimbots go`. A run ends where it would write."""
    from bots.cli.running import person
    from bots.places import here
    from bots.store import brake

    places = here().made()
    before = brake.stopped_by(places)
    brake.stop(places, person(), reason)
    _for_all_machines(lambda: brake.stop_all(person(), reason))
    if before is None:
        _record(places, "stop", reason)
    by = ""
    if before is not None and before.by:
        by = f" (by {before.by}, {before.at[:16].replace('T', ' ')} UTC)"
    typer.echo(f"writing is stopped{by}; `claimbots go` lets it begin again")


def go() -> None:
    """Let writing begin again."""
    from bots.places import here
    from bots.store import brake

    places = here().made()
    was = brake.go(places)
    was = bool(_for_all_machines(brake.let_all_go)) or was
    if was:
        _record(places, "go")
    typer.echo("writing may begin again" if was else "writing was not stopped")


def _for_all_machines(turn: Callable[[], T]) -> T | None:
    """Where machines share the store, turn the switch there too; one's own waits for nothing."""
    from bots.cli.store_door import open_shared
    from bots.errors import Problem

    try:
        return turn() if open_shared() else None
    except Problem as problem:
        typer.echo(f"done on this machine only: {problem.sentence()}", err=True)
        return None


def _record(places: Places, kind: Literal["stop", "go"], reason: str = "") -> None:
    """Put it on the audit log, where there is one. The switch itself waits for nothing."""
    from bots.cli.key_door import office_key, settings_and_places
    from bots.cli.running import person
    from bots.errors import Problem
    from bots.ledger import Ledger

    try:
        settings, _ = settings_and_places()
        origin = settings.ledger.origin
        if not (places.ledger / origin).is_dir():
            return
        ledger = Ledger.of_office(places, origin, office_key(settings, places))
        try:
            # What a person types may name a patient: it is sealed, as a decision's reason is.
            ledger.append(kind, actor=person(), sealed={"reason": reason} if reason else None)
        finally:
            ledger.close_files()
    except (Problem, OSError) as error:
        what = error.sentence() if isinstance(error, Problem) else error.strerror
        typer.echo(f"done, but not on the audit log: {what}", err=True)
