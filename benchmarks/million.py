"""A million claims of three lines from 837 files through `claimbots check --json`.

    python benchmarks/million.py [--claims 1000000] [--data FOLDER] [--rounds 1] [--only read]

Makes the files itself, in a temporary folder, the same ones for the same seed: 837P, sets of
5,000 claims as the guide advises, drawn from four times as many patients as claims, so that two
claims of nine have others beside them; `--patients 500000` makes it six of seven. Measured is
the command itself, as another process would start it: claims a second, wall time, and the peak
of all its processes' memory together; beside it, in the same run, a bare split of the same files
in Python, which builds nothing. `--data` names a data folder whose code sets were imported;
without one every check that needs a table is not evaluated. More than 120 s or 1 GiB for a
million is exit 1.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SEED = 7
FILES = 20
IN_A_SET = 5000  # CLM segments in one ST, as the guide advises
LIMIT_SECONDS, LIMIT_MEMORY = 120, 1 << 30

_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_LAST = ("SMITH", "JOHNSON", "WILLIAMS", "BROWN", "JONES", "GARCIA", "MILLER", "DAVIS", "LOPEZ")
_FIRST = ("ADA", "BEN", "CARA", "DAN", "EVE", "FAY", "GUS", "HAL", "IDA", "JAN", "KIM", "LEE")
_CITIES = ("DAYTON*OH*45402", "ALBANY*NY*12207", "AUSTIN*TX*78701", "BOISE*ID*83702")
# A visit and two laboratory tests, as an office bills them by the thousand; few are in error.
_VISITS = ("99212", "99213", "99214")
_TESTS = ("80053", "85025", "83036", "84443", "80061", "82306", "83735", "82728")
_DIAGNOSES: tuple[str, ...] = (
    "E119",
    "I10",
    "M5450",
    "J069",
    "N390",
    "E785",
    "K219",
    "F411",
    "D649",
    "E039",
)
_DIAGNOSES += (
    "R5383",
    "R0600",
    "Z79899",
    "G4733",
    "L309",
    "J309",
    "N400",
    "M545",
)  # the last wrong


@dataclass(frozen=True)
class Figures:
    """What one run cost."""

    seconds: float
    processor: float  # seconds of all its processes together
    peak: int
    exit: int
    lines: int


def main() -> int:
    """Make the files, run, print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument(
        "--patients", type=int, help="to draw from; four for each claim if not said"
    )
    parser.add_argument("--data", type=Path, help="a data folder with imported code sets")
    parser.add_argument("--only", choices=("read", "split"), help="in this process, one core")
    parser.add_argument("--keep", type=Path, help="make the files here, and leave them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="claimbots-bench-") as temporary:
        folder = options.keep or Path(temporary)
        files = make_files(folder, options.claims, options.patients)
        size = sum(file.stat().st_size for file in files)
        load = os.getloadavg()[0]
        print(f"{options.claims:,} claims, {len(files)} files, {size / 1e6:,.0f} MB")
        print(f"{os.cpu_count()} cores, load {load:.2f} before it began")
        bare = _timed("bare split, one core", lambda: bare_split(files), options.claims)
        if options.only == "split":
            return 0
        if options.only == "read":
            took = _timed("typed claims, one core", lambda: read_all(files), options.claims)
            print(f"ratio to the bare split: {bare / took:.3f}")
            return 0
        data = options.data or Path(temporary) / "data"
        ran = run_check(files, data, Path(temporary) / "out.jsonl")
        if ran.lines != options.claims:
            raise SystemExit(f"{ran.lines} of {options.claims} claims came out: no figure")
        rate = options.claims / ran.seconds
        print(f"{'check --json':24}{ran.seconds:8.1f} s{rate:12,.0f} claims/s  exit {ran.exit}")
        print(f"processor time {ran.processor:,.1f} s, load {os.getloadavg()[0]:.2f} at its end")
        print(f"peak memory of all its processes {ran.peak / (1 << 20):,.0f} MiB")
        print(f"ratio to the bare split: {bare / ran.seconds:.3f}")
        scaled = LIMIT_SECONDS * options.claims / 1_000_000
        return int(ran.seconds > scaled or ran.peak > LIMIT_MEMORY)


def make_files(
    folder: Path, claims: int, patients: int | None = None, files: int = FILES, seed: int = SEED
) -> list[Path]:
    """837P files of that many claims together; the same bytes for the same arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    patients = patients or 4 * claims
    made = []
    for number in range(files):
        path = folder / f"claims-{number:02d}.837"
        first, last = claims * number // files, claims * (number + 1) // files
        if first == last:
            continue
        with path.open("w", encoding="ascii", newline="\n") as out:
            out.writelines(_interchange(chance, range(first, last), patients))
        made.append(path)
    return made


def _interchange(chance: random.Random, claims: range, patients: int) -> Iterator[str]:
    yield (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'OFFICE':15}*ZZ*{'PAYER':15}*240930*1200*^*00501"
        "*000000001*0*T*:~\nGS*HC*OFFICE*PAYER*20240930*1200*1*X*005010X222A1~\n"
    )
    sets = 0
    for start in range(claims.start, claims.stop, IN_A_SET):
        sets += 1
        count = 1
        for text in _set(chance, range(start, min(start + IN_A_SET, claims.stop)), sets, patients):
            count += text.count("~")
            yield text
        yield f"SE*{count}*{sets:04d}~\n"
    yield f"GE*{sets}*1~\nIEA*1*000000001~\n"


def _set(chance: random.Random, claims: range, control: int, patients: int) -> Iterator[str]:
    yield (
        f"ST*837*{control:04d}*005010X222A1~\nBHT*0019*00*{control}*20240930*1200*CH~\n"
        "NM1*41*2*OFFICE*****46*OFFICE~\nPER*IC*DESK*TE*5550100~\nNM1*40*2*PAYER*****46*P~\n"
        "HL*1**20*1~\nPRV*BI*PXC*207Q00000X~\nNM1*85*2*OFFICE OF MEDICINE*****XX*1234567893~\n"
        "N3*1 OFFICE ST~\nN4*DAYTON*OH*454020000~\nREF*EI*123456789~\n"
    )
    for level, claim in enumerate(claims, start=2):
        yield _claim(chance, level, claim, chance.randrange(patients))


def _claim(chance: random.Random, level: int, number: int, patient: int) -> str:
    last, first = _LAST[patient % len(_LAST)], _FIRST[patient % len(_FIRST)]
    born = date(1930, 1, 1) + timedelta(days=patient * 37 % 29_000)
    day = date(2024, 7, 1) + timedelta(days=chance.randrange(90))
    codes = [chance.choice(_VISITS), *chance.sample(_TESTS, 2)]
    charges = [chance.randrange(1500, 45_000) for _ in codes]
    total = sum(charges)
    diagnoses = chance.sample(_DIAGNOSES, 2)
    lines = "".join(
        f"LX*{n}~\nSV1*HC:{code}*{charge // 100}.{charge % 100:02d}*UN*1***1:2~\n"
        f"DTP*472*D8*{day:%Y%m%d}~\nREF*6R*{number}-{n}~\n"
        + ("NM1*DK*1*EXAMPLE*OTIS****XX*1987654328~\n" if n == 1 else "")
        for n, (code, charge) in enumerate(zip(codes, charges, strict=True), start=1)
    )
    return (
        f"HL*{level}*1*22*0~\nSBR*P*18*******MB~\n"
        f"NM1*IL*1*{last}*{first}****MI*{_member(patient)}~\n"
        f"N3*{patient % 900 + 1} MAIN ST~\nN4*{_CITIES[patient % len(_CITIES)]}~\n"
        f"DMG*D8*{born:%Y%m%d}*{'MF'[patient % 2]}~\nNM1*PR*2*MEDICARE*****PI*MEDB~\n"
        f"CLM*C{number}*{total // 100}.{total % 100:02d}***11:B:1*Y*A*Y*Y~\n"
        f"REF*X4*36D0000000~\nREF*EA*MR{patient}~\nHI*ABK:{diagnoses[0]}*ABF:{diagnoses[1]}~\n"
        f"NM1*82*1*EXAMPLE*RENEE****XX*1987654328~\nPRV*PE*PXC*207Q00000X~\n{lines}"
    )


def _member(patient: int) -> str:
    """A member id in the form of Medicare's (no letter that looks like a digit)."""
    tail = f"{patient:07d}"
    return (
        f"1{_LETTERS[patient % 20]}{_LETTERS[patient // 20 % 20]}{tail[0]}"
        f"{_LETTERS[int(tail[1])]}{_LETTERS[int(tail[2])]}{tail[3]}"
        f"{_LETTERS[int(tail[4])]}{_LETTERS[int(tail[5])]}{tail[5]}{tail[6]}"
    )


def bare_split(files: list[Path]) -> int:
    """The least that Python can do: every element of every segment, and nothing with it."""
    count = 0
    for file in files:
        with file.open(encoding="ascii") as opened:
            held = ""
            while more := opened.read(1 << 20):
                *segments, held = (held + more).split("~\n")
                for segment in segments:
                    count += segment.split("*")[0] == "CLM"
    return count


def read_all(files: list[Path]) -> int:
    """Typed claims, by our reader, in this process."""
    from bots.files.x12 import read_837

    return sum(1 for file in files for _ in read_837(file))


def _timed(name: str, work: object, claims: int) -> float:
    start = time.perf_counter()
    done = work()  # type: ignore[operator]
    seconds = time.perf_counter() - start
    if done != claims:
        raise SystemExit(f"{name}: {done} of {claims} claims: no figure")
    print(f"{name:24}{seconds:8.1f} s{claims / seconds:12,.0f} claims/s")
    return seconds


def run_check(files: list[Path], data: Path, out: Path) -> Figures:
    """The command as its own process; its memory is looked at ten times a second."""
    command = [sys.executable, "-c", "from bots.cli import main; main()", "check", "--json"]
    environment = {**os.environ, "CLAIMBOTS_DATA": str(data)}
    start = time.perf_counter()
    with out.open("wb") as stdout:
        process = subprocess.Popen([*command, *map(str, files)], stdout=stdout, env=environment)
        peak = 0
        while process.poll() is None:
            peak = max(peak, memory_of(process.pid))
            time.sleep(0.1)
    seconds = time.perf_counter() - start
    with out.open("rb") as said:
        lines = sum(1 for _ in said)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime
    return Figures(seconds, processor, peak, process.returncode, lines)


def memory_of(pid: int) -> int:
    """Bytes that a process and its children hold; pages that they share are counted once.

    Proportional set size, from /proc (Linux); 0 where a process has just ended.
    """
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += memory_of(int(child))
    except OSError:
        return total
    return total


if __name__ == "__main__":
    sys.exit(main())
