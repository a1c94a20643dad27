"""What was planted, one JSON object a line, in the order of the claims."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

FAMILIES = (
    "required",
    "format",
    "provider",
    "coverage",
    "diagnosis",
    "demographic",
    "pointer",
    "procedure",
    "modifier",
    "place-of-service",
    "units",
    "duplicate",
    "totals",
    "dates",
    "timely-filing",
    "ncci-ptp",
    "mue",
    "add-on",
    "ndc",
    "missed-charge",
    "unsupported-charge",
)


@dataclass(frozen=True)
class Truth:
    """One planted defect.

    `line` is 1-based or None for the whole claim. `action` is the class: the most that a
    bot may ever do about it (auto, propose, flag). `also` are families that may fire as a
    consequence without being a false alarm. `kind` names the variant; the kind "echo" marks
    the other claim of a pair, on which the family may fire but need not.
    """

    family: str
    kind: str
    field: str
    line: int | None = None
    found: str = ""
    right: str | None = None
    action: str = "flag"
    severity: str = "error"
    also: tuple[str, ...] = ()
    missed_worth: str | None = None
    claim: str = ""

    def on(self, claim: str) -> Truth:
        """The same, of that claim."""
        return replace(self, claim=claim)

    def as_json(self) -> str:
        """The line of the truth file."""
        return json.dumps(
            {
                "claim": self.claim,
                "line": self.line,
                "family": self.family,
                "field": self.field,
                "found": self.found,
                "right": self.right,
                "class": self.action,
                "severity": self.severity,
                "also": list(self.also),
                "kind": self.kind,
                "missed_worth": self.missed_worth,
            }
        )


def write_truth(path: Path, truths: Iterable[Truth]) -> None:
    """Write the truth file; the same seed gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(truth.as_json() + "\n" for truth in truths)
