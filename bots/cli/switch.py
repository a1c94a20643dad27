"""`claimbots stop` and `claimbots go`: the big switch. No write begins while it is on."""

from __future__ import annotations

from typing import Annotated

import typer

Reason = Annotated[str, typer.Option("--reason", help="Why.")]


def stop(reason: Reason = "") -> None:
    """Halt all writing, now and until `claimbots go`. A run ends where it would write."""
    from bots.cli.running import person
    from bots.places import here
    from bots.store import brake

    brake.stop(here().made(), person(), reason)
    typer.echo("writing is stopped; `claimbots go` lets it begin again")


def go() -> None:
    """Let writing begin again."""
    from bots.places import here
    from bots.store import brake

    was = brake.go(here().made())
    typer.echo("writing may begin again" if was else "writing was not stopped")
