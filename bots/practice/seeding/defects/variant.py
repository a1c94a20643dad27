"""What a variant of a defect is: its family, the claim it wishes for, and how it is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.encounters import Maker, Wish
from bots.practice.seeding.truth import Truth

# Takes a clean visit, spoils it and says what is wrong with its first claim; None where this
# visit does not lend itself to it (and then it is still clean).
Plant = Callable[[Maker, Visit], Truth | None]

PRO = "professional"
INST = "institutional"


@dataclass(frozen=True)
class Variant:
    """One way to be wrong."""

    family: str
    name: str
    wish: Wish
    plant: Plant


def plants(family: str, **wish: object) -> Callable[[Plant], Variant]:
    """Decorate a planting function."""

    def made(plant: Plant) -> Variant:
        return Variant(family, plant.__name__, Wish(**wish), plant)  # type: ignore[arg-type]

    return made
