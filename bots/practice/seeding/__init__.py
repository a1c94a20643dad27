"""Synthetic claims for the practice portal: mostly clean, some with a planted defect.

`seed_portal` fills the portal's database and writes the truth and the synthetic tables;
`generate` makes the same claims without a database. The same seed gives the same claims,
and the same bytes in the truth file. Everything here is made up.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.practice.seeding.season import Season

TODAY = date(2026, 9, 30)


def generate(
    claims: int,
    seed: int,
    today: date = TODAY,
    defect_rate: float = 0.2,
    per_family: int | None = None,
) -> Season:
    """Make the claims of one season; see `bots.practice.seeding.season`."""
    from bots.practice.seeding.season import make_season

    return make_season(claims, seed, today, defect_rate, per_family)


def seed_portal(
    claims: int,
    seed: int,
    truth: Path | None = None,
    tables: Path | None = None,
    today: date = TODAY,
    defect_rate: float = 0.2,
    per_family: int | None = None,
) -> dict[str, int]:
    """Fill the portal with synthetic claims; what was there goes.

    Args:
        claims: how many, about; never fewer.
        seed: the same seed gives the same claims.
        truth: where to write what was planted, one JSON object a line.
        tables: a folder for the synthetic tables.
        today: the practice's own day.
        defect_rate: the share of claims with a planted defect.
        per_family: plant at least so many of each family instead.

    Returns:
        Counts: claims, pending, historical, lines, planted.
    """
    from bots.practice.people import ensure_people
    from bots.practice.seeding.loader import counts, load
    from bots.practice.seeding.tables import write_tables
    from bots.practice.seeding.truth import write_truth

    season = generate(claims, seed, today, defect_rate, per_family)
    ensure_people()
    load(season.world, season.visits)
    if truth is not None:
        write_truth(truth, season.truths)
    if tables is not None:
        write_tables(tables, seed)
    return counts(season.visits) | {"planted": sum(t.kind != "echo" for t in season.truths)}
