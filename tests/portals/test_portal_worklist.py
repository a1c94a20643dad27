"""The worklist: every claim once, whatever the list does meanwhile."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from practice.visiting import Portal

from bots.portals.base import PortalFault, Query
from bots.portals.session import Session
from bots.portals.worklist import ListIncomplete, ListPage, ListRow, walk

browser = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
pytestmark = browser
PENDING = [f"C{n:05d}" for n in range(1, 61) if n % 3]


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bots.portals.practice._ROWS", 15)


async def numbers(session: Session, **query) -> list[str]:
    reader = await session.reader()
    return [ref.number async for ref in reader.worklist(Query(**{"queue": "pending"} | query))]


async def test_the_queue_is_walked_to_its_end(session: Session):
    assert await numbers(session) == PENDING


async def test_a_query_narrows_by_the_portals_own_filters(session: Session, portal: Portal):
    assert await numbers(session, min_charge=Decimal("155")) == PENDING[-4:]
    day = date(2026, 9, 12)
    rows = portal.query(
        "SELECT number FROM billing_claim WHERE queue = 'pending' AND service_from = ?"
        " ORDER BY number", day.isoformat()
    )  # fmt: skip
    assert await numbers(session, since=day, until=day) == [number for (number,) in rows] != []
    assert await numbers(session, facility="EAST") == [n for n in PENDING if int(n[1:]) % 2 == 0]
    assert await numbers(session, code="Z99") == []
    assert await numbers(session, limit=3) == PENDING[:3]


async def test_claims_are_found_by_number_and_a_wrong_number_is_told_too(session: Session):
    assert await numbers(session, numbers=("C00004", "C0000", "C00004")) == ["C00004", "C0000"]


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("F17", {"kind": "removed"}),
        ("F17", {"kind": "inserted"}),
        ("F22", {}),
        ("F24", {}),
        ("session-ends", {"nth": 2}),
    ],
)
async def test_every_claim_is_told_once_though(
    session: Session, portal: Portal, fault: str, options: dict
):
    portal.fault(fault, **options)
    session._key.last_step = 0
    found = await numbers(session)
    assert sorted(found) == PENDING
    assert len(found) == len(set(found))


@pytest.mark.parametrize("fault", ["F18", "F20"])
async def test_a_list_that_never_adds_up_says_so(session: Session, portal: Portal, fault: str):
    portal.fault(fault)
    with pytest.raises(ListIncomplete, match="the list shows"):
        await numbers(session)


async def test_f19_an_error_that_looks_like_no_results_is_an_error(
    session: Session, portal: Portal
):
    portal.fault("F19")
    with pytest.raises(PortalFault, match="something is wrong"):
        await numbers(session)


async def test_f21_another_order_on_later_pages_hides_nothing(session: Session, portal: Portal):
    portal.fault("F21", nth=1, times=2)
    assert sorted(await numbers(session)) == PENDING


@pytest.mark.slow
async def test_f23_ten_thousand_rows_are_told_page_by_page_and_only_their_numbers_stay(
    session: Session, portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bots.portals.practice._ROWS", 100)
    more = 10_000 - len(PENDING)
    names = [name for _, name, *_ in portal.query("PRAGMA table_info(billing_claim)")]
    columns = ", ".join(f'"{name}"' for name in names if name not in ("id", "number"))
    portal.query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        f" INSERT INTO billing_claim (number, {columns})"
        f" SELECT printf('D%06d', i), {columns} FROM n, billing_claim WHERE number = 'C00001'",
        more,
    )
    kept, told = {}, 0
    tracemalloc.start()
    try:
        reader = await session.reader()
        async for _ in reader.worklist(Query("pending")):
            told += 1
            if told in (1_000, 10_000):
                gc.collect()
                kept[told] = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        portal.query("DELETE FROM billing_claim WHERE number LIKE 'D%'")

    assert told == 10_000
    # A number in two sets, and what the browser's context keeps of a page of a hundred.
    assert (kept[10_000] - kept[1_000]) / 9_000 < 400


def pages(*walks: list[tuple[list[str], int]]):
    """A list that is another at each walk: of every page its rows and the count shown."""
    state = {"walk": -1}

    async def page_at(number: int, turned: bool) -> ListPage:
        if number == 1:
            state["walk"] += 1
        shown = walks[min(state["walk"], len(walks) - 1)]
        rows, total = shown[number - 1]
        return ListPage(tuple(ListRow(n, "Paid") for n in rows), total, len(shown))

    return page_at


async def walked(*walks) -> list[str]:
    return [row.number async for row in walk(pages(*walks))]


async def test_a_row_that_slips_between_two_pages_is_found_in_the_next_walk():
    slipped = [(["a", "b"], 4), (["d"], 3)]
    assert await walked(slipped, [(["b", "c"], 3), (["d"], 3)]) == ["a", "b", "d", "c"]


async def test_a_row_that_slips_while_another_comes_is_found_in_the_next_walk():
    slipped = [(["a", "b"], 4), (["d", "e"], 4)]  # a has gone, c slipped to the first page, e came
    assert await walked(slipped, [(["e", "d"], 4), (["c", "b"], 4)]) == ["a", "b", "d", "e", "c"]


async def test_a_list_that_was_whole_once_is_read_though_claims_come_and_go_ever_since():
    whole, more = [(["a", "b"], 3), (["c"], 3)], [(["a", "b"], 4), (["c", "e"], 5)]
    assert await walked(whole, more, more) == ["a", "b", "c", "e"]


async def test_an_empty_list_is_walked_once():
    assert await walked([([], 0)]) == []


async def test_a_count_above_the_rows_is_not_believed_away():
    with pytest.raises(ListIncomplete):
        await walked([(["a"], 2)])
