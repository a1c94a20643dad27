"""The ledger's files: segments of lines, and the few system calls that may fail.

`write`, `fsync` and `truncate` are one call each, so that a test can make the k-th fail.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

SUFFIX = ".jsonl"


def write(descriptor: int, content: bytes) -> int:
    """One write(2)."""
    return os.write(descriptor, content)


def fsync(descriptor: int) -> None:
    """One fsync(2)."""
    os.fsync(descriptor)


def truncate(descriptor: int, length: int) -> None:
    """One ftruncate(2)."""
    os.ftruncate(descriptor, length)


def write_whole(descriptor: int, content: bytes) -> None:
    """Write all or raise: a short write to a file is a disk in trouble, not a thing to go on from.

    Raises:
        OSError: also for a short write.
    """
    if write(descriptor, content) != len(content):
        raise OSError(errno.EIO, "short write")


def sync_folder(folder: Path) -> None:
    """Make names in a folder as durable as the files' bytes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fsync(descriptor)
    finally:
        os.close(descriptor)


def segments(folder: Path) -> list[Path]:
    """A log's segments in order."""
    return sorted(p for p in folder.glob(f"*{SUFFIX}") if p.stem.isdecimal())


def segment(folder: Path, first: int) -> Path:
    """The segment whose first record has that sequence number."""
    return folder / f"{first:012d}{SUFFIX}"


def checkpoints(folder: Path) -> list[Path]:
    """A log's checkpoints in order of size."""
    return sorted(p for p in (folder / "checkpoints").glob("*") if p.name.isdecimal())


def checkpoint(folder: Path, size: int) -> Path:
    """Where the checkpoint of that size is kept."""
    return folder / "checkpoints" / f"{size:012d}"


def put(path: Path, content: bytes) -> None:
    """A new file, whole or not at all, on disk when this returns.

    Raises:
        OSError: nothing was put there.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        try:
            write_whole(descriptor, content)
            fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
