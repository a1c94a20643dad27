"""Work items that are at work keep their rows, whatever else is reserved meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots.store import models, room
from bots.store.room import Release

pytestmark = pytest.mark.usefixtures("empty_store")

TOLD = {"run": "R-1", "exception": "E-00001"}


@pytest.fixture(autouse=True)
def no_items(empty_store):
    models.RoomItem.objects.all().delete()


def hours_pass(hours):
    for row in models.RoomItem.objects.all():
        row.begun_at -= timedelta(hours=hours)
        row.save()


def test_an_item_at_work_is_not_taken_for_another_days_by_what_is_reserved_meanwhile():
    room.reserve("long", "job")
    hours_pass(11)
    room.keep_output("long", "job", TOLD)
    hours_pass(11)
    room.reserve("other", "another job")

    assert room.reserve("long", "job").outputs == [TOLD]


def test_an_item_that_is_reserved_again_is_of_today():
    room.reserve("again", "job")
    room.keep_output("again", "job", TOLD)
    hours_pass(11)
    room.reserve("again", "job")
    hours_pass(11)

    assert room.reserve("again", "job").outputs == [TOLD]


def test_what_nobody_touched_for_longer_is_another_days_work():
    room.reserve("old", "job")
    room.keep_output("old", "job", TOLD)
    hours_pass(13)

    assert room.reserve("old", "job").outputs == []


def test_an_item_whose_row_was_forgotten_meanwhile_still_keeps_what_is_told_of_it():
    room.reserve("long", "job")
    hours_pass(13)
    room.reserve("other", "another job")
    room.keep_output("long", "job", TOLD)
    room.keep_release("long", "job", Release("APPLICATION", "RUN_STOPPED", "see its report"))

    kept = room.reserve("long", "job")
    assert (kept.outputs, kept.release.code) == ([TOLD], "RUN_STOPPED")
    room.forget_job("job")
    assert models.RoomItem.objects.filter(key="long").count() == 0


def test_an_output_that_is_kept_again_is_kept_once():
    """Asked a second time, where the answer to the first was lost with the connection."""
    room.reserve("item", "job")
    room.keep_output("item", "job", TOLD)
    room.keep_output("item", "job", TOLD)

    assert room.reserve("item", "job").outputs == [TOLD]
