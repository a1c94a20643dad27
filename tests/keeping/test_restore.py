"""A backup is proved whole, put back without harm, and never makes a save forgotten (F100)."""

from __future__ import annotations

import asyncio
import signal
import sqlite3

import pytest
import store_cases
from keeping.offices import ORIGIN, UNITS, Office

from bots.claims import ClaimRef
from bots.config import load_settings
from bots.errors import Problem
from bots.keeping import restore as restoring
from bots.keeping.backup import take
from bots.keeping.restore import prove, restore
from bots.ledger import Outcome, trusted_public_key, verify
from bots.ledger.keys import LedgerKeys
from bots.places import Places
from bots.portals.base import Query
from bots.runs import office as locks
from bots.runs.request import RunRequest
from bots.runs.run import run
from bots.secrets import development_key
from bots.store import apart, brake, database, records
from bots.store.facts import ClaimOutcome, NewProposal, ProposalState, RunState, SeenRecord


@pytest.fixture
def yesterday(office, tmp_path):
    """The backup of an office that has worked, of which a later run is not in it."""
    office.works()
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    return taken.path


def elsewhere(office, name="elsewhere") -> Office:
    there = Office(Places(office.places.root.parent / name), office.config)
    there.places.made()
    there.takes_the_key_of(office)
    return there


def put_back(file, office):
    return restore(file, office.places, load_settings(), development_key(office.places))


def files_of(places):
    return {
        path.relative_to(places.root): path.stat().st_mtime_ns
        for path in places.root.rglob("*")
        if path.is_file() and path.parent != places.locks
    }


def is_verified(office) -> bool:
    key = trusted_public_key(office.places, ORIGIN, None)
    return verify(office.places.ledger, ORIGIN, key).good


# -- proving ----------------------------------------------------------------------------


def test_verify_says_what_is_in_a_backup_and_touches_nothing(office, yesterday):
    database.close()
    before = files_of(office.places)

    said = office.says("restore", str(yesterday), "--verify")

    assert said.exit_code == 0, said.output
    assert "audit log claimbots-office: 9 records" in said.stdout
    assert said.stdout.splitlines()[-1] == "the backup is whole"
    assert "newer than the store" not in said.stdout
    assert files_of(office.places) == before


def test_a_log_in_place_that_is_newer_than_the_backups_store_is_found_and_said(office, yesterday):
    """F100."""
    office.works(claims=2)

    said = office.says("restore", str(yesterday), "--verify")

    assert said.exit_code == 0, said.output
    assert "the audit log in this data folder is newer than the store" in said.stdout
    assert "it does not know 1 run and 2 saves" in said.stdout


def test_a_log_in_the_backup_that_is_newer_than_its_store_is_found_and_said(office, tmp_path):
    office.works()
    run = office.works(is_killed=True)
    ledger = office.open_log()
    office.saves(ledger, run, "never kept", is_kept=False)
    ledger.close_files()
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)

    said = office.says("restore", str(taken.path), "--verify")

    assert "the log in the backup is newer than the store" in said.stdout
    assert "0 runs and 1 save" in said.stdout


@pytest.mark.parametrize("at", [0, 30, 60, 5000, -1])
def test_a_backup_with_one_bit_flipped_is_not_whole(office, yesterday, at):
    whole = bytearray(yesterday.read_bytes())
    whole[at] ^= 1
    yesterday.write_bytes(whole)

    with pytest.raises(Problem, match=r"not whole|no backup|another master key") as said:
        prove(yesterday, office.places, load_settings(), development_key(office.places))

    assert said.value.exit == 2


def test_a_store_that_is_damaged_inside_its_backup_is_found(office, yesterday, monkeypatch):
    """Sealed as it was: only looking at it shows it."""
    copied = apart.copy

    def damaging(source, target):
        copied(source, target)
        if target.name == "store.sqlite3":
            with target.open("r+b") as file:
                file.seek(5 * 4096)
                file.write(b"\xff" * 4096)

    monkeypatch.setattr(apart, "copy", damaging)
    taken = take(office.places, load_settings(), development_key(office.places))

    proof = prove(taken.path, office.places, load_settings(), development_key(office.places))

    assert any(fault.startswith("store.sqlite3") for fault in proof.faults)


def test_a_log_that_was_older_than_its_store_is_found(office, tmp_path, monkeypatch):
    """As a backup of another order would hold it."""
    from bots.keeping import backup

    office.works()
    signed = office.open_log().checkpoint()
    office.works()

    def older(archive, places, origin, master):
        for name, pieces in backup.covered(places.ledger / origin, signed.size):
            archive.add(f"ledger/{origin}/{name}", pieces)
        return signed.size, signed.text

    monkeypatch.setattr(backup, "_add_log", older)
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    proof = prove(taken.path, office.places, load_settings(), development_key(office.places))

    assert any("truncated" in fault for fault in proof.faults), proof.faults


# -- putting back -----------------------------------------------------------------------


def test_a_backup_put_back_elsewhere_has_all_that_was_there(office, yesterday):
    there = elsewhere(office)

    done = put_back(yesterday, there)

    assert done.put == ("config", "keys", "ledger", "selectors", "store")
    assert there.in_the_store() == office.in_the_store() == there.on_the_log()
    assert is_verified(there)
    assert not list(there.places.root.glob(".keeping-*"))
    modes = {p.stat().st_mode & 0o777 for p in there.places.root.rglob("*") if p.is_file()}
    assert modes <= {0o600, 0o644}  # 0o644: locks and the key that this test brought


def test_a_store_that_is_there_is_never_replaced(office, yesterday):
    before = office.in_the_store()
    database.close()

    with pytest.raises(Problem, match=r"a store is there \(store.*; move it aside"):
        put_back(yesterday, office)

    assert office.in_the_store() == before


def test_a_write_ahead_log_that_was_left_behind_is_not_read_into_another_store(office, yesterday):
    office.loses_its_store()
    (office.places.root / "store.sqlite3-wal").write_bytes(b"of another store")

    with pytest.raises(Problem, match=r"store\.sqlite3-wal"):
        put_back(yesterday, office)


def test_keys_that_an_installation_made_before_are_not_kept_for_the_backups(office, yesterday):
    there = elsewhere(office)
    LedgerKeys.load(there.places, ORIGIN, development_key(there.places))

    with pytest.raises(Problem, match=r"other keys .*patients\.sqlite3.*; move keys/ aside"):
        put_back(yesterday, there)
    assert not there.places.store.exists()

    (there.places.root / "keys").rename(there.places.root / "keys.aside")
    there.places.made()
    there.takes_the_key_of(office)
    put_back(yesterday, there)
    assert is_verified(there)


def test_a_store_that_was_made_while_the_backup_was_opened_is_not_replaced(
    office, yesterday, monkeypatch
):
    there = elsewhere(office)
    moved = restoring._moved

    def meanwhile(source, target):
        there.places.store.touch()
        moved(source, target)

    monkeypatch.setattr(restoring, "_moved", meanwhile)
    with pytest.raises(Problem, match="a store was made while"):
        put_back(yesterday, there)

    assert there.places.store.read_bytes() == b""


def test_what_was_under_way_in_the_store_that_is_lost_is_not_gone_on_with(office, yesterday):
    """Runs and attempts come again by number, and would be taken for those of its file."""
    office.loses_its_store()
    left = [office.places.root / f"dbos.sqlite3{end}" for end in ("", "-wal", "-shm")]
    for path in left:
        path.touch()

    put_back(yesterday, office)

    assert not [path.name for path in left if path.exists()]


def test_a_backup_of_an_office_that_has_no_log_yet_is_put_back(office, tmp_path):
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    there = elsewhere(office)

    assert "store" in put_back(taken.path, there).put


def test_what_is_left_of_a_log_is_not_taken_for_one(office, yesterday):
    there = elsewhere(office)
    folder = there.places.ledger / ORIGIN
    folder.mkdir(parents=True)
    (folder / "lock").touch()

    put_back(yesterday, there)

    assert is_verified(there)
    assert there.in_the_store() == there.on_the_log()


def test_a_store_that_was_put_aside_in_the_same_folder_is_not_in_the_way(office, yesterday):
    office.loses_its_store()
    (office.places.root / "store.sqlite3.damaged").write_bytes(b"?")

    assert "store" in put_back(yesterday, office).put


@pytest.mark.parametrize(
    ("switch", "is_stopped"), [((), False), (("stop",), True), (("stop", "go"), False)]
)
def test_writing_that_was_stopped_is_stopped_after_a_restore(office, tmp_path, switch, is_stopped):
    """The switch is a file that no backup holds; the log knows how it stood."""
    office.works()
    for command in switch:
        assert office.says(command).exit_code == 0
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    there = elsewhere(office)

    assert put_back(taken.path, there).is_stopped is is_stopped
    assert brake.is_stopped(there.places) is is_stopped


def test_writing_is_stopped_before_there_is_a_store_that_a_run_could_begin_with(office, tmp_path):
    """Killed between the two, nothing may begin to write."""
    office.works()
    assert office.says("stop").exit_code == 0
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    there = elsewhere(office)

    died = office.command(
        "restore", str(taken.path), "--to", str(there.places.root),
        CLAIMBOTS_CRASH_AT="restore.before_store",
    )  # fmt: skip

    assert died.returncode == -signal.SIGKILL, died.stderr
    assert not there.places.store.exists()
    assert brake.is_stopped(there.places)
    assert put_back(taken.path, there).is_stopped


@pytest.mark.parametrize("holder", ["sole_worker", "sole_backup"])
def test_nothing_is_put_back_while_something_is_at_work(office, yesterday, holder):
    office.loses_its_store()
    with getattr(locks, holder)(office.places):
        with pytest.raises(Problem, match="is at work in this data folder") as said:
            put_back(yesterday, office)
        assert said.value.exit == 3

    assert not office.places.store.exists()


def test_a_restore_that_was_killed_is_begun_again_and_goes_on(office, yesterday):
    there = elsewhere(office)

    died = office.command(
        "restore", str(yesterday), "--to", str(there.places.root),
        CLAIMBOTS_CRASH_AT="restore.before_store",
    )  # fmt: skip

    assert died.returncode == -signal.SIGKILL, died.stderr
    assert not there.places.store.exists()

    done = put_back(yesterday, there)

    assert "ledger" in done.kept
    assert there.in_the_store() == there.on_the_log() == office.in_the_store()


def test_a_log_that_does_not_go_on_from_the_backup_is_refused(office, yesterday):
    other = elsewhere(office)
    other.works()
    other.loses_its_store()

    said = other.says("restore", str(yesterday), "--to", str(other.places.root), "--verify")
    assert said.exit_code == 1
    assert "the backup is whole" in said.stdout
    with pytest.raises(Problem, match="does not go on from the one in the backup"):
        put_back(yesterday, other)

    assert not other.places.store.exists()


# -- F100: yesterday's store, today's log -----------------------------------------------


def test_yesterdays_store_is_told_by_todays_log_of_runs_and_saves(office, yesterday):
    run = office.works(claims=4)
    at_the_end = office.in_the_store()
    office.loses_its_store()

    done = put_back(yesterday, office)

    assert "ledger" in done.kept
    assert [lost.id for lost in done.caught_up.runs] == [run]
    assert office.in_the_store() == at_the_end == office.on_the_log()
    kept = records.get_run(run)
    assert (kept.portal, kept.mode, kept.state) == ("practice", "live", RunState.DONE)
    assert kept.counts["saves"] == 4
    assert records.corrections_on(kept.started_at.date()) == 7, "the ceiling counts them"
    assert is_verified(office)


def test_a_run_keeps_what_the_log_knows_before_it_takes_an_id(office, tmp_path):
    """Yesterday's store put back by hand, and then a run that does not even get to the portal."""
    apart.copy(office.places.store, tmp_path / "by-hand")
    office.works()
    in_it = office.in_the_store()
    office.loses_its_store()
    (tmp_path / "by-hand").rename(office.places.store)

    database.close()
    with pytest.raises(Problem, match="no log-in"):
        asyncio.run(
            run(RunRequest("practice", Query("pending"), report=False), places=office.places)
        )

    assert office.in_the_store() == in_it
    assert len(records.runs()) == 2, "its own row has an id of its own"


def test_a_proposal_that_was_applied_since_is_applied(office, tmp_path):
    """Approved in yesterday's store, carried out on today's log."""
    database.connect(office.places)
    begun = store_cases.a_run()
    new = NewProposal("mue-line", (UNITS,))
    kept = records.keep_claim(
        begun.id, SeenRecord("C7", 1, ClaimOutcome.PROPOSED), proposals=[new]
    )
    (proposal, _), *_ = kept.proposals
    records.decide(proposal.id, "approve", "dana", "seen on the chart")
    store_cases.end(begun)
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    ledger = office.open_log()
    ledger.append("run-started", actor="dana", run="R-20990101-0001",
                  body={"mode": "live", "queue": "approved", "portal": "practice"})  # fmt: skip
    office.saves(ledger, "R-20990101-0001", "C7", is_kept=False)
    ledger.close_files()
    office.loses_its_store()

    put_back(taken.path, office)

    assert office.in_the_store() == office.on_the_log()
    database.connect(office.places)
    assert records.find_proposal(proposal.id).state is ProposalState.APPLIED


def test_told_twice_the_store_knows_it_once(office, yesterday):
    from bots.runs.behind import catch_up

    office.works()
    office.loses_its_store()
    put_back(yesterday, office)
    ledger = office.open_log()
    database.connect(office.places)

    assert not catch_up(ledger)
    ledger.close_files()
    assert office.in_the_store() == office.on_the_log()


def test_a_run_that_the_backup_saw_at_work_is_ended_as_the_log_ended_it(office, tmp_path):
    run = office.works(is_killed=True)  # the backup is taken in the middle of it
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    ledger = office.open_log()
    office.saves(ledger, run, "after the backup")
    ledger.append("run-ended", actor="dana", run=run, body={"state": "stopped"})
    ledger.close_files()
    office.loses_its_store()

    put_back(taken.path, office)

    assert office.in_the_store() == office.on_the_log()
    database.connect(office.places)
    assert records.get_run(run).state is RunState.STOPPED


def test_a_run_that_was_killed_after_the_backup_is_closed_and_its_open_save_left_to_the_next(
    office, yesterday
):
    run = office.works(is_killed=True)
    ledger = office.open_log()
    ledger.open_intent(
        run=run, ref=ClaimRef("practice", "open", "pending", "Ready"), kind="correct",
        actor="dana", changes=(UNITS,), checks=("mue-line",), patient="MRN open",
    )  # fmt: skip
    ledger.close_files()
    office.loses_its_store()

    put_back(yesterday, office)

    assert office.in_the_store() == office.on_the_log()
    database.connect(office.places)
    assert records.get_run(run).state is RunState.FAILED
    assert [intent.claim_number for intent in office.open_log().open_intents()] == ["open"]


def test_no_id_of_a_run_that_the_log_knows_is_given_out_again(office, yesterday):
    lost = office.works()
    office.loses_its_store()
    put_back(yesterday, office)

    assert office.works() > lost


def test_a_save_whose_answer_came_after_the_backup_is_known_by_its_last_outcome(office, tmp_path):
    """The store of yesterday has the save as unknown; the log was told since that it landed."""
    from bots.runs.lost import changes_of
    from bots.store.facts import ChangeOutcome

    run = office.works()
    ledger = office.open_log()
    intent = ledger.open_intent(
        run=run, ref=ClaimRef("practice", "C1", "pending", "Ready"), kind="correct",
        actor="dana", changes=(UNITS,), checks=("mue-line",), patient="MRN 1",
    )  # fmt: skip
    ledger.close(intent, Outcome.UNKNOWN)
    unknown = changes_of(intent.id, (UNITS,), ("mue-line",), ChangeOutcome.UNKNOWN)
    records.keep_settled(run, "C1", unknown)
    taken = take(office.places, load_settings(), development_key(office.places), tmp_path)
    later = office.works(claims=0, is_killed=True)
    ledger.close(intent, Outcome.CONFIRMED, run=later)
    ledger.append("run-ended", actor="dana", run=later, body={"state": "done"})
    ledger.close_files()
    office.loses_its_store()

    put_back(taken.path, office)

    assert (intent.id, later) in office.in_the_store()


def test_what_was_redacted_since_is_left_out_and_stops_nothing(office, yesterday):
    run = office.works(claims=2)
    ledger = office.open_log()
    ledger.redact(f"MRN {run}-0", actor="dana", reason="asked for")
    ledger.close_files()
    office.loses_its_store()

    put_back(yesterday, office)

    assert len(office.on_the_log() - office.in_the_store()) == 1


def test_a_copy_of_a_store_at_work_is_a_database_of_its_own(office, tmp_path):
    office.works()
    apart.copy(office.places.store, tmp_path / "copy.sqlite3")

    assert apart.fault(tmp_path / "copy.sqlite3") == ""
    with sqlite3.connect(tmp_path / "copy.sqlite3") as rows:
        assert rows.execute("PRAGMA journal_mode").fetchone() == ("delete",)
