"""A store in both of its homes: a file, and a database of PostgreSQL."""

from contextlib import contextmanager

import pytest
from postgres import a_database, the_store_in

from bots.places import Places
from bots.store import database

HOMES = ("sqlite", "postgresql")


@contextmanager
def a_new_store(home, data):
    """This process connected to an empty store."""
    places = Places(data).made()
    if home == "sqlite":
        database.connect(places)
        yield places
        database.close()
        return
    with the_store_in(a_database(), places.root):
        database.connect(places)
        yield places
        database.close()


@pytest.fixture(params=HOMES)
def places(request, tmp_path):
    with a_new_store(request.param, tmp_path / "data") as made:
        yield made


@pytest.fixture(scope="module", params=HOMES)
def shared_store(request, tmp_path_factory):
    """A store that the tests of a file share."""
    with a_new_store(request.param, tmp_path_factory.mktemp("store") / "data") as made:
        yield made


@pytest.fixture
def empty_store(shared_store):
    """The same, empty at the beginning of each test."""
    from bots.store.models import Run, Worker

    Run.objects.all().delete()
    Worker.objects.all().delete()
    return shared_store
