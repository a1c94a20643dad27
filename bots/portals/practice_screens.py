"""What the practice portal's own screens mean, beyond a claim: plain functions, no browser.

Dates are MM/DD/YYYY and money has two decimals with commas, as the portal's footer says; a
screen in another language is not read at all, for 03/04 would be another day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from bots.claims import (
    Administration,
    Documentation,
    NoteHeading,
    Order,
    ProcedureEntry,
)
from bots.portals.base import Unreadable
from bots.portals.screen import Row, Seen
from bots.portals.spelling import Spelling, read_code, read_whole

SPELLING = Spelling(
    language="en-US",
    statuses=(
        "Ready for review", "Draft", "Submitted", "In process", "Paid", "Denied", "Appealed",
        "Under audit",
    ),
)  # fmt: skip
_CLOCK_SET_BACK = timedelta(hours=1)  # once a year, in the office's own time
# Fields of a claim for which this portal has no place: that they are empty says nothing.
NOT_SHOWN = (
    "accident", "admission_source", "admission_type", "clia", "drg", "inpatient_procedures",
    "occurrence_spans", "occurrences", "operating", "other_payers", "service_facility", "unit",
    "values",
)  # fmt: skip


def to_documentation(seen: Seen) -> Documentation:
    """The encounter's record that a claim's documentation tab shows; raises as `to_claim`."""
    if seen.language != SPELLING.language:
        raise Unreadable(f"{seen.name}: the screen is in another language, so are its dates")
    return Documentation(
        encounter=read_code(seen["encounter"], f"{seen.name}: encounter"),
        orders=tuple(
            Order(
                row["number"],
                _cell(row, "code"),
                _known_day(row, "ordered_on"),
                _cell(row, "ordered_by_npi"),
                _signed(row),
            )
            for row in seen.rows("orders")
        ),
        procedures=tuple(
            ProcedureEntry(
                row["number"],
                _cell(row, "code"),
                _known_day(row, "performed_on"),
                _number(row["units"], f"{row.at}: units") or Decimal(1),
                read_whole(row["minutes"], f"{row.at}: minutes") if row["minutes"] else None,
                _cell(row, "performed_by_npi"),
                _signed(row),
            )
            for row in seen.rows("procedures")
        ),
        administrations=tuple(
            Administration(
                row["number"],
                _cell(row, "code"),
                _cell(row, "ndc"),
                _known_day(row, "given_on"),
                _number(row["units"], f"{row.at}: units") or Decimal(0),
                row["dose"],
                row["route"],
                _signed(row),
            )
            for row in seen.rows("administrations")
        ),
        notes=tuple(
            NoteHeading(
                row["title"],
                _known_day(row, "written_on"),
                _cell(row, "author_npi"),
                _signed(row),
            )
            for row in seen.rows("headings")
        ),
    )


def to_lines_edited(seen: Seen) -> bool:
    """Whether a line was changed, added or removed after the total was last computed."""
    edited, last = False, None
    for row in seen.rows("events"):
        what, at = row["what"], _moment(row["at"], f"{row.at}: at")
        if last and at and at < last - _CLOCK_SET_BACK:
            raise Unreadable(f"{row.at}: at: the events are not in the order of time")
        last = at or last
        if what in ("created", "recalculated"):
            edited = False
        elif what in ("line changed", "line added", "line removed"):
            edited = True
    return edited


def _cell(row: Row, column: str) -> str:
    return read_code(row[column], f"{row.at}: {column}")


def _number(text: str, at: str) -> Decimal | None:
    return SPELLING.read_number(text, at)


def _moment(text: str, at: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007 (only compared)
    except ValueError:
        raise Unreadable(f"{at}: not a time (MM/DD/YYYY HH:MM:SS AM)") from None


def _known_day(row: Row, column: str) -> date:
    day = SPELLING.read_day(row[column], f"{row.at}: {column}")
    if day is None:
        raise Unreadable(f"{row.at}: {column}: no date")
    return day


def _signed(row: Row) -> bool:
    return SPELLING.read_yes(row["signed"], f"{row.at}: signed")
