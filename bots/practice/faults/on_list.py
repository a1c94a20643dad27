"""Faults of the worklist: rows that move, pages that stall, counts that lie."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse

from bots.practice.billing.lists import Listing, listing_of
from bots.practice.faults.answers import failure
from bots.practice.faults.registry import fault
from bots.practice.faults.switchboard import Active


def _page_at(page: Listing, number: int) -> Listing:
    return listing_of(replace(page.search, page=number), page.found)


@fault("F17", "listing", "kind")
def row_moves(active: Active, request: HttpRequest, page: Listing) -> Listing | None:
    """A row of page 1 goes (kind=removed) or comes (kind=inserted) once page 2 is asked for."""
    hidden = active.memory.setdefault(
        "hidden", page.found.values_list("number", flat=True).first()
    )
    if page.page > 1 and "moved" not in active.memory:
        active.memory["moved"] = active.strikes(times=1)
    moved = bool(active.memory.get("moved"))
    if moved is (active.get("kind", "removed") == "removed"):
        return listing_of(page.search, page.found.exclude(number=hidden))
    return None


@fault("F18", "listing")
def stalls(active: Active, request: HttpRequest, page: Listing) -> Listing | None:
    """Paging stalls: every page shows the first one's rows."""
    if page.page == 1 or not active.strikes():
        return None
    return replace(page, page=1, rows=_page_at(page, 1).rows)


@fault("F19", "listing")
def error_as_empty(active: Active, request: HttpRequest, page: Listing) -> Listing | None:
    """An error of the search looks like an empty list."""
    if not active.strikes():
        return None
    return replace(page, rows=[], total=0, note="Search index unavailable (E-1042).")


@fault("F20", "listing", "by")
def wrong_count(active: Active, request: HttpRequest, page: Listing) -> Listing | None:
    """The count shown is by=3 more than the rows."""
    if not active.strikes():
        return None
    pages = page.pages
    changed = replace(page, total=page.total + int(active.get("by", "3")))
    return changed if changed.pages == pages else replace(changed, page=min(page.page, pages))


@fault("F21", "listing")
def other_order(active: Active, request: HttpRequest, page: Listing) -> Listing | None:
    """The order is another from page 2 on."""
    if page.page == 1 or not active.strikes():
        return None
    return listing_of(page.search, page.found.reverse())


@fault("F22", "listing")
def twice(active: Active, request: HttpRequest, page: Listing) -> Listing | None:
    """The last claim of a page stands on the next one too."""
    if page.page == 1 or not active.strikes():
        return None
    return replace(page, rows=[*_page_at(page, page.page - 1).rows[-1:], *page.rows])


@fault("F24", "request", "page")
def fails_in_mid_paging(active: Active, request: HttpRequest) -> HttpResponse | None:
    """500 on page=2 of a list, once."""
    asked = request.GET.get("page", "1")
    if request.path != "/claims/" or asked != active.get("page", "2"):
        return None
    return failure(request, 500) if active.strikes(times=1) else None
