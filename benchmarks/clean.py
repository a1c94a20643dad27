"""What the checks say of claims that nothing is wrong with.

    python benchmarks/clean.py --claims 100000 --seed 1

Writes clean synthetic claims in a process of its own (the generator and the checks share no
code), reads them back as JSON and reviews each with the synthetic tables. Prints how long the
writing took, the share of claims with an error and the warnings a claim, and which checks said
them. More errors than one claim in a thousand, or three warnings on ten claims: exit 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from synthetic import generate, with_tables

from bots.checks import Severity, review
from bots.claims import Case
from bots.files.json_claims import read_json

MOST_ERRORS = 0.001  # of the claims
MOST_WARNINGS = 0.3  # a claim

_WRITE = """
from bots.practice.seeding import TODAY, generate
from bots.practice.seeding.json_claims import write_json_claims
from bots.practice.seeding.tables import write_tables
claims, seed = map(int, sys.argv[2:])
season = generate(claims, seed, defect_rate=0.0)
write_json_claims(folder / "claims.jsonl", season.visits, TODAY)
write_tables(folder / "tables", seed)
"""


def main() -> int:
    """Run the bench; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _bench(Path(folder), options.claims, options.seed)


def _bench(folder: Path, claims: int, seed: int) -> int:
    began = time.perf_counter()
    generate(_WRITE, folder, claims, seed)
    print(f"seed {seed}: {claims} clean claims written in {time.perf_counter() - began:.1f} s")
    codesets = with_tables(folder)
    read = with_errors = warnings = 0
    said: Counter[tuple[str, str]] = Counter()
    for case in read_json(folder / "claims.jsonl"):
        if not isinstance(case, Case):
            print(f"unreadable: {case}", file=sys.stderr)
            return 2
        read += 1
        findings = review(case, codesets).findings
        with_errors += any(f.severity is Severity.ERROR for f in findings)
        warnings += sum(f.severity is Severity.WARNING for f in findings)
        said.update((f.severity.value, f.check) for f in findings)
    print(f"{read} claims reviewed, synthetic tables")
    print(f"with an error: {with_errors} ({with_errors / read:.4%}; at most {MOST_ERRORS:.1%})")
    print(f"warnings a claim: {warnings / read:.4f} (at most {MOST_WARNINGS})")
    for (severity, check), count in said.most_common(20):
        print(f"  {severity:8} {check:36} {count}")
    return int(with_errors > MOST_ERRORS * read or warnings > MOST_WARNINGS * read)


if __name__ == "__main__":
    raise SystemExit(main())
