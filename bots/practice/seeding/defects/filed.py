"""What a variant of a wrong claim of a file is: its check, the claim, and how it is spoiled.

The files beside this one that begin with its name hold them, one family after the other.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bots.practice.seeding.filed import Filer, Filing
from bots.practice.seeding.filed_recipes import Recipe
from bots.practice.seeding.truth import Truth

FAMILIES = (
    "authorization", "claim-frequency", "clia", "cob", "coverage-policy", "eligibility", "em",
    "facility-rule", "global", "payer-rule",
)  # fmt: skip

# Spoils a clean claim in place.
Spoil = Callable[[Filer, Filing], object]


@dataclass(frozen=True)
class Misfiling:
    """One way to be wrong; `check` names the edit that the claim fails."""

    family: str
    check: str
    on: Recipe
    spoil: Spoil
    severity: str
    also: tuple[str, ...]

    def plant(self, filer: Filer) -> tuple[Filing, Truth]:
        """A claim with that fault, and what is wrong with it."""
        filing = self.on(filer)
        self.spoil(filer, filing)
        truth = Truth(
            self.family, self.check, "", severity=self.severity, also=self.also,
            claim=filing.number,
        )  # fmt: skip
        return filing, truth


def misfiled(
    family: str, check: str, on: Recipe, *, severity: str = "error", also: tuple[str, ...] = ()
) -> Callable[[Spoil], Misfiling]:
    """Decorate a function that spoils a claim; `also` are families that may follow from it."""

    def made(spoil: Spoil) -> Misfiling:
        return Misfiling(family, check, on, spoil, severity, also)

    return made


@cache
def misfilings() -> dict[str, tuple[Misfiling, ...]]:
    """Every variant there is, by family; found by looking at the files beside this one."""
    from bots.practice.seeding import defects

    found: dict[str, list[Misfiling]] = {family: [] for family in FAMILIES}
    for module in sorted(pkgutil.iter_modules(defects.__path__), key=lambda m: m.name):
        if not module.name.startswith("filed_"):
            continue
        for value in vars(importlib.import_module(f"{defects.__name__}.{module.name}")).values():
            if isinstance(value, Misfiling):
                found[value.family].append(value)
    return {family: tuple(values) for family, values in found.items()}
