# ruff: noqa: D103 - the name of a planting function says what it plants
"""Billed, and not in the record."""

from __future__ import annotations

from decimal import Decimal

from bots.practice.seeding.codes import BY_CODE, charge_of
from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth


@plants("unsupported-charge", specialty="primary care")
def never_documented(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    ready = [c for c in ("94010", "36415", "12001") if claim.of(c) is None]
    if not ready or claim.of("94760") is not None:
        return None
    code = maker.rng.choice(ready)
    visit.forget(code)
    maker.bill(visit, claim, code, documented=False)
    claim.add_up()
    return Truth(
        "unsupported-charge",
        "no documentation",
        "procedure",
        len(claim.lines),
        code,
        also=("institutional",),
    )  # fmt: skip  (a visit beside it has no 25)


@plants("unsupported-charge", specialty="cardiology")
def no_note(maker: Maker, visit: Visit) -> Truth | None:
    visit.headings.clear()
    return Truth("unsupported-charge", "no note", "procedure", 1,
                 visit.claim.lines[0].procedure)  # fmt: skip


@plants("unsupported-charge", specialty="laboratory")
def record_is_gone(maker: Maker, visit: Visit) -> Truth | None:
    code = visit.claim.lines[-1].procedure
    visit.forget(code)
    return Truth("unsupported-charge", "no documentation", "procedure",
                 len(visit.claim.lines), code)  # fmt: skip


@plants("unsupported-charge", specialty="therapy")
def more_therapy_than_done(maker: Maker, visit: Visit) -> Truth | None:
    return _more(visit, ("97110", "97140", "97530"))


@plants("unsupported-charge", specialty="oncology")
def more_drug_than_given(maker: Maker, visit: Visit) -> Truth | None:
    return _more(visit, ("J9045", "J2405", "J9271", "J1100"))


def _more(visit: Visit, codes: tuple[str, ...]) -> Truth | None:
    claim = visit.claim
    for number, line in enumerate(claim.lines, 1):
        if line.procedure in codes and line.units + 2 <= BY_CODE[line.procedure].mue:
            line.units += 2
            line.charge = charge_of(line.procedure, line.units)
            if line.ndc:
                line.ndc_quantity = (line.units / 10).quantize(Decimal("0.001"))
            claim.add_up()
            return Truth("unsupported-charge", "more units than documented", "units", number,
                         f"{line.units}", also=("units",))  # fmt: skip
    return None
