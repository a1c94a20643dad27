"""The boxes of an edit form that changes go into: which element, from what, to what.

The selector file names them: a claim's field is an element of the screen `edit` with the
field's name, a line's field one with `line_` before it and `{line}` in its locator, the
diagnoses are `diagnosis` with `{n}`. A field without a box is never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bots.claims import CLAIM_FIELDS, LINE_FIELDS, Change
from bots.portals.base import NotSure
from bots.portals.locators import Screen
from bots.portals.spelling import Spelling

MOST_DIAGNOSES = 12  # of a professional claim, HI in 005010X222A1


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a form: the element, what must stand in it, what is to stand in it."""

    element: str
    before: str
    after: str
    values: dict[str, object] = field(default_factory=dict)


def boxes_for(changes: Sequence[Change], screen: Screen, spelling: Spelling) -> list[Box]:
    """The boxes that changes go into, in the portal's spelling. A total has none.

    Raises:
        NotSure: the portal has no box for a field.
    """
    boxes: list[Box] = []
    for change in changes:
        if change.field == "total_charge" and change.line is None:
            continue
        if change.field == "diagnoses" and "diagnosis" in screen.elements:
            boxes += _diagnosis_boxes(change)
            continue
        before = spelling.written(change.field, change.from_)
        after = spelling.written(change.field, change.to)
        if change.line is not None:
            element, values = f"line_{change.field}", {"line": change.line}
            known = change.field in LINE_FIELDS
        else:
            element, values = change.field, {}
            known = change.field in CLAIM_FIELDS
        if not known or element not in screen.elements:
            raise NotSure(f"edit: {change.field}: the form has no box for it")
        boxes.append(Box(element, before, after, dict(values)))
    return boxes


def _diagnosis_boxes(change: Change) -> list[Box]:
    before, after = change.from_.split(), change.to.split()
    longest = max(len(before), len(after))
    before += [""] * (longest - len(before) + 1)
    after += [""] * (longest - len(after) + 1)
    pairs = zip(before, after, strict=True)
    # One box beyond the last: it must be empty, or the list is longer than it was read.
    return [
        Box("diagnosis", old, new, {"n": number})
        for number, (old, new) in enumerate(pairs, start=1)
        if number <= MOST_DIAGNOSES
    ]
