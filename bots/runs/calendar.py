"""At what moments a schedule begins a run. Pure: no clock, no database.

Cron lines are read in local time, and each local time comes once. On the night when the clocks go
back the second 01:30 begins nothing; on the night when they go forward, what stands in the hour
that is left out begins in the first minute after it. croniter given zoned times yields 01:30
twice, so it is given none (docs/decisions/0008-schedules-by-local-time.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

from bots.config.schedules import Schedule

_LONGEST_CHANGE = timedelta(hours=3)  # of any zone's clocks since 1970, and some more
_YEARS = 8  # February 29 of a business day may be as far away
ClosedUntil = Callable[[datetime], datetime | None]


@dataclass(frozen=True, slots=True)
class Firing:
    """One time of a schedule.

    `key` is the schedule's local time, which makes it one of its kind; `due` is that moment and
    `begins` when the run begins, both UTC. `begins` is None where none does, and `why` says why,
    or what is waited for.
    """

    key: str
    due: datetime
    begins: datetime | None
    why: str = ""


def firings(
    schedule: Schedule, zone: ZoneInfo, after: datetime, closed_until: ClosedUntil
) -> Iterator[Firing]:
    """Every time of a schedule after a moment, in order; those that begin nothing, too.

    Args:
        zone: that in which the cron line is read.
        after: aware; a time at this very moment is none of them.
        closed_until: when the portal opens again, of a UTC moment; None where it is open.
    """
    local = after.astimezone(zone).replace(tzinfo=None) - _LONGEST_CHANGE
    lines = croniter(schedule.cron, local, max_years_between_matches=_YEARS)
    last: datetime | None = None
    while True:
        try:
            local = lines.get_next(datetime)
        except (CroniterBadDateError, OverflowError):  # February 30
            return
        due = moment_of(local, zone)
        if due <= after or due == last:  # of the hour that is left out, the first counts
            continue
        last = due
        yield _placed(schedule, local, due, closed_until)


def between(
    schedule: Schedule, zone: ZoneInfo, after: datetime, until: datetime, closed: ClosedUntil
) -> list[Firing]:
    """The times after a moment and up to another, that one included."""
    return list(takewhile(lambda f: f.due <= until, firings(schedule, zone, after, closed)))


def coming(
    schedule: Schedule, zone: ZoneInfo, after: datetime, closed: ClosedUntil, count: int
) -> list[Firing]:
    """The next so many times; fewer where the cron line has no more."""
    return list(islice(firings(schedule, zone, after, closed), count))


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which clocks show a local time; after a leap over it, the leap.

    Returns:
        UTC, to the second.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local:
        return first.astimezone(UTC)
    # Clocks never show it. Read with the offset after the leap it lies before the leap, and the
    # other way round: the leap is between the two.
    before, behind = second.astimezone(UTC), first.astimezone(UTC)
    offset = behind.astimezone(zone).utcoffset()
    while behind - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(behind - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            behind = middle
        else:
            before = middle
    return behind


def day_off(schedule: Schedule, day: date) -> str:
    """Why the office is closed on a day; empty where it is open, or where no day counts."""
    if schedule.days == "every":
        return ""
    if day in schedule.closed:
        return "the office is closed"
    if day.weekday() >= 5:
        return "weekend"
    return _holidays(schedule.holidays, day.year).get(day, "") if schedule.holidays else ""


def _placed(
    schedule: Schedule, local: datetime, due: datetime, closed_until: ClosedUntil
) -> Firing:
    key = local.isoformat(timespec="minutes")
    off = day_off(schedule, local.date())
    if off:
        return Firing(key, due, None, off)
    opens = closed_until(due)
    if opens is None:
        return Firing(key, due, due)
    why = "the portal's quiet hours or maintenance"
    return Firing(key, due, opens if schedule.in_quiet_hours == "wait" else None, why)


@lru_cache(64)
def _holidays(calendar: str, year: int) -> dict[date, str]:
    import holidays  # a quarter of a second: only where a calendar is named

    country, _, state = calendar.partition("-")
    return dict(holidays.country_holidays(country, subdiv=state or None, years=year).items())
