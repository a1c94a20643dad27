"""837P and 837I files to cases: surveyed first, read stretch by stretch second.

Inside a sound transaction set a claim that cannot be read costs itself only. Nothing of a set
is held between the two looks, so memory stays flat. Authority: ASC X12 005010X222A1 (837P),
005010X223A2 (837I).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from bots.claims import Case
from bots.files.segments import blocks
from bots.files.unread import Entries, UnfitError, Unread
from bots.files.x12_claim import Read, Walk
from bots.files.x12_levels import Levels
from bots.files.x12_survey import Stretch, survey


def read_837(path: Path, *, today: date | None = None) -> Entries:
    """Every claim of the file as a case, in order; what cannot be read comes as `Unread`.

    A case's `as_of` is BHT04, else `today` (the day of the run). Its history and its
    documentation are None: a claim file does not say.
    """
    fallback = today or datetime.now().astimezone().date()
    position = 0
    try:
        with path.open("rb") as file, path.open("rb") as again:
            for found in survey(path, file):
                if isinstance(found, Unread):
                    position = found.position
                    yield found
                    continue
                for position, entry in enumerate(read_stretch(again, found), found.position):
                    if isinstance(entry, UnfitError):
                        yield Unread(path, position, entry.where, entry.what)
                    else:
                        yield Case(entry, as_of=entry.created_on or fallback)
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check the name and the rights"
        yield Unread(path, position + 1, "", what)


def read_stretch(
    file: BinaryIO, stretch: Stretch, wanted: Callable[[Levels], bool] | None = None
) -> Iterator[Read]:
    """The claims of a stretch, in order; an `UnfitError` in place of one that cannot be read.

    Args:
        wanted: which patients' claims to read, by the levels above them; the others do not
            come out at all. None reads every claim.

    Raises:
        UnfitError: the file is no longer what it was when it was surveyed.
    """
    walk = Walk(stretch.type, wanted)
    for piece in stretch.pieces:
        for block in blocks(file, piece.start, piece.end):
            yield from walk.take(block)
    yield from walk.end()
