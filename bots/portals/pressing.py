"""Presses a button that sends a form, once, and finds out what came of it.

Nothing here is tried again: a form that may have been sent is never sent twice. Whether a
request left the browser is seen, not guessed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Request, Response

from bots.portals.base import PortalFault
from bots.portals.sure import Sure
from bots.portals.tab import Tab

# A form that is sent at all is sent at once; this long a page's scripts may take to do it.
_SEND_LIMIT = 2.0


@dataclass
class Pressed:
    """What was seen after the press. `trouble` is empty where an answer came."""

    sent: bool = False
    status: int = 0
    trouble: str = ""


async def press(
    tab: Tab, button: Sure, what: str, *, after_click: Callable[[], None] = lambda: None
) -> Pressed:
    """Click, and wait for the page that answers, within the deadline.

    Never raises for what the portal does: after a click that is for the caller to settle. What
    the brake raises is raised before it, and nothing was sent.
    """
    pressed = Pressed()
    left, answered = asyncio.Event(), asyncio.Event()

    def on_request(request: Request) -> None:
        if request.is_navigation_request() and (request.method == "POST" or pressed.sent):
            pressed.sent = True
            left.set()

    def on_response(response: Response) -> None:
        if pressed.sent and response.request.is_navigation_request():
            pressed.status = response.status

    def on_failed(request: Request) -> None:
        if pressed.sent and request.is_navigation_request():
            pressed.trouble = "the line was cut"
            answered.set()

    def on_loaded(_: object) -> None:
        if pressed.sent:
            answered.set()

    def on_gone(_: object) -> None:
        pressed.trouble = "the browser is gone"
        left.set()
        answered.set()

    heard: dict[str, Callable[[Any], None]] = {
        "request": on_request,
        "response": on_response,
        "requestfailed": on_failed,
        "domcontentloaded": on_loaded,
        "crash": on_gone,
        "close": on_gone,
    }
    await tab.before_sending()
    with listening(tab, heard):
        try:
            await tab.call(button.locator.click(no_wait_after=True), what)
            after_click()
            async with asyncio.timeout(_SEND_LIMIT):
                await left.wait()
            async with asyncio.timeout(tab.deadline):
                await answered.wait()
        except TimeoutError:
            if pressed.sent:
                tab.spoiled = True
                pressed.trouble = "no answer in time"
        except PortalFault as error:
            # The click itself had trouble: whether it landed nobody knows.
            pressed.sent = True
            pressed.trouble = pressed.trouble or error.code
    if pressed.trouble:
        tab.spoiled = True
    return pressed


@contextlib.contextmanager
def listening(tab: Tab, heard: dict[str, Callable[[Any], None]]) -> Iterator[None]:
    """Hear these events of the page meanwhile."""
    events: Any = tab.page
    for event, handler in heard.items():
        events.on(event, handler)
    try:
        yield
    finally:
        for event, handler in heard.items():
            events.remove_listener(event, handler)
