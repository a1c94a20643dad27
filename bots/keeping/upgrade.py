"""Bring the store of an older version of claimbots to this one: a backup first, then the tables.

The log and the files need no upgrade: their forms have a version, and this one reads them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from bots.config import Settings
from bots.errors import Problem
from bots.keeping.backup import Taken, take
from bots.ledger import Ledger
from bots.places import Places
from bots.runs.behind import Behind, catch_up
from bots.runs.office import sole_worker
from bots.secrets import MasterKey
from bots.store import apart, database, leases, records
from bots.store.address import database_url, has_store, shown

_WORKERS = "0006_workers"  # before it there were no leases


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What was done, and what an earlier version left; `backup` is None where nothing was due."""

    backup: Taken | None
    steps: tuple[tuple[str, str], ...]
    unended_runs: tuple[str, ...]
    open_intents: dict[str, int]  # by portal
    caught_up: Behind


def upgrade(places: Places, settings: Settings, master: MasterKey) -> Upgraded:
    """Back up, bring the tables to this version's form, say what is left to do.

    Raises:
        Problem: something is at work, no backup can be taken, or the store does not come
            through; then the backup is whole, and named.
    """
    with sole_worker(places.made()):
        if not has_store(places):
            raise Problem("there is no store", where=str(places.root), do="check CLAIMBOTS_DATA")
        made_by = database.migrations(places)
        is_older = bool(made_by) and bool(set(apart.ours()) - set(made_by))
        backup: Taken | None = None
        steps: tuple[tuple[str, str], ...] = ()
        if is_older:
            _refuse_workers(places, made_by)
            backup = take(places, settings, master)
            _refuse_workers(places, made_by)  # it took its time, and one may have begun meanwhile
            steps = tuple(_brought_on(places, backup))
        try:
            database.connect(places)
            caught_up, open_intents = _left_on_the_log(places, settings, master)
            unended = tuple(run.id for run in records.unended_runs())
        finally:
            database.close()
    return Upgraded(backup, steps, unended, open_intents, caught_up)


def _refuse_workers(places: Places, made_by: Collection[str]) -> None:
    """Those of a shared store hold locks of their own names, and may be on other machines."""
    if not database_url(places) or _WORKERS not in made_by:
        return
    do = "end them, on every machine; a lease that nobody renews runs out in 30 seconds"
    with database.speaking(places):
        leases.refuse_alive(shown(places), do)


def _brought_on(places: Places, backup: Taken) -> list[tuple[str, str]]:
    try:
        steps = database.upgrade(places)
        said = "" if database_url(places) else apart.fault(places.store)
    except Problem as problem:
        said = problem.what
    if said:
        raise Problem(
            f"the store did not come through the upgrade: {said}",
            where=shown(places),
            # In PostgreSQL all steps are one transaction: nothing has to be put back.
            do=f"mend that and upgrade again; the backup is {backup.path}"
            if database_url(places)
            else f"move it aside and `claimbots restore {backup.path}`",
        )
    return steps


def _left_on_the_log(
    places: Places, settings: Settings, master: MasterKey
) -> tuple[Behind, dict[str, int]]:
    origin = settings.ledger.origin
    if not (places.ledger / origin).is_dir():
        return Behind(), {}
    ledger = Ledger.of_office(places, origin, master)
    try:
        left = Counter(intent.portal for intent in ledger.open_intents())
        return catch_up(ledger), dict(left)
    finally:
        ledger.close_files()
