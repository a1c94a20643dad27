"""What a file of claims holds, in portions that one turn of work reads: hundreds of claims each.

An 837 is surveyed, and a portion says where to read; JSON is read at once, and a portion carries
the cases. Either way the portions of a file stand in its order, and nothing else must be
known to work on one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from bots.claims import Case
from bots.files.patients import Patients
from bots.files.quick import quick
from bots.files.unread import Entries, UnfitError, Unread
from bots.files.x12 import read_stretch
from bots.files.x12_levels import Levels
from bots.files.x12_survey import Found, Stretch, survey

_ENOUGH = 400  # entries in a portion, at least, where the file has so many

_new_case = quick(Case)
Numbered = tuple[int, Case | Unread]
Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Portion:
    """Entries of one file that stand one behind the other.

    `parts` say where to read those of an 837; `cases` are those of another file. `stamp` is
    what the file was when it was surveyed.
    """

    file: Path
    stamp: Stamp
    parts: tuple[Found, ...] = ()
    cases: tuple[Numbered, ...] = ()

    @property
    def patients(self) -> bytes:
        """The keys of the patients of its stretches, one behind the other."""
        return b"".join(part.patients for part in self.parts if isinstance(part, Stretch))


def portions_of(
    path: Path, *, today: date | None = None, patients: Patients | None = None
) -> Iterator[Portion]:
    """The portions of an 837 or JSON file; what the file is says its content, not its name.

    What cannot be read, be it the whole file, stands in a portion as `Unread`.
    """
    try:
        kind = path.stat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # a pipe would wait for its writer
            what = "is no regular file: it is read more than once; save it first"
            yield Portion(path, (0, 0, 0, 0), (Unread(path, 1, "", what),))
            return
        with path.open("rb") as file:
            stamp = _stamp(file)
            start = file.read(256).removeprefix(b"\xef\xbb\xbf").lstrip()
            if start.startswith(b"ISA"):
                yield from _surveyed(path, stamp, survey(path, file, patients))
                return
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check the name and the rights"
        yield Portion(path, (0, 0, 0, 0), (Unread(path, 1, "", what),))
        return
    if start.startswith((b"{", b"[")):
        from bots.files.json_claims import read_json

        yield from _carried(path, stamp, read_json(path, today=today))
    else:
        yield Portion(path, stamp, (Unread(path, 1, "", _what_it_is(start)),))


def read_portion(
    portion: Portion, fallback: date, wanted: Callable[[Levels], bool] | None = None
) -> Iterator[Numbered]:
    """The entries of a portion with their positions in the file.

    Args:
        fallback: the day against which a claim is judged that says no day of its own.
        wanted: of an 837, which patients' claims to read, by the levels above them; the
            positions then count what was read. None reads every claim.
    """
    yield from portion.cases
    opened: BinaryIO | None = None
    position = 0
    try:
        for part in portion.parts:
            position = part.position
            if isinstance(part, Unread):
                yield part.position, part
                continue
            opened = opened or portion.file.open("rb")
            if _stamp(opened) != portion.stamp:
                what = f"changed while it was read: {part.entries} claim(s) from here on were not"
                yield position, Unread(portion.file, position, "", f"{what} checked; ask again")
                return
            for position, entry in enumerate(read_stretch(opened, part, wanted), part.position):
                if isinstance(entry, UnfitError):
                    yield position, Unread(portion.file, position, entry.where, entry.what)
                else:
                    yield position, _new_case(entry, entry.created_on or fallback)
    except (OSError, UnfitError) as error:
        said = error.strerror if isinstance(error, OSError) else error.what
        what = f"could not be read on ({said}); ask again"
        yield position, Unread(portion.file, position, "", what)
    finally:
        if opened is not None:
            opened.close()


def _surveyed(path: Path, stamp: Stamp, found: Iterator[Found]) -> Iterator[Portion]:
    parts: list[Found] = []
    entries = 0
    for part in found:
        parts.append(part)
        entries += part.entries if isinstance(part, Stretch) else 1
        if entries >= _ENOUGH:
            yield Portion(path, stamp, tuple(parts))
            parts, entries = [], 0
    if parts:
        yield Portion(path, stamp, tuple(parts))


def _carried(path: Path, stamp: Stamp, entries: Entries) -> Iterator[Portion]:
    cases: list[Numbered] = []
    for numbered in enumerate(entries, start=1):
        cases.append(numbered)
        if len(cases) >= _ENOUGH:
            yield Portion(path, stamp, cases=tuple(cases))
            cases = []
    if cases:
        yield Portion(path, stamp, cases=tuple(cases))


def _stamp(file: BinaryIO) -> Stamp:
    known = os.fstat(file.fileno())
    return known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns


def _what_it_is(start: bytes) -> str:
    if not start:
        return "is empty: there is no claim in it"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:16]:
        return "is in a wrong encoding (UTF-16 or binary); save it as UTF-8"
    if start.startswith(b"PK"):
        return "is a workbook or a zip file; check wants 837 or JSON (a worklist goes to run)"
    if start.startswith((b"GS", b"ST", b"BHT", b"CLM")):
        return "is cut off at its beginning: an 837 begins with an ISA segment"
    return "is neither an 837 (it would begin with ISA) nor JSON"
