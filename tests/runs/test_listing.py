"""The list of a run: read once, or again where it was broken off."""

from __future__ import annotations

import pytest
import store_cases
from builders.runs import Screens, listed

from bots.places import Places
from bots.portals.base import Query
from bots.store import database, models
from bots.store.facts import RunKind

PENDING = Query("pending")


@pytest.fixture
def places(tmp_path, monkeypatch):
    made = Places(tmp_path / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(made.root))
    store_cases.a_store(made)
    yield made
    database.close()


def positions(run):
    """Where each claim stands in the list."""
    return dict(models.WorkItem.objects.filter(run=run).values_list("number", "position"))


class Died(Exception):
    """The process was killed."""


class BreaksOff(Screens):
    """The list of a portal, while somebody kills the worker that reads it."""

    async def worklist(self, query):
        async for ref in super().worklist(query):
            yield ref
        raise Died


def test_claims_that_came_or_left_while_a_list_was_read_again_have_places_of_their_own(places):
    """What is kept of a claim, such as a picture of its page, is named by its place."""
    run = store_cases.a_run(RunKind.PRE_BILL).id
    numbers = tuple(f"C{n:03}" for n in range(120))
    with pytest.raises(Died):
        listed(places, run, BreaksOff(listed=numbers), PENDING)
    before = positions(run)
    assert 0 < len(before) < len(numbers)

    listed(places, run, Screens(listed=("C900", *numbers[1:])), PENDING)

    now = positions(run)
    assert set(now) == {*numbers, "C900"}
    assert len(set(now.values())) == len(now)
    assert now.items() >= before.items()
