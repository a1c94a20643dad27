"""Rows that are made from the audit log, where the store lost them: restored, or cut short.

Synchronous; from asyncio go through `bots.store.thread`. All times are UTC.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bots.store import models
from bots.store.facts import RunKind, RunState
from bots.store.records import run_counts

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """What the log tells of a run; `ended_at` is None where it was killed."""

    id: str
    portal: str
    queue: str
    mode: str
    kind: RunKind
    actor: str
    started_at: datetime
    ended_at: datetime | None
    state: RunState


def checkpoint_of_newest_run(origin: str) -> str:
    """The checkpoint that the newest ended run of a log signed; empty without one.

    Up to there the store knows what the log knows: a run keeps what it did, and then signs.
    """
    ended = models.Run.objects.exclude(checkpoint="").filter(log__in=("", origin))
    row = ended.order_by("-started_at", "-id").first()
    return row.checkpoint if row else ""


def run_states(runs: Collection[str]) -> dict[str, str]:
    """The state of each of the runs that the store has."""
    return dict(models.Run.objects.filter(id__in=list(runs)).values_list("id", "state"))


def runs_on_log(runs: Collection[str], origin: str) -> set[str]:
    """Those of the runs that are put on this log, as far as is known."""
    here = models.Run.objects.filter(id__in=list(runs), log__in=("", origin))
    return set(here.values_list("id", flat=True))


def outcomes_kept(intents: Collection[str]) -> frozenset[tuple[str, str]]:
    """Of some intents, which outcomes the store has."""
    ids, kept = list(intents), set[tuple[str, str]]()
    for at in range(0, len(ids), _AT_ONCE):
        rows = models.ChangeRow.objects.filter(intent__in=ids[at : at + _AT_ONCE])
        kept.update(rows.values_list("intent", "outcome").distinct())
    return frozenset(kept)


def begin_run(logged: LoggedRun) -> None:
    """A row for a run that only the log knows, so that no other run takes its id."""
    models.Run.objects.get_or_create(
        id=logged.id,
        defaults={
            "portal": logged.portal,
            "queue": logged.queue,
            "mode": logged.mode,
            "kind": logged.kind.value,
            "state": RunState.IN_PROGRESS.value,
            "started_at": logged.started_at,
            "requested_by": logged.actor[:80],
        },
    )


def end_run(logged: LoggedRun, reason: str) -> None:
    """Close its row as the log has it, with its counts as the store has them."""
    with transaction.atomic():
        counts = run_counts([logged.id])
        models.Run.objects.filter(id=logged.id).update(
            state=logged.state.value,
            ended_at=logged.ended_at or logged.started_at,
            stop_reason=reason[:300],
            counts={"claims": counts.claims, **counts.outcomes, "saves": counts.saves},
        )
