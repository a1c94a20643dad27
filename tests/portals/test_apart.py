"""What is asked of an element apart from the page's own scripts."""

import pytest
import pytest_asyncio

from bots.portals.apart import Script
from bots.portals.sure import FACTS, TOLD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAGE = """
<form aria-label="Claim C1" action="/save" method="post">
<label>Units, line 1 <input name="line-1-units" value="2"></label>
<label>Units, line 2 <input name="line-2-units" value="3"></label>
<button name="save">Save</button></form>
"""
LIES = """() => Object.defineProperty(
    HTMLInputElement.prototype, "value", {get: () => "what the page says"})"""
COUNTING = """() => {
    window.asked = 0;
    const ours = HTMLElement.prototype.checkVisibility;
    HTMLElement.prototype.checkVisibility = function (...more) {
        window.asked += 1; return ours.apply(this, more);
    };
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(session):
    async with session.tab() as tab:
        await tab.page.set_content(PAGE)
        yield tab.page
        tab.spoiled = True  # its content is none of the portal's


def units(page, line=1):
    return page.get_by_label(f"Units, line {line}", exact=True)


async def test_the_same_is_told_as_in_the_page_s_own_world(page):
    for one in (units(page), units(page, 2), page.get_by_role("button", name="Save")):
        told = await TOLD.of(one)

        assert len(told) == 1
        assert told == await one.evaluate_all(FACTS)


async def test_the_page_s_scripts_neither_hear_of_it_nor_answer_for_the_box(page):
    await page.evaluate(COUNTING)
    await page.evaluate(LIES)

    [told] = await TOLD.of(units(page))

    assert told["value"] == "2"
    assert await page.evaluate("window.asked") == 0


async def test_it_leaves_nothing_on_the_page(page):
    before = await page.content()

    await TOLD.of(units(page))

    assert await page.content() == before


@pytest.mark.parametrize(("line", "count"), [("3", 0), ("", 2)])
async def test_where_not_just_one_is_found_it_tells_of_all(page, line, count):
    told = await TOLD.of(page.get_by_label(f"Units, line {line}"))

    assert len(told) == count


async def test_a_driver_that_does_not_know_it_asks_the_page(page):
    unknown = Script("unknown", "all => all.map(one => one.name)")

    assert await unknown.of(units(page)) == ["line-1-units"]
