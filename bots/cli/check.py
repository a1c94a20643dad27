"""`claimbots check`: hold the claims of files against the checks, without any portal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bots.runs.check_files import Outcome


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="837P, 837I or our own JSON.")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a claim on standard output.")
    ] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The day against which late and future are judged; else the file's own, "
            "else today.",
        ),
    ] = None,
    history: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="The patients' other claims; may be given again."),
    ] = None,
) -> None:
    """Check the claims of files. Changes nothing.

    Exit 0: nothing of severity error; 1: something is; 2: something could not be read.
    """
    import json

    from bots.cli.check_report import Report
    from bots.files.unread import Unread
    from bots.runs.check_files import as_json as said
    from bots.runs.check_files import check_files, read_histories, rules_here

    rules = rules_here()
    others, unread = read_histories(history) if history else (None, [])
    report = Report(rules, quiet=as_json)
    outcomes = check_files(
        files,
        rules,
        today=datetime.now().astimezone().date(),
        as_of=as_of.date() if as_of else None,
        histories=others,
    )
    for outcome in _watched([*unread], outcomes):
        if as_json:
            typer.echo(json.dumps(said(outcome, rules.policy), ensure_ascii=False))
        report.take(outcome)
        if as_json and isinstance(outcome, Unread):
            report.say_unread(outcome)
    report.close()
    raise typer.Exit(report.exit)


def _watched(first: list[Outcome], outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """The same outcomes, counted on a bar where a person would see nothing else move."""
    import sys
    from itertools import chain

    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from chain(first, outcomes)
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), "claims checked", MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("claims", total=None)
        for outcome in chain(first, outcomes):
            yield outcome
            bar.advance(task)
