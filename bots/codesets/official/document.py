"""One file that somebody wants to import: its lines, its rows of cells, its place for messages.

Text is read as Latin-1: every code and date is ASCII, descriptors are not kept, and no byte of a
file from any year can stop the reading. Nothing is held in memory but the first lines, by which
the format is known.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from bots.errors import Problem

HEAD = 80  # rows by which a format is known; the longest preamble seen has eleven
LONGEST_LINE = 1_000_000  # characters; the longest line of an official file has some thousand

_OPEN = re.compile(r'(?:^|\t)"[^"\t]*$')  # a cell in quotes that goes on
_DATA = re.compile(r"[0-9A-Z]{4,7}\t")

Numbered = tuple[int, list[str]]  # the line, counted from 1, and its cells


@dataclass(frozen=True)
class Document:
    """One file: `path` is where its bytes are, `name` how the person knows it."""

    path: Path
    name: str

    @cached_property
    def kind(self) -> str:
        """`xlsx`, `xml`, `text`, `zip`, or empty where it is none of these."""
        with self.path.open("rb") as file:
            start = file.read(65_536)
        if start.startswith(b"PK\x03\x04"):
            return "xlsx" if _is_workbook(self.path) else "zip"
        if b"\0" in start or not start.strip():
            return ""
        if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            return "xml"
        return "text"

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line of a text with its number, without its end.

        Raises:
            Problem: the file cannot be read, or a line is far too long.
        """
        try:
            with self.path.open(encoding="latin-1", newline=None) as file:
                for number in itertools.count(1):
                    line = file.readline(LONGEST_LINE)
                    if not line:
                        return
                    if len(line) == LONGEST_LINE:
                        raise Problem("a line without end", where=f"{self.name}:{number}")
                    if number == 1:
                        line = line.removeprefix("ï»¿")  # UTF-8's mark at the start
                    yield number, line.rstrip("\r\n")
        except OSError as error:
            raise Problem(f"cannot be read ({error.strerror})", where=self.name) from None

    @cached_property
    def head(self) -> list[Numbered]:
        """The first rows; empty where the file has none."""
        found: list[Numbered] = []
        if self.kind in {"text", "xlsx"}:
            # What cannot be read to here is told when it is read in earnest.
            with contextlib.suppress(Problem):
                found.extend(itertools.islice(self.rows(), HEAD))
        return found

    @cached_property
    def top(self) -> list[str]:
        """The first lines of a text, as they are."""
        found: list[str] = []
        if self.kind == "text":
            with contextlib.suppress(Problem):
                found.extend(line for _, line in itertools.islice(self.lines(), HEAD))
        return found

    @cached_property
    def is_tabbed(self) -> bool:
        """Whether tabs part the cells, and not commas."""
        return sum(line.count("\t") for line in self.top) > sum(
            line.count(",") for line in self.top
        ) or any(line.count("\t") > 2 for line in self.top)

    def rows(self) -> Iterator[Numbered]:
        """Each row with its number and its cells, stripped; of a workbook, the first sheet's.

        Raises:
            Problem: the file cannot be read, or is not what its beginning says.
        """
        if self.kind == "xlsx":
            yield from _of_workbook(self)
        elif self.is_tabbed:
            for number, line in self._tabbed():
                yield number, [cell.strip(' "') for cell in line.split("\t")]
        else:
            yield from self._of_commas()

    def _tabbed(self) -> Iterator[tuple[int, str]]:
        """Lines; a cell of the heading in quotes may go on over several, but never over data."""
        held: tuple[int, str] | None = None
        for number, line in self.lines():
            if held is not None:
                if number <= HEAD and not _DATA.match(line):
                    line = f"{held[1]} {line}"
                else:
                    yield held
                held = None
            if number < HEAD and _OPEN.search(line):
                held = number, line
                continue
            yield number, line
        if held is not None:
            yield held

    def _of_commas(self) -> Iterator[Numbered]:
        reader = csv.reader((f"{line}\n" for _, line in self.lines()), strict=True)
        try:
            for cells in reader:
                yield reader.line_num, [" ".join(cell.split()) for cell in cells]
        except csv.Error as error:
            raise Problem(f"not CSV ({error})", where=f"{self.name}:{reader.line_num}") from None


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError):
        return False


def _of_workbook(document: Document) -> Iterator[Numbered]:
    import warnings

    import openpyxl

    try:
        # An opened file: of a name, the library asks for its ending.
        with warnings.catch_warnings(), document.path.open("rb") as file:
            warnings.simplefilter("ignore")  # of styles and prints that we do not read
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # what some writers say there is wrong
                for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                    yield number, _texts(cells)
            finally:
                book.close()
    except Problem:
        raise
    except Exception as error:  # the library raises whatever its parts raise
        raise Problem(
            f"not an Excel file that can be read ({type(error).__name__})",
            where=document.name,
            do="save it again as xlsx, or as csv",
        ) from None


def _texts(cells: Sequence[object]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())
