"""What a person decides, of a proposal or an exception: onto the audit log first, then the store.

A crash in between leaves a decision on the log that nothing acts on, never an act that nobody
decided. The checkpoint after it is kept in the store, as after a run.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from bots.config import config_folder, find_portal, load_portals, load_settings
from bots.errors import Problem
from bots.ledger import Ledger
from bots.places import Places
from bots.secrets import master_key
from bots.store import records
from bots.store.facts import ExceptionDecision, ExceptionRecord, ProposalRecord, ProposalState


def decide(
    places: Places, id: str, answer: Literal["approve", "reject"], by: str, reason: str
) -> ProposalRecord:
    """Approve or reject a proposal; the ledger holds the decision before the store does.

    Raises:
        Problem: no such proposal, it is not open, a second person is needed, nothing could be
            applied because its portal is gone, or the audit log cannot be written.
    """
    asked = records.find_proposal(id)
    approvals = load_settings(config_folder()).approvals
    with the_log(places, asked.portal, must_be_there=answer == "approve") as ledger:
        return records.decide(
            id,
            answer,
            by,
            reason,
            witness=lambda proposal: put_on(ledger, proposal),
            asks_two=approvals.asks_two,
        )


def withdraw(places: Places, id: str, by: str, reason: str) -> ProposalRecord:
    """Take back an approval that no run has applied yet; on the ledger first, as any decision.

    Raises:
        Problem: no such proposal, it is not approved, a run is at it or has begun a save of it
            whose outcome is not known, or the audit log cannot be written.
    """
    asked = records.find_proposal(id)
    with the_log(places, asked.portal, must_be_there=False) as ledger:

        def witness(proposal: ProposalRecord) -> None:
            _is_not_begun(ledger, proposal)
            put_on(ledger, proposal, is_withdrawn=True)

        return records.withdraw(id, by, reason, witness)


def _is_not_begun(ledger: Ledger, proposal: ProposalRecord) -> None:
    for intent in ledger.open_intents():
        is_of_it = (intent.portal, intent.claim_number) == (proposal.portal, proposal.number)
        if is_of_it and set(intent.changes) >= set(proposal.changes):
            raise Problem(
                "what became of a save of it is not known yet",
                where=proposal.id,
                do="the portal's next run settles it; then `claimbots proposals show "
                f"{proposal.id}` says whether it is applied",
            )


def decide_exceptions(
    places: Places, id: str, decision: ExceptionDecision
) -> tuple[list[ExceptionRecord], list[str]]:
    """Decide one exception, or each of a group; by itself, so that a crash leaves the rest.

    Returns:
        What was decided, and why some of a group was not (somebody else was first).

    Raises:
        Problem: there is no such exception or group, none of it could be decided, nothing could
            be tried again because its portal is gone, or the audit log cannot be written.
    """
    waiting = records.find_waiting(id)
    decided: list[ExceptionRecord] = []
    left: list[Problem] = []
    portal, tries_again = waiting[0].portal, decision.does == "retry"
    with the_log(places, portal, must_be_there=tries_again) as ledger:
        for entry in waiting:
            try:
                decided.append(
                    records.decide_exception(
                        entry.id,
                        decision,
                        lambda record: put_exception_on(ledger, record, decision),
                    )
                )
            except Problem as problem:
                if not problem.where.startswith("E-"):
                    raise  # the log or the disk, not this exception
                left.append(problem)
    if not decided:
        raise left[0]
    return decided, [problem.sentence() for problem in left]


@contextmanager
def the_log(places: Places, portal: str, *, must_be_there: bool = True) -> Iterator[Ledger]:
    """The office's log for a decision; what was decided is signed and anchored after it.

    A portal that left the configuration leaves exceptions and proposals behind: those are closed
    with the keys of all portals, where it need not be there.
    """
    if not must_be_there and portal not in load_portals(config_folder()):
        portal = ""
    ledger = open_ledger(places, portal)
    try:
        yield ledger
        made = ledger.checkpoint()
        records.keep_anchor(made.origin, made.size, made.text)
    finally:
        ledger.close_files()


def open_ledger(places: Places, portal: str = "") -> Ledger:
    """The office's log, with the keys that a portal's writes are held to; or those of all."""
    folder = config_folder()
    settings = load_settings(folder)
    portals = load_portals(folder)
    meant = [find_portal(portals, portal)] if portal else list(portals.values())
    practice_only = all(found.is_practice for found in meant)
    master = master_key(settings.keys.master, places, practice_only=practice_only)
    return Ledger.of_office(places, settings.ledger.origin, master)


def put_on(ledger: Ledger, proposal: ProposalRecord, *, is_withdrawn: bool = False) -> None:
    """One record of a decision. What a person typed, and the values, are sealed."""
    is_first = proposal.state is ProposalState.OPEN
    which = "first" if is_first else "second" if proposal.first_by else "only"
    ledger.append(
        "rejection" if proposal.state is ProposalState.REJECTED else "approval",
        actor=proposal.first_by if is_first else proposal.decided_by,
        run=proposal.run,
        claim_number=proposal.number,
        body=about(proposal)
        | {
            "typed_by": _typed_by(),
            # Of two that are needed: which one this is.
            "approval": "withdrawn" if is_withdrawn else which,
        },
        sealed={
            "reason": proposal.first_reason if is_first else proposal.decision_reason,
            "changes": [c.as_json() for c in proposal.changes],
        },
    )


def about(proposal: ProposalRecord) -> dict[str, object]:
    """What a record says openly of a proposal: no value, and nothing that a person typed."""
    return {
        "proposal": proposal.id,
        "portal": proposal.portal,
        "check": proposal.check,
        "fields": [{"field": c.field, "line": c.line} for c in proposal.changes],
        "changes_digest": proposal.changes_digest,
        "content_digest": proposal.content_digest,
        "raises_payment": proposal.raises_payment,
    } | ({"reverts": proposal.reverts} if proposal.reverts else {})


def put_exception_on(ledger: Ledger, record: ExceptionRecord, decision: ExceptionDecision) -> None:
    """One record of what became of an exception; names of people are no patient's data."""
    said = {"assign": {"to": decision.to}, "resolve": {"as": record.resolved_as}, "retry": {}}
    ledger.append(
        "exception",
        actor=decision.by,
        run=record.run,
        claim_number=record.number,
        body={
            "does": decision.does,
            "exception": record.id,
            "group": record.group,
            "portal": record.portal,
            "code": record.code,
            "typed_by": _typed_by(),
        }
        | said[decision.does],
        sealed={"reason": decision.reason} if decision.reason else None,
    )


def _typed_by() -> str:
    """The user of this computer: `--by` is a word, and this stands beside it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
