"""What one look at a screen saw, and how to look: one call to the page for all elements.

Looking is patient within a limit: what is not painted yet is waited for, and so is a claim
that is still behind the one shown before. What was seen is plain data; whether a text can be
trusted is decided where it is taken out, and the error names the element, never the text.
"""

from __future__ import annotations

import asyncio
import json
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from playwright.async_api import Page

from bots.portals.base import ElementMissing, OddRows, Unreadable, WrongRecord
from bots.portals.deadline import Redrawn, within
from bots.portals.evaluating import evaluate
from bots.portals.locators import Screen
from bots.portals.scripts import script

_SCRIPT = script("look.js")
_PAUSE = 0.05  # seconds between two looks at a screen that is not ready
PART = "\x1f"


@dataclass(frozen=True)
class Seen:
    """A screen as it was seen. Index it by element: `seen["member_id"]`."""

    name: str
    screen: Screen
    path: str
    language: str
    values: Mapping[str, Sequence[Any]]
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    against: Mapping[str, int] = field(default_factory=dict)  # a rank that means another element
    unnamed: tuple[tuple[str, str], ...] = ()  # labels of which the file says nothing

    @classmethod
    def from_json(cls, name: str, screen: Screen, text: str) -> Seen:
        """What `look.js` returned."""
        told = json.loads(text)
        return cls(
            name, screen, told["path"], told["language"], told["values"], told["tables"],
            told.get("against", {}), tuple((at, text) for at, text in told.get("unnamed", ())),
        )  # fmt: skip

    def __contains__(self, element: str) -> bool:
        return element in self.values or element in self.tables

    def __getitem__(self, element: str) -> str:
        """The element's text.

        Raises:
            ElementMissing: none of its locators matched.
            Unreadable: it is there twice, its locators match different elements, or its text
                is cut or has odd letters.
        """
        found = self.values.get(element)
        if found is None:
            raise self.missing(element)
        text, _, matches = found
        if matches != 1:
            raise Unreadable(f"{self.name}: {element}: {matches} elements match")
        self._of_one_mind(element)
        return read_text(text, f"{self.name}: {element}")

    def get(self, element: str) -> str:
        """The element's text, or nothing where the screen does not have it now."""
        return self[element] if element in self.values else ""

    def loose(self, element: str) -> str:
        """The text of something for people, such as a banner: as it is, on one line."""
        found = self.values.get(element)
        return " ".join(str(found[0]).replace(PART, " ").split()) if found else ""

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table.

        Raises:
            ElementMissing: the table or one of its columns is not there.
            Unreadable: the table or a column is there twice, its locators match different
                tables, a row is hidden or of other cells than the headings, or a cell names
                itself otherwise than its heading does.
        """
        found = self.tables.get(table)
        if found is None:
            raise self.missing(table)
        if found["lost"]:
            heading = self.screen.tables[table].columns[found["lost"][0]]
            raise ElementMissing(f"{self.name}: {table}: no column is headed {heading!r}")
        if found["matches"] != 1 or found["doubled"]:
            raise Unreadable(f"{self.name}: {table}: more than one matches")
        self._of_one_mind(table)
        if found.get("odd"):
            raise OddRows(f"{self.name}: {table}: {found['odd']} rows do not match its headings")
        if found.get("crossed"):
            what = f"{table}: {found['crossed'][0]}"
            raise Unreadable(f"{self.name}: {what}: heading and cells do not match")
        columns = tuple(self.screen.tables[table].columns)
        for number, cells in enumerate(found["rows"], start=1):
            yield Row(f"{self.name}: {table} {number}", dict(zip(columns, cells, strict=True)))

    def _of_one_mind(self, element: str) -> None:
        if element in self.against:
            words = f"rank {self.against[element]} matches another element than the ranks above"
            raise Unreadable(f"{self.name}: {element}: {words}")
        if element in self._exchanged:
            words = f"{' and '.join(self._exchanged)} hold each other's values"
            raise Unreadable(f"{self.name}: {words}")

    @cached_property
    def _exchanged(self) -> tuple[str, ...]:
        values = {name: str(found[0]) for name, found in self.values.items()}
        return self.screen.exchanged(values) or ()

    def missing(self, element: str) -> ElementMissing:
        """The error that says what was looked for, and how."""
        tried = self.screen.tried(element)
        return ElementMissing(f"{self.name}: {element}: not found; tried {tried}")

    def lacks(self, required: Sequence[str]) -> str | None:
        """The first of `required` that is not there, or None."""
        return next((name for name in required if name not in self), None)

    def ranks(self) -> Iterator[tuple[str, int]]:
        """The rank that answered, for each element."""
        for name, value in self.values.items():
            yield name, value[1]
        for name, table in self.tables.items():
            yield name, table["rank"]
            # A column that its heading no longer finds, but the name that its cells carry.
            yield from ((f"{name}.{column}", 2) for column in table.get("renamed", ()))

    def stale(self) -> tuple[str, ...]:
        """What was not found as the file says first, or means two things."""
        lower = [name.partition(".")[0] for name, rank in self.ranks() if rank > 1]
        double = [name for name, found in self.values.items() if found[2] != 1]
        tables = [
            name
            for name, table in self.tables.items()
            if table["matches"] != 1 or table["lost"] or table.get("crossed")
        ]
        return tuple(dict.fromkeys([*lower, *double, *tables, *self.against]))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, by our names of its columns."""

    at: str
    cells: Mapping[str, str | None]

    def __getitem__(self, column: str) -> str:
        """A cell's text; raises as `Seen` does."""
        text = self.cells[column]
        if text is None:
            raise ElementMissing(f"{self.at}: {column}: the cell is gone")
        return read_text(text, f"{self.at}: {column}")

    def first(self, column: str) -> str:
        """The first part of a cell that has several, such as a state beside a badge."""
        text = self.cells[column]
        if text is None:
            raise ElementMissing(f"{self.at}: {column}: the cell is gone")
        return read_text(text.partition(PART)[0], f"{self.at}: {column}")


def read_text(text: str, at: str) -> str:
    """The text, if it is what it looks like.

    Raises:
        Unreadable: cut by an ellipsis, or with letters that only look like others.
    """
    if text.isascii():
        if text.isprintable():
            return text
        reason = "has several parts" if PART in text else "has control characters"
        raise Unreadable(f"{at}: {reason}")
    if "…" in text:
        raise Unreadable(f"{at}: the value is cut short")
    composed = unicodedata.normalize("NFC", text)
    # No-break spaces, full-width digits and the like change under NFKC; letters do not.
    if unicodedata.normalize("NFKC", text) != composed:
        raise Unreadable(f"{at}: the value has look-alike letters or spaces")
    if any(unicodedata.category(letter) in ("Cf", "Cc", "Co", "Cn", "Nd") and letter > "\x7f"
           for letter in text):  # fmt: skip
        raise Unreadable(f"{at}: the value has hidden or foreign characters")
    return text


async def look(
    page: Page,
    name: str,
    screen: Screen,
    *,
    deadline: float,
    patience: float,
    required: Sequence[str] = (),
    claim: str | None = None,
) -> Seen:
    """Look at the screen that a page shows, until what is required is there.

    `claim` is the number that the screen's `claim_number` must show.

    Raises:
        ElementMissing: a required element did not come within `patience` seconds.
        WrongRecord: the screen goes on showing another claim.
        PortalFault: the page could not be looked at.
    """
    expression = _SCRIPT.replace("__PLAN__", screen.plan).replace("__OUTLINE__", "null")
    until = time.monotonic() + min(patience, deadline)
    while True:
        late = time.monotonic() >= until
        try:
            told = await within(deadline, evaluate(page, expression), f"look at {name}")
        except Redrawn:
            if late:
                raise
            await asyncio.sleep(_PAUSE)
            continue
        seen = Seen.from_json(name, screen, told)
        lacking = seen.lacks(required)
        wrong = claim is not None and lacking is None and seen.loose("claim_number") != claim
        if not lacking and not wrong:
            return seen
        if late:
            if lacking:
                raise seen.missing(lacking)
            raise WrongRecord(f"{name}: the screen shows another claim than {claim}")
        await asyncio.sleep(_PAUSE)
