"""A save that was left open, and how the next run of its machine finds out what became of it.

What stands on the claim is given; log and store are real.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import store_cases
from ledger.ledgers import a_log

from bots import hands
from bots.claims import Change, ClaimRef
from bots.hands import Workplace
from bots.ledger import Outcome, find_intent
from bots.places import Places
from bots.portals.base import NotFound, PortalFault, Unreadable, WrongRecord
from bots.runs.at_work import RunAtWork
from bots.store import records
from bots.store.facts import ChangeOutcome, ChangeRecord, ClaimOutcome, SeenRecord
from bots.store.thread import StoreThread

NDC = Change("ndc", 2, "00641036725", "00641-0367-25")
TOTAL = Change("total_charge", None, "100.00", "125.00")


@pytest.fixture
async def store(tmp_path):
    async with StoreThread(Places(tmp_path / "store").made()) as store:
        yield store


@pytest.fixture
def ledger(tmp_path):
    opened = a_log(tmp_path / "here", "here").open()
    yield opened
    opened.close_files()


def left_open(ledger, *changes):
    return ledger.open_intent(
        run="R-0", ref=ClaimRef("practice", "C1", "pending"), kind="correct", actor="bot",
        changes=changes, checks=("x",), patient="MRN-7",
    )  # fmt: skip


async def kept_by_another(store, changes, outcome=ChangeOutcome.CONFIRMED, **other):
    """What a run of another machine, which has a log of its own, did to the claim."""
    run = await store.call(store_cases.a_run)
    at = datetime.now(UTC) + other.get("later", timedelta(0))
    saved = [
        ChangeRecord("x", c.field, c.line, c.from_, c.to, outcome, intent="there", at=at)
        for c in changes
    ]
    number = other.get("number", "C1")
    seen = SeenRecord(number, 1, ClaimOutcome.CORRECTED)
    await store.call(records.keep_claim, run.id, seen, changes=saved)
    return run.id


async def settled(ledger, store, monkeypatch, *looks):
    """The next run of this machine, as far as its settling; `looks` are what it sees."""
    seen = list(looks or ["new"])

    async def look(at, intent):
        now = seen.pop(0) if len(seen) > 1 else seen[0]
        if isinstance(now, Exception):
            raise now
        return now, None

    monkeypatch.setattr(hands, "_look_once", look)
    run = (await store.call(store_cases.a_run)).id
    places = Places(ledger.folder.parent)
    portal = SimpleNamespace(save_limit_seconds=0.1)
    request = SimpleNamespace(portal="practice", requested_by="dana")
    office = SimpleNamespace(places=places, portal=portal, name="practice")
    at_work = RunAtWork(
        run, request, office, store, ledger, fence=None, ending=None, hands_back=False
    )
    at_work.claims.at = Workplace(
        session=None, ledger=ledger, portal=portal, run=run, actor="bot", shadow=False,
        policy_version="1", tables="", brake=None,
    )  # fmt: skip
    await at_work._settle()
    return run


async def test_a_save_that_another_machine_made_meanwhile_is_confirmed_once(
    store, ledger, monkeypatch
):
    intent = left_open(ledger, NDC)
    there = await kept_by_another(store, [NDC])

    here = await settled(ledger, store, monkeypatch)

    assert find_intent(ledger, intent.id).outcome is Outcome.ALREADY_CORRECT
    assert ledger.open_intents() == ()
    counts = await store.call(records.run_counts, [there, here])
    assert counts.saves == 1
    assert await store.call(records.corrections_in, here) == 0


async def test_of_a_save_of_several_fields_one_that_another_made_shows_that_it_was_not_ours(
    store, ledger, monkeypatch
):
    """It found the old value there, after our save had had its time."""
    intent = left_open(ledger, NDC, TOTAL)
    await kept_by_another(store, [NDC])

    await settled(ledger, store, monkeypatch)

    assert find_intent(ledger, intent.id).outcome is Outcome.ALREADY_CORRECT


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"outcome": ChangeOutcome.ALREADY_CORRECT},  # it found what we had saved
        {"outcome": ChangeOutcome.CONFLICT},
        {"number": "C2"},
        {"later": timedelta(days=-1)},  # and somebody took it back before we began
        {"changes": [TOTAL]},
        {"changes": [Change("ndc", 1, NDC.from_, NDC.to)]},
        {"changes": [Change("ndc", 2, NDC.from_, "00641036799")]},
    ],
    ids=["already correct", "conflict", "claim", "before", "field", "line", "value"],
)
async def test_what_is_not_this_very_save_leaves_it_ours(store, ledger, monkeypatch, meanwhile):
    intent = left_open(ledger, NDC)
    await kept_by_another(store, **{"changes": [NDC]} | meanwhile)

    here = await settled(ledger, store, monkeypatch)

    assert find_intent(ledger, intent.id).outcome is Outcome.CONFIRMED
    assert await store.call(records.corrections_in, here) == 1


async def test_a_claim_that_the_portal_has_no_more_goes_to_a_person_and_is_settled(
    store, ledger, monkeypatch
):
    intent = left_open(ledger, NDC)

    run = await settled(ledger, store, monkeypatch, NotFound("the portal knows no such record"))

    assert find_intent(ledger, intent.id).outcome is Outcome.CONFLICT
    assert ledger.open_intents() == ()
    (told,) = await store.call(records.exceptions, run)
    assert (told.code, told.number) == ("SAVE_DIFFERS", "C1")


@pytest.mark.parametrize(
    "looks",
    [
        ("old", NotFound("gone")),
        (NotFound("gone"), "old"),
        (NotFound("gone"), PortalFault("down")),
        (Unreadable("claim: status"),),
        (WrongRecord("claim: another"),),
    ],
    ids=["old, gone", "gone, old", "gone, down", "unreadable", "another"],
)
async def test_what_was_not_seen_twice_stays_open(store, ledger, monkeypatch, looks):
    left_open(ledger, NDC)

    run = await settled(ledger, store, monkeypatch, *looks)

    assert len(ledger.open_intents()) == 1
    assert [e.code for e in await store.call(records.exceptions, run)] == ["SAVE_UNKNOWN"]


async def test_a_claim_that_is_there_again_is_what_it_then_is(store, ledger, monkeypatch):
    intent = left_open(ledger, NDC)

    await settled(ledger, store, monkeypatch, NotFound("gone"), "new")

    assert find_intent(ledger, intent.id).outcome is Outcome.CONFIRMED
