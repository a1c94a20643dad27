"""The tamper-evident audit log: append, follow, verify. Its form stands in docs/ledger.md."""

from bots.ledger.finding import LoggedIntent, find_intent
from bots.ledger.intents import OpenIntent, Outcome, sealed_changes
from bots.ledger.keys import LedgerKeys, trusted_public_key
from bots.ledger.log import Ledger, LedgerBroken
from bots.ledger.notes import Checkpoint, PublicKey
from bots.ledger.records import Record
from bots.ledger.verify import Tampering, Verdict, verify

__all__ = [
    "Checkpoint",
    "Ledger",
    "LedgerBroken",
    "LedgerKeys",
    "LoggedIntent",
    "OpenIntent",
    "Outcome",
    "PublicKey",
    "Record",
    "Tampering",
    "Verdict",
    "find_intent",
    "sealed_changes",
    "trusted_public_key",
    "verify",
]
