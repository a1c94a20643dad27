"""The product's commands as processes of their own, forked from one that has imported everything.

A new Python takes more than a second to import what a run needs, and a night of tests begins
thousands. Here the standard library's fork server does that once; each command then is a process
with its own environment, streams and end, to be killed, frozen or waited for like any other.
What a user's shell would begin (`python -m`, the installed script) is tried where the doors are
tested.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
# Whatever a command imports sooner or later, but for the store and what needs it: that sets Django
# up for us, and the practice portal's own commands must be able to set it up for themselves.
# None of these may start a thread or open a file that a fork would share.
_FORKS.set_forkserver_preload(
    [
        "bots.cli.main",
        "bots.practice.__main__",
        "bots.policy",
        "bots.portals.practice",
        "bots.portals.session",
        "dbos",
        "django.core.management",
        "django.db.backends.sqlite3.base",
        "django.db.models",
        "psycopg",
    ]
)


class Begun:
    """A command at work; what `subprocess.Popen` has of the same name means the same."""

    def __init__(self, process: ForkServerProcess, words: Sequence[str]) -> None:
        self._process, self.args = process, list(words)
        self.pid: int = process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        self._process.join(0)
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        if self.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        if self.poll() is None:
            self._process.kill()


def begin(
    *words: str,
    environment: Mapping[str, str],
    out: Path | None = None,
    said: Path | None = None,
    typed: Path | None = None,
    first: str = "",
    program: str = "bots.cli",
) -> Begun:
    """Begin a command; `first` is Python that spoils something before.

    What it prints goes to the file `out`, what it says on standard error to `said` (without one
    to `out` as well); without either, nowhere. `program` is `bots.cli` or `bots.practice`.
    """
    streams = tuple(str(path) if path else None for path in (typed, out, said or out))
    process = _FORKS.Process(
        target=_command, args=(words, dict(environment), streams, first, program)
    )
    process.start()
    return Begun(process, words)


def run(
    *words: str,
    environment: Mapping[str, str],
    limit: float,
    first: str = "",
    typed: str | None = None,
    program: str = "bots.cli",
) -> subprocess.CompletedProcess[str]:
    """A command from begin to end.

    Raises:
        subprocess.TimeoutExpired: it took longer than `limit` seconds, and was killed.
    """
    with tempfile.TemporaryDirectory(prefix="claimbots-") as folder:
        given, out, said = (Path(folder) / name for name in ("in", "out", "err"))
        given.write_text(typed or "", "utf-8")
        begun = begin(
            *words,
            environment=environment,
            out=out,
            said=said,
            typed=given if typed is not None else None,
            first=first,
            program=program,
        )
        try:
            code = begun.wait(limit)
        except subprocess.TimeoutExpired:
            begun.kill()
            begun.wait(limit)
            raise
        finally:
            printed, complained = (
                path.read_text("utf-8", "replace") if path.exists() else "" for path in (out, said)
            )
        return subprocess.CompletedProcess(begun.args, code, printed, complained)


def _command(
    words: Sequence[str],
    environment: Mapping[str, str],
    streams: tuple[str | None, str | None, str | None],
    first: str,
    program: str,
) -> None:
    """What runs in the new process."""
    for number, path in enumerate(streams):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(path or os.devnull, flags, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, closefd=False)  # multiprocessing has put another one there
    os.environ.clear()
    os.environ.update(environment)
    if first:
        exec(compile(first, "first", "exec"), {"__name__": "first"})
    try:
        if program == "bots.practice":
            from bots.practice.__main__ import main as practice

            sys.exit(practice(list(words)))
        from bots.cli.main import main

        sys.argv = ["claimbots", *words]
        main()
    finally:
        with contextlib.suppress(ValueError, OSError):
            sys.stdout.flush()
            sys.stderr.flush()
