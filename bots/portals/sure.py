"""A locator that is sure enough to type or press through.

Sure means: exactly one element with the role and the label that the portal's file names
first, visible and enabled, in the form that was meant. A lower rank is good enough to read
by, never to write by.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Locator

from bots.portals.base import NotSure
from bots.portals.tab import Tab

_FACTS = """all => all.slice(0, 3).map(one => ({
  shown: one.checkVisibility({visibilityProperty: true}),
  enabled: !one.disabled && !one.readOnly,
  value: "value" in one && one.tagName !== "BUTTON" ? one.value : one.textContent.trim(),
  form: one.form?.getAttribute("aria-label") ?? "",
  action: one.form?.action ?? "",
}))"""


@dataclass(frozen=True)
class Sure:
    """One element that may be written through, and what stood in it when it was looked at."""

    locator: Locator
    value: str
    form: str
    action: str


async def sure(tab: Tab, screen: str, element: str, **values: object) -> Sure:
    """The element, if there is no doubt about it.

    Raises:
        NotSure: none, several, hidden or disabled; names screen and element.
    """
    first = tab.selectors.screens[screen].elements[element][0].filled(**values)
    at = f"{screen}: {element}"
    if first.kind == "role":
        located = tab.page.get_by_role(first.role, name=first.name, exact=True)  # type: ignore[arg-type]
    elif first.kind == "label":
        located = tab.page.get_by_label(first.label, exact=True)
    else:
        raise NotSure(f"{at}: neither role nor label says what it is")
    facts = await tab.call(located.evaluate_all(_FACTS), f"look for {at}")
    if len(facts) != 1:
        found = "nothing matches" if not facts else "more than one matches"
        raise NotSure(f"{at}: {found} {first.words()}")
    fact = facts[0]
    if not fact["shown"]:
        raise NotSure(f"{at}: it is hidden")
    if not fact["enabled"]:
        raise NotSure(f"{at}: it is disabled")
    return Sure(located, fact["value"], fact["form"], fact["action"])
