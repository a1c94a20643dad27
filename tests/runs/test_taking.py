"""The claims of a run, taken through one after another: what one meets costs no other."""

from __future__ import annotations

import asyncio

import pytest
import store_cases
from builders.runs import OTHER, TOTAL, Screens, approved, listed, taken_through

from bots import faults
from bots.checks import review
from bots.hands import Done
from bots.ledger import Outcome
from bots.places import Places
from bots.portals.base import DeadlinePassed, ElementMissing, Query
from bots.runs import ends
from bots.runs.at_work import RunAtWork
from bots.runs.taking import Taking
from bots.store import database, models, records, work
from bots.store.facts import (
    ClaimOutcome,
    ExceptionDecision,
    ProposalState,
    Resolution,
    RunKind,
)


@pytest.fixture
def places(tmp_path, monkeypatch):
    made = Places(tmp_path / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(made.root))
    monkeypatch.setattr("bots.portals.looking.FIRST_PAUSE", 0)
    store_cases.a_store(made)
    yield made
    database.close()


@pytest.fixture
def run(places):
    """A run of what is approved."""
    return store_cases.a_run(RunKind.APPROVED).id


def said(run):
    """The exceptions of a run: claim, code, proposal."""
    return sorted((e.number, e.code, e.proposal) for e in records.exceptions(run))


def states(*proposals):
    return [records.find_proposal(proposal.id).state for proposal in proposals]


def meets(error, *numbers):
    """What opening these claims raises."""

    def met(number):
        if number in numbers:
            raise error

    return met


# Approved proposals


def test_a_check_that_raises_on_one_approved_claim_costs_no_other(places, run, monkeypatch):
    bad, good = approved("C1"), approved("C2")

    def with_one_of_the_offices_own(case, codesets):
        if case.claim.number == "C1":
            raise KeyError("what its author did not think of")
        return review(case, codesets)

    monkeypatch.setattr("bots.runs.claim.review", with_one_of_the_offices_own)

    taken_through(places, run)

    assert said(run) == [("C1", "UNEXPECTED", bad.id)]
    assert states(bad, good) == [ProposalState.APPROVED, ProposalState.APPLIED]
    assert work.standing(run) == work.Standing(due=0, at_work=0, done=2)


@pytest.mark.parametrize(
    ("error", "times", "every"),
    [
        (DeadlinePassed("open the claim"), faults.FAULTS_IN_A_ROW, 3),
        (ElementMissing("claim.total"), faults.DRIFT_IN_A_ROW, 2),
    ],
    ids=["faults", "screens"],
)
def test_faults_among_approved_claims_that_go_well_are_not_in_a_row(
    places, run, error, times, every
):
    numbers = [f"C{n:02}" for n in range(times * every)]
    proposals = [approved(number) for number in numbers]

    made = taken_through(places, run, Screens(meets(error, *numbers[::every])))

    assert made.course.stop_reason == ""
    assert states(*proposals).count(ProposalState.APPLIED) == len(numbers) - times
    assert [code for _, code, _ in said(run)] == [error.code] * times


def test_faults_in_a_row_among_approved_claims_end_the_run(places, run):
    numbers = [f"C{n}" for n in range(5)]
    for number in numbers:
        approved(number)
    gone = ElementMissing("claim.total")

    made = taken_through(places, run, Screens(meets(gone, *numbers)))

    assert made.course.stop_reason == ends.SCREENS_CHANGED
    assert len(said(run)) == faults.DRIFT_IN_A_ROW


def test_where_a_save_was_begun_the_next_proposal_of_its_claim_waits_for_what_became_of_it(
    places, run, monkeypatch
):
    first, second = approved("C1", TOTAL), approved("C1", OTHER)

    async def breaks(order, at):
        at.ledger.open_intent(
            run=at.run, ref=order.ref, kind="correct", actor=at.actor, changes=order.changes
        )
        raise KeyError("what nobody thought of")

    monkeypatch.setattr("bots.runs.claim.perform", breaks)

    taken_through(places, run, Screens(total=TOTAL.from_))

    assert said(run) == [
        ("C1", "SAVE_UNKNOWN", second.id),
        ("C1", "UNEXPECTED", first.id),
    ]


# What the portal refused


@pytest.fixture
def saves(monkeypatch):
    """The portal refuses each save; these are the claims of which one was begun."""
    begun = []

    async def refuses(order, at):
        begun.append(order.ref.number)
        return Done(Outcome.REFUSED, f"i{len(begun)}", "the field is locked by the payer")

    monkeypatch.setattr("bots.runs.claim.perform", refuses)
    return begun


def a_night(places):
    run = store_cases.a_run(RunKind.APPROVED).id
    taken_through(places, run, Screens(total=TOTAL.from_))


def decided(does, resolved_as=Resolution.DONE):
    """A person decides the newest exception."""
    decision = ExceptionDecision(does, "dana", "looked at", resolved_as=resolved_as)
    records.decide_exception(records.exceptions()[0].id, decision)


def test_what_the_portal_refused_is_sent_again_by_no_run_of_itself(places, saves):
    refused, other = approved("C1"), approved("C2")
    a_night(places)
    assert saves == ["C1", "C2"]

    a_night(places)

    assert saves == ["C1", "C2"]
    assert states(refused, other) == [ProposalState.APPROVED, ProposalState.APPROVED]


@pytest.mark.parametrize("says", [Resolution.NOT_OURS, Resolution.DUPLICATE])
def test_what_a_person_closed_for_good_is_never_sent_again(places, saves, says):
    approved("C1")
    a_night(places)
    decided("resolve", says)

    a_night(places)

    assert saves == ["C1"]


@pytest.mark.parametrize("does", ["retry", "resolve"])
def test_a_refused_save_is_sent_once_more_where_a_person_asks_or_says_that_it_is_mended(
    places, saves, does
):
    approved("C1")
    for _ in range(2):
        a_night(places)
        decided(does)
        a_night(places)
        a_night(places)

    assert saves == ["C1"] * 3


def test_a_retry_that_met_a_fault_of_the_machinery_still_waits(places, run, saves):
    approved("C1")
    a_night(places)
    decided("retry")
    slow = DeadlinePassed("open the claim")
    taken_through(places, run, Screens(meets(slow, "C1"), total=TOTAL.from_))

    a_night(places)

    assert saves == ["C1", "C1"]


def test_what_was_withdrawn_after_it_was_listed_is_not_sent(places, saves, monkeypatch):
    proposal, _ = approved("C1"), approved("C2")
    lists = RunAtWork._list

    async def then_a_person_decides(self):
        await lists(self)
        await self.store.call(records.withdraw, proposal.id, "lee", "the chart says otherwise")

    monkeypatch.setattr(RunAtWork, "_list", then_a_person_decides)
    a_night(places)

    assert saves == ["C2"]
    assert states(proposal) == [ProposalState.REJECTED]


# What is said of one proposal, beside the others of its claim


def dies(places, run, times, screens=None, query=None):
    """The worker dies so many times while it is at the first claim of the list."""
    listed(places, run, screens, query)
    for _ in range(times):
        work.take(run, 1)
        work.release(run)


def test_a_proposal_that_was_given_up_stands_beside_the_next_one_of_its_claim(places, run):
    first, second = approved("C1", TOTAL), approved("C1", OTHER)
    dies(places, run, faults.MOST_DEATHS)

    taken_through(places, run)

    assert said(run) == [
        ("C1", "GIVEN_UP", first.id),
        ("C1", "PROPOSAL_STALE", second.id),
    ]


def test_a_stuck_proposal_and_what_waits_for_its_save_stand_beside_each_other(
    places, run, monkeypatch
):
    first, second, third = (
        approved("C1", TOTAL),
        approved("C1", OTHER),
        approved("C1", TOTAL, OTHER),
    )
    monkeypatch.setattr(Taking, "_longest", 0.05)

    class Hang(Screens):
        async def open(self, ref, as_of):
            await asyncio.sleep(60)

    taken_through(places, run, Hang())

    assert said(run) == [
        ("C1", "SAVE_UNKNOWN", second.id),
        ("C1", "SAVE_UNKNOWN", third.id),
        ("C1", "STUCK", first.id),
    ]


# A claim at which worker after worker dies


@pytest.fixture
def pending(places):
    """A run of the portal's list."""
    return store_cases.a_run(RunKind.PRE_BILL).id


def test_a_claim_at_which_five_workers_died_goes_to_a_person_and_the_others_go_on(places, pending):
    screens = Screens(listed=("C1", "C2", "C3"))
    dies(places, pending, faults.MOST_DEATHS, screens, Query("pending"))

    made = taken_through(places, pending, screens, Query("pending"))

    assert said(pending) == [("C1", "GIVEN_UP", "")]
    assert screens.opened == ["C2", "C3"]
    assert not models.ChangeRow.objects.exists()
    outcomes = dict(models.SeenClaim.objects.values_list("number", "outcome"))
    assert outcomes == {
        "C1": ClaimOutcome.FAILED,
        "C2": ClaimOutcome.PASSED,
        "C3": ClaimOutcome.PASSED,
    }
    assert made.course.left_over
    assert work.failed_numbers(pending) == ("C1",)


def test_one_at_which_four_died_is_looked_at_once_more(places, pending):
    screens = Screens(listed=("C1",))
    dies(places, pending, faults.MOST_DEATHS - 1, screens, Query("pending"))

    taken_through(places, pending, screens, Query("pending"))

    assert screens.opened == ["C1"]
    assert said(pending) == []
