"""Proposals: kept once while they wait, decided by a person, applied once."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Literal

from django.db import transaction

from bots.claims import Change
from bots.errors import Problem
from bots.store import lookup, models
from bots.store.content import moved
from bots.store.facts import (
    UNRESOLVED,
    ChangeOutcome,
    ItemState,
    NewProposal,
    ProposalRecord,
    ProposalState,
    RunState,
)

WAITING = (ProposalState.OPEN.value, ProposalState.APPROVED.value)


def changes_digest(changes: Iterable[Change]) -> str:
    """What makes two proposals for a claim and check the same: exactly these changes."""
    listed = sorted((c.field, c.line or 0, c.from_, c.to) for c in changes)
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def upsert_proposal(
    run: str, portal: str, number: str, new: NewProposal, at: datetime | None = None
) -> tuple[ProposalRecord, bool]:
    """Keep a proposal; answer the one kept before where it says the same.

    `at` is when the claim was read. One that nobody has approved yet follows the claim: who
    approves it approves what was read last.

    The same means portal, claim, check and changes, while it is open or approved; or
    rejected on the same content of the claim (the bots' own changes aside), so that nobody
    is asked twice. A rejected one is given back as rejected: the caller does not count it as
    proposed. What a review does not repeat becomes stale behind it (`stale_but`): several
    proposals of one check, each for a line of its own, stand beside each other.
    """
    digest = changes_digest(new.changes)
    at = at or datetime.now(UTC)
    with transaction.atomic():
        same = models.Proposal.objects.filter(
            portal=portal, number=number, check_id=new.check, changes_digest=digest
        ).order_by("-pk")
        rejected = same.filter(state=ProposalState.REJECTED.value)
        before = same.filter(state__in=WAITING).first() or next(
            (row for row in rejected if _is_as_rejected(row, new)), None
        )
        if before is not None:
            _follow(before, new, at)
            return proposal_record(before), False
        row = models.Proposal.objects.create(
            run_id=run,
            portal=portal,
            number=number,
            check_id=new.check,
            changes=[c.as_json() for c in new.changes],
            changes_digest=digest,
            content_digest=new.content_digest,
            raises_payment=new.raises_payment,
            at_stake=new.at_stake,
            message=new.message[:500],
            reason=new.reason[:300],
            created_at=datetime.now(UTC),
            content=dict(new.content),
            bound_at=at,
        )
    return proposal_record(row), True


def _is_as_rejected(row: models.Proposal, new: NewProposal) -> bool:
    """Whether the claim is as it was when somebody said no, but for the bots' own changes."""
    if not row.content:  # of an older version
        return row.content_digest == new.content_digest
    own = own_changes(row.portal, row.number, row.bound_at)
    return not moved(row.content, new.content, own)


def _follow(row: models.Proposal, new: NewProposal, at: datetime) -> None:
    is_rejected = row.state == ProposalState.REJECTED.value
    is_unanswered = row.state == ProposalState.OPEN.value and not row.first_by
    if not (is_rejected or is_unanswered) or row.content == dict(new.content):
        return
    # Of a rejected one: what others change later in a field that was ours is theirs.
    row.content, row.content_digest, row.bound_at = dict(new.content), new.content_digest, at
    if is_unanswered:
        row.raises_payment, row.at_stake = new.raises_payment, new.at_stake
        row.message, row.reason = new.message[:500], new.reason[:300]
    row.save()


def stale_but(
    portal: str,
    number: str,
    keep: Collection[str],
    *,
    unanswered: Collection[str] = (),
    shadow: bool = False,
) -> None:
    """Waiting proposals of a claim that its newest review did not repeat become stale.

    A revert is no review's to repeat: the run that applies it looks whether it still may.

    Args:
        unanswered: checks that could not be evaluated, and so took nothing back.
        shadow: nothing that a person approved is laid down, not even by the first of two: a
            shadow run may be of another day, with other tables.
    """
    kept = [int(id.removeprefix("P-")) for id in keep]
    waiting = models.Proposal.objects.filter(
        portal=portal, number=number, state__in=WAITING, reverts=""
    )
    if shadow:
        waiting = waiting.filter(state=ProposalState.OPEN.value, first_by="")
    waiting.exclude(pk__in=kept).exclude(check_id__in=list(unanswered)).update(
        state=ProposalState.STALE.value
    )


def own_changes(portal: str, number: str, since: datetime | None) -> tuple[Change, ...]:
    """What the bots themselves changed on a claim since a moment, the newest of each place."""
    if since is None:
        return ()
    rows = models.ChangeRow.objects.filter(
        run__portal=portal,
        number=number,
        at__gte=since,
        outcome__in=(ChangeOutcome.CONFIRMED.value, ChangeOutcome.ALREADY_CORRECT.value),
    ).order_by("pk")
    newest = {
        (row.field, row.line): Change(row.field, row.line, row.from_value, row.to_value)
        for row in rows
    }
    return tuple(newest.values())


def proposals(
    state: ProposalState | None = None, portal: str = "", run: str = ""
) -> tuple[ProposalRecord, ...]:
    """Proposals, the oldest first."""
    rows = models.Proposal.objects.order_by("pk")
    if state is not None:
        rows = rows.filter(state=state.value)
    if portal:
        rows = rows.filter(portal=portal)
    if run:
        rows = rows.filter(run_id=run)
    return tuple(proposal_record(row) for row in rows)


def open_proposals(portal: str = "") -> tuple[ProposalRecord, ...]:
    """Those that wait for a person."""
    return proposals(ProposalState.OPEN, portal)


def approved_proposals(portal: str) -> tuple[ProposalRecord, ...]:
    """Those that a run may apply, after reading and checking the claim again."""
    return proposals(ProposalState.APPROVED, portal)


def find_proposal(id: str) -> ProposalRecord:
    """One proposal; raises Problem with the nearest id where there is none."""
    return proposal_record(lookup.find_proposal(id))


def decide(
    id: str,
    answer: Literal["approve", "reject"],
    by: str,
    reason: str,
    witness: Callable[[ProposalRecord], None] | None = None,
    *,
    asks_two: Callable[[bool], bool] = lambda raises_payment: False,
) -> ProposalRecord:
    """Approve or reject an open proposal, in a person's name and with their reason.

    Of two who decide at once the first is heard and the other is told. Where two people must
    approve, the first approval leaves it open, and neither the first nor who proposed it can
    be the second. One person is enough to reject.

    `witness` puts the decision onto the ledger; where it raises, nothing was decided.
    `asks_two` says whether two must approve, given whether it raises payment.

    Raises:
        Problem: no such proposal, it is not open, name or reason is missing, or a second
            person is needed.
    """
    who, why = _name_and_reason(by, reason)
    with transaction.atomic():
        row = lookup.find_proposal(id)
        # Said in the question itself: what another process wrote meanwhile is not overwritten.
        mine = models.Proposal.objects.filter(
            pk=row.pk, state=ProposalState.OPEN.value, first_by=row.first_by
        )
        now = datetime.now(UTC)
        if answer == "approve" and asks_two(row.raises_payment) and not row.first_by:
            decided = mine.update(first_by=who, first_at=now, first_reason=why)
        else:
            # Also where the office asks one by now: it may ask two again, and would find two.
            if answer == "approve" and row.first_by:
                _another_person(row, who)
            state = ProposalState.APPROVED if answer == "approve" else ProposalState.REJECTED
            decided = mine.update(
                state=state.value, decided_by=who, decided_at=now, decision_reason=why
            )
        if not decided:
            by_whom = f" by {row.decided_by}" if row.decided_by else ""
            raise Problem(
                f"the proposal is not open: it is {row.state}{by_whom}",
                where=lookup.proposal_id(row.pk),
                do="`claimbots proposals list` shows the open ones",
            )
        row.refresh_from_db()
        record = proposal_record(row)
        if witness is not None:
            witness(record)
    return record


def withdraw(
    id: str,
    by: str,
    reason: str,
    witness: Callable[[ProposalRecord], None] | None = None,
) -> ProposalRecord:
    """Take back an approval that no run has applied yet; one person is enough.

    The proposal is what a rejection makes of it. `witness` as for `decide`.

    Raises:
        Problem: no such proposal, it is not approved, a run is at it, or name or reason is
            missing.
    """
    who, why = _name_and_reason(by, reason)
    with transaction.atomic():
        row = lookup.find_proposal(id)
        _may_be_withdrawn(row)
        row.state = ProposalState.REJECTED.value
        row.decided_by, row.decided_at, row.decision_reason = who, datetime.now(UTC), why
        row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
        record = proposal_record(row)
        if witness is not None:
            witness(record)
    return record


def _may_be_withdrawn(row: models.Proposal) -> None:
    name = lookup.proposal_id(row.pk)
    if row.state != ProposalState.APPROVED.value:
        instead = {
            ProposalState.OPEN.value: f"`claimbots proposals reject {name}`",
            ProposalState.APPLIED.value: f"`claimbots revert {row.applied_intent}`",
        }
        raise Problem(
            f"there is no approval to withdraw: it is {row.state}",
            where=name,
            do=instead.get(row.state, f"`claimbots proposals show {name}` says by whom"),
        )
    at_work = models.WorkItem.objects.filter(
        proposal=name, state=ItemState.AT_WORK.value, run__state=RunState.IN_PROGRESS.value
    )
    # A run that comes to it after us asks whether it is still approved.
    if item := at_work.first():
        raise Problem(
            f"run {item.run_id} is at it", where=name, do="look again when that run is through"
        )
    # A save of it whose outcome another machine's log may hold: that machine says it.
    unknown = models.ExceptionRow.objects.filter(
        proposal=row,
        code="SAVE_UNKNOWN",
        state__in=UNRESOLVED,
    )
    left = models.WorkItem.objects.filter(proposal=name).exclude(state=ItemState.DONE.value)
    if unknown.exists() or left.exclude(run__lands_by=None).exists():
        raise Problem(
            "what became of a save of it is not known yet",
            where=name,
            do="look again when the portal's next run has settled it",
        )


def _name_and_reason(by: str, reason: str) -> tuple[str, str]:
    if not by.strip() or not reason.strip():
        raise Problem("a decision carries a name and a reason", do="give --by and --reason")
    return by.strip()[:80], reason.strip()[:300]


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same but for capitals, blanks, and how their letters are coded."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    # Twice: to fold capitals may undo the form, and `casefold` knows only composed letters.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def _another_person(row: models.Proposal, who: str) -> None:
    for other, did in ((row.first_by, "approved it first"), (row.proposed_by, "proposed it")):
        if other and same_person(other, who):
            raise Problem(
                f"{other} {did}: another person must approve it, too",
                where=lookup.proposal_id(row.pk),
                do="ask somebody else to approve it, with --by and --reason",
            )


def second_needed(id: str) -> None:
    """An approval by one person, where the office by now asks two: it waits for the second."""
    with transaction.atomic():
        row = lookup.find_proposal(id)
        if row.state != ProposalState.APPROVED.value:
            return  # it was said before, and its answer was lost
        row.state = ProposalState.OPEN.value
        row.first_by, row.first_at = row.decided_by, row.decided_at
        row.first_reason = row.decision_reason
        row.decided_by, row.decided_at, row.decision_reason = "", None, ""
        row.save()


def mark(id: str, state: ProposalState, *, intent: str = "", reason: str = "") -> ProposalRecord:
    """Note what became of an approved proposal: applied by an intent, stale or expired.

    Raises:
        Problem: there is no such proposal.
    """
    with transaction.atomic():
        row = lookup.find_proposal(id)
        row.state = state.value
        row.applied_intent = intent or row.applied_intent
        row.reason = reason[:300] or row.reason
        row.save(update_fields=["state", "applied_intent", "reason"])
    return proposal_record(row)


def carried_out(
    portal: str, number: str, intent: str, changes: Iterable[Change]
) -> tuple[ProposalRecord, ...]:
    """Note that an intent, confirmed, carried these changes: approved ones among them are applied.

    Returns:
        The proposals that were approved and are applied now.
    """
    return tuple(
        mark(proposal.id, ProposalState.APPLIED, intent=intent)
        for proposal in approved_among(portal, number, changes)
    )


def approved_among(
    portal: str, number: str, changes: Iterable[Change]
) -> tuple[ProposalRecord, ...]:
    """The approved proposals of a claim that a save with these changes carries."""
    written = set(changes)
    return tuple(
        proposal
        for proposal in proposals(ProposalState.APPROVED, portal)
        if proposal.number == number and written >= set(proposal.changes)
    )


def proposal_record(row: models.Proposal) -> ProposalRecord:
    """A proposal's row as a record."""
    return ProposalRecord(
        id=lookup.proposal_id(row.pk),
        run=row.run_id,
        portal=row.portal,
        number=row.number,
        check=row.check_id,
        changes=tuple(
            Change(entry["field"], entry["line"], entry["from"], entry["to"])
            for entry in row.changes
        ),
        changes_digest=row.changes_digest,
        content_digest=row.content_digest,
        raises_payment=row.raises_payment,
        at_stake=row.at_stake,
        message=row.message,
        reason=row.reason,
        state=ProposalState(row.state),
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        applied_intent=row.applied_intent,
        content=row.content,
        bound_at=row.bound_at,
        first_by=row.first_by,
        first_at=row.first_at,
        first_reason=row.first_reason,
        proposed_by=row.proposed_by,
        reverts=row.reverts,
    )
