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

LONGEST = timedelta(hours=12)  # what was reserved before that is another day's work


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
    now = datetime.now(UTC)
    with transaction.atomic():
        models.RoomItem.objects.filter(begun_at__lt=now - LONGEST).delete()
        row, _ = models.RoomItem.objects.get_or_create(
            key=key, defaults={"job": job, "begun_at": now}
        )
    release = Release(**row.release) if row.release else None
    return ReservedItem(row.run, release, list(row.outputs))


def keep_output(key: str, payload: dict[str, Any]) -> None:
    """An output item was created for it."""
    with transaction.atomic():
        row = models.RoomItem.objects.select_for_update().get(key=key)
        row.outputs = [*row.outputs, payload]
        row.save()


def keep_release(key: str, release: Release) -> None:
    """How it is given back; kept before the Control Room is told."""
    said = {"type": release.type, "code": release.code, "message": release.message}
    models.RoomItem.objects.filter(key=key).update(release=said)


def forget(key: str) -> None:
    """The Control Room has its release, and keeps it."""
    models.RoomItem.objects.filter(key=key).delete()


def forget_job(job: str) -> None:
    """All items of a job were given back: when it comes again, it is meant anew."""
    models.RoomItem.objects.filter(job=job).delete()
