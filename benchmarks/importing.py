"""How long the import of two and a half million PTP edits takes, and how much memory.

    python benchmarks/importing.py [--tables DIR] [--rows 2500000]

Without `--tables` the edits are made up and written in the official layout, in four parts; with it
everything in DIR is imported (`benchmarks/official_layout.py` writes such a folder). The import
runs in a process of its own, in a data folder that is thrown away. More than 60 seconds or 1 GiB
is exit 1.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

SECONDS, KIB = 60.0, 1 << 20  # the promise
PARTS = 4
HEADING = (
    "Made-up codes, for a benchmark\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
)


def main() -> int:
    """Measure; 0, or 1 where the promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--rows", type=int, default=2_500_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.tables or Path(scratch, "official")
        if not chosen.tables:
            folder.mkdir()
            _write(folder, chosen.rows)
        data = Path(scratch, "data")
        door = str(Path(sys.executable).with_name("claimbots"))
        started = time.perf_counter()
        done = subprocess.run(
            [door, "codesets", "import", str(folder)],
            env={**os.environ, "CLAIMBOTS_DATA": str(data)},
            capture_output=True,
            text=True,
            check=False,
        )
        took = time.perf_counter() - started
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        size = sum(path.stat().st_size for path in (data / "codesets").iterdir())
    print(done.stdout, end="")
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return 1
    print(f"imported in {took:.1f} s, at most {most / 1024:.0f} MiB, {size / 1e6:.0f} MB on disk")
    return int(took > SECONDS or most > KIB)


def _write(folder: Path, rows: int) -> None:
    """Edits in four parts, in order, each with codes of its own."""
    share = rows // PARTS
    for part in range(PARTS):
        path = folder / f"ccipra-v322r0-f{part + 1}.txt"
        with path.open("w", encoding="ascii", newline="\r\n") as file:
            file.write(HEADING)
            file.writelines(_edits(part, share))


def _edits(part: int, count: int) -> Iterator[str]:
    random = Random(part)
    # The last part's first codes are of HCPCS Level II, as they are in a release.
    letter = "G" if part == PARTS - 1 else str(1 + part * 2)
    first = [f"{letter}{number:04d}" for number in range(3_300)]
    second = [f"9{number:04d}" for number in range(10_000)]
    made = 0
    while made < count:
        code = first[made * len(first) // count]
        for other in sorted(random.sample(second, 200)):
            ended = "*" if random.random() < 0.6 else "20231231"
            indicator = random.choice("01119")
            yield f"{code}\t{other}\t \t20200101\t{ended}\t{indicator}\tMade up\n"
            made += 1
            if made == count:
                return


if __name__ == "__main__":
    raise SystemExit(main())
