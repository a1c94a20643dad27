"""A look through an 837 file that says where its claims are, before any of them is read.

A set that is cut off, miscounted or of another version gives one `Unread` and no claim, and
costs no other set. A sound one gives stretches, each of which can be read by itself, by another
process if need be. Nothing of a set is held but where its stretches begin.

Authority: ASC X12 005010X222A1 (837P), 005010X223A2 (837I); ASC X12.5 for ISA, GS, ST.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bots.claims import ClaimType
from bots.files.patients import NOBODY, Patients
from bots.files.segments import Block, Mark, Piece, blocks
from bots.files.unread import UnfitError, Unread
from bots.files.x12_claim import KNOWN, TURNS
from bots.files.x12_levels import Levels
from bots.files.x12_values import Fields, at

_VERSION = re.compile(r"005010X(222|223)(A[1-3])?")
_ENVELOPE = frozenset({"ISA", "GS", "ST", "GE", "IEA", "TA1"})
# What names a patient, and the commonest beside it before a claim.
_NAMING = {"NM1", "DMG"}
_UNASKED = {"N3", "N4", "SBR", "REF", "PRV", "PER"}
_ENOUGH = 400  # claims in a stretch, at least: what one turn of a worker takes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Claims of one set that stand one behind the other.

    `pieces` are what must be read, in order: what the claims hang on, and the claims.
    `position` is that of the first entry among all that the file gives, `entries` how many
    come out, read or not. `patients` are the keys of those, one behind the other, where they
    were asked for.
    """

    type: ClaimType
    position: int
    entries: int
    pieces: tuple[Piece, ...]
    patients: bytes = b""


def survey(path: Path, file: BinaryIO, patients: Patients | None = None) -> Iterator[Found]:
    """What the file holds, in order: stretches of claims, and what cannot be read.

    Args:
        patients: names the patient of each claim; None where nobody will ask.
    """
    look = _Survey(path, patients)
    try:
        for block in blocks(file):
            yield from look.take(block)
    except UnfitError as error:  # nothing after this can be followed
        yield look.unread(UnfitError(error.where, f"{error.what}; nothing after it was read"))
        return
    yield from look.end()


Found = Stretch | Unread


class _Envelope:
    """The open ISA and GS, and what they have held so far."""

    def __init__(self) -> None:
        self.isa: tuple[int, Fields] | None = None
        self.gs: tuple[int, Fields] | None = None
        self.groups = self.sets = 0

    def take(self, number: int, fields: Fields) -> UnfitError | None:
        """Follow one envelope segment; what is wrong with it, or None."""
        where = at(number, fields)
        match fields[0]:
            case "ISA":
                unclosed = _unclosed("IEA", "ISA", self.isa, where)
                self.isa, self.gs, self.groups = (number, fields), None, 0
                return unclosed
            case "GS":
                unclosed = _unclosed("GE", "GS", self.gs, where)
                self.gs, self.sets = (number, fields), 0
                self.groups += 1
                return unclosed
            case "GE":
                opened, self.gs = self.gs, None
                return _closes(number, fields, opened, "GS", 6, self.sets, "transaction sets")
            case "IEA":
                unclosed = _unclosed("GE", "GS", self.gs, where)
                opened, self.isa, self.gs = self.isa, None, None
                groups = self.groups
                return unclosed or _closes(number, fields, opened, "ISA", 13, groups, "groups")
        return None

    def at_end(self) -> UnfitError | None:
        """What is still open at the end of the file."""
        return _unclosed("IEA", "ISA", self.isa, "end")


class _Set:
    """A transaction set that is open: its ST, and where what hangs on it is."""

    def __init__(self, number: int, fields: Fields, mark: Mark) -> None:
        self.number, self.fields, self.mark = number, fields, mark
        self.name = f"transaction set {_control(element(fields, 2))}"
        self.levels = Levels()
        self.header: Piece | None = None
        self.billing: Piece | None = None
        self.billing_from: Mark | None = None
        self.stretch_from = mark
        self.stretch_context: tuple[Piece, ...] = ()  # the first one begins with the ST
        self.stretches: list[tuple[tuple[Piece, ...], int, bytes]] = []
        self.claims = self.entries = 0
        self.patients = bytearray()
        self.suspect = False

    def cut(self, mark: Mark) -> None:
        """End the stretch before `mark` and begin another there."""
        pieces = (*self.stretch_context, Piece(self.stretch_from, mark.offset))
        self.stretches.append((pieces, self.entries, bytes(self.patients)))
        self.stretch_from, self.entries, self.patients = mark, 0, bytearray()
        self.stretch_context = tuple(piece for piece in (self.header, self.billing) if piece)


class _Survey:
    def __init__(self, path: Path, patients: Patients | None) -> None:
        self._path, self._patients = path, patients
        self._position = 0
        self._last = 0
        self._found: list[Found] = []
        self._envelope = _Envelope()
        self._set: _Set | None = None
        self._in_claim = False
        self._strays: tuple[int, int] | None = None  # the first one's number, and how many
        self._anything = False

    def take(self, block: Block) -> list[Found]:
        """Follow a block; what is known of it now."""
        found: list[Found] = []
        self._found = found
        number = block.number
        element, clean = block.separators.element, block.clean
        passed_by = self._passed_by(element)
        for segment in block.segments:
            number += 1
            if self._in_claim:
                if segment[:2] not in TURNS:
                    continue
            elif segment.startswith(passed_by) and self._set is not None:
                continue
            name = segment.partition(element)[0]
            if not clean:
                name = name.strip()
            if name in _ENVELOPE:
                self._turn(block, number, block.fields(segment))
            elif self._set is None:
                first, count = self._strays or (number, 0)
                self._strays = first, count + 1
            else:
                self._in_set(self._set, block, number, name, segment)
        self._last = number
        return found

    def end(self) -> list[Found]:
        """What is known at the end of the file."""
        found: list[Found] = []
        self._found = found
        self._leave(str(self._last))
        if fault := self._envelope.at_end():
            self._say(fault)
        elif not self._anything:
            self._say(UnfitError("", "holds no transaction set: there is no claim in it"))
        return found

    def unread(self, error: UnfitError) -> Unread:
        """An entry of the file that cannot be read."""
        self._position += 1
        return Unread(self._path, self._position, error.where, error.what)

    def _say(self, error: UnfitError) -> None:
        self._anything = True
        self._found.append(self.unread(error))

    def _passed_by(self, element: str) -> tuple[str, ...]:
        """How segments of a level begin of which nothing is wanted here."""
        names = _UNASKED if self._patients is not None else _UNASKED | _NAMING
        return tuple(f"{name}{element}" for name in names)

    # Around the sets

    def _turn(self, block: Block, number: int, fields: Fields) -> None:
        self._leave(at(number, fields))
        if fields[0] == "ST":
            self._anything = True
            self._envelope.sets += 1
            self._set = _Set(number, fields, block.mark(number))
        elif fault := self._envelope.take(number, fields):
            self._say(fault)

    def _leave(self, where: str) -> None:
        """An envelope segment or the end: what was open before is so no longer."""
        if self._set is not None:
            self._say(UnfitError(where, _cut_off(self._set)))
            self._close()
        if self._strays is not None:
            first, count = self._strays
            self._strays = None
            what = f"{count} segment(s) stand outside of any transaction set: an ST is missing"
            self._say(UnfitError(str(first), what))

    def _close(self) -> None:
        self._set, self._in_claim = None, False

    # In a set

    def _in_set(self, set: _Set, block: Block, number: int, name: str, segment: str) -> None:
        match name:
            case "CLM":
                self._clm(set, block, number)
            case "HL":
                self._hl(set, block, number, block.fields(segment))
            case "SE":
                self._se(set, block, number, block.fields(segment))
            case _ if self._in_claim:
                pass
            case "NM1" | "DMG":
                if self._patients is not None:
                    _try(set.levels.handlers[name], number, block.fields(segment))
            case _ if name not in KNOWN and set.levels.may_hold_claims:
                set.suspect = True

    def _clm(self, set: _Set, block: Block, number: int) -> None:
        if not self._in_claim:
            self._close_contexts(set, block, number)
        self._in_claim, set.suspect = True, False
        set.claims += 1
        set.entries += 1
        if self._patients is not None:
            set.patients += self._patients.of_levels(set.levels)

    def _hl(self, set: _Set, block: Block, number: int, fields: Fields) -> None:
        self._close_level(set)
        self._close_contexts(set, block, number)
        what = element(fields, 3)
        if what == "20":
            set.billing_from = block.mark(number)
        elif what == "22" and set.entries >= _ENOUGH and set.levels.lost is None:
            set.cut(block.mark(number))
        if number in block.faults:
            set.levels.lose(UnfitError(at(number, fields), block.faults[number]))
        else:
            _try(set.levels.open, number, fields)

    def _close_level(self, set: _Set) -> None:
        self._in_claim = False
        if set.suspect:  # the reading of the claims says so, too
            set.suspect = False
            set.entries += 1
            set.patients += NOBODY

    def _close_contexts(self, set: _Set, block: Block, number: int) -> None:
        """The header, or what the billing provider's level says, ends before this segment."""
        if set.header is None:
            set.header = Piece(set.mark, block.mark(number).offset)
        if set.billing_from is not None:
            set.billing = Piece(set.billing_from, block.mark(number).offset)
            set.billing_from = None

    def _se(self, set: _Set, block: Block, number: int, fields: Fields) -> None:
        self._close_level(set)
        self._close()
        type, fault = _kind_of(set, self._envelope.gs)
        fault = fault or _wrong_end(set, number, fields)
        if fault is None and not set.claims:
            fault = UnfitError(
                at(set.number, set.fields), f"{set.name} holds no claim (no CLM segment)"
            )
        if fault is not None or type is None:
            self._say(fault or UnfitError(at(set.number, set.fields), "is no 837"))
            return
        set.cut(block.mark_after(number))
        for pieces, entries, patients in set.stretches:
            self._found.append(Stretch(type, self._position + 1, entries, pieces, patients))
            self._position += entries


def element(fields: Fields, number: int) -> str:
    """An element of a segment; "" where it was left off."""
    return fields[number] if number < len(fields) else ""


def _try(handler: Callable[[int, Fields], None], number: int, fields: Fields) -> None:
    """Follow a level for the patient's name; what is wrong there the reading will say."""
    try:
        handler(number, fields)
    except IndexError:  # the last elements were left off
        _try(handler, number, fields + [""] * 16)
    except UnfitError:
        return


def _kind_of(
    set: _Set, gs: tuple[int, Fields] | None
) -> tuple[ClaimType | None, UnfitError | None]:
    st, name = set.fields, set.name
    if element(st, 1) != "837":
        return None, UnfitError(
            at(set.number, st, 1),
            f"{name} is no 837; claimbots reads professional and institutional claims",
        )
    version = element(st, 3) or (element(gs[1], 8) if gs else "")
    known = _VERSION.fullmatch(version)
    if known is None:
        return None, UnfitError(
            at(set.number, st, 3),
            f"{name} is of another version; claimbots reads 005010X222A1 (837P) and "
            "005010X223A2 (837I)",
        )
    professional = known.group(1) == "222"
    return (ClaimType.PROFESSIONAL if professional else ClaimType.INSTITUTIONAL), None


def _wrong_end(set: _Set, number: int, se: Fields) -> UnfitError | None:
    lost = f"its {set.claims} claim(s) were not checked; ask for the file again"
    if element(se, 2) != element(set.fields, 2):
        return UnfitError(
            at(number, se, 2), f"{set.name} ends with another control number; {lost}"
        )
    count = number - set.number + 1
    if element(se, 1) != str(count):
        said = element(se, 1) if element(se, 1).isdigit() else "no number"
        return UnfitError(
            at(number, se, 1), f"{set.name} has {count} segments and its SE says {said}; {lost}"
        )
    return None


def _cut_off(set: _Set) -> str:
    return (
        f"{set.name} (from segment {set.number}) is cut off: its SE is missing; its "
        f"{set.claims} claim(s) were not checked; ask for the file again"
    )


def _closes(
    number: int,
    trailer: Fields,
    opened: tuple[int, Fields] | None,
    header: str,
    control: int,
    count: int,
    what: str,
) -> UnfitError | None:
    if opened is None:
        said = f"{trailer[0]} closes no {header}: the header is missing"
        return UnfitError(at(number, trailer), said)
    if element(trailer, 2).lstrip("0") != element(opened[1], control).lstrip("0"):
        said = f"is another control number than its {header} has"
        return UnfitError(at(number, trailer, 2), said)
    if element(trailer, 1).lstrip("0") != str(count).lstrip("0"):
        return UnfitError(
            at(number, trailer, 1),
            f"counts another number of {what} than the {count} that stand here: part of the "
            "file may be missing; what stands here was read",
        )
    return None


def _unclosed(
    trailer: str, header: str, opened: tuple[int, Fields] | None, where: str
) -> UnfitError | None:
    if opened is None:
        return None
    return UnfitError(
        where,
        f"the {header} of segment {opened[0]} is not closed ({trailer} is missing): the file may "
        "be cut off; what stands before was read",
    )


def _control(number: str) -> str:
    """ST02, where it looks like one: a damaged file may have a patient's name or day there."""
    return number if re.fullmatch(r"\d{4}|0\d{4,8}", number, re.ASCII) else "(no number)"
