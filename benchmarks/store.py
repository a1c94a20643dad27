"""How many claims a second the store keeps, in PostgreSQL beside SQLite: `make bench-store`.

    python benchmarks/store.py --claims 1000

A worker's own questions for each claim (take, look, keep with findings and changes) and nothing
else, from one process and, over PostgreSQL, from two and four, each at a run of its own. What a
portal gives is a claim or two a second and page: the quotient says how many pages one database
serves.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import store_cases
from postgres import a_database, the_store_in

from bots.places import Places
from bots.store import database, work
from bots.store.facts import RunKind


def kept(data: str, claims: int, seed: int) -> float:
    """Seconds in which one worker keeps so many claims of a run of its own."""
    database.connect(Places(Path(data)))
    run = store_cases.a_run(RunKind.PRE_BILL)
    work.list_claims(run.id, ((f"C{n}", "Draft", "") for n in range(1, claims + 1)))
    rng = random.Random(seed)
    began = time.monotonic()
    while taken := work.take(run.id, 4):
        for item, attempt in taken:
            found = work.item(item, attempt)
            assert found is not None
            outcome = store_cases.ClaimOutcome(rng.choice(("passed", "corrected", "flagged")))
            store_cases._keep(run, rng, found.position, outcome, "Quimby", item)
    seconds = time.monotonic() - began
    database.close()
    return seconds


def rate(data: Path, claims: int, processes: int) -> float:
    """Claims a second over all processes."""
    if processes == 1:
        return claims / kept(str(data), claims, 1)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        took = pool.starmap(kept, [(str(data), claims, seed) for seed in range(processes)])
    return claims * processes / max(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--claims", type=int, default=1000)
    claims = parser.parse_args().claims
    with tempfile.TemporaryDirectory() as folder:
        file = Places(Path(folder) / "file").made()
        alone = rate(file.root, claims, 1)
        print(f"SQLite, 1 process: {alone:8.0f} claims/s  1.00")
        shared = Places(Path(folder) / "shared").made()
        with the_store_in(a_database(), shared.root):
            for processes in (1, 2, 4):
                there = rate(shared.root, claims, processes)
                print(f"PostgreSQL, {processes}:     {there:8.0f} claims/s  {there / alone:.2f}")


if __name__ == "__main__":
    main()
