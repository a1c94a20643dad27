"""`claimbots stop` and `claimbots go`: the big switch. No write begins while it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Generic, Literal, NamedTuple, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bots.places import Places

T = TypeVar("T")

Reason = Annotated[str, typer.Option("--reason", help="Why.")]


def stop(reason: Reason = "") -> None:
    """Halt all writing, now and until `claimbots go`. A run ends where it would write."""
    from bots.cli.running import person
    from bots.errors import Problem
    from bots.places import here
    from bots.store import brake

    places, failed = here(), None
    before = brake.stopped_by(places)
    try:
        brake.stop(places.made(), person(), reason)
    except Problem as problem:  # the store that machines share may hold it all the same
        failed = problem
    everywhere = _for_all_machines(lambda: brake.stop_all(person(), reason))
    if failed is not None and not everywhere.done:
        raise failed
    if failed is not None:
        typer.echo(f"done in the shared store only: {failed.sentence()}", err=True)
    if before is None:
        _record(places, "stop", reason)
    by = ""
    if before is not None and before.by:
        by = f" (by {before.by}, {before.at[:16].replace('T', ' ')} UTC)"
    typer.echo(f"writing is stopped{by}; `claimbots go` lets it begin again")


def go() -> None:
    """Let writing begin again."""
    from bots.errors import Problem
    from bots.places import here
    from bots.store import brake

    places, was, failed = here(), False, None
    try:
        was = brake.go(places)
    except Problem as problem:
        failed = problem
    everywhere = _for_all_machines(brake.let_all_go)
    was = was or bool(everywhere.gave)
    if was:
        _record(places, "go")
    if failed is not None:
        raise failed
    said = "writing may begin again" if was else "writing was not stopped"
    if everywhere.done:
        said += (
            "; a machine on which `stop` was given stays stopped until `go` is given there, too"
        )
    elif everywhere.shared:
        said = "this machine's own stop is off; the one of all machines may be on"
    typer.echo(said)


class _Everywhere(NamedTuple, Generic[T]):
    """What became of the switch that machines share."""

    shared: bool = False
    done: bool = False
    gave: T | None = None


def _for_all_machines(turn: Callable[[], T]) -> _Everywhere[T]:
    """Where machines share the store, turn the switch there too; one's own waits for nothing."""
    from bots.cli.store_door import open_shared
    from bots.errors import Problem

    try:
        return _Everywhere(True, True, turn()) if open_shared() else _Everywhere()
    except Problem as problem:
        typer.echo(f"not done in the shared store: {problem.sentence()}", err=True)
        return _Everywhere(shared=True)


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
