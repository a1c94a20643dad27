"""What a script tells of a page, by the browser's own protocol.

Playwright's `Page.evaluate` puts a script of its own into each page that is loaded before it does
ours. A claim is read from half a dozen pages, each of which is asked once, so that this was a
twentieth of a claim's time. The protocol's `Runtime.evaluate` does ours and nothing before it.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from playwright.async_api import CDPSession, Error, Page

_SESSIONS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


async def evaluate(page: Page, expression: str) -> str:
    """The text that an expression has in the page's document.

    Raises:
        Error: there is no document now, it is gone, or the expression failed: Playwright's own.
    """
    session = _SESSIONS.get(page)
    if session is None:
        session = _SESSIONS[page] = await page.context.new_cdp_session(page)
    told = await session.send(
        "Runtime.evaluate", {"expression": expression, "returnByValue": True}
    )
    if "exceptionDetails" in told:
        raise Error(str(told["exceptionDetails"].get("text", "")))
    return str(told["result"]["value"])
