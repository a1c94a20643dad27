"""Hours of the day and of the week, as an operator writes them: `22:00-06:00`, `sun 01:00-05:00`.

Local time without a zone: whose zone it is, the caller knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_IN_A_ROW = 30  # windows that begin where another ends
_DAY = 24 * 60


def _span(text: str) -> str:
    try:
        times_of(text)
    except ValueError:
        raise ValueError("not a span of time; write 22:00-06:00") from None
    return text


def _window(text: str) -> str:
    try:
        _open_and_close(text, datetime.combine(date(2026, 1, 1), time()))
    except ValueError:
        raise ValueError(
            "not a window; write sun 01:00-05:00, or 2026-12-05 22:00/2026-12-06 04:00"
        ) from None
    return text


Span = Annotated[str, AfterValidator(_span)]  # of every day
Window = Annotated[str, AfterValidator(_window)]  # of every week, or once


def times_of(span: str) -> tuple[time, time]:
    """The first minute of a span and the first one after it.

    Raises:
        ValueError: not a span.
    """
    begin, _, end = span.partition("-")
    return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())


def are_all_day(spans: Iterable[str]) -> bool:
    """Whether no minute of the day is left."""
    taken: set[int] = set()
    for span in spans:
        first, last = (moment.hour * 60 + moment.minute for moment in times_of(span))
        taken.update(range(first, last) if first <= last else (*range(first, _DAY), *range(last)))
    return len(taken) == _DAY


def closed_until(
    moment: datetime, quiet: Iterable[str], maintenance: Iterable[str]
) -> datetime | None:
    """When the spans and windows end that hold at a moment; None if none does.

    One may begin where another ends: the end of the last one counts.
    """
    began = moment
    quiet, maintenance = tuple(quiet), tuple(maintenance)
    for _ in range(_IN_A_ROW):
        ends = [
            closes
            for opens, closes in _windows(moment, quiet, maintenance)
            if opens <= moment < closes
        ]
        if not ends:
            break
        moment = max(ends)
    return moment if moment > began else None


def _windows(
    moment: datetime, quiet: tuple[str, ...], maintenance: tuple[str, ...]
) -> Iterator[tuple[datetime, datetime]]:
    """Those that may hold at the moment, each with its beginning and its end."""
    for span in quiet:
        opens, closes = times_of(span)
        if opens != closes:
            for day in (moment.date() - timedelta(days=1), moment.date()):
                last = day + timedelta(days=closes < opens)
                yield datetime.combine(day, opens), datetime.combine(last, closes)
    for window in maintenance:
        yield _open_and_close(window, moment)


def _open_and_close(window: str, moment: datetime) -> tuple[datetime, datetime]:
    """The dated window, or the weekly one that began last before the moment.

    Raises:
        ValueError: not a window.
    """
    first, slash, last = window.partition("/")
    if slash:
        begin, end = (datetime.fromisoformat(part.strip()) for part in (first, last))
        if begin.tzinfo or end.tzinfo or end <= begin:
            raise ValueError(window)
        return begin, end
    day, _, span = window.strip().partition(" ")
    opens, closes = times_of(span)
    start = moment.date() - timedelta(days=(moment.weekday() - _WEEKDAYS.index(day.lower())) % 7)
    if datetime.combine(start, opens) > moment:
        start -= timedelta(days=7)
    return datetime.combine(start, opens), datetime.combine(
        start + timedelta(days=closes <= opens), closes
    )
