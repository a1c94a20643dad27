"""Which codes stand in an edit together: one bit for two codes, in a file mapped into memory.

Two and a half million edits leave 95 of 100 pairs of codes without one, and nearly every pair
that a claim brings has none. The bit says so in a fraction of a microsecond; the table itself is
asked only where it is set. Workers share the mapped pages.

The file: MAGIC, the number of codes (4 bytes, little-endian), the codes in alphabetical order
(5 bytes each), then a row of bits for each code. The matrix is symmetric: an edit is found from
either of its codes.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from bots.errors import Problem

MAGIC = b"pairs-1\n"
_LENGTH = 5  # of a CPT or HCPCS code
_HEAD = len(MAGIC) + 4


class Pairs:
    """A file of pairs, opened for reading.

    Raises:
        Problem: the file is not one of ours, or was cut.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            count = struct.unpack("<I", head[-4:])[0] if len(head) == _HEAD else 0
            self._stride = (count + 7) // 8
            self._first = _HEAD + count * _LENGTH
            size = self._first + count * self._stride
            if not head.startswith(MAGIC) or path.stat().st_size != size:
                raise Problem(
                    "not a file of pairs that this version can read",
                    where=str(path),
                    do="import the tables again",
                )
            codes = file.read(count * _LENGTH).decode("ascii")
            self._bits = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._place = {
            codes[start : start + _LENGTH]: number
            for number, start in enumerate(range(0, len(codes), _LENGTH))
        }

    def __call__(self, one: str, other: str) -> bool:
        """Whether any edit, of whatever day, joins the two codes in whatever order."""
        row, column = self._place.get(one), self._place.get(other)
        if row is None or column is None:
            return False
        byte = self._bits[self._first + row * self._stride + (column >> 3)]
        return bool(byte >> (column & 7) & 1)

    def any_of(self, codes: Sequence[str]) -> bool:
        """Whether any edit joins two of the codes; asked once a claim, so it asks no function."""
        place, bits, first, stride = self._place, self._bits, self._first, self._stride
        columns = [place[code] for code in codes if code in place]
        for at, row in enumerate(columns, start=1):
            start = first + row * stride
            for column in columns[at:]:
                if bits[start + (column >> 3)] >> (column & 7) & 1:
                    return True
        return False


def write_pairs(pairs: Iterable[tuple[str, str]], codes: Iterable[str], path: Path) -> None:
    """Write the file for these pairs; `codes` are all codes in them, each of five characters.

    Raises:
        OSError: the file cannot be written.
    """
    place = {code: number for number, code in enumerate(sorted(codes))}
    stride = (len(place) + 7) // 8
    bits = bytearray(len(place) * stride)
    for one, other in pairs:
        row, column = place[one], place[other]
        bits[row * stride + (column >> 3)] |= 1 << (column & 7)
        bits[column * stride + (row >> 3)] |= 1 << (row & 7)
    with path.open("wb") as file:
        file.write(MAGIC + struct.pack("<I", len(place)) + "".join(place).encode("ascii"))
        file.write(bits)
