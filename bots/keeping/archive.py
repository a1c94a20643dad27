"""What stands in a backup: files by name, one after the other, and last a manifest of them.

A form of our own, because it can hold nothing but plain files: no links, no devices, no modes,
no compression (what is unpacked is never larger than the backup), and no name that leads out
of the folder. Each file is a name and pieces of bytes; an empty piece ends it.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from bots.errors import Problem
from bots.keeping.sealing import PIECE, SealedReader, SealedWriter

FORM = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 << 20  # bytes: some hundred thousand files
_LENGTH = struct.Struct(">I")
# Not hidden, which ".." would be; no separator of any system and nothing that steers a terminal.
_PART = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,199}")
_ROOMS = ("ledger", "keys", "config", "selectors", "codesets", "reports")
STORE = "store.sqlite3"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds; the log's checkpoint is one more anchor outside of the log."""

    claimbots: str  # the version that made it
    taken_at: str
    origin: str
    migration: str  # the newest one of the store
    records: int
    checkpoint: str
    entries: tuple[Entry, ...] = field(default=())
    form: int = FORM

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries)

    def of(self, room: str) -> list[Entry]:
        """The files of one room."""
        return [entry for entry in self.entries if entry.name.startswith(f"{room}/")]


class ArchiveWriter:
    """Puts files into a sealed stream, and remembers them for the manifest."""

    def __init__(self, to: SealedWriter) -> None:
        self._to = to
        self.entries: list[Entry] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """One file, whatever its length."""
        digest, size = sha256(), 0
        self._put(name.encode())
        for piece in pieces:
            if piece:
                digest.update(piece)
                size += len(piece)
                self._put(piece)
        self._put(b"")
        self.entries.append(Entry(checked_name(name), size, digest.hexdigest()))

    def end(self, manifest: Manifest) -> None:
        """The manifest, as the last file."""
        text = json.dumps(asdict(manifest), indent=1).encode()
        self._put(MANIFEST.encode())
        self._put(text)
        self._put(b"")

    def _put(self, piece: bytes) -> None:
        self._to.write(_LENGTH.pack(len(piece)) + piece)


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file's bytes, in pieces. Not for a database at work: SQLite copies that."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def unpack(source: SealedReader, folder: Path, where: str) -> Manifest:
    """Put all files of a backup into an empty folder, and hold them against the manifest.

    Raises:
        Problem: cut off, altered, or not what its manifest says.
        OSError: the disk does not take it.
    """
    found: dict[str, Entry] = {}
    while name := _piece(source, where, at_end=b"").decode("utf-8", "replace"):
        if name == MANIFEST:
            manifest = _manifest(b"".join(_pieces(source, where)), where)
            if source.read(1):
                raise _not_ours("something follows its manifest", where)
            if tuple(found.values()) != manifest.entries:
                raise _not_ours("its files are not those that its manifest names", where)
            return manifest
        try:
            checked_name(name)
        except ValueError as error:
            raise _not_ours(str(error), where) from None
        if name in found:
            raise _not_ours("a file stands in it twice", where)
        found[name] = _written(name, _pieces(source, where), folder / name)
    raise _not_ours("it has no manifest", where)


def checked_name(name: str) -> str:
    """A name that stays in the folder and belongs to a room that backups hold.

    Raises:
        ValueError: another one.
    """
    parts = name.split("/")
    if name != STORE and (len(parts) < 2 or parts[0] not in _ROOMS):
        raise ValueError("a file in it belongs to no room of an office")
    if not all(_PART.fullmatch(part) for part in parts) or len(parts) > 8:
        raise ValueError("a file in it has a name that is none of ours")
    return name


def _written(name: str, pieces: Iterator[bytes], path: Path) -> Entry:
    digest, size = sha256(), 0
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    path.chmod(0o600)
    return Entry(name, size, digest.hexdigest())


def _pieces(source: SealedReader, where: str) -> Iterator[bytes]:
    while piece := _piece(source, where):
        yield piece


def _piece(source: SealedReader, where: str, at_end: bytes | None = None) -> bytes:
    length = source.read(_LENGTH.size)
    if not length and at_end is not None:
        return at_end
    size = _LENGTH.unpack(length)[0] if len(length) == _LENGTH.size else -1
    if not 0 <= size <= LARGEST_MANIFEST:
        raise _not_ours("a file in it has no length", where)
    piece = source.read(size)
    if len(piece) < size:
        raise _not_ours("a file in it is cut off", where)
    return piece


def _manifest(text: bytes, where: str) -> Manifest:
    try:
        given: dict[str, Any] = json.loads(text)
        if given["form"] != FORM:
            raise Problem(
                "the backup was made by a newer version of claimbots",
                where=where,
                do="update claimbots",
            )
        return Manifest(**{**given, "entries": tuple(Entry(**e) for e in given["entries"])})
    except (ValueError, KeyError, TypeError):
        raise _not_ours("its manifest cannot be read", where) from None


def _not_ours(what: str, where: str) -> Problem:
    # It opened with the office's own key: then a fault of ours, or of who holds that key.
    return Problem(f"the backup is not whole: {what}", where=where, do="take an older one", exit=1)
