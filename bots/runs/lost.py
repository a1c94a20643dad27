"""Runs that were killed: the log says what they saved, where they could not keep it any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bots.claims import Change
from bots.ledger import Ledger, Outcome, sealed_changes
from bots.runs.claim import CHANGE_OUTCOMES
from bots.secrets import SealError
from bots.store.facts import ChangeOutcome, ChangeRecord


@dataclass(frozen=True, slots=True)
class Written:
    """One ended intent: of which claim, and the changes with what became of them."""

    intent: str
    claim: str
    changes: tuple[ChangeRecord, ...]


def written_by(ledger: Ledger, run: str) -> tuple[Written, ...]:
    """What a run's ended intents changed, as the log has it, oldest first.

    An intent that is still open is not among them: settling it says what became of it.
    """
    intents, outcomes = {}, {}
    for record in ledger.records():
        if record.kind == "intent" and record.run == run:
            intents[record.intent] = record
        elif record.kind == "outcome" and record.intent in intents:
            outcomes[record.intent] = Outcome(record.body["outcome"])
    found = []
    for intent, outcome in outcomes.items():
        became = CHANGE_OUTCOMES.get(outcome)
        if became is None:
            continue
        try:
            body, sealed = intents[intent].body, ledger.unseal(intents[intent])
        except SealError:  # the patient was redacted since: nobody can say what it was
            continue
        decided_by = body.get("decided_by", "policy")
        changes = changes_of(intent, sealed_changes(sealed), body["checks"], became, decided_by)
        found.append(Written(intent, sealed["claim"], changes))
    return tuple(found)


def changes_of(
    intent: str,
    changes: Iterable[Change],
    checks: Iterable[str],
    became: ChangeOutcome,
    decided_by: str = "policy",
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
        )
        for change in changes
    )
