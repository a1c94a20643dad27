"""What runs saved and could not keep any more, killed or broken off: the log says it.

The log has a save's outcome before the store has it. Whatever comes between the two (a kill, a
second signal, a fault at the claim's next step), what the log has is kept before the run closes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.claims import Change
from bots.hands import Done
from bots.ledger import Ledger, LedgerBroken, Outcome, Record, sealed_changes
from bots.runs.claim import CHANGE_OUTCOMES, code_of
from bots.secrets import SealError
from bots.store import from_log, records, work
from bots.store.facts import ChangeOutcome, ChangeRecord, NewException
from bots.store.thread import StoreThread

_SEE = "see the audit log"


@dataclass(frozen=True, slots=True)
class Written:
    """One ended intent: of which claim, who ended it, the changes with what became of them."""

    intent: str
    claim: str
    run: str
    became: ChangeOutcome
    changes: tuple[ChangeRecord, ...]
    acted: bool  # whether a save went out, or may have

    @property
    def exception(self) -> NewException | None:
        """What a person, or the next run, must hear of it."""
        if self.became is ChangeOutcome.UNKNOWN:
            words = "it is looked up by the portal's next run"
            return NewException.of(self.code, words, intent=self.intent)
        if self.became is ChangeOutcome.CONFLICT:
            return NewException.of(self.code, _SEE)
        return None

    @property
    def code(self) -> str:
        """The exception's code, where it is one."""
        return code_of(Done(Outcome(self.became.value), acted=self.acted))


async def keep_what_is_missing(
    store: StoreThread, ledger: Ledger, run: str, after: int = 0
) -> int:
    """Keep of a run what its log says and the store does not know.

    Args:
        after: so many records of the log are older than the part of the run that is looked at.

    Returns:
        How many saves that were.
    """
    outcomes = await asyncio.to_thread(outcomes_of, ledger, run, after)
    known = await store.call(from_log.outcomes_kept, list(outcomes))
    entries = await asyncio.to_thread(written, ledger, not_kept(outcomes, known))
    for entry in entries:
        await store.call(keep, run, entry)
    return len(entries)


async def say_whether_one_may_land(
    store: StoreThread, ledger: Ledger, run: str, worker: str, limit: float
) -> None:
    """Say in the store whether a save of a run may be on its way; nothing more is sent of it.

    Args:
        worker: who has the run.
        limit: seconds that a save may take to land.
    """
    try:
        intents = await asyncio.to_thread(ledger.open_intents)
        is_open = any(intent.run == run for intent in intents)
    except LedgerBroken:
        is_open = True  # nobody knows
    await store.call(work.may_land, run, worker, limit if is_open else None)


def keep(run: str, entry: Written) -> None:
    """Keep one in the store, under a run, with the exception that it is."""
    records.keep_settled(run, entry.claim, entry.changes)
    if entry.exception:
        records.keep_exception(run, entry.claim, entry.exception)
    if entry.became is ChangeOutcome.REFUSED:
        _keep_refusal(run, entry)


def _keep_refusal(run: str, entry: Written) -> None:
    """An approved change that the portal refused waits for a person: no run sends it again."""
    portal, changes = records.get_run(run).portal, [change.change for change in entry.changes]
    for proposal in records.approved_among(portal, entry.claim, changes):
        said = NewException.of(entry.code, _SEE, check=proposal.check, proposal=proposal.id)
        records.keep_exception(run, entry.claim, said)


def outcomes_of(ledger: Ledger, run: str, after: int = 0) -> dict[str, Record]:
    """The last outcome of each of a run's intents, and of those that it settled for others.

    An intent that is still open is not among them: settling it says what became of it. Nor is
    a note, which changes no field.
    """
    mine, notes, outcomes = set[str](), set[str](), dict[str, Record]()
    for record in ledger.records(after):
        if record.kind == "intent" and record.run == run:
            (mine if record.body["fields"] else notes).add(record.intent)
        elif record.kind == "outcome" and (record.run == run or record.intent in mine):
            outcomes[record.intent] = record
    return {intent: record for intent, record in outcomes.items() if intent not in notes}


def written(ledger: Ledger, outcomes: Mapping[str, Record]) -> tuple[Written, ...]:
    """What stands behind some outcomes, by their intents; in the order of the outcomes."""
    found: dict[str, Written] = {}
    intents = (record for record in ledger.records() if record.kind == "intent")
    for record in intents if outcomes else ():
        outcome = outcomes.get(record.intent)
        became = became_of(outcome) if outcome else None
        if outcome is None or became is None:
            continue
        try:
            sealed = ledger.unseal(record)
        except SealError:  # the patient was redacted since: nobody can say what it was
            continue
        changes = changes_of(
            record.intent,
            sealed_changes(sealed),
            record.body["checks"],
            became,
            record.body.get("decided_by", "policy"),
            at=datetime.fromisoformat(outcome.time),
            acted=outcome.body.get("acted", True),
        )
        if changes:  # a note changes no field
            found[record.intent] = Written(
                record.intent,
                sealed["claim"],
                outcome.run,
                became,
                changes,
                outcome.body.get("acted", True),
            )
    return tuple(found[intent] for intent in outcomes if intent in found)


def not_kept(
    outcomes: Mapping[str, Record], kept: Collection[tuple[str, str]]
) -> dict[str, Record]:
    """Of the last outcomes of some intents, those that the store keeps, and has not."""
    return {
        intent: outcome
        for intent, outcome in outcomes.items()
        if (became := became_of(outcome)) and (intent, became.value) not in kept
    }


def became_of(outcome: Record) -> ChangeOutcome | None:
    """How the store keeps an outcome; None for what was not done."""
    return CHANGE_OUTCOMES.get(Outcome(outcome.body["outcome"]))


def changes_of(
    intent: str,
    changes: Iterable[Change],
    checks: Iterable[str],
    became: ChangeOutcome,
    decided_by: str = "policy",
    at: datetime | None = None,
    *,
    acted: bool = True,
) -> tuple[ChangeRecord, ...]:
    """A row for each change of an intent that another run than its own keeps."""
    first = next(iter(checks), "")  # as where its own run keeps one that answers several
    return tuple(
        ChangeRecord(
            check=first,
            field=change.field,
            line=change.line,
            from_value=change.from_,
            to_value=change.to,
            outcome=became,
            intent=intent,
            after_crash=True,
            decided_by=decided_by,
            reason="settled after a crash",
            at=at,
            acted=acted,
        )
        for change in changes
    )
