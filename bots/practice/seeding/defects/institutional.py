"""What a variant of a wrong hospital bill is: its check, the bill, and how it is spoiled.

The files beside this one that begin with its name hold them, as hospitals' billers make them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.institutional_drafts import Bill
from bots.practice.seeding.institutional_history import Recipe
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.truth import Truth

FAMILY = "institutional"

# Spoils a clean bill in place.
Spoil = Callable[[BillMaker, Bill], object]


@dataclass(frozen=True)
class Misbilling:
    """One way to be wrong; `check` names the edit that the bill fails."""

    check: str
    field: str
    on: Recipe
    spoil: Spoil
    severity: str
    also: tuple[str, ...]
    adds_up: bool

    def plant(self, maker: BillMaker) -> tuple[Visit, list[Truth]]:
        """A bill with that fault, and what is wrong with it."""
        visit = self.on(maker)
        bill = visit.claim
        assert isinstance(bill, Bill)
        self.spoil(maker, bill)
        if self.adds_up:
            bill.add_up()
        truth = Truth(
            FAMILY, self.check, self.field, severity=self.severity, also=self.also,
            claim=bill.number,
        )  # fmt: skip
        return visit, [truth, *(echo(other.number) for other in visit.claims[1:])]


def echo(claim: str) -> Truth:
    """A claim on which the family may speak and need not."""
    return Truth(FAMILY, "echo", "", severity="info", also=(FAMILY,), claim=claim)


def misbilled(
    check: str, field: str, on: Recipe, *, severity: str = "error", also: tuple[str, ...] = (),
    adds_up: bool = True,
) -> Callable[[Spoil], Misbilling]:  # fmt: skip
    """Decorate a function that spoils a bill; `adds_up` lets the total follow the lines."""

    def made(spoil: Spoil) -> Misbilling:
        return Misbilling(check, field, on, spoil, severity, also, adds_up)

    return made


@cache
def misbillings() -> tuple[Misbilling, ...]:
    """Every variant there is, found by looking at the files beside this one."""
    from bots.practice.seeding import defects

    return tuple(
        value
        for module in sorted(pkgutil.iter_modules(defects.__path__), key=lambda m: m.name)
        if module.name.startswith("institutional_")
        for value in vars(importlib.import_module(f"{defects.__name__}.{module.name}")).values()
        if isinstance(value, Misbilling)
    )
