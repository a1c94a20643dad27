"""`run --portal A --portal B`: one run after the other, and one report of both side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from bots.cli.running import run_to_end, say
from bots.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bots.runs.request import RunRequest


_FIRST = (130, 143, 2, 3, 1)  # of several exit codes the command has the first that is there


def run_each(request: RunRequest, portals: Sequence[str], *, as_json: bool) -> int:
    """Do the same request at each portal in turn, and report on all of them together.

    A portal that cannot be worked at costs its own run only: the sentence goes to standard error.

    Returns:
        The exit code of the runs that comes first: an interruption, what is wrong, work left.

    Raises:
        Problem: one of the portals is not known; nothing was begun.
    """
    from bots.config.portals import find_portal, load_portals

    known = load_portals()
    for name in portals:
        find_portal(known, name)
    runs, exits = [], []
    for name in portals:
        try:
            summary = run_to_end(replace(request, portal=name), quiet=as_json, title=name)
        except Problem as problem:
            typer.echo(f"claimbots: {name}: {problem.sentence()}", err=True)
            exits.append(problem.exit)
            continue
        say(summary, as_json=as_json)
        runs.append(summary.run)
        exits.append(summary.exit)
    if len(runs) > 1:
        _report(runs, as_json=as_json)
    return next((code for code in _FIRST if code in exits), max(exits))


def _report(runs: Sequence[str], *, as_json: bool) -> None:
    from bots.places import here
    from bots.reports.summary import summary_lines
    from bots.reports.write import write_report

    files = write_report(runs, here())
    if as_json:
        typer.echo(json.dumps({"runs": list(runs), "report": str(files.html)}))
        return
    typer.echo("\nall together")
    for line in summary_lines(runs, files):
        typer.echo(line)
