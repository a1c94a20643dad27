"""Broken 837 files without end, and what the reader makes of each of them.

    python benchmarks/fuzz_837.py [--minutes 5] [--seed N] [--keep FOLDER]

Each input is a sound synthetic file that was damaged: bytes changed, segments lost, doubled,
swapped, cut, moved between claims, separators mixed up, counts put right again so that the damage
gets past the first look. `look_at` says what must hold whatever the bytes are; the first input for
which it does not is kept, and the exit is 1. Inputs that took the reader to a line it had not
run before are kept with `--keep`: the corpus in tests/files/broken came from there.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from bots.claims import Case
from bots.files import segments, x12_survey
from bots.files.patients import Patients, split
from bots.files.portions import portions_of, read_portion
from bots.files.reading import read_any
from bots.files.unread import Unread
from bots.files.x12_survey import Stretch

TODAY = date(2026, 9, 30)
SAMPLES = Path(__file__).parents[1] / "tests" / "files" / "samples"
# What the samples say of patients: no error may quote it.
SECRETS = re.compile(r"SAMPLE|ADA\b|1EG4|19800302|Main St|MR-1|\bP-[1-5]\b|\bI-[12]\b")
LONGEST = 5.0  # seconds for one small file
_ODD = """
    HL*9*1*22*0 HL*9*1*23*0 HL*9**20*1 HL*x CLM*Z*1***11:B:1 CLM SE*5*0001 ST*837*0002 LX*1
    LX SV1*HC:99213*1*UN*1 SV1 SV2*0450 DTP*472*RD8*20260101- DTP*472*D8 HI HI*ABK HI*BE:80:::x
    HI*BI:70:RD8:20260101-2026 NM1*IL NM1*82 NM1 PRV*PE*PXC PRV SBR SBR*S AMT*D AMT*D*x DMG*D8
    PAT*****D8*2026 REF*EA REF CL1 CTP LIN**N4 LIN TA1*1 GS*HC GE*9*9 IEA*1*1 ISA ISA*00 ZZZ*1
    * :
"""
_WORDS = _ODD.split()


class NotSoError(Exception):
    """Something that must hold for any input did not."""


def look_at(path: Path) -> int:
    """Read a file in every way and hold the answers against each other; how many there were.

    Raises:
        NotSoError: a promise of the reader was broken.
    """
    start = time.perf_counter()
    entries = list(read_any(path, today=TODAY))
    _must(time.perf_counter() - start < LONGEST, "took too long")
    _must(bool(entries), "said nothing at all")
    for entry in entries:
        if isinstance(entry, Unread):
            _must(len(entry.error.split()) > 3, "an error that is no sentence")
            _must(not SECRETS.search(entry.error + entry.segment), "an error quotes a patient")
            _must(not entry.ours, "a fault of ours")
        else:
            _must(isinstance(entry, Case), "neither a case nor unread")
    patients = Patients()
    _look_at_portions(path, patients, entries)
    with _set_to(x12_survey, "_ENOUGH", 1):  # cut wherever it may be cut
        _must(
            [*_numbered(path)] == [*enumerate(entries, 1)], "cut in stretches it reads otherwise"
        )
        _look_at_portions(path, patients, entries)
    with _set_to(segments, "_CHUNK", 61):
        _must(list(read_any(path, today=TODAY)) == entries, "in small blocks it reads otherwise")
    return len(entries)


def _numbered(path: Path) -> list[tuple[int, Case | Unread]]:
    return [entry for portion in portions_of(path, today=TODAY)
            for entry in read_portion(portion, TODAY)]  # fmt: skip


def _look_at_portions(path: Path, patients: Patients, entries: list[Case | Unread]) -> None:
    """The first look's counts and patients are those of the reading."""
    place = 0
    for portion in portions_of(path, today=TODAY, patients=patients):
        for part in portion.parts:
            size = part.entries if isinstance(part, Stretch) else 1
            _must(part.position == place + 1, "a position does not count what was given")
            given = entries[place : place + size]
            place += size
            if isinstance(part, Unread):
                _must([part] == given, "the first look said otherwise")
                continue
            keys = list(split(part.patients))
            _must(len(keys) == len(given), "not every entry has its patient")
            for key, entry in zip(keys, given, strict=True):
                named = isinstance(entry, Unread) or key == patients.of(entry.claim)
                _must(named, "a claim of another patient than the first look said")
    _must(place == len(entries) or not portion.parts, "the first look counted otherwise")


def _must(so: bool, what: str) -> None:
    if not so:
        raise NotSoError(what)


@contextmanager
def _set_to(module: Any, name: str, value: int) -> Any:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """The same file with one to five things wrong with it."""
    for _ in range(chance.randint(1, 5)):
        raw = chance.choice(_DAMAGES)(raw, chance)
    return recounted(raw) if chance.random() < 0.7 else raw


def recounted(raw: bytes) -> bytes:
    """Every SE with the count of its set, so that what is inside is read."""
    pieces = raw.split(b"~")
    start = None
    for place, piece in enumerate(pieces):
        name = piece.strip()[:3]
        if name == b"ST*":
            start, empty = place, 0
        elif not piece.strip() and start is not None:
            empty += 1
        elif name == b"SE*" and start is not None:
            count = str(place - start + 1 - empty).encode()
            pieces[place] = re.sub(rb"SE\*[^*]*", b"SE*" + count, piece)
            start = None
    return b"~".join(pieces)


def _flip(raw: bytes, chance: random.Random) -> bytes:
    if not raw:
        return raw
    place = chance.randrange(len(raw))
    return raw[:place] + bytes([chance.randrange(256)]) + raw[place + 1 :]


def _separator(raw: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(raw))
    return raw[:place] + chance.choice([b"*", b":", b"~", b"~~", b" ", b"\n", b"\t"]) + raw[place:]


def _lose_bytes(raw: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(raw))
    return raw[:place] + raw[place + chance.choice([1, 2, 5, 40, 400]) :]


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _segments(raw: bytes, chance: random.Random) -> bytes:
    """Lose, double, move, replace or swap whole segments."""
    pieces = raw.split(b"~")
    one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    match chance.randrange(6):
        case 0:
            del pieces[one]
        case 1:
            pieces.insert(other, pieces[one])
        case 2:
            pieces[one], pieces[other] = pieces[other], pieces[one]
        case 3:
            pieces[one] = b"\n" + chance.choice(_WORDS).encode()
        case 4:
            pieces.insert(one, b"\n" + chance.choice(_WORDS).encode())
        case _:
            pieces[min(one, other) : max(one, other)] = []
    return b"~".join(pieces)


def _element(raw: bytes, chance: random.Random) -> bytes:
    """Another value for one element: empty, long, odd, or another element's."""
    parts = raw.split(b"*")
    odd = [b"", b"-1", b"0", b"1e9", b"20261301", b"x" * 300, b"\xff", b"\x01", "é".encode(), b" "]
    parts[chance.randrange(len(parts))] = chance.choice([*odd, chance.choice(parts)])
    return b"*".join(parts)


def _repeat(raw: bytes, chance: random.Random) -> bytes:
    place, size = chance.randint(0, len(raw)), chance.choice([10, 200, 2000])
    return raw[:place] + raw[place : place + size] * chance.randint(2, 4) + raw[place + size :]


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _separator, _lose_bytes, _cut, _segments, _segments, _segments, _element, _element,
    _repeat,
)  # fmt: skip


class _Lines:
    """Which lines of the reader were run so far."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()
        self.new = False

    def trace(self, frame: FrameType, event: str, _arg: object) -> Any:
        name = frame.f_code.co_filename
        if "/bots/files/" not in name:
            return None
        if event == "line" and (name, frame.f_lineno) not in self.seen:
            self.seen.add((name, frame.f_lineno))
            self.new = True
        return self.trace


def main() -> int:
    """Until the time is up; 1 where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="inputs that reached something new go here")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    pool = [path.read_bytes() for path in sorted(SAMPLES.iterdir())]
    lines = _Lines()
    until = time.monotonic() + 60 * options.minutes
    inputs = 0
    with tempfile.TemporaryDirectory(prefix="claimbots-fuzz-") as folder:
        path = Path(folder) / "input.837"
        while time.monotonic() < until:
            inputs += 1
            raw = damaged(chance.choice(pool), chance)
            path.write_bytes(raw)
            lines.new = False
            # Following every line is slow; a tenth of the inputs is enough to find new ones.
            sys.settrace(lines.trace if inputs % 10 == 0 else None)
            try:
                look_at(path)
            except Exception as error:
                sys.settrace(None)
                kept = Path(f"fuzz-837-{options.seed}-{inputs}.837")
                kept.write_bytes(raw)
                print(f"input {inputs}: {type(error).__name__}: {error}; kept as {kept}")
                return 1
            finally:
                sys.settrace(None)
            if lines.new and len(raw) < 20_000:
                pool.append(raw)
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / f"{options.seed}-{inputs}.837").write_bytes(raw)
    print(f"{inputs:,} inputs in {options.minutes:g} minutes, {len(pool)} in the pool: all clear")
    return 0


if __name__ == "__main__":
    sys.exit(main())
