"""Goes about in Tryton's web client, which is one page that draws everything by script.

An address there is a fragment: `#DATABASE/model/NAME;key=value&…`. A record is opened by a real
load of the page and the client's own search, so that nothing kept is ever read. What is awaited
is something to see; each wait ends at the page's deadline.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import count
from urllib.parse import quote

from playwright.async_api import Response

from bots.portals.base import DeadlinePassed, PortalFault, SessionEnded
from bots.portals.dialogs import for_people
from bots.portals.tab import Tab

PANE = "#tabcontent > .tab-pane.active"
_PATIENCE = 8.0  # seconds until a click of which nothing has come counts as lost
_PAUSE = 0.02  # seconds between two looks at a pane that is not ready
_NAMES = count(1)
_STATE = resources.files("bots.portals").joinpath("gnuhealth.js").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class State:
    """What the client shows: the pane in front, and dialogs over it."""

    door: bool
    trouble: bool  # a dialog that says something is wrong
    dialog: str
    dialog_title: str
    over: Mapping[str, str]  # the boxes of the dialog
    over_rows: Sequence[str]
    title: str
    count: str
    rows: Sequence[str]
    lines: Sequence[str]
    lines_count: str
    fields: Mapping[str, str]
    infobar: str
    address: str  # of what is in front, behind the page's own
    record: str  # `MODEL/NUMBER` of the record in front, as the address has it

    @property
    def total(self) -> int | None:
        """How many records the pane's list has; None where it does not say so yet."""
        return _after_slash(self.count)

    @property
    def has_all_lines(self) -> bool:
        """Whether the list within the form is drawn whole."""
        total = _after_slash(self.lines_count)
        return total == len(self.lines) and all(self.lines)


def _after_slash(text: str) -> int | None:
    found = re.fullmatch(r"[\d_]+ ?/ ?(\d+)", text)
    return int(found[1]) if found else None


async def state(tab: Tab) -> State:
    """Look once."""
    told = await tab.call(tab.page.evaluate(_STATE), "look at the client")
    return State(**told)


async def until(
    tab: Tab, what: str, ready: Callable[[State], bool], last: float | None = None
) -> State:
    """Look until it is as it should be, until the moment `last` or for the page's deadline.

    Raises:
        SessionEnded: the client asks for a password.
        PortalFault: another dialog came up, or it took too long.
    """
    last = last or time.monotonic() + tab.deadline
    while True:
        seen = await state(tab)
        if seen.door:
            # Where somebody gives the password there, the client sends again what was refused.
            tab.spoiled = True
            raise SessionEnded(f"{what}: the portal asks to log in")
        if ready(seen):
            return seen
        if seen.dialog and seen.trouble:
            tab.spoiled = True
            raise PortalFault(f"{what}: the portal says: {for_people(seen.dialog)}")
        if time.monotonic() >= last:
            tab.spoiled = True
            raise DeadlinePassed(f"{what}: not drawn within {tab.deadline:g} s")
        await asyncio.sleep(_PAUSE)


def address(model: str, **asked: object) -> tuple[str, str]:
    """The fragment that opens a list, and the title that it will have: no other has it."""
    title = f"{model} {next(_NAMES)}"
    words = [f"{key}={quote(json.dumps(value, default=_as_json))}" for key, value in asked.items()]
    words.append(f"name={quote(json.dumps(title))}")
    return f"/model/{model};{'&'.join(words)}", title


def _as_json(value: object) -> object:
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(type(value).__name__)


async def load_list(tab: Tab, what: str, model: str, **asked: object) -> State:
    """Load the page anew with a list, until its first rows are drawn."""
    path, title = address(model, **asked)
    with _searching(tab, model) as found:
        await tab.go(path, what)
        return await _found(tab, what, title, found)


async def turn_to_list(tab: Tab, what: str, model: str, **asked: object) -> State:
    """Open a list beside what is open, as a click on the menu does."""
    path, title = address(model, **asked)
    database = tab.address.partition("#")[2]

    def act() -> Awaitable[object]:
        return tab.page.evaluate("hash => { location.hash = hash; }", database + path)

    with _searching(tab, model) as found:
        # The client may put back the address of what is in front before it has heard of ours.
        await _acting(
            tab,
            what,
            act,
            lambda now: now.title == title and bool(found),
            lambda now: f'"{title}"' not in now.address and not found,
        )
        return await _found(tab, what, title, found)


@contextmanager
def _searching(tab: Tab, model: str) -> Iterator[list[Response]]:
    """The answers to searches meanwhile: a list that is still empty looks like one that is."""
    answers: list[Response] = []

    def on_response(response: Response) -> None:
        if f'"model.{model}.search"' in (response.request.post_data or ""):
            answers.append(response)

    tab.page.on("response", on_response)
    try:
        yield answers
    finally:
        tab.page.remove_listener("response", on_response)


async def _found(tab: Tab, what: str, title: str, answers: list[Response]) -> State:
    """The list when it shows as many records as its search was answered with."""
    await until(tab, what, lambda seen: seen.title == title and bool(answers))
    total = await _count_of(tab, what, answers)

    def drawn(seen: State) -> bool:
        whole = seen.total == total and bool(seen.rows) == bool(total)
        return seen.title == title and whole and all(seen.rows)

    return await until(tab, what, drawn)


async def answered_list(
    tab: Tab,
    what: str,
    model: str,
    act: Callable[[], Awaitable[object]],
    drawn: Callable[[State, int], bool],
) -> State:
    """Do what opens a list in a dialog, and wait until it shows what its search found."""
    with _searching(tab, model) as answers:
        await tab.call(act(), what)
        await until(tab, what, lambda _: bool(answers))
        total = await _count_of(tab, what, answers)
        return await until(tab, what, lambda now: drawn(now, total))


async def _count_of(tab: Tab, what: str, answers: list[Response]) -> int:
    told = await tab.call(answers[-1].json(), what)
    numbers = told.get("result") if isinstance(told, dict) else None
    if not isinstance(numbers, list):
        raise PortalFault(f"{what}: the search was not answered")
    return len(numbers)


async def all_rows(tab: Tab, what: str, seen: State) -> State:
    """Scroll a list down until all of it is drawn: it draws some twenty rows at a time."""
    while len(seen.rows) < (seen.total or 0):
        drawn = len(seen.rows)
        last = tab.page.locator(f"{PANE} table.tree > tbody > tr").last
        await tab.call(last.scroll_into_view_if_needed(), what)

        def more(now: State, drawn: int = drawn) -> bool:
            return len(now.rows) > drawn and all(now.rows)

        seen = await until(tab, what, more)
    return seen


async def open_first(tab: Tab, what: str, ready: Callable[[State], bool]) -> State:
    """Open the first row of the list in front."""
    cell = tab.page.locator(f"{PANE} table.tree > tbody > tr").first.locator("td").nth(2)
    # A form has lists of its own; but the address then names the record.
    return await _acting(
        tab, what, cell.dblclick, ready, lambda now: bool(now.rows) and "/" not in now.record
    )


async def follow(tab: Tab, what: str, field: str, ready: Callable[[State], bool]) -> State:
    """Open the record that a field of the form names, in a pane of its own."""
    icon = tab.page.locator(f"{PANE} input[name={field}] ~ .icon-primary")
    before = (await state(tab)).title

    def act() -> Awaitable[object]:
        return icon.click(modifiers=["Control"])

    return await _acting(tab, what, act, ready, lambda now: now.title == before)


async def leaf(tab: Tab, what: str, name: str, ready: Callable[[State], bool]) -> State:
    """Turn to a page of the form's notebook."""
    page = tab.page.locator(PANE).get_by_role("tab", name=name, exact=True)
    return await _acting(tab, what, page.click, ready, lambda now: True)


async def _acting(
    tab: Tab,
    what: str,
    act: Callable[[], Awaitable[object]],
    ready: Callable[[State], bool],
    as_before: Callable[[State], bool],
) -> State:
    """Do what leads from one screen to another; again where nothing has come of it.

    The client draws what it has drawn anew when an answer comes late, and a click on what is
    being replaced is lost. Only for looking: what writes is pressed once.
    """
    last = time.monotonic() + tab.deadline
    while True:
        lost = time.monotonic() + _PATIENCE
        await tab.call(act(), what)

        def done(now: State, lost: float = lost) -> bool:
            is_lost = lost < time.monotonic() < last and as_before(now)
            return ready(now) or is_lost

        seen = await until(tab, what, done, last)
        if ready(seen):
            return seen
