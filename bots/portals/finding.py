"""What a locator of a selector file finds by Playwright's own engine."""

from __future__ import annotations

from playwright.async_api import Locator as Found
from playwright.async_api import Page

from bots.portals.locators import Locator


def find(inside: Page | Found, locator: Locator) -> Found:
    """What it finds on a page, or inside an element of one: none, one or several."""
    if locator.kind == "role":
        return inside.get_by_role(locator.role, name=locator.name, exact=True)  # type: ignore[arg-type]
    if locator.kind == "label":
        return inside.get_by_label(locator.label, exact=True)
    if locator.kind == "test_id":
        return inside.get_by_test_id(locator.test_id)
    return inside.locator(locator.css)
