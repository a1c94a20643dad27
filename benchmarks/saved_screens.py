"""A portal of saved screens: the real reader, editor and looks, on pages that a change is made to.

The screens are the practice portal's own, fetched once. Going to an address paints its screen into
the one page of the browser and changes it as asked; nothing is ever sent.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bots.portals.session import Session
from bots.portals.sure import Sure
from bots.portals.tab import Answer, Tab

CHANGE = (Path(__file__).parent / "mutate.js").read_text("utf-8")
_PAINT = """({key, html, language, spec}) => {
  window.shelf ??= {};
  if (html !== null) window.shelf[key] = html;
  document.documentElement.lang = language;
  document.body.innerHTML = window.shelf[key];
  return spec ? window.change(spec) : null;
}"""
# What a browser would send: worked out apart from the code that is tried.
_WIRE = """button => {
  const form = button.form;
  if (!form) return null;
  const to = button.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  const method = button.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
  const entries = [...new FormData(form, button)].map(([name, value]) => [name, String(value)]);
  return { to: new URL(to, location.href).href, method: method.toLowerCase(), entries };
}"""


@dataclass(frozen=True)
class Wire:
    """What a press would send."""

    to: str
    method: str
    entries: tuple[tuple[str, str], ...]


@dataclass
class Shelf:
    """The screens by address: their language, and what stands in the body."""

    session: Session
    screens: dict[str, tuple[str, str]] = field(default_factory=dict)
    painted: set[str] = field(default_factory=set)

    async def of(self, path: str) -> tuple[str, str]:
        """A screen; fetched from the portal the first time."""
        if path not in self.screens:
            context = self.session._context
            assert context is not None
            answer = await context.request.get(self.session.portal.address + path)
            text = await answer.text()
            language = re.search(r'<html lang="([^"]*)"', text)
            body = re.search(r"<body[^>]*>(.*)</body>", text, re.DOTALL)
            assert language is not None
            assert body is not None
            self.screens[path] = language[1], body[1]
        return self.screens[path]


@dataclass
class SavedTab(Tab):
    """A tab that paints saved screens. `specs`: how the screen of an address is changed."""

    shelf: Shelf = field(kw_only=True)
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: dict[str, Any] | None = None  # what the last change was
    pressed: list[Wire] = field(default_factory=list)
    untouched: tuple[str, object] | None = None  # what was painted and only looked at since

    async def call(self, awaitable: Awaitable[Answer], what: str) -> Answer:
        """As the tab does it; what an editor asks of the page may touch it."""
        self.untouched = None
        return await super().call(awaitable, what)

    async def go(self, path: str, what: str, *, at_door: bool = False) -> None:
        """Paint the screen of an address."""
        spec = self.specs.get(urlsplit(path).path)
        if (path, spec) == self.untouched:
            return
        language, html = await self.shelf.of(path)
        is_new = path not in self.shelf.painted
        self.shelf.painted.add(path)
        said = {
            "key": path,
            "html": html if is_new else None,
            "language": language,
            "spec": spec,
        }
        done = await self.page.evaluate(_PAINT, said)
        self.untouched = path, spec
        if spec is not None:
            self.done = done

    async def press(self, button: Sure) -> None:
        """Note what a press would send."""
        told = await button.locator.evaluate(_WIRE)
        if told is None:
            self.pressed.append(Wire("", "", ()))
            return
        entries = tuple((name, value) for name, value in told["entries"])
        self.pressed.append(Wire(told["to"], told["method"], entries))


@dataclass
class SavedSession:
    """What a reader needs of a session: one tab, for everything."""

    real: Session
    own: SavedTab

    @property
    def name(self) -> str:
        """The portal's name."""
        return self.real.name

    @asynccontextmanager
    async def tab(self, *, uncached: bool = False) -> AsyncIterator[Tab]:
        """The one tab."""
        yield self.own

    async def take(self, *, uncached: bool = False) -> Tab:
        """The one tab."""
        return self.own

    async def give_back(self, tab: Tab) -> None:
        """Nothing: it stays."""

    def is_current(self, tab: Tab) -> bool:
        """Always."""
        return True


async def open_saved(session: Session) -> tuple[SavedTab, list[str]]:
    """A tab of saved screens, on a page of a real session, and the kinds of changes there are."""
    real = await session.take()
    await real.go("/", "the dashboard")
    await real.page.evaluate(f"() => {{ {CHANGE} }}")
    kinds = json.loads(await real.page.evaluate("JSON.stringify(window.change.kinds)"))
    tab = SavedTab(
        page=real.page,
        address=real.address,
        selectors=real.selectors,
        deadline=real.deadline,
        doorman=real.doorman,
        generation=real.generation,
        ranks=defaultdict(Counter),  # of this page alone
        fence=lambda: None,
        shelf=Shelf(session),
    )
    return tab, kinds
