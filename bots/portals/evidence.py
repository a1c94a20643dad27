"""What a page showed when something went wrong, without what it says of anybody.

A picture in which only the words of the form itself can be read (labels, column heads, buttons),
and an outline of the page's elements without any text or value. Playwright's own traces, videos
and HAR files cannot be masked; they stay off.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from playwright.async_api import Error, Page

from bots.portals.base import PortalFault
from bots.portals.deadline import within

_LIMIT = 5.0  # seconds; a page that hangs gives no evidence, and must not cost the run more
_ELEMENTS = 3000  # of a page, at most

# Text takes its place and cannot be seen; pictures and backgrounds may hold text of their own.
_MASK = """
* { color: transparent !important; text-shadow: none !important;
    caret-color: transparent !important; background-image: none !important; }
*::before, *::after, *::placeholder, *::marker { color: transparent !important; }
img, svg, canvas, video, iframe, embed, object, option { visibility: hidden !important; }
input, select, textarea {
    background: #ddd !important; -webkit-text-fill-color: transparent !important; }
label, dt, thead th, th[scope=col], legend, button, [type=submit] {
    color: #000 !important; -webkit-text-fill-color: #000 !important; }
"""

_OUTLINE = """
(most) => {
  const kept = ["id", "name", "type", "role", "data-testid", "for", "method"];
  const states = ["disabled", "required", "readonly", "hidden", "checked", "aria-invalid",
                  "aria-hidden", "aria-expanded"];
  const lines = [];
  const walk = (element, depth) => {
    if (lines.length >= most) return;
    const style = getComputedStyle(element);
    const said = kept.filter(n => element.hasAttribute(n))
                     .map(n => `${n}=${element.getAttribute(n).slice(0, 40)}`);
    const are = states.filter(n => element.hasAttribute(n));
    if (style.display === "none" || style.visibility === "hidden") are.push("not shown");
    const own = [...element.childNodes].filter(n => n.nodeType === 3)
                                       .map(n => n.data.trim()).join("").length;
    lines.push("  ".repeat(Math.min(depth, 20)) + element.tagName.toLowerCase()
      + (said.length ? ` [${said.join(", ")}]` : "") + (are.length ? ` (${are.join(", ")})` : "")
      + (own ? ` ${own} characters` : ""));
    const inner = element.shadowRoot ? element.shadowRoot.children : [];
    const below = [...element.children, ...inner];
    for (const child of below) walk(child, depth + 1);
  };
  walk(document.body || document.documentElement, 0);
  return lines.join("\\n");
}
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A masked picture (PNG) and an outline; `path` is the page's address without its numbers."""

    path: str
    picture: bytes
    outline: str


class Shown(Protocol):
    """A page, and the evidence that was taken of it when it was given up."""

    page: Page
    evidence: Evidence | None
    lent: int  # how often it was taken by somebody


@dataclass
class _Last:
    """The page that a task, and so its claim, was last at, and the how many-th use that was."""

    tab: Shown | None = None
    lent: int = 0


_last: ContextVar[_Last | None] = ContextVar("last_page", default=None)


@contextlib.contextmanager
def remembering() -> Iterator[None]:
    """Remember meanwhile which page this task is at.

    The page is let go afterwards: whatever else was begun meanwhile has a copy of the variable,
    and would keep the page, and its whole context, as long as it lives.
    """
    last = _Last()
    before = _last.set(last)
    try:
        yield
    finally:
        last.tab = None
        _last.reset(before)


def remember(tab: Shown) -> None:
    """This task is at that page now."""
    if (last := _last.get()) is not None:
        last.tab, last.lent = tab, tab.lent


async def last_seen() -> Evidence | None:
    """What the page shows that this task was last at.

    None where there is none to be had, or another claim has taken the page meanwhile.
    """
    last = _last.get()
    tab = last.tab if last else None
    if last is None or tab is None or tab.lent != last.lent:
        return None
    seen = tab.evidence or await taken(tab.page)
    return seen if tab.lent == last.lent else None


async def taken(page: Page) -> Evidence | None:
    """Evidence of a page as it is; None where it is gone or hangs. Changes nothing on it."""
    if page.is_closed():
        return None
    with contextlib.suppress(PortalFault, Error, TimeoutError):
        picture = await within(
            _LIMIT,
            page.screenshot(style=_MASK, animations="disabled", caret="hide", timeout=4000),
            "take a picture",
        )
        outline = await within(_LIMIT, page.evaluate(_OUTLINE, _ELEMENTS), "outline the page")
        return Evidence(_nameless(page.url), picture, _nameless(str(outline)))
    return None


def _nameless(text: str) -> str:
    """Without digits, which may be a claim's or a patient's, and without a query."""
    return re.sub(r"\d+", "#", text.partition("?")[0] if text.startswith("http") else text)
