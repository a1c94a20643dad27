"""Evidence of what went wrong with a claim: sealed, named without the claim, gone after a while.

A masked picture and an outline of the page that the claim was last at (`bots.portals.evidence`),
only where the claim ended in an exception.
"""

from __future__ import annotations

import contextlib
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.errors import Problem
from bots.ledger.disk import put
from bots.places import Places
from bots.portals.evidence import Evidence
from bots.secrets import MasterKey, SealError

_SUFFIX = ".sealed"


def keep(places: Places, master: MasterKey, run: str, position: int, found: Evidence) -> Path:
    """Seal what was seen; a later try of the same claim replaces it.

    Raises:
        OSError: the disk is full or closed to us.
    """
    said = {
        "path": found.path,
        "outline": found.outline,
        "picture": b64encode(found.picture).decode(),
    }
    path = _path(places, run, position)
    put(path, master.seal("evidence", json.dumps(said).encode(), path.name.encode()))
    return path


def kept(places: Places, run: str, position: int) -> bool:
    """Whether there is evidence of a claim of a run."""
    return _path(places, run, position).exists()


def opened(places: Places, master: MasterKey, run: str, position: int) -> Evidence:
    """What was seen.

    Raises:
        Problem: there is none (any more), or it was sealed under another key, or altered.
    """
    path = _path(places, run, position)
    try:
        said = json.loads(master.unseal("evidence", path.read_bytes(), path.name.encode()))
    except FileNotFoundError:
        raise Problem(
            "there is no evidence of it",
            where=str(places.evidence),
            do="it is taken where a claim failed, and kept for run.evidence_days",
        ) from None
    except SealError:
        raise Problem(
            "the evidence cannot be opened with this key",
            where=str(path),
            do="bring the master key under which it was sealed",
        ) from None
    return Evidence(said["path"], b64decode(said["picture"]), said["outline"])


def clear(places: Places, days: int, now: datetime | None = None) -> int:
    """Delete what is older than so many days; how many there were."""
    limit = ((now or datetime.now(UTC)) - timedelta(days=days)).timestamp()
    count = 0
    for path in places.evidence.glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                path.unlink()
                count += 1
    return count


def _path(places: Places, run: str, position: int) -> Path:
    return places.evidence / f"{run}-{position:06d}{_SUFFIX}"
