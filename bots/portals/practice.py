"""The practice portal: goes to its screens, and gets them read.

Where things are stands in selectors/practice.yaml, what they mean in practice_screens.py;
here is only the way there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bots.claims import Case, Claim, ClaimRef, Documentation
from bots.portals.base import PortalFault, WrongRecord
from bots.portals.pages import PagesReader, amiss, claim_screen
from bots.portals.pages_editor import PagesEditor
from bots.portals.practice_screens import (
    NOT_SHOWN,
    SPELLING,
    to_documentation,
    to_lines_edited,
)
from bots.portals.screen import Seen
from bots.portals.session_reader import first_and_last
from bots.portals.sure import sure
from bots.portals.tab import Tab
from bots.portals.worklist import walk

if TYPE_CHECKING:
    from bots.portals.registry import EditorOf, ReaderOf

_ROWS = 100
_HEAD = ("claim_number", "version")


class PracticeReader(PagesReader):
    """Reads the practice portal through pages of its own."""

    spelling = SPELLING
    not_shown = NOT_SHOWN
    parameters = {
        "queue": "queue", "since": "dos_from", "until": "dos_to", "facility": "facility",
        "code": "code", "min_charge": "min_amount", "page": "page", "patient": "patient",
        "claim": "claim",
    }  # fmt: skip
    total = re.compile(r"([\d,]+) claims?")
    pages = re.compile(r"Page \d+ of (\d+)")

    def asked_for(self, search: Mapping[str, str], number: int, turned: bool) -> dict[str, str]:
        """The words of the address of a list's page."""
        order = {"page_size": str(_ROWS), "sort": "-number" if turned else "number"}
        return super().asked_for(search, number, turned) | order

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        """Read one claim whole, with its documentation and the patient's day.

        Raises:
            NotFound, WrongRecord, Unreadable: the claim goes to a person.
            PortalFault: may be tried again.
        """
        tab = await self.own_tab()
        seen = await claim_screen(tab, ref.number)
        claim = self.claim_of(seen)
        documentation = None
        if seen["encounter"]:
            documentation = await self._documentation(tab, ref.number, seen)
        events = await self._tab_of(tab, "history", ref.number, seen)
        claim = replace(claim, lines_edited=to_lines_edited(events))
        history = await self._patients_day(tab, claim)
        return Case(claim=claim, as_of=as_of, history=history, documentation=documentation)

    async def canary_beside(self, tab: Tab, number: str, claim: Seen) -> Sequence[str]:
        """What is amiss on a claim's other tabs."""
        problems = await amiss(tab, claim, ("encounter",))
        for name in ("documentation", "history"):
            await tab.go(tab.path(name, claim=number), f"the {name}")
            seen = await tab.look(name)
            tables = () if name == "documentation" and "encounter" not in seen else _tables(seen)
            problems += await amiss(tab, seen, (*_HEAD, *tables))
        return problems

    async def remittance(self, ref: ClaimRef) -> tuple[tuple[str, str], ...]:
        """What the old corner says about eligibility and remittance, by its headings.

        It opens in a window of its own, in frames, as a table without a name.
        """
        tab = await self.own_tab()
        await claim_screen(tab, ref.number)
        link = await sure(tab, "claim", "remittance")
        limit = tab.deadline * 1000
        with tab.doorman.expecting_a_window(tab.page):
            async with tab.page.expect_popup(timeout=limit) as opening:
                await tab.call(link.locator.click(), "open the remittance")
            window = await tab.call(opening.value, "open the remittance")
        try:
            css = tab.selectors.screens["remittance"].elements["cells"][0].css
            cells = window.frame_locator(css).locator("td")
            await tab.call(cells.last.wait_for(), "read the remittance")
            texts = await tab.call(cells.all_inner_texts(), "read the remittance")
        finally:
            await tab.call(window.close(), "close the remittance")
        half = len(texts) // 2
        heads, values = [text.strip() for text in texts[:half]], texts[half:]
        found = dict(zip(heads, (text.strip() for text in values), strict=True))
        if found.get("CLAIM") != ref.number:
            raise WrongRecord("remittance: the window shows another claim")
        return tuple((head.lower(), found[head]) for head in ("ELIG", "MESSAGE", "REMARK"))

    async def _tab_of(self, tab: Tab, name: str, number: str, claim: Seen) -> Seen:
        """Another tab of the same claim, in the same version."""
        await tab.go(tab.path(name, claim=number), f"the {name}")
        required = (*_HEAD, *_tables_of(tab, name))
        if name == "documentation":
            required = (*_HEAD, "encounter")
        seen = await tab.look(name, required=required, claim=number)
        if seen["version"] != claim["version"]:
            raise PortalFault(f"{name}: the claim was changed while it was read")
        return seen

    async def _documentation(self, tab: Tab, number: str, claim: Seen) -> Documentation:
        seen = await self._tab_of(tab, "documentation", number, claim)
        if seen["encounter"] != claim["encounter"]:
            raise WrongRecord("documentation: it belongs to another encounter than the claim")
        return to_documentation(seen)

    async def _patients_day(self, tab: Tab, claim: Claim) -> tuple[Claim, ...] | None:
        """The patient's other claims of the same days, by the portal's own search."""
        days = first_and_last(claim)
        if days is None or not claim.patient.record_number:
            return None
        first, last = days
        search = {
            "queue": "all",
            "patient": claim.patient.record_number,
            "since": self.typed(first),
            "until": self.typed(last),
        }
        others = []
        async for row in walk(lambda number, turned: self.list_page(tab, search, number, turned)):
            others.append(row.number)
        if claim.number not in others:
            await self._belongs(tab, claim)
        claims = []
        for number in others:
            if number != claim.number:
                claims.append(self.claim_of(await claim_screen(tab, number)))
        return tuple(claims)

    async def _belongs(self, tab: Tab, claim: Claim) -> None:
        """Make sure that the patient who was painted is the claim's own."""
        search = {"queue": "all", "patient": claim.patient.record_number, "claim": claim.number}
        page = await self.list_page(tab, search, 1, False)
        if all(row.number != claim.number for row in page.rows):
            raise WrongRecord("claim: the patient shown is not the one whose claim it is")


class PracticeEditor(PagesEditor):
    """Acts on one claim of the practice portal, for one open intent."""

    spelling = SPELLING
    not_shown = NOT_SHOWN
    stored = re.compile(r"Saved\. Version \S+.*|Note added\.|Claim put on hold\.")


def _tables_of(tab: Tab, name: str) -> tuple[str, ...]:
    return tuple(tab.selectors.screens[name].tables)


def _tables(seen: Seen) -> tuple[str, ...]:
    return tuple(seen.screen.tables)


READER: ReaderOf = PracticeReader
EDITOR: EditorOf = PracticeEditor
