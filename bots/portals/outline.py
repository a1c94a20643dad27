"""What a screen is made of, told without a value: roles, names, ids and who stands beside whom.

Only words of the form itself are in it: labels, column heads, buttons. A word that may be of
somebody (many digits, or long) is left out even there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

SCRIPT = resources.files("bots.portals").joinpath("outline.js").read_text("utf-8")
_LONGEST = 60
_NUMBER = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Thing:
    """One element of the page. `at` is its place among all elements, `beside` the labels of the
    boxes before and after it in its row or group.
    """

    at: int
    role: str
    name: str
    label: str
    test_id: str
    id: str
    sends: str
    beside: tuple[str, str]
    shown: bool


@dataclass(frozen=True, slots=True)
class Heads:
    """A table's headings in order, and where each of our columns is by its cells' own name."""

    heads: tuple[str, ...]
    own: Mapping[str, int]


@dataclass(frozen=True)
class Outline:
    """A page's elements by their place; what each locator of each named element matched."""

    things: Mapping[int, Thing]
    found: Mapping[str, tuple[tuple[int, ...], ...]]
    tables: Mapping[str, Heads]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Outline:
        """What `outline.js` told."""
        things = [_thing(facts) for facts in told["elements"]]
        return cls(
            {thing.at: thing for thing in things},
            {name: tuple(tuple(at) for at in ranks) for name, ranks in told["found"].items()},
            {
                name: Heads(tuple(_safe(head) for head in table["heads"]), table["own"])
                for name, table in told["tables"].items()
            },
        )

    def called(self, role: str, name: str) -> list[Thing]:
        """The shown elements of a role and name."""
        return [
            thing
            for thing in self.things.values()
            if thing.shown and thing.role == role and thing.name == name
        ]


def _thing(facts: Mapping[str, Any]) -> Thing:
    before, after = facts["beside"]
    return Thing(
        facts["at"],
        facts["role"],
        _safe(facts["name"]),
        _safe(facts["label"]),
        _safe(facts["test_id"]),
        _safe(facts["id"]),
        _safe(facts["sends"]),
        (_safe(before), _safe(after)),
        facts["shown"],
    )


def _safe(words: str) -> str:
    """The words, or nothing where they may be somebody's."""
    is_plain = words.isprintable() and len(words) <= _LONGEST and not _NUMBER.search(words)
    return words if is_plain else ""
