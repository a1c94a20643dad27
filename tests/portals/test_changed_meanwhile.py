"""A portal that gives a claim no version: another field that somebody saved meanwhile is told from
a screen that has drifted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from portals.test_sure import CLAIM, FILLED, SWAP, saves
from practice.visiting import Portal

from bots.portals.base import ChangedMeanwhile, ScreenDrifted
from bots.portals.locators import Selectors

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
OTHER_PLACE = "UPDATE billing_claim SET place_of_service = ? WHERE number = ?"


@pytest.fixture
def number(portal: Portal) -> Iterator[str]:
    """A claim that may be changed, and that nothing was sent to in the end."""
    ready = "UPDATE billing_claim SET on_hold = 0, status = 'Ready for review' WHERE number = ?"
    portal.query(ready, CLAIM)
    [(place,)] = portal.query("SELECT place_of_service FROM billing_claim WHERE number = ?", CLAIM)
    before = saves(portal)
    yield CLAIM
    portal.query(OTHER_PLACE, place, CLAIM)
    assert saves(portal) == before


def without_version(selectors: Selectors) -> Selectors:
    screens = dict(selectors.screens)
    for name in ("claim", "edit"):
        elements = dict(screens[name].elements)
        del elements["version"]
        screens[name] = screens[name].model_copy(update={"elements": elements})
    return selectors.model_copy(update={"screens": screens})


@pytest.fixture
def written(hands, number: str, monkeypatch):
    """Corrects the claim, which `meanwhile` changes, through the form that `script` alters."""

    async def written(script: str = "() => {}", meanwhile=lambda: None) -> None:
        async with hands.editor(number, FILLED) as editor:
            tab, form = editor._tab, editor._edit_form
            monkeypatch.setattr(tab, "selectors", without_version(tab.selectors))
            await editor.look_again(await editor.look((FILLED,)), (FILLED,))
            meanwhile()

            async def altered():
                seen = await form()
                await tab.page.evaluate(script)
                return seen

            editor._edit_form = altered
            await editor.correct((FILLED,))

    return written


async def test_another_field_saved_meanwhile_is_this_claims_matter(written, number, portal):
    def somebody_saves():
        portal.query(OTHER_PLACE, "99", number)

    with pytest.raises(ChangedMeanwhile, match="place_of_service"):
        await written(meanwhile=somebody_saves)


TWO_SWAPPED = f"({SWAP})(['member_id', 'frequency_code'], ['places'])"
VALUE = "document.querySelector('[name={}]').value = '{}'"
OTHER_UNITS = VALUE.format("line-1-units", "2")
# None of these is beside the box that is to be filled.
NO_MERE_CHANGE = {
    "two boxes changed places": f"{OTHER_UNITS}; {TWO_SWAPPED}",
    "a box is called otherwise": f"{OTHER_UNITS}; "
    "document.querySelector('[name=line-1-charge]').setAttribute('aria-label', 'Price')",
    "two values": f"{OTHER_UNITS}; {VALUE.format('member_id', 'OTHER9')}",
    "a line that was not read": "document.querySelector('#edit-form').insertAdjacentHTML("
    "'beforeend', '<input name=line-7-units value=1>')",
}


@pytest.mark.parametrize("script", NO_MERE_CHANGE.values(), ids=NO_MERE_CHANGE)
async def test_another_value_on_a_form_that_is_not_as_recorded_is_drift(written, script):
    with pytest.raises(ScreenDrifted):
        await written(f"() => {{ {script} }}")


EXCHANGED = """() => {
    const names = ["member_id", "place_of_service"];
    const boxes = names.map(name => document.querySelector(`[name=${name}]`));
    const values = boxes.map(box => box.value);
    boxes.forEach((box, i) => { box.value = values[1 - i]; });
}"""


async def test_boxes_that_hold_each_others_values_are_drift(written):
    with pytest.raises(ScreenDrifted):
        await written(EXCHANGED)
