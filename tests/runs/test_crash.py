"""A run that dies anywhere leaves a claim saved at most once, and the next run ends it."""

import signal

import pytest

from bots.crashpoints import NAMES

# A run writes many records: it dies at its own first, at the intent and at the outcome.
PLACES = [
    *(name for name in NAMES if not name.startswith("ledger.")),
    *(f"{name}:{nth}" for name in NAMES if name.startswith("ledger.") for nth in (1, 2, 3)),
]


def _ended(office, claim, before, settled):
    """The next run ends what the dead one began: one save in all, and nothing open."""
    assert office.saves(claim) <= 1
    assert office.dump()[claim] in (before, settled)

    done = office.run("--claim", claim)

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert office.saves(claim) == 1
    assert office.dump()[claim] == settled
    assert office.verified()
    assert all(outcomes for _, outcomes in office.intents().values()), "an intent is still open"


@pytest.fixture
def states(office, claim, corrected):
    return office.dump()[claim], corrected


@pytest.fixture(scope="session")
def corrected(open_office, claim):
    """The claim as one undisturbed run leaves it."""
    open_office.practice("reset", "--stay-logged-in")
    assert open_office.run("--claim", claim).returncode == 0
    return open_office.dump()[claim]


@pytest.mark.parametrize("place", PLACES)
def test_a_run_killed_there_is_ended_by_the_next_with_one_save(office, claim, states, place):
    died = office.run("--claim", claim, CLAIMBOTS_CRASH_AT=place)

    assert died.returncode == -signal.SIGKILL, died.stderr
    _ended(office, claim, *states)


@pytest.mark.parametrize("place", PLACES)
def test_a_run_terminated_there_is_ended_by_the_next_with_one_save(office, claim, states, place):
    died = office.run("--claim", claim, CLAIMBOTS_CRASH_AT=place, CLAIMBOTS_CRASH_SIGNAL="TERM")

    assert died.returncode == 143, died.stderr
    assert "Traceback" not in died.stderr
    _ended(office, claim, *states)


def test_a_run_with_a_correction_passes_every_crash_point(office, claim, tmp_path):
    trace = tmp_path / "trace"

    done = office.run("--claim", claim, CLAIMBOTS_CRASH_TRACE=str(trace))

    assert done.returncode == 0, done.stderr
    assert set(trace.read_text().split()) == set(NAMES)
