"""The `claimbots` command: mounts the nouns, turns a Problem into a sentence and an exit code.

Exits (docs/operations.md): 0 done, 1 findings, tampering or something to do, 2 wrong use or
unreadable, 3 work left over, 130 and 143 stopped by a signal.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

import bots.cli
from bots.cli.check import check
from bots.cli.demo import demo
from bots.cli.doctor import doctor
from bots.cli.init import init
from bots.cli.report import report
from bots.cli.run import run
from bots.cli.switch import go, stop
from bots.errors import Problem

# A traceback with local variables would print patient data.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Bots that check and correct healthcare claims through the portal's own screens.",
)
for command in (demo, init, doctor, run, check, report, stop, go):
    app.command()(command)

# Every other noun is a file beside this one with an `app`: nothing here lists them.
for _module in sorted(module.name for module in pkgutil.iter_modules(bots.cli.__path__)):
    if _module != "main":
        _noun = getattr(importlib.import_module(f"bots.cli.{_module}"), "app", None)
        if isinstance(_noun, typer.Typer):
            app.add_typer(_noun, name=_module.replace("_", "-"))


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
            raise
        show()
        sys.exit(getattr(error, "exit_code", 2))
    sys.exit(code if isinstance(code, int) else 0)
