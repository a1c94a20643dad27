"""The auditor's side: read every record of a copied log and say what is wrong with it.

Nothing in the log is taken on trust: the origin and the public key come from outside. Each
record is read between every two checkpoints. A record is held against the form byte for
byte, the chain over what is on disk, and the signed roots. Needs no network and no secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from bots.errors import Problem
from bots.ledger import disk
from bots.ledger.merkle import Tree
from bots.ledger.notes import Checkpoint, NoteError, PublicKey
from bots.ledger.records import GENESIS, LineError, is_torn, read_line

# One more than the writer's promise of 256: it may die between a record and its checkpoint.
LONGEST_UNSIGNED = 257
ENOUGH = 100  # problems named; a log with more is not told apart better by a longer list


@dataclass(frozen=True, slots=True)
class Tampering:
    """One thing that no honest writer does. `sequence` is the record's number."""

    kind: str
    sequence: int
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a log. `unanchored`: records newer than the anchor kept outside."""

    records: int
    checkpoints: int
    problems: tuple[Tampering, ...]
    torn: bool
    unanchored: int
    unsigned: int

    @property
    def good(self) -> bool:
        """No tampering seen. A torn tail is a crash, not tampering."""
        return not self.problems


def verify(
    folder: Path, origin: str, public_key: PublicKey, anchor: Checkpoint | None = None
) -> Verdict:
    """Verify `folder`/`origin` with a key and an anchor that were kept outside of it.

    A log cut and signed again by one who holds the key, back to before the anchor was
    taken, cannot be seen in the log alone: that is what the anchor is for.

    Raises:
        Problem: there is nothing to read (exit 2: it cannot be told).
    """
    where = folder / origin
    if not where.is_dir():
        raise Problem("there is no audit log", where=str(where), do="check ledger.origin")
    walk = _Walk(origin, _signed_roots(where, origin, public_key, anchor))
    try:
        # What is appended from now on may be signed by checkpoints that were not read.
        sizes = [(path, path.stat().st_size) for path in disk.segments(where)]
        for path, size in sizes:
            walk.segment(path, size)
    except OSError as error:
        raise Problem(
            f"the audit log cannot be read ({error.strerror})", where=str(where)
        ) from error
    return walk.verdict()


@dataclass(slots=True)
class _Roots:
    """The signed roots by size, and what was wrong with the notes themselves."""

    by_size: dict[int, bytes] = field(default_factory=dict)
    problems: list[Tampering] = field(default_factory=list)
    local: int = 0
    newest_local: int = 0
    anchored: int = 0
    gaps: list[int] = field(default_factory=list)


def _signed_roots(where: Path, origin: str, key: PublicKey, anchor: Checkpoint | None) -> _Roots:
    roots = _Roots()
    last = 0
    for path in disk.checkpoints(where):
        named = int(path.name)
        try:
            note = Checkpoint(_text(path))
            note.check(key, origin)
            if note.size != named or path != disk.checkpoint(where, named):
                raise NoteError(f"it is of {note.size} records, its name says {named}")
        except NoteError as error:
            roots.problems.append(Tampering("checkpoint", named, f"checkpoint {named}: {error}"))
            continue
        if note.size - last > LONGEST_UNSIGNED:
            roots.gaps.append(note.size)
        roots.by_size[note.size] = note.root
        roots.local, roots.newest_local, last = roots.local + 1, note.size, note.size
    if anchor is not None:
        _add_anchor(roots, origin, key, anchor)
    return roots


def _text(path: Path) -> str:
    if path.is_symlink():
        raise NoteError("it is a symbolic link")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise NoteError("it is not text") from None


def _add_anchor(roots: _Roots, origin: str, key: PublicKey, anchor: Checkpoint) -> None:
    try:
        anchor.check(key, origin)
    except NoteError as error:
        roots.problems.append(Tampering("anchor", 0, f"the anchor kept outside: {error}"))
        return
    roots.anchored = anchor.size
    if roots.by_size.setdefault(anchor.size, anchor.root) != anchor.root:
        message = f"two signed roots over {anchor.size} records: the log was forked"
        roots.problems.append(Tampering("fork", anchor.size, message))
        roots.by_size[anchor.size] = anchor.root  # what was seen outside first holds


class _Walk:
    """Goes through the lines once; keeps where it is, and what it has seen."""

    def __init__(self, origin: str, roots: _Roots) -> None:
        self.origin, self.roots = origin, roots
        self.problems = list(roots.problems)
        self.named: set[int] = set()
        self.tree = Tree()
        self.expected = 1
        self.head: str | None = GENESIS
        self.hashes = bytearray()  # 32 bytes a record: to tell a repeat from a forgery
        self.missing: set[int] = set()
        self.doubt: tuple[int, Tree, bytes] | None = None
        self.unpaired: list[tuple[str, int, str]] = []
        self.settled: dict[str, bool] = {}  # intent -> has its last outcome
        self.torn = False
        self.count = 0

    def say(self, kind: str, sequence: int, message: str) -> None:
        if sequence not in self.named and len(self.problems) < ENOUGH:
            self.problems.append(Tampering(kind, sequence, f"record {sequence}: {message}"))
        self.named.add(sequence)

    def segment(self, path: Path, size: int) -> None:
        first = int(path.stem)
        if path.is_symlink():
            self.say("symlink", first, "its segment is a symbolic link")
        if self.torn:
            self.torn = False
            self.say("truncated", self.expected, "cut off, yet more follows")
        if first > self.expected:
            self.say("segment-missing", self.expected, f"no segment up to record {first - 1}")
            self._skip_to(first)
        last = b""
        for line in _lines(path, size):
            if line.endswith(b"\n"):
                self.line(line[:-1])
            else:
                last = line
        if last:
            self.tail(last)

    def line(self, line: bytes) -> None:
        self.count += 1
        digest = sha256(line).digest()
        try:
            found = read_line(line)
        except LineError as error:
            self.say(error.kind, self.expected, str(error))
            self._accept(line, digest, self.expected)
            return
        sequence = found["sequence"]
        if found["origin"] != self.origin:
            self.say("foreign", self.expected, "it belongs to another log")
        if sequence != self.expected and not self._out_of_order(sequence, found, digest):
            return
        if self.head is not None and found["previous"] != self.head:
            self._does_not_follow(sequence, line, found["previous"])
        elif self.doubt is not None:
            self._settle_doubt(follows=True)
        if found["kind"] in _PAIRED:
            self._pair(sequence, found["kind"], found["intent"], found["body"].get("outcome"))
        self._accept(line, digest, sequence)

    def _out_of_order(self, sequence: int, found: dict[str, object], digest: bytes) -> bool:
        """Name it; True where the walk goes on from this record."""
        if found["previous"] == self.head:
            self.say("renumbered", self.expected, f"it carries number {sequence}")
            return True
        if sequence > self.expected:
            count = sequence - self.expected
            self.say("missing", self.expected, f"{count} missing before record {sequence}")
            self._skip_to(sequence)
            return True
        if sequence in self.missing:
            self.missing.discard(sequence)
            self.problems = [p for p in self.problems if (p.kind, p.sequence) != _gap(sequence)]
            self.named.discard(sequence)
            self.say("moved", sequence, f"it stands after record {self.expected - 1}")
        elif self.hashes[32 * (sequence - 1) : 32 * sequence] == digest:
            self.named.discard(sequence)
            self.say("repeated", sequence, f"it stands again after record {self.expected - 1}")
        else:
            self.say("inserted", sequence, "two records carry this number")
        return False

    def _skip_to(self, sequence: int) -> None:
        if sequence - self.expected < 1_000_000:
            self.missing.update(range(self.expected, sequence))
            self.hashes += bytes(32 * (sequence - self.expected))
        self.expected, self.head = sequence, None

    def _does_not_follow(self, sequence: int, line: bytes, previous: str) -> None:
        if self.doubt is not None:
            self._settle_doubt(follows=False)
            return
        # Altered is either the record before or this one's `previous`: the next one tells.
        assert self.head is not None
        mended = line.replace(previous.encode(), self.head.encode())
        self.doubt = (sequence, self.tree.copy(), mended)

    def _settle_doubt(self, *, follows: bool) -> None:
        assert self.doubt is not None
        sequence, before, mended = self.doubt
        self.doubt = None
        if follows and sequence > 1:
            before.append(mended)
            if self.roots.by_size.get(sequence) == before.root():
                self.say("altered", sequence, "its link to the record before was altered")
            else:
                self.say("altered", sequence - 1, f"record {sequence} does not follow it")
        else:
            self.say("altered", sequence, "it does not follow the record before")

    def _accept(self, line: bytes, digest: bytes, sequence: int) -> None:
        self.tree.append(line)
        self.hashes += digest
        self.head = digest.hex()
        self.expected = sequence + 1
        root = self.roots.by_size.get(self.tree.size)
        if root is None or self.problems or self.doubt is not None:
            return
        if root != self.tree.root():
            self.say(
                "altered",
                self.tree.size,
                "it, or one before it since the last good checkpoint, is not what was signed",
            )

    def _pair(self, sequence: int, kind: str, intent: str, outcome: object) -> None:
        if kind == "intent":
            if intent in self.settled:
                self._say_unpaired(
                    "two-intents", sequence, "an intent of this id was opened before"
                )
            self.settled[intent] = False
        elif intent not in self.settled:
            self._say_unpaired("outcome-without-intent", sequence, "an outcome without its intent")
        elif self.settled[intent]:
            self._say_unpaired("two-outcomes", sequence, "its intent has an outcome already")
        else:
            self.settled[intent] = outcome != "unknown"

    def _say_unpaired(self, kind: str, sequence: int, message: str) -> None:
        self.unpaired.append((kind, sequence, message))

    def tail(self, tail: bytes) -> None:
        if is_torn(tail):
            self.torn = True
        else:
            self.say("garbage", self.expected, "what stands at the end is no record")

    def verdict(self) -> Verdict:
        if self.doubt is not None:
            self._settle_doubt(follows=True)
        first = min(self.named, default=self.expected)
        for kind, sequence, message in self.unpaired:
            if sequence < first:  # after another fault it is that fault's doing
                self.say(kind, sequence, message)
        size = self.expected - 1
        signed = max(self.roots.by_size, default=0)
        if signed > size:
            whose = "the anchor" if self.roots.anchored == signed else "a checkpoint"
            self.say("truncated", size + 1, f"{whose} covers {signed} records, {size} are there")
            self.torn = False
        for gap in self.roots.gaps:
            self.say("checkpoint-missing", gap, "checkpoints before it are missing")
        # The first record is signed as it is made, so that a chain alone proves nothing.
        if not self.problems and size > 1 and not self.roots.by_size:
            self.say("checkpoint-missing", 1, "nothing of it is signed")
        if not self.problems and size - self.roots.newest_local > LONGEST_UNSIGNED:
            self.say("checkpoint-missing", size, "the newest checkpoints are missing")
        return Verdict(
            records=self.count,
            checkpoints=self.roots.local,
            problems=tuple(self.problems),
            torn=self.torn,
            unanchored=max(0, size - self.roots.anchored),
            unsigned=max(0, size - signed),
        )


_PAIRED = frozenset({"intent", "outcome"})


def _gap(sequence: int) -> tuple[str, int]:
    return ("missing", sequence)


def _lines(path: Path, size: int) -> Iterator[bytes]:
    """The lines of so many bytes, each with its new line, the last perhaps without."""
    with os.fdopen(os.open(path, os.O_RDONLY), "rb", buffering=1 << 20) as file:
        for line in file:
            if size <= 0:
                return
            yield line[:size]
            size -= len(line)
