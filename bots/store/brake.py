"""The big switch: while the file `locks/STOP` stands, no write to a portal begins.

A file and not a row, so that anyone can pull it (`touch` will do) when nothing else works. Where
machines share a store it is a row as well, which stops them all: either is enough.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, transaction

from bots.errors import Problem
from bots.places import Places
from bots.store import models


@dataclass(frozen=True, slots=True)
class Stopped:
    """Who pulled the brake, when and why; empty where the file does not say."""

    by: str
    reason: str
    at: str


def brake_file(places: Places) -> Path:
    """Where the switch lies."""
    return places.locks / "STOP"


def stop(places: Places, by: str, reason: str) -> None:
    """Let no write begin from now on; the first to pull it stays named.

    Raises:
        Problem: the file cannot be written.
    """
    text = json.dumps({"by": by, "reason": reason, "at": datetime.now(UTC).isoformat()})
    path = brake_file(places)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise Problem(
            f"the stop file cannot be written ({error.strerror})",
            where=str(path),
            do="end the running claimbots by its process id instead",
        ) from error
    # The file stands, so the brake is on; a full disk only costs who and why.
    with contextlib.suppress(OSError), os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def go(places: Places) -> bool:
    """Let writing begin again; False where nothing was stopped.

    Raises:
        Problem: the file cannot be removed; writing stays stopped.
    """
    path = brake_file(places)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Problem(
            f"the stop file cannot be removed ({error.strerror}); writing stays stopped",
            where=str(path),
            do="look at the disk, and remove it",
        ) from error
    return True


def is_stopped(places: Places) -> bool:
    """Whether the brake is pulled. A file that we may not look at counts as pulled."""
    try:
        os.stat(brake_file(places))
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def stopped_by(places: Places) -> Stopped | None:
    """Who stopped it, or None where it is not stopped."""
    if not is_stopped(places):
        return None
    try:
        said = json.loads(brake_file(places).read_text(encoding="utf-8"))
        return Stopped(str(said["by"]), str(said["reason"]), str(said["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Stopped("", "", "")


def stop_all(by: str, reason: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """The same for every machine that shares the store; the first to pull it stays named."""
    stops = models.Stop.objects.using(using)
    with transaction.atomic(using=using):
        if not stops.exists():
            stops.create(by=by, reason=reason, at=datetime.now(UTC))


def let_all_go() -> bool:
    """Let every machine write again; False where they were not stopped."""
    count, _ = models.Stop.objects.all().delete()
    return count > 0


def are_all_stopped() -> bool:
    """Whether the switch of all machines is on."""
    return models.Stop.objects.exists()
