"""Who is at work: each worker's lease, renewed as long as it lives. Synchronous; UTC.

The time is the database's own: where many machines share it, it is the one clock that they share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from bots.errors import Problem
from bots.store import models
from bots.store.facts import RunState


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker as the store knows it. `executor` is its name and how often it began.

    `log` is the origin of the audit log that it writes; `only` the digest of the one run that it
    is here for, empty where it takes up any.
    """

    name: str
    generation: int
    host: str
    process: int
    log: str
    only: str
    since: datetime
    renewed_at: datetime
    until: datetime
    ended_at: datetime | None

    @property
    def executor(self) -> str:
        """Unique to one life of one worker."""
        return f"{self.name}.{self.generation}"

    def is_alive(self, now: datetime) -> bool:
        """Whether its lease holds."""
        return self.ended_at is None and now < self.until


def clock() -> datetime:
    """What time the database has, where it is a server; else this machine."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now


def take(
    name: str,
    host: str,
    process: int,
    length: timedelta,
    *,
    log: str = "",
    only: str = "",
    is_alone: bool = True,
) -> WorkerRecord:
    """Begin a new life of a worker.

    Who calls holds the lock of its name in its data folder (`bots.runs.office.sole_worker`), so
    an earlier life there is dead. One who is alone in the store (`is_alone`) knows that of all
    others, and their leases end now.

    Raises:
        Problem: a worker of that name is alive elsewhere.
    """
    with transaction.atomic():
        now = clock()
        if is_alone:
            models.Worker.objects.filter(ended_at=None, until__gt=now).update(until=now)
        row = models.Worker.objects.filter(name=name).first()
        if row is not None and not is_alone:
            _refuse_where_alive(row, host, log, now)
        row = row or models.Worker(name=name, generation=0)
        row.generation += 1
        row.host, row.process, row.log, row.only = host, process, log, only
        row.since = row.renewed_at = now
        row.until, row.ended_at = now + length, None
        row.save()
    return _record(row)


def _refuse_where_alive(row: models.Worker, host: str, log: str, now: datetime) -> None:
    is_elsewhere = (row.host, row.log) != (host, log)
    if is_elsewhere and row.ended_at is None and now < row.until:
        raise Problem(
            f"a worker {row.name} is at work on {row.host} (process {row.process})",
            where="`claimbots workers list`",
            do="give this one another name: `claimbots worker --name NAME`",
            exit=3,
        )


def renew(name: str, generation: int, length: timedelta) -> bool:
    """Prolong a lease from now; False where it ran out or another life began."""
    now = clock()
    alive = models.Worker.objects.filter(
        name=name, generation=generation, ended_at=None, until__gt=now
    )
    return bool(alive.update(renewed_at=now, until=now + length))


def end(name: str, generation: int) -> None:
    """Give a lease back."""
    now = clock()
    mine = models.Worker.objects.filter(name=name, generation=generation, ended_at=None)
    mine.update(ended_at=now, until=now)


def has_run_out(host: str, process: int) -> bool:
    """Whether a process has a lease that it neither renewed in time nor gave back."""
    theirs = models.Worker.objects.filter(host=host, process=process).order_by("-since")
    newest = theirs.first()
    return newest is not None and newest.ended_at is None and newest.until <= clock()


def workers() -> list[WorkerRecord]:
    """All workers that ever were, those seen last first."""
    return [_record(row) for row in models.Worker.objects.order_by("-renewed_at", "name")]


def alive() -> list[WorkerRecord]:
    """The workers whose lease holds."""
    rows = models.Worker.objects.filter(ended_at=None, until__gt=clock()).order_by("name")
    return [_record(row) for row in rows]


def refuse_alive(
    where: str, do: str, *, using: str = "default", now: datetime | None = None
) -> None:
    """Stop where somebody is at work in a store; only columns that there were from the first.

    Args:
        using: Django's name of the database, which may be an older version's.
        now: this machine's time, where the database has none of its own.

    Raises:
        Problem: a worker's lease holds.
    """
    held = models.Worker.objects.using(using).filter(ended_at=None, until__gt=now or clock())
    alive = [f"{name} on {host}" for name, host in held.values_list("name", "host")]
    if alive:
        raise Problem(
            f"workers are at work in it: {', '.join(sorted(alive))}", where=where, do=do, exit=3
        )


def names_on(host: str) -> list[str]:
    """The workers of a machine that were not ended by themselves."""
    rows = models.Worker.objects.filter(host=host, ended_at=None).order_by("name")
    return list(rows.values_list("name", flat=True))


@dataclass(frozen=True, slots=True)
class Orphan:
    """A run at work whose worker is dead.

    `dead` is that worker where it is still known. `lived_until` is the last moment at which it
    may have lived: its newest renewal, or the beginning of the life that took its place; None
    where nobody of its name is known.
    """

    run: str
    worker: str
    dead: WorkerRecord | None
    lived_until: datetime | None


def orphans() -> list[Orphan]:
    """The runs at work whose worker is dead."""
    # The runs first: whoever takes one up after this is alive before that.
    rows = models.Run.objects.filter(state=RunState.IN_PROGRESS.value)
    at_work = list(rows.order_by("started_at", "id").values_list("id", "worker"))
    living = {record.executor for record in alive()}
    newest = {record.name: record for record in workers()}
    return [_orphan(run, worker, newest) for run, worker in at_work if worker not in living]


def _orphan(run: str, worker: str, newest: Mapping[str, WorkerRecord]) -> Orphan:
    name, _, _ = worker.rpartition(".")
    life = newest.get(name)
    if life is None:
        return Orphan(run, worker, None, None)
    if life.executor != worker:
        return Orphan(run, worker, None, life.since)
    return Orphan(run, worker, life, life.renewed_at)


def _record(row: models.Worker) -> WorkerRecord:
    return WorkerRecord(
        row.name, row.generation, row.host, row.process, row.log, row.only,
        row.since, row.renewed_at, row.until, row.ended_at,
    )  # fmt: skip
