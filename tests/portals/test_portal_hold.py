"""The portal's own hold: put on once, read back, never taken off."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from practice.visiting import Portal

from bots.claims import HOLD, Change, ClaimRef, value_of
from bots.hands import Order, perform, settle
from bots.ledger import Outcome
from bots.portals.base import NotSure, Saved
from bots.portals.practice import PracticeReader
from bots.portals.session import Session

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# Each test has a claim of its own, of those that the other files only read: a portal holds any.
_free = itertools.count(57, -3)
_sent_before: dict[str, int] = {}
WHY = "[cb-0123] mue-line (line 2): more units than the limit"
NDC = Change("ndc", 2, "00641036725", "00641-0367-25")


@pytest.fixture
def number(portal: Portal) -> str:
    """A claim, of which `posts` tells what this test sent: other files share the portal."""
    number = f"C{next(_free):05d}"
    _sent_before[number] = len(_posts(portal, number))
    return number


async def order(session: Session, number: str, **other) -> Order:
    ref = ClaimRef("practice", number, "pending")
    case = await PracticeReader(session).open(ref, date(2026, 9, 30))
    facts = {"changes": (HOLD,), "hold_reason": WHY} | other
    return Order(ref, case, ("mue-line",), "a test", **facts)


def held(portal: Portal, number: str) -> tuple[bool, str]:
    ((on, reason),) = portal.query(
        "SELECT on_hold, hold_reason FROM billing_claim WHERE number = ?", number
    )
    return bool(on), str(reason)


def posts(portal: Portal, number: str) -> list[str]:
    return _posts(portal, number)[_sent_before[number] :]


def _posts(portal: Portal, number: str) -> list[str]:
    rows = portal.requests()
    return [row["path"] for row in rows if row["method"] == "POST" and row["claim"] == number]


async def test_a_claim_is_put_on_hold_once_and_read_back(at, session, portal, number):
    done = await perform(await order(session, number), at)

    assert done.outcome is Outcome.CONFIRMED
    assert held(portal, number) == (True, WHY)
    assert posts(portal, number) == [f"/claims/{number}/hold/"]


async def test_a_long_reason_is_cut_to_what_the_portal_takes(at, session, portal, number):
    done = await perform(await order(session, number, hold_reason="why " * 100), at)

    assert done.outcome is Outcome.CONFIRMED
    assert len(held(portal, number)[1]) <= 200


async def test_a_claim_that_somebody_put_on_hold_meanwhile_is_already_correct(
    at, session, portal, number
):
    wanted = await order(session, number)
    await perform(wanted, at)

    done = await perform(wanted, at)

    assert done.outcome is Outcome.ALREADY_CORRECT
    assert len(posts(portal, number)) == 1


async def test_a_hold_follows_a_correction_of_the_same_run(at, session):
    correction = await order(session, "C00059", changes=(NDC,), hold_reason="")
    assert (await perform(correction, at)).outcome is Outcome.CONFIRMED

    hold = Order(
        correction.ref, correction.case, ("x",), "a test",
        changes=(HOLD,), hold_reason=WHY, made=(NDC,),
    )  # fmt: skip
    assert (await perform(hold, at)).outcome is Outcome.CONFIRMED


async def test_a_claim_that_somebody_else_changed_meanwhile_is_not_held(
    at, session, portal, number
):
    wanted = await order(session, number)
    portal.query("UPDATE billing_claim SET member_id = 'ELSE1' WHERE number = ?", number)

    done = await perform(wanted, at)

    assert (done.outcome, held(portal, number)[0]) == (Outcome.CONFLICT, False)
    assert posts(portal, number) == []


@pytest.mark.parametrize(
    ("fault", "options", "outcome", "on"),
    [
        ("F63", {}, Outcome.CONFIRMED, True),  # the line was cut after it was stored
        ("F64", {"code": 504}, Outcome.CONFIRMED, True),
        ("F65", {}, Outcome.NOT_DONE, False),
    ],
)
async def test_a_hold_without_a_clear_answer_is_looked_for_and_not_put_on_again(
    at, session, portal, number, fault, options, outcome, on
):
    wanted = await order(session, number)
    portal.fault(fault, **options, on="hold")

    done = await perform(wanted, at)

    assert (done.outcome, held(portal, number)[0]) == (outcome, on)
    assert len(posts(portal, number)) == 1


@pytest.mark.parametrize("landed", [True, False])
async def test_a_hold_that_was_left_open_is_settled_by_looking_only(
    at, session, portal, number, landed
):
    ref = ClaimRef("practice", number, "pending")
    intent = at.ledger.open_intent(
        run="r", ref=ref, kind="hold", actor="test", changes=(HOLD,), note_text=WHY
    )
    portal.query("UPDATE billing_claim SET on_hold = ? WHERE number = ?", landed, number)

    done = await settle(intent, at)

    assert done.outcome is (Outcome.CONFIRMED if landed else Outcome.NOT_DONE)
    assert held(portal, number)[0] is landed
    assert posts(portal, number) == []


async def test_a_form_for_a_hold_that_is_not_there_is_not_pressed(hands, portal, number):
    portal.query("UPDATE billing_claim SET on_hold = 1 WHERE number = ?", number)

    async with hands.editor(number) as editor:
        assert value_of(await editor.look(()), "on_hold") == "yes"
        with pytest.raises(NotSure, match="hold_reason: nothing matches"):
            await editor.put_on_hold(WHY)

    assert posts(portal, number) == []


async def test_what_the_portal_says_of_a_hold_is_told(hands, portal, number):
    async with hands.editor(number) as editor:
        await editor.look(())
        answer = await editor.put_on_hold(WHY)

    assert (answer.saved, answer.words) == (Saved.STORED, "Claim put on hold.")
