"""A store in PostgreSQL is backed up like any other, and comes there from a file."""

import pytest
import store_cases
from postgres import a_database, postgres, template, the_store_in

from bots.errors import Problem
from bots.places import Places
from bots.store import apart, database, models, records
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
