"""Open the store, in this version's form: one SQLite file closed to others, or PostgreSQL."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.utils import load_backend

from bots.errors import Problem
from bots.places import Places
from bots.store import apart
from bots.store import settings as ours
from bots.store.address import connection_of, database_url, shown

if TYPE_CHECKING:
    from django.db.migrations.executor import MigrationExecutor


def set_up() -> None:
    """Make Django ready for the store's models, once a process.

    Raises:
        Problem: the process already runs another Django project.
    """
    if settings.configured:
        if "bots.store" not in settings.INSTALLED_APPS:
            raise Problem(
                "this process already runs another Django project",
                where="the store",
                do="open the store in a process of its own",
            )
        return
    settings.configure(
        **{name: value for name, value in vars(ours).items() if name.isupper()},
    )
    django.setup()


def connect(places: Places) -> None:
    """Point this process at the store of `places`.

    Creates the file with mode 0600 and its tables where there is none; a database of PostgreSQL
    must be there, and gets its tables. May be called again, for the same places at no cost or
    for other ones. Call it in the thread that will ask.

    Raises:
        Problem: the disk is full or closed to us, the file is no database, PostgreSQL does not
            answer, or it was written by an older version of claimbots (`upgrade`) or a newer one.
    """
    set_up()
    with speaking(places):
        _point_at(places)
        _formed(places)


def upgrade(places: Places) -> list[tuple[str, str]]:
    """Bring the store of an older version to this one's form.

    Returns:
        What was done: each migration's name, and what it says of itself.

    Raises:
        Problem: as `connect`. Each migration is whole or was not begun.
    """
    set_up()
    with speaking(places):
        _point_at(places)
        with _as_long_as_it_takes(), _one_at_a_time(places):
            executor = _executor(places)
            plan = _plan(executor)
            executor.migrate(executor.loader.graph.leaf_nodes())
    done = [(step.name, (sys.modules[type(step).__module__].__doc__ or "")) for step, _ in plan]
    return [(name, words.strip().splitlines()[0] if words else "") for name, words in done]


def migrations(places: Places) -> tuple[str, ...]:
    """The migrations that made the store what it is, oldest first; none in an empty one.

    Raises:
        Problem: as `connect`; a file is looked at as it lies, and must be there.
    """
    if not database_url(places):
        return apart.migrations(places.store)
    set_up()
    with speaking(places):
        _point_at(places)
        applied = _executor(places).loader.applied_migrations
    return tuple(sorted(name for app, name in applied if app == "store"))


def close() -> None:
    """Close this thread's connection."""
    connections.close_all()


def is_open() -> bool:
    """Whether this thread has a connection to a store."""
    return settings.configured and connections["default"].connection is not None


@contextmanager
def speaking(places: Places | None = None) -> Iterator[None]:
    """Turn what a database or disk says into a sentence with what to do.

    Raises:
        Problem: in place of a DatabaseError or an OSError.
    """
    try:
        yield
    except (DatabaseError, OSError) as error:
        raise in_words(error, places) from error


def in_words(error: DatabaseError | OSError, places: Places | None = None) -> Problem:
    """The sentence with what to do for what a database or disk says."""
    where = shown(places) if places else str(connections["default"].settings_dict["NAME"])
    if isinstance(error, DatabaseError) and connections["default"].vendor == "postgresql":
        return _of_postgresql(error, where)
    return Problem(*_told(error), where=where, do=_advice(error))


class Unreachable(Problem):
    """PostgreSQL does not answer, or went away while it was asked."""


def _of_postgresql(error: DatabaseError, where: str) -> Problem:
    # Its texts quote values, and a connection's text its address: none of them is repeated.
    state = getattr(error.__cause__, "sqlstate", None) or _state_in(str(error))
    if not state or state.startswith(("08", "57P")):
        return Unreachable(
            "PostgreSQL does not answer",
            where=where,
            do="see that it runs and lets this machine in; what was confirmed is on the ledger",
        )
    said = {
        "28": ("it refuses the user or the password", "look at store.database_url and ~/.pgpass"),
        "3D": ("there is no such database", "make it: `createdb`; claimbots makes the tables"),
        "42501": ("the user may not do that", "let it own the database"),
        "53": ("it has no room or no connection left", "free its disk, or raise max_connections"),
        "55P03": ("a row stayed locked", "look for a session that does not end"),
        "57014": ("it did not answer within 30 seconds", "look at its load and its locks"),
    }
    for begin, (what, do) in said.items():
        if state.startswith(begin):
            return Problem(what, where=where, do=do)
    return Problem(
        f"the store refused ({type(error).__name__} {state})", where=where, do="report it"
    )


def _state_in(words: str) -> str:
    """What libpq says only in words, where it cannot connect; empty for anything else."""
    if "authentication failed" in words or "pg_hba.conf" in words or "no password" in words:
        return "28"
    return "3D" if 'database "' in words and "does not exist" in words else ""


def _told(error: Exception) -> tuple[str]:
    words = str(error).lower()
    if "full" in words or getattr(error, "errno", None) == 28:
        return ("the disk is full; the store could not be written",)
    if "disk i/o" in words:
        return ("the disk did not take the store's data",)
    if "not a database" in words or "malformed" in words:
        return ("the store's file is no database or is damaged",)
    if "locked" in words:
        return ("the store stayed locked for 30 seconds",)
    if isinstance(error, OSError) or "readonly" in words or "unable to open" in words:
        return ("the store cannot be written",)
    # The text of a constraint may name a column, never a value: SQLite does not quote them.
    return (f"the store refused ({type(error).__name__})",)


def _advice(error: Exception) -> str:
    words = str(error).lower()
    if "full" in words or getattr(error, "errno", None) == 28:
        return "free some space and start again; what was confirmed is on the ledger"
    if "not a database" in words or "malformed" in words:
        return "put it aside and restore a backup; the ledger is not affected"
    if "locked" in words:
        return "look for another claimbots at work on the same data folder"
    return "free the disk or set CLAIMBOTS_DATA to a folder you own"


def closed_file(path: Path) -> None:
    """A database's file that others cannot read, from its first moment on.

    The -wal and -shm files take their mode from it (SQLite does so by itself).

    A file that is there is not opened: closing it would drop every lock that this process
    holds on it (fcntl(2)), and another process that leaves would then take itself for the last
    one and delete the -wal file under us. https://www.sqlite.org/howtocorrupt.html, section 2.2.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    path.chmod(0o600)


def _point_at(places: Places) -> None:
    """Let this thread's connection be the one to the store of `places`."""
    wanted = connections.configure_settings(
        {"default": ours.DATABASES["default"] | connection_of(places)}
    )["default"]
    connection = connections["default"]
    if connection.settings_dict != wanted or connection.connection is None:
        connection.close()
        connection = load_backend(wanted["ENGINE"]).DatabaseWrapper(wanted, "default")
        connections["default"] = connection
    if connection.vendor == "sqlite":
        closed_file(places.store)
    connection.ensure_connection()


def _formed(places: Places) -> None:
    """Give a new file this version's tables; refuse one that an older or newer version made."""
    executor = _executor(places)
    if not _plan(executor):
        return
    with _one_at_a_time(places):
        executor = _executor(places)
        if not _plan(executor):
            return
        if any(app == "store" for app, _ in executor.loader.applied_migrations):
            raise Problem(
                "this store was written by an older version of claimbots",
                where=shown(places),
                do="run `claimbots upgrade`: it takes a backup first",
            )
        executor.migrate(executor.loader.graph.leaf_nodes())


def _executor(places: Places) -> MigrationExecutor:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["default"])
    known = set(executor.loader.disk_migrations)
    if any(key not in known for key in executor.loader.applied_migrations):
        raise Problem(
            "this store was written by a newer version of claimbots",
            where=shown(places),
            do="update claimbots, or set CLAIMBOTS_DATA to another folder",
        )
    return executor


def _plan(executor: MigrationExecutor) -> list[Any]:
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _as_long_as_it_takes() -> Iterator[None]:
    """To rewrite a large table takes longer than a question of a run may (`connection_of`)."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    try:
        yield
    finally:
        connection.close()  # whoever asks next gets one with its limits


@contextmanager
def _one_at_a_time(places: Places) -> Iterator[None]:
    """Two processes that find no tables must not both make them."""
    if connections["default"].vendor == "postgresql":
        with transaction.atomic():  # which only one may be in
            yield
        return
    places.locks.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (places.locks / "form.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
