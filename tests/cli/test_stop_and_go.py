"""The big switch where machines share a store: each has its own file, and a row stops them all."""

from __future__ import annotations

import pytest
from postgres import a_database, the_store_in
from typer.testing import CliRunner

from bots.cli.main import app
from bots.places import Places
from bots.store import brake, database


@pytest.fixture
def north(tmp_path):
    """One machine's data folder; the store is one that others share."""
    places = Places(tmp_path / "north").made()
    with the_store_in(a_database(), places.root):
        yield places
        database.close()


def said(*words: str, on: Places, store: str = ""):
    environment = {"CLAIMBOTS_DATA": str(on.root)}
    if store:
        environment["CLAIMBOTS_STORE__DATABASE_URL"] = store
    database.close()
    return CliRunner().invoke(app, list(words), env=environment)


def are_all_stopped(places: Places) -> bool:
    database.connect(places)
    return brake.are_all_stopped()


AWAY = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def unwritable(north):
    """Its data folder can no more be written than one on a disk that went read-only."""
    north.root.rename(north.root.with_name("aside"))
    north.root.write_text("a file stands where the folder should be")
    return north


def test_a_machine_whose_disk_takes_nothing_stops_all_by_the_store(unwritable):
    done = said("stop", on=unwritable)

    assert done.exit_code == 0, done.exception
    assert "done in the shared store only: " in done.stderr
    assert "the data folder cannot be written" in done.stderr
    assert are_all_stopped(unwritable)


def test_a_stop_that_reaches_neither_the_disk_nor_the_store_fails_and_names_both(unwritable):
    done = said("stop", on=unwritable, store=AWAY)

    assert "not done in the shared store: PostgreSQL" in done.stderr
    assert "the data folder cannot be written" in str(done.exception)


def test_a_store_that_is_away_stops_no_one_from_stopping_this_machine(north):
    done = said("stop", on=north, store=AWAY)

    assert done.exit_code == 0, done.exception
    assert "not done in the shared store: PostgreSQL" in done.stderr
    assert brake.is_stopped(north)


def test_go_says_that_another_machine_keeps_its_own_stop(north, tmp_path):
    south = Places(tmp_path / "south").made()
    said("stop", on=north)

    assert "a machine on which `stop` was given stays stopped" in said("go", on=south).stdout

    assert not are_all_stopped(north)
    assert brake.is_stopped(north)


def test_go_does_not_say_that_writing_may_begin_where_the_store_was_not_asked(north):
    said("stop", on=north)

    done = said("go", on=north, store=AWAY)

    assert "may begin again" not in done.stdout
    assert "the one of all machines may be on" in done.stdout
    assert are_all_stopped(north)


def test_go_fails_where_this_machine_stays_stopped(unwritable):
    said("stop", on=unwritable)

    done = said("go", on=unwritable)

    assert "writing stays stopped" in str(done.exception)
    assert not are_all_stopped(unwritable)
