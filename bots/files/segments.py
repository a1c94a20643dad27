"""An X12 file as a stream of numbered segments, each with the separators of its own ISA.

Own work rather than pyx12's reader, which is the oracle of the tests: that one ends in
silence at an empty segment and raises IndexError at a trailer without its header, so a
damaged file would lose claims unseen. Authority: ASC X12.5 (interchange), X12.6 (syntax).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from bots.files.unread import UnfitError

_ISA_LENGTH = 106
# Where the element separator stands in an ISA: its elements have fixed lengths.
_ISA_PLACES = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_CHUNK = 1 << 13  # small: what is left of it is copied at every segment
_LONGEST = 1 << 20
_BLANK = b" \t\r\n\x1a"  # and the end-of-file mark that old systems leave


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `number` is 1-based and counts from the start of the file.

    `fault` is set where the bytes are no text; the elements are empty then.
    """

    number: int
    id: str
    elements: tuple[str, ...]
    component: str
    fault: str = ""

    def value(self, element: int, part: int = 1) -> str:
        """An element by its number (SV102 is 2), or one of its components; "" if absent."""
        if element > len(self.elements):
            return ""
        parts = self.elements[element - 1].split(self.component)
        return parts[part - 1].strip() if part <= len(parts) else ""

    def whole(self, element: int) -> str:
        """An element with its components as they stand."""
        return self.elements[element - 1] if element <= len(self.elements) else ""

    def components(self, element: int) -> list[str]:
        """All components of an element, without empty ones at the end."""
        parts = [part.strip() for part in self.whole(element).split(self.component)]
        while parts and not parts[-1]:
            parts.pop()
        return parts

    def at(self, element: int = 0) -> str:
        """Where this is, for a person: `17 CLM`, `17 CLM02`."""
        return f"{self.number} {self.id}{element:02d}" if element else f"{self.number} {self.id}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to come back to."""

    offset: int
    number: int
    separators: tuple[bytes, bytes, bytes]


class SegmentStream:
    """The segments of one open file; `mark` and `back_to` read a stretch a second time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held = b""
        self._offset = 0  # of the first byte held
        self._number = 0
        self._separators = (b"*", b":", b"~")
        if self._fill(3) and self._held.startswith(b"\xef\xbb\xbf"):
            self._drop(3)

    def mark(self) -> Mark:
        """Before the segment that comes next."""
        return Mark(self._offset, self._number, self._separators)

    def back_to(self, mark: Mark) -> None:
        """Go on from there."""
        self._file.seek(mark.offset)
        self._held, self._offset = b"", mark.offset
        self._number, self._separators = mark.number, mark.separators

    def __iter__(self) -> Iterator[Segment]:
        while (segment := self.next()) is not None:
            yield segment

    def next(self) -> Segment | None:
        """The next segment; None at the end of the file.

        Raises:
            UnfitError: an ISA whose separators are wrong, or bytes without an end: the file
                cannot be followed any further.
        """
        while True:
            self._skip_blank()
            if not self._fill(3):
                if not self._held:
                    return None
            elif self._held.startswith(b"ISA"):
                self._learn_separators()
            raw = self._take()
            if raw:  # an empty segment (two terminators) says nothing and costs nothing
                self._number += 1
                return self._segment(raw)

    def _segment(self, raw: bytes) -> Segment:
        element, component, _ = self._separators
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw[:3].split(element)[0].decode("ascii", "replace")
            return Segment(
                self._number, name, (), component.decode(), "is not UTF-8; save the file as UTF-8"
            )
        name, *elements = text.split(element.decode())
        if any(letter < " " and letter not in "\r\n\t" for letter in text):
            fault = "holds a control character"
            return Segment(self._number, name[:3], (), component.decode(), fault)
        return Segment(self._number, name.strip(), tuple(elements), component.decode())

    def _learn_separators(self) -> None:
        where = f"{self._number + 1} ISA"
        if not self._fill(_ISA_LENGTH):
            raise UnfitError(where, "the ISA is cut off: it has 106 characters; send it whole")
        isa = self._held[:_ISA_LENGTH]
        element, component, terminator = isa[3:4], isa[104:105], isa[105:106]
        wrong = [place for place in _ISA_PLACES if isa[place : place + 1] != element]
        if wrong or len({element, component, terminator}) < 3 or _is_letter(isa):
            raise UnfitError(
                where,
                "the separators of the ISA do not stand where they must (an ISA has 16 elements "
                "of fixed length and 106 characters); write it anew",
            )
        self._separators = (element, component, terminator)

    def _take(self) -> bytes:
        terminator = self._separators[2]
        searched = 0
        while (end := self._held.find(terminator, searched)) < 0:
            searched = len(self._held)
            if searched > _LONGEST:
                raise UnfitError(
                    str(self._number + 1),
                    "a segment does not end within a megabyte: wrong terminator, or no X12",
                )
            if not self._fill(searched + 1):
                rest = self._held.strip(_BLANK)
                self._drop(len(self._held))
                return rest
        raw = self._held[:end]
        self._drop(end + 1)
        return raw.strip(b"\r\n")

    def _skip_blank(self) -> None:
        while True:
            left = len(self._held) - len(self._held.lstrip(_BLANK))
            self._drop(left)
            if self._held or not self._fill(1):
                return

    def _fill(self, size: int) -> bool:
        while len(self._held) < size:
            more = self._file.read(_CHUNK)
            if not more:
                return False
            self._held += more
        return True

    def _drop(self, size: int) -> None:
        self._held = self._held[size:]
        self._offset += size


def _is_letter(isa: bytes) -> bool:
    return any(isa[place : place + 1].isalnum() for place in (3, 104, 105))
