# ruff: noqa: D103 - the name of a planting function says what it plants
"""The same service billed twice."""

from __future__ import annotations

from copy import deepcopy

from bots.practice.seeding.defects.variant import plants
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.truth import Truth

# A visit that is billed twice is two visits of a day, too.
_ALSO = ("mue", "unsupported-charge", "ncci-ptp", "units", "institutional")


@plants("duplicate")
def the_same_line(maker: Maker, visit: Visit) -> Truth | None:
    claim = visit.claim
    claim.lines.append(deepcopy(claim.lines[0]))
    claim.add_up()
    return Truth(
        "duplicate", "line in the claim", "procedure", len(claim.lines),
        claim.lines[0].procedure, also=_ALSO,
    )  # fmt: skip


@plants("duplicate")
def on_another_claim(maker: Maker, visit: Visit) -> Truth | None:
    if len(visit.claims) > 1:
        return None
    claim = visit.claim
    other = maker.sibling(visit, claim)
    other.lines = [deepcopy(claim.lines[0])]
    other.add_up()
    return Truth(
        "duplicate", "line on another claim", "procedure", 1, claim.lines[0].procedure,
        severity="warning", also=(*_ALSO, "procedure", "add-on"),
    )  # fmt: skip
