"""What a form would send, held against what it is meant to: before a box is typed, and after.

Before: every recorded box of the form must hold what the claim was read with, so that the form is
this claim's and no two of its boxes have changed places. After: the form must send what it would
have sent before, with the new values in the recorded names, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from bots.portals.apart import Script
from bots.portals.base import NotSure, ScreenDrifted
from bots.portals.deadline import Redrawn
from bots.portals.locators import Form, Screen
from bots.portals.sure import Sure
from bots.portals.tab import Tab

# Of all that the button's locator matches: one call to the page where asking one element is three.
SENDING = Script(
    "sending",
    """([button, ...others]) => {
  if (!button || others.length) return null;
  const data = button.form ? [...new FormData(button.form, button)] : [];
  const method = button.getAttribute("formmethod") ?? button.form?.getAttribute("method") ?? "";
  const text = value => (typeof value === "string" ? value.replace(/\\r\\n?/g, "\\n") : "");
  const entries = data.map(([name, value]) => [name, text(value)]);
  return { method: method.toLowerCase(), entries };
}""",
)
_TIMES = 3  # a form that is drawn anew holds the old values: it is typed again, twice at most


class Typed(Protocol):
    """A box to type into: what it holds and what it is to hold."""

    @property
    def element(self) -> str:
        """Its name in the selector file."""

    @property
    def before(self) -> str:
        """What stands in it."""

    @property
    def after(self) -> str:
        """What is to stand in it."""


class OtherValue(ScreenDrifted):
    """One box holds another value than was read; whether the form stands was not asked yet."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What a press of the button would send: how, and the names with their values, in order."""

    method: str
    entries: tuple[tuple[str, str], ...]

    def __getitem__(self, name: str) -> str:
        """The value sent under a name that is there once."""
        return next(value for key, value in self.entries if key == name)

    def count(self, name: str) -> int:
        """How many values are sent under a name."""
        return sum(key == name for key, _ in self.entries)

    def changed(self, values: Mapping[str, str]) -> Sending:
        """The same with other values under these names."""
        changed = ((name, values.get(name, value)) for name, value in self.entries)
        return Sending(self.method, tuple(changed))


async def sending(tab: Tab, button: Sure, at: str) -> Sending:
    """What the form of this button would send if it were pressed now; one call to the page.

    Raises:
        Redrawn: the button is no longer the one that was looked at.
    """
    what = f"look what {at} would send"
    told = await tab.call(SENDING.of(button.locator), what)
    if told is None:
        raise Redrawn(f"{what}: its button is not there, or not alone")
    return Sending(told["method"], tuple((name, value) for name, value in told["entries"]))


async def as_read(
    tab: Tab, screen: str, form: Form, button: tuple[str, Sure], held: Mapping[str, str]
) -> Sending:
    """What the form would send as it stands, if that is what the claim was read with.

    Args:
        button: the element's name and the button that will be pressed.
        held: what each box must hold, by the name under which it sends.

    Raises:
        OtherValue: another value stands in one box, and all else is as the claim was read with.
        ScreenDrifted: a name is missing or there twice, other values stand in several boxes, two
            boxes hold each other's values, or the button sends another thing than recorded.
    """
    now = await sending(tab, button[1], screen)
    wrong = _not_sent_as_recorded(now, form, form.buttons[button[0]], held)
    wrong = wrong or _exchanged(now, form, tab.selectors.screens[screen])
    others = [] if wrong else [name for name, value in held.items() if now[name] != value]
    if others:
        wrong = f"{others[0]}: the form holds another value than the claim was read with"
    if wrong:
        tab.spoiled = True
        told = f"{screen}: {wrong}"
        raise OtherValue(told) if len(others) == 1 else ScreenDrifted(told)
    return now


def _not_sent_as_recorded(
    now: Sending, form: Form, pressed: Mapping[str, str], held: Mapping[str, str]
) -> str:
    if now.method != "post":
        return "the form is not sent by POST"
    for name, value in pressed.items():
        if now.count(name) != 1 or now[name] != value:
            return "the button sends another thing than recorded"
    for name in held:
        if now.count(name) != 1:
            words = "nothing is" if not now.count(name) else "more than one value is"
            return f"{name}: {words} sent under this name"
    # A line or a diagnosis that the claim was not read with.
    numbered = [_numbered(box.sends) for box in form.boxes.values() if "{" in box.sends]
    for name, value in now.entries:
        if value and name not in held and any(pattern.fullmatch(name) for pattern in numbered):
            return f"{name}: the form holds a value that the claim was not read with"
    return ""


def _exchanged(now: Sending, form: Form, plan: Screen) -> str:
    """Two boxes of the form, or of one line of it, that hold each other's values."""
    rows: dict[str, dict[str, str]] = {}
    for element, box in form.boxes.items():
        sends = _numbered(box.sends)
        for name, value in now.entries:
            if found := sends.fullmatch(name):
                rows.setdefault(found[1] if found.groups() else "", {})[element] = value
    for row in rows.values():
        if two := plan.exchanged(row):
            return f"{' and '.join(two)} hold each other's values"
    return ""


@lru_cache(500)
def _numbered(sends: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", r"(\\d+)", re.escape(sends)))


async def type_into(
    tab: Tab, at: str, boxes: Sequence[tuple[Typed, Sure]], button: Sure, before: Sending
) -> None:
    """Type, and see that the form would send just that: masks and scripts alter what is typed.

    Raises:
        NotSure: a box does not keep what was typed, or the form would send more than was meant.
    """
    typed = [(box, found) for box, found in boxes if box.before != box.after]
    meant = before.changed({found.sends: box.after for box, found in typed})
    for _ in range(_TIMES):
        for box, found in typed:
            await tab.call(found.locator.fill(box.after), f"type {box.element}")
        now = await sending(tab, button, at)
        if now == meant:
            return
        held = [(box, now[found.sends] if now.count(found.sends) == 1 else None)
                for box, found in typed]  # fmt: skip
        wrong = [(box, value) for box, value in held if value != box.after]
        if not wrong:
            raise NotSure(f"{at}: the form would send more than was typed; nothing was saved")
        if any(value != box.before for box, value in wrong):
            break
    element = wrong[0][0].element
    raise NotSure(f"{at}: {element}: the box does not keep what was typed; nothing was saved")
