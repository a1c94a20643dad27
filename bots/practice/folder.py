"""The portal's data folder, `PRACTICE_DATA`: the database and the files beside it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folder:
    """Where one portal keeps its things."""

    root: Path

    @property
    def database(self) -> Path:
        """The portal's own SQLite file."""
        return self.root / "practice.sqlite3"

    @property
    def seeded(self) -> Path:
        """A copy of the database as seeding left it; `reset` puts it back."""
        return self.root / "seeded.sqlite3"

    @property
    def requests(self) -> Path:
        """Every request, one JSON object a line; only ever appended to."""
        return self.root / "requests.jsonl"

    @property
    def faults(self) -> Path:
        """Which faults are on."""
        return self.root / "faults.json"

    @property
    def server(self) -> Path:
        """Who serves this folder: address, port, pid. There only while it answers."""
        return self.root / "server.json"

    def made(self) -> Folder:
        """The same folder, there and closed to others."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def secret(self) -> str:
        """The key that signs this portal's cookies, made on first use."""
        kept = self.root / "secret"
        if not kept.exists():
            self.made()
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT, 0o600)
            os.write(handle, secrets.token_urlsafe(48).encode())
            os.close(handle)
        return kept.read_text()


def here() -> Folder:
    """The folder that this process works in."""
    return Folder(Path(os.environ.get("PRACTICE_DATA", ".claimbots/practice")).absolute())
