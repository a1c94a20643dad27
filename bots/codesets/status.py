"""What tables an office has, for `doctor` and for the statement on every report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bots.codesets.rows import TABLES
from bots.codesets.store import Provenance, provenance


@dataclass(frozen=True, slots=True)
class TableStatus:
    """One table; `origin` is None where it was never imported."""

    table: str
    origin: Provenance | None

    def covers(self, on: date) -> bool:
        """Whether this import answers for that day."""
        return self.origin is not None and self.origin.covers(on)

    def sentence(self) -> str:
        """The table, its release and its dates on one line."""
        if self.origin is None:
            return f"{self.table}: not imported"
        origin = self.origin
        since = origin.since.isoformat() if origin.since else "the beginning"
        until = f"to {origin.until.isoformat()}" if origin.until else "on"
        kind = " (synthetic tables)" if origin.synthetic else ""
        return f"{self.table}: {origin.release}, from {since} {until}{kind}"


def status(folder: Path) -> list[TableStatus]:
    """Every import of every table that a check may ask, and those that are missing.

    Raises:
        Problem: a file in the folder is not one of ours.
    """
    found = provenance(folder)
    rows: list[TableStatus] = []
    for table in TABLES:
        of_table = [TableStatus(table, origin) for origin in found if origin.table == table]
        rows += of_table or [TableStatus(table, None)]
    return rows
