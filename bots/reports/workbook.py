"""The Excel workbook: one sheet a table; text stays text, whatever it starts with.

XlsxWriter in constant memory: a row is on disk before the next is read. Every text goes
through `write_string`, headers too, so that nothing becomes a formula or a link.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from bots.reports.sheets import Cell, Kind, Sheet

# Excel's own limits (Microsoft, "Excel specifications and limits").
_MOST_ROWS = 1_048_576
_MOST_TEXT = 32_767
_CUT = " [cut: longer than a cell may be]"

_FORMATS = {
    Kind.TEXT: {"num_format": "@", "valign": "top"},
    Kind.NUMBER: {"num_format": "0", "valign": "top"},
    Kind.MONEY: {"num_format": "#,##0.00", "valign": "top"},
    Kind.DATE: {"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"},
    Kind.TIME: {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left", "valign": "top"},
    Kind.YES_NO: {"num_format": "@", "valign": "top"},
}
_HEAD = {"bold": True, "bg_color": "#E6EBF2", "bottom": 1, "text_wrap": True, "valign": "top"}


def write_workbook(path: Path, sheets: tuple[Sheet, ...], title: str) -> None:
    """Write all sheets to `path`; rows beyond Excel's limit stand in the CSV only.

    Raises:
        OSError: the disk is full or closed to us.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),  # patient data never lies in /tmp
    }
    book = xlsxwriter.Workbook(str(path), options)
    try:
        book.set_properties({"title": title, "author": "", "company": ""})
        formats = {kind: book.add_format(form) for kind, form in _FORMATS.items()}
        head = book.add_format(_HEAD)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats, head)
    except BaseException:
        book.fileclosed = True  # leave without packing a half book, and without its warning
        raise
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(f"the workbook could not be written: {path.name}") from error


def _write_sheet(page: Any, sheet: Sheet, formats: dict[Kind, Any], head: Any) -> None:
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(1, min(sheet.count, _MOST_ROWS - 1)), len(sheet.columns) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.title, head)
    for number, row in enumerate(sheet.rows(), start=1):
        if number >= _MOST_ROWS:
            return
        for place, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            if cell is not None and cell != "":
                _write_cell(page, number, place, cell, formats[column.kind])


def _write_cell(page: Any, row: int, column: int, cell: Cell, form: Any) -> None:
    if isinstance(cell, bool):
        page.write_string(row, column, "yes" if cell else "no", form)
    elif isinstance(cell, int | Decimal):
        page.write_number(row, column, cell, form)
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell.astimezone(UTC).replace(tzinfo=None), form)
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, form)
    elif cell is not None:
        page.write_string(row, column, _fits(cell), form)


def _fits(text: str) -> str:
    # XlsxWriter drops a text that is too long without a word.
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - len(_CUT)] + _CUT
