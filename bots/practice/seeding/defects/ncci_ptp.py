# ruff: noqa: D103 - the name of a planting function says what it plants
"""Two codes that may not stand on one day (NCCI procedure-to-procedure)."""

from __future__ import annotations

from datetime import date

from bots.practice.seeding.defects.variant import PRO, plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.people import MEDICARE_B
from bots.practice.seeding.truth import Truth

# Specialty -> pairs by indicator, of which the first code is put on the claim where missing.
_NEVER = {
    "cardiology": (("93015", "93016"), ("93015", "93018"), ("93000", "93005"),
                   ("93306", "93307"), ("93224", "93225")),
    "laboratory": (("80053", "80048"), ("80061", "82465"), ("85025", "85027")),
    "radiology": (("74177", "74176"),),
    "oncology": (("96413", "36591"),),
}  # fmt: skip
_UNLESS = {
    "laboratory": (("80053", "82947"),),
    "radiology": (("73030", "73020"), ("76700", "76705")),
    "orthopedics": (("20611", "20610"), ("73562", "73560")),
    "oncology": (("96413", "96365"),),
    "therapy": (("97530", "97116"),),
}


def _pair(
    maker: Maker, visit: Visit, pairs: tuple[tuple[str, str], ...], modifiers: tuple[str, ...]
) -> tuple[str, str] | None:
    claim = visit.claim
    ready = [pair for pair in pairs if claim.of(pair[0]) is not None]
    if not ready or len(visit.claims) > 1:
        return None
    one, two = maker.rng.choice(ready)
    if claim.of(two) is not None:
        return None
    at = claim.of(one)
    assert at is not None
    # Nothing but an NCCI modifier lets both stand: RT beside LT would.
    own = tuple(m for m in claim.lines[at].modifiers if m in {"26", "RT", "LT", "GP"})
    maker.bill(visit, claim, two, 1, (*[m for m in own if m == "26"], *modifiers,
                                      *[m for m in own if m != "26"]))  # fmt: skip
    claim.add_up()
    return one, two


def _truth(visit: Visit, pair: tuple[str, str], kind: str, severity: str) -> Truth:
    return Truth("ncci-ptp", kind, "procedure", len(visit.claim.lines), " ".join(pair),
                 severity=severity, also=("missed-charge",))  # fmt: skip


@plants("ncci-ptp", type=PRO)
def never_together(maker: Maker, visit: Visit) -> Truth | None:
    pairs = tuple(pair for found in _NEVER.values() for pair in found)
    pair = _pair(maker, visit, pairs, ())
    bound = visit.claim.payer.is_bound_by_ncci
    return pair and _truth(visit, pair, "indicator 0", "error" if bound else "warning")


@plants("ncci-ptp", type=PRO)
def without_a_modifier(maker: Maker, visit: Visit) -> Truth | None:
    pairs = tuple(p for s, found in _UNLESS.items() if s != "orthopedics" for p in found)
    pair = _pair(maker, visit, pairs, ())
    bound = visit.claim.payer.is_bound_by_ncci
    return pair and _truth(
        visit, pair, "indicator 1, no modifier", "error" if bound else "warning"
    )


@plants("ncci-ptp", type=PRO)
def with_a_modifier(maker: Maker, visit: Visit) -> Truth | None:
    pairs = tuple(p for s, found in _UNLESS.items() if s != "orthopedics" for p in found)
    pair = _pair(maker, visit, pairs, (maker.rng.choice(("59", "XS", "XU")),))
    return pair and _truth(visit, pair, "indicator 1, with modifier", "warning")


@plants("ncci-ptp", type=PRO, specialty="radiology", payer=MEDICARE_B, since=date(2026, 7, 1))
def since_july(maker: Maker, visit: Visit) -> Truth | None:
    pair = _pair(maker, visit, (("71046", "71045"),), ())
    return pair and _truth(visit, pair, "indicator 1, begun in July", "error")


@plants("ncci-ptp", type=PRO)
def across_two_claims(maker: Maker, visit: Visit) -> Truth | None:
    pairs = tuple(pair for found in _NEVER.values() for pair in found)
    pair = _pair(maker, visit, pairs, ())
    if pair is None:
        return None
    other = maker.sibling(visit, visit.claim)
    other.lines = [visit.claim.lines.pop()]
    visit.claim.add_up()
    other.add_up()
    at = visit.claim.of(pair[0])
    bound = visit.claim.payer.is_bound_by_ncci
    return Truth("ncci-ptp", "across two claims", "procedure", None if at is None else at + 1,
                 " ".join(pair), severity="error" if bound else "warning",
                 also=("missed-charge", "duplicate"))  # fmt: skip
