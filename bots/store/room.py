"""A Control Room's work items that are at work: run, outputs and release. Synchronous; UTC.

A row is there from the moment that an item is reserved until its release is kept elsewhere. It
holds ids and counts only, as the items themselves do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from bots.store import models

LONGEST = timedelta(hours=12)  # what nobody touched for that long is another day's work


@dataclass(frozen=True, slots=True)
class Release:
    """How an item is given back: done, or with the type, code and message of what failed."""

    type: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class ReservedItem:
    """An item as the store knows it. `run` is empty where none was asked for yet."""

    run: str = ""
    release: Release | None = None
    outputs: list[dict[str, Any]] = field(default_factory=list)


def reserve(key: str, job: str) -> ReservedItem:
    """The item, as it was left by whoever had it before; begun now where nobody had."""
    with transaction.atomic():
        long_ago = datetime.now(UTC) - LONGEST
        models.RoomItem.objects.filter(begun_at__lt=long_ago).delete()
        row = _at_work(key, job)
        row.save()
    release = Release(**row.release) if row.release else None
    return ReservedItem(row.run, release, list(row.outputs))


def keep_output(key: str, job: str, payload: dict[str, Any]) -> None:
    """An output item was created for it; kept once, however often it is said."""
    with transaction.atomic():
        row = _at_work(key, job)
        if payload not in row.outputs:
            row.outputs = [*row.outputs, payload]
        row.save()


def keep_release(key: str, job: str, release: Release) -> None:
    """How it is given back; kept before the Control Room is told."""
    with transaction.atomic():
        row = _at_work(key, job)
        row.release = {"type": release.type, "code": release.code, "message": release.message}
        row.save()


def _at_work(key: str, job: str) -> models.RoomItem:
    """Its row, to be changed and saved: of now, so that nobody takes it for another day's.

    A new one where it ran for so long that another job's reservation took it for that.
    """
    row = models.RoomItem.objects.select_for_update().filter(key=key).first()
    row = row or models.RoomItem(key=key, job=job)
    if not row.release:  # one that is given back again and again is not at work
        row.begun_at = datetime.now(UTC)
    return row


def forget(key: str) -> None:
    """The Control Room has its release, and keeps it."""
    models.RoomItem.objects.filter(key=key).delete()


def forget_job(job: str) -> None:
    """All items of a job were given back: when it comes again, it is meant anew."""
    models.RoomItem.objects.filter(job=job).delete()
