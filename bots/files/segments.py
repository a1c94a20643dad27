"""An X12 file as blocks of numbered segments, each block with the separators of its own ISA.

A block is read, decoded and split at once, and what is true of all its segments (no blank
beside a separator, no strange byte) is looked at once: nothing else makes a million claims
quick in Python. Own work rather than pyx12's reader, which is the oracle of the tests: that one
ends in silence at an empty segment and raises IndexError at a trailer without its header, so a
damaged file would lose claims unseen. Authority: ASC X12.5 (interchange), X12.6 (syntax).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from bots.files.unread import UnfitError

_ISA_LENGTH = 106
# Where the element separator stands in an ISA: its elements have fixed lengths.
_ISA_PLACES = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_CHUNK = 1 << 17  # a hundred claims and more; larger ones are no quicker
_LONGEST = 1 << 20
_BLANK = b" \t\r\n\x1a"  # and the end-of-file mark that old systems leave
_CONTROLS = bytes(set(range(32)) - set(b"\t\r\n"))
# What str.strip() takes away beside ASCII blanks.
_WIDE_BLANK = re.compile("[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_BOM = b"\xef\xbb\xbf"


class Separators(NamedTuple):
    """What an ISA says that its interchange is written with."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"


class Mark(NamedTuple):
    """A place to read on from: the byte where segment `number` + 1 begins."""

    offset: int
    number: int
    separators: Separators


class Piece(NamedTuple):
    """A stretch of a file, from a mark to the byte before `end`."""

    start: Mark
    end: int


@dataclass(slots=True)
class Block:
    """Whole segments that stand one behind the other, all with the same separators.

    `number` is that of the segment before the first; segments count from 1 at the start of
    the file, empty ones do not count. `faults` says by number which segments are no text:
    nothing but their name is left in `segments` then. `clean` promises that no element and
    no component begins or ends with a blank.
    """

    offset: int
    end: int
    number: int
    separators: Separators
    segments: list[str]
    clean: bool
    faults: Mapping[int, str]
    ascii: bool
    joint: int  # bytes between two segments
    starts: list[int] | None  # where each segment begins, where that cannot be counted
    _reached: tuple[int, int] = field(default=(0, 0))

    def fields(self, segment: str) -> list[str]:
        """A segment's name and elements, without the blanks around them."""
        parts = segment.split(self.separators.element)
        return parts if self.clean else [part.strip() for part in parts]

    def mark(self, number: int) -> Mark:
        """Before segment `number`, which is one of this block."""
        index = number - self.number - 1
        if self.starts is not None:
            offset = self.starts[index]
        else:  # counted on from the last mark: many marks cost one look at the block
            counted, known = self._reached
            if index < counted:
                counted, known = 0, 0
            passed = self.segments[counted:index]
            sizes = map(len, passed) if self.ascii else (len(entry.encode()) for entry in passed)
            known += sum(sizes) + self.joint * len(passed)
            self._reached = index, known
            offset = self.offset + known
        return Mark(offset, number - 1, self.separators)

    def mark_after(self, number: int) -> Mark:
        """Behind segment `number`, which is one of this block."""
        if number - self.number < len(self.segments):
            return self.mark(number + 1)
        return Mark(self.end, number, self.separators)


def blocks(file: BinaryIO, start: Mark | None = None, end: int | None = None) -> Iterator[Block]:
    """The blocks of an open file, from `start` to the byte before `end`.

    Raises:
        UnfitError: an ISA whose separators are wrong, or bytes without an end: the file
            cannot be followed any further.
    """
    return iter(_Reader(file, start, end))


class _Reader:
    def __init__(self, file: BinaryIO, start: Mark | None, end: int | None) -> None:
        self._file, self._left = file, end
        self._held = b""
        self._offset, self._number, self._separators = start or Mark(0, 0, Separators())
        file.seek(self._offset)
        if self._left is not None:
            self._left -= self._offset
        if start is None and self._fill(3) and self._held.startswith(_BOM):
            self._drop(3)

    def __iter__(self) -> Iterator[Block]:
        while self._skip_blank():
            if self._fill(3) and self._held.startswith(b"ISA"):
                self._learn_separators()
                size = _ISA_LENGTH  # a block of its own: its elements are padded
            else:
                size = self._whole_segments()
            block = _block(self._held[:size], self._offset, self._number, self._separators)
            self._drop(size)
            self._number += len(block.segments)
            if block.segments:
                yield block

    def _whole_segments(self) -> int:
        """How many bytes of what is held are whole segments before the next ISA."""
        terminator = self._separators.terminator.encode()
        self._fill(_CHUNK)
        while not (size := self._held.rfind(terminator) + 1):
            if len(self._held) > _LONGEST:
                raise UnfitError(
                    str(self._number + 1),
                    "a segment does not end within a megabyte: wrong terminator, or no X12",
                )
            if not self._fill(len(self._held) + 1):
                return len(self._held)
        if not self._fill(size + 1) and not self._held[size:].strip(_BLANK):
            size = len(self._held)
        another = _next_isa(terminator).search(self._held, 0, size)
        return another.start() + 1 if another else size

    def _learn_separators(self) -> None:
        where = f"{self._number + 1} ISA"
        if not self._fill(_ISA_LENGTH):
            raise UnfitError(where, "the ISA is cut off: it has 106 characters; send it whole")
        isa = self._held[:_ISA_LENGTH]
        marks = isa[3:4], isa[104:105], isa[105:106]
        wrong = [place for place in _ISA_PLACES if isa[place : place + 1] != marks[0]]
        if wrong or len(set(marks)) < 3 or any(not _may_separate(mark) for mark in marks):
            raise UnfitError(
                where,
                "the separators of the ISA do not stand where they must (an ISA has 16 elements "
                "of fixed length and 106 characters); write it anew",
            )
        self._separators = Separators(*(mark.decode("ascii") for mark in marks))

    def _skip_blank(self) -> bool:
        """Whether anything but blanks is left; what is left is held then."""
        while True:
            self._drop(len(self._held) - len(self._held.lstrip(_BLANK)))
            if self._held:
                return True
            if not self._fill(1):
                return False

    def _fill(self, size: int) -> bool:
        while len(self._held) < size:
            want = _CHUNK if self._left is None else min(_CHUNK, self._left)
            more = self._file.read(want)
            if not more:
                return False
            if self._left is not None:
                self._left -= len(more)
            self._held += more
        return True

    def _drop(self, size: int) -> None:
        self._held = self._held[size:]
        self._offset += size


def _may_separate(mark: bytes) -> bool:
    return mark.isascii() and not mark.isalnum()


@lru_cache(maxsize=64)
def _next_isa(terminator: bytes) -> re.Pattern[bytes]:
    return re.compile(re.escape(terminator) + rb"[ \t\r\n\x1a]*ISA")


def _block(raw: bytes, offset: int, number: int, separators: Separators) -> Block:
    """The block that these bytes are; a blank never begins them."""
    segments, joint = _plain(raw, separators)
    if not segments:
        return _odd_block(raw, offset, number, separators)
    end = offset + len(raw)
    ascii = raw.isascii()
    return Block(offset, end, number, separators, segments, True, {}, ascii, joint, None)


def _plain(raw: bytes, separators: Separators) -> tuple[list[str], int]:
    """The segments of a block without anything odd, and the bytes between two; else none."""
    element, component, terminator = separators
    odd: tuple[list[str], int] = [], 0
    if len(raw.translate(None, _unwanted(separators))) < len(raw):
        return odd
    try:
        text = raw.decode("utf-8").rstrip(" \t\r\n").removesuffix(terminator)
    except UnicodeDecodeError:
        return odd
    joint = terminator
    if terminator not in "\r\n":
        behind = text[text.find(terminator) + 1 :][:2]
        joint += "\r\n" if behind == "\r\n" else "\n" if behind[:1] == "\n" else ""
    segments = text.split(joint)
    joints = len(segments) - 1
    if (
        any(text.count(mark) != joints * joint.count(mark) for mark in (terminator, "\r", "\n"))
        or "\t" in text
        or not all(segments)
        or _blank_beside(text, frozenset((element, component, terminator, joint[-1])))
        or not (text.isascii() or _WIDE_BLANK.search(text) is None)
    ):
        return odd
    return segments, len(joint)


def _blank_beside(text: str, separators: frozenset[str]) -> bool:
    """Whether a blank stands beside a separator, or at an end of the text."""
    first, *others = text.split(" ")
    if others and (not first or not others[-1]):
        return True
    return (first[-1:] in separators and bool(others)) or any(
        part[:1] in separators or part[-1:] in separators for part in others
    )


@lru_cache(maxsize=64)
def _unwanted(separators: Separators) -> bytes:
    """The control characters that are no separators here."""
    return bytes(set(_CONTROLS) - set("".join(separators).encode("ascii")))


def _odd_block(raw: bytes, offset: int, number: int, separators: Separators) -> Block:
    """Segment by segment: what is empty does not count, what is no text is a fault."""
    element, _, terminator = separators
    unwanted = _unwanted(separators)
    segments: list[str] = []
    starts: list[int] = []
    faults: dict[int, str] = {}
    place = offset
    for piece in raw.split(terminator.encode("ascii")):
        start, place = place, place + len(piece) + 1
        bare = piece.strip(_BLANK)
        if not bare:
            continue
        starts.append(start)
        fault = ""
        if len(bare.translate(None, unwanted)) < len(bare):
            fault = "holds a control character"
        try:
            text = bare.decode("utf-8")
        except UnicodeDecodeError:
            fault = "is not UTF-8; save the file as UTF-8"
            text = bare[:3].decode("ascii", "replace")
        if fault:
            faults[number + len(starts)] = fault
            text = text.split(element)[0][:3]
        segments.append(text.strip())
    end = offset + len(raw)
    return Block(offset, end, number, separators, segments, False, faults, False, 0, starts)
