"""Tables on disk: one SQLite file for each import, opened read-only and never changed.

A file carries its rows and where they came from. Opening one takes about a millisecond and
reads nothing but the provenance; a question is one lookup in the table's own B-tree. Files
appear whole or not at all, so that a run that is under way keeps what it opened.

Three questions, three answers. *What held on the day*: of the releases of one series that
cover the day, the newest answers, whatever the order in which they were imported. *What did
we know then*: `open_codesets(known_on=...)` leaves out what was imported later, or was
withdrawn by then; nothing that was ever imported is overwritten. *What would we say now*: the
same without it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_type_hints
from urllib.parse import quote

from bots.codesets.pairs import Pairs, write_pairs
from bots.codesets.rows import TABLES, Row
from bots.codesets.sets import CodeSets, turns_of
from bots.errors import Problem

R = TypeVar("R", bound=Row)

FORM = 3  # the form of the file; an other one is refused
REMEMBERED = 50_000  # keys a table keeps in memory, about 20 MB when full
PAIRED = ("ptp_practitioner", "ptp_outpatient")  # tables whose pairs have a map of their own
OWN = "csv"  # how the series of an office's own lists begin
WITHDRAWN = ".withdrawn"  # beside a file: since when it no longer counts
SUMS = ".sums"  # beside a file: its SHA-256 and that of its pairs, as `sha256sum -c` reads it
CACHE = 200_000  # KiB that SQLite may keep in memory while a file is filled
LONGEST_WAIT = 600  # seconds that an import waits for another
LOOKS = 5  # times a second that it looks whether the other has ended
_REVISION = re.compile(r"\(v[\d.]+r(\d+)\)")

# A row as it is stored, in the order of its fields: for tables of millions, where a row object
# for each would cost more than all the rest.
Raw = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where one table of one import came from, and the days it answers for.

    Releases of one `series` replace one another, those of different series add up.
    `complete_for` is a regular expression of the codes for which the list is whole, so that
    what is absent is invalid; empty where the list does not say so.
    """

    table: str
    series: str
    release: str
    since: date | None
    until: date | None
    complete_for: str
    synthetic: bool
    source: str
    sha256: str
    rows: int
    imported: datetime
    by: str = ""  # the account that imported it

    @property
    def complete(self) -> bool:
        """Whether the list says of any code that it is whole."""
        return bool(self.complete_for)

    def covers(self, on: date) -> bool:
        """Whether the import answers for that day."""
        return (self.since is None or self.since <= on) and (
            self.until is None or on <= self.until
        )

    def says_the_same(self, other: Provenance) -> bool:
        """Whether both are of the same bytes, for the same days."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("table", "release", "since", "until", "complete_for", "sha256")
        )

    @property
    def precedence(self) -> tuple[bool, date, date, int, datetime]:
        """Greater answers first: the office's own lists, then the newest release.

        Of two for the same days that which calls itself the later revision ("v30.2r1") answers,
        else that which was imported later.
        """
        own = self.series.startswith(OWN)
        revision = _REVISION.search(self.release)
        return (
            own,
            self.until or date.max,
            self.since or date.min,
            int(revision[1]) if revision else 0,
            self.imported,
        )


@contextmanager
def importing(into: Path, say: Callable[[str], None] = lambda text: None) -> Iterator[None]:
    """Hold the folder for one import at a time; a second one waits for the first.

    Args:
        say: told, once, that another import is under way.

    Raises:
        Problem: the folder cannot be written, or the other import does not end.
    """
    path = into / ".lock"
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritten(into, error) from error
    try:
        for look in range(LONGEST_WAIT * LOOKS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not look:
                    say("another import is under way; waiting for it")
                time.sleep(1 / LOOKS)
        else:
            raise Problem(
                "another import is still under way", where=str(into), do="wait for its end"
            )
        for left in into.glob("*.part"):  # of an import that was killed
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def write(into: Path, name: str, tables: Iterable[tuple[Provenance, Iterable[Row | Raw]]]) -> Path:
    """Write tables into one new file `name` in the folder `into`, whole or not at all.

    Raises:
        Problem: the folder cannot be written, or what the rows are read from was not understood.
    """
    staged = stage(into, name, tables)
    try:
        return staged.place()
    finally:
        staged.drop()


def stage(
    into: Path, name: str, tables: Iterable[tuple[Provenance, Iterable[Row | Raw]]]
) -> Staged:
    """Write tables into a file that does not count yet: `place` it, or `drop` it.

    A file that is there is never written over: a second `name` becomes `name-2`.

    Raises:
        Problem: the folder cannot be written, or what the rows are read from was not understood.
    """
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=into, suffix=".part")
        os.close(handle)
        staged = Staged(Path(made), _free(into, name), [], [])
        try:
            _fill(staged, tables)
            _sync(staged.part)
            for table in PAIRED:
                _stage_pairs(staged, table)
            _stage_sums(staged)
        except BaseException:
            staged.drop()
            raise
    except OSError as error:
        raise _unwritten(into, error) from error
    except sqlite3.OperationalError as error:
        raise Problem(
            "the tables cannot be written", where=str(into), do="free the disk, then again"
        ) from error
    return staged


@dataclass(frozen=True, slots=True)
class Staged:
    """Tables that are written and do not count yet; nothing is left to do but to rename."""

    part: Path
    target: Path
    origins: list[Provenance]
    beside: list[tuple[Path, Path]]  # what lies beside the file: as it is, as it will be

    def place(self) -> Path:
        """Let the tables count, in one step: what lies beside the file is there before it.

        Raises:
            Problem: the folder cannot be written.
        """
        try:
            for unfinished, path in self.beside:
                unfinished.replace(path)
            self.part.replace(self.target)
            _sync(self.target.parent)
        except OSError as error:
            raise _unwritten(self.target.parent, error) from error
        return self.target

    def drop(self) -> None:
        """Leave no trace of what was not placed."""
        for path in (self.part, *(unfinished for unfinished, _ in self.beside)):
            path.unlink(missing_ok=True)


def damaged(path: Path) -> str | None:
    """What is wrong with a file of tables, in words; None where it is as it was imported.

    Every byte is held against the SHA-256 of the import, and SQLite looks at its own structure.
    """
    try:
        listed = path.with_suffix(SUMS).read_text(encoding="utf-8").splitlines()
        for line in listed:
            digest, _, name = line.partition("  ")
            if sum_of(path.parent / name) != digest:
                return f"{name} is not what was imported"
        if not listed:
            return "its list of checksums is empty"
        with closing(_connect(path)) as connection:
            (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
        return None if answer == "ok" else f"SQLite says: {answer}"
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (OSError, UnicodeDecodeError, sqlite3.DatabaseError):
        return "it cannot be read"
    except Problem as problem:
        return problem.what


def sum_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def withdraw(path: Path) -> None:
    """Take an import out of use from now on; what was known before can still be asked.

    Raises:
        Problem: the folder cannot be written.
    """
    mark = path.with_suffix(WITHDRAWN)
    unfinished = path.with_suffix(".part")
    try:
        unfinished.write_text(now().isoformat(), encoding="utf-8")
        _sync(unfinished)
        unfinished.replace(mark)
        _sync(path.parent)
    except OSError as error:
        raise Problem(
            f"the import cannot be withdrawn ({error.strerror})", where=str(path)
        ) from error


def imports(folder: Path, known_on: datetime | None = None) -> Iterator[tuple[Path, Provenance]]:
    """Every table of every import in use, with its file.

    Raises:
        Problem: a file there is not one of ours.
    """
    for path in files(folder, known_on):
        with closing(_connect(path)) as connection:
            for entry in _provenance(connection):
                if known_on is None or entry.imported <= known_on:
                    yield path, entry


def provenance(folder: Path, known_on: datetime | None = None) -> list[Provenance]:
    """Every table in the folder, the one that answers first coming first.

    Raises:
        Problem: a file there is not one of ours.
    """
    found = [entry for _, entry in imports(folder, known_on)]
    return sorted(found, key=lambda entry: entry.precedence, reverse=True)


def open_codesets(folder: Path, known_on: datetime | None = None) -> CodeSets:
    """The code sets of a data folder; tables that were never imported are None.

    Args:
        known_on: only what was imported by then, and not withdrawn by then.

    Raises:
        Problem: a file there is not one of ours.
    """
    return open_files(files(folder, known_on), known_on)


def open_files(paths: Iterable[Path], known_on: datetime | None = None) -> CodeSets:
    """The code sets of some imports alone.

    Raises:
        Problem: one is not one of ours.
    """
    parts: dict[str, list[_Part]] = {}
    synthetic = False
    for path in paths:
        connection = _connect(path)
        for entry in _provenance(connection):
            if known_on is None or entry.imported <= known_on:
                beside = _pairs_of(path, entry.table)
                pairs = Pairs(beside) if entry.table in PAIRED and beside.is_file() else None
                parts.setdefault(entry.table, []).append(_Part(entry, connection, pairs))
                synthetic = synthetic or entry.synthetic
    tables: dict[str, Any] = {
        name: StoredTable(
            name, sorted(found, key=lambda part: part.origin.precedence, reverse=True)
        )
        for name, found in parts.items()
        if name in TABLES
    }
    return CodeSets(synthetic=synthetic, **tables)


def _unwritten(into: Path, error: OSError) -> Problem:
    return Problem(
        f"the tables cannot be written ({error.strerror})", where=str(into), do="free the disk"
    )


def _free(into: Path, name: str) -> Path:
    """The first path of that name that no file has: what was imported once is kept."""
    number = 1
    while True:
        target = into / f"{name if number == 1 else f'{name}-{number}'}.sqlite3"
        if not target.exists():
            return target
        number += 1


def _stage_sums(staged: Staged) -> None:
    """Write the SHA-256 of the file that `part` becomes, and of its pairs."""
    files_there = [(staged.part, staged.target), *staged.beside]
    lines = [f"{sum_of(now_at)}  {path.name}" for now_at, path in files_there]
    unfinished = staged.part.with_suffix(".sums.part")
    staged.beside.append((unfinished, staged.target.with_suffix(SUMS)))
    unfinished.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _sync(unfinished)


def rows_on(folder: Path, table: str, on: date) -> list[Row]:
    """Every row of a table that is in force on a day, of the release that answers first then.

    Raises:
        Problem: a file there is not one of ours.
    """
    parts = [(path, entry) for path, entry in imports(folder) if entry.table == table]
    parts = [(path, entry) for path, entry in parts if entry.covers(on)]
    if not parts:
        return []
    path, _ = max(parts, key=lambda part: part[1].precedence)
    return [row for row in rows_of(path, table) if row.holds_on(on)]


def rows_of(path: Path, table: str) -> Iterator[Row]:
    """Every row of one table in one file, in the order of its key.

    Raises:
        Problem: the file is not one of ours.
    """
    kind, key = TABLES[table]
    make = _reader(kind)
    question = f"SELECT {', '.join(_columns(kind))} FROM {table} ORDER BY {_keyed(key)}"
    with closing(_connect(path)) as connection:
        for row in connection.execute(question):
            yield make(row)


def _keyed(key: tuple[str, ...]) -> str:
    return ", ".join(map(_quoted, (*key, "number")))


def _pairs_of(path: Path, table: str) -> Path:
    """Where the pairs of a table lie: beside the file, for a map of their own."""
    return path.with_suffix(f".{table}.pairs")


def _stage_pairs(staged: Staged, table: str) -> None:
    """Write the pairs of a table, where the file has it."""
    if all(origin.table != table for origin in staged.origins):
        return
    unfinished = staged.part.with_suffix(f".{table}.pairs.part")
    staged.beside.append((unfinished, _pairs_of(staged.target, table)))
    with closing(sqlite3.connect(staged.part)) as connection:
        codes = connection.execute(
            f"SELECT column_1 FROM {table} UNION SELECT column_2 FROM {table}"
        )
        listed = [code for (code,) in codes]
        write_pairs(
            connection.execute(f"SELECT column_1, column_2 FROM {table}"), listed, unfinished
        )
    _sync(unfinished)


@dataclass(frozen=True, slots=True)
class _Part:
    origin: Provenance
    connection: sqlite3.Connection
    pairs: Pairs | None

    def is_whole_for(self, code: str, on: date) -> bool:
        origin = self.origin
        return (
            origin.covers(on)
            and bool(origin.complete_for)
            and re.fullmatch(origin.complete_for, code) is not None
        )


class StoredTable(Generic[R]):
    """One table over all of its imports: of each series the newest release of the day."""

    def __init__(self, name: str, parts: list[_Part]) -> None:
        self._parts = parts
        kind, key = TABLES[name]
        self._make = _reader(kind)
        match = " AND ".join(f"{part} = ?" for part in map(_quoted, key))
        columns = ", ".join(_columns(kind))
        self._question = f"SELECT {columns} FROM {name} WHERE {match} ORDER BY since"
        self._of_part = lru_cache(REMEMBERED)(self._ask)
        self._on = lru_cache(REMEMBERED)(self._answering)
        self._latest = self._first_of_each_series(range(len(parts)))

    def covers(self, on: date) -> bool:
        """Whether any import answers for that day."""
        return bool(self._on(on))

    def rows(self, *key: str) -> tuple[R, ...]:
        """Every row of the key, of whatever day, in order of `since`."""
        if len(self._latest) == 1:
            return self._of_part(self._latest[0], key)
        found = [row for number in self._latest for row in self._of_part(number, key)]
        return tuple(sorted(found, key=lambda row: row.since or date.min))

    def find(self, *key: str, on: date) -> R | None:
        """The row in force on that day, or None."""
        for number in self._on(on):
            for row in self._of_part(number, key):
                if row.holds_on(on):
                    return row
        return None

    def turns(self, *key: str) -> Iterator[date]:
        """The days from which on `find` may give another answer for the key."""
        for number, part in enumerate(self._parts):
            yield from turns_of([(part.origin.since, part.origin.until)])
            yield from turns_of([(row.since, row.until) for row in self._of_part(number, key)])

    def relates(self, one: str, other: str) -> bool:
        """False only where no row of any day joins the two codes, in whatever order."""
        for part in self._parts:  # noqa: SIM110  asked of every two codes of a claim
            if part.pairs is None or part.pairs(one, other):
                return True
        return False

    def relates_any(self, codes: Sequence[str]) -> bool:
        """False only where `relates` is false of every two of them."""
        return any(part.pairs is None or part.pairs.any_of(codes) for part in self._parts)

    def knows_all(self, code: str, on: date) -> bool:
        """Whether a code like this one that has no row on that day is wrong for sure."""
        return any(self._parts[number].is_whole_for(code, on) for number in self._on(on))

    def release_on(self, on: date) -> str | None:
        """The release that answers for that day; None where none does."""
        found = self._on(on)
        return self._parts[found[0]].origin.release if found else None

    def _answering(self, on: date) -> tuple[int, ...]:
        covering = [number for number, part in enumerate(self._parts) if part.origin.covers(on)]
        return self._first_of_each_series(covering)

    def _first_of_each_series(self, numbers: Iterable[int]) -> tuple[int, ...]:
        first: dict[str, int] = {}
        for number in numbers:
            first.setdefault(self._parts[number].origin.series, number)
        return tuple(first.values())

    def _ask(self, number: int, key: tuple[str, ...]) -> tuple[R, ...]:
        rows = self._parts[number].connection.execute(self._question, key)
        return tuple(self._make(row) for row in rows)


def files(folder: Path, known_on: datetime | None = None) -> list[Path]:
    """The file of every import in use, by name."""
    paths = sorted(folder.glob("*.sqlite3")) if folder.is_dir() else []
    return [path for path in paths if _in_use(path, known_on)]


def _in_use(path: Path, known_on: datetime | None) -> bool:
    mark = path.with_suffix(WITHDRAWN)
    try:
        withdrawn = datetime.fromisoformat(mark.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return True
    except ValueError:
        raise Problem("not a date of withdrawal", where=str(mark), do="remove it") from None
    return known_on is not None and known_on < withdrawn


def _connect(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        (form,) = connection.execute("PRAGMA user_version").fetchone()
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
    read = _reader(Provenance)
    for row in connection.execute(f"SELECT {', '.join(_columns(Provenance))} FROM provenance"):
        yield read(row)


def _fill(staged: Staged, tables: Iterable[tuple[Provenance, Iterable[Row | Raw]]]) -> None:
    with closing(sqlite3.connect(staged.part)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # the file is synced before it appears
        connection.execute(f"PRAGMA cache_size = {-CACHE}")
        names = [field.name for field in fields(Provenance)]
        connection.execute(f"CREATE TABLE provenance ({', '.join(_columns(Provenance))})")
        for told, rows in tables:
            count = _fill_table(connection, told.table, rows)
            origin = replace(told, rows=count)
            staged.origins.append(origin)
            connection.execute(
                f"INSERT INTO provenance VALUES ({', '.join('?' * len(names))})",
                [_stored(getattr(origin, name)) for name in names],
            )
        connection.execute(f"PRAGMA user_version = {FORM}")
        connection.commit()


def _fill_table(connection: sqlite3.Connection, name: str, rows: Iterable[Row | Raw]) -> int:
    kind, parts = TABLES[name]
    columns = [field.name for field in fields(kind)]
    key = ", ".join(map(_quoted, parts))
    # A key may have many rows, even twice the same one: a running number makes it unique.
    connection.execute(
        f"CREATE TABLE {name} ({', '.join(_columns(kind))}, number, "
        f"PRIMARY KEY ({key}, number)) WITHOUT ROWID"
    )
    number = -1

    def numbered() -> Iterator[Raw]:
        nonlocal number
        for number, row in enumerate(rows):
            if isinstance(row, tuple):
                yield (*row, number)
            else:
                yield (*(_stored(getattr(row, column)) for column in columns), number)

    connection.executemany(
        f"INSERT INTO {name} VALUES ({', '.join('?' * (len(columns) + 1))})", numbered()
    )
    return number + 1


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
    Decimal | None: lambda text: Decimal(text) if text else None,
    datetime: datetime.fromisoformat,
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
    return datetime.now(UTC)


def by() -> str:
    """The account that makes an import."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return f"uid {os.getuid()}"
