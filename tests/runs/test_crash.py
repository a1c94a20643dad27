"""A run that dies anywhere leaves a claim saved at most once, and the next run ends it."""

import json
import signal

import pytest

from bots.crashpoints import NAMES

pytestmark = pytest.mark.night

# A run writes many records: it dies at the intent's (the second) by default, and at its own
# first and the outcome's with `-m slow`.
PLACES = [
    *(name for name in NAMES if not name.startswith("ledger.")),
    *(f"{name}:{nth}" for name in NAMES if name.startswith("ledger.") for nth in (2, 1, 3)),
]
# The others with `-m slow`, and in `make chaos`, with more than one claim at work.
QUICK_KILL = {"hands.after_intent", "editor.after_click", "hands.before_outcome"}
QUICK_TERM = {"editor.after_click"}


def _cases(quick):
    return [
        pytest.param(place, marks=() if quick(place) else pytest.mark.slow) for place in PLACES
    ]


@pytest.fixture(scope="session")
def corrected(open_office, claim):
    """The claim as one undisturbed run leaves it."""
    open_office.practice("reset", "--stay-logged-in")
    assert open_office.run("--claim", claim).returncode == 0
    return open_office.dump()[claim]


@pytest.fixture
def killed_and_ended(corrected, office, claim):
    """Lets a run die, and the next one end what it began: one save in all, nothing open."""
    before = office.dump()[claim]

    def killed_and_ended(place, signal="KILL"):
        died = office.run(
            "--claim", claim, CLAIMBOTS_CRASH_AT=place, CLAIMBOTS_CRASH_SIGNAL=signal
        )
        assert office.saves(claim) <= 1
        assert office.dump()[claim] in (before, corrected)

        done = office.run("--claim", claim)

        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert office.saves(claim) == 1
        assert office.dump()[claim] == corrected
        assert office.verified()
        assert all(told for _, told in office.intents().values()), "an intent is still open"
        return died

    return killed_and_ended


@pytest.mark.parametrize("place", _cases(QUICK_KILL.__contains__))
def test_a_run_killed_there_is_ended_by_the_next_with_one_save(killed_and_ended, place):
    died = killed_and_ended(place)

    assert died.returncode == -signal.SIGKILL, died.stderr


@pytest.mark.parametrize("place", _cases(QUICK_TERM.__contains__))
def test_a_run_broken_off_there_is_ended_by_the_next_with_one_save(killed_and_ended, place):
    """Asked twice to end: it waits for nothing."""
    died = killed_and_ended(place, "TERM TERM")

    assert died.returncode == 143, died.stderr
    assert "Traceback" not in died.stderr


def test_a_run_asked_to_end_in_the_middle_of_a_save_ends_it_first(office, claim):
    ended = office.run(
        "--claim", claim,
        CLAIMBOTS_CRASH_AT="editor.after_click", CLAIMBOTS_CRASH_SIGNAL="TERM",
    )  # fmt: skip

    assert ended.returncode == 143, ended.stderr
    assert [outcomes for _, outcomes in office.intents().values()][-1] == ["confirmed"]
    assert office.saves(claim) == 1


def test_what_a_killed_run_saved_is_kept_by_the_next_which_closes_its_row(office, claim):
    assert office.run("--claim", claim, CLAIMBOTS_CRASH_AT="hands.after_outcome").returncode < 0

    done = office.run("--claim", claim, "--json")

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["counts"]["saves"] == 1
    assert office.saves(claim) == 1
    listed = office.claimbots("runs", "list", "--json").stdout.splitlines()
    assert "in progress" not in [run["state"] for run in map(json.loads, listed)]


# The portal cannot be looked at as the run begins.
BLIND = """
from bots.hands import Done
from bots.ledger import Outcome
from bots.runs import at_work
async def blind(intent, at, **asked):
    return Done(Outcome.UNKNOWN, intent.id)
at_work.settle = blind
"""


def test_nothing_is_begun_on_a_claim_while_nobody_knows_what_became_of_its_save(office, claim):
    """Else the first save, come late, and the second would both be made; or be told as made."""
    before = office.intents()

    def since():
        return [told for id, (_, told) in office.intents().items() if id not in before]

    died = office.run("--claim", claim, CLAIMBOTS_CRASH_AT="hands.before_act")
    assert died.returncode == -signal.SIGKILL

    blind = office.run("--claim", claim, first=BLIND)

    assert blind.returncode == 3, blind.stderr
    assert since() == [[]]
    assert office.saves(claim) == 0
    told = office.claimbots("exceptions", "list", "--flat", "--json").stdout
    assert "SAVE_UNKNOWN" in told

    seen = office.run("--claim", claim)

    assert seen.returncode == 0, seen.stderr
    assert sorted(since()) == [["confirmed"], ["not-done"]]
    assert office.saves(claim) == 1


# A claim that comes no further after its save: it waits for what comes next.
NO_FURTHER = """
import asyncio
from bots.runs.taking import Taking
async def waits(self, told, item):
    await asyncio.sleep(60)
Taking._keep = waits
"""


def test_what_a_run_that_is_broken_off_had_saved_is_kept_by_itself(office, claim):
    """Asked twice to end, after the log has the save and before the store does."""
    broken_off = office.run(
        "--claim", claim, first=NO_FURTHER,
        CLAIMBOTS_CRASH_AT="hands.after_outcome", CLAIMBOTS_CRASH_SIGNAL="TERM TERM",
    )  # fmt: skip
    assert broken_off.returncode == 143, broken_off.stderr

    # Nobody else has been at it: not the next run, and no look at what the log has beyond.
    run = json.loads(office.claimbots("runs", "show", "last", "--json").stdout)
    assert run["state"] == "stopped"
    assert run["counts"]["saves"] == office.saves(claim) == 1


def test_a_run_with_a_correction_passes_every_crash_point(office, claim, tmp_path):
    trace = tmp_path / "trace"

    done = office.run("--claim", claim, CLAIMBOTS_CRASH_TRACE=str(trace))

    assert done.returncode == 0, done.stderr
    assert set(trace.read_text().split()) == set(NAMES)
