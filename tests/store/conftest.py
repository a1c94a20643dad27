"""A store that the tests of a file share, empty at the beginning of each."""

import pytest

from bots.places import Places
from bots.store import database


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory):
    database.connect(Places(tmp_path_factory.mktemp("store") / "data").made())
    yield
    database.close()


@pytest.fixture
def empty_store(shared_store):
    from bots.store.models import Run

    Run.objects.all().delete()
