"""A colleague at a browser of their own, who changes a field on the portal's screens.

For a field that no bot writes: the specimens say what the colleague does there, step by step, and
under whose log-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from bots.config import ConfigModel
from bots.portals.finding import find
from bots.portals.locators import Locator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bots.portals.session import Session


class Step(ConfigModel):
    """One thing that a colleague does."""

    go: str = Field(default="", description="Loads this address under the portal's own.")
    click: Locator | None = Field(default=None, description="Clicks.")
    fill: Locator | None = Field(default=None, description="Types into this box.")
    text: str = Field(
        default="{value}", description="What is typed, `{value}` for the value that it is to hold."
    )
    see: Locator | None = Field(default=None, description="Waits until this is shown.")

    @model_validator(mode="after")
    def _one_thing(self) -> Step:
        if sum(map(bool, (self.go, self.click, self.fill, self.see))) != 1:
            raise ValueError("a step has exactly one of go, click, fill, see")
        return self


async def do(session: Session, steps: Sequence[Step], value: str) -> None:
    """Do the steps on a page that is loaded anew.

    Raises:
        PortalError: a step could not be done; names it by its place.
    """
    async with session.tab() as tab:
        for place, step in enumerate(steps, 1):
            at = f"the colleague's step {place}"
            if step.go:
                await tab.go(step.go, at)
            elif step.click:
                await tab.call(find(tab.page, step.click).click(), at)
            elif step.fill:
                box = find(tab.page, step.fill)
                await tab.call(box.fill(step.text.format(value=value)), at)
                await tab.call(box.blur(), at)
            elif step.see:
                await tab.call(find(tab.page, step.see).first.wait_for(), at)
        tab.spoiled = True  # nothing of it may be found by who works on this page next
