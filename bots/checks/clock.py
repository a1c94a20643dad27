"""Minutes that the procedure log states: from start to stop, or as a figure.

This file holds no check. Times that overlap are counted once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bots.claims import ProcedureEntry


def minutes_of(entry: ProcedureEntry) -> int | None:
    """Whole minutes from start to stop; without both, the entry's own figure, else None."""
    if entry.started_at is not None and entry.stopped_at is not None:
        return _between(entry.started_at, entry.stopped_at)
    return entry.minutes


def minutes_together(entries: Iterable[ProcedureEntry]) -> int | None:
    """The minutes of entries of one service; None where one of them states none.

    Entries with start and stop are joined where they overlap; figures are added.
    """
    spans: list[tuple[datetime, datetime]] = []
    total = 0
    for entry in entries:
        minutes = minutes_of(entry)
        if minutes is None:
            return None
        if entry.started_at is not None and entry.stopped_at is not None:
            spans.append((entry.started_at, entry.stopped_at))
        else:
            total += minutes
    return total + sum(_between(start, stop) for start, stop in _joined(spans))


def overlap(one: ProcedureEntry, other: ProcedureEntry) -> int:
    """Whole minutes during which both ran; 0 where a start or a stop is missing."""
    if (
        one.started_at is None
        or one.stopped_at is None
        or other.started_at is None
        or other.stopped_at is None
        or _is_zoned(one.started_at) is not _is_zoned(other.started_at)
        or _is_zoned(one.stopped_at) is not _is_zoned(other.stopped_at)
        or _is_zoned(one.started_at) is not _is_zoned(one.stopped_at)
    ):
        return 0
    return _between(max(one.started_at, other.started_at), min(one.stopped_at, other.stopped_at))


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    if len({_is_zoned(moment) for span in spans for moment in span}) > 1:
        return spans  # not on one clock: nothing says which of them overlap
    joined: list[tuple[datetime, datetime]] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], stop))
        else:
            joined.append((start, stop))
    return joined


def _between(start: datetime, stop: datetime) -> int:
    if _is_zoned(start) is not _is_zoned(stop):
        return 0
    return max(int((stop - start).total_seconds() // 60), 0)


def _is_zoned(moment: datetime) -> bool:
    return moment.utcoffset() is not None
