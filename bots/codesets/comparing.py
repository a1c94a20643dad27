"""What changes between two releases of one series: rows added, removed and changed, by key.

Millions of rows are compared by SQLite itself, row against row. The days of a row count, but for
those that are the release's own: an ICD-10-CM code that stays is no change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import quote

from bots.codesets.rows import TABLES
from bots.codesets.store import Provenance

Said = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One key: what it said before and says now; empty where it was not there."""

    table: str
    key: tuple[str, ...]
    before: tuple[Said, ...]
    after: tuple[Said, ...]

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        if not self.before:
            return "added"
        return "changed" if self.after else "removed"


def columns_of(table: str) -> list[str]:
    """What a row says besides its key, in the order of `before` and `after`."""
    kind, key = TABLES[table]
    return [field.name for field in fields(kind) if field.name not in key]


def changes(
    old: tuple[Path, Provenance], new: tuple[Path, Provenance], table: str
) -> Iterator[Change]:
    """Every key of the table whose rows differ, in the order of the keys."""
    _, key = TABLES[table]
    width = len(key)
    with closing(sqlite3.connect(f"file:{quote(str(old[0].absolute()))}?mode=ro", uri=True)) as db:
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("ATTACH ? AS fresh", [f"file:{quote(str(new[0].absolute()))}?mode=ro"])
        before = _select("main", table, old[1])
        after = _select("fresh", table, new[1])
        keys = ", ".join(f'"{name}"' for name in key)
        # Each row that stands on one side only, with its side; then all rows of its key.
        db.execute(
            f"CREATE TEMP TABLE touched AS SELECT DISTINCT {keys} FROM "
            f"(SELECT * FROM ({before} EXCEPT {after}) UNION ALL "
            f"SELECT * FROM ({after} EXCEPT {before}))"
        )
        match = " AND ".join(f'"{name}" = ?' for name in key)
        for found in db.execute(f"SELECT {keys} FROM touched ORDER BY {keys}").fetchall():
            said = [
                tuple(row[width:] for row in db.execute(f"{side} WHERE {match}", found))
                for side in (before, after)
            ]
            yield Change(table, tuple(found), said[0], said[1])


def _select(schema: str, table: str, origin: Provenance) -> str:
    kind, key = TABLES[table]
    rest = [field.name for field in fields(kind) if field.name not in key]
    said = [f'"{name}"' for name in key]
    for name in rest:
        own = {"since": origin.since, "until": origin.until}.get(name)
        said.append(f'NULLIF("{name}", \'{own}\') AS "{name}"' if own else f'"{name}"')
    return f"SELECT DISTINCT {', '.join(said)} FROM {schema}.{table}"
