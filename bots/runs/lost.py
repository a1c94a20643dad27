"""Runs that were killed: the log says what they saved, where they could not keep it any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.claims import Change
from bots.ledger import Ledger, Outcome, Record, sealed_changes
from bots.runs.claim import CHANGE_OUTCOMES
from bots.secrets import SealError
from bots.store.facts import ChangeOutcome, ChangeRecord


@dataclass(frozen=True, slots=True)
class Written:
    """One ended intent: of which claim, who ended it, the changes with what became of them."""

    intent: str
    claim: str
    run: str
    became: ChangeOutcome
    changes: tuple[ChangeRecord, ...]


def written_by(ledger: Ledger, run: str) -> tuple[Written, ...]:
    """What a run's intents changed, and those that it settled for others, as the log has it.

    An intent that is still open is not among them: settling it says what became of it.
    """
    mine, outcomes = set[str](), dict[str, Record]()
    for record in ledger.records():
        if record.kind == "intent" and record.run == run:
            mine.add(record.intent)
        elif record.kind == "outcome" and (record.run == run or record.intent in mine):
            outcomes[record.intent] = record
    return written(ledger, outcomes)


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
        )
        if changes:  # a note changes no field
            found[record.intent] = Written(
                record.intent, sealed["claim"], outcome.run, became, changes
            )
    return tuple(found[intent] for intent in outcomes if intent in found)


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
) -> tuple[ChangeRecord, ...]:
    """A row for each change of an intent that another run than its own keeps."""
    return tuple(
        ChangeRecord(
            check=",".join(checks),
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
        )
        for change in changes
    )
