"""What a format is: it knows its documents by their content and reads them into rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.official.heading import Heading
from bots.codesets.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the person who imports says where the file does not; empty where nothing."""

    release: str = ""
    since: date | None = None
    until: date | None = None
    side: str = ""  # practitioner, outpatient or dme
    complete: bool = False  # the list of modifiers is whole
    # What the office has of a table for a day: addenda are laid over it.
    stored: Callable[[str, date], Iterable[Row]] = lambda table, day: ()

    @property
    def says_anything(self) -> bool:
        """Whether the person said anything of the release."""
        return bool(self.release or self.since or self.until or self.side or self.complete)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One table of one release: what its provenance will say, and its rows as they are read.

    `rows` are read while they are written; reading raises a Problem with file and line for what
    is not understood.
    """

    table: str
    series: str
    release: str
    since: date | None
    until: date | None
    rows: Iterable[Row | tuple[object, ...]]
    complete_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One official format.

    `release_of` names the release to which a document belongs: documents of the same one are
    read together.
    """

    name: str
    page: str  # the official page to download from
    files: str  # what the file is called there
    recognises: Callable[[Document], bool]
    release_of: Callable[[Document, Told], str]
    read: Callable[[Sequence[Document], Told], Iterator[Taken]]
    several: bool = False  # whether a release may come in more than one document
    # The heading of a document that may be one of these, where columns are found by heading.
    heading: Callable[[Document], Heading | None] = lambda document: None

    def nearly(self, document: Document) -> tuple[int, str]:
        """How many columns of it a document has, and what it lacks; 0 where it is unlike it."""
        found = self.heading(document)
        if found is None or len(found.columns) < 2 or len(found.missing) > len(found.columns):
            return 0, ""
        lacking = ", ".join(found.missing)
        return len(found.columns), f"looks like {self.name}, but has no column for: {lacking}"
