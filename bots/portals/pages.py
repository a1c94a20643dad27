"""A reader for portals of pages: each screen has an address, a list has pages.

A portal's module says how it spells and how its list is searched; where things are stands in its
selector file, under the names of `bots.portals.claim_screen`. What a portal shows beyond a
claim (documentation, history, the patient's other claims) its module adds.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from bots.claims import Case, Claim, ClaimRef, money
from bots.portals.base import NotSure, OddRows, PortalError, PortalFault, Query, Unreadable
from bots.portals.claim_screen import elements_of, to_claim
from bots.portals.looking import looking
from bots.portals.screen import Row, Seen
from bots.portals.session_reader import SessionReader
from bots.portals.sure import sure
from bots.portals.worklist import ListPage, ListRow, walk

if TYPE_CHECKING:
    from bots.portals.spelling import Spelling
    from bots.portals.tab import Tab


class PagesReader(SessionReader):
    """Reads a portal of pages, through a page of its own.

    Of its module: `spelling`; `parameters`, the portal's words for what a list is asked by
    (`queue`, `since`, `until`, `facility`, `code`, `min_charge`, `page`), `queues`, its words
    for ours, and `always`, what else each list is asked with; `total` and `pages`, how the
    elements `total_count` and `page_status` of the list tell how many claims and pages it has.
    """

    spelling: ClassVar[Spelling]
    not_shown: ClassVar[tuple[str, ...]] = ()
    parameters: ClassVar[Mapping[str, str]] = {}
    queues: ClassVar[Mapping[str, str]] = {"pending": "pending", "historical": "historical"}
    always: ClassVar[Mapping[str, str]] = {}
    total: ClassVar[re.Pattern[str]]
    pages: ClassVar[re.Pattern[str]]

    async def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        """The claims of a queue, each once, as its page is read.

        A number that was asked for and is not in the list is still told: opening it says why.

        Raises:
            PortalFault: a page could not be read, or the list never added up.
        """
        told = 0
        async for ref in self._named(query) if query.numbers else self._listed(query):
            if query.limit is not None and told >= query.limit:
                return
            told += 1
            yield ref

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        """Read one claim whole.

        Raises:
            NotFound, WrongRecord, Unreadable: the claim goes to a person.
            PortalFault: may be tried again.
        """
        tab = await self.own_tab()
        return Case(claim=self.claim_of(await claim_screen(tab, ref.number)), as_of=as_of)

    async def canary(self) -> tuple[str, ...]:
        """Look at every named screen once; what is missing or ambiguous, in words."""
        problems: list[str] = []
        tab = await self.own_tab()
        for queue in ("pending", "historical"):
            page = await self.list_page(tab, {"queue": self.queues[queue]}, 1, False)
            if page.rows:
                break
        else:
            return ()
        number = page.rows[0].number
        await tab.go(tab.path("claim", claim=number), "a claim")
        claim = await tab.look("claim")
        problems += await amiss(tab, claim, elements_of(claim.screen))
        problems += await self.canary_beside(tab, number, claim)
        if "edit_claim" in claim or "edit_claim" not in claim.screen.elements:
            problems += await self._edit_screen_amiss(tab, number)
        return tuple(problems)

    # What a portal's module may have otherwise.

    def claim_of(self, seen: Seen, lines_edited: bool | None = None) -> Claim:
        """The claim that a claim's screen shows."""
        return to_claim(seen, self.spelling, lines_edited=lines_edited, not_shown=self.not_shown)

    async def canary_beside(self, tab: Tab, number: str, claim: Seen) -> Sequence[str]:
        """What is amiss on the screens of a claim that only this portal has."""
        return ()

    def list_page_of(self, seen: Seen) -> ListPage:
        """One page of a list.

        Raises:
            PortalFault: the list shows an error, also one that looks like no results.
            Unreadable: its count or its pages cannot be read.
        """
        if seen.loose("note") or seen.loose("alert"):
            raise PortalFault("list: the search says that something is wrong")
        total = self.total.fullmatch(seen["total_count"])
        pages = self.pages.fullmatch(seen["page_status"])
        if total is None or pages is None:
            raise Unreadable("list: total_count or page_status has an unknown form")
        rows = tuple(
            ListRow(row["number"], self._listed_state(row)) for row in seen.rows("claims")
        )
        return ListPage(rows, _count(total[1]), _count(pages[1]))

    def asked_for(self, search: Mapping[str, str], number: int, turned: bool) -> dict[str, str]:
        """The words of the address of a list's page; `turned` asks for the other order."""
        asked = {self.parameters[key]: value for key, value in search.items() if value}
        if number > 1:
            asked[self.parameters["page"]] = str(number)
        return asked | dict(self.always)

    def _listed_state(self, row: Row) -> str:
        """The claim's state as the list has it: a badge may stand beside it."""
        word = row.first("status") if "status" in row.cells else ""
        if word and self.spelling.statuses and word not in self.spelling.statuses:
            raise Unreadable(f"{row.at}: status: an unknown word")
        return word

    # What all of them do.

    async def list_page(
        self, tab: Tab, search: Mapping[str, str], number: int, turned: bool
    ) -> ListPage:
        """Go to a page of a list and read it."""
        asked = self.asked_for(search, number, turned)
        await tab.go(f"{tab.path('list')}?{urlencode(asked)}", "the list")
        return self.list_page_of(await tab.look("list", required=("total_count", "page_status")))

    async def _listed(self, query: Query) -> AsyncIterator[ClaimRef]:
        search = {
            "queue": self.queues[query.queue],
            "since": self.typed(query.since),
            "until": self.typed(query.until),
            "facility": query.facility,
            "code": query.code,
            "min_charge": money(query.min_charge) if query.min_charge is not None else "",
        }
        async for row in walk(lambda number, turned: self._steady(search, number, turned)):
            yield self.ref(row.number, query.queue, row.status)

    async def _named(self, query: Query) -> AsyncIterator[ClaimRef]:
        """Claims that are named need no search: opening one tells whether it is there."""
        for number in dict.fromkeys(query.numbers):
            yield self.ref(number, query.queue, "")

    async def _steady(self, search: Mapping[str, str], number: int, turned: bool) -> ListPage:
        """A page of a list on a page of its own; a fault is tried again twice."""

        async def once() -> ListPage:
            async with self._session.tab() as tab:
                return await self.list_page(tab, search, number, turned)

        return await looking(self._session)(once)

    async def _edit_screen_amiss(self, tab: Tab, number: str) -> list[str]:
        await tab.go(tab.path("edit", claim=number), "the edit form")
        seen = await tab.look("edit")
        named = seen.screen.elements
        head = [name for name in ("claim_number", "version") if name in named]
        problems = await amiss(tab, seen, head)
        if "alert" not in seen and "not_editable" not in seen:
            problems += await edit_form_amiss(tab, number)
        return problems

    def typed(self, day: date | None) -> str:
        """A day as the portal's search wants it."""
        return day.strftime(self.spelling.day) if day else ""


async def claim_screen(tab: Tab, number: str) -> Seen:
    """Go to a claim and look at it, until all that its file names is there."""
    await tab.go(tab.path("claim", claim=number), "the claim")
    return await tab.look(
        "claim", required=elements_of(tab.selectors.screens["claim"]), claim=number
    )


async def amiss(tab: Tab, seen: Seen, names: Sequence[str]) -> list[str]:
    """What is missing or ambiguous of a screen that was seen, in words."""
    problems = []
    for name in names:
        try:
            if name in seen.screen.tables:
                list(seen.rows(name))
            else:
                seen[name]
        except PortalError as error:
            # An odd value or row of one claim is that claim's matter, not the screen's.
            is_odd_value = isinstance(error, Unreadable) and "match" not in str(error)
            if not is_odd_value and not isinstance(error, OddRows):
                problems.append(str(error))
    if problems:
        await tab.notice(seen.name, names)
    return problems


# What an edit screen may show beside its boxes, and what is there for some claims only.
_NO_BOXES = {
    "announcement", "claim_number", "version", "alert", "status_message", "not_editable",
    "total_charge",
}  # fmt: skip


async def edit_form_amiss(tab: Tab, number: str) -> list[str]:
    """What an edit form has not, or has twice: each box of the first line, and its buttons."""
    problems = []
    for name in tab.selectors.screens["edit"].elements:
        if name in _NO_BOXES:
            continue
        try:
            await sure(tab, "edit", name, claim=number, n=1, line=1)
        except NotSure as error:
            problems.append(str(error))
    return problems


def _count(text: str) -> int:
    return int(re.sub(r"\D", "", text))
