"""What `claimbots serve` answers to a watchdog."""

import threading
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bots.errors import Problem
from bots.runs.health import OVERDUE, Seen, answer, answering

NOW = datetime(2026, 9, 30, 2, 30, tzinfo=UTC)


def test_before_the_first_look_it_is_neither_alive_nor_ready():
    assert answer("/healthz", None, NOW)[0] == 503
    assert answer("/readyz", None, NOW)[0] == 503
    assert answer("/metrics", None, NOW) == (200, "")


def test_it_is_alive_as_long_as_it_looks():
    seen = Seen(at=NOW)

    assert answer("/healthz", seen, NOW + OVERDUE) == (200, "ok\n")
    status, words = answer("/healthz", seen, NOW + OVERDUE + timedelta(seconds=1))
    assert status == 503
    assert "since 2026-09-30 02:30:00 UTC" in words


def test_what_keeps_a_run_from_beginning_makes_it_unready_not_dead():
    seen = Seen(at=NOW, problem="`claimbots stop` is on")

    assert answer("/healthz", seen, NOW)[0] == 200
    assert answer("/readyz", seen, NOW) == (503, "no run would begin: `claimbots stop` is on\n")


def test_one_schedule_of_which_nothing_would_begin_makes_it_unready_and_is_named():
    seen = Seen(at=NOW, is_at_work=True, held={"nightly": "the vault answered 503"})

    assert answer("/healthz", seen, NOW)[0] == 200
    assert answer("/readyz", seen, NOW) == (
        503, "no run of nightly would begin: the vault answered 503\n"
    )  # fmt: skip
    assert "claimbots_ready 0.0" in answer("/metrics", seen, NOW)[1]


def test_another_path_is_told_the_three():
    assert answer("/", Seen(at=NOW), NOW) == (404, "/healthz, /readyz or /metrics\n")


def test_the_figures_are_read_by_prometheus_own_parser():
    seen = Seen(
        at=NOW, is_at_work=True, open_exceptions=7, open_proposals=3, waiting=1, failed=2,
        done={"nightly": NOW, "weekly": NOW - timedelta(days=2)},
    )  # fmt: skip

    found = {
        (sample.name, sample.labels.get("schedule")): sample.value
        for family in text_string_to_metric_families(answer("/metrics", seen, NOW)[1])
        for sample in family.samples
    }

    assert found == {
        ("claimbots_look_timestamp_seconds", None): NOW.timestamp(),
        ("claimbots_run_at_work", None): 1,
        ("claimbots_ready", None): 1,
        ("claimbots_exceptions_open", None): 7,
        ("claimbots_proposals_open", None): 3,
        ("claimbots_scheduled_waiting", None): 1,
        ("claimbots_scheduled_failed", None): 2,
        ("claimbots_schedule_done_timestamp_seconds", "nightly"): NOW.timestamp(),
        ("claimbots_schedule_done_timestamp_seconds", "weekly"): NOW.timestamp() - 2 * 86400,
    }


def test_it_answers_over_http_on_this_machine_and_ends():
    with answering(18768, lambda: Seen(at=datetime.now(UTC))) as port:
        with urlopen(f"http://127.0.0.1:{port}/healthz?from=watchdog", timeout=5) as said:
            assert (said.status, said.read()) == (200, b"ok\n")
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"http://127.0.0.1:{port}/secret", timeout=5)
        with pytest.raises(Problem, match="is taken") as raised, answering(port, lambda: None):
            pass
        assert "serve.port" in raised.value.where

    assert not [thread for thread in threading.enumerate() if thread.name == "health"]


def test_port_0_answers_nowhere():
    with answering(0, lambda: None) as port:
        assert port == 0
        assert not [thread for thread in threading.enumerate() if thread.name == "health"]
