"""One intent as the log has it: what it was to write, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from bots.claims import Change
from bots.ledger.intents import Outcome, sealed_changes
from bots.ledger.log import Ledger


@dataclass(frozen=True, slots=True)
class LoggedIntent:
    """An intent with its last outcome; None where it has none yet."""

    id: str
    run: str
    portal: str
    claim: str
    kind: str
    changes: tuple[Change, ...]
    checks: tuple[str, ...]
    outcome: Outcome | None

    @property
    def undone(self) -> tuple[Change, ...]:
        """The changes that put back what it wrote."""
        return tuple(Change(c.field, c.line, c.to, c.from_) for c in self.changes)


def find_intent(ledger: Ledger, id: str) -> LoggedIntent | None:
    """The intent with that id, or None where the log has no such intent.

    Raises:
        SealError: the patient was redacted since; nobody can say what was written.
    """
    found, outcome = None, None
    for record in ledger.records():
        if record.intent != id:
            continue
        if record.kind == "intent":
            found = record
        elif record.kind == "outcome":
            outcome = Outcome(record.body["outcome"])
    if found is None:
        return None
    sealed = ledger.unseal(found)
    return LoggedIntent(
        id=id,
        run=found.run,
        portal=found.body["portal"],
        claim=sealed["claim"],
        kind=found.body["does"],
        changes=sealed_changes(sealed),
        checks=tuple(found.body["checks"]),
        outcome=outcome,
    )
