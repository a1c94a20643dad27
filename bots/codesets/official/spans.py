"""For which days a release answers: from what its file says, else from how it is called."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.official.format import Told
from bots.errors import Problem

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(" + "|".join(_MONTHS) + ")[a-z]*"
_QUARTER = re.compile(r"(?:^|[^0-9])(20\d\d)[ _-]?q([1-4])(?![0-9])", re.I)
_QUARTER_FIRST = re.compile(r"(?:^|[^a-z])q([1-4])[ _-]*(20\d\d)(?![0-9])", re.I)
_EFFECTIVE = re.compile(
    r"eff(?:ective)?(?: date)?s?[ _:.-]*(?:on |from )?(\d{1,2})[-/_](\d{1,2})[-/_](20\d\d)", re.I
)
_EFFECTIVE_IN_WORDS = re.compile(
    rf"effective(?: date)?[ :]*(?:on |from )?{_MONTH}\.? (\d{{1,2}}),? (20\d\d)", re.I
)
_MONTH_YEAR = re.compile(rf"(?:^|[^a-z]){_MONTH}[ _.,-]*(?:\d{{1,2}},? )?(20\d\d)(?![0-9])", re.I)
_YEAR_MONTH = re.compile(rf"(?:^|[^0-9])(20\d\d)[ _.-]*{_MONTH}(?![a-z])", re.I)
_SHORT_YEAR_MONTH = re.compile(rf"[a-z](\d\d)[ _.-]+{_MONTH}(?![a-z])", re.I)


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, and how a report calls the release of those days."""

    since: date | None
    until: date | None
    label: str


def quarter(year: int, number: int) -> Span:
    """A quarter of a calendar year."""
    month = 3 * number - 2
    return Span(date(year, month, 1), _end(year, month + 2), f"{year}Q{number}")


def quarter_of(document: Document, said: str = "") -> Span | None:
    """The quarter that the document's own words name, else its name; None where neither does.

    Args:
        said: the words above its data.
    """
    for text in (said, *reversed(document.name.split("/"))):
        found = next(_quarters(text), None)
        if found is not None:
            return quarter(*found)
    return None


def day_of(document: Document, said: str = "") -> date | None:
    """The month, as its first day, or the day that a document names for itself."""
    for text in (said, *reversed(document.name.split("/"))):
        found = next(_days(text), None)
        if found is not None:
            return found
    return None


def fixed(told: Told, found: Span | None, document: Document, what: str) -> Span:
    """What the file says, with what the person says over it.

    Raises:
        Problem: neither says for which days the file answers.
    """
    if found is None and not (told.release and (told.since or told.until)):
        raise Problem(
            f"{what}: neither the file nor its name says for which days it answers",
            where=document.name,
            do="add --release NAME, --since and --until",
        )
    base = found or Span(None, None, "")
    since, until = told.since or base.since, told.until or base.until
    if since and until and until < since:
        raise Problem("the release ends before it begins", where=document.name, do="see --until")
    return Span(since, until, told.release or base.label)


def yyyymmdd(text: str) -> date:
    """A day written 20240101.

    Raises:
        ValueError: it is not.
    """
    if len(text) != 8 or not text.isdigit():
        raise ValueError("not a day such as 20240101")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def julian(text: str) -> date:
    """A day written 2024001: the year and the number of the day in it.

    Raises:
        ValueError: it is not.
    """
    if len(text) != 7 or not text.isdigit():
        raise ValueError("not a day such as 2024001")
    first = date(int(text[:4]), 1, 1)
    day = date.fromordinal(first.toordinal() + int(text[4:]) - 1)
    if day.year != first.year:
        raise ValueError("no such day of the year")
    return day


def any_day(text: str) -> date | None:
    """A day in any form that an official file uses; None for empty, `*` and the end of time.

    Raises:
        ValueError: it is in none of them.
    """
    text = text.strip()
    if text in {"", "*", "N/A", "NULL"} or text.startswith(("9999", "0000", "12/31/9999")):
        return None
    if text.isdigit():
        return julian(text) if len(text) == 7 else yyyymmdd(text)
    if american := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})( 0?0:00(:00)?)?", text):
        return date(int(american[3]), int(american[1]), int(american[2]))
    if iso := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)([ T]00:00:00(\.0+)?)?", text):
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    raise ValueError("not a day such as 20240101")


def _quarters(text: str) -> Iterator[tuple[int, int]]:
    if found := _QUARTER.search(text):
        yield int(found[1]), int(found[2])
    if found := _QUARTER_FIRST.search(text):
        yield int(found[2]), int(found[1])
    for day in _days(text):
        yield day.year, (day.month + 2) // 3


def _days(text: str) -> Iterator[date]:
    if found := _EFFECTIVE.search(text):
        yield from _day(int(found[3]), int(found[1]), int(found[2]))
    if found := _EFFECTIVE_IN_WORDS.search(text):
        yield from _day(int(found[3]), _month(found[1]), int(found[2]))
    if found := _MONTH_YEAR.search(text):
        yield from _day(int(found[2]), _month(found[1]), 1)
    if found := _YEAR_MONTH.search(text):
        yield from _day(int(found[1]), _month(found[2]), 1)
    if found := _SHORT_YEAR_MONTH.search(text):
        yield from _day(2000 + int(found[1]), _month(found[2]), 1)


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
