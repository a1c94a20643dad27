"""Where things are kept. Nothing is written anywhere else.

The data folder is `CLAIMBOTS_DATA` (default `./.claimbots`), mode 0700, its files 0600.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bots.errors import Problem


@dataclass(frozen=True)
class Places:
    """The data folder and its rooms."""

    root: Path

    @property
    def store(self) -> Path:
        """The one database."""
        return self.root / "store.sqlite3"

    @property
    def workflows(self) -> Path:
        """What DBOS keeps of workflows under way: ids and counts."""
        return self.root / "dbos.sqlite3"

    @property
    def ledger(self) -> Path:
        """The audit log, a folder for each origin."""
        return self.root / "ledger"

    @property
    def keys(self) -> Path:
        """Keys and sealed credentials."""
        return self.root / "keys"

    @property
    def sessions(self) -> Path:
        """Sealed browser sessions."""
        return self.root / "sessions"

    @property
    def codesets(self) -> Path:
        """Imported tables."""
        return self.root / "codesets"

    @property
    def reports(self) -> Path:
        """A folder for each run."""
        return self.root / "reports"

    @property
    def evidence(self) -> Path:
        """Masked pictures of failures."""
        return self.root / "evidence"

    @property
    def backups(self) -> Path:
        """Backups, until somebody brings them elsewhere."""
        return self.root / "backups"

    @property
    def locks(self) -> Path:
        """The run's lock and the brake."""
        return self.root / "locks"

    @property
    def practice(self) -> Path:
        """The practice portal's own files."""
        return self.root / "practice"

    @property
    def demo(self) -> Path:
        """The demo's little office."""
        return self.root / "demo"

    def made(self) -> Places:
        """The same places, with the folders there and closed to others.

        Raises:
            Problem: the folder cannot be made or written.
        """
        try:
            for folder in (
                self.root, self.ledger, self.keys, self.sessions, self.codesets,
                self.reports, self.evidence, self.locks, self.practice,
            ):  # fmt: skip
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise Problem(
                f"the data folder cannot be written ({error.strerror})",
                where=str(self.root),
                do="free the disk or set CLAIMBOTS_DATA to a folder you own",
            ) from error
        return self


def here() -> Places:
    """The places this process works in, from `CLAIMBOTS_DATA`."""
    os.umask(0o077)
    return Places(Path(os.environ.get("CLAIMBOTS_DATA", ".claimbots")).absolute())
