"""What becomes of an approved proposal: applied once, stale, or still waiting."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import store_cases
from builders.claims import AS_OF, a_case
from builders.tables import code_sets
from ledger.ledgers import a_log

from bots.checks import Class
from bots.claims import Case, Change, ClaimRef
from bots.codesets import CodeSets
from bots.hands import Workplace
from bots.ledger import Ledger, Outcome
from bots.policy import Policy
from bots.runs.claim import Approved, Rules, Told, apply_approved
from bots.store import records, work
from bots.store.facts import (
    ChangeOutcome,
    ChangeRecord,
    ClaimOutcome,
    NewProposal,
    NewRevert,
    ProposalRecord,
    ProposalState,
    RunKind,
    SeenRecord,
)

CHECK = "total-below-lines"
TOTAL = Change("total_charge", None, "100.00", "125.00")
OTHER = Change("pointers", 1, "1 2", "2 1")
OPEN = Policy("1", not_yet_sent=frozenset({"Ready for review"}))


pytestmark = pytest.mark.usefixtures("empty_store")


def approved(*changes: Change, check: str = CHECK, number: str = "C-1") -> ProposalRecord:
    run = store_cases.a_run()
    new = NewProposal(check, changes or (TOTAL,), raises_payment=True)
    seen = SeenRecord(number, 1, ClaimOutcome.PROPOSED)
    ((proposal, _),) = records.keep_claim(run.id, seen, proposals=[new]).proposals
    return records.decide(proposal.id, "approve", "dana", "seen in the chart")


def settled(
    *changes: Change, number: str = "C-1", outcome: ChangeOutcome = ChangeOutcome.CONFIRMED
) -> None:
    records.keep_settled(
        store_cases.a_run().id,
        number,
        [
            ChangeRecord(
                CHECK, c.field, c.line, c.from_, c.to, outcome, "i9", True, decided_by="policy"
            )
            for c in changes
        ],
    )


def state_of(proposal: ProposalRecord) -> tuple[ProposalState, str]:
    now = records.find_proposal(proposal.id)
    return now.state, now.applied_intent


# Settled after a crash


@pytest.mark.parametrize("changes", [(TOTAL,), (OTHER, TOTAL)])
def test_what_a_settled_intent_carried_is_applied_by_it(changes):
    proposal = approved()

    settled(*changes)

    assert state_of(proposal) == (ProposalState.APPLIED, "i9")
    assert records.approved_proposals("practice") == ()


def test_a_settled_change_stands_under_the_name_of_who_approved_it():
    approved()

    settled(OTHER, TOTAL)

    from bots.store.models import ChangeRow

    decided = dict(ChangeRow.objects.values_list("field", "decided_by"))
    assert decided == {"pointers": "policy", "total_charge": "dana"}


@pytest.mark.parametrize(
    "other",
    [
        {"changes": (replace(TOTAL, to="120.00"),)},
        {"changes": (replace(TOTAL, from_="90.00"),)},
        {"changes": (OTHER,)},
        {"changes": (TOTAL,), "number": "C-2"},
        {"changes": (TOTAL,), "outcome": ChangeOutcome.CONFLICT},
    ],
    ids=["other value", "other start", "other field", "other claim", "conflict"],
)
def test_a_settled_intent_that_did_not_do_it_leaves_it_approved(other):
    proposal = approved()

    more = {name: value for name, value in other.items() if name != "changes"}
    settled(*other["changes"], **more)

    assert state_of(proposal) == (ProposalState.APPROVED, "")


def test_half_of_what_was_approved_leaves_it_approved():
    proposal = approved(TOTAL, OTHER)

    settled(TOTAL)

    assert state_of(proposal) == (ProposalState.APPROVED, "")


def test_a_proposal_that_nobody_approved_is_not_applied():
    run = store_cases.a_run()
    seen = SeenRecord("C-1", 1, ClaimOutcome.PROPOSED)
    kept = records.keep_claim(run.id, seen, proposals=[NewProposal(CHECK, (TOTAL,))])
    [(proposal, _)] = kept.proposals

    settled(TOTAL)

    assert records.find_proposal(proposal.id).state is ProposalState.OPEN


# The queue of what was approved


@pytest.mark.parametrize(
    "came_to",
    [
        (ClaimOutcome.REFUSED, ClaimOutcome.CORRECTED),
        (ClaimOutcome.CORRECTED, ClaimOutcome.REFUSED),
    ],
    ids=["first refused", "last refused"],
)
def test_a_claim_of_several_proposals_came_to_what_counts_first_of_all_of_them(came_to):
    run = store_cases.a_run(RunKind.APPROVED)
    work.list_claims(run.id, [("C-1", "", f"p{n}") for n in (1, 2)])

    for (item, _), outcome in zip(work.take(run.id, 2), came_to, strict=True):
        records.keep_claim(run.id, SeenRecord("C-1", 1, outcome, reviewed=False), item=item)

    assert records.run_counts([run.id]).outcomes == {ClaimOutcome.REFUSED: 1}


@dataclass
class Brake:
    """Says that nothing may begin, and that it was asked."""

    asked: int = 0

    async def __call__(self, is_correction: bool) -> str | None:
        self.asked += 1
        return "claimbots stop is on"


def a_claim(total: str = "100.00", **fields: Any) -> Case:
    return a_case(total_charge=Decimal(total), status="Ready for review", **fields)


def applied(
    proposal: ProposalRecord,
    case: Case,
    *,
    shadow: bool = False,
    policy: Policy = OPEN,
    ledger: Ledger | None = None,
    tables: CodeSets | None = None,
) -> Told:
    """One claim of the queue, as a run takes it; no page is open, so nothing can be saved."""
    run = store_cases.a_run()
    at = Workplace(
        session=None,  # type: ignore[arg-type]
        ledger=ledger or SimpleNamespace(digest=lambda number: number),  # type: ignore[arg-type]
        portal=None,  # type: ignore[arg-type]
        run=run.id,
        actor="test",
        shadow=shadow,
        policy_version="1",
        tables="",
        brake=Brake(),
    )
    asked = Approved(
        proposal.id,
        proposal.check,
        proposal.changes,
        "dana",
        "seen in the chart",
        reverts=proposal.reverts,
    )
    rules = Rules(tables or code_sets(), policy, AS_OF)
    told = asyncio.run(
        apply_approved(case, ClaimRef("practice", "C-1", "approved"), 1, rules, at, asked)
    )
    told.seen = replace(told.seen, number="C-1", reviewed=False)
    records.keep_claim(
        run.id, told.seen, changes=told.changes, exceptions=told.exceptions, became=told.became
    )
    return told


def test_a_shadow_run_says_what_it_would_do_and_leaves_it_approved():
    proposal = approved()

    told = applied(proposal, a_claim(), shadow=True)

    assert [change.outcome for change in told.changes] == [ChangeOutcome.SHADOW]
    assert state_of(proposal) == (ProposalState.APPROVED, "")


@pytest.mark.parametrize(
    "fields",
    [{"total": "90.00"}, {"on_hold": True}],
    ids=["another total by now", "on hold by now"],
)
@pytest.mark.parametrize(
    ("shadow", "state"), [(True, ProposalState.APPROVED), (False, ProposalState.STALE)]
)
def test_what_no_longer_holds_is_stale_but_not_by_a_shadow_run(fields, shadow, state):
    proposal = approved()

    told = applied(proposal, a_claim(**fields), shadow=shadow)

    assert [exception.code for exception in told.exceptions] == ["PROPOSAL_STALE"]
    assert told.changes == []
    assert state_of(proposal)[0] is state


@pytest.mark.parametrize(
    ("shadow", "state"), [(True, ProposalState.APPROVED), (False, ProposalState.APPLIED)]
)
def test_a_claim_that_already_is_as_approved_is_applied_and_not_stale(shadow, state):
    proposal = approved()

    told = applied(proposal, a_claim("125.00"), shadow=shadow)

    assert told.exceptions == []
    assert [change.outcome for change in told.changes] == [ChangeOutcome.ALREADY_CORRECT]
    assert state_of(proposal)[0] is state


def test_what_the_policy_flags_since_the_approval_is_stale():
    proposal = approved()
    lowered = replace(OPEN, classes={CHECK: Class.FLAG})

    told = applied(proposal, a_claim(), policy=lowered)

    assert [exception.message for exception in told.exceptions] == ["the policy flags it by now"]
    assert state_of(proposal)[0] is ProposalState.STALE


PLACE = Change("place_of_service", None, "11", "22")
NO_TABLE = code_sets(without=["procedure"])


@pytest.mark.parametrize("shadow", [False, True])
def test_a_check_that_cannot_be_asked_leaves_it_approved_and_says_so(shadow):
    proposal = approved(PLACE, check="place-of-service-for-code")

    told = applied(proposal, a_claim(), tables=NO_TABLE, shadow=shadow)

    (said,) = told.exceptions
    assert (said.code, said.check, said.proposal) == (
        "NOT_EVALUATED", proposal.check, proposal.id
    )  # fmt: skip
    assert "procedure" in said.message
    assert (told.changes, told.seen.outcome) == ([], ClaimOutcome.FLAGGED)
    assert state_of(proposal) == (ProposalState.APPROVED, "")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"place_of_service": "24"}, "the claim or the finding is no longer what was approved"),
        ({"on_hold": True}, "the claim is on hold"),
    ],
    ids=["another place by now", "on hold by now"],
)
def test_what_the_claim_itself_shows_makes_it_stale_without_the_check(fields, why):
    proposal = approved(PLACE, check="place-of-service-for-code")

    told = applied(proposal, a_claim(**fields), tables=NO_TABLE)

    assert [exception.message for exception in told.exceptions] == [why]
    assert state_of(proposal)[0] is ProposalState.STALE


# A revert is the matter of the log that its save stands on


def a_revert(intent: str) -> ProposalRecord:
    run = store_cases.a_run()
    wish = NewRevert(
        intent=intent, run=run.id, portal="practice", number="C-1", changes=(TOTAL,),
        raises_payment=True, message="puts back", by="dana", reason="it was right before",
    )  # fmt: skip
    return records.decide(records.keep_revert(wish).id, "approve", "dana", "it was right before")


def a_save(ledger: Ledger) -> str:
    """A confirmed save of ours whose undoing is `TOTAL`."""
    intent = ledger.open_intent(
        run="R-1", ref=ClaimRef("practice", "C-1", "pending"), kind="correct", actor="bot",
        changes=(Change("total_charge", None, TOTAL.to, TOTAL.from_),), patient="MRN-7",
    )  # fmt: skip
    ledger.close(intent, Outcome.CONFIRMED)
    return intent.id


def test_a_revert_whose_save_is_on_another_machines_log_waits_for_that_machine(tmp_path):
    there, here = (a_log(tmp_path / name, name).open() for name in ("there", "here"))
    proposal = a_revert(a_save(there))

    told = applied(proposal, a_claim(), ledger=here)

    assert [exception.code for exception in told.exceptions] == ["NOT_WRITTEN"]
    assert told.exceptions[0].proposal == proposal.id
    assert state_of(proposal) == (ProposalState.APPROVED, "")


@pytest.mark.parametrize(
    ("shadow", "state"), [(True, ProposalState.APPROVED), (False, ProposalState.STALE)]
)
def test_a_revert_of_a_patient_who_was_redacted_since_is_laid_down(tmp_path, shadow, state):
    ledger = a_log(tmp_path, "office").open()
    proposal = a_revert(a_save(ledger))
    ledger.redact("MRN-7", actor="dana", reason="asked for")

    told = applied(proposal, a_claim(), shadow=shadow, ledger=ledger)

    assert [exception.code for exception in told.exceptions] == ["NOT_WRITTEN"]
    assert "redacted" in told.exceptions[0].message
    assert state_of(proposal)[0] is state


def test_after_stop_it_still_waits():
    proposal = approved()

    told = applied(proposal, a_claim())

    assert told.halted == "claimbots stop is on"
    assert state_of(proposal) == (ProposalState.APPROVED, "")
