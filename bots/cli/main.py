"""The `claimbots` command: mounts the nouns, turns a Problem into a sentence and an exit code.

Exits (docs/operations.md): 0 done, 1 findings, tampering or something to do, 2 wrong use or
unreadable, 3 work left over, 130 and 143 stopped by a signal.
"""

from __future__ import annotations

import sys

import typer

from bots.cli import (
    audit,
    checks,
    codesets,
    credentials,
    exceptions,
    keys,
    portal,
    practice,
    proposals,
    runs,
    schedule,
    store,
    workers,
)
from bots.cli.check import check
from bots.cli.demo import demo
from bots.cli.doctor import doctor
from bots.cli.init import init
from bots.cli.keeping import backup, restore, upgrade
from bots.cli.report import report
from bots.cli.revert import revert
from bots.cli.run import run
from bots.cli.serve import serve
from bots.cli.switch import go, stop
from bots.cli.workers import worker
from bots.errors import Problem

# A traceback with local variables would print patient data.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Bots that check and correct healthcare claims through the portal's own screens.",
)
for command in (
    demo, init, doctor, run, worker, serve, check, report, revert, stop, go, backup, restore,
    upgrade,
):  # fmt: skip
    app.command()(command)

for noun in (
    audit,
    checks,
    codesets,
    credentials,
    exceptions,
    keys,
    portal,
    practice,
    proposals,
    runs,
    schedule,
    store,
    workers,
):
    app.add_typer(noun.app, name=noun.__name__.rpartition(".")[2])


def main() -> None:
    """Run the command line; never a traceback for what a person can put right."""
    try:
        code = app(standalone_mode=False)
    except Problem as problem:
        typer.echo(f"claimbots: {problem.sentence()}", err=True)
        sys.exit(problem.exit)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        show = getattr(error, "show", None)  # click's own: wrong use
        if show is None:
            if type(error).__name__ == "Abort":
                sys.exit(130)
            if sys.flags.dev_mode:  # PYTHONDEVMODE=1: for who writes claimbots
                raise
            said = _of_store(error)
            typer.echo(f"claimbots: {said.sentence() if said else _unexpected(error)}", err=True)
            sys.exit(2)
        show()
        sys.exit(getattr(error, "exit_code", 2))
    sys.exit(code if isinstance(code, int) else 0)


def _of_store(error: Exception) -> Problem | None:
    """What went wrong with the store where it was asked and nobody had words for it."""
    if "django.db" not in sys.modules:
        return None
    from django.db import DatabaseError

    from bots.places import here
    from bots.store.database import in_words

    return in_words(error, here()) if isinstance(error, DatabaseError) else None


def _unexpected(error: Exception) -> str:
    """A fault of ours in one sentence, without its own text: that may quote a claim."""
    import traceback
    from pathlib import Path

    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}; free the disk, or own that place"
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
    return f"a fault of claimbots itself ({where}); please report it"
