"""A season of claims that only files bring, from one seed, beside that of the practice's own.

The practice portal shows no other payers, no eligibility and no authorizations.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from bots.practice.seeding.defects.filed import FAMILIES, Misfiling, misfilings
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.filed import Filer
from bots.practice.seeding.filed_recipes import CLEAN
from bots.practice.seeding.people import World
from bots.practice.seeding.truth import Truth


def make_filings(
    seed: int, today: date, per_family: int, clean: int
) -> tuple[list[dict[str, Any]], list[Truth]]:
    """So many claims with a defect of each family, its variants in turn, among clean ones."""
    rng = Random(f"{seed} filed")
    filer = Filer(Maker(World(rng), today))
    kinds = misfilings()
    deck: list[Misfiling | None] = [None] * clean
    for family in FAMILIES:
        deck += [kinds[family][n % len(kinds[family])] for n in range(per_family)]
    rng.shuffle(deck)
    cases: list[dict[str, Any]] = []
    truths: list[Truth] = []
    for misfiling in deck:
        if misfiling is None:
            filing = rng.choice(CLEAN)(filer)
        else:
            filing, truth = misfiling.plant(filer)
            truths.append(truth)
        cases.append(filing.as_json(today))
    return cases, truths
