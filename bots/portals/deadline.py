"""A deadline of our own around every awaited call of the browser, and its errors in our words.

Playwright's own limits do not hold where a page or the driver dies under a call (calls were
seen to hang for ever), so none of its calls is awaited bare. Its error texts quote page
texts and typed values: what leaves this module carries neither.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import TypeVar

from playwright.async_api import Error
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.portals.base import BrowserGone, DeadlinePassed, PortalFault

Answer = TypeVar("Answer")

_GONE = re.compile(
    r"has been closed|Target closed|[Pp]age crashed|Connection closed|Target crashed"
    r"|browser has disconnected|Browser closed"
)
_REDRAWN = re.compile(
    r"Execution context was destroyed|Frame was detached|because of a navigation"
    r"|Inspected target navigated|Cannot find (context|default execution context)"
)


class Redrawn(PortalFault):
    """The page went on to another while it was looked at."""

    code = "REDRAWN"


class Unreached(PortalFault):
    """The network said no; `net` is Chromium's code, such as ERR_CONNECTION_RESET."""

    code = "UNREACHED"

    def __init__(self, what: str, net: str) -> None:
        super().__init__(f"{what}: {net}")
        self.net = net


async def within(seconds: float, awaitable: Awaitable[Answer], what: str) -> Answer:
    """Await a call of the browser for at most `seconds`.

    Raises:
        DeadlinePassed: it did not answer.
        BrowserGone: page, browser or driver died.
        PortalFault: anything else that the browser said, without its text.
    """
    try:
        async with asyncio.timeout(seconds):
            return await awaitable
    except (TimeoutError, PlaywrightTimeout):
        raise DeadlinePassed(f"{what}: no answer within {seconds:g} seconds") from None
    except Error as error:
        raise in_our_words(error, what) from None
    except (ConnectionError, BrokenPipeError):
        raise BrowserGone(f"{what}: the browser's driver is gone") from None


def in_our_words(error: Exception, what: str) -> PortalFault:
    """The fault that an error of Playwright stands for; nothing of its text but a net code."""
    text = str(error)
    if _GONE.search(text):
        return BrowserGone(f"{what}: the browser or its page is gone")
    if _REDRAWN.search(text):
        return Redrawn(f"{what}: the page went on while it was looked at")
    net = re.search(r"net::(ERR_[A-Z_]+)", text)
    if net:
        return Unreached(what, net[1])
    return PortalFault(f"{what}: the browser could not do it")
