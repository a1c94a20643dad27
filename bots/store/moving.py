"""A whole store from one home to another: a database of PostgreSQL, or one SQLite file.

The rows are as they were at one moment, and keep their ids. Each home is reached by a connection
of its own beside the one that this thread works with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import load_backend
from psycopg import IsolationLevel

from bots.errors import Problem
from bots.places import Places
from bots.store import settings as ours
from bots.store.address import connection_of, database_url, shown
from bots.store.database import closed_file, set_up, speaking

if TYPE_CHECKING:
    from bots.store.brake import Stopped

_AT_ONCE = 500  # rows
_FROM, _TO = "from", "to"


def copy_to_file(places: Places, target: Path) -> None:
    """A new SQLite file with what the database of `places` holds now, while others write to it.

    The store of an older version is copied as it is: what stands in the file is older, too.

    Raises:
        Problem: PostgreSQL or the disk fails, there are no tables in the database yet, or it is
            of a newer version.
    """
    # Django's own backend: to read takes no writer's turn. One snapshot for all tables.
    source = connection_of(places) | {"ENGINE": "django.db.backends.postgresql"}
    source["OPTIONS"] = source["OPTIONS"] | {
        "isolation_level": IsolationLevel.REPEATABLE_READ,
        "options": "-c default_transaction_read_only=on",
    }
    file = ours.DATABASES["default"] | {"NAME": str(target)}
    file["OPTIONS"] = file["OPTIONS"] | {"init_command": ""}  # no side files
    with speaking(places), _both(source, file):
        newest = _newest(_FROM, shown(places))
        closed_file(target)
        _made(_TO, newest)
        _copied(_models_at(newest))


def move_into_database(
    places: Places, file: Path, stopped: Stopped | None = None
) -> dict[str, int]:
    """Fill the empty database of `places` with what a SQLite file of this version holds.

    The file is left as it is.

    Args:
        stopped: who has stopped writing, if somebody has: whoever works in the database, on
            whichever machine, then finds it stopped from the first moment on.

    Returns:
        How many rows of each table were copied.

    Raises:
        Problem: there is no such file or no `store.database_url`, the file is of another
            version, a worker is alive in it, or the database is not empty.
    """
    set_up()
    from bots.store import brake, leases

    if not database_url(places):
        raise Problem("there is no database to move to", do="set store.database_url first")
    if not file.exists():
        raise Problem("there is no store to move", where=str(file), do="name the file")
    source = ours.DATABASES["default"] | {"NAME": str(file)}
    target = ours.DATABASES["default"] | connection_of(places)
    with speaking(places), _both(source, target), transaction.atomic(using=_TO):
        _of_this_version(_FROM, str(file))
        do = "end them; a lease that nobody renews runs out in 30 seconds"
        leases.refuse_alive(str(file), do, using=_FROM, now=datetime.now(UTC))
        _made(_TO)
        models = _models()
        if any(model._default_manager.using(_TO).exists() for model in models):
            raise Problem(
                "the database is not empty, and nothing is written over it",
                where=shown(places),
                do="name an empty one in store.database_url",
            )
        counts = _copied(models)
        if stopped is not None:
            brake.stop_all(stopped.by, stopped.reason, using=_TO)
        return counts


@contextmanager
def _both(source: dict[str, Any], target: dict[str, Any]) -> Iterator[None]:
    set_up()
    wanted = connections.configure_settings({"default": {}, _FROM: source, _TO: target})
    for alias in (_FROM, _TO):
        connections[alias] = load_backend(wanted[alias]["ENGINE"]).DatabaseWrapper(
            wanted[alias], alias
        )
    try:
        yield
    finally:
        for alias in (_FROM, _TO):
            connections[alias].close()
            del connections[alias]


def _models() -> list[type[Any]]:
    return list(apps.get_app_config("store").get_models())


def _models_at(migration: str) -> list[type[Any]]:
    """The tables as they were in the version whose newest migration that is."""
    loader = MigrationExecutor(connections[_FROM]).loader
    return list(loader.project_state(("store", migration)).apps.get_models())


def _made(alias: str, migration: str = "") -> None:
    """Make the tables, of this version or as that migration left them."""
    executor = MigrationExecutor(connections[alias])
    leaves = executor.loader.graph.leaf_nodes()
    executor.migrate([("store", migration)] if migration else leaves)


def _newest(alias: str, where: str) -> str:
    """The newest migration that the database has: they stand in one line, by their numbers."""
    loader = MigrationExecutor(connections[alias]).loader
    if any(step not in loader.disk_migrations for step in loader.applied_migrations):
        raise Problem("it is of a newer version of claimbots", where=where, do="update claimbots")
    names = [name for app, name in loader.applied_migrations if app == "store"]
    if not names:
        raise Problem("there is no store in it yet", where=where, do="look at store.database_url")
    return max(names)


def _of_this_version(alias: str, where: str) -> None:
    executor = MigrationExecutor(connections[alias])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Problem(
            "it is of an older version of claimbots", where=where, do="run `claimbots upgrade`"
        )


def _copied(models: list[type[Any]]) -> dict[str, int]:
    counts = {}
    with transaction.atomic(using=_FROM), transaction.atomic(using=_TO):
        for model in models:
            rows: list[Any] = []
            count = 0
            for row in model._default_manager.using(_FROM).order_by("pk").iterator(_AT_ONCE):
                rows.append(row)
                count += 1
                if len(rows) == _AT_ONCE:
                    model._default_manager.using(_TO).bulk_create(rows)
                    rows = []
            model._default_manager.using(_TO).bulk_create(rows)
            counts[model._meta.db_table.removeprefix("store_")] = count
        _count_on(models)
    return counts


def _count_on(models: list[type[Any]]) -> None:
    """The next row of each table gets an id of its own, and not one that was copied."""
    from django.core.management.color import no_style

    target = connections[_TO]
    with target.cursor() as cursor:
        for line in target.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(line)
