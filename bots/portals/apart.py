"""What a script tells of an element, asked in a world apart from the page's own scripts.

Playwright's `evaluate` works in the page's own world, into which its whole script for finding
elements is put anew with each page that is loaded: a twenty-fifth of a correction's time. The
world in which it types and clicks has that script already, and the page's scripts cannot reach
into it. A selector engine that is registered as a content script runs there. Ours answers, for
the element that a locator finds, with one that stands nowhere on the page and holds what is told.
https://playwright.dev/python/docs/extensibility
"""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Error, Locator, Playwright

_SOON = 500  # ms; the element stands on a page that was looked at already
_ENGINE = """({
  queryAll(element) {
    const told = document.createElement("i");
    told.textContent = JSON.stringify((%s)([element]));
    return [told];
  },
  query(element) { return this.queryAll(element)[0]; },
})"""


class Script:
    """A function of a list of elements, and the name by which a browser's driver knows it."""

    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = f"claimbots_{name}", source

    async def register(self, driver: Playwright) -> None:
        """Make it known to a driver, before it opens a page."""
        engine = _ENGINE % self._source
        await driver.selectors.register(self._name, engine, content_script=True)

    async def of(self, found: Locator) -> Any:
        """What it tells of all the elements that a locator finds.

        Where that is not one, or the driver does not know the script, it is asked in the page's
        own world.

        Raises:
            Error: Playwright's own.
        """
        try:
            told = await found.locator(f"{self._name}=it").text_content(timeout=_SOON)
        except Error:
            return await found.evaluate_all(self._source)
        return json.loads(told or "null")
