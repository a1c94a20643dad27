"""Alerts in the store: each trouble is one row until it is over, whoever sees it and how often.

Synchronous; from asyncio go through `bots.store.thread`. All times are UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bots.store import models

# When an alert that could not be sent is tried again, after the first, second, … time.
LATER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
_KEPT = timedelta(days=7)  # what is over, and could not be sent for so long, is news no more


@dataclass(frozen=True, slots=True)
class Trouble:
    """What somebody is to be told of: an event and the name of that which it befell."""

    event: str
    subject: str
    run: str = ""
    claims: int | None = None
    saves: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that is to be sent now, by the channels that have not taken it yet.

    `until` is the moment up to which it is this caller's alone.
    """

    id: int
    trouble: Trouble
    since: datetime
    over_at: datetime | None
    told: tuple[str, ...]
    until: datetime


def keep(troubles: Iterable[Trouble], now: datetime) -> None:
    """Keep what is new; a trouble that is there already stays as it was said."""
    for trouble in troubles:
        models.AlertRow.objects.get_or_create(
            event=trouble.event,
            subject=trouble.subject[:120],
            over_at=None,
            defaults={
                "run": trouble.run,
                "claims": trouble.claims,
                "saves": trouble.saves,
                "since": now,
                "next_try_at": now,
            },
        )


def end(
    events: Collection[str],
    now: datetime,
    subjects: Collection[str] | None = None,
    but: Collection[str] = (),
) -> None:
    """Say that these troubles of some subjects (or all), are over; not those of `but`."""
    rows = models.AlertRow.objects.filter(over_at=None, event__in=list(events))
    if subjects is not None:
        rows = rows.filter(subject__in=list(subjects))
    rows.exclude(subject__in=list(but)).update(over_at=now)


def speak_of(run: str) -> bool:
    """Whether there was an alert of this run, over or not."""
    return models.AlertRow.objects.filter(run=run).exists()


def take(channels: Collection[str], now: datetime) -> list[Waiting]:
    """The alerts to send now, each for this caller alone until its next try is due.

    One that dies while it sends leaves them to the next try: an alert may come twice then,
    but is never lost.
    """
    with transaction.atomic():
        is_news = Q(over_at=None) | Q(over_at__gt=now - _KEPT)
        # Farther ahead than any try is put off it was kept by a clock that was ahead.
        is_due = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + 2 * LATER[-1])
        rows = models.AlertRow.objects.filter(is_news, is_due, told_at=None)
        taken = []
        for row in rows.order_by("pk"):
            row.next_try_at = now + LATER[min(row.tries, len(LATER) - 1)]
            row.tries += 1
            row.save(update_fields=["next_try_at", "tries"])
            taken.append(_waiting(row, channels))
    return taken


def renew(waiting: Waiting, channels: Collection[str], now: datetime) -> Waiting | None:
    """Keep an alert for this caller while it sends the next message; None where it lost it.

    Those before it may have taken longer than it was given: another has it then, or told it.
    """
    until = max(waiting.until, now + LATER[0])
    row = models.AlertRow.objects.filter(pk=waiting.id, told_at=None)
    if not row.filter(next_try_at=waiting.until).update(next_try_at=until):
        return None
    return _waiting(row.get(), channels)


def sent(
    id: int, told: Collection[str], now: datetime, fault: str = "", left_out: str = ""
) -> None:
    """Keep which channels took it; without a fault it is told for good.

    Args:
        left_out: whom a channel that took it did not take it for; they are not told.
    """
    models.AlertRow.objects.filter(pk=id).update(
        told=sorted(told),
        told_at=None if fault else now,
        fault="; ".join(filter(None, (left_out, fault)))[:80],
    )


def not_sent() -> tuple[int, str]:
    """How many alerts were not sent, or not to all, and why the newest of them was not."""
    rows = models.AlertRow.objects.filter(over_at=None).exclude(fault="")
    return rows.count(), rows.order_by("-pk").values_list("fault", flat=True).first() or ""


def _waiting(row: models.AlertRow, channels: Collection[str]) -> Waiting:
    return Waiting(
        row.pk,
        Trouble(row.event, row.subject, row.run, row.claims, row.saves),
        row.since,
        row.over_at,
        tuple(name for name in row.told if name in channels),
        row.next_try_at,
    )
