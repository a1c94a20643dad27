"""What the results of all items are worth: the highest level with nothing open below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bots.portals.contract.items import Item, Level


class State(StrEnum):
    """What became of one item."""

    HELD = "held"
    BROKEN = "broken"
    NOT_TRIED = "not tried"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Result:
    """One item's state; `reason` says why where it did not hold. `seconds` is what it took."""

    item: Item
    state: State
    reason: str = ""
    seconds: float = 0.0

    def as_json(self) -> dict[str, object]:
        """The result as the command line prints it."""
        return {
            "item": self.item.id,
            "level": self.item.level.word,
            "state": self.state.value,
            "reason": self.reason,
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level that was earned, and the results that stand before the next one."""

    level: Level
    results: tuple[Result, ...]

    @property
    def before_next(self) -> tuple[Result, ...]:
        """What keeps the portal from the next level; empty at gold."""
        next_level = self.level + 1
        return tuple(
            result
            for result in self.results
            if result.item.level == next_level and not _is_met(result)
        )

    @property
    def broken(self) -> tuple[Result, ...]:
        """The items that the portal does not hold."""
        return tuple(result for result in self.results if result.state is State.BROKEN)

    def counted(self) -> str:
        """How many held, and what became of the others, in words."""
        told = [
            (sum(result.state is state for result in self.results), state.value) for state in State
        ]
        return ", ".join(f"{count} {word}" for count, word in told if count)

    def badge(self, name: str) -> str:
        """One line for a page: the portal's name, its level and what that rests on."""
        return f"**{name}**: contract {self.level.word} ({self.counted()})"


def judged(results: Sequence[Result]) -> Verdict:
    """The verdict over every item; a level without a single item is not earned."""
    level = Level.NONE
    for next_level in (Level.BRONZE, Level.SILVER, Level.GOLD):
        asked = [result for result in results if result.item.level == next_level]
        if not asked or not all(map(_is_met, asked)):
            break
        level = next_level
    return Verdict(level, tuple(results))


def _is_met(result: Result) -> bool:
    if result.state is State.EXEMPT:
        return not result.item.essential
    return result.state is State.HELD
