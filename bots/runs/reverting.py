"""Put back what an intent wrote: from the audit log to a proposal that its asker has approved.

The old values come from the log, not from the store: what is put back is what was there. The
next approved run reads the claim first, and does nothing where somebody has changed the field.
"""

from __future__ import annotations

from bots.claims import ClaimType
from bots.config import config_folder, find_portal, load_portals, load_settings
from bots.errors import Problem
from bots.ledger import Ledger, LoggedIntent, Outcome, find_intent
from bots.places import Places
from bots.policy.limits import Payment, forbidden_fields_to_undo, payment_of
from bots.runs.decisions import about, open_ledger, put_on, the_log
from bots.secrets import SealError
from bots.store import reading, records
from bots.store.facts import NewRevert, ProposalRecord

_BY_HAND = "a person puts it back in the portal; `claimbots audit show --intent` has the values"


def revert(places: Places, intent: str, by: str, reason: str) -> ProposalRecord:
    """Ask that an intent be put back, and approve it in the same name.

    Where two people must approve, it stays open until the second has.

    Raises:
        Problem: there is no such intent, it wrote nothing that may be put back, its claim has
            left the office, or it is put back already.
    """
    if not by.strip() or not reason.strip():
        raise Problem("a revert carries a name and a reason", do='add --reason "…"')
    settings = load_settings(config_folder())
    written = _written(places, intent)
    _may_be_put_back(written)
    claim_type = _still_here(written)
    raises = payment_of(claim_type, written.undone) in {Payment.MORE, Payment.UNKNOWN}
    wish = NewRevert(
        intent=intent,
        run=written.run,
        portal=written.portal,
        number=written.claim,
        changes=written.undone,
        raises_payment=raises,
        message=f"puts back what {', '.join(written.checks)} wrote in run {written.run}",
        by=by,
        reason=reason,
    )
    with the_log(places, written.portal) as ledger:
        kept = records.keep_revert(wish, lambda proposal: _put_wish_on(ledger, proposal, reason))
        return records.decide(
            kept.id,
            "approve",
            by,
            reason,
            witness=lambda proposal: put_on(ledger, proposal),
            asks_two=settings.approvals.asks_two,
        )


def _written(places: Places, intent: str) -> LoggedIntent:
    ledger = open_ledger(places)
    try:
        found = find_intent(ledger, intent)
    except SealError as error:
        raise Problem(
            f"what it wrote can no longer be read: {error}",
            where=f"intent {intent}",
            do="put it back in the portal by hand",
        ) from None
    finally:
        ledger.close_files()
    if found is None:
        raise Problem(
            "the audit log has no such intent",
            where=f"intent {intent[:40]}",
            do="`claimbots audit show --claim N --json` names the intents of a claim",
        )
    return found


def _may_be_put_back(written: LoggedIntent) -> None:
    where = f"intent {written.id}"
    if written.kind != "correct":
        what = "a hold" if written.kind == "hold" else "a note"
        raise Problem(f"it was {what}, and the bot takes none off", where=where, do=_BY_HAND)
    if written.outcome is not Outcome.CONFIRMED:
        became = written.outcome.value if written.outcome else "not known yet"
        raise Problem(
            f"nothing is known to be saved by it: its outcome is {became}",
            where=where,
            do="look at the claim in the portal; the next run settles what is open",
        )
    if banned := forbidden_fields_to_undo(written.undone):
        raise Problem(f"never written by a bot: {banned}", where=where, do=_BY_HAND)


def _still_here(written: LoggedIntent) -> ClaimType:
    """The claim's type, as it was last seen.

    Raises:
        Problem: it had left the office by then, and is corrected by nobody here.
    """
    portal = find_portal(load_portals(config_folder()), written.portal)
    seen = reading.last_seen(written.portal, written.claim)
    if seen is not None and seen.status and seen.status not in portal.not_yet_sent:
        raise Problem(
            f'the claim has left the office: run {seen.run} saw it as "{seen.status}"',
            where=f"intent {written.id}",
            do="correct it with the payer, as your office does",
        )
    # Not known: judged as the stricter of the two.
    return ClaimType(seen.type) if seen is not None and seen.type else ClaimType.INSTITUTIONAL


def _put_wish_on(ledger: Ledger, proposal: ProposalRecord, reason: str) -> None:
    ledger.append(
        "proposal",
        actor=proposal.proposed_by,
        run=proposal.run,
        claim_number=proposal.number,
        body=about(proposal),
        sealed={"reason": reason, "changes": [c.as_json() for c in proposal.changes]},
    )
