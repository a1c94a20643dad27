"""One claim with one defect, through the whole house, with a real browser."""

import json
from pathlib import Path

import pytest

from bots.crashpoints import NAMES

# A log-in may have to wait for the next one-time code, so most of these run under `-m slow`.
QUICK = {"hands.after_intent", "editor.after_click", "hands.before_outcome"}
CRASHES = [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
    for name in NAMES
    if name.startswith(("hands", "editor"))
]


def test_a_defect_is_corrected_read_back_on_the_log_and_in_the_report(fresh, correctable):
    before = fresh.witness()["digest"]

    done = fresh.run("--claim", correctable, "--json")

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["counts"]["saves"] == 1
    assert fresh.saves_of(correctable) == 1
    assert fresh.witness()["digest"] != before
    shown = fresh.claimbots("audit", "show", "--claim", correctable, "--json").stdout
    assert "confirmed" in shown
    assert correctable in Path(said["report"]).read_text()
    verified = fresh.claimbots("audit", "verify")
    assert verified.returncode == 0
    assert "audit log verified" in verified.stdout

    again = fresh.run("--claim", correctable, "--json")
    assert json.loads(again.stdout.splitlines()[-1])["counts"]["saves"] == 0
    assert fresh.saves_of(correctable) == 1


def test_a_shadow_run_changes_nothing(fresh, correctable):
    before = fresh.witness()["digest"]

    done = fresh.run("--claim", correctable, "--shadow")

    assert done.returncode == 0, done.stderr
    assert fresh.witness()["digest"] == before
    assert fresh.saves_of(correctable) == 0


@pytest.mark.parametrize("place", CRASHES)
def test_a_run_killed_anywhere_saves_once_and_the_next_one_settles_it(
    fresh, correctable, place, tmp_path
):
    killed = fresh.run("--claim", correctable, CLAIMBOTS_CRASH_AT=place)
    assert killed.returncode == -9, killed.stderr
    assert fresh.saves_of(correctable) <= 1

    done = fresh.run("--claim", correctable)

    assert done.returncode == 0, done.stderr
    assert fresh.saves_of(correctable) == 1
    assert fresh.claimbots("audit", "verify").returncode == 0


@pytest.mark.parametrize(
    ("fault", "saves", "exit"),
    [
        ("F63", 1, 0),  # stored, the answer lost
        pytest.param("F64", 1, 0, marks=pytest.mark.slow),  # stored, then a 502
        ("F65", 1, 0),  # not stored: decided again, once
        ("F66", 0, 0),  # refused in words
        pytest.param("F70", 0, 0, marks=pytest.mark.slow),  # the portal's own lock
        pytest.param("save-ignored", 1, 0, marks=pytest.mark.slow),
    ],
)
def test_a_save_with_a_bad_answer_is_looked_for_and_never_doubled(
    fresh, correctable, fault, saves, exit
):
    fresh.fault("set", fault, f"claim={correctable}")

    done = fresh.run("--claim", correctable)

    assert fresh.saves_of(correctable) == saves, done.stdout
    assert done.returncode == exit, done.stdout + done.stderr
    assert fresh.claimbots("audit", "verify").returncode == 0


def test_nothing_is_written_while_the_switch_is_off(fresh, correctable):
    fresh.claimbots("stop", "--reason", "a test")
    try:
        done = fresh.run("--claim", correctable)
    finally:
        fresh.claimbots("go")

    assert done.returncode == 3
    assert fresh.saves_of(correctable) == 0
