"""Scripts that alter a screen in our own browser before it is looked at.

The portal knows nothing of it: what is altered is the answer on its way to the page.
"""

from __future__ import annotations

import json
from importlib import resources

from bots.portals.contract.items import NotTried
from bots.portals.locators import Locator, Screen, Selectors

_SCRIPT = resources.files("bots.portals.contract").joinpath("surgery.js").read_text("utf-8")
ALTERED = "claimbots contract: altered"
Where = tuple[Locator, ...]
# Something that every screen has.
ANYWHERE: Where = (Locator(css="body"),)


def script(
    act: str, where: Where, *, text: str = "", column: str = "", kind: Locator | None = None
) -> str:
    """JavaScript that does `act` (see surgery.js) to the first element that is found.

    `kind`: how a new element is to be found.
    """
    plan = {
        "act": act,
        "all": [_as_list(one) for one in where],
        "text": text,
        "column": column,
        "as": _as_list(kind) if kind else None,
    }
    # A script ends at the first end tag, even one inside a text.
    return _SCRIPT.replace("__PLAN__", json.dumps(plan).replace("</", "<\\/"))


def element(selectors: Selectors, screen: str, name: str, **values: object) -> Where:
    """Where an element or a table is, by the portal's own selector file.

    Raises:
        NotTried: the file names no such screen or element.
    """
    found = selectors.screens.get(screen, Screen())
    ranked = found.elements.get(name) or (
        found.tables[name].locate if name in found.tables else None
    )
    if not ranked:
        raise NotTried(f"the selector file has no {screen}: {name}")
    return tuple(locator.filled(**values) for locator in ranked)


def heading(selectors: Selectors, screen: str, table: str, column: str) -> str:
    """The heading of a table's column, by the portal's own selector file; raises as `element`."""
    found = selectors.screens.get(screen, Screen()).tables.get(table)
    if found is None or column not in found.columns:
        raise NotTried(f"the selector file has no {screen}: {table}.{column}")
    return found.columns[column]


def _as_list(locator: Locator) -> list[str | None]:
    return [locator.kind, getattr(locator, locator.kind), locator.name]
