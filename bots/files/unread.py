"""What could not be read: which file, which entry of it, where in that entry, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bots.claims import Case


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry of a file that is no case; the entries beside it are read all the same.

    `position` is 1-based and counts what the file gave, read or not. `segment` is the
    segment's number in an 837, counted from its ISA, or the path of a JSON field; empty
    where the file as a whole is meant. `error` is a sentence without patient data: it never
    quotes a value. `ours` is true where the fault is in claimbots, not in the file.
    """

    file: Path
    position: int
    segment: str
    error: str
    ours: bool = False


Entries: TypeAlias = Iterator[Case | Unread]


class UnfitError(Exception):
    """A value that has no place in a claim. Stays inside this room: it becomes an `Unread`."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(what)
