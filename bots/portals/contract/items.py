"""The items of the contract: id, level, what is demanded in a sentence, and the function.

An item is a coroutine function that takes a `Trial`. It returns where the portal held; it raises
`Broken` where not, and `NotTried` where it could not be tried.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.portals.contract.trial import Trial

    Try = Callable[["Trial"], Awaitable[None]]

_ID = re.compile(r"[a-z]+(-[a-z0-9]+)+")


class Level(IntEnum):
    """What a portal has earned: each level asks for all items up to it."""

    NONE = 0
    BRONZE = 1  # it is read right
    SILVER = 2  # it corrects and flags, and every save is read back
    GOLD = 3  # it survives every fault of the contract

    @property
    def word(self) -> str:
        """As people write it."""
        return self.name.lower()


class Broken(Exception):
    """The portal does not do what an item demands; the text says what, without a value."""


class NotTried(Exception):
    """An item could not be tried; the text says what it lacks."""


@dataclass(frozen=True, slots=True)
class Item:
    """One demand.

    `writes`: it changes the test account. `essential`: no exemption may cover it.
    """

    id: str
    level: Level
    sentence: str
    run: Try
    writes: bool
    essential: bool

    @property
    def chapter(self) -> str:
        """The chapter that it stands in, such as `correcting`."""
        return self.run.__module__.rpartition(".")[2]


_ITEMS: dict[str, Item] = {}


def item(
    id: str, level: Level, sentence: str, *, writes: bool = False, essential: bool = False
) -> Callable[[Try], Try]:
    """Register a coroutine function as an item of the contract.

    Raises:
        ValueError: the id is taken or has another form, or the sentence is none.
    """
    if id in _ITEMS or not _ID.fullmatch(id):
        raise ValueError(f"{id}: taken, or not of the form chapter-what")
    if not sentence.endswith("."):
        raise ValueError(f"{id}: what it demands is a sentence")

    def register(run: Try) -> Try:
        _ITEMS[id] = Item(id, level, sentence, run, writes, essential)
        return run

    return register


def all_items() -> dict[str, Item]:
    """Every item by its id, those that write last: reading may be tried without writing."""
    from bots.portals.contract import chapters

    for module in pkgutil.iter_modules(chapters.__path__):
        importlib.import_module(f"{chapters.__name__}.{module.name}")
    ranked = sorted(_ITEMS.values(), key=lambda one: (one.writes, one.level, one.id))
    return {one.id: one for one in ranked}
