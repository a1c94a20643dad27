"""The runs that were asked for, and the claims of each that are due. Synchronous; UTC.

Who asks puts a row here; a worker takes it up. A claim of a run is due, at work, or done: this
table says which, so that nothing is lost with a process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q

from bots.store import leases, models
from bots.store.exceptions import keep_exception
from bots.store.facts import (
    FOR_GOOD,
    ExceptionState,
    ItemState,
    NewException,
    NewRun,
    RunRecord,
    RunState,
)
from bots.store.records import next_run_id, run_record

OPEN = (RunState.PENDING.value, RunState.IN_PROGRESS.value)  # somebody does it, or will
_AT_WORK = Q(state=RunState.IN_PROGRESS.value)
PAUSED, CANCELLED = "paused", "cancelled"  # how a wish begins, and a reason to stop
_TRIES = 20  # of an id that others take at the same moment


@dataclass(frozen=True, slots=True)
class Item:
    """A claim of a run that is to be done. `proposal` is the approved one, or empty."""

    id: int
    number: str
    position: int
    status: str
    proposal: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is: its claims by state."""

    due: int
    at_work: int
    done: int


def ask(
    new: NewRun, request: Mapping[str, Any], digest: str, item: str = ""
) -> tuple[RunRecord, bool]:
    """Ask for a run. Where the very same is waiting or at work, it is that one.

    Args:
        request: what any worker needs to do it.
        digest: the same for two requests that mean the same run.
        item: a Control Room's work item that asks. The run that it has already is its run, ended
            or not, unless that is the one to go on with.

    Returns:
        The run, and whether it is new.
    """
    for _ in range(_TRIES):
        same = _run_of(item, str(request.get("resume", "")))
        same = same or models.Run.objects.filter(asked_for=digest, state__in=OPEN).first()
        if same is not None:
            models.RoomItem.objects.filter(key=item).update(run=same.id)
            return run_record(same), False
        at = datetime.now(UTC)
        try:
            with transaction.atomic():
                row = models.Run.objects.create(
                    id=next_run_id(at),
                    portal=new.portal,
                    queue=new.queue,
                    mode=new.mode,
                    kind=new.kind.value,
                    state=RunState.PENDING.value,
                    started_at=at,
                    requested_by=new.requested_by,
                    scheduled=new.scheduled,
                    query=dict(new.query),
                    account=new.account,
                    request=dict(request),
                    asked_for=digest,
                )
                models.RoomItem.objects.filter(key=item).update(run=row.id)
            return run_record(row), True
        except IntegrityError:  # somebody asked for the same, or took the same id, just now
            continue
    raise AssertionError("a run of the same kind is there, and cannot be found")


def _run_of(item: str, but: str) -> models.Run | None:
    """The run that a work item has; None where that is `but`."""
    kept = models.RoomItem.objects.filter(key=item).exclude(run__in=("", but)).first()
    return models.Run.objects.filter(id=kept.run).first() if kept else None


def request_of(run: str) -> dict[str, Any]:
    """What was asked for, as it was given to `ask`."""
    return dict(models.Run.objects.values_list("request", flat=True).get(id=run))


def asked_for(run: str) -> str:
    """The digest of what was asked for; empty for a run of an older version."""
    return str(models.Run.objects.values_list("asked_for", flat=True).get(id=run))


def next_pending(but: Iterable[str] = (), log: str = "") -> str:
    """The run that waits longest and that `take_up` gives, or an empty text.

    Those in `but` are left out. `log` as for `take_up`.
    """
    lands = _lands_elsewhere(log)
    waiting = models.Run.objects.filter(state=RunState.PENDING.value).exclude(id__in=list(but))
    at_work = models.Run.objects.filter(_AT_WORK | lands).exclude(account="")
    free = waiting.exclude(lands).exclude(account__in=at_work.values("account"))
    return free.order_by("started_at", "id").values_list("id", flat=True).first() or ""


def take_up(run: str, worker: str, log: str = "") -> int:
    """Let a worker begin a waiting run, or go on with it.

    One account is at work once: a portal may end the session of whoever logged in first, and
    what a run finds open on the log is no other run's. While a save may be on its way that
    another log alone knows, its account is at work still: whoever has not that log would read
    the claim as it was, and save it again.

    Args:
        log: the origin of the audit log that will hold its records. Where another one has a save
            of the run of which nobody knew what became, an exception says so.

    Returns:
        Which time this is, from 1; 0 where somebody else has it, it is cancelled, or another
        run is at work under the same account.
    """
    lands = _lands_elsewhere(log)
    with transaction.atomic():
        waiting = models.Run.objects.filter(id=run, state=RunState.PENDING.value)
        row = waiting.exclude(lands).first()
        if row is None:
            return 0
        at_work = models.Run.objects.filter(_AT_WORK | lands, account=row.account)
        if row.account and at_work.exists():
            return 0
        if row.lands_by is not None and row.log != log:
            _leave_log(row)
        row.state, row.worker, row.log = RunState.IN_PROGRESS.value, worker, log
        row.attempt += 1
        row.stop_reason = ""
        row.save(update_fields=("state", "worker", "log", "lands_by", "attempt", "stop_reason"))
    return row.attempt


def _lands_elsewhere(log: str) -> Q:
    """Runs of which a save may be on its way that another log than this one knows."""
    return Q(lands_by__gt=leases.clock()) & ~Q(log=log)


def _leave_log(row: models.Run) -> None:
    """Say that a run goes on without the log that it had; no save is on its way any more."""
    words = f"its worker left it; what it saved stands in the log {row.log} of another machine"
    keep_exception(row.id, "", NewException.of("OTHER_LOG", words))
    row.lands_by = None


def adopt(run: str, was: str, worker: str, log: str = "", within: float = 0.0) -> bool:
    """Give a run at work to another worker, whose predecessor `was` is dead.

    Where its records stand in another log than `log`, an exception says so, and whoever asks has
    waited for what may have been on its way. On the same log that is still to be looked up.

    Args:
        within: seconds from now in which a save of it lands if it ever does.

    Returns:
        False where another was quicker: whoever has it now may be alive. True also for who has it
        already, and asks again.
    """
    with transaction.atomic():
        if any(record.executor == was for record in leases.alive()):
            return False
        at_work = models.Run.objects.filter(id=run, state=RunState.IN_PROGRESS.value)
        row = at_work.filter(worker__in=(was, worker)).first()
        if row is not None and row.worker == was:
            if row.log not in ("", log):
                _leave_log(row)
            else:
                row.lands_by = leases.clock() + timedelta(seconds=within)
            row.worker, row.log = worker, log
            row.save(update_fields=("worker", "log", "lands_by"))
        return row is not None


def log_of(run: str) -> str:
    """The origin of the log that holds a run's newest records; empty for an older version's."""
    return str(models.Run.objects.values_list("log", flat=True).get(id=run))


def may_land(run: str, worker: str, within: float | None) -> None:
    """Say of a run that a worker has whether a save may be on its way that its log alone knows.

    Args:
        within: seconds from now in which it lands if it ever does; None where there is none.
    """
    by = None if within is None else leases.clock() + timedelta(seconds=within)
    models.Run.objects.filter(id=run, worker=worker).update(lands_by=by)


def hand_back(run: str, worker: str, why: str = "") -> bool:
    """Let a run that a worker has wait again: what of it is not done stays due.

    `why` is shown beside it as long as it waits. Where somebody wanted it paused or cancelled,
    it is that instead. False where another has it by now, as it may where this is said twice.
    """
    return _put_aside(run, worker, RunState.PENDING, why)


def put_aside(run: str, worker: str) -> bool:
    """Let a run that a worker has rest until somebody lets it go on; False as `hand_back`."""
    return _put_aside(run, worker, RunState.PAUSED)


def _put_aside(run: str, worker: str, state: RunState, why: str = "") -> bool:
    with transaction.atomic():
        at_work = models.Run.objects.filter(
            id=run, worker=worker, state=RunState.IN_PROGRESS.value
        )
        row = at_work.select_for_update().first()
        if row is None:
            return False
        release(run)
        wish, row.worker, row.wanted = row.wanted, "", ""
        row.state, row.stop_reason = state.value, why
        if wish:
            _heed(row, wish)
        row.save(update_fields=("state", "worker", "wanted", "stop_reason", "ended_at", "exit"))
        return True


def _heed(row: models.Run, wish: str) -> None:
    """Pause or cancel a run that nobody is at."""
    is_pause = wish.startswith(PAUSED)
    row.state = (RunState.PAUSED if is_pause else RunState.STOPPED).value
    row.stop_reason = wish
    if not is_pause:
        row.ended_at, row.exit = datetime.now(UTC), 3


def want(run: str, wish: str) -> RunState:
    """Ask for a run to be paused or cancelled; `wish` is `PAUSED` or `CANCELLED` and by whom.

    Returns:
        Its state: one that waited is so at once, one at work as soon as its claims are through.
    """
    with transaction.atomic():
        row = models.Run.objects.select_for_update().get(id=run)
        if row.state == RunState.IN_PROGRESS.value:
            row.wanted = wish[:120]
        elif row.state in (RunState.PENDING.value, RunState.PAUSED.value):
            _heed(row, wish)
        row.save()
        return RunState(row.state)


def wanted(run: str) -> str:
    """What was asked for by `want`, or an empty text."""
    return str(models.Run.objects.values_list("wanted", flat=True).get(id=run))


def go_on(run: str) -> bool:
    """Let a paused run wait for a worker; False where the very same waits or is at work."""
    try:
        with transaction.atomic():
            paused = models.Run.objects.filter(id=run, state=RunState.PAUSED.value)
            return bool(paused.update(state=RunState.PENDING.value, stop_reason=""))
    except IntegrityError:
        return False


def failed_numbers(run: str) -> tuple[str, ...]:
    """The claims of a run that failed for the machinery's sake, or were never begun.

    Without what a person has closed as not ours or a duplicate.
    """
    failed = models.ExceptionRow.objects.filter(run_id=run, type="APPLICATION").exclude(number="")
    failed = failed.exclude(state=ExceptionState.RESOLVED, resolved_as__in=FOR_GOOD)
    left = models.WorkItem.objects.filter(run_id=run).exclude(state=ItemState.DONE)
    numbers = {*failed.values_list("number", flat=True), *left.values_list("number", flat=True)}
    return tuple(sorted(numbers))


def withdraw(run: str, why: str) -> bool:
    """Cancel a run that waits and of which nothing was begun; False where it is not so."""
    with transaction.atomic():
        waiting = models.Run.objects.filter(id=run, state=RunState.PENDING.value)
        row = waiting.select_for_update().first()
        if row is None or row.items.exists():
            return False
        _heed(row, why)
        row.save()
        return True


def worker_of(run: str) -> tuple[str, int]:
    """Who has a run at work, and for which time."""
    row = models.Run.objects.get(id=run)
    return row.worker, row.attempt


def last_taken(run: str) -> datetime | None:
    """When a claim of a run was taken last; None where none was."""
    taken = models.WorkItem.objects.filter(run_id=run).aggregate(last=Max("taken_at"))["last"]
    assert taken is None or isinstance(taken, datetime)
    return taken


def has_at_work(worker: str, run: str, attempt: int) -> bool:
    """Whether a worker has a run at work, and for that time."""
    mine = models.Run.objects.filter(id=run, worker=worker, attempt=attempt)
    return mine.filter(state=RunState.IN_PROGRESS.value).exists()


def runs_of(worker: str) -> list[str]:
    """The runs that a worker has at work, or had when it died."""
    rows = models.Run.objects.filter(worker=worker, state=RunState.IN_PROGRESS.value)
    return list(rows.order_by("started_at").values_list("id", flat=True))


def list_claims(run: str, claims: Iterable[tuple[str, str, str]]) -> None:
    """Put claims at the end of a run's list: number, state, proposal; each once.

    One that stands there keeps its position, and no two have the same: what is kept of a claim
    may be named by it.
    """
    with transaction.atomic():
        listed = models.WorkItem.objects.filter(run_id=run)
        last = listed.aggregate(last=Max("position"))["last"] or 0
        models.WorkItem.objects.bulk_create(
            (
                models.WorkItem(
                    run_id=run, position=position, number=number, status=status, proposal=proposal
                )
                for position, (number, status, proposal) in enumerate(claims, last + 1)
            ),
            ignore_conflicts=True,
        )


def is_listed(run: str) -> bool:
    """Whether a run's list is whole."""
    return bool(models.Run.objects.values_list("listed", flat=True).get(id=run))


def mark_listed(run: str) -> None:
    """A run's list is whole."""
    models.Run.objects.filter(id=run).update(listed=True)


def take(run: str, count: int) -> list[tuple[int, int]]:
    """The next claims that are due, at most so many; they are at work from now on.

    Returns:
        Each claim's id, and which time it is for it.
    """
    with transaction.atomic():
        items = models.WorkItem.objects.filter(run_id=run)
        due = items.filter(state=ItemState.DUE).order_by("position", "id")
        taken = [(id, before + 1) for id, before in due.values_list("id", "attempt")[:count]]
        items.filter(id__in=[id for id, _ in taken]).update(
            state=ItemState.AT_WORK, attempt=F("attempt") + 1, taken_at=datetime.now(UTC)
        )
    return taken


def item(id: int, attempt: int) -> Item | None:
    """A claim that is at work for that time; None where it is not any more."""
    row = models.WorkItem.objects.filter(id=id, attempt=attempt, state=ItemState.AT_WORK).first()
    if row is None:
        return None
    return Item(row.pk, row.number, row.position, row.status, row.proposal, row.attempt)


def release(run: str, but: Iterable[int] = ()) -> int:
    """Whatever was at work is due again; for when nobody is at work on it any more.

    Args:
        but: ids of claims that stay as they are.
    """
    at_work = models.WorkItem.objects.filter(run_id=run, state=ItemState.AT_WORK)
    return at_work.exclude(id__in=list(but)).update(state=ItemState.DUE)


def standing(run: str) -> Standing:
    """How far a run is."""
    found = models.WorkItem.objects.filter(run_id=run).aggregate(
        due=Count("id", filter=Q(state=ItemState.DUE)),
        at_work=Count("id", filter=Q(state=ItemState.AT_WORK)),
        done=Count("id", filter=Q(state=ItemState.DONE)),
    )
    return Standing(**found)
