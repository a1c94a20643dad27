"""A form that has drifted is not written through, whatever its boxes are called."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from practice.visiting import Portal

from bots.claims import Change
from bots.portals.base import NotSure, PortalError, ScreenDrifted

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# A sent claim, brought back to the office: the other files read or write the pending ones.
CLAIM = "C00057"
# Ordering and referring NPI are empty side by side: no value tells the two boxes apart.
FILLED = Change("ordering_npi", None, "", "1234567893")
SWAP = """([a, b], what) => {
    const boxes = [a, b].map(name => document.querySelector(`[name=${name}]`));
    const labels = boxes.map(box => box.labels[0]);
    if (what.includes("labels")) {
        const words = labels.map(label => label.textContent);
        labels.forEach((label, i) => { label.textContent = words[1 - i]; });
    }
    if (what.includes("names")) {
        const names = boxes.map(box => box.name);
        boxes.forEach((box, i) => { box.name = names[1 - i]; });
    }
    if (what.includes("places")) boxes[1].parentElement.after(boxes[0].parentElement);
}"""


@pytest.fixture
def number(portal: Portal) -> Iterator[str]:
    """A claim that may be changed, and that nothing was sent to in the end."""
    ready = "UPDATE billing_claim SET on_hold = 0, status = 'Ready for review' WHERE number = ?"
    portal.query(ready, CLAIM)
    before = saves(portal)
    yield CLAIM
    assert saves(portal) == before


def saves(portal: Portal) -> int:
    return sum(row["method"] == "POST" and row["claim"] == CLAIM for row in portal.requests())


async def written(hands, number: str, script: str, change: Change = FILLED) -> None:
    """Save the change through the form as `script` has altered it."""
    async with hands.editor(number, change) as editor:
        read = await editor.look((change,))
        await editor.look_again(read, (change,))
        await editor._tab.page.evaluate(script)
        await editor.correct((change,))


def swapped(*what: str) -> str:
    return f'() => ({SWAP})(["ordering_npi", "referring_npi"], {list(what)!r})'


async def test_the_form_as_it_was_recorded_is_written_through(hands, portal):
    number, ready = (
        "C00054",
        "UPDATE billing_claim SET status = 'Draft', on_hold = 0 WHERE number = ?",
    )
    portal.query(ready, number)

    await written(hands, number, "() => {}")

    found = portal.query("SELECT ordering_npi FROM billing_claim WHERE number = ?", number)
    assert found == [("1234567893",)]


BOX = "document.querySelector('[name=ordering_npi]')"
FORM = "document.querySelector('#edit-form')"
TWIN = "<input type=hidden name=ordering_npi value=9>"
NEW_BOX = "<span><label>New <input name=new></label></span>"
NEW_LINE = "<input name=line-7-units value=1>"
NOT_AS_RECORDED = {
    "labels swapped": (swapped("labels"), "ordering_npi: it sends under another name"),
    "names swapped": (swapped("names"), "ordering_npi: it sends under another name"),
    "labels and names swapped": (swapped("labels", "names"), "the box before it is not"),
    "places swapped": (swapped("places"), "ordering_npi: the box before it is not"),
    "a twin": (
        f"() => {BOX}.parentElement.after({BOX}.parentElement.cloneNode(true))",
        "nothing matches",  # both labels are the first box's
    ),
    "a hidden twin": (
        f"() => {BOX}.insertAdjacentHTML('afterend', '{TWIN}')",
        "another box of the form sends under its name",
    ),
    "a new box before it": (
        f"() => {BOX}.parentElement.insertAdjacentHTML('beforebegin', '{NEW_BOX}')",
        'the box before it is not "Rendering NPI"',
    ),
    "hidden": (f"() => {{ {BOX}.type = 'hidden' }}", "nothing matches"),
    "another claim's address": (
        f"() => {{ {FORM}.setAttribute('action', '/claims/C00001/edit/') }}",
        "sent to another place than recorded",
    ),
    "sent by GET": (f"() => {{ {FORM}.setAttribute('method', 'get') }}", "not sent by POST"),
    "another address of the button": (
        "() => document.querySelector('#save').setAttribute('formaction', '/claims/C00001/')",
        "save: its form is sent to another place",
    ),
    "another act of the button": (
        "() => { document.querySelector('#save').value = 'recalculate' }",
        "the button sends another thing than recorded",
    ),
    "another value in another box": (
        "() => { document.querySelector('[name=line-1-units]').value = '2' }",
        "line-1-units: the form holds another value than the claim was read with",
    ),
    "another diagnosis": (
        "() => { document.querySelector('[name=diagnosis-9]').value = 'A10' }",
        "diagnosis-9: the form holds another value",
    ),
    "a line that was not read": (
        f"() => {FORM}.insertAdjacentHTML('beforeend', '{NEW_LINE}')",
        "line-7-units: the form holds a value that the claim was not read with",
    ),
}


@pytest.mark.parametrize(("script", "words"), NOT_AS_RECORDED.values(), ids=NOT_AS_RECORDED)
async def test_a_form_that_is_not_as_recorded_is_not_sent(hands, number, script, words):
    with pytest.raises(ScreenDrifted, match=words):
        await written(hands, number, script)


async def test_a_script_that_alters_another_box_while_one_is_typed_is_seen(hands, number):
    script = f"""() => {BOX}.addEventListener("input", () => {{
        document.querySelector("[name=referring_npi]").value = "1999999984"; }})"""
    with pytest.raises(NotSure, match="would send more than was typed") as raised:
        await written(hands, number, script)
    assert not isinstance(raised.value, ScreenDrifted)  # the claim's own matter


async def test_a_box_that_is_disabled_is_this_claims_matter(hands, number):
    with pytest.raises(NotSure, match="disabled") as raised:
        await written(hands, number, f"() => {{ {BOX}.closest('fieldset').disabled = true }}")
    assert raised.value.code == "LOCATOR_NOT_SURE"


@pytest.mark.parametrize(
    ("act", "script"),
    [
        ("note", "form => form.action = form.action.replace('notes', 'release')"),
        ("note", "form => { form.key.name = 'other'; }"),
        ("note", "form => { form.key.value = 'an old key'; }"),
        ("hold", "form => form.action = form.action.replace('hold', 'release')"),
        ("hold", "form => { form.reason.labels[0].textContent = 'Release reason'; }"),
    ],
)
async def test_notes_and_holds_are_held_against_the_record_as_well(
    hands, number, act, script, monkeypatch
):
    from bots.portals import pages_editor

    shown = pages_editor.claim_screen

    async def altered(tab, number):
        seen = await shown(tab, number)
        await tab.page.evaluate(f"() => ({script})(document.querySelector('#{act}-form'))")
        return seen

    monkeypatch.setattr(pages_editor, "claim_screen", altered)
    async with hands.editor(number) as editor:
        with pytest.raises(ScreenDrifted):
            await (editor.write_note("k", "t") if act == "note" else editor.put_on_hold("r"))


async def test_a_page_that_has_drifted_is_kept_as_evidence_and_its_change_noticed(
    hands, number, session
):
    session.noticed.repairs.clear()
    session.noticed._looked.clear()
    script = (
        "() => { document.querySelector('label[for=ordering_npi]').textContent = 'Ordered by' }"
    )
    async with hands.editor(number, FILLED) as editor:
        tab = editor._tab
        read = await editor.look((FILLED,))
        await editor.look_again(read, (FILLED,))
        await tab.page.evaluate(script)
        with pytest.raises(PortalError, match="nothing matches"):
            await editor.correct((FILLED,))

    assert tab.page.is_closed()
    assert tab.evidence is not None
    assert tab.evidence.picture.startswith(b"\x89PNG")
    repair = session.noticed.repairs["edit", "ordering_npi"]
    assert repair.edits[0].value == {"role": "textbox", "name": "Ordered by"}
