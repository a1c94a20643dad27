"""Follows a person (or a script of steps) through a portal and drafts its selector file.

Nothing of a patient is kept: of a page only labels, headings and attributes are taken. Each
locator is tried on the page that it was drafted from, and only one that matches exactly one
element stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import pyotp
from playwright.async_api import Locator as Found
from playwright.async_api import Page, async_playwright
from pydantic import Field, model_validator

from bots.config import ConfigModel
from bots.errors import Problem
from bots.portals import browser as browsers
from bots.portals import screen as screens
from bots.portals.deadline import within
from bots.portals.finding import find
from bots.portals.locators import Locator, Screen
from bots.portals.making.drafting import Draft, Outline, counted, draft_of, forms_of, marks_of
from bots.portals.scripts import script
from bots.portals.sure import FACTS

# The one element that says nothing but a text, and how it might be found again.
_SAYS = """text => {
  const all = [...document.querySelectorAll("body *")].filter(
    one => !one.children.length && one.textContent.trim() === text && one.checkVisibility());
  return all.length !== 1 ? null : {
    test_id: all[0].getAttribute("data-testid") ?? "", id: all[0].id,
    classes: [...all[0].classList],
  };
}"""

if TYPE_CHECKING:
    from bots.secrets.credentials import Credential

_OUTLINE = script("making/drafting.js")


class Step(ConfigModel):
    """One step of a script: go, fill with, click, or record a screen."""

    go: str = Field(default="", description="An address under the portal's own.")
    fill: Locator | None = Field(default=None, description="The box to type into.")
    with_: Annotated[
        Literal["user", "password", "code", ""],
        Field(alias="with", description="What of the log-in is typed there."),
    ] = ""
    text: str = Field(default="", description="What is typed, where it is not of the log-in.")
    click: Locator | None = Field(default=None, description="What is clicked.")
    record: Literal["door", "list", "claim", "edit", "saved", ""] = Field(
        default="", description="Which screen is shown now."
    )
    claim: str = Field(default="", description="The number of the claim that the screen shows.")

    @model_validator(mode="after")
    def _one_thing(self) -> Step:
        if sum(map(bool, (self.go, self.fill, self.click, self.record))) != 1:
            raise ValueError("a step has exactly one of go, fill, click, record")
        return self


class Steps(ConfigModel):
    """A script of steps."""

    steps: tuple[Step, ...] = Field(min_length=1, description="What is done, in order.")


@dataclass
class Recording:
    """What was recorded so far."""

    screens: dict[str, Draft] = field(default_factory=dict)
    language: str = ""
    door: str = ""  # the path of the log-in
    said: str = ""  # what the portal said after a save, its numbers taken out
    total: str = ""  # what the list says of how many claims and pages it has, # for numbers
    pages: str = ""
    left_out: list[str] = field(default_factory=list)  # locators that did not match once

    async def take(self, page: Page, screen: str, claim: str, deadline: float) -> Draft:
        """Record the screen that the page shows.

        Raises:
            Problem: nothing of that screen was found on the page.
            PortalFault: the page could not be looked at.
        """
        told = await within(deadline, page.evaluate(_OUTLINE), f"record {screen}")
        outline = Outline.from_json(told)
        self.language = self.language or str(outline.told["language"])
        if screen == "door":
            self.door = str(outline.told["path"])
        if screen == "list":
            self.total, self.pages = counted(outline)
        draft = draft_of(screen, outline, claim)
        await self._prove(page, screen, draft, claim, deadline)
        if screen in ("claim", "edit"):
            await self._record_form(page, draft, claim, deadline)
        if not draft.elements and not draft.tables:
            raise Problem(
                f"nothing of a {screen} screen was found on the page",
                where=str(outline.told["path"]),
                do="show the right page, or write this screen by hand (docs/portals.md)",
            )
        self.screens[screen] = draft
        return draft

    async def _record_form(self, page: Page, draft: Draft, claim: str, deadline: float) -> None:
        """What each box sends and between which it stands, to hold a write against later."""
        told: dict[str, Mapping[str, Any]] = {}
        for name, ranked in draft.elements.items():
            locator = Locator.model_validate(ranked[0])
            if locator.kind not in ("role", "label"):
                continue
            found = find(page, locator.filled(claim=claim, line=1, n=1))
            [facts] = await within(deadline, found.evaluate_all(FACTS), f"record {name}")
            told[name] = facts
        draft.forms = forms_of(told, claim)

    async def take_user(self, page: Page, username: str, deadline: float) -> None:
        """Record where the page says who is logged in: where it says the user's own name."""
        door = self.screens.get("door")
        if door is None or "signed_in_user" in door.elements:
            return
        told = await within(deadline, page.evaluate(_SAYS, username), "record who is logged in")
        if told is not None and (marks := marks_of(told)):
            door.elements["signed_in_user"] = marks

    async def take_answer(self, page: Page, deadline: float) -> None:
        """Record what the portal says after a save: its words, numbers taken out.

        Raises:
            PortalFault: the page could not be looked at.
        """
        told = await within(
            deadline,
            page.locator("[role=status],output,[role=alert]").all_inner_texts(),
            "record the answer",
        )
        self.said = next((" ".join(text.split()) for text in told if text.strip()), "")

    async def _prove(
        self, page: Page, screen: str, draft: Draft, claim: str, deadline: float
    ) -> None:
        """Leave out each locator that does not match exactly once on this page."""
        single: dict[str, tuple[Locator, ...]] = {}
        for name, ranked in draft.elements.items():
            for place, data in enumerate(ranked):
                filled = Locator.model_validate(data).filled(claim=claim, line=1, n=1)
                single[f"{name} {place}"] = (filled,)
        for name, table in draft.tables.items():
            for place, data in enumerate(table["locate"]):
                single[f"{name} {place}"] = (Locator.model_validate(data),)
        seen = await screens.look(
            page, screen, Screen(elements=single), deadline=deadline, patience=0
        )
        once = {name for name, (_, _, matches) in seen.values.items() if matches == 1}

        def kept(name: str, ranked: list[dict[str, str]]) -> list[dict[str, str]]:
            for place, data in enumerate(ranked):
                if f"{name} {place}" not in once:
                    words = Locator.model_validate(data).words()
                    self.left_out.append(f"{screen}.{name}: {words}")
            return [data for place, data in enumerate(ranked) if f"{name} {place}" in once]

        elements = {name: kept(name, ranked) for name, ranked in draft.elements.items()}
        # An alert is there only when something is wrong.
        draft.elements = {name: ranked for name, ranked in elements.items() if ranked}
        for name, table in draft.tables.items():
            table["locate"] = kept(name, table["locate"])
        draft.tables = {name: table for name, table in draft.tables.items() if table["locate"]}

    def as_data(self) -> Mapping[str, Any]:
        """The selector file, as data."""
        return {
            "log_in_paths": [self.door] if self.door not in ("", "/") else [],
            "screens": {name: draft.as_data() for name, draft in self.screens.items()},
        }


@asynccontextmanager
async def opened(url: str, *, headed: bool, deadline: float) -> AsyncIterator[Page]:
    """A browser of its own on the portal's first page; it knows no other host than the portal's.

    Raises:
        Problem: no browser was found.
        PortalFault: the browser or the portal does not answer.
    """
    host = urlsplit(url).hostname
    async with async_playwright() as driver:
        starting = driver.chromium.launch(
            executable_path=browsers.find(headed=headed),
            headless=not headed,
            chromium_sandbox=browsers.sandbox(),
            args=[f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {host}"],
        )
        browser = await within(deadline, starting, "start the browser")
        try:
            context = await browser.new_context(accept_downloads=False, service_workers="block")
            context.set_default_timeout(deadline * 1000)
            page = await within(deadline, context.new_page(), "open a page")
            await within(deadline, page.goto(url), "open the portal")
            yield page
        finally:
            await browser.close()


async def follow(
    page: Page,
    url: str,
    script: Steps,
    log_in: Credential | None,
    recording: Recording,
    deadline: float,
) -> None:
    """Do a script of steps, and record the screens that it names.

    Raises:
        Problem: a step cannot be done; names it by its place.
        PortalFault: the page does not answer.
    """
    claim = ""
    for place, step in enumerate(script.steps, 1):
        at = f"step {place}"
        claim = step.claim or claim
        if step.go:
            await within(deadline, page.goto(url.rstrip("/") + step.go), at)
        elif step.fill:
            text = step.text or _of_log_in(step.with_, log_in, at)
            await within(deadline, (await _one(page, step.fill, at)).fill(text), at)
        elif step.click:
            await within(deadline, (await _one(page, step.click, at)).click(), at)
            await within(deadline, page.wait_for_load_state(), at)
        elif step.record == "saved":
            await recording.take_answer(page, deadline)
        else:
            await recording.take(page, step.record, claim, deadline)
            if step.record != "door" and log_in is not None:
                await recording.take_user(page, log_in.username, deadline)


async def _one(page: Page, locator: Locator, at: str) -> Found:
    found = find(page, locator)
    if (count := await found.count()) != 1:
        raise Problem(f"{count} elements match {locator.words()}", where=at, do="name it better")
    return found


def _of_log_in(part: str, log_in: Credential | None, at: str) -> str:
    if log_in is None or not part:
        raise Problem("nothing to type", where=at, do="give `text`, or `with` and --credential")
    if part == "code":
        return pyotp.TOTP(log_in.totp_seed).now()
    return log_in.username if part == "user" else log_in.password
