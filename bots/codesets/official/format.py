"""What a format is: it knows its documents by their content and reads them into rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the person who imports says where the file does not; empty where nothing."""

    release: str = ""
    since: date | None = None
    until: date | None = None
    side: str = ""  # practitioner, outpatient or dme
    complete: bool = False  # the list of modifiers is whole


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
    read together. `copy_of` says whether one of two documents is the other in another file type.
    """

    name: str
    page: str  # the official page to download from
    files: str  # what the file is called there
    recognises: Callable[[Document], bool]
    release_of: Callable[[Document, Told], str]
    read: Callable[[Sequence[Document], Told], Iterator[Taken]]
