"""Presses what saves in Tryton's web client, once, and finds out what the server answered.

The client sends a save as one request of its own (JSON-RPC). Whether it left the browser is seen,
not guessed, and so is the answer. Where a session has ended the client would send the same again
as soon as somebody logs in to that page: so the page is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from playwright.async_api import Locator, Request, Response

from bots.crashpoints import crashpoint
from bots.portals.base import NotSure, PortalError, SaveAnswer, Saved, ScreenDrifted
from bots.portals.dialogs import for_people
from bots.portals.finding import find
from bots.portals.pressing import listening
from bots.portals.sure import FACTS
from bots.portals.tab import Tab

DIALOG = "body > .modal"


async def sure_within(tab: Tab, where: str, screen: str, element: str) -> Locator:
    """The element within a part of the page, if there is no doubt about it.

    For what has its like elsewhere on the page: each pane has a Close and a Save of its own.

    Raises:
        ScreenDrifted: none, several or hidden.
        NotSure: it is disabled.
    """
    first, at = tab.selectors.screens[screen].elements[element][0], f"{screen}: {element}"
    found = find(tab.page.locator(where), first)
    facts: list[dict[str, Any]] = await tab.call(found.evaluate_all(FACTS), f"look for {at}")
    shown = [fact for fact in facts if fact["shown"]]
    if len(facts) != 1 or len(shown) != 1:
        tab.spoiled = True
        many = "nothing" if not shown else "more than one"
        raise ScreenDrifted(f"{at}: {many} matches {first.words()}")
    if not facts[0]["enabled"]:
        tab.spoiled = True
        raise NotSure(f"{at}: it is disabled")
    return found


async def press_once(tab: Tab, button: Locator, method: str, what: str) -> SaveAnswer:
    """Click, and wait for the answer to the request of that method.

    Never raises for what the portal does: after a click that is for the caller to settle. What
    the brake raises is raised before it, and nothing was sent.
    """
    sent, answered = asyncio.Event(), asyncio.Event()
    heard: list[Response] = []
    trouble: list[str] = []

    def on_request(request: Request) -> None:
        if _is(request, method):
            sent.set()

    def on_response(response: Response) -> None:
        if _is(response.request, method):
            heard.append(response)
            answered.set()

    def on_failed(request: Request) -> None:
        if _is(request, method):
            trouble.append("the line was cut")
            answered.set()

    def on_gone(_: object) -> None:
        trouble.append("the browser is gone")
        answered.set()

    events: dict[str, Callable[[Any], None]] = {
        "request": on_request, "response": on_response, "requestfailed": on_failed,
        "crash": on_gone, "close": on_gone,
    }  # fmt: skip
    await tab.before_sending()
    with listening(tab, events):
        try:
            await tab.call(button.click(no_wait_after=True), what)
            crashpoint("editor.after_click")
            async with asyncio.timeout(tab.deadline):
                await answered.wait()
            if heard:
                return await _answer(tab, heard[0])
        except TimeoutError:
            # Not sent as yet is not never: the page is closed, and the record looked at.
            trouble.append("no answer in time" if sent.is_set() else "the save was not sent")
        except PortalError as error:
            trouble.append(error.code)
    tab.spoiled = True
    return SaveAnswer(Saved.UNKNOWN, trouble[0])


async def _answer(tab: Tab, response: Response) -> SaveAnswer:
    """What the server said, for nobody has to press anything for it to be so."""
    if response.status != 200:
        tab.spoiled = True
        return SaveAnswer(Saved.UNKNOWN, f"the portal answered {response.status}")
    try:
        told = await tab.call(response.json(), "read the answer")
    except (PortalError, ValueError):
        told = None
    if not isinstance(told, dict):
        tab.spoiled = True
        return SaveAnswer(Saved.UNKNOWN, "the answer has no meaning for us")
    if "error" not in told:
        return SaveAnswer(Saved.STORED)
    # The dialog that comes up asks whether to write anyway: it is left alone.
    tab.spoiled = True
    kind, *words = told["error"]
    if kind == "ConcurrencyException":
        return SaveAnswer(Saved.REFUSED, "the record was modified by somebody else meanwhile")
    return SaveAnswer(Saved.REFUSED, for_people(_first_text(words) or str(kind)))


def _first_text(words: object) -> str:
    if isinstance(words, str):
        return words
    return next((text for one in words if (text := _first_text(one))), "") if isinstance(
        words, list) else ""  # fmt: skip


def _is(request: Request, method: str) -> bool:
    return request.method == "POST" and f'"method":"{method}"' in (request.post_data or "")
