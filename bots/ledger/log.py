"""The writer's side: append a record, sync it, and only then say that it is there.

One log a host; several processes may append, each under the log's lock, which is held for
one append and its fsync. A disk that fails once is not trusted again: the ledger is broken
until it is opened and followed from its beginning. Nothing is retried and assumed.
"""

from __future__ import annotations

import base64
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from bots.claims import Change, ClaimRef
from bots.crashpoints import crashpoint
from bots.errors import Problem
from bots.ledger import disk
from bots.ledger.intents import _TOKEN, OpenIntent, Outcome, sealed_changes
from bots.ledger.keys import LedgerKeys
from bots.ledger.merkle import Tree
from bots.ledger.notes import Checkpoint, NoteError, PublicKey, sign
from bots.ledger.reading import read_records, sealing_place, unsealed
from bots.ledger.records import GENESIS, VERSION, LineError, Record, canonical, is_torn, read_line
from bots.places import Places
from bots.secrets.master import MasterKey, SealError, seal

CHECKPOINT_EVERY = 256
SEGMENT_RECORDS = 50_000
OWN_KINDS = frozenset({"ledger-opened", "torn-tail", "intent", "outcome", "redaction"})
KINDS = OWN_KINDS | {
    "run-started", "run-ended", "note", "proposal", "approval", "rejection",
    "stop", "go", "login", "credential", "override", "exception",
}  # fmt: skip


class LedgerBroken(Problem):
    """Nothing may be written to a portal now: the audit log cannot take it down."""

    def __init__(self, what: str, folder: Path, do: str = "") -> None:
        super().__init__(
            f"the audit log is broken: {what}",
            where=str(folder),
            do=do
            or "free the disk, then start again; `claimbots audit verify` says what is there",
            exit=2,
        )


def utc_now() -> datetime:
    """The clock; tests give their own."""
    return datetime.now(UTC)


class Ledger:
    """One host's log, open for appending."""

    def __init__(
        self, folder: Path, origin: str, keys: LedgerKeys, clock: Callable[[], datetime]
    ) -> None:
        self.folder, self.origin, self.keys = folder / origin, origin, keys
        self._clock = clock
        self._thread = threading.RLock()
        self._broken = ""
        self._public = PublicKey(origin, keys.signing.public_key().public_bytes_raw())
        # What is known of the log so far; `_catch_up` keeps it true under the lock.
        self._tree = Tree()
        self._head = GENESIS
        self._segment: Path | None = None
        self._segment_first = 1
        self._end = 0
        self._last = 0  # length of the last line in the segment
        self._signed: Checkpoint | None = None
        self._intents: dict[str, bytes] = {}  # open ones: id -> its line
        self._unknown: set[str] = set()

    @classmethod
    def of_office(cls, places: Places, origin: str, master: MasterKey) -> Ledger:
        """Open an office's log with the office's own keys; raises as `open` does."""
        return cls.open(places.ledger, origin, LedgerKeys.load(places, origin, master))

    @classmethod
    def open(
        cls,
        folder: Path,
        origin: str,
        keys: LedgerKeys,
        clock: Callable[[], datetime] = utc_now,
    ) -> Ledger:
        """Open `folder`/`origin`, follow it from its beginning, mend a torn tail.

        Raises:
            LedgerBroken: it does not follow, its own checkpoint contradicts it, the disk fails.
        """
        ledger = cls(folder, origin, keys, clock)
        try:
            ledger.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerBroken(error.strerror or "no folder", ledger.folder) from error
        with ledger._held():
            ledger._against_own_checkpoint()
            if ledger.size == 0:
                ledger._append("ledger-opened", actor="ledger", body={"key": str(ledger._public)})
            elif ledger._signed is None or ledger._unsigned() >= CHECKPOINT_EVERY:
                ledger._checkpoint()
        return ledger

    @property
    def size(self) -> int:
        """How many records there are."""
        return self._tree.size

    def close_files(self) -> None:
        """Let go of the patients' keys; the log itself holds no file open."""
        self.keys.patients.close()

    # -- appending ----------------------------------------------------------------------

    def append(
        self,
        kind: str,
        *,
        actor: str,
        run: str = "",
        intent: str = "",
        claim_number: str = "",
        body: Mapping[str, Any] | None = None,
        sealed: Mapping[str, Any] | None = None,
        patient: str | None = None,
    ) -> Record:
        """Put one record on disk and return it; when this returns it has survived a power cut.

        `body` carries no patient data; `sealed` may, and is encrypted under the patient's
        key (without a patient: under one of the claim's own).

        Raises:
            LedgerBroken: it is not known to be on disk, and nothing more is written.
        """
        if kind not in KINDS - OWN_KINDS:
            raise ValueError(f"no record of kind {kind!r} is made this way")
        with self._held():
            return self._append(
                kind,
                actor=actor,
                run=run,
                intent=intent,
                claim_number=claim_number,
                body=body,
                sealed=sealed,
                patient=patient,
            )

    def open_intent(
        self,
        *,
        run: str,
        ref: ClaimRef,
        kind: Literal["correct", "flag", "hold"],
        actor: str,
        changes: Sequence[Change] = (),
        checks: Sequence[str] = (),
        note_key: str = "",
        note_text: str = "",
        reason: str = "",
        policy: str = "",
        tables: str = "",
        patient: str = "",
        body: Mapping[str, Any] | None = None,
    ) -> OpenIntent:
        """Step 1 of the promise: the intent on disk, then the `OpenIntent` that an editor takes.

        Raises:
            LedgerBroken: it is not known to be on disk; there is no intent to act on.
        """
        intent = os.urandom(8).hex()
        with self._held():
            record = self._append(
                "intent",
                actor=actor,
                run=run,
                intent=intent,
                claim_number=ref.number,
                body=dict(body or {})
                | {
                    "portal": ref.portal,
                    "queue": ref.queue,
                    "status": ref.status,
                    "does": kind,
                    "fields": [{"field": c.field, "line": c.line} for c in changes],
                    "checks": list(checks),
                    "reason": reason,
                    "policy": policy,
                    "tables": tables,
                },
                sealed={
                    "claim": ref.number,
                    "patient": patient,
                    "changes": [c.as_json() for c in changes],
                    "note_key": note_key,
                    "note_text": note_text,
                },
                patient=patient or None,
            )
            return self._intent(record)

    def close(
        self,
        intent: OpenIntent,
        outcome: Outcome,
        *,
        actor: str = "bot",
        words: str = "",
        after_crash: bool = False,
        body: Mapping[str, Any] | None = None,
        sealed: Mapping[str, Any] | None = None,
        run: str = "",
    ) -> Record:
        """Step 5 of the promise: what became of the intent. `words` are the portal's, sealed.

        `run` is the run that settles it, where that is another one.

        Raises:
            LedgerBroken: the outcome is not known to be on disk; the intent stays open.
            ValueError: the intent is not open: an outcome stands already.
        """
        secret = dict(sealed or {}) | ({"words": words} if words else {})
        with self._held():
            if intent.id not in self._intents:
                raise ValueError(f"intent {intent.id} is not open")
            if intent.id in self._unknown and outcome is Outcome.UNKNOWN:
                raise ValueError(f"intent {intent.id} is unknown already")
            return self._append(
                "outcome",
                actor=actor,
                run=run or intent.run,
                intent=intent.id,
                claim_number=intent.claim_number,
                body=dict(body or {}) | {"outcome": str(outcome), "after_crash": after_crash},
                sealed=secret or None,
                patient=intent.patient or None,
            )

    def open_intents(self) -> tuple[OpenIntent, ...]:
        """The intents without an outcome, and those whose outcome is unknown; oldest first.

        Raises:
            LedgerBroken: one cannot be opened with this master key.
        """
        with self._held():
            return tuple(
                self._intent(Record(**read_line(line))) for line in self._intents.values()
            )

    def redact(self, patient: str, *, actor: str, reason: str) -> Record | None:
        """Destroy a patient's key, so that no one can read what was sealed under it again.

        Recorded first: a redaction without its record would look like a loss. None where
        the log holds nothing of that patient.

        Raises:
            Problem: an intent of the patient is open; unreadable it could never be settled.
        """
        with self._held():
            key_id = self.keys.patients.find(patient)
            if key_id is None:
                return None
            if still_open := self._open_under(key_id):
                raise Problem(
                    "what became of a save for this patient is not known yet",
                    where=f"intent {still_open}",
                    do="let the portal's next run settle it, then redact",
                )
            record = self._append("redaction", actor=actor, body={"key": key_id, "reason": reason})
            self.keys.patients.destroy(key_id)
            return record

    def checkpoint(self) -> Checkpoint:
        """Sign how long the log is now and what its root is; keep a copy outside the log.

        Raises:
            LedgerBroken: it could not be put on disk.
        """
        with self._held():
            return self._checkpoint()

    # -- reading ------------------------------------------------------------------------

    def records(self, after: int = 0) -> Iterator[Record]:
        """The records from disk beyond so many, oldest first (not verified: see `verify`)."""
        return read_records(self.folder, after)

    def unseal(self, record: Record) -> dict[str, Any]:
        """What a record seals; empty where it seals nothing.

        Raises:
            SealError: the patient's key was destroyed, or it is another key.
        """
        return unsealed(record, self.keys.patients)

    def digest(self, claim_number: str) -> str:
        """The keyed digest under which a claim stands in the log."""
        return self.keys.master.keyed_digest("ledger-digest", claim_number)

    # -- inside the lock ----------------------------------------------------------------

    @contextmanager
    def _held(self) -> Iterator[None]:
        with self._thread:
            if self._broken:
                raise LedgerBroken(self._broken, self.folder)
            try:
                lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as error:
                raise self._break(error.strerror or "no lock") from error
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._catch_up()
                yield
            except (OSError, sqlite3.Error) as error:
                raise self._break(getattr(error, "strerror", None) or str(error)) from error
            finally:
                os.close(lock)

    def _break(self, what: str, do: str = "") -> LedgerBroken:
        self._broken = what
        return LedgerBroken(what, self.folder, do)

    def _append(
        self,
        kind: str,
        *,
        actor: str,
        run: str = "",
        intent: str = "",
        claim_number: str = "",
        body: Mapping[str, Any] | None = None,
        sealed: Mapping[str, Any] | None = None,
        patient: str | None = None,
    ) -> Record:
        sequence = self.size + 1
        record = {
            "v": VERSION,
            "origin": self.origin,
            "sequence": sequence,
            "previous": self._head,
            "kind": kind,
            "run": run,
            "intent": intent,
            "time": self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": actor,
            "claim": self.digest(claim_number) if claim_number else "",
            "body": dict(body or {}),
            "sealed": None
            if sealed is None
            else self._sealed(sequence, kind, sealed, patient or f"claim {claim_number}"),
        }
        line = canonical(record)
        self._write(line)
        self._follow(line)
        if self._unsigned() >= CHECKPOINT_EVERY or self._signed is None:
            self._checkpoint()
        return Record(**record)  # type: ignore[arg-type]

    def _sealed(
        self, sequence: int, kind: str, plain: Mapping[str, Any], patient: str
    ) -> dict[str, str]:
        key_id, key = self.keys.patients.of(patient)
        box = seal(key, canonical(plain), sealing_place(self.origin, sequence, kind, key_id))
        return {"key": key_id, "box": base64.b64encode(box).decode()}

    def _write(self, line: bytes) -> None:
        """Put one line at the end, whole and synced, or break."""
        if self._segment is None or self.size - self._segment_first + 1 >= SEGMENT_RECORDS:
            self._new_segment()
        assert self._segment is not None
        descriptor = os.open(self._segment, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
        try:
            crashpoint("ledger.before_write")
            disk.write_whole(descriptor, line + b"\n")
            crashpoint("ledger.after_write")
            # A failed fsync may have dropped the pages, and a second one would say it is well.
            disk.fsync(descriptor)
            crashpoint("ledger.after_fsync")
        except OSError:
            self._take_back(descriptor)
            raise
        finally:
            os.close(descriptor)

    def _take_back(self, descriptor: int) -> None:
        try:
            disk.truncate(descriptor, self._end)
            disk.fsync(descriptor)
        except OSError:
            return  # a whole record stays (settled later) or a torn one (cut when opened)

    def _new_segment(self) -> None:
        first = self.size + 1
        path = disk.segment(self.folder, first)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        disk.sync_folder(self.folder)
        self._segment, self._segment_first, self._end, self._last = path, first, 0, 0

    def _follow(self, line: bytes) -> None:
        """Take one more line into what is known of the log."""
        self._tree.append(line)
        self._head = sha256(line).hexdigest()
        self._last = len(line) + 1
        self._end += self._last
        if b'"kind":"intent"' not in line and b'"kind":"outcome"' not in line:
            return
        found = read_line(line)
        if found["kind"] == "intent":
            self._intents[found["intent"]] = line
        elif found["kind"] == "outcome":
            if found["body"].get("outcome") == Outcome.UNKNOWN:
                self._unknown.add(found["intent"])
            else:
                self._intents.pop(found["intent"], None)
                self._unknown.discard(found["intent"])

    def _catch_up(self) -> None:
        """Read what other processes (or earlier ones) have appended; mend a torn tail."""
        if self._segment is None and not self._next_segment():
            return
        while True:
            assert self._segment is not None
            with self._segment.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                if size < self._end:
                    raise self._break("it has become shorter", _LOOK)
                # The last record is read again: what was there has to be there still.
                file.seek(self._end - self._last)
                last, new = file.read(self._last), file.read()
            if last and sha256(last[:-1]).hexdigest() != self._head:
                raise self._break(f"record {self.size} was altered", _LOOK)
            lines = new.split(b"\n")
            tail = lines.pop()
            for line in lines:
                self._follow_strictly(line)
            if tail:
                self._mend(tail)
            if not self._next_segment():
                return

    def _next_segment(self) -> bool:
        path = disk.segment(self.folder, self.size + 1)
        if path == self._segment or not path.exists():
            return False
        self._segment, self._segment_first = path, self.size + 1
        self._end = self._last = 0
        return True

    def _follow_strictly(self, line: bytes) -> None:
        # A cheap look, for each start; `verify` is the thorough one.
        if (
            f'"previous":"{self._head}"'.encode() not in line
            or f'"sequence":{self.size + 1},'.encode() not in line
        ):
            raise self._break(f"record {self.size + 1} does not follow", _LOOK)
        try:
            self._follow(line)
        except LineError as error:
            raise self._break(f"record {self.size + 1}: {error}", _LOOK) from None

    def _mend(self, tail: bytes) -> None:
        """Cut what a crash left of a record that no one was told about."""
        assert self._segment is not None
        if not is_torn(tail) or disk.segments(self.folder)[-1] != self._segment:
            raise self._break("something that is no record stands at its end", _LOOK)
        self._against_own_checkpoint()
        descriptor = os.open(self._segment, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            disk.truncate(descriptor, self._end)
            disk.fsync(descriptor)
        finally:
            os.close(descriptor)
        if self.size == 0:
            return
        self._append(
            "torn-tail",
            actor="ledger",
            body={"bytes": len(tail), "sha256": sha256(tail).hexdigest()},
        )

    # -- checkpoints --------------------------------------------------------------------

    def _unsigned(self) -> int:
        return self.size - (self._signed.size if self._signed else 0)

    def _checkpoint(self) -> Checkpoint:
        if self._signed is not None and self._signed.size == self.size:
            return self._signed
        path = disk.checkpoint(self.folder, self.size)
        made = sign(
            self.origin, self.size, self._tree.root(), self._public.name, self.keys.signing
        )
        disk.put(path, made.text.encode())
        self._signed = made
        return made

    def _against_own_checkpoint(self) -> None:
        """A log that its own newest checkpoint contradicts must not be written on."""
        newest = next(reversed(disk.checkpoints(self.folder)), None)
        if newest is None:
            if self.size > 1:  # the first record is signed as it is made
                raise self._break("nothing of it is signed: its checkpoints are gone", _LOOK)
            return
        try:
            found = Checkpoint(newest.read_text("utf-8"))
            found.check(self._public, self.origin)
        except (NoteError, UnicodeDecodeError) as error:
            raise self._break(f"checkpoint {newest.name}: {error}", _LOOK) from None
        if found.size > self.size:
            raise self._break(f"it is shorter than its checkpoint of {found.size} records", _LOOK)
        if found.size == self.size and found.root != self._tree.root():
            raise self._break("its records are not those that were signed", _LOOK)
        self._signed = found

    def _open_under(self, key_id: str) -> str:
        """An open intent that is sealed under this key; empty where there is none."""
        records = (Record(**read_line(line)) for line in self._intents.values())
        return next((r.intent for r in records if r.sealed and r.sealed["key"] == key_id), "")

    def _intent(self, record: Record) -> OpenIntent:
        try:
            secret = unsealed(record, self.keys.patients)
        except SealError as error:
            raise LedgerBroken(
                f"open intent {record.intent}: {error}",
                self.folder,
                "give the master key it was written with",
            ) from None
        body = record.body
        return OpenIntent(
            id=record.intent,
            run=record.run,
            ref=ClaimRef(body["portal"], secret["claim"], body["queue"], body["status"]),
            kind=body["does"],
            changes=sealed_changes(secret),
            checks=tuple(body["checks"]),
            note_key=secret["note_key"],
            note_text=secret["note_text"],
            reason=body["reason"],
            policy=body["policy"],
            tables=body["tables"],
            patient=secret["patient"],
            opened_at=datetime.fromisoformat(record.time),
            sequence=record.sequence,
            unknown=record.intent in self._unknown,
            _token=_TOKEN,
        )


_LOOK = "stop, keep the folder as it is, and run `claimbots audit verify`"
