"""Files out of a zip that somebody downloaded: never outside the folder, never without end.

Limits hold for what is really written, not for what the archive says of itself. Zips inside a
zip are opened to one level more, as CMS packs them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from bots.errors import Problem

MOST_FILES = 2_000
MOST_BYTES = 4 << 30  # of all files of one zip; a PTP release has some 400 MB
MOST_RATIO = 200  # bytes for each byte of the zip; text of codes packs 10 to 30 to one
DEEPEST = 2  # a zip in a zip
PIECE = 1 << 20
_ENCRYPTED = 0x1


@dataclass(slots=True)
class Allowance:
    """How much may still be written for one zip and all inside it."""

    files: int
    bytes: int

    def spend(self, count: int, name: str) -> None:
        """Take off what was written.

        Raises:
            Problem: it is more than any official file has.
        """
        self.bytes -= count
        if self.bytes < 0:
            raise _bomb(name)


def unpacked(archive: Path, name: str, into: Path) -> Iterator[tuple[Path, str]]:
    """Each file of a zip, written into the folder `into`, with its name inside the zip.

    Raises:
        Problem: the zip is damaged, encrypted, a bomb, or a path in it leads outside.
    """
    size = archive.stat().st_size
    allowance = Allowance(MOST_FILES, min(MOST_BYTES, PIECE + size * MOST_RATIO))
    yield from _unpacked(archive, name, into, allowance, 1)


def check_workbook(path: Path, name: str) -> None:
    """Refuse a workbook that would fill the memory: it is a zip, too.

    Raises:
        Problem: it says that it unpacks to more than any official file has.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
            if total > min(MOST_BYTES, PIECE + path.stat().st_size * MOST_RATIO):
                raise _bomb(name)
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError):
        raise Problem("a damaged file", where=name, do="download it again") from None


def _unpacked(
    archive: Path, name: str, into: Path, allowance: Allowance, depth: int
) -> Iterator[tuple[Path, str]]:
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                if entry.is_dir():
                    continue
                inner = f"{name}/{_inside(entry.filename, name)}"
                allowance.files -= 1
                if allowance.files < 0:
                    raise _bomb(name)
                if entry.flag_bits & _ENCRYPTED:
                    raise Problem("an encrypted zip", where=inner, do="unpack it by hand")
                target = into / f"{MOST_FILES - allowance.files:05d}"
                with opened.open(entry) as source:
                    _copy(source, target, allowance, inner)
                if _is_zip(target, entry.filename):
                    if depth >= DEEPEST:
                        raise Problem("zips inside zips inside zips", where=inner)
                    yield from _unpacked(target, inner, into, allowance, depth + 1)
                    target.unlink()
                else:
                    yield target, inner
    except (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError, RuntimeError):
        raise Problem("a damaged zip", where=name, do="download it again") from None
    except OSError as error:
        raise Problem(
            f"the zip cannot be unpacked ({error.strerror})", where=name, do="free the disk"
        ) from None
    except Exception as error:  # zlib, lzma and bz2 have an error each
        if isinstance(error, Problem):
            raise
        raise Problem("a damaged zip", where=name, do="download it again") from None


def _copy(source: IO[bytes], target: Path, allowance: Allowance, name: str) -> None:
    with target.open("wb") as file:
        while piece := source.read(PIECE):
            allowance.spend(len(piece), name)
            file.write(piece)


def _inside(path: str, name: str) -> str:
    parts = PurePosixPath(path.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        raise Problem("a zip with a path that leads outside", where=name, do="do not trust it")
    return str(parts)


def _is_zip(path: Path, inside: str) -> bool:
    return inside.lower().endswith(".zip") and zipfile.is_zipfile(path)


def _bomb(name: str) -> Problem:
    return Problem("far too much for an official file", where=name, do="do not trust it")
