"""A store's file that this process does not work in: copied, and looked at, by SQLite alone.

Nothing here needs Django or brings a file to another form, so that the store of an older
version, or one out of a backup, can be asked as it lies. Every connection is one of its own.
A file of a store is never opened beside SQLite (see `bots.store.database`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bots.errors import Problem

_AT_ONCE = 500  # SQLite takes at least 999 values in one question


def copy(source: Path, target: Path) -> None:
    """A copy of a database as it is at one moment, while others write to it.

    SQLite's online backup in a single step is one read transaction: with a write-ahead log
    nobody waits for it. The copy has no side files, whatever the source has.

    Raises:
        Problem: the source is no database, or the disk does not take the copy.
    """
    with _asked(source) as rows, closing(sqlite3.connect(target)) as made:
        rows.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")


def fault(path: Path) -> str:
    """What SQLite finds wrong with a file, in its words; empty where it is whole."""
    try:
        with _asked(path) as rows:
            (said,) = rows.execute("PRAGMA integrity_check(1)").fetchone()
            broken = rows.execute("PRAGMA foreign_key_check").fetchone()
    except Problem as problem:
        return problem.what
    if said != "ok":
        return str(said).splitlines()[0]
    return f"a row of {broken[0]} refers to one that is not there" if broken else ""


def migrations(path: Path) -> tuple[str, ...]:
    """The migrations that made this store what it is, oldest first; none in a new file."""
    with _asked(path) as rows:
        if not rows.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'"
        ).fetchone():
            return ()
        asked = "SELECT name FROM django_migrations WHERE app = 'store' ORDER BY id"
        return tuple(name for (name,) in rows.execute(asked))


def ours() -> tuple[str, ...]:
    """The migrations that this version has, oldest first."""
    folder = Path(__file__).parent / "migrations"
    return tuple(sorted(path.stem for path in folder.glob("[0-9]*.py")))


def newest_anchor(path: Path, origin: str) -> str:
    """The text of the newest checkpoint that the store keeps of a log; empty without one."""
    asked = "SELECT text FROM store_anchor WHERE origin = ? ORDER BY size DESC LIMIT 1"
    with _asked(path) as rows:
        found = rows.execute(asked, (origin,)).fetchone()
    return str(found[0]) if found else ""


def checkpoint_of_newest_run(path: Path) -> str:
    """The checkpoint that the newest ended run signed; empty without one."""
    asked = "SELECT checkpoint FROM store_run WHERE checkpoint <> '' "
    with _asked(path) as rows:
        found = rows.execute(asked + "ORDER BY started_at DESC, id DESC LIMIT 1").fetchone()
    return str(found[0]) if found else ""


def run_states(path: Path) -> dict[str, str]:
    """Every run and its state."""
    with _asked(path) as rows:
        return dict(rows.execute("SELECT id, state FROM store_run").fetchall())


def outcomes_kept(path: Path, intents: Collection[str]) -> frozenset[tuple[str, str]]:
    """Of some intents, which outcomes the store has."""
    ids, kept = list(intents), set[tuple[str, str]]()
    with _asked(path) as rows:
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            marks = ",".join("?" * len(some))
            asked = (
                f"SELECT DISTINCT intent, outcome FROM store_changerow WHERE intent IN ({marks})"
            )
            kept.update(rows.execute(asked, some).fetchall())
    return frozenset(kept)


def alerts_not_sent(path: Path) -> tuple[int, str]:
    """How many alerts were not sent, or not to all, and why the newest of them was not."""
    if "0005_alerts" not in migrations(path):
        return 0, ""
    asked = "FROM store_alertrow WHERE fault <> '' AND over_at IS NULL"
    with _asked(path) as rows:
        (count,) = rows.execute(f"SELECT count(*) {asked}").fetchone()
        newest = rows.execute(f"SELECT fault {asked} ORDER BY id DESC LIMIT 1").fetchone()
    return count, str(newest[0]) if newest else ""


@contextmanager
def _asked(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        # `mode=rw` makes no file where there is none.
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
        ) as rows:
            yield rows
    except sqlite3.Error as error:
        raise Problem(
            f"SQLite cannot work with it ({error})", where=str(path), do="look at the disk"
        ) from None
