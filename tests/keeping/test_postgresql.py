"""A store in PostgreSQL is backed up like any other, and comes there from a file."""

from datetime import UTC, datetime, timedelta

import pytest
import store_cases
from keeping.offices import ORIGIN
from postgres import a_database, postgres, template, the_store_in

from bots.errors import Problem
from bots.ledger import trusted_public_key, verify
from bots.places import Places
from bots.runs.behind import catch_up
from bots.store import apart, brake, database, leases, models, records
from bots.store.address import line_of
from bots.store.facts import RunState
from bots.store.moving import copy_to_file, move_into_database


@pytest.fixture
def full(tmp_path):
    """A data folder whose store is a file with a run of every outcome."""
    places = Places(tmp_path / "file").made()
    store_cases.a_store(places)
    run = store_cases.a_run()
    store_cases.fill(run, 60)
    store_cases.end(run)
    yield places
    database.close()


def rows():
    """Everything that this process's store holds."""
    from django.apps import apps

    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("store").get_models()
    }


def test_what_a_file_held_stands_in_the_database_as_it_was_and_comes_back_so(full, tmp_path):
    before = rows()
    database.close()
    with the_store_in(a_database(), tmp_path / "office"):
        office = Places(tmp_path / "office").made()
        counts = move_into_database(office, full.store)
        database.connect(office)
        there = rows()
        copy_to_file(office, tmp_path / "copy.sqlite3")
        database.close()
    back = Places(tmp_path / "back").made()
    (tmp_path / "copy.sqlite3").rename(back.store)
    database.connect(back)

    assert counts["seenclaim"] == 60
    assert there == before
    assert rows() == before
    assert apart.fault(back.store) == ""


def test_after_the_move_new_rows_get_new_ids(full, tmp_path):
    database.close()
    with the_store_in(a_database(), tmp_path / "office"):
        office = Places(tmp_path / "office").made()
        move_into_database(office, full.store)
        database.connect(office)
        store_cases.fill(store_cases.a_run(), 30, seed=2)

        assert models.SeenClaim.objects.count() == 90
        assert len(records.runs()) == 2


def test_nothing_is_written_over_what_a_database_holds(full, tmp_path):
    database.close()
    with the_store_in(a_database(), tmp_path / "office"):
        office = Places(tmp_path / "office").made()
        move_into_database(office, full.store)

        with pytest.raises(Problem, match="not empty"):
            move_into_database(office, full.store)


def test_a_copy_is_of_one_moment_and_hinders_nobody_who_writes(tmp_path):
    """A run that is half in must not be in the copy, whoever writes meanwhile."""
    with the_store_in(a_database(), tmp_path / "office"):
        office = Places(tmp_path / "office").made()
        database.connect(office)
        from django.db import transaction

        with transaction.atomic():  # has the one writer's turn
            models.Stop.objects.create(by="dana", at=records.datetime.now(records.UTC))
            copy_to_file(office, tmp_path / "copy.sqlite3")
        database.close()

    with apart._asked(tmp_path / "copy.sqlite3") as rows:
        assert rows.execute("SELECT count(*) FROM store_stop").fetchone() == (0,)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "PostgreSQL does not answer"),
        ("postgresql://nobody@127.0.0.1:1", "names no database"),
        ("there is no such", "no such database"),
    ],
)
def test_a_database_that_is_not_there_is_a_sentence(tmp_path, address, words):
    if "://" not in address:
        address = postgres().url("none")
    with (
        the_store_in(address, tmp_path / "office"),
        pytest.raises(Problem, match=words) as told,
    ):
        database.connect(Places(tmp_path / "office").made())

    assert "nobody" not in told.value.sentence()
    assert template()  # the server itself is well


def test_a_lost_database_comes_back_under_the_log_that_went_on_since(office, tmp_path):
    """Taken in the middle of a run; the machine, and what its log knows since, are still there."""
    scratch = tmp_path / "scratch"
    with the_store_in(a_database(), office.places.root):
        office.loses_its_store()
        office.works()
        killed = office.works(is_killed=True)
        assert office.says("backup", "--to", str(tmp_path / "taken.backup")).exit_code == 0
        office.works(claims=2)
        at_the_end = office.in_the_store()
        database.close()

    with the_store_in(a_database(), office.places.root):
        refused = office.says("restore", str(tmp_path / "taken.backup")).exception
        assert "in this data folder `claimbots store move FOLDER/store.sqlite3`" in refused.do
        said = office.says("restore", str(tmp_path / "taken.backup"), "--to", str(scratch))
        assert said.exit_code == 0, said.exception
        said = office.says("store", "move", str(scratch / "store.sqlite3"))
        assert said.exit_code == 0, said.exception

        database.connect(office.places)
        ledger = office.open_log()
        catch_up(ledger)  # as a worker does when it comes up
        ledger.close_files()
        assert office.in_the_store() == at_the_end == office.on_the_log()
        assert records.get_run(killed).state is RunState.IN_PROGRESS
        assert [orphan.run for orphan in leases.orphans()] == [killed], "a worker takes it over"
        database.close()
    key = trusted_public_key(office.places, ORIGIN, None)
    assert verify(office.places.ledger, ORIGIN, key).good


@pytest.mark.parametrize(
    ("switch", "is_stopped"),
    [((), False), (("stop",), True), (("stop", "file is lost"), True), (("stop", "go"), False)],
)
def test_writing_that_was_stopped_is_stopped_for_every_machine_that_joins(
    office, switch, is_stopped
):
    """Over a file the switch is a file of this machine, which no other one asks."""
    office.works()
    for word in switch:
        if word == "file is lost":  # as after a restore of a database that was stopped since
            brake.brake_file(office.places).unlink()
        else:
            assert office.says(word).exit_code == 0
    with the_store_in(a_database(), office.places.root):
        said = office.says("store", "move")
        assert said.exit_code == 0, said.exception

        database.connect(office.places)
        assert brake.are_all_stopped() is is_stopped
        assert ("writing is stopped on all machines" in said.stdout) is is_stopped
        office.says("go")
        database.connect(office.places)
        assert not brake.are_all_stopped()
        assert not brake.is_stopped(office.places)


def test_a_store_is_not_moved_while_its_own_sessions_lie_beside_it(office):
    run = office.works(is_killed=True)
    database.close()
    office.places.workflows.touch()
    with the_store_in(a_database(), office.places.root):
        said = office.says("store", "move").exception

    assert (said.exit, said.what) == (3, f"runs are under way in it: {run}")


def test_a_store_is_not_moved_while_a_worker_is_alive_in_it(full, tmp_path):
    leases.take("worker", "here", 4711, timedelta(seconds=30))
    database.close()
    with the_store_in(a_database(), tmp_path / "office"):
        office = Places(tmp_path / "office").made()
        with pytest.raises(Problem, match="workers are at work in it: worker on here") as told:
            move_into_database(office, full.store)
        assert told.value.exit == 3

        database.connect(full)
        models.Worker.objects.update(until=datetime.now(UTC))
        database.close()
        assert move_into_database(office, full.store)["worker"] == 1


def test_a_statement_on_a_line_that_was_cut_in_silence_does_not_wait_for_ever(tmp_path):
    """Nothing probes a line on which a statement waits for its receipt: Linux gives 15 minutes."""
    with the_store_in(a_database(), tmp_path / "office"):
        database.connect(Places(tmp_path / "office").made())
        from django.db import connection

        assert connection.connection.info.get_parameters()["tcp_user_timeout"] == "10000"
        database.close()


def test_what_the_address_says_of_the_line_holds(tmp_path):
    with the_store_in(f"{a_database()}&tcp_user_timeout=4000", tmp_path / "office"):
        assert line_of(Places(tmp_path / "office"))["tcp_user_timeout"] == "4000"
