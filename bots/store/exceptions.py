"""Exceptions: kept once for a claim and cause, decided by a person, or gone by themselves.

What a run says of a claim replaces what earlier runs said of it. Met again, an exception
carries on the earlier one's age and owner; taken through without it, it is gone. But a save that
left something else on the claim waits for a person, and what a live run met is not gone because
a shadow run, which never comes to saving, did not meet it. What stopped a whole run is of its
queue's list, unless it was met on the way in, which is the same for all runs of the portal.

Synchronous, as all of this room.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from bots.errors import Problem
from bots.faults import that_wake
from bots.store import lookup, models
from bots.store.causes import group_id, shared_words
from bots.store.facts import (
    FOR_GOOD,
    UNRESOLVED,
    ExceptionDecision,
    ExceptionGroup,
    ExceptionRecord,
    ExceptionState,
    ExceptionType,
    NewException,
    ProposalState,
    Resolution,
)

# The portal may hold half of a save, or more than was asked; another machine may know of a save
# that we do not: neither is mended by passing.
_A_PERSON_LOOKS = frozenset({"SAVE_DIFFERS", "OTHER_LOG"})
# Each is of one save: what a person said of it says nothing of one that was begun later, which
# nobody has seen, though its words may be the same.
_EACH_ITS_OWN = _A_PERSON_LOOKS | {"SAVE_UNKNOWN"}
_WAITING = (ProposalState.OPEN.value, ProposalState.APPROVED.value)
# The log-in and the screens: every run that comes to its end has been through them.
_ON_THE_WAY_IN = (
    that_wake("log-in-refused") | that_wake("account-locked") | that_wake("portal-changed")
) | {"LOG_IN_CONTESTED"}


# What runs do


def take_in(
    run: models.Run,
    number: str,
    new: Iterable[NewException],
    at: datetime,
    *,
    own: Collection[str] = (),
    went_through: bool = False,
    applied: Collection[str] = (),
    again: bool = False,
) -> list[models.ExceptionRow]:
    """Keep what a run met on one claim (or on itself: no number) and close what it replaces.

    Args:
        own: words of the claim's own, such as its number and its patient's names.
        went_through: the claim was read, checked and acted on (the run: came to its end).
        applied: proposals that this run carried out.
        again: the run keeps this claim a second time, in place of the first.
    """
    before = list(_standing(run, number))
    replaced: set[int] = set()
    if again:
        # What was said of a proposal stands: several of one claim are applied in one run.
        first = models.ExceptionRow.objects.filter(run=run, number=number, proposal=None)
        first = first.exclude(code__in=_A_PERSON_LOOKS)
        replaced = set(first.values_list("pk", flat=True))
        first.delete()
    kept = []
    for entry in new:
        row = _row(run, number, entry, at, own)
        older = [earlier for earlier in before if _is_same(earlier, row)]
        _carry_on(row, older, entry.saved)
        row.save()
        for earlier in older:
            before.remove(earlier)
            if earlier.state in UNRESOLVED and earlier.pk not in replaced:
                _close(earlier, ExceptionState.AGAIN, run)
        kept.append(row)
    for earlier in before:
        if earlier.pk not in replaced and _is_gone(earlier, run, went_through, applied):
            _close(earlier, ExceptionState.GONE, run)
    return kept


def _standing(run: models.Run, number: str) -> QuerySet[models.ExceptionRow]:
    """What an exception of this claim may carry on: open, closed just now, or closed for good.

    Of whole runs, those over the same queue: another list was not read by this run.
    """
    rows = models.ExceptionRow.objects.filter(run__portal=run.portal, number=number)
    if not number:
        rows = rows.filter(Q(run__queue=run.queue) | Q(code__in=_ON_THE_WAY_IN))
    return (
        rows.filter(
            Q(state__in=UNRESOLVED)
            | Q(closed_in=run.id)
            | Q(state=ExceptionState.RESOLVED.value, resolved_as__in=FOR_GOOD)
        )
        .select_related("run", "proposal")
        .order_by("pk")
    )


def _row(
    run: models.Run, number: str, new: NewException, at: datetime, own: Collection[str]
) -> models.ExceptionRow:
    about = lookup.find_proposal(new.proposal) if new.proposal else None
    return models.ExceptionRow(
        run=run,
        number=number,
        type=new.type.value,
        code=new.code,
        message=new.message[:500],
        cause=shared_words(new.message, (number, *own))[:500],
        check_id=new.check[:60],
        intent=new.intent,
        proposal=about,
        retry=new.retry,
        created_at=at,
        since=at,
    )


def _is_same(one: models.ExceptionRow, other: models.ExceptionRow) -> bool:
    def of(row: models.ExceptionRow) -> tuple[object, ...]:
        # One check may propose for each line of a claim: what became of one is not the other's.
        return (row.code, row.check_id, row.proposal_id, _cause(row))

    return of(one) == of(other)


def _carry_on(
    row: models.ExceptionRow, older: list[models.ExceptionRow], saved: datetime | None
) -> None:
    if not older:
        return
    latest = older[-1]
    row.since = min(entry.since or entry.created_at for entry in older)
    row.retry += latest.retry + (latest.state == ExceptionState.RETRY.value)
    # One that this very run kept is about to be replaced: what it followed is followed.
    row.follows_id = latest.follows_id if latest.run_id == row.run_id else latest.pk
    row.intent = row.intent or latest.intent  # a claim that waits for a save does not name it
    row.assigned_to, row.assigned_by = latest.assigned_to, latest.assigned_by
    row.assigned_at = latest.assigned_at
    is_of_this = bool(saved and latest.decided_at and saved < latest.decided_at)
    is_settled = is_of_this or row.code not in _EACH_ITS_OWN
    if latest.state == ExceptionState.RESOLVED.value and is_settled:
        row.state, row.resolved_as = latest.state, latest.resolved_as
        row.decided_by, row.decided_at = latest.decided_by, latest.decided_at
        row.decision_reason = latest.decision_reason


def _is_gone(
    row: models.ExceptionRow, run: models.Run, went_through: bool, applied: Collection[str]
) -> bool:
    if row.state not in UNRESOLVED:
        return False
    if row.number and run.mode == "shadow" and row.run.mode != "shadow":
        return False
    if row.code in _A_PERSON_LOOKS and row.state != ExceptionState.RETRY.value:
        return False
    if row.proposal is not None and lookup.proposal_id(row.proposal.pk) in applied:
        return True
    if row.proposal is not None and row.proposal.state in _WAITING:
        return False  # the proposal is still to be applied: that run says whether it can be
    if not row.number and row.code not in _ON_THE_WAY_IN and not _read_as_far(run, row.run):
        return False
    return went_through


def _read_as_far(run: models.Run, other: models.Run) -> bool:
    """Whether a run reads as much of the queue's list as another does."""
    if "claims named" in run.query:
        return False  # they are looked for one by one: no list is read
    if "limit" not in run.query:
        return True
    # None of it where that is 0: such a run only settles what was left open.
    return 0 < int(other.query.get("limit", 0)) <= int(run.query["limit"])


def _close(row: models.ExceptionRow, state: ExceptionState, run: models.Run) -> None:
    row.state, row.closed_in = state.value, run.id
    row.save(update_fields=["state", "closed_in"])


def settled(run: str, number: str, intents: Collection[str], *, is_note: bool) -> None:
    """Intents of this claim were looked up: that they were unknown is over.

    Where an exception names none (those of an older version), a save that was looked up ends it,
    and a note does not.
    """
    here = models.Run.objects.get(id=run)
    named = list(intents) if is_note else [*intents, ""]
    models.ExceptionRow.objects.filter(
        run__portal=here.portal,
        number=number,
        code="SAVE_UNKNOWN",
        state__in=UNRESOLVED,
        intent__in=named,
    ).update(state=ExceptionState.GONE.value, closed_in=here.id)


def keep_exception(run: str, number: str, new: NewException) -> ExceptionRecord:
    """Put one exception into the queue; `number` is empty where it is the whole run's."""
    with transaction.atomic():
        (row,) = take_in(models.Run.objects.get(id=run), number, [new], datetime.now(UTC))
    return exception_record(row)


def to_retry(portal: str, queue: str) -> tuple[str, ...]:
    """The claims of a queue that somebody wants tried again, each once, the oldest first.

    One whose approved proposal could not be applied is of the pending queue again, unless
    that proposal still waits: then an approved run tries it.
    """
    queues = ("pending", "approved") if queue == "pending" else (queue,)
    rows = models.ExceptionRow.objects.filter(
        run__portal=portal, run__queue__in=queues, state=ExceptionState.RETRY.value
    ).exclude(proposal__state__in=_WAITING)
    return tuple(dict.fromkeys(rows.order_by("pk").values_list("number", flat=True)))


def refused_proposals(portal: str) -> frozenset[str]:
    """The approved proposals whose save the portal refused, and that nobody wants tried again.

    Somebody does who asks for a retry, or says that it is mended.
    """
    rows = models.ExceptionRow.objects.filter(
        proposal__portal=portal,
        proposal__state=ProposalState.APPROVED.value,
        code="SAVE_REFUSED",
    )
    newest = {row.proposal_id: row for row in rows.order_by("pk") if row.proposal_id}
    return frozenset(
        lookup.proposal_id(proposal)
        for proposal, row in newest.items()
        if row.state != ExceptionState.RETRY.value and row.resolved_as != Resolution.DONE.value
    )


# What people see


def exceptions(run: str = "", state: str = "") -> tuple[ExceptionRecord, ...]:
    """Exceptions, the newest first."""
    rows = models.ExceptionRow.objects.select_related("run").order_by("-id")
    if run:
        rows = rows.filter(run_id=run)
    if state:
        rows = rows.filter(state=state)
    return tuple(exception_record(row) for row in rows)


def left_open(run: str) -> tuple[ExceptionRecord, ...]:
    """What is open of a run and of those with which it went on, the newest first.

    A run that goes on with another leaves out the claims which that one was through with.
    """
    rows = models.ExceptionRow.objects.filter(
        run_id__in=lookup.chain_of(run), state=ExceptionState.OPEN.value
    )
    return tuple(exception_record(row) for row in rows.select_related("run").order_by("-id"))


def find_exception(id: str) -> ExceptionRecord:
    """One exception; raises Problem with the nearest id where there is none."""
    return exception_record(lookup.find_exception(id))


def waiting_exceptions() -> Iterator[ExceptionRecord]:
    """All that wait for somebody, the newest first."""
    rows = models.ExceptionRow.objects.filter(state__in=UNRESOLVED).select_related("run")
    yield from (exception_record(row) for row in rows.order_by("-id").iterator(1000))


def grouped(found: Iterable[ExceptionRecord]) -> list[ExceptionGroup]:
    """Exceptions by cause: what stops whole runs first, then by how many claims each holds up."""
    by_cause: dict[str, list[ExceptionRecord]] = {}
    for entry in found:
        by_cause.setdefault(entry.group, []).append(entry)
    groups = [_group(id, entries) for id, entries in by_cause.items()]
    return sorted(groups, key=lambda group: (group.claims > 0, -group.claims, group.since))


def _group(id: str, entries: list[ExceptionRecord]) -> ExceptionGroup:
    return ExceptionGroup(
        id=id,
        claims=len({entry.number for entry in entries if entry.number}),
        exceptions=len(entries),
        to_retry=sum(entry.state is ExceptionState.RETRY for entry in entries),
        since=min(entry.since or entry.created_at for entry in entries),
        assigned_to=tuple(sorted({entry.assigned_to for entry in entries if entry.assigned_to})),
        example=max(entries, key=lambda entry: entry.id),
    )


def find_waiting(id: str) -> tuple[ExceptionRecord, ...]:
    """The exception with that id, or all of that group which wait for somebody.

    Raises:
        Problem: there is none; names the nearest.
    """
    if not id.upper().startswith("G-"):
        return (find_exception(id),)
    waiting = list(waiting_exceptions())
    found = tuple(entry for entry in waiting if entry.group.upper() == id.upper())
    if not found:
        known = sorted({entry.group for entry in waiting})
        raise lookup.unknown("group", id, known, "claimbots exceptions list")
    return found


# What people decide


def decide_exception(
    id: str,
    decision: ExceptionDecision,
    witness: Callable[[ExceptionRecord], None] | None = None,
) -> ExceptionRecord:
    """Assign, resolve or retry one exception that waits, in a person's name.

    `witness` puts it onto the ledger; where it raises, nothing was decided.

    Raises:
        Problem: no such exception, it does not wait any more, or it is no claim's.
    """
    with transaction.atomic():
        row = lookup.find_exception(id)
        if decision.does == "retry" and not row.number:
            raise Problem(
                "it is no claim's but the whole run's",
                where=f"E-{row.pk:05d}",
                do=f"run again: `claimbots run --portal {row.run.portal} --queue {row.run.queue}`",
            )
        changed = models.ExceptionRow.objects.filter(pk=row.pk, state__in=UNRESOLVED).update(
            **_decided(decision, datetime.now(UTC))
        )
        if not changed:
            raise Problem(
                f"the exception does not wait any more: {_ended(row)}",
                where=f"E-{row.pk:05d}",
                do="`claimbots exceptions list` shows what waits",
            )
        row.refresh_from_db()
        record = exception_record(row)
        if witness is not None:
            witness(record)
    return record


def _decided(decision: ExceptionDecision, at: datetime) -> dict[str, Any]:
    who = decision.by.strip()[:80]
    if decision.does == "assign":
        to = decision.to.strip()[:80]
        return {"assigned_to": to, "assigned_by": who, "assigned_at": at}
    decided = {
        "decided_by": who, "decided_at": at, "decision_reason": decision.reason.strip()[:300],
    }  # fmt: skip
    if decision.does == "retry":
        return decided | {"state": ExceptionState.RETRY.value}
    resolved = {"state": ExceptionState.RESOLVED.value, "resolved_as": decision.resolved_as.value}
    return decided | resolved


def _ended(row: models.ExceptionRow) -> str:
    match row.state:
        case ExceptionState.RESOLVED:
            return f"resolved by {row.decided_by} as {row.resolved_as}"
        case ExceptionState.GONE:
            return f"gone in run {row.closed_in}"
    later = models.ExceptionRow.objects.filter(follows=row).order_by("-pk").first()
    return f"seen again in run {row.closed_in}" + (f" as E-{later.pk:05d}" if later else "")


def exception_record(row: models.ExceptionRow) -> ExceptionRecord:
    """An exception's row as a record."""
    cause = _cause(row)
    return ExceptionRecord(
        id=f"E-{row.pk:05d}",
        run=row.run_id,
        number=row.number,
        type=ExceptionType(row.type),
        code=row.code,
        message=row.message,
        state=ExceptionState(row.state),
        retry=row.retry,
        created_at=row.created_at,
        portal=row.run.portal,
        queue=row.run.queue,
        check=row.check_id,
        cause=cause,
        group=group_id(row.run.portal, row.type, row.code, row.check_id, cause),
        since=row.since or row.created_at,
        proposal=lookup.proposal_id(row.proposal_id) if row.proposal_id else "",
        follows=f"E-{row.follows_id:05d}" if row.follows_id else "",
        assigned_to=row.assigned_to,
        assigned_by=row.assigned_by,
        assigned_at=row.assigned_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        resolved_as=row.resolved_as,
        closed_in=row.closed_in,
    )


def _cause(row: models.ExceptionRow) -> str:
    return row.cause or shared_words(row.message, (row.number,))
