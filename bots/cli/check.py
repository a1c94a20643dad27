"""`claimbots check`: hold the claims of files against the checks, without any portal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

T = TypeVar("T")


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
    known_on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            metavar="DATE",
            help="Judge by the tables that the office had imported by the end of that day, or "
            "by that moment.",
        ),
    ] = None,
    history: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="The patients' other claims; may be given again."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of each finding why, and what would help.")
    ] = False,
    repairs: Annotated[
        bool, typer.Option("--repairs", help="Show the smallest lawful ways to a clean claim.")
    ] = False,
) -> None:
    """Check the claims of files. Changes nothing.

    Exit 0: nothing of severity error; 1: something is; 2: something could not be read.
    """
    from bots.cli.check_report import Report
    from bots.runs.check_files import check_as_json, check_files, rules_here

    moment = _end_of(known_on) if known_on else None
    rules = rules_here(moment)
    report = Report(rules, moment, quiet=as_json, explain=explain, repairs=repairs)
    order: Any = {
        "today": datetime.now().astimezone().date(),
        "as_of": as_of.date() if as_of else None,
        "history": history or None,
    }
    if as_json and repairs:
        from bots.cli.check_report import with_repairs

        for outcome in _watched(check_files(files, rules, **order), lambda _outcome: 1):
            sys.stdout.write(with_repairs(outcome, rules))
            report.take(outcome)
    elif as_json:
        for said in _watched(check_as_json(files, rules, **order), lambda said: said.claims):
            sys.stdout.buffer.write(said.text)
            report.add(said)
            for unread in said.unread:
                report.say_unread(unread)
        sys.stdout.flush()
    else:
        for outcome in _watched(check_files(files, rules, **order), lambda _outcome: 1):
            report.take(outcome)
    report.close()
    raise typer.Exit(report.exit)


def _end_of(moment: datetime) -> datetime:
    """The moment, in the time zone of this machine; of a day without a time, its end."""
    if moment.time() == time.min:
        moment = datetime.combine(moment, time.max)
    return moment.astimezone()


def _watched(answers: Iterator[T], claims: Callable[[T], int]) -> Iterator[T]:
    """The same answers, counted on a bar where a person would see nothing else move."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from answers
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), "claims checked", MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("claims", total=None)
        for answer in answers:
            yield answer
            bar.advance(task, claims(answer))
