"""Walks every screen that a selector file names, and says where each element was found.

It looks and changes nothing. What only some claims or moments show (an alert, a locked record) is
not there now, which is no fault: what must be there the reader's own canary says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bots.portals import screen as screens
from bots.portals.base import PortalError
from bots.portals.locators import Screen
from bots.portals.screen import Seen

if TYPE_CHECKING:
    from bots.portals.session import Session
    from bots.portals.tab import Ranks, Tab

DOOR = "door"
NO_ADDRESS = "no address"
_PATIENCE = 3.0  # seconds for a screen to be painted


class Found(StrEnum):
    """How an element was found."""

    FIRST = "first choice"
    LOWER = "lower rank"
    AMBIGUOUS = "ambiguous"
    GONE = "not there now"
    UNREACHED = "screen not reached"

    @property
    def is_to_do(self) -> bool:
        """Whether the selector file wants a look because of it."""
        return self in (Found.LOWER, Found.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Place:
    """One element or table of a screen: how it was found, by which rank, how often."""

    screen: str
    element: str
    found: Found
    rank: int = 0
    matches: int = 0
    words: str = ""

    def as_json(self) -> dict[str, object]:
        """For the command line."""
        return {
            "screen": self.screen,
            "element": self.element,
            "found": self.found.value,
            "rank": self.rank or None,
            "matches": self.matches,
            "words": self.words,
        }


async def walked(session: Session, number: str) -> AsyncIterator[Place]:
    """Every named element of every screen but the door, those of a claim at `number`."""
    async with session.tab() as tab:
        for name in session.selectors.screens:
            if name != DOOR:
                for place in await _screen(tab, name, number):
                    yield place


async def walked_door(session: Session) -> AsyncIterator[Place]:
    """The door's elements, as somebody sees them who has not logged in yet."""
    async with session.tab() as tab:
        for place in await _screen(tab, DOOR, "", at_door=True):
            yield place


def with_what_was_seen(places: Iterable[Place], ranks: Ranks) -> list[Place]:
    """The same, where a screen has no address by what its reader found on it.

    What scripts draw only the reader can reach; `ranks` are those of its session.
    """
    return [_by_ranks(place, ranks[f"{place.screen}.{place.element}"]) for place in places]


def _by_ranks(place: Place, seen: Counter[int]) -> Place:
    if place.found is not Found.UNREACHED or place.words != NO_ADDRESS or not seen:
        return place
    worst = max(seen)
    return replace(
        place,
        found=Found.FIRST if worst == 1 else Found.LOWER,
        rank=worst,
        matches=1,
        words="seen by the reader",
    )


async def _screen(tab: Tab, name: str, number: str, *, at_door: bool = False) -> list[Place]:
    screen = _filled(tab.selectors.screens[name], number)
    named = (*screen.elements, *screen.tables)
    if not screen.at:
        return [Place(name, element, Found.UNREACHED, words=NO_ADDRESS) for element in named]
    try:
        await tab.go(screen.path(claim=number), f"the screen {name}", at_door=at_door)
        seen = await screens.look(
            tab.page, name, screen, deadline=tab.deadline, patience=_PATIENCE
        )
    except PortalError as error:
        return [Place(name, element, Found.UNREACHED, words=error.code) for element in named]
    return [_place(seen, element) for element in named]


def _filled(screen: Screen, number: str) -> Screen:
    """The screen with every locator filled: of the first line, and this claim."""
    elements = {
        name: tuple(locator.filled(line=1, n=1, claim=number, username="") for locator in ranked)
        for name, ranked in screen.elements.items()
    }
    return type(screen)(**{**dict(screen), "elements": elements})


def _place(seen: Seen, element: str) -> Place:
    rank, matches, lost = 0, 0, ""
    if element in seen.values:
        _, rank, matches = seen.values[element]
    elif element in seen.tables:
        table = seen.tables[element]
        rank, matches, lost = table["rank"], table["matches"], ", ".join(table["lost"])
    if not rank:
        words = f"tried {seen.screen.tried(element)}"
        return Place(seen.name, element, Found.GONE, words=words)
    found = Found.AMBIGUOUS if matches > 1 or lost else Found.FIRST if rank == 1 else Found.LOWER
    words = f"columns not found: {lost}" if lost else ""
    return Place(seen.name, element, found, rank, matches, words)
