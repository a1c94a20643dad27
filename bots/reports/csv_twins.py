"""CSV twins of the workbook's sheets, safe to open in a spreadsheet.

UTF-8 with a byte order mark (without it Excel reads another encoding), comma, CRLF. A text
that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
injection); numbers, dollars and dates are ours and stay as they are.
"""

from __future__ import annotations

import csv
import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from bots.reports.sheets import Cell, Sheet, at_words

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def write_csv(folder: Path, sheets: tuple[Sheet, ...]) -> tuple[Path, ...]:
    """Write one file a sheet into `folder`, mode 0600.

    Raises:
        OSError: the disk is full or closed to us.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tuple(_write_one(folder / file_name(sheet), sheet) for sheet in sheets)


def file_name(sheet: Sheet) -> str:
    """`Missed charges` -> `missed-charges.csv`."""
    return f"{sheet.name.lower().replace(' ', '-')}.csv"


def _write_one(path: Path, sheet: Sheet) -> Path:
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe(column.title) for column in sheet.columns])
        for row in sheet.rows():
            writer.writerow([text_of(cell) for cell in row])
    return path


def text_of(cell: Cell) -> str:
    """A cell as CSV text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, datetime):
        return at_words(cell).removesuffix(" UTC")
    if isinstance(cell, date):
        return cell.isoformat()
    return safe(cell)


def safe(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it."""
    # Blanks in front do not help: some spreadsheets trim before they look.
    risky = text.startswith(_RISKY) or text.lstrip().startswith(_RISKY)
    # A NUL ends the text for some readers; no claim needs one.
    return ("'" + text if risky else text).replace("\0", "�")
