"""Walks a list page by page, so that no claim is missed or told twice.

Lists move while they are walked: rows come and go, the order changes, a claim stands on two
pages. So a walk is held against the count that the list shows, and done again where they
differ. A list of several pages is walked again in any case: where one claim goes as another
comes, the count stays, and what has slipped over a page's edge is missed. Only the numbers are
kept, never the rows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from bots.portals.base import PortalFault

WALKS = 3


class ListIncomplete(PortalFault):
    """The list shows more claims than could be read, after every walk."""

    code = "LIST_INCOMPLETE"


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row: the claim's number and the state beside it."""

    number: str
    status: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list: its rows, how many claims the list says it has, how many pages."""

    rows: tuple[ListRow, ...]
    total: int
    pages: int


# Takes the page's number and whether the order is turned round.
PageAt = Callable[[int, bool], Awaitable[ListPage]]


async def walk(page_at: PageAt) -> AsyncIterator[ListRow]:
    """Every claim of the list, each once, as its page is read.

    Every second walk goes through the list from its other end: what a moving order hid at
    one end stands at the other.

    Raises:
        ListIncomplete: the count shown was never reached.
    """
    told: set[str] = set()
    total = seen_last = 0
    was_whole = False  # at some walk
    for turn in range(WALKS):
        seen: set[str] = set()
        totals: set[int] = set()
        known = len(told)
        number, pages = 1, 1
        while number <= pages:
            page = await page_at(number, turn % 2 == 1)
            totals.add(page.total)
            total, pages = page.total, page.pages
            before = len(seen)
            for row in page.rows:
                seen.add(row.number)
                if row.number not in told:
                    told.add(row.number)
                    yield row
            if len(seen) == before:
                break  # nothing new: the list stalls
            number += 1
        seen_last = len(seen)
        is_steady = len(totals) <= 1
        was_whole = was_whole or (is_steady and total == seen_last)
        # Nothing slips over an edge where there is none, or where a walk tells nothing new.
        is_sure = is_steady and (number <= 2 or len(told) == known)
        if (is_sure or turn == WALKS - 1) and total in (seen_last, len(told)):
            return
    if was_whole:
        return  # claims have come and gone ever since
    raise ListIncomplete(f"the list shows {total} claims, {seen_last} could be read")
