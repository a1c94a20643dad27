"""A worker's lease: renewed while it lives; lost, nothing more leaves the process."""

import threading
import time

import pytest

from bots.errors import Problem
from bots.places import Places
from bots.runs import lease as leasing
from bots.runs.lease import Lease
from bots.store import database, leases


class Lost(Exception):
    """Stands for the end of the process."""


def lost():
    raise Lost


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "data").made()


def test_it_holds_far_longer_than_its_length_while_it_is_renewed(places):
    with Lease(places, "worker", lost, length=6) as lease:
        for _ in range(80):
            time.sleep(0.1)
            lease.check()


def test_what_was_not_renewed_for_half_of_it_sends_nothing_more(places, monkeypatch):
    with Lease(places, "worker", lost, length=60) as lease:
        lease.check()
        # As after a freeze: the clock has run on, and nobody renewed.
        frozen_until = leasing._now() + 30
        monkeypatch.setattr(leasing, "_now", lambda: frozen_until)
        with pytest.raises(Lost):
            lease.check()


def test_one_that_another_has_taken_is_lost(places):
    ended = []
    with Lease(places, "worker", lambda: ended.append(True), length=3):
        database.connect(places)
        from datetime import timedelta

        leases.take("worker", "elsewhere", 1, timedelta(seconds=30))
        database.close()
        time.sleep(1.5)

    assert ended


def test_given_back_it_is_over_at_once(places):
    with Lease(places, "worker", lost, length=30) as lease:
        first = lease.executor
    database.connect(places)
    [record] = leases.workers()
    database.close()

    assert record.executor == first
    assert record.ended_at is not None


def test_each_life_has_a_name_of_its_own(places):
    names = set()
    for _ in range(3):
        with Lease(places, "worker", lost) as lease:
            names.add(lease.executor)

    assert len(names) == 3


def has_come(happened, seconds=5.0):
    end = time.monotonic() + seconds
    while not happened and time.monotonic() < end:
        time.sleep(0.05)
    return bool(happened)


def test_a_store_that_does_not_answer_is_not_waited_for(places, monkeypatch):
    ended, answer = [], threading.Event()
    with Lease(places, "worker", lambda: ended.append(True), length=2):
        monkeypatch.setattr(leases, "renew", lambda *_: answer.wait(30))
        assert has_come(ended, 3)
        answer.set()


def test_one_that_had_to_wait_for_its_turn_holds_from_then_on(places, monkeypatch):
    """As behind a worker that is frozen in the middle of a transaction."""
    taken = leases.take

    def late(*words, **more):
        time.sleep(2)
        return taken(*words, **more)

    monkeypatch.setattr(leases, "take", late)
    with Lease(places, "worker", lost, length=3) as lease:
        lease.check()


def test_where_it_cannot_be_renewed_it_is_tried_again_before_the_next_beat(places, monkeypatch):
    renewed, tries = leases.renew, []

    def away(*words):
        tries.append(time.monotonic())
        if len(tries) == 2:  # the first is made as it is taken
            raise Problem("PostgreSQL does not answer")
        return renewed(*words)

    monkeypatch.setattr(leases, "renew", away)
    with Lease(places, "worker", lost, length=12):
        while len(tries) < 3:
            time.sleep(0.05)

    beat, again = tries[1] - tries[0], tries[2] - tries[1]
    assert again < beat / 2


def test_of_a_worker_whose_event_loop_hangs_it_is_not_renewed(places, monkeypatch):
    monkeypatch.setattr(leasing, "SILENT", 1.0)
    ended = []
    with Lease(places, "worker", lambda: ended.append(True), length=12) as lease:
        for _ in range(80):
            lease.pulse()
            time.sleep(0.1)
        assert not ended

        assert has_come(ended, 12)
