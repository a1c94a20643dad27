"""What was done of the mutations so far, a line a case; only the same code goes on with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# What decides about a case: what is tried, what it is tried with, and the portal's screens.
_BOTH = (
    "bots/portals/*.py", "bots/portals/*.js", "selectors/practice.yaml", "benchmarks/mutate.js",
    "benchmarks/mutation_oracle.py", "bots/practice/billing/jinja2/portal/*.html",
    "benchmarks/saved_*.py",
)  # fmt: skip
_CODE = {
    "saved": _BOTH,
    "running": (*_BOTH, "bots/hands.py", "benchmarks/running_*.py", "tests/portals/meridian/*.*"),
}
Case = dict[str, Any]


class Record:
    """The cases of one seed, on disk as they are made."""

    def __init__(self, path: Path, seed: int, claims: int, *, go_on: bool) -> None:
        self.path = path
        self._head = {"seed": seed, "claims": claims} | {how: code(how) for how in _CODE}
        self.cases: list[Case] = self._so_far() if go_on and path.exists() else []
        path.parent.mkdir(parents=True, exist_ok=True)
        # Anew, without a line that was cut short.
        path.write_text("".join(f"{json.dumps(line)}\n" for line in (self._head, *self.cases)))

    def keep(self, case: Case) -> None:
        """One more."""
        self.cases.append(case)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(case)}\n")

    def of(self, how: str) -> Sequence[Case]:
        """Those of saved screens, or of running portals."""
        return [case for case in self.cases if case["how"] == how]

    def _so_far(self) -> list[Case]:
        """Those that were made of the same seed by the same code."""
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        head, *cases = [json.loads(line) for line in lines if line.endswith("\n")]
        if any(head[name] != self._head[name] for name in ("seed", "claims")):
            return []
        return [case for case in cases if head[case["how"]] == self._head[case["how"]]]


def code(how: str) -> str:
    """A digest of the files that decide about a case of saved screens, or of running portals."""
    whole = sha256()
    for pattern in _CODE[how]:
        for path in sorted(ROOT.glob(pattern)):
            if path.name.startswith("gnuhealth"):  # no part of these portals
                continue
            whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]
