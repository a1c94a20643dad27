"""The hands at a real portal: what they say became of one order."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
from dataclasses import replace
from datetime import date

import pytest
from practice.visiting import Portal

from bots import hands
from bots.claims import HOLD, Change, ClaimRef
from bots.hands import Halted, Order, perform, settle
from bots.ledger import Ledger, LedgerBroken, LedgerKeys, Outcome
from bots.portals.base import BusinessError, PortalFault, SaveAnswer, Saved
from bots.portals.practice import PracticeReader
from bots.portals.session import Session

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# Sent claims, brought back to the office: the other files read or write the pending ones.
_free = itertools.count(6, 3)


@pytest.fixture
def number(portal: Portal) -> str:
    """A claim as it was seeded, whatever other tests of this portal did to it."""
    number = f"C{next(_free):05d}"
    ready = "UPDATE billing_claim SET on_hold = 0, status = 'Ready for review' WHERE number = ?"
    portal.query(ready, number)
    portal.query(
        "UPDATE billing_serviceline SET ndc = '00641036725' WHERE number = 2 AND claim_id ="
        " (SELECT id FROM billing_claim WHERE number = ?)",
        number,
    )
    return number


async def order(session: Session, number: str) -> Order:
    """Put the NDC of line 2 without hyphens: a change that the policy may ask for."""
    ref = ClaimRef("practice", number, "pending")
    case = await PracticeReader(session).open(ref, date(2026, 9, 30))
    change = Change("ndc", 2, "00641036725", "00641-0367-25")
    return Order(ref, case, ("ndc-form",), "a test", changes=(change,))


def ndc(portal: Portal, number: str) -> str:
    (row,) = portal.query(
        "SELECT l.ndc FROM billing_serviceline l JOIN billing_claim c ON c.id = l.claim_id"
        " WHERE c.number = ? AND l.number = 2",
        number,
    )
    return str(row[0])


def outcomes(ledger: Ledger, intent: str) -> list[str]:
    return [
        record.body["outcome"]
        for record in ledger.records()
        if record.kind == "outcome" and record.intent == intent
    ]


async def test_a_page_that_cannot_be_given_back_after_the_save_leaves_it_confirmed(
    at, session, portal, number, monkeypatch
):
    wanted = await order(session, number)
    give_back, failed = session.give_back, []

    async def gone_once(tab):
        if not failed and ndc(portal, number) == "00641-0367-25":
            failed.append(tab)
            raise PortalFault("the page does not close")
        await give_back(tab)

    monkeypatch.setattr(session, "give_back", gone_once)
    done = await perform(wanted, at)

    assert failed
    assert done.outcome is Outcome.CONFIRMED
    assert outcomes(at.ledger, done.intent) == ["confirmed"]


async def test_a_session_that_ended_before_the_act_costs_a_log_in_and_no_claim(
    at, session, portal, number
):
    wanted = await order(session, number)
    session._key.last_step = 0
    portal.fresh_codes()
    portal.fault("session-ends", nth=1)

    done = await perform(wanted, at)

    assert done.outcome is Outcome.CONFIRMED
    assert ndc(portal, number) == "00641-0367-25"


async def test_what_a_bot_may_never_write_is_not_even_begun(at, session, portal, number):
    wanted = await order(session, number)
    before = len(list(at.ledger.records()))
    added = Change("diagnoses", None, "E11.9 I10", "E11.9 I10 Z79.4")
    twice = (*wanted.changes, *wanted.changes)

    for changes in ((added,), (*wanted.changes, added), twice):
        with pytest.raises(BusinessError, match="not written"):
            await perform(Order(wanted.ref, wanted.case, ("x",), "a test", changes=changes), at)

    assert len(list(at.ledger.records())) == before
    assert ndc(portal, number) == "00641036725"


async def test_a_brake_stops_before_the_intent(workplace, session, ledger, portal, number):
    async def brake(is_correction: bool) -> str | None:
        return "claimbots stop is on"

    before = len(list(ledger.records()))
    with pytest.raises(Halted, match="stop is on"):
        await perform(await order(session, number), workplace(brake=brake))

    assert len(list(ledger.records())) == before
    assert ndc(portal, number) == "00641036725"


@pytest.mark.parametrize("kind", ["correct", "flag", "hold"])
async def test_a_brake_that_comes_while_the_claim_is_looked_at_again_holds_the_click(
    workplace, session, ledger, portal, number, kind
):
    wanted = await order(session, number)
    other = {
        "correct": {},
        "flag": {"changes": (), "note_key": f"CB-{number}", "note_text": "look"},
        "hold": {"changes": (HOLD,), "hold_reason": "look"},
    }
    wanted = replace(wanted, **other[kind])
    asked = []

    async def brake(is_correction: bool) -> str | None:
        asked.append(is_correction)
        return "claimbots stop is on" if len(asked) > 1 else None

    before, posts = ledger.size, len(sent(portal))
    with pytest.raises(Halted, match="stop is on"):
        await perform(wanted, workplace(brake=brake))

    intent, outcome = ledger.records(before)
    assert (intent.kind, outcome.body["outcome"]) == ("intent", "not-done")
    assert not outcome.body["acted"]
    assert asked == [kind != "flag", False]  # the second time it spends no ceiling
    assert len(sent(portal)) == posts
    assert (await perform(wanted, workplace())).outcome is Outcome.CONFIRMED


def sent(portal: Portal) -> list[object]:
    return [row for row in portal.requests() if row["method"] == "POST"]


async def test_f53_more_changed_than_was_asked_is_a_conflict_that_names_it(
    at, session, portal, number
):
    portal.fault("F53")
    done = await perform(await order(session, number), at)

    assert (done.outcome, done.acted) == (Outcome.CONFLICT, True)
    assert "charge" in done.words
    assert "total_charge" in done.words


async def test_f43_an_intent_that_may_not_be_on_disk_is_not_acted_on(
    workplace, session, portal, number, monkeypatch, shared_office, tmp_path
):
    keys = LedgerKeys.load(shared_office.places, "broken", shared_office.master)
    ledger = Ledger.open(tmp_path / "ledger", "broken", keys)
    wanted = await order(session, number)

    def broken(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("bots.ledger.disk.os.fsync", broken)
    for _ in range(2):  # and not the second time either: the log is not trusted any more
        with pytest.raises(LedgerBroken, match="Input/output"):
            await perform(wanted, workplace(ledger=ledger))

    assert ndc(portal, number) == "00641036725"


async def test_a_save_has_its_whole_time_to_land_however_long_it_took_to_get_there(
    workplace, session, portal, number, monkeypatch
):
    wanted = await order(session, number)
    at = workplace(portal=session.portal.model_copy(update={"save_limit_seconds": 2}))
    look, landing = hands._already, []

    async def slow(*what):
        await asyncio.sleep(2.1)  # such as a log-in that waits for its next one-time code
        return await look(*what)

    async def lands_later():
        await asyncio.sleep(1.2)
        portal.query(
            "UPDATE billing_serviceline SET ndc = '00641-0367-25' WHERE number = 2 AND claim_id ="
            " (SELECT id FROM billing_claim WHERE number = ?)",
            number,
        )

    async def cut_off(editor, intent):
        landing.append(asyncio.create_task(lands_later()))
        return SaveAnswer(Saved.UNKNOWN, "the line was cut")

    monkeypatch.setattr(hands, "_already", slow)
    monkeypatch.setattr(hands, "_act", cut_off)

    assert (await perform(wanted, at)).outcome is Outcome.CONFIRMED


async def test_what_was_left_open_is_settled_by_looking_only(at, session, portal, number):
    wanted = await order(session, number)
    intent = at.ledger.open_intent(
        run="r", ref=wanted.ref, kind="correct", actor="test", changes=wanted.changes
    )

    done = await settle(intent, at)

    assert done.outcome is Outcome.NOT_DONE
    assert ndc(portal, number) == "00641036725"


async def test_a_note_on_a_claim_that_somebody_changed_meanwhile_is_not_written(
    at, session, portal, number
):
    ref = ClaimRef("practice", number, "pending")
    case = await PracticeReader(session).open(ref, date(2026, 9, 30))
    flag = Order(ref, case, ("ndc-form",), "a test", note_key=f"CB-{number}", note_text="look")
    portal.query(
        "UPDATE billing_serviceline SET units = units + 1 WHERE number = 2 AND claim_id ="
        " (SELECT id FROM billing_claim WHERE number = ?)",
        number,
    )

    done = await perform(flag, at)

    assert (done.outcome, done.acted) == (Outcome.CONFLICT, False)
    assert "units" in done.words
    anew = replace(flag, case=await PracticeReader(session).open(ref, date(2026, 9, 30)))
    assert (await perform(anew, at)).outcome is Outcome.CONFIRMED
    assert (await perform(anew, at)).outcome is Outcome.ALREADY_CORRECT
