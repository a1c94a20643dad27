"""What a session noticed of its portal's drift: looked at once, checked on the page, kept.

An outline is taken only where a look met something amiss, once for each element. A repair is
kept only if, with it, the very element is found again on that page by its first locator, alone.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from playwright.async_api import Page

from bots.portals.base import PortalFault
from bots.portals.deadline import within
from bots.portals.drift import Repair, concrete, repairs
from bots.portals.edits import Edit, apply
from bots.portals.locators import Screen
from bots.portals.outline import SCRIPT, Outline
from bots.portals.scripts import script

_LOOK = script("look.js")
_MOST = 40  # outlines in a session: a portal in ruins does not cost each claim one


@dataclass
class Noticed:
    """The repairs by screen and element, in the order in which they were met."""

    repairs: dict[tuple[str, str], Repair] = field(default_factory=dict)
    _looked: set[tuple[str, str]] = field(default_factory=set)
    _outlines: int = 0

    async def examine(
        self, page: Page, name: str, screen: Screen, deadline: float, amiss: Sequence[str]
    ) -> None:
        """Look why these elements of a screen were not found as the file says.

        Costs the claim nothing: where the page cannot be looked at, nothing is noticed.
        """
        new = {(name, element) for element in amiss} - self._looked
        if not new or self._outlines >= _MOST:
            return
        self._looked |= new
        self._outlines += 1
        with contextlib.suppress(PortalFault):
            for repair in await proposed(page, name, screen, deadline, amiss):
                self.repairs.setdefault((name, repair.element), repair)


async def proposed(
    page: Page, name: str, screen: Screen, deadline: float, amiss: Sequence[str] = ()
) -> list[Repair]:
    """The repairs that a page asks for, those with edits seen to hold on it.

    Raises:
        PortalFault: the page could not be looked at.
    """
    outline = await outlined(page, name, screen, deadline)
    found = repairs(name, screen, outline, amiss)
    edits = [edit for repair in found for edit in repair.edits]
    if not edits:
        return found
    after = await outlined(page, name, with_edits(name, screen, edits), deadline)
    return [repair if _holds(repair, after) else _without(repair) for repair in found]


async def outlined(page: Page, name: str, screen: Screen, deadline: float) -> Outline:
    """The page's outline, with what each locator of the screen matches on it."""
    expression = _LOOK.replace("__PLAN__", concrete(screen).plan).replace("__OUTLINE__", SCRIPT)
    told = await within(deadline, page.evaluate(expression), f"outline {name}")
    return Outline.of(json.loads(told)["outline"])


def with_edits(name: str, screen: Screen, edits: Sequence[Edit]) -> Screen:
    """The screen as it would be with a patch applied."""
    whole = {"screens": {name: screen.model_dump(mode="json", exclude_defaults=True)}}
    apply(whole, edits)
    return Screen.model_validate(whole["screens"][name])


def _holds(repair: Repair, after: Outline) -> bool:
    if repair.at < 0 or not repair.edits:
        return True
    ranks = after.found.get(repair.element, ())
    return bool(ranks) and all(hits == (repair.at,) for hits in ranks[:1])


def _without(repair: Repair) -> Repair:
    words = "what would find it here finds something else, too: look at the screen"
    return replace(repair, sentence=words, edits=())
