"""What becomes of exceptions: one open for a claim and cause, decided once, gone by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import store_cases
import time_machine

from bots.claims import Change
from bots.errors import Problem
from bots.store import exceptions, models, records
from bots.store.facts import (
    Became,
    ChangeOutcome,
    ChangeRecord,
    ClaimOutcome,
    Ending,
    ExceptionDecision,
    ExceptionState,
    ExceptionType,
    NewException,
    NewProposal,
    ProposalState,
    Resolution,
    RunKind,
    RunState,
    SeenRecord,
)

REFUSED = NewException(
    ExceptionType.BUSINESS, "SAVE_REFUSED", "the field is locked", check="ndc-hyphens"
)
TIMED_OUT = NewException(ExceptionType.APPLICATION, "DEADLINE", "no answer within 30 seconds")
DIFFERS = NewException(ExceptionType.BUSINESS, "SAVE_DIFFERS", "only part of the save is on it")


pytestmark = pytest.mark.usefixtures("empty_store")


def met(*new, number="C1", read=True, run=None, **how):
    """A run takes a claim and meets these; answers what it kept, as it stands."""
    run = run or store_cases.a_run(**how)
    outcome = ClaimOutcome.REFUSED if new else ClaimOutcome.PASSED
    if not read:
        outcome = ClaimOutcome.FAILED
    seen = SeenRecord(number, 1, outcome, reviewed=read, patient_name="Quimby, Jo")
    records.keep_claim(run.id, seen, exceptions=new)
    return [entry for entry in records.exceptions(run.id) if entry.number == number]


def now(entry):
    return records.find_exception(entry.id)


def states():
    return [entry.state.value for entry in reversed(records.exceptions())]


def decided(entry, does, **how):
    how = {"by": "dana", "reason": "looked at it"} | how
    return records.decide_exception(entry.id, ExceptionDecision(does, **how))


# What later runs say


def test_a_claim_that_a_later_run_takes_through_has_its_exception_no_more():
    (refused,) = met(REFUSED)

    later = store_cases.a_run()
    met(run=later)

    assert (now(refused).state, now(refused).closed_in) == (ExceptionState.GONE, later.id)


@pytest.mark.parametrize("other", [(), (TIMED_OUT,)], ids=["no word", "a time-out"])
def test_a_claim_that_could_not_be_read_still_has_it(other):
    (refused,) = met(REFUSED)

    met(*other, read=False)

    assert now(refused).state is ExceptionState.OPEN


def test_another_claim_that_goes_through_changes_nothing():
    (refused,) = met(REFUSED)

    met(number="C2")

    assert now(refused).state is ExceptionState.OPEN


def test_met_again_it_is_one_open_exception_as_old_and_with_the_same_owner():
    with time_machine.travel(datetime(2026, 9, 1, tzinfo=UTC), tick=False):
        (first,) = met(REFUSED)
        decided(first, "assign", to="lee")
    with time_machine.travel(datetime(2026, 9, 8, tzinfo=UTC), tick=False):
        (second,) = met(REFUSED)

    assert now(first).state is ExceptionState.AGAIN
    assert (second.state, second.follows, second.assigned_to) == ("open", first.id, "lee")
    assert (second.since, second.created_at - second.since) == (first.since, timedelta(days=7))


def test_another_cause_on_the_same_claim_is_another_exception():
    met(REFUSED)

    (other,) = met(replace(REFUSED, check="total-above-lines"))

    assert states() == ["gone", "open"]
    assert other.follows == ""


def test_what_a_live_run_met_is_not_gone_because_a_shadow_run_did_not_save():
    (live,) = met(REFUSED)
    (shadow,) = met(TIMED_OUT, number="C2", mode="shadow")

    met(mode="shadow")
    met(number="C2", mode="shadow")

    assert (now(live).state, now(shadow).state) == (ExceptionState.OPEN, ExceptionState.GONE)


def test_a_save_that_left_something_else_stays_until_a_person_has_looked():
    (differs,) = met(DIFFERS)

    met()
    assert now(differs).state is ExceptionState.OPEN

    decided(differs, "retry")
    met()
    assert now(differs).state is ExceptionState.GONE


def test_kept_twice_in_one_run_it_carries_on_what_the_first_did():
    (before,) = met(REFUSED)
    decided(before, "assign", to="lee")
    run = store_cases.a_run()

    met(REFUSED, run=run)
    (again,) = met(REFUSED, run=run)

    assert states() == ["seen again", "open"]
    assert (again.follows, again.assigned_to, again.since) == (before.id, "lee", before.since)


def test_what_stopped_a_whole_run_is_over_when_one_comes_to_its_end():
    down = NewException(ExceptionType.APPLICATION, "UNREACHED", "ERR_CONNECTION_REFUSED")
    first, second, third = (store_cases.a_run() for _ in range(3))
    records.keep_exception(first.id, "", down)
    records.end_run(first.id, Ending(RunState.FAILED))
    records.keep_exception(second.id, "", down)
    records.end_run(second.id, Ending(RunState.FAILED))
    assert states() == ["seen again", "open"]

    records.end_run(third.id, Ending(RunState.DONE))

    assert states() == ["seen again", "gone"]


UNREAD = NewException(ExceptionType.APPLICATION, "LIST_INCOMPLETE", "30 claims, 28 could be read")


def came_to_its_end(kind=RunKind.PRE_BILL, **how):
    run = store_cases.a_run(kind, **how)
    return records.end_run(run.id, Ending(RunState.DONE))


@pytest.mark.parametrize("kind", [RunKind.APPROVED, RunKind.LOOK_BACK])
def test_a_list_that_could_not_be_read_is_not_read_by_a_run_of_another_queue(kind):
    pending = store_cases.a_run()
    unread = records.keep_exception(pending.id, "", UNREAD)

    came_to_its_end(kind)
    assert now(unread).state is ExceptionState.OPEN

    came_to_its_end()
    assert now(unread).state is ExceptionState.GONE


def test_a_run_of_another_queue_that_met_the_same_does_not_take_it_over():
    unread = records.keep_exception(store_cases.a_run().id, "", UNREAD)

    records.keep_exception(store_cases.a_run(RunKind.LOOK_BACK).id, "", UNREAD)
    came_to_its_end(RunKind.LOOK_BACK)

    assert now(unread).state is ExceptionState.OPEN


def test_a_run_of_claims_that_were_named_has_read_no_list():
    unread = records.keep_exception(store_cases.a_run().id, "", UNREAD)
    named = store_cases.a_run()
    models.Run.objects.filter(id=named.id).update(query={"claims named": "2"})

    records.end_run(named.id, Ending(RunState.DONE))

    assert now(unread).state is ExceptionState.OPEN


@pytest.mark.parametrize(
    ("met", "ended", "state"),
    [
        ({}, {"limit": "0"}, "open"),  # it settles what was left open, and reads no list
        ({"limit": "0"}, {"limit": "0"}, "open"),
        ({}, {"limit": "500"}, "open"),
        ({"limit": "500"}, {"limit": "20"}, "open"),
        ({"limit": "20"}, {"limit": "20"}, "gone"),
        ({"limit": "20"}, {"limit": "500"}, "gone"),
        ({"limit": "20"}, {}, "gone"),
    ],
)
def test_a_run_with_a_limit_has_read_the_list_no_further(met, ended, state):
    first, second = store_cases.a_run(), store_cases.a_run()
    models.Run.objects.filter(id=first.id).update(query=met)
    models.Run.objects.filter(id=second.id).update(query=ended)
    unread = records.keep_exception(first.id, "", UNREAD)

    records.end_run(second.id, Ending(RunState.DONE))

    assert now(unread).state.value == state


def test_a_shadow_run_shows_that_the_list_can_be_read():
    """It reads as a live one does, and leaves out the writing alone."""
    unread = records.keep_exception(store_cases.a_run().id, "", UNREAD)

    came_to_its_end(mode="shadow")

    assert now(unread).state is ExceptionState.GONE


@pytest.mark.parametrize("code", ["LOGIN_REFUSED", "ACCOUNT_LOCKED", "LOG_IN_CONTESTED", "DRIFT"])
@pytest.mark.parametrize("is_named", [False, True])
def test_any_run_that_comes_to_its_end_has_logged_in_and_found_the_screens(code, is_named):
    stopped = records.keep_exception(store_cases.a_run().id, "", replace(UNREAD, code=code))
    other = store_cases.a_run(RunKind.APPROVED)
    if is_named:
        models.Run.objects.filter(id=other.id).update(query={"claims named": "2"})

    records.end_run(other.id, Ending(RunState.DONE))

    assert now(stopped).state is ExceptionState.GONE


def test_a_save_that_was_looked_up_is_unknown_no_more():
    (unknown,) = met(NewException(ExceptionType.APPLICATION, "SAVE_UNKNOWN", "not read back"))
    change = ChangeRecord("x", "ndc", 1, "a", "b", ChangeOutcome.CONFIRMED, "i1", after_crash=True)

    records.keep_settled(store_cases.a_run().id, "C1", [change])

    assert now(unknown).state is ExceptionState.GONE


def test_a_save_that_is_unknown_still_closes_nothing():
    (unknown,) = met(NewException(ExceptionType.APPLICATION, "SAVE_UNKNOWN", "not read back"))
    change = ChangeRecord("x", "ndc", 1, "a", "b", ChangeOutcome.UNKNOWN, "i1", after_crash=True)

    records.keep_settled(store_cases.a_run().id, "C1", [change])

    assert now(unknown).state is ExceptionState.OPEN


UNKNOWN = NewException(ExceptionType.APPLICATION, "SAVE_UNKNOWN", "not known yet", intent="i1")


def test_a_note_that_was_looked_up_says_nothing_of_a_save_that_is_unknown():
    run = store_cases.a_run()
    unknown = records.keep_exception(run.id, "C1", UNKNOWN)
    nameless = records.keep_exception(run.id, "C1", replace(UNKNOWN, intent="", check="x"))

    records.keep_settled(run.id, "C1", (), "i2")

    assert (now(unknown).state, now(nameless).state) == (ExceptionState.OPEN, ExceptionState.OPEN)


def test_a_note_that_was_looked_up_is_unknown_no_more():
    run = store_cases.a_run()
    unknown = records.keep_exception(run.id, "C1", UNKNOWN)

    records.keep_settled(run.id, "C1", (), "i1")

    assert now(unknown).state is ExceptionState.GONE


def test_a_claim_that_waits_for_a_save_waits_until_that_very_save_is_known():
    """The run that comes to it says it once more, and cannot name the save."""
    run = store_cases.a_run()
    records.keep_exception(run.id, "C1", UNKNOWN)
    waits, _ = met(replace(UNKNOWN, intent=""), run=run, read=False)

    records.keep_settled(run.id, "C1", (), "i2")
    assert now(waits).state is ExceptionState.OPEN

    records.keep_settled(run.id, "C1", (), "i1")
    assert now(waits).state is ExceptionState.GONE


# What an approved run says of a proposal


def a_proposal(check="pointer-order", line=2):
    run = store_cases.a_run()
    new = NewProposal(check, (Change("pointers", line, "1 2", "2 1"),))
    seen = SeenRecord("C1", 1, ClaimOutcome.PROPOSED)
    ((proposal, _),) = records.keep_claim(run.id, seen, proposals=[new]).proposals
    return records.decide(proposal.id, "approve", "dana", "seen in the chart")


def an_approved_run_said(*new, became=()):
    run = store_cases.a_run(RunKind.APPROVED)
    seen = SeenRecord("C1", 1, ClaimOutcome.REFUSED, reviewed=False)
    records.keep_claim(run.id, seen, exceptions=new, became=became)
    return records.exceptions(run.id)


def test_a_proposal_that_could_not_be_applied_has_its_exception_until_it_is():
    proposal = a_proposal()
    (refused,) = an_approved_run_said(replace(REFUSED, proposal=proposal.id))

    an_approved_run_said()
    assert now(refused).state is ExceptionState.OPEN

    an_approved_run_said(became=[Became(proposal.id, ProposalState.APPLIED, "i9")])
    assert now(refused).state is ExceptionState.GONE


def test_a_save_that_differs_is_not_closed_because_its_proposal_is_found_applied():
    proposal = a_proposal()
    (differs,) = an_approved_run_said(replace(DIFFERS, proposal=proposal.id))

    an_approved_run_said(became=[Became(proposal.id, ProposalState.APPLIED, "i9")])

    assert now(differs).state is ExceptionState.OPEN


def test_a_pending_run_that_proposes_the_same_does_not_say_that_it_can_be_applied():
    proposal = a_proposal()
    (refused,) = an_approved_run_said(replace(REFUSED, proposal=proposal.id))

    seen = SeenRecord("C1", 1, ClaimOutcome.PROPOSED)
    same = NewProposal(proposal.check, proposal.changes)
    records.keep_claim(store_cases.a_run().id, seen, proposals=[same])

    assert now(refused).state is ExceptionState.OPEN


def test_a_stale_proposal_has_its_exception_until_the_claim_is_checked_anew():
    proposal = a_proposal()
    (stale,) = an_approved_run_said(
        NewException(ExceptionType.BUSINESS, "PROPOSAL_STALE", "moved", proposal=proposal.id),
        became=[Became(proposal.id, ProposalState.STALE)],
    )

    met()

    assert now(stale).state is ExceptionState.GONE


def test_two_proposals_of_one_claim_keep_an_exception_each_in_one_run():
    one = a_proposal()
    run = store_cases.a_run(RunKind.APPROVED)
    seen = SeenRecord("C1", 1, ClaimOutcome.REFUSED, reviewed=False)

    records.keep_claim(run.id, seen, exceptions=[replace(REFUSED, proposal=one.id)])
    records.keep_claim(run.id, seen, exceptions=[TIMED_OUT])

    assert [entry.code for entry in records.exceptions(run.id)] == ["DEADLINE", "SAVE_REFUSED"]


def test_two_proposals_of_one_check_do_not_close_one_anothers_exception():
    """Each for a line of its own: what a person said of one was not said of the other."""
    one, two = a_proposal(line=1), a_proposal(line=2)
    run = store_cases.a_run(RunKind.APPROVED)
    seen = SeenRecord("C1", 1, ClaimOutcome.REFUSED, reviewed=False)
    for proposal in (one, two):
        records.keep_claim(run.id, seen, exceptions=[replace(REFUSED, proposal=proposal.id)])
    first, second = reversed(records.exceptions(run.id))
    assert (first.state, second.state) == (ExceptionState.OPEN, ExceptionState.OPEN)

    decided(first, "resolve", resolved_as=Resolution.NOT_OURS)
    run = store_cases.a_run(RunKind.APPROVED)
    records.keep_claim(run.id, seen, exceptions=[replace(REFUSED, proposal=two.id)])

    (again,) = records.exceptions(run.id)
    assert (again.state, again.follows) == (ExceptionState.OPEN, second.id)


# By cause


def test_claims_with_one_cause_are_one_group_whatever_is_their_own():
    for number in range(3):
        words = f"C{number}: line {number + 1} of Quimby is locked since 2026-09-0{number + 1}"
        met(replace(REFUSED, message=words), number=f"C{number}")
    met(TIMED_OUT, number="C7", read=False)

    refused, timed_out = records.grouped(records.waiting_exceptions())

    assert (refused.claims, refused.example.cause) == (3, "…: line … of … is locked since …")
    assert (refused.example.number, timed_out.claims) == ("C2", 1)
    assert {e.number for e in records.find_waiting(refused.id.lower())} == {"C0", "C1", "C2"}


def test_what_stops_whole_runs_comes_first_and_then_the_largest_group():
    met(DIFFERS)
    for number in range(2):
        met(REFUSED, number=f"C{number}")
    down = NewException(ExceptionType.APPLICATION, "UNREACHED", "ERR_CONNECTION_REFUSED")
    records.keep_exception(store_cases.a_run().id, "", down)

    groups = records.grouped(records.waiting_exceptions())

    assert [group.example.code for group in groups] == [
        "UNREACHED",
        "SAVE_REFUSED",
        "SAVE_DIFFERS",
    ]


def test_an_exception_of_an_earlier_version_has_its_cause_from_its_message():
    from bots.store.models import ExceptionRow

    (refused,) = met(replace(REFUSED, message="C1: locked"))
    ExceptionRow.objects.update(cause="", since=None)

    assert (now(refused).cause, now(refused).since) == ("…: locked", refused.created_at)
    assert now(refused).group == refused.group


# What a person decides


def test_a_decision_carries_who_when_and_why():
    (refused,) = met(REFUSED)

    decided(refused, "assign", to="lee", by="dana")
    closed = decided(refused, "resolve", by="lee", reason="mended", resolved_as=Resolution.DONE)

    assert (closed.assigned_to, closed.assigned_by) == ("lee", "dana")
    assert (closed.state, closed.resolved_as) == (ExceptionState.RESOLVED, "done")
    assert (closed.decided_by, closed.decision_reason) == ("lee", "mended")
    assert closed.assigned_at is not None
    assert closed.decided_at is not None


@pytest.mark.parametrize("does", ["assign", "resolve", "retry"])
def test_what_is_settled_is_decided_no_more_and_it_is_said_by_whom(does):
    (refused,) = met(REFUSED)
    decided(refused, "resolve", by="lee")

    with pytest.raises(Problem, match="resolved by lee as done"):
        decided(refused, does, to="dana")


def test_what_went_by_itself_is_decided_no_more_and_it_is_said_in_which_run():
    (refused,) = met(REFUSED)
    (again,) = met(REFUSED)

    with pytest.raises(Problem, match=f"seen again in run {again.run} as {again.id}"):
        decided(refused, "resolve")


def test_what_the_ledger_did_not_take_is_not_decided():
    (refused,) = met(REFUSED)

    def full(_):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        records.decide_exception(refused.id, ExceptionDecision("retry", "dana"), full)
    assert now(refused).state is ExceptionState.OPEN


@pytest.mark.parametrize(
    ("as_", "state"),
    [
        (Resolution.DONE, "open"),
        (Resolution.NOT_OURS, "resolved"),
        (Resolution.DUPLICATE, "resolved"),
    ],
)
def test_met_again_only_what_was_mended_opens_again(as_, state):
    (refused,) = met(REFUSED)
    decided(refused, "resolve", resolved_as=as_)

    (again,) = met(REFUSED)

    assert again.state == state
    assert again.decided_by == ("" if state == "open" else "dana")


def test_a_person_closes_one_cause_of_a_claim_and_no_other():
    (refused,) = met(REFUSED)
    decided(refused, "resolve", resolved_as=Resolution.NOT_OURS)

    (other,) = met(TIMED_OUT)

    assert other.state is ExceptionState.OPEN


@pytest.mark.parametrize("code", ["SAVE_DIFFERS", "SAVE_UNKNOWN", "OTHER_LOG"])
def test_what_a_save_left_behind_is_looked_at_each_time(code):
    """The next one is of another save, of another field perhaps: nobody has seen it."""
    one = replace(DIFFERS, code=code)
    (first,) = met(one)
    decided(first, "resolve", resolved_as=Resolution.NOT_OURS)

    (second,) = met(one)

    assert (second.state, second.follows, second.decided_by) == ("open", first.id, "")


def test_of_the_very_save_that_a_person_has_decided_on_nothing_is_asked_again():
    began = datetime.now(UTC)
    unknown = replace(DIFFERS, code="SAVE_UNKNOWN", saved=began)
    (first,) = met(unknown)
    decided(first, "resolve", resolved_as=Resolution.NOT_OURS)

    (again,) = met(unknown)
    (other,) = met(replace(unknown, saved=datetime.now(UTC)))

    assert (again.state, other.state) == ("resolved", "open")


# Of a run that others went on with


def going_on_with(earlier):
    run = store_cases.a_run()
    models.Run.objects.filter(id=run.id).update(query={"going on with": earlier.id})
    return run


def test_a_run_that_goes_on_with_others_has_left_open_what_they_met_and_it_did_not():
    first = store_cases.a_run()
    (stays,) = met(REFUSED, run=first)
    met(TIMED_OUT, number="C2", run=first, read=False)
    second = going_on_with(first)
    last = going_on_with(second)
    (again,) = met(TIMED_OUT, number="C2", run=last, read=False)
    (closed,) = met(DIFFERS, number="C3", run=last)
    decided(closed, "resolve")
    met(REFUSED, number="C4")

    assert [entry.id for entry in exceptions.left_open(last.id)] == [again.id, stays.id]
    assert [entry.id for entry in exceptions.left_open(first.id)] == [stays.id]


# Tried again


def test_a_retry_waits_for_a_run_of_its_portal_and_queue():
    (refused,) = met(REFUSED)
    met(TIMED_OUT, number="C2", read=False)
    assert records.to_retry("practice", "pending") == ()

    decided(refused, "retry")

    assert records.to_retry("practice", "pending") == ("C1",)
    assert records.to_retry("practice", "historical") == ()
    assert records.to_retry("acme", "pending") == ()


def test_a_retry_that_fails_again_opens_anew_with_its_number_and_asks_no_more():
    (refused,) = met(REFUSED)
    decided(refused, "retry")

    (again,) = met(REFUSED)

    assert (again.state, again.retry) == (ExceptionState.OPEN, 1)
    assert records.to_retry("practice", "pending") == ()


def test_a_retry_that_was_not_come_to_still_waits():
    (refused,) = met(REFUSED)
    decided(refused, "retry")

    met(TIMED_OUT, read=False)

    assert records.to_retry("practice", "pending") == ("C1",)


def test_a_proposal_that_still_waits_is_tried_again_by_an_approved_run_alone():
    proposal = a_proposal()
    (refused,) = an_approved_run_said(replace(REFUSED, proposal=proposal.id))
    decided(refused, "retry")
    assert records.to_retry("practice", "pending") == ()

    records.mark(proposal.id, ProposalState.STALE)
    assert records.to_retry("practice", "pending") == ("C1",)


def test_a_whole_run_is_run_again_and_not_tried_again():
    down = NewException(ExceptionType.APPLICATION, "UNREACHED", "ERR_CONNECTION_REFUSED")
    kept = records.keep_exception(store_cases.a_run().id, "", down)

    with pytest.raises(Problem, match="claimbots run --portal practice --queue pending"):
        decided(kept, "retry")
