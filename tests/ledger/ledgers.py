"""Ledgers to test with: real files, real keys, small and honest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bots.claims import Change, ClaimRef
from bots.ledger import Checkpoint, Ledger, LedgerKeys, Outcome, Verdict, verify
from bots.ledger.notes import PublicKey
from bots.places import Places
from bots.secrets import development_key

ORIGIN = "test-log"


@dataclass
class Log:
    """One log, and what its auditor holds."""

    places: Places
    keys: LedgerKeys
    origin: str = ORIGIN

    @property
    def folder(self) -> Path:
        return self.places.ledger / self.origin

    @property
    def segment(self) -> Path:
        return self.folder / "000000000001.jsonl"

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.origin, self.keys.signing.public_key().public_bytes_raw())

    def open(self) -> Ledger:
        return Ledger.open(self.places.ledger, self.origin, self.keys)

    def verify(self, anchor: Checkpoint | None = None) -> Verdict:
        return verify(self.places.ledger, self.origin, self.public, anchor)

    def lines(self) -> list[bytes]:
        return self.segment.read_bytes().splitlines(keepends=True)

    def put(self, lines: list[bytes]) -> None:
        self.segment.write_bytes(b"".join(lines))


def a_log(root: Path, origin: str = ORIGIN) -> Log:
    places = Places(root).made()
    return Log(places, LedgerKeys.load(places, origin, development_key(places)), origin)


def an_intent(ledger: Ledger, number: str = "C1", **more: object):
    return ledger.open_intent(
        run="run-1",
        ref=ClaimRef("practice", number, "pending", "Ready"),
        kind="correct",
        actor="bot",
        changes=(Change("units", 1, "1", "2"),),
        checks=("mue-line",),
        reason="one unit too many",
        policy="2026-09",
        patient="MRN-7",
        **more,
    )


def filled(log: Log, pairs: int = 20) -> Checkpoint:
    """Intents with their outcomes; the signed end of it."""
    ledger = log.open()
    for number in range(pairs):
        ledger.close(an_intent(ledger, f"C{number}"), Outcome.CONFIRMED, words="saved")
    return ledger.checkpoint()


def edited(line: bytes, **fields: object) -> bytes:
    """The same record with other fields, in canonical form."""
    record = json.loads(line) | fields
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def rehashed(lines: list[bytes], start: int) -> list[bytes]:
    """Make the chain whole again from `start` on, as one would who knows the form."""
    from hashlib import sha256

    made = list(lines)
    for at in range(max(start, 1), len(made)):
        made[at] = edited(made[at], previous=sha256(made[at - 1].rstrip(b"\n")).hexdigest())
    return made
