"""What a person approved is saved once, whatever happens to the run that saves it."""

import json

import pytest

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def proposed(open_office):
    """A pending claim with a planted defect that the bot only proposes to mend."""
    open_office.practice("reset", "--stay-logged-in")
    for truth in open_office.truths(**{"class": "propose"}):
        done = open_office.run("--claim", truth["claim"], "--shadow")
        assert done.returncode == 0, done.stderr
        if any(p["claim"] == truth["claim"] for p in proposals(open_office, "open")):
            return truth["claim"]
    raise AssertionError("no claim to propose for was planted")


def proposals(office, state):
    told = office.claimbots("proposals", "list", "--state", state, "--json")
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.fixture
def approved(office, proposed):
    """The only approved proposal of the office."""
    assert office.run("--claim", proposed, "--shadow").returncode == 0
    waiting = [p for p in proposals(office, "open") if p["claim"] == proposed]
    done = office.claimbots(
        "proposals", "approve", waiting[0]["id"], "--by", "dana", "--reason", "seen in the chart"
    )
    assert done.returncode == 0, done.stderr
    assert [p["id"] for p in proposals(office, "approved")] == [waiting[0]["id"]]
    return waiting[0]["id"]


def shown(office, id):
    return json.loads(office.claimbots("proposals", "show", id, "--json").stdout)


def test_a_shadow_run_leaves_it_approved_and_a_live_run_applies_it(office, proposed, approved):
    assert office.run("--shadow", queue="approved").returncode == 0
    assert shown(office, approved)["state"] == "approved"
    assert office.saves(proposed) == 0

    assert office.run(queue="approved").returncode == 0
    assert shown(office, approved)["state"] == "applied"
    assert shown(office, approved)["applied_intent"] in office.intents()
    assert office.saves(proposed) == 1
    # What a person typed may name a patient: in the log it is sealed, never open.
    segments = (office.root / "ledger").rglob("*.jsonl")
    log = "".join(path.read_text() for path in segments)
    assert f"approved proposal {approved}" in log
    assert "seen in the chart" not in log


@pytest.mark.parametrize(
    "place", ["hands.after_act", pytest.param("hands.after_outcome", marks=pytest.mark.slow)]
)
def test_a_run_that_dies_after_the_save_leaves_it_to_be_called_applied(
    office, proposed, approved, place
):
    before = set(office.intents())
    assert office.run(queue="approved", CLAIMBOTS_CRASH_AT=place).returncode < 0
    (intent,) = set(office.intents()) - before

    assert office.run(queue="approved").returncode == 0

    now = shown(office, approved)
    assert (now["state"], now["applied_intent"]) == ("applied", intent)
    assert office.saves(proposed) == 1
    assert office.intents()[intent][1] == ["confirmed"]
    assert office.verified()
