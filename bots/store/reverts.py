"""Reverts: what a person wants put back, kept once an intent; and what the bot must not redo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from bots.claims import Change
from bots.errors import Problem
from bots.store import lookup, models
from bots.store.facts import NewRevert, ProposalRecord, ProposalState
from bots.store.proposals import WAITING, changes_digest, proposal_record

_IN_PLACE_OF_A_CHECK = "revert"
_ALIVE = (*WAITING, ProposalState.APPLIED.value)


def keep_revert(
    new: NewRevert, witness: Callable[[ProposalRecord], None] | None = None
) -> ProposalRecord:
    """Keep a person's wish to put back what an intent wrote, open until it is approved.

    Raises:
        Problem: there is one for that intent already, or its run is not in this store.
    """
    with transaction.atomic():
        if before := _revert_of(new.intent):
            raise _already_reverted(new.intent, before)
        if not models.Run.objects.filter(id=new.run).exists():
            raise Problem(
                f"this store does not know run {new.run}, which wrote it",
                where=new.intent,
                do="put it back in the portal by hand",
            )
        try:
            row = models.Proposal.objects.create(
                run_id=new.run,
                portal=new.portal,
                number=new.number,
                check_id=_IN_PLACE_OF_A_CHECK,
                changes=[c.as_json() for c in new.changes],
                changes_digest=changes_digest(new.changes),
                raises_payment=new.raises_payment,
                message=new.message[:500],
                created_at=datetime.now(UTC),
                proposed_by=new.by.strip()[:80],
                reverts=new.intent,
            )
        except IntegrityError:  # another intent that wrote the very same is being put back
            raise _already_reverted(new.intent, "another revert of the same change") from None
        record = proposal_record(row)
        if witness is not None:
            witness(record)
    return record


def _revert_of(intent: str) -> str:
    row = models.Proposal.objects.filter(reverts=intent, state__in=_ALIVE).first()
    return f"{lookup.proposal_id(row.pk)}, which is {row.state}" if row else ""


def _already_reverted(intent: str, by: str) -> Problem:
    return Problem(
        f"it is put back already, by {by}",
        where=f"intent {intent}",
        do="`claimbots proposals list --state all` shows it",
    )


def put_back(portal: str) -> dict[str, frozenset[Change]]:
    """What people put back, or asked to, by claim: the changes that the bot had made.

    The bot does not make them again by itself: a person has said that they were wrong.
    """
    rows = models.Proposal.objects.filter(portal=portal, state__in=_ALIVE).exclude(reverts="")
    found: dict[str, frozenset[Change]] = {}
    for record in map(proposal_record, rows):
        made = frozenset(Change(c.field, c.line, c.to, c.from_) for c in record.changes)
        found[record.number] = found.get(record.number, frozenset()) | made
    return found
