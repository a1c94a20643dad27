"""`claimbots revert`: put back what one save wrote, as an approved change like any other."""

from __future__ import annotations

from typing import Annotated

import typer


def revert(
    intent: Annotated[
        str, typer.Argument(metavar="INTENT", help="The save, as `claimbots audit show` names it.")
    ],
    reason: Annotated[
        str, typer.Option("--reason", help="Why; goes onto the audit log, sealed.")
    ] = "",
    by: Annotated[
        str, typer.Option("--by", help="Who asks; else the user of this computer.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines on standard output.")
    ] = False,
) -> None:
    """Put the old values back: the next approved run does it, if nobody changed them since."""
    from bots.cli.proposals import as_dict, say
    from bots.cli.store_door import json_line, open_store, os_user
    from bots.errors import Problem

    if not reason.strip():
        raise Problem("a revert needs a reason", where=f"intent {intent[:40]}",
                      do='add --reason "…"')  # fmt: skip
    places = open_store()
    from bots.runs.reverting import revert as asked

    proposal = asked(places, intent.strip(), by.strip() or os_user(), reason)
    if as_json:
        typer.echo(json_line(as_dict(proposal)))
    else:
        say(proposal)
