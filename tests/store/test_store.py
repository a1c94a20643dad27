"""The store keeps what it was given, once, closed to others, and says what is wrong."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import store_cases
from hypothesis import given
from hypothesis import strategies as st

from bots.claims import Change
from bots.errors import Problem
from bots.places import Places
from bots.store import brake, database, records
from bots.store.facts import (
    ChangeOutcome,
    ChangeRecord,
    ClaimOutcome,
    Ending,
    ExceptionType,
    FindingRecord,
    NewException,
    NewProposal,
    NotEvaluatedRecord,
    ProposalState,
    RunKind,
    RunState,
    SeenRecord,
)
from bots.store.thread import StoreThread

IN_A_FILE = pytest.mark.parametrize("places", ["sqlite"], indirect=True)


def seen(number="C1", outcome=ClaimOutcome.PASSED, **facts):
    return SeenRecord(number, 1, outcome, **facts)


def a_proposal(to="2 1", **facts):
    return NewProposal("pointer-order", (Change("pointers", 2, "1 2", to),), **facts)


@IN_A_FILE
def test_the_store_and_its_side_files_are_closed_to_others(places):
    old = os.umask(0)
    try:
        records.keep_claim(store_cases.a_run().id, seen())
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in places.root.glob("store*")}
    finally:
        os.umask(old)
    assert set(modes) == {"store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm"}
    assert set(modes.values()) == {0o600}


@IN_A_FILE
def test_every_commit_reaches_the_disk(places):
    from django.db import connection

    asked = {}
    with connection.cursor() as cursor:
        for pragma in (
            "journal_mode",
            "synchronous",
            "secure_delete",
            "foreign_keys",
            "busy_timeout",
        ):
            cursor.execute(f"PRAGMA {pragma}")
            asked[pragma] = cursor.fetchone()[0]
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "busy_timeout": 30000,
    }


@IN_A_FILE
def test_a_deleted_patient_leaves_no_trace_in_the_file(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(patient_name="Zyxwvut, Marked"))
    from bots.store.models import Run

    Run.objects.all().delete()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Zyxwvut" not in places.store.read_bytes()


def test_the_migrations_say_what_the_models_say(places):
    from django.core.management import call_command

    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


def test_connecting_again_changes_nothing(places):
    run = store_cases.a_run()
    database.connect(places)
    assert records.get_run(run.id) == run


@IN_A_FILE
def test_another_process_that_comes_and_goes_takes_no_write_away(places):
    """POSIX drops a process's locks on a file when it closes any descriptor of it.

    Two connections of one process, the second one opened later: were a lock lost by that, the
    other process, when it leaves, would delete the -wal file, and what we write would be gone.
    """
    look = (
        "import sys; from pathlib import Path; from bots.places import Places\n"
        "from bots.store import database\n"
        "database.connect(Places(Path(sys.argv[1])))\n"
        "from bots.store.models import Run\n"
        "print(Run.objects.count()); database.close()\n"
    )

    def seen_from_outside():
        command = [sys.executable, "-c", look, str(places.root)]
        return int(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)

    store_cases.a_run()
    database.connect(places)
    assert seen_from_outside() == 1

    store_cases.a_run()

    assert seen_from_outside() == 2


@IN_A_FILE
def test_two_folders_are_two_stores(places, tmp_path):
    run = store_cases.a_run()
    database.connect(Places(tmp_path / "other").made())
    assert records.runs() == ()
    database.connect(places)
    assert records.runs() == (run,)


@IN_A_FILE
def test_a_store_of_a_newer_version_is_refused(places):
    database.close()
    with sqlite3.connect(places.store) as file:
        file.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('store', '9999_later', '2027-01-01')"
        )
    with pytest.raises(Problem, match="newer version"):
        database.connect(places)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    places = Places(tmp_path).made()
    places.store.write_text("a letter, and certainly no database" * 40)
    before = places.store.read_bytes()
    with pytest.raises(Problem, match="no database"):
        database.connect(places)
    database.close()
    assert places.store.read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "store.sqlite3").mkdir()
    with pytest.raises(Problem, match="cannot be written") as said:
        database.connect(Places(tmp_path))
    assert str(tmp_path / "store.sqlite3") in said.value.where


def fill_up(places, run, finding):
    with database.speaking(places):
        for n in range(2, 2000):
            records.keep_claim(run, seen(f"C{n}"), findings=[finding])


@IN_A_FILE
def test_a_full_disk_is_a_sentence_and_loses_nothing_that_was_kept(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen("C1"))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0]}")
    long = FindingRecord("x", "units", "error", "flag", "m" * 400)
    with pytest.raises(Problem, match="disk is full"):
        fill_up(places, run.id, long)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count=1000000")
    assert "C1" in records.seen_numbers(run.id)


def test_another_django_project_in_the_process_is_refused():
    code = (
        "from django.conf import settings; settings.configure(INSTALLED_APPS=[]);"
        "from bots.store.database import set_up; set_up()"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "another Django project" in ran.stderr


async def test_asyncio_asks_through_one_thread_and_hears_what_went_wrong(tmp_path):
    import threading

    places = Places(tmp_path).made()
    async with StoreThread(places) as store:
        run = await store.call(store_cases.a_run)
        threads = await asyncio.gather(*(store.call(threading.get_ident) for _ in range(5)))
        assert len(set(threads)) == 1
        assert threads[0] != threading.get_ident()
        assert await store.call(records.get_run, run.id) == run
        with pytest.raises(Problem, match="no run"):
            await store.call(records.get_run, "R-1")


async def test_what_was_handed_over_is_done_though_its_caller_is_cancelled(tmp_path):
    import threading

    free = threading.Event()
    async with StoreThread(Places(tmp_path).made()) as store:
        before = asyncio.create_task(store.call(free.wait, 30))
        waiting = asyncio.create_task(store.call(store_cases.a_run))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        free.set()
        await before
        assert len(await store.call(records.runs, 5)) == 1


def test_runs_of_a_day_are_counted_up(places, monkeypatch):
    ids = [store_cases.a_run().id for _ in range(3)]
    assert [id[-4:] for id in ids] == ["0001", "0002", "0003"]
    assert all(id.startswith(f"R-{datetime.now(UTC):%Y%m%d}-") for id in ids)


def test_a_run_comes_back_as_it_was_given(places):
    run = store_cases.a_run()
    assert records.get_run(run.id.lower()) == run
    assert records.get_run("last") == run
    assert (run.tables, run.checks) == (store_cases.TABLES, store_cases.CHECKS)
    assert run.synthetic
    assert records.unended_runs() == (run,)
    ended = store_cases.end(run)
    assert ended.state is RunState.DONE
    assert ended.selector_ranks["claim.total"] == {"1": 400, "2": 12}
    assert records.unended_runs() == ()


def test_an_unknown_id_is_answered_with_the_nearest(places):
    run = store_cases.a_run()
    with pytest.raises(Problem, match=f"did you mean {run.id}"):
        records.get_run(run.id + "9")
    records.keep_exception(run.id, "", NewException(ExceptionType.APPLICATION, "LOGIN", "no"))
    with pytest.raises(Problem, match="did you mean E-00001"):
        records.find_exception("E-00007")
    with pytest.raises(Problem, match="there is none yet"):
        records.find_proposal("P-00001")


@given(st.text())
def test_no_id_that_anyone_types_breaks_the_store(shared_store, id):
    for find in (records.get_run, records.find_proposal, records.find_exception):
        with pytest.raises(Problem):
            find(id)


@given(st.sets(st.sampled_from(list(ClaimOutcome))))
def test_a_claim_is_counted_under_the_first_outcome_that_applies(said):
    order = ["failed", "conflict", "refused", "proposed", "flagged", "corrected", "passed"]
    expected = next((name for name in order if name in said), "passed")
    assert ClaimOutcome.first(said) == expected


def test_a_claim_kept_twice_is_one_claim_and_its_changes_stay(places):
    run = store_cases.a_run()
    finding = FindingRecord("x", "units", "error", "auto", "m")
    change = ChangeRecord("x", "ndc", 1, "a", "b", ChangeOutcome.CONFIRMED, intent="i1")
    records.keep_claim(run.id, seen(), findings=[finding, finding], changes=[change])
    records.keep_claim(run.id, seen(outcome=ClaimOutcome.CORRECTED), findings=[finding])
    counts = records.run_counts([run.id])
    assert (counts.claims, counts.findings, counts.saves) == (1, 1, 1)
    assert dict(counts.outcomes) == {"corrected": 1}


def test_a_claim_is_kept_whole_or_not_at_all(places):
    run = store_cases.a_run()
    broken = NewProposal("x", (Change("ndc", 1, "a", "b"),), at_stake="much")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="decimal"):
        records.keep_claim(
            run.id,
            seen(),
            findings=[FindingRecord("x", "ndc", "error", "flag", "m")],
            proposals=[broken],
        )
    counts = records.run_counts([run.id])
    assert (counts.claims, counts.findings) == (0, 0)


def test_only_a_required_check_without_an_answer_counts_the_claim(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen("C1"), not_evaluated=[NotEvaluatedRecord("a", "table")])
    records.keep_claim(run.id, seen("C2"), not_evaluated=[NotEvaluatedRecord("a", "table", True)])
    counts = records.run_counts([run.id])
    assert (counts.unanswered, counts.answers_missing) == (1, 2)


# Proposals


def test_a_second_run_does_not_propose_twice(places):
    first, second = store_cases.a_run(), store_cases.a_run()
    kept = records.keep_claim(first.id, seen(), proposals=[a_proposal()]).proposals
    again = records.keep_claim(second.id, seen(), proposals=[a_proposal()]).proposals
    assert [new for _, new in (*kept, *again)] == [True, False]
    assert kept[0][0] == again[0][0]
    assert len(records.open_proposals("practice")) == 1


def test_another_answer_makes_the_waiting_one_stale(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(), proposals=[a_proposal("2 1")])
    records.keep_claim(run.id, seen(), proposals=[a_proposal("2")])
    assert [p.state.value for p in records.proposals()] == ["stale", "open"]


def test_two_lines_have_a_proposal_each_of_one_check_and_keep_it(places):
    mine = [
        replace(a_proposal(), changes=(Change("modifiers", n, "59 XS", "XS"),)) for n in (1, 3)
    ]
    first, second = store_cases.a_run(), store_cases.a_run()
    (one, _), _ = records.keep_claim(first.id, seen(), proposals=mine).proposals
    records.decide(one.id, "approve", "dana", "seen in the chart")

    kept = records.keep_claim(second.id, seen(), proposals=mine).proposals

    assert [(record.state.value, is_new) for record, is_new in kept] == [
        ("approved", False), ("open", False)
    ]  # fmt: skip


def test_a_claim_of_which_all_that_is_proposed_was_rejected_is_what_it_is_else(places):
    facts = {"outcome": ClaimOutcome.PROPOSED, "if_rejected": ClaimOutcome.FLAGGED}
    run = store_cases.a_run()
    first = records.keep_claim(run.id, seen(**facts), proposals=[a_proposal()])
    ((proposal, _),) = first.proposals
    records.decide(proposal.id, "reject", "dana", "not in the chart")

    again = records.keep_claim(store_cases.a_run().id, seen(**facts), proposals=[a_proposal()])

    assert (first.outcome, again.outcome) == (ClaimOutcome.PROPOSED, ClaimOutcome.FLAGGED)
    with_another = records.keep_claim(
        store_cases.a_run().id, seen(**facts), proposals=[a_proposal(), a_proposal("2")]
    )
    assert with_another.outcome is ClaimOutcome.PROPOSED


def test_what_would_be_saved_counts_in_each_run_and_a_hold_does_not(places):
    def shadow(field):
        return ChangeRecord("x", field, None, "a", "b", ChangeOutcome.SHADOW, "")

    one, two = store_cases.a_run(mode="shadow"), store_cases.a_run(mode="shadow")
    records.keep_claim(one.id, seen("C1"), changes=[shadow("member_id")])
    records.keep_claim(two.id, seen("C1"), changes=[shadow("member_id"), shadow("bill_type")])
    records.keep_claim(two.id, seen("C2"), changes=[shadow("on_hold")])

    assert records.run_counts([one.id, two.id]).would_save == 2


def test_a_finding_that_is_gone_makes_its_proposal_stale(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(), proposals=[a_proposal()])
    records.keep_claim(run.id, seen())
    assert [p.state.value for p in records.proposals()] == ["stale"]


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_check_that_could_not_be_asked_leaves_its_proposal_as_it_is(places, is_approved):
    """No answer is not the answer that nothing is wrong."""
    records.keep_claim(store_cases.a_run().id, seen(), proposals=[a_proposal()])
    other = replace(a_proposal(), check="modifier-order")
    unanswered = [NotEvaluatedRecord("pointer-order", "icd10cm: no table for 2026Q4")]
    if is_approved:
        records.decide("P-00001", "approve", "dana", "seen in the chart")

    records.keep_claim(store_cases.a_run().id, seen(), proposals=[other], not_evaluated=unanswered)
    records.keep_claim(store_cases.a_run().id, seen(), not_evaluated=unanswered)

    state = "approved" if is_approved else "open"
    assert [p.state.value for p in records.proposals()] == [state, "stale"]


@pytest.mark.parametrize("by", [["dana"], ["dana", "lee"]], ids=["half", "whole"])
def test_a_shadow_run_lays_down_nothing_that_anybody_approved(places, by):
    """It may be of another day and have other tables; what nobody approved is not a loss."""
    made = [a_proposal("2 1"), a_proposal("2")]
    records.keep_claim(store_cases.a_run().id, seen(), proposals=made)
    for who in by:
        records.decide("P-00001", "approve", who, "seen", asks_two=lambda raises: True)
    before = records.find_proposal("P-00001")

    records.keep_claim(store_cases.a_run(mode="shadow").id, seen())

    assert records.find_proposal("P-00001") == before
    assert records.find_proposal("P-00002").state is ProposalState.STALE

    records.keep_claim(store_cases.a_run().id, seen())
    assert records.find_proposal("P-00001").state is ProposalState.STALE


def test_a_claim_that_could_not_be_read_leaves_its_proposal_open(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(), proposals=[a_proposal()])
    records.keep_claim(run.id, seen(outcome=ClaimOutcome.FAILED, reviewed=False))
    assert len(records.open_proposals()) == 1


@pytest.mark.parametrize(("content", "state"), [("same", "rejected"), ("other", "open")])
def test_what_was_rejected_is_asked_again_only_when_the_claim_changed(places, content, state):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(), proposals=[a_proposal(content_digest="same")])
    records.decide("P-00001", "reject", "dana", "the chart says otherwise")
    kept = records.keep_claim(run.id, seen(), proposals=[a_proposal(content_digest=content)])
    assert kept.proposals[0][0].state == state


def test_a_decision_carries_name_reason_and_time_and_is_made_once(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(), proposals=[a_proposal()])
    told = []
    decided = records.decide("p-1", "approve", "dana", "seen in the chart", told.append)
    assert (decided.state, decided.decided_by, decided.decision_reason) == (
        "approved",
        "dana",
        "seen in the chart",
    )
    assert decided.decided_at is not None
    assert told == [decided]
    assert records.approved_proposals("practice") == (decided,)
    with pytest.raises(Problem, match="not open: it is approved by dana"):
        records.decide("P-00001", "reject", "lee", "no")
    applied = records.mark("P-00001", ProposalState.APPLIED, intent="i9")
    assert (applied.state, applied.applied_intent) == ("applied", "i9")


@pytest.mark.parametrize(("by", "reason"), [("", "x"), ("dana", " ")])
def test_a_decision_without_name_or_reason_is_refused(places, by, reason):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(), proposals=[a_proposal()])
    with pytest.raises(Problem, match="a name and a reason"):
        records.decide("P-00001", "approve", by, reason)


def test_what_the_ledger_did_not_take_is_not_decided(places):
    run = store_cases.a_run()
    records.keep_claim(run.id, seen(), proposals=[a_proposal()])

    def full(_):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        records.decide("P-00001", "approve", "dana", "yes", full)
    assert records.find_proposal("P-00001").state is ProposalState.OPEN


# Ceiling, anchors, brake


def a_save(intent, at, outcome=ChangeOutcome.CONFIRMED):
    return ChangeRecord("x", "ndc", 1, "a", "b", outcome, intent=intent, at=at)


def test_the_ceiling_counts_saves_not_fields_of_the_office_s_day(places):
    run = store_cases.a_run()
    evening = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)  # half past seven in New York
    morning = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)  # still the 29th there
    records.keep_claim(
        run.id,
        seen(),
        changes=[
            a_save("i1", evening),
            a_save("i1", evening),
            a_save("i2", evening, ChangeOutcome.UNKNOWN),
            a_save("i3", evening, ChangeOutcome.REFUSED),
            a_save("i4", morning),
        ],
    )
    office = ZoneInfo("America/New_York")
    assert records.corrections_on(date(2026, 9, 30), office) == 2
    assert records.corrections_on(date(2026, 9, 29), office) == 1
    assert records.corrections_on(date(2026, 9, 30)) == 3
    assert records.corrections_in(run.id) == 3


def test_the_ceiling_counts_a_save_that_left_something_else_and_not_one_that_was_never_sent(
    places,
):
    """What reports call saved is what was confirmed: that the portal did more is an exception."""
    run = store_cases.a_run()
    noon = datetime(2026, 9, 30, 12, tzinfo=UTC)
    sent = replace(a_save("i1", noon, ChangeOutcome.CONFLICT), acted=True)
    unknown = replace(a_save("i2", noon, ChangeOutcome.UNKNOWN), acted=True)
    landed = replace(unknown, outcome=ChangeOutcome.CONFLICT)
    held_back = a_save("i3", noon, ChangeOutcome.CONFLICT)

    records.keep_claim(run.id, seen(), changes=[sent, sent, unknown, landed, held_back])

    assert records.corrections_on(noon.date()) == records.corrections_in(run.id) == 2
    assert records.run_counts([run.id]).saves == 0


def test_a_settled_intent_is_kept_without_its_claim(places):
    run = store_cases.a_run()
    change = ChangeRecord("x", "ndc", 1, "a", "b", ChangeOutcome.CONFIRMED, "i1", after_crash=True)
    records.keep_settled(run.id, "C9", [change])
    counts = records.run_counts([run.id])
    assert (counts.claims, counts.saves) == (0, 1)


def test_the_newest_checkpoint_is_never_replaced_by_an_older_one(places):
    records.keep_anchor("host-1", 10, "ten")
    records.keep_anchor("host-1", 7, "seven")
    records.keep_anchor("host-2", 3, "three")
    newest = records.newest_anchor("host-1")
    assert newest is not None
    assert (newest.size, newest.text) == (10, "ten")
    assert records.newest_anchor("host-3") is None


@IN_A_FILE
def test_the_brake_stays_pulled_until_go(places):
    assert not brake.is_stopped(places)
    brake.stop(places, "dana", "portal looks odd")
    brake.stop(places, "lee", "me too")
    told = brake.stopped_by(places)
    assert told is not None
    assert (told.by, told.reason) == ("dana", "portal looks odd")
    assert stat.S_IMODE(brake.brake_file(places).stat().st_mode) == 0o600
    assert brake.go(places)
    assert not brake.is_stopped(places)
    assert not brake.go(places)


@IN_A_FILE
def test_an_empty_file_is_a_pulled_brake(places):
    brake.brake_file(places).touch()
    assert brake.is_stopped(places)
    assert brake.stopped_by(places) == brake.Stopped("", "", "")


def test_money_comes_back_to_the_cent(places):
    run = store_cases.a_run(RunKind.LOOK_BACK)
    missed = FindingRecord("m", "missed-charge", "warning", "flag", "m", at_stake=Decimal("0.10"))
    for n in range(3):
        records.keep_claim(run.id, seen(f"C{n}"), findings=[missed])
    counts = records.run_counts([run.id])
    assert (counts.missed_worth, counts.missed_priced) == (Decimal("0.30"), 3)
    assert records.end_run(run.id, Ending(RunState.STOPPED, stop_reason="x")).state == "stopped"
