# ruff: noqa: D103 - the name of a planting function says what it plants
"""Procedures that do not exist, do not hold on the day, or are never paid."""

from __future__ import annotations

from datetime import date

from bots.practice.seeding.codes import UNKNOWN_PROCEDURES
from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.people import MEDICARE_B
from bots.practice.seeding.truth import Truth

_ALSO = ("unsupported-charge", "missed-charge")


def _bill(maker: Maker, visit: Visit, code: str, kind: str) -> Truth:
    claim = visit.claim
    maker.bill(visit, claim, code)
    claim.add_up()
    severity = "error" if claim.payer.is_medicare or "status" not in kind else "warning"
    return Truth(
        "procedure", kind, "procedure", len(claim.lines), code, severity=severity, also=_ALSO
    )


@plants("procedure")
def unknown(maker: Maker, visit: Visit) -> Truth | None:
    return _bill(maker, visit, maker.rng.choice(UNKNOWN_PROCEDURES), "unknown")


@plants("procedure", specialty="primary care")
def expired(maker: Maker, visit: Visit) -> Truth | None:
    return _bill(maker, visit, maker.rng.choice(("93799", "99195")), "expired")


@plants("procedure", specialty="therapy", type=PRO, payer=MEDICARE_B, since=date(2026, 7, 1))
def expired_in_summer(maker: Maker, visit: Visit) -> Truth | None:
    return _bill(maker, visit, "94620", "expired")


@plants("procedure", payer=MEDICARE_B, type=PRO, until=date(2026, 6, 30))
def not_yet(maker: Maker, visit: Visit) -> Truth | None:
    return _bill(maker, visit, maker.rng.choice(("0998T", "0999U")), "not yet valid")


@plants("procedure", type=PRO, payer=MEDICARE_B)
def never_paid(maker: Maker, visit: Visit) -> Truth | None:
    code = maker.rng.choice(("99070", "99000", "90885", "99441", "97014", "92015", "97810"))
    return _bill(maker, visit, code, "status B, I or N")


@plants("procedure", type=PRO, specialty="cardiology")
def paid_alone_only(maker: Maker, visit: Visit) -> Truth | None:
    return _bill(maker, visit, "94760", "status T")


@plants("procedure", type=PRO, specialty="orthopedics")
def undescribed(maker: Maker, visit: Visit) -> Truth | None:
    if visit.claim.of("20999") is not None:
        return None
    truth = _bill(maker, visit, "20999", "unlisted without description")
    visit.claim.lines[-1].description = ""
    return truth
