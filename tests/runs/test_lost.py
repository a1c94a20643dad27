"""What the log knows of a run that was killed."""

import pytest
import store_cases
from ledger.ledgers import a_log

from bots.claims import Change, ClaimRef
from bots.ledger import Outcome
from bots.places import Places
from bots.runs.behind import catch_up
from bots.runs.lost import keep_what_is_missing, outcomes_of, written
from bots.store import records
from bots.store.facts import (
    ChangeOutcome,
    ClaimOutcome,
    ExceptionState,
    NewProposal,
    RunState,
    SeenRecord,
)
from bots.store.thread import StoreThread

UNITS = Change("units", 1, "1", "2")


def saved(ledger, run, patient, outcome=Outcome.CONFIRMED, *, acted=True, checks=("mue-line",)):
    ref = ClaimRef("practice", f"C-{patient}", "approved", "Ready")
    intent = ledger.open_intent(
        run=run, ref=ref, kind="correct", actor="bot", changes=(UNITS,), checks=checks,
        patient=patient, body={"decided_by": "dana"},
    )  # fmt: skip
    return ledger.close(intent, outcome, body={"acted": acted})


def note(ledger, run):
    ref = ClaimRef("practice", "C-MRN1", "pending", "Ready")
    intent = ledger.open_intent(run=run, ref=ref, kind="flag", actor="bot", note_key="k")
    ledger.close(intent, Outcome.CONFIRMED)


def test_what_a_run_saved_is_told_with_its_claim_and_who_decided(tmp_path):
    ledger = a_log(tmp_path, "office").open()
    mine = saved(ledger, "R-1", "MRN1").intent
    saved(ledger, "R-2", "MRN2")

    (one,) = written(ledger, outcomes_of(ledger, "R-1"))

    assert (one.intent, one.claim) == (mine, "C-MRN1")
    (change,) = one.changes
    assert (change.field, change.from_value, change.to_value) == ("units", "1", "2")
    assert (change.decided_by, change.after_crash) == ("dana", True)


def test_what_was_redacted_since_is_left_out_and_stops_nothing(tmp_path):
    ledger = a_log(tmp_path, "office").open()
    saved(ledger, "R-1", "MRN1")
    kept = saved(ledger, "R-1", "MRN2").intent
    ledger.redact("MRN1", actor="dana", reason="asked for")

    assert [it.intent for it in written(ledger, outcomes_of(ledger, "R-1"))] == [kept]


def test_what_a_killed_run_settled_for_an_earlier_one_is_told_as_its_own(tmp_path):
    """Left unknown by R-1, found to have landed by R-2, which died before it could keep it."""
    ledger = a_log(tmp_path, "office").open()
    ref = ClaimRef("practice", "C-1", "pending", "Ready")
    intent = ledger.open_intent(
        run="R-1", ref=ref, kind="correct", actor="bot", changes=(UNITS,), checks=("mue-line",),
        patient="MRN1",
    )  # fmt: skip
    ledger.close(intent, Outcome.UNKNOWN)
    (unknown,) = written(ledger, outcomes_of(ledger, "R-1"))
    ledger.close(intent, Outcome.CONFIRMED, run="R-2")

    (settled,) = written(ledger, outcomes_of(ledger, "R-2"))

    assert (unknown.became, unknown.run) == (ChangeOutcome.UNKNOWN, "R-1")
    assert (settled.intent, settled.run) == (intent.id, "R-2")
    assert settled.became is ChangeOutcome.CONFIRMED


async def test_what_the_store_lacks_of_a_run_is_kept_once(tmp_path):
    ledger = a_log(tmp_path, "office").open()
    async with StoreThread(Places(tmp_path / "data").made()) as store:
        run = (await store.call(store_cases.a_run)).id
        saved(ledger, run, "MRN1")
        note(ledger, run)

        assert await keep_what_is_missing(store, ledger, run) == 1
        assert await store.call(records.corrections_in, run) == 1

        before = saved(ledger, run, "MRN2").sequence
        saved(ledger, run, "MRN3")
        # Of the part that begins behind the second only the third; of the whole the second, too.
        assert await keep_what_is_missing(store, ledger, run, before) == 1
        assert await keep_what_is_missing(store, ledger, run) == 1
        assert await keep_what_is_missing(store, ledger, run) == 0
        assert await store.call(records.corrections_in, run) == 3


@pytest.mark.parametrize(
    ("outcome", "acted", "code"),
    [
        (Outcome.CONFLICT, True, "SAVE_DIFFERS"),
        (Outcome.CONFLICT, False, "SAVE_CONFLICT"),
        (Outcome.UNKNOWN, True, "SAVE_UNKNOWN"),
    ],
)
async def test_what_a_person_must_hear_of_is_kept_as_well(tmp_path, outcome, acted, code):
    ledger = a_log(tmp_path, "office").open()
    async with StoreThread(Places(tmp_path / "data").made()) as store:
        run = (await store.call(store_cases.a_run)).id
        saved(ledger, run, "MRN1", outcome, acted=acted)

        await keep_what_is_missing(store, ledger, run)

        (told,) = await store.call(records.exceptions, run)
        assert (told.code, told.number, told.state) == (code, "C-MRN1", ExceptionState.OPEN)
        assert await store.call(records.corrections_in, run) == int(acted)


async def test_a_refused_approved_change_waits_for_a_person_where_its_worker_died(tmp_path):
    """It died after the log had the refusal, and before the store did."""
    ledger = a_log(tmp_path, "office").open()
    async with StoreThread(Places(tmp_path / "data").made()) as store:
        run = (await store.call(store_cases.a_run)).id
        proposal = await store.call(_approved, run)
        saved(ledger, run, "MRN1", Outcome.REFUSED)

        await keep_what_is_missing(store, ledger, run)

        (told,) = await store.call(records.exceptions, run)
        assert (told.code, told.proposal, told.state) == (
            "SAVE_REFUSED", proposal, ExceptionState.OPEN,
        )  # fmt: skip
        assert await store.call(records.refused_proposals, "practice") == {proposal}


async def test_what_is_known_of_one_save_ends_nothing_of_another_on_the_claim(tmp_path):
    ledger = a_log(tmp_path, "office").open()
    async with StoreThread(Places(tmp_path / "data").made()) as store:
        run = (await store.call(store_cases.a_run)).id
        saved(ledger, run, "MRN1", Outcome.UNKNOWN)
        saved(ledger, run, "MRN1", Outcome.CONFIRMED)

        await keep_what_is_missing(store, ledger, run)

        (told,) = await store.call(records.exceptions, run)
        assert (told.code, told.state) == ("SAVE_UNKNOWN", ExceptionState.OPEN)


async def test_a_machine_that_is_back_keeps_what_a_run_saved_that_is_at_work_elsewhere(tmp_path):
    """Its own log has it; where the run goes on, another log is read."""
    ledger = a_log(tmp_path, "office").open()
    async with StoreThread(Places(tmp_path / "data").made()) as store:
        run = await store.call(_at_work, ledger)
        await store.call(_is_on_log, run, "office")
        assert not await store.call(catch_up, ledger)  # its next worker does it

        await store.call(_is_on_log, run, "elsewhere")

        assert await store.call(catch_up, ledger)
        assert await store.call(records.corrections_in, run) == 1


async def test_a_machine_that_is_back_does_not_end_a_run_that_is_at_work_elsewhere(tmp_path):
    """It died between the end on its log and the one in the store; another went on with it."""
    ledger = a_log(tmp_path, "office").open()
    async with StoreThread(Places(tmp_path / "data").made()) as store:
        run = await store.call(_at_work, ledger)
        ledger.append("run-ended", run=run, actor="dana", body={"state": "stopped"})
        await store.call(_is_on_log, run, "elsewhere")

        caught = await store.call(catch_up, ledger)

        assert (caught.runs, len(caught.outcomes)) == ((), 1)
        assert (await store.call(records.get_run, run)).state is RunState.IN_PROGRESS
        assert await store.call(records.corrections_in, run) == 1

        await store.call(_is_on_log, run, "office")
        assert await store.call(catch_up, ledger)
        assert (await store.call(records.get_run, run)).state is RunState.STOPPED


def _approved(run):
    seen = SeenRecord("C-MRN1", 1, ClaimOutcome.PROPOSED)
    kept = records.keep_claim(run, seen, proposals=[NewProposal("mue-line", (UNITS,))])
    ((proposal, _),) = kept.proposals
    return records.decide(proposal.id, "approve", "dana", "seen in the chart").id


def _at_work(ledger):
    """A run that has begun and saved one claim, by its log."""
    run = store_cases.a_run().id
    ledger.append("run-started", run=run, actor="dana", body={"portal": "practice"})
    saved(ledger, run, "MRN1")
    return run


def _is_on_log(run, origin):
    from bots.store.models import Run

    Run.objects.filter(id=run).update(log=origin)


def test_a_save_that_answers_several_checks_is_kept_under_the_first(tmp_path):
    ledger = a_log(tmp_path, "office").open()
    saved(ledger, "R-1", "MRN1", checks=("mue-line", "pointer-order"))

    (one,) = written(ledger, outcomes_of(ledger, "R-1"))

    assert [change.check for change in one.changes] == ["mue-line"]
