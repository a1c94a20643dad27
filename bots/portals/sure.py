"""A locator that is sure enough to type or press through.

Sure means: exactly one element with the role and the label that the portal's file names first,
visible and enabled; and, where the file has a record of its form: in the one form of this claim,
which is sent to the recorded place, sending under the recorded name, and between the boxes that
stood beside it when it was recorded. A lower rank is good enough to read by, never to write by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Locator

from bots.portals.apart import Script
from bots.portals.base import NotSure, ScreenDrifted
from bots.portals.finding import find
from bots.portals.locators import Form
from bots.portals.locators import Locator as Place
from bots.portals.scripts import script
from bots.portals.tab import Tab, origin

FACTS = script("sure.js")
TOLD = Script("sure", FACTS)


@dataclass(frozen=True)
class Sure:
    """One element that may be written through, and what stood in it when it was looked at.

    `form` is the name of the form that it is in, `forms` how many of the page have that name,
    `action` the address that it is sent to, `sends` the name under which its value is sent.
    """

    locator: Locator
    value: str
    form: str
    forms: int
    action: str
    sends: str


async def sure(tab: Tab, screen: str, element: str, **values: object) -> Sure:
    """The element, if there is no doubt about it; one call to the page. Errors name it.

    `values` fill in the locator's `{line}` or `{n}`, and the `claim` of a recorded form. Where
    there is doubt the page is given up: what it showed is kept as evidence.

    Raises:
        ScreenDrifted: none, several, hidden, or unlike what was recorded.
        NotSure: it is disabled, or the file does not say by role or label what it is.
    """
    plan = tab.selectors.screens[screen]
    first = plan.elements[element][0].filled(**values)
    at = f"{screen}: {element}"
    facts = await tab.call(TOLD.of(_located(tab, first, at)), f"look for {at}")
    wrong = _doubt(facts, first)
    form = plan.form_of(element)
    if not wrong and form is not None:
        wrong = _elsewhere(facts[0], form, tab.address, values)
        wrong = wrong or _unlike(facts[0], form, element, values)
    if wrong:
        await tab.notice(screen, (element,))
        tab.spoiled = True
        raise ScreenDrifted(f"{at}: {wrong}")
    fact = facts[0]
    if not fact["enabled"]:
        raise NotSure(f"{at}: it is disabled")
    return Sure(
        _located(tab, first, at),
        fact["value"],
        fact["form"],
        fact["forms"],
        fact["to"],
        fact["sends"],
    )


async def together(*asked: Awaitable[Sure]) -> list[Sure]:
    """All of them, asked of the page side by side; raises what the first one of them raised."""
    found = await asyncio.gather(*asked, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return [one for one in found if isinstance(one, Sure)]


def _located(tab: Tab, first: Place, at: str) -> Locator:
    if first.kind not in ("role", "label"):
        raise NotSure(f"{at}: neither role nor label says what it is")
    return find(tab.page, first)


def _doubt(facts: list[dict[str, Any]], first: Place) -> str:
    if len(facts) != 1:
        found = "nothing matches" if not facts else "more than one matches"
        return f"{found} {first.words()}"
    return "" if facts[0]["shown"] else "it is hidden"


def _elsewhere(
    fact: Mapping[str, Any], form: Form, address: str, values: Mapping[str, object]
) -> str:
    """What is wrong with the form that it is in; empty where it is this claim's one form."""
    claim = values.get("claim", "")
    if fact["form"] != form.name.format(claim=claim) or fact["forms"] != 1:
        return "it is not in this claim's one form"
    path = urlsplit(address).path.rstrip("/") + form.to.format(claim=claim)
    if origin(fact["to"]) != origin(address) or urlsplit(fact["to"]).path != path:
        return "its form is sent to another place than recorded"
    return ""


def _unlike(
    fact: Mapping[str, Any], form: Form, element: str, values: Mapping[str, object]
) -> str:
    """How it differs from what was recorded of it. Nothing that the page says is quoted."""
    box = form.boxes.get(element)
    if box is None:
        pressed = form.buttons[element]
        if pressed and fact["sends"] not in pressed:
            return "it sends under another name than recorded"
        return ""
    if fact["sends"] != box.sends.format(**values):
        return "it sends under another name than recorded"
    if fact["twins"] != 1:
        return "another box of the form sends under its name"
    number = int(str(values.get("line", values.get("n", 0))))
    filled = dict(values, before=number - 1, after=number + 1)
    before, after = (label.format(**filled) for label in box.between)
    if "{before}" in box.between[0] and number == 1:
        before = ""  # the first of its kind
    if fact["before"] != before:
        return f"the box before it is not {_quoted(before)}"
    may_be_last = "{after}" in box.between[1] and not fact["after"]
    if fact["after"] != after and not may_be_last:
        return f"the box after it is not {_quoted(after)}"
    return ""


def _quoted(label: str) -> str:
    return f'"{label}", as recorded' if label else "the edge of its group, as recorded"
