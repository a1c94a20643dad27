"""Approvals that hold no longer, before the claim is even read: run out, or given by too few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.config import Approvals
from bots.store import records
from bots.store.facts import NewException, ProposalRecord, ProposalState
from bots.store.proposals import same_person


@dataclass(frozen=True, slots=True)
class Lapse:
    """Why an approval does not hold, and what becomes of the proposal in the store."""

    exception: NewException
    become: Callable[[str], object]


def lapsed(proposal: ProposalRecord, approvals: Approvals, now: datetime) -> Lapse | None:
    """Why an approved proposal may not be applied; None where its approval holds.

    What the office asks for is asked when it is applied: rules may have become stricter since.
    """
    limit = timedelta(days=approvals.valid_days)
    if proposal.approved_at is None or now - proposal.approved_at > limit:
        return Lapse(
            NewException.of(
                "APPROVAL_EXPIRED", f"an approval holds for {approvals.valid_days} days"
            ),
            lambda id: records.mark(id, ProposalState.EXPIRED),
        )
    if approvals.asks_two(proposal.raises_payment) and not _are_two(proposal):
        return Lapse(
            NewException.of(
                "SECOND_APPROVAL_NEEDED", "by now two people must approve this, and one has"
            ),
            records.second_needed,
        )
    return None


def _are_two(proposal: ProposalRecord) -> bool:
    """One person, asked while one was enough, may have been the first of two before."""
    return bool(proposal.first_by) and not same_person(proposal.first_by, proposal.decided_by)


def approved_by(proposal: ProposalRecord) -> str:
    """Who approved it; where two did, both."""
    return " and ".join(filter(None, (proposal.first_by, proposal.decided_by)))
