"""Changes to a selector file as data: a place in it, and what would stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
Value = str | tuple[str, str] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """A place in the selector file, and what would stand there; None takes a locator out."""

    path: Path
    value: Value | None


def node_of(whole: Any, edit: Edit) -> Any:
    """The mapping or list in which the edit's place is.

    Raises:
        KeyError, IndexError, TypeError: there is none.
    """
    node = whole
    for key in edit.path[:-1]:
        node = node[key]
    return node


def apply(whole: Any, edits: Sequence[Edit]) -> None:
    """Make the edits in plain data, the last first, so that what is taken out moves none."""
    for edit in reversed(edits):
        node, last = node_of(whole, edit), edit.path[-1]
        if edit.value is None:
            del node[last]
        else:
            node[last] = list(edit.value) if isinstance(edit.value, tuple) else edit.value
