"""A log as far as one checkpoint covers it, for a copy that is made while others append.

What a checkpoint covers is on disk and never changes: no lock is needed, no half record can be
in it, and the copy needs no trust in what was written meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bots.ledger import disk

PIECE = 1 << 20


def covered(folder: Path, size: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The files of a log's folder, cut after `size` records: each name, and its bytes."""
    for path in disk.segments(folder):
        lines = size - int(path.stem) + 1
        if lines > 0:
            yield path.name, first_lines(path, lines)
    for path in disk.checkpoints(folder):
        if int(path.name) <= size:
            yield f"checkpoints/{path.name}", iter([path.read_bytes()])


def first_lines(path: Path, lines: int) -> Iterator[bytes]:
    """So many lines from the beginning of a file, in pieces."""
    with path.open("rb") as file:
        while lines and (piece := file.read(PIECE)):
            there = piece.count(b"\n")
            if there >= lines:
                end = -1
                for _ in range(lines):
                    end = piece.index(b"\n", end + 1)
                piece, there = piece[: end + 1], lines
            lines -= there
            yield piece
