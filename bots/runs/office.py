"""What every run needs from the office: settings, keys, rules and the lock of the folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.checks import catalogue
from bots.claims import ClaimType
from bots.codesets import CodeSets
from bots.codesets.status import status
from bots.codesets.store import open_codesets
from bots.config import (
    Portal,
    Settings,
    config_folder,
    find_portal,
    load_portals,
    load_settings,
    may_write,
)
from bots.errors import Problem
from bots.places import Places
from bots.policy import Policy, load
from bots.secrets import MasterKey, master_key
from bots.store.facts import CheckAsked, TableRelease


@dataclass(frozen=True)
class Office:
    """One office as its files say, for one portal."""

    places: Places
    settings: Settings
    name: str
    portal: Portal
    policy: Policy
    codesets: CodeSets
    master: MasterKey
    writes: bool
    today: date

    def tables(self) -> tuple[TableRelease, ...]:
        """The code sets in use, for the statement of coverage."""
        return tuple(
            TableRelease(
                name=row.table,
                release=row.origin.release,
                since=row.origin.since,
                until=row.origin.until,
                synthetic=row.origin.synthetic,
            )
            for row in status(self.places.codesets)
            if row.origin is not None
        )

    def asked(self) -> tuple[CheckAsked, ...]:
        """The checks that are asked, and which of them a claim needs to be clean."""
        required = {check_id for kind in ClaimType for check_id in self.policy.required_for(kind)}
        return tuple(
            CheckAsked(check.id, check.family, check.title, check.authority, check.id in required)
            for check in catalogue()
        )


def open_office(
    places: Places, portal_name: str, *, shadow: bool = False, as_of: date | None = None
) -> Office:
    """Read everything a run needs, and refuse before anything is touched.

    Raises:
        Problem: names file, line and key of what is wrong, or the permission that ended.
    """
    places.made()
    folder = config_folder()
    settings = load_settings(folder)
    portal = find_portal(load_portals(folder), portal_name)
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.office.time_zone)).date()
    writes = not shadow and may_write(portal_name, portal, settings, today)
    policy = load(folder / "policy.yaml").for_portal(
        frozenset(portal.not_yet_sent), notes=portal.notes
    )
    return Office(
        places=places,
        settings=settings,
        name=portal_name,
        portal=portal,
        policy=policy,
        codesets=open_codesets(places.codesets),
        master=master_key(settings.keys.master, places, practice_only=portal.is_practice),
        writes=writes,
        today=as_of or today,
    )


class Occupied(Problem):
    """Another process has what only one may have; `process` is its number, 0 as it begins."""

    def __init__(self, what: str, process: int, where: str, do: str) -> None:
        super().__init__(
            f"another {what} is at work in this data folder (process {process or 'unknown'})",
            where=where,
            do=do,
            exit=3,
        )
        self.process = process


def sole_worker(places: Places, name: str = "") -> AbstractContextManager[None]:
    """Hold the data folder: two workers over one file of a store never meet.

    Args:
        name: hold this name only, for workers that share a database.

    Raises:
        Occupied: another worker is at work.
    """
    if name:
        return _sole(places, f"worker {name}", "give this one another name: --name NAME")
    do = (
        "`claimbots run` has it do a run; `claimbots workers list` shows it; several workers at "
        "once need PostgreSQL (store.database_url), or a data folder each"
    )
    return _sole(places, "worker", do)


def sole_backup(places: Places) -> AbstractContextManager[None]:
    """Hold the making and the putting back of backups; runs go on.

    Raises:
        Occupied: another one is at work.
    """
    return _sole(places, "backup", "wait for it")


@contextmanager
def _sole(places: Places, what: str, do: str) -> Iterator[None]:
    path: Path = places.locks / f"{what.replace(' ', '-')}.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip()
            process = int(holder) if holder.isdigit() else 0
            raise Occupied(what, process, str(places.root), do) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
