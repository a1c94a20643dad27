"""Read a log to show it: records as they stand, and what they seal. Verifying is `verify`'s."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bots.ledger import disk
from bots.ledger.patients import PatientKeys
from bots.ledger.records import LineError, Record, read_line
from bots.secrets.master import SealError, unseal


def read_records(folder: Path, after: int = 0) -> Iterator[Record]:
    """The records of a log's folder, oldest first; lines that are no records are left out.

    `after` leaves out so many from the beginning, without reading what they say.
    """
    paths = disk.segments(folder)
    for path, follower in zip(paths, [*paths[1:], None], strict=True):
        if follower is not None and int(follower.stem) <= after + 1:
            continue
        with path.open("rb") as file:
            for line in islice(file, max(0, after + 1 - int(path.stem)), None):
                try:
                    yield Record(**read_line(line.removesuffix(b"\n")))
                except LineError:
                    continue


def sealing_place(origin: str, sequence: int, kind: str, key_id: str) -> bytes:
    """What binds a ciphertext to its record (the AAD): moved to another, it does not open."""
    return f"{origin}\n{sequence}\n{kind}\n{key_id}".encode()


def unsealed(record: Record, patients: PatientKeys) -> dict[str, Any]:
    """What a record seals; empty where it seals nothing.

    Raises:
        SealError: the patient's key was destroyed, or the ciphertext was moved or altered.
    """
    if record.sealed is None:
        return {}
    try:
        key_id, box = record.sealed["key"], base64.b64decode(record.sealed["box"])
    except (KeyError, TypeError, binascii.Error):
        raise SealError("the sealed part has another form") from None
    place = sealing_place(record.origin, record.sequence, record.kind, key_id)
    found: dict[str, Any] = json.loads(unseal(patients.key(key_id), box, place))
    return found
