"""What becomes of the times of a schedule that have come. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.config.schedules import Schedule
from bots.runs import ends
from bots.runs.calendar import Firing
from bots.store import work
from bots.store.facts import RunRecord, RunState
from bots.store.schedules import Became, Pause

GRACE = timedelta(minutes=5)  # as late as the scheduler itself may be
_WRONG = 2  # the exit of a run that could not be done


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
        if why := why_not(schedule, pause, firing.due):
            found.append(Decision(firing, Became.LEFT_OUT, why))
        elif firing.begins is None:
            found.append(Decision(firing, Became.LEFT_OUT, firing.why))
        elif firing.begins > now:
            break  # it waits for the portal, and what comes behind it waits, too
        elif why := why_not(schedule, pause, firing.begins):  # paused while it waited
            found.append(Decision(firing, Became.LEFT_OUT, why))
        else:
            open_ones.append(firing)
    for firing in open_ones[:-1]:
        found.append(Decision(firing, Became.MISSED, "a later time came before it could begin"))
    if open_ones:
        found.append(_newest(schedule, open_ones[-1], now, is_busy=is_busy))
    return sorted(found, key=lambda decision: decision.firing.due)


def why_not(schedule: Schedule, pause: Pause | None, moment: datetime) -> str:
    """Why a schedule begins nothing at a moment; empty where it may."""
    if pause is not None and pause.holds_at(moment):
        return _paused(pause)
    return "" if schedule.enabled else "the schedule is not enabled"


def came_to(run: RunRecord | None) -> Became:
    """What became of a time by its newest run, where nobody has said it.

    WAITING where it has none, or one that was broken off and is to be gone on with; BEGUN where
    its run is at work, or waits for a worker.
    """
    if run is None or (run.ended_at is not None and run.stop_reason in ends.INTERRUPTED):
        return Became.WAITING
    if run.state.value in work.OPEN:
        return Became.BEGUN
    if run.state is RunState.DONE and not run.exit:
        return Became.DONE
    is_wrong = run.state is RunState.FAILED and run.exit == _WRONG
    return Became.FAILED if is_wrong else Became.LEFT_OVER


def is_over(run: RunRecord) -> bool:
    """Whether the run of a time is not gone on with: it has ended by itself, or a person ended it.

    It does not matter when: its time may have waited for its vault, or nobody was there.
    """
    return came_to(run) not in {Became.WAITING, Became.BEGUN}


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
