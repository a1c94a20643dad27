"""What an approval is bound to, who may give it, and how long it holds (faults F37 to F40)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import store_cases
from builders.claims import AS_OF, a_case, a_line, a_provider
from builders.tables import code_sets

from bots.claims import Change, ClaimRef, Facility
from bots.config import Approvals
from bots.errors import Problem
from bots.hands import Workplace
from bots.policy import Policy
from bots.runs.claim import Approved, Rules, apply_approved
from bots.runs.lapsed import approved_by, lapsed
from bots.store import models, records, work
from bots.store.content import content_digest, content_of, moved_since
from bots.store.facts import (
    ChangeOutcome,
    ChangeRecord,
    ClaimOutcome,
    Ending,
    ExceptionType,
    NewException,
    NewProposal,
    NewRevert,
    ProposalState,
    RunKind,
    RunState,
    SeenRecord,
)

CHECK = "total-below-lines"
TOTAL = Change("total_charge", None, "100.00", "125.00")
OPEN = Policy("1", not_yet_sent=frozenset({"Ready for review"}))
ALWAYS = Approvals(four_eyes="always").asks_two
RAISING = Approvals(four_eyes="raises_payment").asks_two


pytestmark = pytest.mark.usefixtures("empty_store")


def a_claim(total="100.00", **fields):
    return a_case(total_charge=Decimal(total), **{"status": "Ready for review"} | fields)


def proposed(case=None, *, raises=True, run=None, changes=(), check=CHECK):
    """The proposal that a run makes of a claim as it reads it."""
    case = case or a_claim()
    new = NewProposal(
        check, (TOTAL,), raises,
        content_digest=content_digest(case), content=content_of(case.claim),
    )  # fmt: skip
    run = run or store_cases.a_run()
    seen = SeenRecord(case.claim.number, 1, ClaimOutcome.PROPOSED)
    kept = records.keep_claim(run.id, seen, proposals=[new], changes=changes)
    return kept.proposals[0][0]


def approve(proposal, by="dana", asks_two=lambda raises: False):
    return records.decide(proposal.id, "approve", by, "seen in the chart", asks_two=asks_two)


async def _never(is_correction):
    return None


def applied(proposal, case):
    """An approved run takes it, in shadow: what it would do, or why it is stale."""
    at = Workplace(
        session=None, ledger=SimpleNamespace(digest=lambda number: ""), portal=None, run="R",
        actor="test", shadow=True, policy_version="1", tables="", brake=_never,
    )  # fmt: skip
    own = records.own_changes(proposal.portal, proposal.number, proposal.bound_at)
    asked = Approved(
        proposal.id, proposal.check, proposal.changes, "dana", "seen", proposal.content, own,
        proposal.reverts,
    )  # fmt: skip
    ref = ClaimRef("practice", case.claim.number, "approved")
    told = asyncio.run(apply_approved(case, ref, 1, Rules(code_sets(), OPEN, AS_OF), at, asked))
    return [entry.message for entry in told.exceptions]


# F37: the claim changed after the approval


def test_f37_a_claim_that_is_as_it_was_read_is_what_was_approved():
    assert applied(approve(proposed()), a_claim(version="7", submitted_on=AS_OF)) == []


def test_f37_another_field_that_moved_since_makes_it_stale_and_is_named():
    proposal = approve(proposed())
    case = a_claim()
    moved = replace(
        case.claim, lines=tuple(replace(line, modifiers=("25",)) for line in case.claim.lines)
    )

    assert applied(proposal, replace(case, claim=moved)) == [
        "changed since it was proposed: line 1 modifiers"
    ]


def test_f37_a_line_that_came_or_went_since_makes_it_stale():
    before = content_of(a_claim().claim)
    with_one_more = a_claim(lines=[a_line("99213"), a_line("J1885", number=2)])

    moved = moved_since(before, with_one_more.claim, ())

    assert "line 2 procedure" in moved


def test_what_our_own_hands_changed_since_moved_nothing():
    ndc = Change("ndc", 1, "0002-1433-80", "00002143380")
    read = a_claim(lines=[replace(a_case().claim.lines[0], ndc=ndc.from_)])
    saved = a_claim(lines=[replace(a_case().claim.lines[0], ndc=ndc.to)])
    done = ChangeRecord(
        "ndc-hyphens", "ndc", 1, ndc.from_, ndc.to, ChangeOutcome.CONFIRMED, intent="i1"
    )
    proposal = proposed(read, changes=[done])  # the correction is of the same run
    own = records.own_changes("practice", proposal.number, proposal.bound_at)

    assert moved_since(proposal.content, saved.claim, own) == []
    by_another = a_claim(lines=[replace(a_case().claim.lines[0], ndc="99999999999")])
    assert moved_since(proposal.content, by_another.claim, own) == ["line 1 ndc"]


def test_our_hands_on_one_provider_do_not_hide_that_another_was_changed():
    filled = Change("ordering_npi", None, "", "1003000134")

    def with_npis(ordering, rendering):
        they = [a_provider("ordering", ordering), a_provider("rendering", rendering)]
        return a_claim(providers=they).claim

    before = content_of(with_npis("", "1003000126"))

    assert moved_since(before, with_npis(filled.to, "1003000126"), [filled]) == []
    theirs = with_npis(filled.to, "1003000142")
    assert moved_since(before, theirs, [filled]) == ["provider rendering"]


def test_who_approves_last_approves_what_was_read_last():
    moved = a_claim(facility=replace(a_case().claim.facility, name="Riverside"))
    first = proposed()

    again = proposed(moved)

    assert again.id == first.id
    assert again.content == content_of(moved.claim)
    assert applied(approve(again), moved) == []


@pytest.mark.parametrize(("asks_two", "state"), [(None, "approved"), (ALWAYS, "open")])
def test_what_somebody_approved_stays_bound_to_what_they_saw(asks_two, state):
    moved = a_claim(facility=replace(a_case().claim.facility, name="Riverside"))
    approve(proposed(), **({"asks_two": asks_two} if asks_two else {}))

    again = proposed(moved)

    assert again.state == state
    assert applied(again, moved) == ["changed since it was proposed: facility"]


NDC = Change("ndc", 1, "0002-1433-80", "00002143380")


def with_ndc(ndc, **fields):
    """As it is read: that a line was edited is told by the claim's own history."""
    edited = ndc != NDC.from_
    return a_claim(lines=[a_line("99213", ndc=ndc)], lines_edited=edited, **fields)


def rejected_after_a_correction():
    """A run corrects the drug number and proposes; a person says no. The claim as it is then."""
    done = ChangeRecord("ndc-form", "ndc", 1, NDC.from_, NDC.to, ChangeOutcome.CONFIRMED, "i1")
    proposal = proposed(with_ndc(NDC.from_), changes=[done])
    records.decide(proposal.id, "reject", "dana", "the chart says otherwise")
    return proposal, with_ndc(NDC.to)


def test_what_was_rejected_does_not_come_back_for_the_bots_own_correction():
    proposal, saved = rejected_after_a_correction()

    for _ in range(2):
        again = proposed(saved)
        assert (again.id, again.state) == (proposal.id, ProposalState.REJECTED)


@pytest.mark.parametrize(
    "fields",
    [{"ndc": NDC.to, "facility": Facility("R", "Riverside")}, {"ndc": "00002143390"}],
    ids=["another field", "what the bot wrote, after it was read again"],
)
def test_what_was_rejected_is_asked_again_where_somebody_changed_the_claim(fields):
    _, saved = rejected_after_a_correction()
    proposed(saved)

    assert proposed(with_ndc(**fields)).state is ProposalState.OPEN


# F38: who proposed it approves it; four eyes


def test_f38_who_asked_for_a_revert_is_not_its_second_pair_of_eyes():
    run = store_cases.a_run()
    wish = NewRevert("i1", run.id, "practice", "C1", (TOTAL,), True, "puts back", "dana", "wrong")
    kept = records.keep_revert(wish)
    # Somebody else was first: dana proposed it all the same.
    approve(kept, "lee", ALWAYS)

    with pytest.raises(Problem, match="dana proposed it: another person must approve it, too"):
        approve(kept, "Dana", ALWAYS)


def test_two_people_must_approve_and_both_are_kept():
    proposal = proposed()

    first = approve(proposal, "dana", ALWAYS)
    assert (first.state, first.first_by) == (ProposalState.OPEN, "dana")
    assert records.approved_proposals("practice") == ()

    second = approve(proposal, "lee", ALWAYS)
    assert (second.state, second.first_by, second.decided_by) == ("approved", "dana", "lee")
    assert approved_by(second) == "dana and lee"


@pytest.mark.parametrize(
    ("first", "same"),
    [
        ("dana", "dana"),
        ("dana", "DANA"),
        ("dana", " dana "),
        ("Dana Lee", "dana  lee"),
        ("Dana Lee", "Dana\u00a0Lee"),
        ("Ren\u00e9", "Rene\u0301"),
        ("dana", "\uff44ana"),
        ("Voß", "VOSS"),
    ],
)
def test_the_same_person_is_not_two(first, same):
    proposal = proposed()
    approve(proposal, first, ALWAYS)

    with pytest.raises(Problem, match=f"{first} approved it first: another person"):
        approve(proposal, same, ALWAYS)

    assert records.find_proposal(proposal.id).state is ProposalState.OPEN


def test_one_person_is_enough_to_reject_also_after_a_first_approval():
    proposal = proposed()
    approve(proposal, "dana", ALWAYS)

    assert records.decide(proposal.id, "reject", "dana", "no", asks_two=ALWAYS).state == "rejected"


@pytest.mark.parametrize(("raises", "state"), [(True, "open"), (False, "approved")])
def test_an_office_may_ask_two_only_where_payment_is_raised(raises, state):
    assert approve(proposed(raises=raises), asks_two=RAISING).state == state


def test_where_the_office_asks_two_by_now_one_approval_waits_for_the_second():
    proposal = approve(proposed())
    now = datetime.now(UTC)
    assert lapsed(proposal, Approvals(), now) is None

    lapse = lapsed(proposal, Approvals(four_eyes="always"), now)
    assert lapse is not None
    assert lapse.exception.code == "SECOND_APPROVAL_NEEDED"
    lapse.become(proposal.id)
    lapse.become(proposal.id)  # its answer was lost, and it is said again

    assert approve(proposal, "lee", ALWAYS).first_by == "dana"


def test_who_was_the_first_of_two_is_not_the_only_one_where_the_office_asks_one_by_now():
    """Asked for two again, the office would find two approvals, and one person."""
    proposal = proposed()
    approve(proposal, "dana", ALWAYS)

    with pytest.raises(Problem, match="dana approved it first: another person"):
        approve(proposal, "dana")

    assert approve(proposal, "lee").state is ProposalState.APPROVED


def test_an_approval_that_one_person_gave_twice_lapses():
    """As an earlier version let it be kept."""
    proposal = replace(approve(proposed(), "dana"), first_by="Dana ")

    lapse = lapsed(proposal, Approvals(four_eyes="always"), datetime.now(UTC))

    assert lapse is not None
    assert lapse.exception.code == "SECOND_APPROVAL_NEEDED"
    assert lapsed(replace(proposal, first_by="lee"), Approvals(four_eyes="always"),
                  datetime.now(UTC)) is None  # fmt: skip


# F39: two decide at once (as two processes: tests/cli/test_supervision.py)


def test_f39_the_first_to_decide_is_heard_and_the_other_told_by_whom():
    proposal = proposed()
    approve(proposal, "dana")

    with pytest.raises(Problem, match="it is approved by dana"):
        records.decide(proposal.id, "reject", "lee", "no")

    assert records.find_proposal(proposal.id).decided_by == "dana"


# Taken back before it was applied


def withdraw(proposal, by="lee", witness=None):
    return records.withdraw(proposal.id, by, "the chart says otherwise", witness)


def test_an_approval_is_taken_back_by_one_person_and_is_a_rejection_from_then_on():
    proposal = proposed()
    approve(approve(proposal, "dana", ALWAYS), "max", ALWAYS)
    told = []

    withdrawn = withdraw(proposal, witness=told.append)

    assert (withdrawn.state, withdrawn.decided_by) == (ProposalState.REJECTED, "lee")
    assert told == [withdrawn]
    assert records.approved_proposals("practice") == ()
    assert proposed().id == proposal.id


@pytest.mark.parametrize(
    ("state", "do"),
    [
        (ProposalState.OPEN, "proposals reject P-"),
        (ProposalState.APPLIED, "revert i9"),
        (ProposalState.REJECTED, "proposals show P-"),
        (ProposalState.EXPIRED, "proposals show P-"),
    ],
)
def test_only_what_is_approved_is_taken_back_and_else_it_is_said_what_to_do(state, do):
    proposal = approve(proposed())
    records.mark(proposal.id, state, intent="i9" if state is ProposalState.APPLIED else "")

    with pytest.raises(Problem, match=f"it is {state}") as refused:
        withdraw(proposal)

    assert do in refused.value.do
    assert records.find_proposal(proposal.id).state is state


def test_what_a_run_is_at_is_not_taken_back_until_it_is_through_or_dead():
    proposal = approve(proposed())
    run = store_cases.a_run(RunKind.APPROVED)
    work.list_claims(run.id, [(proposal.number, "approved", proposal.id)])
    work.take(run.id, 1)

    with pytest.raises(Problem, match=f"run {run.id} is at it"):
        withdraw(proposal)

    records.end_run(run.id, Ending(RunState.FAILED))
    assert withdraw(proposal).state is ProposalState.REJECTED


def test_what_another_machine_may_have_saved_is_not_taken_back_until_that_is_known():
    proposal = approve(proposed())
    run = store_cases.a_run(RunKind.APPROVED)
    work.list_claims(run.id, [(proposal.number, "approved", proposal.id)])
    work.take(run.id, 1)
    models.Run.objects.filter(id=run.id).update(worker="a.1", log="a", state="in progress")
    work.may_land(run.id, "a.1", 0.0)  # it has had its time; what became of it is not said yet
    work.hand_back(run.id, "a.1")

    with pytest.raises(Problem, match="not known yet"):
        withdraw(proposal)


def test_where_an_exception_says_that_a_save_is_unknown_its_approval_is_not_taken_back():
    proposal = approve(proposed())
    run = store_cases.a_run(RunKind.APPROVED)
    unknown = NewException(
        ExceptionType.APPLICATION, "SAVE_UNKNOWN", "no answer", proposal=proposal.id
    )
    records.keep_exception(run.id, proposal.number, unknown)

    with pytest.raises(Problem, match="not known yet"):
        withdraw(proposal)


@pytest.mark.parametrize(("by", "reason"), [(" ", "no"), ("lee", "")])
def test_to_take_back_an_approval_wants_a_name_and_a_reason(by, reason):
    proposal = approve(proposed())

    with pytest.raises(Problem, match="a name and a reason"):
        records.withdraw(proposal.id, by, reason)


# F40: approved, and then the claim left the office


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"status": "Submitted"}, "the claim has left the office"),
        ({"on_hold": True}, "the claim is on hold"),
    ],
)
def test_f40_what_left_the_office_after_the_approval_is_left_alone(fields, why):
    assert applied(approve(proposed()), a_claim(**fields)) == [why]


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (a_claim("125.00", status="Submitted"), "the claim has left the office"),
        (a_claim("110.00"), "the claim no longer holds what the bot wrote"),
    ],
    ids=["has left the office", "changed by somebody"],
)
def test_a_revert_is_stale_where_the_claim_is_no_longer_as_the_bot_left_it(case, why):
    run = store_cases.a_run()
    back = Change("total_charge", None, "125.00", "100.00")
    wish = NewRevert(
        "i1", run.id, "practice", case.claim.number, (back,), False, "puts back", "dana", "wrong"
    )

    assert applied(approve(records.keep_revert(wish)), case) == [why]


# How long it holds


def test_an_approval_runs_out_and_not_a_moment_earlier():
    proposal = approve(proposed())
    given = proposal.decided_at
    limit = timedelta(days=3)

    assert lapsed(proposal, Approvals(valid_days=3), given + limit) is None
    lapse = lapsed(proposal, Approvals(valid_days=3), given + limit + timedelta(seconds=1))

    assert lapse is not None
    assert lapse.exception.message == "an approval holds for 3 days"


def test_of_two_approvals_the_older_one_says_when_they_run_out():
    proposal = proposed()
    approve(proposal, "dana", ALWAYS)
    second = approve(proposal, "lee", ALWAYS)
    assert second.first_at is not None
    long_ago = replace(second, first_at=second.first_at - timedelta(days=3))

    lapse = lapsed(long_ago, Approvals(valid_days=3), second.decided_at)

    assert lapse is not None
    assert lapse.exception.code == "APPROVAL_EXPIRED"


def test_what_ran_out_is_proposed_anew():
    proposal = approve(proposed())
    records.mark(proposal.id, ProposalState.EXPIRED)

    again = proposed()

    assert (again.id != proposal.id, again.state) == (True, ProposalState.OPEN)
