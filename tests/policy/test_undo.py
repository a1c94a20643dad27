"""What the hands put back: their own confirmed save, as the audit log has it, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from builders.claims import a_case, a_line
from ledger.ledgers import a_log

from bots.claims import Change, ClaimRef
from bots.hands import Order, Workplace, perform
from bots.ledger import Outcome
from bots.policy.limits import forbidden_to_undo, forbidden_together
from bots.portals.base import BusinessError
from bots.runs.course import Course

WROTE = Change("total_charge", None, "125.00", "100.00")
BACK = Change("total_charge", None, "100.00", "125.00")


@pytest.fixture
def ledger(tmp_path):
    opened = a_log(tmp_path / "data").open()
    yield opened
    opened.close_files()


def an_intent(ledger, *changes, claim="C1", portal="practice", outcome=Outcome.CONFIRMED):
    intent = ledger.open_intent(
        run="R-1", ref=ClaimRef(portal, claim, "pending", "Ready"), kind="correct", actor="bot",
        changes=changes or (WROTE,), checks=("total-above-lines",), patient="MRN-7",
    )  # fmt: skip
    if outcome:
        ledger.close(intent, outcome)
    return intent.id


def put_back(ledger, intent, change=BACK):
    """What a shadow run says that it would do; raises what it may not."""
    at = Workplace(
        session=None, ledger=ledger, portal=None, run="R-2", actor="bot", shadow=True,
        policy_version="1", tables="", brake=None,
    )  # fmt: skip
    case = a_case([a_line("99213", charge=Decimal("100.00"))], total_charge=Decimal("100.00"))
    ref = ClaimRef("practice", "C1", "approved")
    order = Order(ref, case, ("revert",), "put back", changes=(change,), undoes=intent)
    return asyncio.run(perform(order, at))


def test_the_hands_put_back_what_they_wrote(ledger):
    assert put_back(ledger, an_intent(ledger)).is_shadow


def test_without_a_save_of_ours_such_a_value_is_never_written(ledger):
    case = a_case([a_line("99213", charge=Decimal("100.00"))], total_charge=Decimal("100.00"))

    assert forbidden_together(case, [BACK]) == "a total may only become the sum of the lines"
    with pytest.raises(BusinessError, match="no confirmed save to put back"):
        put_back(ledger, "0123456789abcdef")


@pytest.mark.parametrize(
    ("save", "why"),
    [
        ({"outcome": Outcome.REFUSED}, "no confirmed save"),
        ({"outcome": None}, "no confirmed save"),
        ({"claim": "C2"}, "on another claim"),
        ({"portal": "acme"}, "on another claim"),
    ],
)
def test_the_log_is_asked_whatever_the_store_says(ledger, save, why):
    with pytest.raises(BusinessError, match=why):
        put_back(ledger, an_intent(ledger, **save))


@pytest.mark.parametrize("save", [None, {"outcome": Outcome.REFUSED}, {"claim": "C2"}])
def test_what_may_not_be_put_back_ends_its_claim_and_not_the_run(ledger, save):
    course = Course()

    with pytest.raises(BusinessError) as refused:
        put_back(ledger, an_intent(ledger, **save) if save else "0123456789abcdef")
    course.met(refused.value)

    assert course.stop_reason == ""
    assert course.read_only == ""


def test_another_value_than_the_one_before_is_not_put_back(ledger):
    with pytest.raises(BusinessError, match="not what was written"):
        put_back(ledger, an_intent(ledger), replace(BACK, to="900.00"))


def test_half_of_a_save_is_not_put_back(ledger):
    pointers = Change("pointers", 1, "1 2", "2 1")

    with pytest.raises(BusinessError, match="not what was written"):
        put_back(ledger, an_intent(ledger, WROTE, pointers))


def test_a_field_that_no_longer_holds_what_we_wrote_is_left_alone():
    case = a_case([a_line("99213")], total_charge=Decimal("110.00"))

    assert forbidden_to_undo(case, [BACK]) == "the claim no longer holds what the bot wrote"
