"""When a run stops before its list does: what its claims met, one after the other."""

import asyncio
from types import SimpleNamespace

import pytest

from bots import faults
from bots.claims import ClaimRef
from bots.portals.base import NotAllowed, PortalFault
from bots.runs import taking
from bots.runs.claim import Told
from bots.runs.course import Course
from bots.store.facts import ClaimOutcome, SeenRecord


@pytest.fixture
def one(monkeypatch):
    """Takes one claim that is read well and meets something when it is acted on."""
    course = Course()
    at_work = taking.Taking(
        "r", None, SimpleNamespace(today=None), None, course,
        takes_no_more=lambda: False, progress=None,
    )  # fmt: skip
    at_work.at, at_work.rules = SimpleNamespace(session=None), None

    async def opened(ref, on):
        return None

    def one(met):
        async def processed(case, ref, position, rules, at):
            return Told(SeenRecord("C1", 1, ClaimOutcome.FAILED), met=met), False

        monkeypatch.setattr(taking, "process", processed)
        ref = ClaimRef("practice", "C1", "pending")
        asyncio.run(at_work._one(SimpleNamespace(open=opened), ref, 1))
        return course

    return one


def test_what_a_claim_met_when_it_was_acted_on_counts_like_what_it_met_when_read(one):
    for _ in range(faults.FAULTS_IN_A_ROW - 1):
        assert one(PortalFault("gone")).stop_reason == ""
    assert "faults in a row" in one(PortalFault("gone")).stop_reason


def test_a_claim_that_went_through_in_between_begins_the_count_anew(one):
    for _ in range(faults.FAULTS_IN_A_ROW - 1):
        one(PortalFault("gone"))
    one(None)
    assert one(PortalFault("gone")).stop_reason == ""


def test_what_ends_a_run_ends_it_at_a_save_as_well(one):
    assert "NOT_ALLOWED" in one(NotAllowed("the account may not")).stop_reason
