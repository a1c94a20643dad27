"""What a script tells of a page, by the browser's own protocol.

Playwright's `Page.evaluate` puts a script of its own into each page that is loaded before it does
ours. A claim is read from half a dozen pages, each of which is asked once, so that this was a
twentieth of a claim's time. The protocol's `Runtime.evaluate` does ours and nothing before it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary, ref

from playwright.async_api import CDPSession, Error, Page


@dataclass(frozen=True)
class _Asked:
    """A page that was asked before. A session does not hear that its page has crashed.

    Playwright holds the session, and it the page: held from here, no page would ever be let go.
    """

    session: ref[CDPSession]
    crashed: asyncio.Event


_ASKED: WeakKeyDictionary[Page, _Asked] = WeakKeyDictionary()


async def evaluate(page: Page, expression: str) -> str:
    """The text that an expression has in the page's document.

    Raises:
        Error: there is no document now, it is gone, or the expression failed: Playwright's own.
    """
    asked = _ASKED.get(page)
    session = asked.session() if asked else None
    if asked is None or session is None:
        session, crashed = await page.context.new_cdp_session(page), asyncio.Event()
        page.once("crash", lambda _: crashed.set())
        asked = _ASKED[page] = _Asked(ref(session), crashed)
    sending = asyncio.ensure_future(
        session.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
    )
    crashing = asyncio.ensure_future(asked.crashed.wait())
    try:
        await asyncio.wait({sending, crashing}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            raise Error("Page crashed")
        told = sending.result()
    finally:
        sending.cancel()
        crashing.cancel()
    if "exceptionDetails" in told:
        raise Error(str(told["exceptionDetails"].get("text", "")))
    return str(told["result"]["value"])
