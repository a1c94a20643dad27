# ruff: noqa: D103 - the name of a planting function says what it plants
"""More units than a medically unlikely edit allows."""

from __future__ import annotations

from decimal import Decimal

from bots.practice.seeding.codes import BY_CODE, charge_of
from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


@plants("mue")
def line_or_day(maker: Maker, visit: Visit) -> Truth | None:
    """One line above the limit, whatever the indicator."""
    claim = visit.claim
    at = maker.rng.randrange(len(claim.lines))
    line = claim.lines[at]
    known = BY_CODE[line.procedure]
    if any(i != at and o.procedure == line.procedure for i, o in enumerate(claim.lines)):
        return None
    line.units = Decimal(known.mue + maker.rng.randint(1, 3))
    _rewrite(maker, visit, at, line.units)
    return Truth(
        "mue",
        f"MAI {known.mai}, one line",
        "units",
        at + 1,
        f"{line.units}",
        severity=_severity(visit),
        also=("modifier",) if "50" in line.modifiers else (),
    )


@plants("mue")
def day(maker: Maker, visit: Visit) -> Truth | None:
    """Two lines within the limit each, their sum above it."""
    claim = visit.claim
    at = maker.rng.randrange(len(claim.lines))
    line = claim.lines[at]
    known = BY_CODE[line.procedure]
    repeated = any(i != at and o.procedure == line.procedure for i, o in enumerate(claim.lines))
    if repeated or known.mai == 1 or known.kind == "em" or len(line.modifiers) > 1:
        return None
    line.units = Decimal(known.mue)
    _rewrite(maker, visit, at, line.units)
    maker.bill(visit, claim, line.procedure, 1, (*line.modifiers, "76"))
    claim.add_up()
    return Truth("mue", f"MAI {known.mai}, the day", "units", len(claim.lines),
                 severity=_severity(visit), also=("duplicate", "modifier"))  # fmt: skip


@plants("mue", specialty="laboratory")
def line_only(maker: Maker, visit: Visit) -> Truth | None:
    at = visit.claim.of("88305")
    if at is None:
        return None
    visit.claim.lines[at].units = Decimal(17)
    _rewrite(maker, visit, at, Decimal(17))
    return Truth("mue", "MAI 1, one line", "units", at + 1, "17", severity=_severity(visit))


def _severity(visit: Visit) -> str:
    """NCCI binds Medicare and Medicaid; a payer that did not adopt it may see it otherwise."""
    return "error" if visit.claim.payer.is_bound_by_ncci else "warning"


def _rewrite(maker: Maker, visit: Visit, at: int, units: Decimal) -> None:
    """Let charge and record say the same units."""
    claim = visit.claim
    line = claim.lines[at]
    line.charge = charge_of(line.procedure, units)
    if line.ndc:
        line.ndc_quantity = (units / 10).quantize(Decimal("0.001"))
    visit.forget(line.procedure)
    maker.document(visit, claim, line.procedure, units)
    claim.add_up()
