"""837P and 837I files to cases, one transaction set after the other.

A set is surveyed to its SE first and read for its claims second, so that a set which is
cut off, miscounted or of another version gives one `Unread` and no claim, and costs no
other set; inside a sound set a claim that cannot be read costs itself only. Nothing of a
set is held between the two, so memory stays flat.

Authority: ASC X12 005010X222A1 (837P), 005010X223A2 (837I); ASC X12.5 for ISA, GS, ST.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from bots.claims import Case, Claim, ClaimType
from bots.files.segments import Segment, SegmentStream
from bots.files.unread import Entries, UnfitError, Unread
from bots.files.x12_claim import read_claims

_Found: TypeAlias = Iterator[Claim | UnfitError]

_VERSION = re.compile(r"005010X(222|223)(A[1-3])?")
_ENVELOPE = frozenset({"ISA", "GS", "ST", "GE", "IEA", "TA1"})


@dataclass(frozen=True, slots=True)
class _Survey:
    """What a look through one set, from ST to SE, found."""

    type: ClaimType | None
    claims: int
    fault: UnfitError | None


def read_837(path: Path, *, today: date | None = None) -> Entries:
    """Every claim of the file as a case, in order; what cannot be read comes as `Unread`.

    A case's `as_of` is BHT04, else `today` (the day of the run). Its history and its
    documentation are None: a claim file does not say.
    """
    fallback = today or datetime.now().astimezone().date()
    position = 0
    try:
        with path.open("rb") as file:
            for entry in _walk(SegmentStream(file)):
                position += 1
                if isinstance(entry, UnfitError):
                    yield Unread(path, position, entry.where, entry.what)
                else:
                    yield Case(entry, as_of=entry.created_on or fallback)
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check the name and the rights"
        yield Unread(path, position + 1, "", what)


class _Envelope:
    """The open ISA and GS, and what they have held so far."""

    def __init__(self) -> None:
        self.isa: Segment | None = None
        self.gs: Segment | None = None
        self.groups = self.sets = 0

    def take(self, segment: Segment) -> UnfitError | None:
        """Follow one envelope segment; what is wrong with it, or None."""
        match segment.id:
            case "ISA":
                unclosed = self._unclosed(segment)
                self.isa, self.gs, self.groups = segment, None, 0
                return unclosed
            case "GS":
                unclosed = _missing("GE", "GS", self.gs, segment) if self.gs else None
                self.gs, self.sets = segment, 0
                self.groups += 1
                return unclosed
            case "GE":
                opened, self.gs = self.gs, None
                return _closes(segment, opened, "GS", 6, self.sets, "transaction sets")
            case "IEA":
                unclosed = _missing("GE", "GS", self.gs, segment) if self.gs else None
                opened, self.isa, self.gs = self.isa, None, None
                return unclosed or _closes(segment, opened, "ISA", 13, self.groups, "groups")
        return None

    def _unclosed(self, segment: Segment | None) -> UnfitError | None:
        return _missing("IEA", "ISA", self.isa, segment) if self.isa else None

    def at_end(self) -> UnfitError | None:
        """What is still open at the end of the file."""
        return self._unclosed(None)


def _walk(stream: SegmentStream) -> _Found:
    envelope = _Envelope()
    found = False
    try:
        while True:
            before = stream.mark()
            segment = stream.next()
            if segment is None:
                break
            if segment.id == "ST":
                found = True
                envelope.sets += 1
                stream.back_to(before)
                yield from _read_set(stream, envelope.gs)
            elif segment.id in _ENVELOPE:
                if fault := envelope.take(segment):
                    found = True
                    yield fault
            else:
                found = True
                yield _stray(stream, segment)
    except UnfitError as error:  # nothing after this can be followed
        yield UnfitError(error.where, f"{error.what}; nothing after it was read")
        return
    if fault := envelope.at_end():
        yield fault
    elif not found:
        yield UnfitError("", "holds no transaction set: there is no claim in it")


def _read_set(stream: SegmentStream, gs: Segment | None) -> _Found:
    start = stream.mark()
    survey = _survey(stream, gs)
    if survey.fault is not None or survey.type is None:
        if survey.fault is not None:
            yield survey.fault
        return
    end = stream.mark()
    stream.back_to(start)
    yield from read_claims(_until(stream, end.number), survey.type)
    stream.back_to(end)


def _survey(stream: SegmentStream, gs: Segment | None) -> _Survey:
    """Look through the set that begins here; stops after its SE, or before what is not its."""
    st = stream.next()
    assert st is not None  # the caller saw it
    name = f"transaction set {_control(st.value(2))}"
    claims, count = 0, 1
    while True:
        before = stream.mark()
        segment = stream.next()
        if segment is None or segment.id in _ENVELOPE:
            stream.back_to(before)
            where = segment.at() if segment else str(before.number)
            return _Survey(None, claims, UnfitError(where, _cut_off(name, st, claims)))
        count += 1
        claims += segment.id == "CLM"
        if segment.id == "SE":
            break
    kind, fault = _kind_of(st, gs, name)
    fault = fault or _wrong_end(segment, st, count, name, claims)
    if fault is None and not claims:
        fault = UnfitError(st.at(), f"{name} holds no claim (no CLM segment)")
    return _Survey(kind, claims, fault)


def _until(stream: SegmentStream, last: int) -> Iterator[Segment]:
    for segment in stream:
        yield segment
        if segment.number == last:
            return


def _kind_of(
    st: Segment, gs: Segment | None, name: str
) -> tuple[ClaimType | None, UnfitError | None]:
    if st.value(1) != "837":
        return None, UnfitError(
            st.at(1), f"{name} is no 837; claimbots reads professional and institutional claims"
        )
    version = st.value(3) or (gs.value(8) if gs else "")
    known = _VERSION.fullmatch(version)
    if known is None:
        return None, UnfitError(
            st.at(3),
            f"{name} is of another version; claimbots reads 005010X222A1 (837P) and "
            "005010X223A2 (837I)",
        )
    professional = known.group(1) == "222"
    return (ClaimType.PROFESSIONAL if professional else ClaimType.INSTITUTIONAL), None


def _wrong_end(se: Segment, st: Segment, count: int, name: str, claims: int) -> UnfitError | None:
    lost = f"its {claims} claim(s) were not checked; ask for the file again"
    if se.value(2) != st.value(2):
        return UnfitError(se.at(2), f"{name} ends with another control number; {lost}")
    if se.value(1) != str(count):
        said = se.value(1) if se.value(1).isdigit() else "no number"
        return UnfitError(se.at(1), f"{name} has {count} segments and its SE says {said}; {lost}")
    return None


def _cut_off(name: str, st: Segment, claims: int) -> str:
    return (
        f"{name} (from segment {st.number}) is cut off: its SE is missing; its {claims} "
        "claim(s) were not checked; ask for the file again"
    )


def _stray(stream: SegmentStream, first: Segment) -> UnfitError:
    """Segments outside of any set: passed over up to the next envelope segment, and named."""
    count = 1
    while True:
        before = stream.mark()
        segment = stream.next()
        if segment is None or segment.id in _ENVELOPE:
            stream.back_to(before)
            return UnfitError(
                str(first.number),
                f"{count} segment(s) stand outside of any transaction set: an ST is missing",
            )
        count += 1


def _closes(
    trailer: Segment, opened: Segment | None, header: str, element: int, count: int, what: str
) -> UnfitError | None:
    if opened is None:
        return UnfitError(trailer.at(), f"{trailer.id} closes no {header}: the header is missing")
    if trailer.value(2).lstrip("0") != opened.value(element).lstrip("0"):
        return UnfitError(trailer.at(2), f"is another control number than its {header} has")
    if trailer.value(1).lstrip("0") != str(count).lstrip("0"):
        return UnfitError(
            trailer.at(1),
            f"counts another number of {what} than the {count} that stand here: part of the "
            "file may be missing; what stands here was read",
        )
    return None


def _missing(
    trailer: str, header: str, opened: Segment | None, segment: Segment | None
) -> UnfitError:
    where = segment.at() if segment else "end"
    since = f" of segment {opened.number}" if opened else ""
    return UnfitError(
        where,
        f"the {header}{since} is not closed ({trailer} is missing): the file may be cut off; "
        "what stands before was read",
    )


def _control(number: str) -> str:
    return number if re.fullmatch(r"[0-9A-Za-z]{1,9}", number) else "(no number)"
