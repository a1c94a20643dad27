"""A small table in keys/: JSON, read whole, replaced whole, under a lock of its own."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bots.errors import Problem
from bots.secrets.master import sync_folder

Table = dict[str, dict[str, Any]]


def read_table(path: Path) -> Table:
    """The rows by name; empty where there is no file.

    Raises:
        Problem: the file is not ours or cannot be read.
    """
    try:
        table = json.loads(path.read_text("utf-8"))
        if not isinstance(table, dict) or not all(isinstance(r, dict) for r in table.values()):
            raise ValueError
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a table of ours"
        raise Problem(
            f"cannot be read ({why})", where=str(path), do="restore it from a backup"
        ) from None
    return table


@contextmanager
def write_table(path: Path) -> Iterator[Table]:
    """Change the rows; the file is replaced, and on disk, when the block ends well.

    Raises:
        Problem: the disk says no; the old file is still there.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = read_table(path)
            yield table
            draft = path.with_suffix(".new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(table, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            sync_folder(path.parent)
        finally:
            os.close(lock)
    except OSError as error:
        raise Problem(
            f"cannot be written ({error.strerror})", where=str(path), do="free the disk"
        ) from error
