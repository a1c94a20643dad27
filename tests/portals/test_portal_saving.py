"""Saving in a real browser: once, through sure locators, and honest about the answer."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal

import pytest
from practice.visiting import Portal

from bots.claims import Change, value_of
from bots.portals.base import ChangedMeanwhile, NotSure, PortalError, Saved
from bots.portals.editing import open_editor
from bots.portals.session import Session

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# Each test has a claim of its own.
_free = itertools.count(1)
NEW = "1EG4TE5NEW1"


@pytest.fixture
def number() -> str:
    n = next(n for n in _free if n % 3)
    return f"C{n:05d}"


def member(number: str, to: str = NEW) -> Change:
    return Change("member_id", None, f"1EG4TE5MK{int(number[1:]):02d}", to)


def stored(portal: Portal, number: str) -> bool:
    rows = portal.query("SELECT member_id FROM billing_claim WHERE number = ?", number)
    return bool(rows[0][0] == NEW)


def posts(portal: Portal, number: str) -> int:
    rows = portal.requests()
    return sum(row["method"] == "POST" and row["claim"] == number for row in rows)


async def posts_at_last(portal: Portal, number: str) -> int:
    """The portal writes a request down once it is answered: wait for a first one."""
    async with asyncio.timeout(8):
        while not posts(portal, number):
            await asyncio.sleep(0.1)
    return posts(portal, number)


async def save(hands, number: str, *changes: Change):
    changes = changes or (member(number),)
    async with hands.editor(number, *changes) as editor:
        await editor.look(changes)
        return await editor.correct(changes)


async def test_several_fields_are_saved_at_once_and_read_back(hands, portal, number):
    changes = (
        member(number),
        Change("diagnoses", None, "E11.9 I10", "I10 E11.9"),
        Change("modifiers", 1, "25", "25 59"),
        Change("service_date", 2, _day(portal, number), "2026-09-01"),
        Change("pointers", 1, "1 2", "2"),
        Change("ndc", 2, "00641036725", "00641-0367-25"),
    )
    async with hands.editor(number, *changes) as editor:
        before = await editor.look(changes)
        assert all(value_of(before, c.field, c.line) == c.from_ for c in changes)
        answer = await editor.correct(changes)
        assert (answer.saved, answer.words) == (Saved.STORED, "Saved. Version 2.")
        after = await editor.look(changes)
        assert all(value_of(after, c.field, c.line) == c.to for c in changes)
    assert await posts_at_last(portal, number) == 1


def _day(portal: Portal, number: str) -> str:
    (day,) = portal.query(
        "SELECT l.service_date FROM billing_serviceline l JOIN billing_claim c"
        " ON c.id = l.claim_id WHERE c.number = ? AND l.number = 2", number
    )[0]  # fmt: skip
    return str(day)


async def test_a_new_total_is_the_portals_own_sum_never_typed(hands, portal, number):
    right = f"{100 + int(number[1:])}.00"
    portal.query("UPDATE billing_claim SET total_charge = 9.5 WHERE number = ?", number)
    change = Change("total_charge", None, "9.50", right)
    assert (await save(hands, number, change)).saved is Saved.STORED
    async with hands.editor(number, change) as editor:
        assert value_of(await editor.look((change,)), "total_charge") == right


async def test_a_total_that_the_portal_would_not_set_is_not_pressed(hands, portal, number):
    total = f"{100 + int(number[1:])}.00"
    with pytest.raises(NotSure, match="another total"):
        await save(hands, number, Change("total_charge", None, total, "1.00"))
    assert posts(portal, number) == 0


async def test_a_note_is_written_once_and_found_by_its_key(hands, portal, number):
    async with hands.editor(number) as editor:
        await editor.look(())
        assert not await editor.find_note("key-1")
        answer = await editor.write_note("key-1", "Bot: look at line 1, please.")
        assert (answer.saved, answer.words) == (Saved.STORED, "Note added.")
        await editor.look(())
        assert await editor.find_note("key-1")


async def test_nothing_but_an_intent_of_the_ledger_opens_an_editor(session: Session):
    with pytest.raises(TypeError):
        open_editor(session, object())


async def test_a_field_that_no_longer_holds_what_was_read_stops_the_save(hands, portal, number):
    portal.fault("F49")
    with pytest.raises(ChangedMeanwhile):
        await save(hands, number)
    assert posts(portal, number) == 0


async def test_another_field_changed_since_the_look_stops_the_save(hands, portal, number):
    portal.fault("F49", field="coder", value="zz")
    with pytest.raises(ChangedMeanwhile, match="another version"):
        await save(hands, number)
    assert posts(portal, number) == 0


@pytest.mark.parametrize(
    ("fault", "options", "words"),
    [
        ("F52", {"kind": "drop"}, "does not keep"),
        ("F52", {"kind": "complete"}, "does not keep"),
        ("F25", {"path": "/edit/"}, "nothing matches"),
        ("F25", {"path": "/edit/", "field": "save"}, "save: nothing matches"),
        ("F26", {"path": "/edit/"}, "more than one"),
        ("F26", {"path": "/edit/", "field": "save"}, "save: more than one"),
    ],
)
async def test_a_form_that_is_not_as_expected_is_not_saved(
    hands, portal, number, fault, options, words
):
    portal.fault(fault, **options)
    with pytest.raises(NotSure, match=words):
        await save(hands, number)
    assert posts(portal, number) == 0


async def test_f28_the_form_of_another_claim_is_not_typed_into(hands, portal, number):
    portal.fault("F28", path="/edit/")
    with pytest.raises(PortalError) as raised:
        await save(hands, number)
    assert raised.value.code == "WRONG_RECORD"
    assert posts(portal, number) == 0


async def test_two_forms_of_one_name_are_not_typed_into(hands, portal, number):
    """The boxes are there once and named right; which form the button sends is not sure."""
    changes = (member(number),)
    async with hands.editor(number, *changes) as editor:
        read = await editor.look(changes)
        await editor.look_again(read, changes)
        await editor._tab.page.evaluate(
            """() => {
                const other = document.createElement("form");
                other.ariaLabel = document.querySelector("form[aria-label^=Edit]").ariaLabel;
                document.body.append(other);
            }"""
        )
        with pytest.raises(NotSure, match="one form"):
            await editor.correct(changes)
    assert posts(portal, number) == 0


async def test_f33_a_record_that_is_open_elsewhere_is_refused_in_the_portals_words(
    hands, portal, number
):
    portal.fault("F33")
    answer = await save(hands, number)
    assert answer.saved is Saved.REFUSED
    assert "open by t.okafor" in answer.words
    assert posts(portal, number) == 0


async def test_a_claim_on_hold_is_refused(hands, portal, number):
    portal.query("UPDATE billing_claim SET on_hold = 1 WHERE number = ?", number)
    answer = await save(hands, number)
    assert answer.saved is Saved.REFUSED
    assert "on hold" in answer.words


async def test_f54_a_question_nobody_foresaw_is_dismissed_and_told(hands, portal, number):
    portal.fault("F54")
    answer = await save(hands, number)
    assert answer.saved is Saved.REFUSED
    assert "Save this claim?" in answer.words
    assert not stored(portal, number)


async def test_a_form_that_a_script_sends_later_is_not_told_as_refused(hands, portal, number):
    """Nothing was heard of it within the time: it may still go out, or have."""
    changes = (member(number),)
    async with hands.editor(number, *changes) as editor:
        await editor.look_again(await editor.look(changes), changes)
        await editor._tab.page.evaluate(
            """() => document.addEventListener("submit", event => {
                event.preventDefault();
                setTimeout(() => HTMLFormElement.prototype.submit.call(event.target), 60000);
            })"""
        )
        answer = await editor.correct(changes)
        assert (answer.saved, answer.words) == (Saved.UNKNOWN, "the form was not sent")
        assert editor._tab.spoiled  # closed, and with it the script that waits
    assert not stored(portal, number)


async def test_f54_a_question_the_portals_file_names_is_accepted(hands, portal, number):
    portal.fault("F54")
    hands.session._doorman._accepted = ("Save this claim?",)
    answer = await save(hands, number)
    hands.session._doorman._accepted = ()
    assert answer.saved is Saved.STORED


async def test_f54_an_alert_is_answered(hands, portal, number):
    portal.fault("F54", kind="alert")
    assert (await save(hands, number)).saved is Saved.STORED


async def test_f55_a_page_that_asks_before_it_is_left_is_left(hands, portal, number):
    portal.fault("F55")
    async with hands.editor(number, member(number)) as editor:
        await editor.look(())
        assert (await editor.correct((member(number),))).saved is Saved.STORED
        assert (await editor.look(())).coverage.member_id == NEW


@pytest.mark.parametrize(("kind", "word"), [("popup", "window"), ("download", "download")])
async def test_f56_what_opens_by_itself_is_closed(hands, portal, number, kind, word):
    portal.fault("F56", kind=kind)
    assert (await save(hands, number)).saved is Saved.STORED
    assert any(word in words for words in hands.session.words)
    assert not [page for page in hands.session._context.pages if "legacy" in page.url]


async def test_f60_a_form_that_is_drawn_anew_is_typed_into_again_or_left(hands, portal, number):
    portal.fault("F60", count=2)
    try:
        answer = await save(hands, number)
    except NotSure:
        return
    assert (answer.saved is Saved.STORED) == stored(portal, number)


async def test_an_announcement_is_put_away_by_its_named_button(hands, portal, number):
    portal.fault("overlay")
    assert (await save(hands, number)).saved is Saved.STORED


@pytest.mark.parametrize(
    ("fault", "options", "saved", "words", "on_record"),
    [
        ("F63", {}, Saved.UNKNOWN, "cut", True),
        ("F64", {"code": 504}, Saved.UNKNOWN, "PORTAL_FAULT", True),
        ("F65", {}, Saved.UNKNOWN, "PORTAL_FAULT", False),
        ("F66", {}, Saved.REFUSED, "R-207", False),
        ("F68", {}, Saved.STORED, "Saved.", True),
        ("F69", {}, Saved.UNKNOWN, "SESSION_ENDED", False),
        ("F70", {}, Saved.REFUSED, "changed by t.okafor", False),
        ("save-ignored", {}, Saved.STORED, "Saved.", False),
    ],
)
async def test_the_answer_says_no_more_than_the_screen(
    hands, portal, number, fault, options, saved, words, on_record
):
    portal.fault(fault, **options)
    answer = await save(hands, number)
    assert answer.saved is saved
    assert words in answer.words
    assert stored(portal, number) is on_record
    assert await posts_at_last(portal, number) == 1


DRAWN = "document.addEventListener('DOMContentLoaded', () => { %s });"
QUEUED = """
    const said = document.querySelector("[data-testid=status-message]");
    if (said) said.textContent = "Your change is queued.";
"""
LOCKED = """
    const alert = document.createElement("div");
    alert.setAttribute("role", "alert");
    alert.textContent = "This record is open by t.okafor.";
    document.querySelector("main").prepend(alert);
"""


async def test_words_that_nobody_recorded_are_no_refusal(hands, portal, number):
    async with hands.editor(number, member(number)) as editor:
        await editor._tab.page.add_init_script(DRAWN % QUEUED)
        await editor.look(())
        answer = await editor.correct((member(number),))
        editor._tab.spoiled = True
    assert (answer.saved, answer.words) == (Saved.UNCLEAR, "Your change is queued.")
    assert stored(portal, number)


@pytest.mark.parametrize("what", ["note", "hold"])
async def test_nothing_is_put_on_a_claim_that_shows_an_alert(hands, portal, what):
    number, before = "C00001", posts(portal, "C00001")  # it is not changed
    async with hands.editor(number) as editor:
        await editor._tab.page.add_init_script(DRAWN % LOCKED)
        if what == "note":
            answer = await editor.write_note("CB-1", "look at line 1")
        else:
            answer = await editor.put_on_hold("look at line 1")
        editor._tab.spoiled = True
    assert (answer.saved, answer.words) == (Saved.REFUSED, "This record is open by t.okafor.")
    assert posts(portal, number) == before


async def test_f61_a_save_that_is_not_answered_in_time_is_unknown(
    hands, portal, number, monkeypatch
):
    portal.fault("F61", seconds=4)
    async with hands.editor(number, member(number)) as editor:
        await editor.look(())
        editor._tab.deadline = 1.5
        answer = await editor.correct((member(number),))
    assert (answer.saved, answer.words) == (Saved.UNKNOWN, "no answer in time")
    assert stored(portal, number)
    assert await posts_at_last(portal, number) == 1


async def test_f58_a_browser_killed_under_the_save_is_unknown(hands, portal, number):
    portal.fault("F61", seconds=4)
    async with hands.editor(number, member(number)) as editor:
        await editor.look(())
        saving = asyncio.ensure_future(editor.correct((member(number),)))
        while not stored(portal, number):
            await asyncio.sleep(0.05)
        os.kill(hands.session.browser_pid, signal.SIGKILL)
        answer = await saving
    assert answer.saved is Saved.UNKNOWN
    assert await posts_at_last(portal, number) == 1


async def test_f71_a_field_dropped_by_the_portal_shows_on_the_next_look(hands, portal, number):
    portal.fault("F71")
    async with hands.editor(number, member(number)) as editor:
        await editor.look(())
        assert (await editor.correct((member(number),))).saved is Saved.STORED
        assert (await editor.look(())).coverage.member_id != NEW
