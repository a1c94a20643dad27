"""Recall and precision of the checks, family by family, on planted defects.

    python benchmarks/recall.py --seed 1 --per-family 200 [--explain]

Makes synthetic claims in a process of its own (the generator and the checks share no code),
reads them as JSON with `bots.files`, imports the synthetic tables with `bots.codesets`, and
reviews every claim. *Recall*: of the claims on which a family was planted, on how many it
was found. *Precision*: of the claims on which a family was found, on how many it was planted
or stands in `also`. A family planted too seldom, or below the floor in either, is exit 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from synthetic import generate, with_tables

from bots.checks import by_id, review
from bots.claims import Case
from bots.files.json_claims import read_json

FLOOR = 0.99

_WRITE = """
from bots.practice.seeding.season import write_season
write_season(folder, *map(int, sys.argv[2:]))
"""


def main() -> int:
    """Run the bench; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-family", type=int, default=200)
    parser.add_argument("--explain", action="store_true", help="show where both disagree")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _bench(Path(folder), options.seed, options.per_family, explain=options.explain)


def _bench(folder: Path, seed: int, per_family: int, *, explain: bool) -> int:
    generate(_WRITE, folder, seed, per_family)
    codesets = with_tables(folder)
    planted, allowed, kinds = _truth(folder / "truth.jsonl")
    found_by: dict[str, set[str]] = defaultdict(set)
    words: dict[tuple[str, str], str] = {}
    began, cases = time.perf_counter(), 0
    for case in read_json(folder / "claims.jsonl"):
        if not isinstance(case, Case):
            print(f"unreadable: {case}", file=sys.stderr)
            return 2
        cases += 1
        for finding in review(case, codesets).findings:
            family = by_id()[finding.check].family
            found_by[family].add(case.claim.number)
            words.setdefault((family, case.claim.number), f"{finding.check}: {finding.message}")
    seconds = time.perf_counter() - began
    print(f"seed {seed}: {cases} claims reviewed in {seconds:.1f} s, synthetic tables")
    return _print(planted, allowed, kinds, found_by, words, per_family, explain=explain)


def _truth(
    path: Path,
) -> tuple[dict[str, set[str]], dict[str, set[str]], dict[tuple[str, str], str]]:
    """By family, the claims it was planted on and those it may be found on; kinds."""
    planted: dict[str, set[str]] = defaultdict(set)
    allowed: dict[str, set[str]] = defaultdict(set)
    kinds: dict[tuple[str, str], str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        for family in truth["also"]:
            allowed[family].add(truth["claim"])
        if truth["kind"] != "echo":
            planted[truth["family"]].add(truth["claim"])
            kinds[(truth["family"], truth["claim"])] = truth["kind"]
        kinds.setdefault(("any", truth["claim"]), f"{truth['family']}/{truth['kind']}")
    return planted, allowed, kinds


def _print(
    planted: dict[str, set[str]],
    allowed: dict[str, set[str]],
    kinds: dict[tuple[str, str], str],
    found_by: dict[str, set[str]],
    words: dict[tuple[str, str], str],
    per_family: int,
    *,
    explain: bool,
) -> int:
    print(f"{'family':20}{'planted':>9}{'found':>8}{'recall':>9}{'precision':>11}{'false':>7}")
    failed = False
    for family in sorted(planted.keys() | found_by.keys()):
        wanted, found = planted[family], found_by[family]
        hits = wanted & found
        false = found - wanted - allowed[family]
        recall = len(hits) / len(wanted) if wanted else 1.0
        precision = 1 - len(false) / len(found) if found else 1.0
        bad = recall < FLOOR or precision < FLOOR or len(wanted) < per_family
        failed |= bad
        print(
            f"{family:20}{len(wanted):>9}{len(hits):>8}{recall:>9.4f}{precision:>11.4f}"
            f"{len(false):>7}{'  below' if bad else ''}"
        )
        if explain:
            _explain(family, wanted - found, false, kinds, words)
    return 1 if failed else 0


def _explain(
    family: str,
    missed: set[str],
    false: set[str],
    kinds: dict[tuple[str, str], str],
    words: dict[tuple[str, str], str],
) -> None:
    by_kind = Counter(kinds[(family, claim)] for claim in missed)
    for kind, count in by_kind.most_common():
        one = min(c for c in missed if kinds[(family, c)] == kind)
        print(f"    missed {count:4}  {kind}  (e.g. {one})")
    seen = Counter(
        (words[(family, claim)].split(":")[0], kinds.get(("any", claim), "clean"))
        for claim in false
    )
    for (check, kind), count in seen.most_common(12):
        one = min(
            c
            for c in false
            if words[(family, c)].split(":")[0] == check and kinds.get(("any", c), "clean") == kind
        )
        print(f"    false  {count:4}  on {kind}  (e.g. {one}: {words[(family, one)]})")


if __name__ == "__main__":
    sys.exit(main())
