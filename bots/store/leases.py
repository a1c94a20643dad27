"""Who is at work: each worker's lease, renewed as long as it lives. Synchronous; UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bots.store import models


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker as the store knows it. `executor` is its name and how often it began."""

    name: str
    generation: int
    host: str
    process: int
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


def take(name: str, host: str, process: int, length: timedelta) -> WorkerRecord:
    """Begin a new life of a worker, the only one of this store.

    Who calls holds the lock that makes it the only one (`bots.runs.office.sole_worker`): whoever
    else has a lease here is dead, and its lease ends now.
    """
    now = datetime.now(UTC)
    with transaction.atomic():
        models.Worker.objects.filter(ended_at=None, until__gt=now).update(until=now)
        row = models.Worker.objects.filter(name=name).first()
        row = row or models.Worker(name=name, generation=0)
        row.generation += 1
        row.host, row.process = host, process
        row.since = row.renewed_at = now
        row.until, row.ended_at = now + length, None
        row.save()
    return _record(row)


def renew(name: str, generation: int, length: timedelta) -> bool:
    """Prolong a lease from now; False where it ran out or another life began."""
    now = datetime.now(UTC)
    alive = models.Worker.objects.filter(
        name=name, generation=generation, ended_at=None, until__gt=now
    )
    return bool(alive.update(renewed_at=now, until=now + length))


def end(name: str, generation: int) -> None:
    """Give a lease back."""
    now = datetime.now(UTC)
    mine = models.Worker.objects.filter(name=name, generation=generation, ended_at=None)
    mine.update(ended_at=now, until=now)


def has_run_out(host: str, process: int) -> bool:
    """Whether a process has a lease that it neither renewed in time nor gave back."""
    theirs = models.Worker.objects.filter(host=host, process=process).order_by("-since")
    newest = theirs.first()
    return newest is not None and newest.ended_at is None and newest.until <= datetime.now(UTC)


def workers() -> list[WorkerRecord]:
    """All workers that ever were, those seen last first."""
    return [_record(row) for row in models.Worker.objects.order_by("-renewed_at", "name")]


def alive(now: datetime) -> list[WorkerRecord]:
    """The workers whose lease holds."""
    rows = models.Worker.objects.filter(Q(ended_at=None), until__gt=now).order_by("name")
    return [_record(row) for row in rows]


def _record(row: models.Worker) -> WorkerRecord:
    return WorkerRecord(
        row.name, row.generation, row.host, row.process,
        row.since, row.renewed_at, row.until, row.ended_at,
    )  # fmt: skip
