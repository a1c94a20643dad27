"""A person's answer to a proposal: onto the audit log first, then into the store."""

from __future__ import annotations

from typing import Literal

from bots.config import config_folder, find_portal, load_portals, load_settings
from bots.ledger import Ledger
from bots.places import Places
from bots.secrets import master_key
from bots.store import records
from bots.store.facts import ProposalRecord, ProposalState


def decide(
    places: Places, id: str, answer: Literal["approve", "reject"], by: str, reason: str
) -> ProposalRecord:
    """Approve or reject; the ledger holds the decision before the store does.

    A crash in between leaves an approval on the log that nothing acts on, never a change
    that nobody approved. The checkpoint after it is kept in the store, as after a run.

    Raises:
        Problem: no such proposal, it is not open, or the audit log cannot be written.
    """
    asked = records.find_proposal(id)
    ledger = open_ledger(places, asked.portal)
    try:
        decided = records.decide(
            id, answer, by, reason, witness=lambda proposal: put_on(ledger, proposal)
        )
        made = ledger.checkpoint()
        records.keep_anchor(made.origin, made.size, made.text)
    finally:
        ledger.close_files()
    return decided


def open_ledger(places: Places, portal: str) -> Ledger:
    """The office's log, with the keys that a portal's writes are held to."""
    folder = config_folder()
    settings = load_settings(folder)
    found = find_portal(load_portals(folder), portal)
    master = master_key(settings.keys.master, places, practice_only=found.is_practice)
    return Ledger.of_office(places, settings.ledger.origin, master)


def put_on(ledger: Ledger, proposal: ProposalRecord) -> None:
    """One record of a decision. What a person typed, and the values, are sealed."""
    ledger.append(
        "approval" if proposal.state is ProposalState.APPROVED else "rejection",
        actor=proposal.decided_by,
        run=proposal.run,
        claim_number=proposal.number,
        body={
            "proposal": proposal.id,
            "portal": proposal.portal,
            "check": proposal.check,
            "fields": [{"field": c.field, "line": c.line} for c in proposal.changes],
            "changes_digest": proposal.changes_digest,
            "content_digest": proposal.content_digest,
            "raises_payment": proposal.raises_payment,
        },
        sealed={
            "reason": proposal.decision_reason,
            "changes": [c.as_json() for c in proposal.changes],
        },
    )
