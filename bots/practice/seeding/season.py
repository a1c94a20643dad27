"""A season of claims from one seed: which are clean, which are spoiled, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from bots.practice.seeding import TODAY
from bots.practice.seeding.defects import variants
from bots.practice.seeding.defects.variant import Variant
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.filed_season import make_filings
from bots.practice.seeding.institutional_season import make_bills
from bots.practice.seeding.json_claims import append_cases, write_json_claims
from bots.practice.seeding.people import World
from bots.practice.seeding.tables import write_tables
from bots.practice.seeding.truth import FAMILIES, Truth, write_truth

_TRIES = 400
# A second defect on the same claim now and then; these touch no line.
_SECOND = ("coverage", "member_id_missing")


@dataclass(frozen=True)
class Season:
    """Everything that one seed makes."""

    world: World
    visits: list[Visit]
    truths: list[Truth]


def make_season(
    claims: int, seed: int, today: date, defect_rate: float, per_family: int | None
) -> Season:
    """Make at least `claims` claims.

    With `per_family` every family gets that many defects, its variants in turn; else the
    share `defect_rate` of the visits gets one, each variant in turn.
    """
    rng = Random(seed)
    world = World(rng)
    maker = Maker(world, today)
    kinds = variants()
    wanted: list[Variant] = []
    if per_family is not None:
        for family in FAMILIES:
            wanted += [kinds[family][n % len(kinds[family])] for n in range(per_family)]
    else:
        deck = [variant for family in FAMILIES for variant in kinds[family]]
        rng.shuffle(deck)
        wanted = [deck[n % len(deck)] for n in range(round(claims * defect_rate))]
    clean = max(claims - len(wanted), len(wanted) // 3 if per_family is not None else 0)
    plan: list[Variant | None] = [*wanted, *([None] * clean)]
    rng.shuffle(plan)
    visits: list[Visit] = []
    truths: list[Truth] = []
    for variant in plan:
        if variant is None:
            visits.append(maker.visit(own_patient=False))
            continue
        visit, found = _spoiled(maker, variant)
        visits.append(visit)
        truths.extend(found)
    return Season(world, visits, truths)


def _spoiled(maker: Maker, variant: Variant) -> tuple[Visit, list[Truth]]:
    for _ in range(_TRIES):
        patients = len(maker.world.patients)
        visit = maker.visit(variant.wish)
        truth = variant.plant(maker, visit)
        if truth is None:
            del maker.world.patients[patients:]
            continue
        number = visit.claim.number
        found = [truth.on(number)]
        if variant.family != _SECOND[0] and maker.rng.random() < 0.03:
            visit.claim.member_id = ""
            found.append(Truth("coverage", "member id missing", "member_id", claim=number))
        found += [_echo(truth, other.number) for other in visit.claims[1:]]
        return visit, found
    raise RuntimeError(f"{variant.family} {variant.name}: no claim lends itself to it")


def _echo(truth: Truth, number: str) -> Truth:
    """The other claim of the day may show the same, and need not."""
    return Truth(
        truth.family, "echo", truth.field, severity=truth.severity, claim=number,
        also=(truth.family, *truth.also),
    )  # fmt: skip


def write_season(folder: Path, seed: int, per_family: int, today: date = TODAY) -> None:
    """Write claims.jsonl, truth.jsonl and tables/ of a balanced season, without a database."""
    season = make_season(0, seed, today, 0.0, per_family)
    bills, truths = make_bills(seed, today, per_family, per_family)
    write_json_claims(folder / "claims.jsonl", [*season.visits, *bills], today)
    filings, more = make_filings(seed, today, per_family, per_family * 2)
    append_cases(folder / "claims.jsonl", filings)
    write_truth(folder / "truth.jsonl", [*season.truths, *truths, *more])
    write_tables(folder / "tables", seed)
