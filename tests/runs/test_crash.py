"""A run that dies anywhere leaves a claim saved at most once, and the next run ends it."""

import pytest

from bots.crashpoints import NAMES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("place", NAMES)
def test_a_run_killed_there_is_ended_by_the_next_with_one_save(office, claim, killed, place):
    died = office.run("--claim", claim, CLAIMBOTS_CRASH_AT=place)
    assert died.returncode == killed, died.stderr
    assert office.written(claim)["saves"] <= 1

    done = office.run("--claim", claim)

    assert done.returncode == 0, done.stderr
    assert office.written(claim)["saves"] == 1
    assert office.verified()
    assert all(outcomes for _, outcomes in office.intents().values()), "an intent is still open"


def test_a_terminated_run_says_so_and_is_ended_by_the_next(office, claim):
    died = office.run(
        "--claim", claim, CLAIMBOTS_CRASH_AT="hands.before_act", CLAIMBOTS_CRASH_SIGNAL="TERM"
    )
    assert died.returncode == 143, died.stderr
    assert "Traceback" not in died.stderr

    done = office.run("--claim", claim)

    assert done.returncode == 0, done.stderr
    assert office.written(claim)["saves"] == 1
    assert office.verified()
