"""An office's own list of claims, as a workbook or CSV, and its copy with the outcomes.

The list is read with RPA.Excel.Files, which opens what offices bring (xlsx and old xls),
and never written to. Outcomes go into a copy beside it, written by XlsxWriter because there
text stays text: a cell that begins with = + - or @ is never a formula.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bots.errors import Problem

OUTCOME = "claimbots outcome"
# A claim number's heading, letters and digits only, the surest first.
_HEADINGS = (
    "claimnumber", "claimno", "claimnum", "claimid", "claim", "claimreference", "claimref",
    "claimcontrolnumber", "patientcontrolnumber", "clm01", "patientaccountnumber", "accountno",
    "accountnumber",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
_LARGEST = 20_000_000  # bytes; an office's list is far below, a bomb is not
_ROWS = 200_000

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Worklist:
    """The rows of a list, as they stand. `column` (0-based) holds the claim numbers.

    `header` (0-based) is the row of the headings; titles above it are kept.
    """

    path: Path
    rows: tuple[tuple[Cell, ...], ...]
    header: int
    column: int

    @property
    def numbers(self) -> tuple[str, ...]:
        """The claim numbers in order, each once, without empty cells."""
        found = (claim_number(_at(row, self.column)) for row in self.rows[self.header + 1 :])
        return tuple(dict.fromkeys(number for number in found if number))


def read_worklist(path: Path) -> Worklist:
    """Read an office's list, `FILE.xlsx`, `FILE.xls` or `FILE.csv`.

    Raises:
        Problem: the file cannot be read, is no list, or has no column of claim numbers or no
            number in it: a run without numbers would take the whole queue.
    """
    rows = _reader_of(path)(path)
    if len(rows) > _ROWS:
        raise Problem(f"has more than {_ROWS} rows", where=str(path), do="split the list")
    for header, row in enumerate(rows[:20]):
        headings = [re.sub(r"[^a-z0-9]", "", str(cell or "").lower()) for cell in row]
        for heading in _HEADINGS:
            if headings.count(heading) == 1:
                return _with_numbers(Worklist(path, rows, header, headings.index(heading)))
            if heading in headings:
                raise Problem(
                    "two columns could hold the claim number",
                    where=str(path),
                    do="give one of them another heading",
                )
    raise Problem(
        "no column of claim numbers",
        where=str(path),
        do='give the column the heading "Claim number", within the first 20 rows',
    )


def _with_numbers(found: Worklist) -> Worklist:
    if not found.numbers:
        raise Problem(
            "no claim number below its heading",
            where=str(found.path),
            do="fill the column; of a formula the program that wrote it must have kept the value",
        )
    return found


def write_outcomes(worklist: Worklist, outcomes: Mapping[str, str]) -> Path:
    """Write a copy beside the list with one more column, and return its path.

    Every row and column is kept. A claim without an outcome gets an empty cell; a column of
    an earlier run is replaced.

    Raises:
        Problem: the copy cannot be written.
    """
    old = worklist.path.suffix.lower() == ".csv"
    target = worklist.path.with_name(f"{worklist.path.stem}-outcomes{'.csv' if old else '.xlsx'}")
    part = target.with_name(f".{target.name}.part")
    try:
        (_write_csv if old else _write_xlsx)(part, _with_outcomes(worklist, outcomes))
        part.chmod(0o600)
        part.replace(target)  # whole or not at all
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem(
            f"the outcomes cannot be written ({error.strerror})",
            where=str(target),
            do="close the file if it is open, or free the disk",
        ) from error
    return target


def claim_number(cell: Cell) -> str:
    """A cell as a claim number: text as it stands, a whole number without `.0`."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if cell is None or isinstance(cell, bool | date):
        return ""
    return str(cell).strip()


def _with_outcomes(worklist: Worklist, outcomes: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    titles = worklist.rows[worklist.header]
    width = max(len(row) for row in worklist.rows)
    place = titles.index(OUTCOME) if OUTCOME in titles else width
    written = []
    for number, row in enumerate(worklist.rows):
        cells = [*row, *[None] * (max(width, place + 1) - len(row))]
        if number == worklist.header:
            cells[place] = OUTCOME
        elif number > worklist.header:
            cells[place] = outcomes.get(claim_number(_at(row, worklist.column)), "")
        written.append(tuple(cells))
    return written


def _at(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


def _reader_of(path: Path) -> Callable[[Path], tuple[tuple[Cell, ...], ...]]:
    """By the content, held against the name: a renamed file is refused, not guessed at."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise Problem(
            f"cannot be read ({error.strerror})", where=str(path), do="check the name"
        ) from error
    if size > _LARGEST:
        raise Problem("is larger than 20 MB", where=str(path), do="split the list")
    kind = path.suffix.lower()
    workbook = head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if kind in {".xlsx", ".xls"} and workbook:
        return _read_workbook
    if kind == ".csv" and not workbook:
        return _read_csv
    raise Problem(
        "is not what its name says, or no workbook and no CSV",
        where=str(path),
        do="save the list as .xlsx or .csv",
    )


def _read_workbook(path: Path) -> tuple[tuple[Cell, ...], ...]:
    _no_bomb(path)
    from RPA.Excel.Files import Files

    book = Files()
    try:
        book.open_workbook(str(path), data_only=True, read_only=True)
        rows = [tuple(row) for row in _cells(book)]
    except Exception as error:  # the libraries beneath raise what they like
        raise Problem(
            f"the workbook cannot be read ({type(error).__name__})",
            where=str(path),
            do="open it in a spreadsheet program and save it anew as .xlsx",
        ) from None
    finally:
        book.close_workbook()
    return tuple(rows)


def _cells(book: Any) -> Iterable[Iterable[Cell]]:
    # Asked for the sheet's rows without a header, it names columns A, B, C: order is kept.
    for row in book.read_worksheet(header=False):
        yield row.values()


def _no_bomb(path: Path) -> None:
    """Refuse a workbook whose parts are far larger than the file."""
    import zipfile

    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        whole = sum(part.file_size for part in parts)
    if len(parts) > 1_000 or whole > 20 * _LARGEST or whole > 100 * max(path.stat().st_size, 4096):
        raise Problem(
            "unpacks to far more than a list of claims", where=str(path), do="save it anew"
        )


def _read_csv(path: Path) -> tuple[tuple[Cell, ...], ...]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem("is not UTF-8", where=str(path), do="save it as CSV UTF-8") from None
    try:
        sample = text[:4096]
        delimiter = max(",;\t", key=sample.count)
        rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
        return tuple(tuple(row) for row in rows)
    except csv.Error as error:
        raise Problem(
            "is no CSV (a quotation mark is not closed)", where=str(path), do="save it anew"
        ) from error


def _write_csv(target: Path, rows: Iterable[tuple[Cell, ...]]) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: Cell) -> str:
    """A cell that no spreadsheet program takes for a formula; numbers stay numbers."""
    text = "" if cell is None else str(cell)
    if text.startswith(_FORMULA) and not re.fullmatch(r"[+-]?\d+([.,]\d+)?", text, re.ASCII):
        return f"'{text}"
    return text


def _write_xlsx(target: Path, rows: Sequence[tuple[Cell, ...]]) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet("Worklist")
        text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": 14})
        moment = book.add_format({"num_format": 22})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                match cell:
                    case None:
                        continue
                    case bool():
                        sheet.write_boolean(number, column, cell)
                    case int() | float():
                        sheet.write_number(number, column, cell)
                    case datetime() if cell.time() != datetime.min.time():
                        sheet.write_datetime(number, column, cell.replace(tzinfo=None), moment)
                    case date():
                        sheet.write_datetime(number, column, cell, day)
                    case _:
                        sheet.write_string(number, column, str(cell), text)
