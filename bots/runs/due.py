"""What becomes of the times of a schedule that have come. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.config.schedules import Schedule
from bots.runs.calendar import Firing
from bots.store.schedules import Became, Pause

GRACE = timedelta(minutes=5)  # as late as the scheduler itself may be


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one time; WAITING is told apart from what has not come yet (None)."""

    firing: Firing
    became: Became
    why: str = ""


def decisions(
    schedule: Schedule,
    come: Sequence[Firing],
    now: datetime,
    pause: Pause | None = None,
    *,
    is_busy: bool = False,
) -> list[Decision]:
    """A decision for each time that has come, in order; none for what its portal still delays.

    Args:
        come: the times that are due and not decided, in order.
        is_busy: an earlier time of this schedule is still at work, or waits for it.
    """
    found: list[Decision] = []
    open_ones: list[Firing] = []
    for firing in come:
        if pause is not None and pause.holds_at(firing.due):
            found.append(Decision(firing, Became.LEFT_OUT, _paused(pause)))
        elif not schedule.enabled:
            found.append(Decision(firing, Became.LEFT_OUT, "the schedule is not enabled"))
        elif firing.begins is None:
            found.append(Decision(firing, Became.LEFT_OUT, firing.why))
        elif firing.begins <= now:
            open_ones.append(firing)
        else:
            break  # it waits for the portal, and what comes behind it waits, too
    for firing in open_ones[:-1]:
        found.append(Decision(firing, Became.MISSED, "a later time came before it could begin"))
    if open_ones:
        found.append(_newest(schedule, open_ones[-1], now, is_busy=is_busy))
    return sorted(found, key=lambda decision: decision.firing.due)


def _newest(schedule: Schedule, firing: Firing, now: datetime, *, is_busy: bool) -> Decision:
    assert firing.begins is not None
    late = now - firing.begins
    if is_busy and schedule.overlap == "skip":
        return Decision(firing, Became.LEFT_OUT, "the run before it is still at work")
    if late <= GRACE:
        return Decision(firing, Became.WAITING)
    if schedule.catch_up == "last" and late <= timedelta(hours=schedule.catch_up_hours):
        return Decision(firing, Became.WAITING, f"caught up with, {_hours(late)} late")
    return Decision(firing, Became.MISSED, f"nobody was there to begin it, {_hours(late)} ago")


def _paused(pause: Pause) -> str:
    reason = f": {pause.reason}" if pause.reason else ""
    return f"paused by {pause.by or 'somebody'}{reason}"


def _hours(late: timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
