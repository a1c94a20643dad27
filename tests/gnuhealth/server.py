"""A running server of Tryton on a folder with a database, until the `with` block ends."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gnuhealth.database import NAME
from gnuhealth.install import Installed, environment

LONGEST_START = 120  # seconds; a slow machine loads the modules in a fraction of it


@dataclass
class Server:
    """One server process. `stop` and `start` are for tests of a portal that goes away."""

    installed: Installed
    databases: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0  # the same port again after `stop`
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.databases / "server.log"

    def start(self) -> None:
        """Start the process and wait until it listens."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [str(self.installed.python), "-m", "gnuhealth.serve", str(self.port)],
                env=environment(
                    self.databases,
                    TRYTOND_WEB__ROOT=str(self.installed.web),
                    TRYTOND_DATABASE_NAMES=NAME,
                    **self.settings,
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        # A server that hangs is killed, and then has no port to tell either.
        watchdog = threading.Timer(LONGEST_START, self.process.kill)
        watchdog.start()
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        watchdog.cancel()
        if not said:
            self.stop()
            raise RuntimeError(f"GNU Health did not start; {self.log} says why")
        self.port = int(said)

    def stop(self, *, at_once: bool = False) -> None:
        """End the process; `at_once` cuts off what it is doing."""
        if self.process is None:
            return
        self.process.kill() if at_once else self.process.terminate()
        self.process.wait(30)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process = None


@contextmanager
def serving(installed: Installed, databases: Path, **settings: str) -> Iterator[Server]:
    """A server over the databases of a folder; settings as Tryton's environment has them."""
    server = Server(installed, databases, settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()
