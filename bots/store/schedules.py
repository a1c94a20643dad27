"""Schedules in the store: what became of each of their times, and which are paused.

Synchronous; from asyncio go through `bots.store.thread`. All times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Max

from bots.store import models, work
from bots.store.facts import ExceptionState, ProposalState, RunRecord
from bots.store.records import run_record

BY_HAND = " now"  # how the key of a run ends that a person began
_NEAR = timedelta(days=14)


class Became(StrEnum):
    """What became of one time of a schedule."""

    WAITING = "waiting"  # for quiet hours to end, or for another run
    BEGUN = "begun"
    DONE = "done"
    LEFT_OVER = "left over"  # the run ended with work left over
    FAILED = "failed"
    MISSED = "missed"  # nobody was there to begin it
    LEFT_OUT = "left out"  # by a rule: a day off, quiet hours, another run, a pause


_BEGUN_BY_NOBODY = (Became.MISSED.value, Became.LEFT_OUT.value)


@dataclass(frozen=True, slots=True)
class TimeRecord:
    """One time of a schedule, as it was decided."""

    schedule: str
    key: str
    due: datetime
    became: Became
    why: str

    @property
    def run_key(self) -> str:
        """How its run is marked, so that it is found again."""
        return run_key(self.schedule, self.key)


@dataclass(frozen=True, slots=True)
class Pause:
    """Who paused a schedule, when, why and until when (None: until it is resumed)."""

    by: str
    reason: str
    at: datetime
    until: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        """Whether a time of that moment is left out."""
        return self.at <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the schedules stand, and what waits for a person."""

    open_exceptions: int
    open_proposals: int
    waiting: int
    failed: int  # times without a good run, since a moment
    done: dict[str, datetime]  # schedule -> the time of its last good run


def run_key(schedule: str, key: str) -> str:
    """`nightly@2026-09-30T02:30`."""
    return f"{schedule}@{key}"


def known_since(schedule: str, now: datetime) -> datetime:
    """When the schedule was first seen, with the line that it has; now, and kept, where it is new.

    A moment that has not come was seen by a clock that was ahead: it is now, too.
    """
    row, _ = models.ScheduleRow.objects.get_or_create(name=schedule, defaults={"since": now})
    if row.since > now:
        row.since = now
        row.save(update_fields=["since"])
    return row.since


def keep_line(schedule: str, line: str, now: datetime) -> None:
    """Keep by what line the times of a schedule are found; empty where it has none any more.

    By another line than before it is as if it were first seen now. Where none was kept, such as
    by an older version, it is as old as ever.
    """
    row, _ = models.ScheduleRow.objects.get_or_create(name=schedule, defaults={"since": now})
    if row.line not in (None, line):
        row.since = now
    row.line = line
    row.save(update_fields=["since", "line"])


def decided_until(schedule: str, now: datetime) -> datetime | None:
    """The latest time of the schedule, up to now, of which it is known what became of it.

    What a person began by hand is no time of the schedule.
    """
    own = models.ScheduledTime.objects.filter(schedule=schedule).exclude(key__endswith=BY_HAND)
    row = own.filter(due__lte=now).order_by("-due").first()
    return row.due if row else None


def take_back(schedule: str, now: datetime) -> list[str]:
    """Forget what was said of times that have not come, by a clock that was ahead.

    They are decided anew when they come. Only those that were to begin nothing: one that waits
    is begun at its time, and a run that was begun stays that of its time, so that no time has two.

    Returns:
        The keys of the times.
    """
    taken = []
    own = models.ScheduledTime.objects.filter(schedule=schedule).exclude(key__endswith=BY_HAND)
    # Where more lies ahead it may be this clock that is wrong: it takes no more than it must.
    ahead = own.filter(due__gt=now, due__lte=now + _NEAR, state__in=_BEGUN_BY_NOBODY)
    for row in ahead.order_by("due"):
        if newest_run(run_key(schedule, row.key)) is None:
            row.delete()
            taken.append(row.key)
    return taken


def decide(schedule: str, key: str, due: datetime, became: Became, why: str = "") -> bool:
    """Say what becomes of a time; False, and nothing changes, where that was said before."""
    try:
        with transaction.atomic():
            models.ScheduledTime.objects.create(
                schedule=schedule, key=key, due=due, state=became.value, why=why[:300],
                decided_at=datetime.now(UTC),
            )  # fmt: skip
    except IntegrityError:
        return False
    return True


def turn(schedule: str, key: str, was: Became, became: Became, why: str = "") -> bool:
    """Say anew what became of a time; False where it is not any more what it was."""
    return bool(
        models.ScheduledTime.objects.filter(schedule=schedule, key=key, state=was.value).update(
            state=became.value, why=why[:300], decided_at=datetime.now(UTC)
        )
    )


def times(
    schedule: str = "",
    *states: Became,
    limit: int | None = None,
    until: datetime | None = None,
) -> list[TimeRecord]:
    """The times of a schedule, or of all, the newest first.

    Args:
        until: none after this moment. A run that a clock which was ahead had begun keeps its time.
    """
    rows = models.ScheduledTime.objects.order_by("-due", "-id")
    if until is not None:
        rows = rows.filter(due__lte=until)
    if schedule:
        rows = rows.filter(schedule=schedule)
    if states:
        rows = rows.filter(state__in=[state.value for state in states])
    return [_time(row) for row in rows[:limit]]


def standing(since: datetime, now: datetime) -> Standing:
    """How everything stands now; what failed is counted from a moment on."""
    scheduled = models.ScheduledTime.objects.filter(due__lte=now)
    bad = (Became.FAILED.value, Became.LEFT_OVER.value, Became.MISSED.value)
    good = scheduled.filter(state=Became.DONE.value).values("schedule").annotate(last=Max("due"))
    return Standing(
        open_exceptions=models.ExceptionRow.objects.filter(
            state=ExceptionState.OPEN.value
        ).count(),
        open_proposals=models.Proposal.objects.filter(state=ProposalState.OPEN.value).count(),
        waiting=scheduled.filter(state=Became.WAITING.value).count(),
        failed=scheduled.filter(state__in=bad, due__gte=since).count(),
        done={row["schedule"]: row["last"] for row in good},
    )


def newest_run(key: str) -> RunRecord | None:
    """The newest run that a time of a schedule began."""
    row = models.Run.objects.filter(scheduled=key).order_by("-started_at", "-id").first()
    return run_record(row) if row else None


def last_ended(portal: str, until: datetime) -> RunRecord | None:
    """The run at a portal that ended last, up to a moment, whoever asked for it.

    What ended after that was ended by a clock that was ahead, and would stay the last for days.
    """
    ended = models.Run.objects.filter(portal=portal, ended_at__lte=until)
    row = ended.order_by("-ended_at", "-id").first()
    return run_record(row) if row else None


def is_open(digest: str) -> bool:
    """Whether the very run that a digest stands for waits or is at work, whoever asked for it."""
    return models.Run.objects.filter(asked_for=digest, state__in=work.OPEN).exists()


def pause(schedule: str, by: str, reason: str, until: datetime | None) -> None:
    """Let a schedule begin nothing, until a moment or until it is resumed."""
    now = datetime.now(UTC)
    known_since(schedule, now)
    models.ScheduleRow.objects.filter(name=schedule).update(
        paused_at=now, paused_by=by, pause_reason=reason[:300], paused_until=until
    )


def resume(schedule: str) -> bool:
    """Let it begin again from now on; False where it was not paused."""
    now = datetime.now(UTC)
    was = pause_of(schedule)
    if was is None or not was.holds_at(now):
        return False
    # What was paused up to now stays so: those times are not caught up with.
    models.ScheduleRow.objects.filter(name=schedule).update(paused_until=now)
    return True


def pause_of(schedule: str) -> Pause | None:
    """The latest pause, over or not."""
    row = models.ScheduleRow.objects.filter(name=schedule).first()
    if row is None or row.paused_at is None:
        return None
    return Pause(row.paused_by, row.pause_reason, row.paused_at, row.paused_until)


def _time(row: models.ScheduledTime) -> TimeRecord:
    return TimeRecord(row.schedule, row.key, row.due, Became(row.state), row.why)
