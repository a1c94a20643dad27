"""Tables on disk: one SQLite file for each import, opened read-only and never changed.

A file carries its rows and where they came from. Opening one takes about a millisecond and
reads nothing but the provenance; a question is one lookup in the table's own B-tree. Files
appear whole or not at all, so that a run that is under way keeps what it opened.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_type_hints
from urllib.parse import quote

from bots.codesets.rows import (
    AddOn,
    Fee,
    IcdCode,
    Modifier,
    Mue,
    PayerRule,
    Place,
    Procedure,
    Ptp,
    Row,
    Taxonomy,
)
from bots.codesets.sets import KEYS, CodeSets
from bots.errors import Problem

R = TypeVar("R", bound=Row)

FORM = 1  # the form of the file; an other one is refused
REMEMBERED = 50_000  # keys a table keeps in memory, about 20 MB when full
MAPPED = 1 << 28  # bytes of a file that may be mapped into memory

ROWS: Mapping[str, type[Row]] = {
    "icd10cm": IcdCode,
    "procedure": Procedure,
    "ptp_practitioner": Ptp,
    "ptp_outpatient": Ptp,
    "mue_practitioner": Mue,
    "mue_outpatient": Mue,
    "mue_dme": Mue,  # kept for a supplier's claims; no check asks it yet
    "add_on": AddOn,
    "modifier": Modifier,
    "place_of_service": Place,
    "taxonomy": Taxonomy,
    "payer_rule": PayerRule,
    "fee": Fee,
}
_KEYS = {**KEYS, "mue_dme": ("code",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where one table of one import came from, and the days it answers for."""

    table: str
    release: str
    since: date | None
    until: date | None
    complete: bool
    synthetic: bool
    source: str
    sha256: str
    rows: int
    imported: datetime

    def covers(self, on: date) -> bool:
        """Whether the import answers for that day."""
        return (self.since is None or self.since <= on) and (
            self.until is None or on <= self.until
        )


def write(into: Path, name: str, tables: Iterable[tuple[Provenance, Iterable[Row]]]) -> Path:
    """Write tables into one new file `name` in the folder `into`, whole or not at all.

    Raises:
        Problem: the folder cannot be written.
    """
    target = into / f"{name}.sqlite3"
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=into, suffix=".part")
        os.close(handle)
        part = Path(made)
        try:
            _fill(part, tables)
            _sync(part)
            part.replace(target)
            _sync(into)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Problem(
            f"the tables cannot be written ({error.strerror})", where=str(into), do="free the disk"
        ) from error
    except sqlite3.OperationalError as error:
        raise Problem(
            "the tables cannot be written", where=str(into), do="free the disk, then again"
        ) from error
    return target


def provenance(folder: Path) -> list[Provenance]:
    """Every table in the folder, the newest import first.

    Raises:
        Problem: a file there is not one of ours.
    """
    found: list[Provenance] = []
    for path in _files(folder):
        with closing(_connect(path)) as connection:
            found += _provenance(connection)
    return sorted(found, key=lambda entry: entry.imported, reverse=True)


def open_codesets(folder: Path) -> CodeSets:
    """The code sets of a data folder; tables that were never imported are None.

    Raises:
        Problem: a file there is not one of ours.
    """
    parts: dict[str, list[_Part]] = {}
    synthetic = False
    for path in _files(folder):
        connection = _connect(path)
        for entry in _provenance(connection):
            parts.setdefault(entry.table, []).append(_Part(entry, connection))
            synthetic = synthetic or entry.synthetic
    tables: dict[str, Any] = {
        name: StoredTable(name, sorted(found, key=lambda part: part.origin.imported, reverse=True))
        for name, found in parts.items()
        if name in KEYS
    }
    return CodeSets(synthetic=synthetic, **tables)


@dataclass(frozen=True, slots=True)
class _Part:
    origin: Provenance
    connection: sqlite3.Connection


class StoredTable(Generic[R]):
    """One table over all of its imports; where two answer for a day, the newest does."""

    def __init__(self, name: str, parts: list[_Part]) -> None:
        self._parts = parts
        self.release = parts[0].origin.release
        self.complete = all(part.origin.complete for part in parts)
        kind = ROWS[name]
        self._make = _reader(kind)
        match = " AND ".join(f"{key} = ?" for key in map(_quoted, _KEYS[name]))
        columns = ", ".join(_columns(kind))
        self._question = f"SELECT {columns} FROM {name} WHERE {match} ORDER BY since"
        self._of_part = lru_cache(REMEMBERED)(self._ask)

    def covers(self, on: date) -> bool:
        """Whether any import answers for that day."""
        return any(part.origin.covers(on) for part in self._parts)

    def rows(self, *key: str) -> tuple[R, ...]:
        """Every row of the key, of whatever day, in order of `since`."""
        if len(self._parts) == 1:
            return self._of_part(0, key)
        found = [row for number in range(len(self._parts)) for row in self._of_part(number, key)]
        return tuple(sorted(found, key=lambda row: row.since or date.min))

    def find(self, *key: str, on: date) -> R | None:
        """The row in force on that day, or None."""
        for number, part in enumerate(self._parts):
            if part.origin.covers(on):
                for row in self._of_part(number, key):
                    if row.holds_on(on):
                        return row
        return None

    def _ask(self, number: int, key: tuple[str, ...]) -> tuple[R, ...]:
        rows = self._parts[number].connection.execute(self._question, key)
        return tuple(self._make(row) for row in rows)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.sqlite3")) if folder.is_dir() else []


def _connect(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        (form,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA mmap_size = {MAPPED}")
    except sqlite3.DatabaseError:
        form = None
    if form != FORM:
        raise Problem(
            "not tables that this version can read",
            where=str(path),
            do="remove the file and run `claimbots init` or import it again",
        )
    return connection


def _provenance(connection: sqlite3.Connection) -> Iterator[Provenance]:
    for row in connection.execute(f"SELECT {', '.join(_columns(Provenance))} FROM provenance"):
        table, release, since, until, complete, synthetic, source, sha256, rows, imported = row
        yield Provenance(
            table=table,
            release=release,
            since=_day(since),
            until=_day(until),
            complete=bool(complete),
            synthetic=bool(synthetic),
            source=source,
            sha256=sha256,
            rows=rows,
            imported=datetime.fromisoformat(imported),
        )


def _fill(path: Path, tables: Iterable[tuple[Provenance, Iterable[Row]]]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # the file is synced before it appears
        names = [field.name for field in fields(Provenance)]
        connection.execute(f"CREATE TABLE provenance ({', '.join(_columns(Provenance))})")
        for origin, rows in tables:
            _fill_table(connection, origin.table, rows)
            connection.execute(
                f"INSERT INTO provenance VALUES ({', '.join('?' * len(names))})",
                [_stored(getattr(origin, name)) for name in names],
            )
        connection.execute(f"PRAGMA user_version = {FORM}")
        connection.commit()


def _fill_table(connection: sqlite3.Connection, name: str, rows: Iterable[Row]) -> None:
    columns = [field.name for field in fields(ROWS[name])]
    key = ", ".join(map(_quoted, _KEYS[name]))
    # A key may have many rows, even twice the same one: a running number makes it unique.
    connection.execute(
        f"CREATE TABLE {name} ({', '.join(_columns(ROWS[name]))}, number, "
        f"PRIMARY KEY ({key}, number)) WITHOUT ROWID"
    )
    connection.executemany(
        f"INSERT INTO {name} VALUES ({', '.join('?' * (len(columns) + 1))})",
        (
            (*(_stored(getattr(row, column)) for column in columns), number)
            for number, row in enumerate(rows)
        ),
    )


def _columns(kind: type[Any]) -> list[str]:
    return [_quoted(field.name) for field in fields(kind)]


def _quoted(name: str) -> str:
    return f'"{name}"'  # "table", "primary" and "release" are words of SQL


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _same(value: Any) -> Any:
    return value


_READ: Mapping[object, Callable[[Any], Any]] = {
    date | None: _day,
    tuple[str, ...]: lambda text: tuple(text.split()),
    bool: bool,
    Decimal: Decimal,
}


def _reader(kind: type[Any]) -> Callable[[tuple[Any, ...]], Any]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    readers = [_READ.get(hints[name], _same) for name in names]

    def make(row: tuple[Any, ...]) -> Any:
        values = (read(value) for read, value in zip(readers, row, strict=True))
        return kind(**dict(zip(names, values, strict=True)))

    return make


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def now() -> datetime:
    """When an import is made."""
    return datetime.now(UTC).replace(microsecond=0)
