"""Our own JSON: one object, an array of objects, or JSON Lines; one object a case.

`{"claim": {...}, "history": [claim, ...] | null, "documentation": {...} | null,
"eligibility": [span, ...] | null, "authorizations": [...] | null, "as_of": "YYYY-MM-DD"}`;
only `claim` must be there. The fields are those of `bots.claims` in the form of
`bots.files.shapes`; docs/claim.schema.json is their JSON Schema. A broken
line of JSON Lines costs that line only; an array is read item by item and ends at the
first break, which is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from bots.claims import Authorization, Case, Claim, CoverageSpan, Documentation
from bots.files.plausible import plausible
from bots.files.shapes import read_object, schema_of, write_object
from bots.files.unread import Entries, UnfitError, Unread

_CHUNK = 1 << 16
# One claim is a few kilobytes; an array item beyond this is no claim, and memory stays flat.
_LONGEST = 1 << 24


@dataclass(frozen=True, slots=True)
class _Form:
    """The object that stands for one case."""

    claim: Claim
    history: tuple[Claim, ...] | None = None
    documentation: Documentation | None = None
    as_of: date | None = None
    eligibility: tuple[CoverageSpan, ...] | None = None
    authorizations: tuple[Authorization, ...] | None = None


def case_from(obj: object, *, today: date | None = None) -> Case:
    """The case that a JSON object says.

    Its `as_of` is the object's own, else the day the claim was created, else `today` (the
    day of the run).

    Raises:
        UnfitError: a field is missing, unknown, of another form or past belief; names its path.
    """
    form = read_object(_Form, obj, "$")
    plausible(form.claim, "$.claim")
    for number, claim in enumerate(form.history or ()):
        plausible(claim, f"$.history[{number}]")
    as_of = form.as_of or form.claim.created_on or today or datetime.now().astimezone().date()
    return Case(
        form.claim,
        as_of,
        form.history,
        form.documentation,
        form.eligibility,
        form.authorizations,
    )


def case_to(case: Case) -> dict[str, Any]:
    """The JSON object of a case: what `case_from` reads back as an equal case."""
    return {
        "claim": write_object(case.claim),
        "history": write_object(case.history),
        "documentation": write_object(case.documentation),
        "as_of": case.as_of.isoformat(),
        "eligibility": write_object(case.eligibility),
        "authorizations": write_object(case.authorizations),
    }


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the object that stands for one case."""
    defs: dict[str, Any] = {}
    schema_of(_Form, defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A claim for `claimbots check`",
        **defs.pop("_Form"),
        "description": "One claim, with what else is known of the patient's day.",
        "$defs": defs,
    }


def read_json(path: Path, *, today: date | None = None) -> Entries:
    """Every case of a file, in order; what cannot be read comes as `Unread`."""
    entries = _entries(path)
    for position, entry in enumerate(entries, start=1):
        if isinstance(entry, UnfitError):
            yield Unread(path, position, entry.where, entry.what)
            continue
        try:
            yield case_from(entry, today=today)
        except UnfitError as error:
            yield Unread(path, position, error.where, error.what)


def _entries(path: Path) -> Iterator[object]:
    """Values of the file, or an `UnfitError` in place of one that is broken."""
    try:
        with path.open(encoding="utf-8-sig", newline=None) as file:
            head = list(islice((line for line in file if line.strip()), 2))
            file.seek(0)
            yield from _lines(file) if _is_json_lines(head) else _document(file)
    except UnicodeDecodeError as error:
        yield UnfitError("", f"is not UTF-8 (byte {error.start} of a block); save it as UTF-8")
    except OSError as error:
        yield UnfitError("", f"cannot be read ({error.strerror}); check the name and the rights")


def _is_json_lines(head: list[str]) -> bool:
    first = head[0].strip() if head else ""
    return first.startswith("{") and (
        first.endswith("}") or (len(head) > 1 and head[1].startswith("{"))
    )


def _lines(file: TextIO) -> Iterator[object]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield _DECODER.decode(line)
        except json.JSONDecodeError as error:
            yield UnfitError(f"line {number}", f"is not JSON at column {error.colno}: {error.msg}")
        except UnfitError as error:
            yield UnfitError(f"line {number}", error.what)
        except RecursionError:
            yield UnfitError(f"line {number}", _TOO_DEEP)


def _document(file: TextIO) -> Iterator[object]:
    """The items of an array, or objects one after the other, a block at a time."""
    window = _Window(file)
    try:
        if window.next_mark() == "[":
            yield from _items(window)
        elif not window.next_mark():
            yield UnfitError("", "is empty; write a claim as docs/claim.schema.json says")
        while window.next_mark():
            yield window.value()
    except UnfitError as error:
        yield UnfitError(error.where, f"{error.what}; nothing after it was read")


def _items(window: _Window) -> Iterator[object]:
    window.skip("[")
    if window.next_mark() == "]":
        window.skip("]")
        yield UnfitError("", "is an empty array: there is no claim in it")
        return
    while True:
        yield window.value()
        if window.next_mark() == "]":
            window.skip("]")
            return
        window.skip(",")


class _Window:
    """A stretch of a text that is too long to hold, read on as it is used up."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._text, self._place = file, "", 0

    def next_mark(self) -> str:
        """The next character that is not blank, "" at the end. Does not move past it."""
        while True:
            blank = _BLANK.match(self._text, self._place)
            self._place = blank.end() if blank else self._place
            if self._place < len(self._text) or not self._read_on(_CHUNK):
                return self._text[self._place : self._place + 1]

    def skip(self, mark: str) -> None:
        """Move past `mark`, which must come next."""
        found = self.next_mark()
        if not found:
            raise UnfitError("", f'is cut off: the file ends where "{mark}" should stand')
        if found != mark:
            raise UnfitError(
                "", f'is not JSON: "{mark}" should stand between or after the entries'
            )
        self._place += 1

    def value(self) -> object:
        """The JSON value that comes next."""
        want = _CHUNK
        self.next_mark()
        while True:
            try:
                value, self._place = _DECODER.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                # Broken, or only not read far enough: read on, twice as far each time.
                if want > _LONGEST or not self._read_on(want):
                    raise UnfitError("", f"is not JSON, or cut off: {error.msg}") from None
                want *= 2
            except RecursionError:
                raise UnfitError("", _TOO_DEEP) from None
            else:
                return value

    def _read_on(self, size: int) -> bool:
        more = self._file.read(size)
        self._text, self._place = self._text[self._place :] + more, 0
        return bool(more)


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Python keeps the last of two equal keys and says nothing: a lost value.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnfitError("", "names a field twice in one object; write each once")
    return found


def _no_constant(_name: str) -> object:
    raise UnfitError("", "holds NaN or Infinity, which is no amount")


_TOO_DEEP = "is nested too deeply to be a claim"
_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(object_pairs_hook=_once_each, parse_constant=_no_constant)
