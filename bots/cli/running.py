"""What `run` and `demo` share: run to the end with a progress line, and say how it went."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from bots import leaving

if TYPE_CHECKING:
    from bots.runs.request import RunRequest, RunSummary


def person() -> str:
    """Who asks, for the log: the user's name on this machine."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def run_to_end(request: RunRequest, *, quiet: bool = False, title: str = "claims") -> RunSummary:
    """Run with a progress line on standard error; SIGINT and SIGTERM end it cleanly.

    At the first signal what was begun is ended, for `LAST_SECONDS` at most; at the second, or
    then, it is broken off, and the next run looks up what became of it. A store that was open
    in this thread is open after it, too, through a connection of its own.

    Raises:
        Problem: as `bots.runs.run.run`.
        typer.Exit: 130 or 143 after a signal; what was begun is on the log.
    """
    from bots.places import here
    from bots.store.away import let_go

    set_up_log()
    with let_go(here()), Progress(title, quiet=quiet) as progress:
        try:
            return asyncio.run(_watched(request, progress))
        except asyncio.CancelledError:
            raise typer.Exit(_Signal.received + 128) from None


class _Signal:
    received = 0


async def _watched(request: RunRequest, progress: Progress) -> RunSummary:
    from bots.runs.ends import LAST_SECONDS
    from bots.runs.run import run

    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    task = asyncio.ensure_future(run(request, progress=progress.at, ending=ending))

    def end(number: int) -> None:
        leaving.begin()
        _Signal.received = number
        if ending.is_set():
            task.cancel()
        ending.set()
        loop.call_later(LAST_SECONDS, task.cancel)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    loop.set_exception_handler(_name_what_was_left)
    summary = await task
    if _Signal.received:
        raise typer.Exit(_Signal.received + 128)
    return summary


def first_signal() -> asyncio.Future[int]:
    """The number of the first SIGINT or SIGTERM, once it comes; to be asked in the loop."""
    loop = asyncio.get_running_loop()
    received: asyncio.Future[int] = loop.create_future()

    def end(number: int) -> None:
        leaving.begin()
        if not received.done():
            received.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    loop.set_exception_handler(_name_what_was_left)
    return received


def _name_what_was_left(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Browser calls that nobody awaits any more end in errors whose texts may quote a page."""
    import structlog

    kind = type(context.get("exception")).__name__
    structlog.get_logger().debug("left behind", error=kind)


class Progress:
    """A line that moves in a terminal, plain lines elsewhere; nothing when quiet."""

    def __init__(self, title: str, *, quiet: bool = False, every: int = 50) -> None:
        self.title, self.quiet, self.every = title, quiet, every
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if not self.quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress as Bar
            from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description} {task.completed}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self.title, total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def at(self, seen: int) -> None:
        """So many claims are through."""
        if self._bar is not None:
            self._bar.update(self._task, completed=seen)
        elif not self.quiet and seen % self.every == 0:
            typer.echo(f"{self.title} {seen}", err=True)


def say(summary: RunSummary, *, as_json: bool) -> None:
    """The end of a run for people, or as one JSON object."""
    if as_json:
        import json

        said = {
            "run": summary.run,
            "state": summary.state.value,
            "counts": {name: _plain(value) for name, value in asdict(summary.counts).items()},
            "settled": summary.settled,
            "stop_reason": summary.stop_reason,
            "report": str(summary.reports.html) if summary.reports else None,
        }
        typer.echo(json.dumps(said))
        return
    from bots.places import here
    from bots.reports.summary import summary_lines
    from bots.store.away import open_patiently, patiently

    open_patiently(here())
    for line in patiently(here(), summary_lines, [summary.run], summary.reports):
        typer.echo(line)
    if summary.settled:
        told = ", ".join(f"{count} {name}" for name, count in summary.settled.items())
        typer.echo(f"settled from an earlier run: {told}")
    if summary.stop_reason:
        typer.echo(f"stopped: {summary.stop_reason}")
    typer.echo(summary.audit_line)


def _plain(value: object) -> object:
    from decimal import Decimal

    return f"{value:.2f}" if isinstance(value, Decimal) else value


def set_up_log() -> None:
    """Log on standard error through structlog: ids, counts and kinds, no patient data."""
    import logging

    import structlog

    from bots.config import load_settings

    level = getattr(logging, load_settings().logging.level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer()
            if sys.stderr.isatty()
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
