"""Meridian at work, and an office that has been set up for it as docs/portals.md says."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forking
from runs.office import until

HERE = Path(__file__).parent
PORTALS = """
portals:
  meridian:
    kind: meridian
    address: {address}
    credential: meridian
    mode: live
    permission: {{by: "Meridian's office, letter of 1 October 2026", until: 2030-12-31}}
    not_yet_sent: [Open]
    save_limit_seconds: 1
"""


@dataclass
class Meridian:
    """The portal at work, and an office that works there."""

    folder: Path
    office: Path
    address: str

    def query(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / "meridian.sqlite3") as database:
            return database.execute(question, values).fetchall()

    def claimbots(self, *words: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CLAIMBOTS")} | {
            "CLAIMBOTS_DATA": str(self.office / "data"),
            "CLAIMBOTS_CONFIG": str(self.office / "config"),
            "CLAIMBOTS_KEYS__MASTER": "env:OFFICE_KEY",
            "OFFICE_KEY": base64.b64encode(b"k" * 32).decode(),
        }
        return forking.run(*words, environment=environment, limit=120, typed=typed)

    def run(self, *words: str) -> dict[str, Any]:
        """A run; what it says of itself at the end."""
        done = self.claimbots(
            "run", "--portal", "meridian", "--queue", "pending", "--as-of", "2026-11-02",
            "--json", *words,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def at_work(folder: Path, office: Path) -> Iterator[Meridian]:
    """The portal served from one folder, its office in another."""
    server = subprocess.Popen([sys.executable, str(HERE / "server.py"), str(folder)])
    said = folder / "address"
    try:
        address = until(lambda: said.exists() and said.read_text(), "portal")
        made = Meridian(folder, office, address)
        set_up(made)
        yield made
    finally:
        server.terminate()
        server.wait(10)


def set_up(at: Meridian) -> None:
    """What docs/portals.md says: two files, an entry, a log-in."""
    made = at.claimbots("init")
    assert made.returncode == 0, made.stderr
    shutil.copy(HERE / "meridian.yaml", at.office / "selectors")
    (at.office / "portals").mkdir()
    shutil.copy(HERE / "meridian.py", at.office / "portals")
    (at.office / "config" / "portals.yaml").write_text(PORTALS.format(address=at.address))
    kept = at.claimbots("credentials", "set", "meridian", typed="clerk\nmeridian-pass-1\n\n")
    assert kept.returncode == 0, kept.stderr
