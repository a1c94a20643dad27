"""Columns by their heading, whatever stands above it and in whatever order they come.

A heading may fill several rows ("MULT" above "PROC", "Effective" above "Date"): the cells of a
column are read together, from the first row of the heading to the first row of data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bots.codesets.official.document import Document, Numbered
from bots.config import ConfigProblem, Fault
from bots.errors import Problem

MOST_FAULTS = 20  # the rest of a broken file tells nothing new

CODE = re.compile(r"[0-9A-Z]{4}[0-9A-Z]")  # CPT or HCPCS


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the columns of a document stand; `first` is the line on which the data begin."""

    columns: Mapping[str, int]
    first: int
    above: str  # every text above the data, for what it says of the release
    missing: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many cells a row must have at least."""
        return max(self.columns.values(), default=-1) + 1


def look(
    document: Document,
    wanted: Mapping[str, str],
    is_data: Callable[[list[str]], bool],
    optional: Mapping[str, str] | None = None,
) -> Heading | None:
    """The heading of a document; None where none of its first rows is data.

    Args:
        wanted: a pattern for each column that must be there; the first column it fits is taken.
        is_data: whether a row is the first of the data.
    """
    head = document.head
    at = next((place for place, (_, cells) in enumerate(head) if is_data(cells)), None)
    if not at:
        return None
    names = _names([cells for _, cells in head[:at]])
    columns: dict[str, int] = {}
    missing = []
    for key, pattern in {**wanted, **(optional or {})}.items():
        found = re.compile(pattern, re.IGNORECASE)
        place = next((i for i, name in enumerate(names) if found.search(name)), None)
        if place is not None:
            columns[key] = place
        elif key in wanted:
            missing.append(key)
    above = " ".join(cell for _, cells in head[:at] for cell in cells if cell)
    return Heading(columns, head[at][0], above, tuple(missing))


def needed(document: Document, heading: Heading | None, what: str) -> Heading:
    """The heading, where it has every column.

    Raises:
        Problem: one is missing; names it and the line of the data below.
    """
    if heading is None or heading.missing:
        lacking = ", ".join(heading.missing) if heading else "its heading"
        where = f"{document.name}:{heading.first - 1}" if heading else document.name
        raise Problem(
            f"looks like {what}, but has no column for: {lacking}",
            where=where,
            do="look whether the file was cut, or its headings were changed",
        )
    return heading


def data(document: Document, heading: Heading) -> Iterator[Numbered]:
    """Each row of data that is not empty.

    Raises:
        ConfigProblem: rows that are too short; names each line.
    """
    faults = Faults(document)
    width = heading.width
    for number, cells in document.rows():
        if number < heading.first or not any(cells):
            continue
        if is_note(cells):
            continue
        if document.kind == "xlsx":  # empty cells at the end of a row are not written
            cells += [""] * (width - len(cells))
        if len(cells) < width:
            faults.add(number, f"{len(cells)} cells where the heading has {width}")
            continue
        yield number, cells
    faults.end()


def is_note(cells: list[str]) -> bool:
    """A sentence that stands alone, as CMS writes below a table."""
    filled = [cell for cell in cells if cell]
    return len(filled) == 1 and filled[0] == cells[0] and " " in filled[0]


class Faults:
    """What was not understood in one document; stops the import at its end, or when full."""

    def __init__(self, document: Document) -> None:
        self._name = document.name
        self._found: list[Fault] = []

    def add(self, number: int, what: str) -> None:
        """Note a line.

        Raises:
            ConfigProblem: there are so many that the rest would tell nothing new.
        """
        self._found.append(Fault(f"{self._name}:{number}", what))
        if len(self._found) >= MOST_FAULTS:
            self.end()

    def end(self) -> None:
        """Raise what was noted.

        Raises:
            ConfigProblem: anything was.
        """
        if self._found:
            raise ConfigProblem(self._found)


def codes_in(cells: list[str]) -> int:
    """How many cells of a row are procedure codes; a word of five letters is none."""
    return sum(1 for cell in cells if CODE.fullmatch(cell) and not cell.isalpha())


def has_code(cells: list[str]) -> bool:
    """Whether a row may be data about a procedure code, in whatever column it stands."""
    return codes_in(cells) > 0


def _names(rows: list[list[str]]) -> list[str]:
    """The words above each column, of the rows that are heading and not preamble."""
    block: list[list[str]] = []
    for cells in reversed(rows):
        filled = [place for place, cell in enumerate(cells) if cell]
        if not filled and not block:
            continue  # an empty row between heading and data
        if not filled or (len(filled) == 1 and filled[0] == 0):
            if len(rows) == 1 or block:
                break
            continue
        block.insert(0, cells)
    width = max((len(cells) for cells in block), default=0)
    return [
        " ".join(cells[place] for cells in block if place < len(cells) and cells[place])
        for place in range(width)
    ]


def joined(texts: Iterable[str]) -> str:
    """Texts as one, for a pattern to look through."""
    return " ".join(text for text in texts if text)
