"""Proposals: kept once while they wait, decided by a person, applied once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Literal

from django.db import transaction

from bots.claims import Change
from bots.errors import Problem
from bots.store import lookup, models
from bots.store.facts import NewProposal, ProposalRecord, ProposalState

_WAITING = (ProposalState.OPEN.value, ProposalState.APPROVED.value)


def changes_digest(changes: Iterable[Change]) -> str:
    """What makes two proposals for a claim and check the same: exactly these changes."""
    listed = sorted((c.field, c.line or 0, c.from_, c.to) for c in changes)
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def upsert_proposal(
    run: str, portal: str, number: str, new: NewProposal
) -> tuple[ProposalRecord, bool]:
    """Keep a proposal; answer the one kept before where it says the same.

    The same means portal, claim, check and changes, while it is open or approved; or
    rejected on the same content of the claim, so that nobody is asked twice. A rejected
    one is given back as rejected: the caller does not count it as proposed. Waiting
    proposals of the same claim and check with other changes become stale.
    """
    digest = changes_digest(new.changes)
    with transaction.atomic():
        same = models.Proposal.objects.filter(
            portal=portal, number=number, check_id=new.check
        ).order_by("-pk")
        before = (
            same.filter(changes_digest=digest, state__in=_WAITING).first()
            or same.filter(
                changes_digest=digest,
                content_digest=new.content_digest,
                state=ProposalState.REJECTED.value,
            ).first()
        )
        if before is not None:
            return proposal_record(before), False
        same.filter(state__in=_WAITING).update(state=ProposalState.STALE.value)
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
        )
    return proposal_record(row), True


def stale_but(portal: str, number: str, keep: Collection[str]) -> None:
    """Waiting proposals of a claim that its newest review did not repeat become stale."""
    kept = [int(id.removeprefix("P-")) for id in keep]
    models.Proposal.objects.filter(portal=portal, number=number, state__in=_WAITING).exclude(
        pk__in=kept
    ).update(state=ProposalState.STALE.value)


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
) -> ProposalRecord:
    """Approve or reject an open proposal, in a person's name and with their reason.

    `witness` puts the decision onto the ledger; where it raises, nothing was decided.

    Raises:
        Problem: no such proposal, it is not open, or name or reason is missing.
    """
    if not by.strip() or not reason.strip():
        raise Problem("a decision carries a name and a reason", do="give --by and --reason")
    state = ProposalState.APPROVED if answer == "approve" else ProposalState.REJECTED
    with transaction.atomic():
        row = lookup.find_proposal(id)
        decided = models.Proposal.objects.filter(pk=row.pk, state=ProposalState.OPEN.value).update(
            state=state.value,
            decided_by=by.strip()[:80],
            decided_at=datetime.now(UTC),
            decision_reason=reason.strip()[:300],
        )
        if not decided:
            who = f" by {row.decided_by}" if row.decided_by else ""
            raise Problem(
                f"the proposal is not open: it is {row.state}{who}",
                where=f"P-{row.pk:05d}",
                do="`claimbots proposals list` shows the open ones",
            )
        row.refresh_from_db()
        record = proposal_record(row)
        if witness is not None:
            witness(record)
    return record


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
    written = set(changes)
    applied = []
    for proposal in proposals(ProposalState.APPROVED, portal):
        if proposal.number == number and written >= set(proposal.changes):
            applied.append(mark(proposal.id, ProposalState.APPLIED, intent=intent))
    return tuple(applied)


def proposal_record(row: models.Proposal) -> ProposalRecord:
    """A proposal's row as a record."""
    return ProposalRecord(
        id=f"P-{row.pk:05d}",
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
    )
