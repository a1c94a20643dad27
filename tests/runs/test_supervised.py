"""A save that the portal refused is tried again when asked; a save that was made is put back."""

import json

import pytest

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def other(open_office):
    """A claim to correct that no other file of tests works on: it is put back at the end."""
    return open_office.truths(**{"class": "auto"})[-1]["claim"]


def told(office, *words):
    done = office.claimbots(*words, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def waiting_on(office, claim):
    rows = told(office, "exceptions", "list", "--flat")
    return [row["code"] for row in rows if row["claim"] == claim]


@pytest.mark.slow  # by cases at the store: tests/cli/test_supervision.py
def test_a_retry_takes_exactly_the_claims_asked_for_and_what_went_through_is_gone(office, other):
    office.practice("faults", "set", "F66", f"claim={other}")
    assert office.run("--claim", other).returncode == 0
    office.practice("faults", "clear")
    (group,) = [g for g in told(office, "exceptions", "list") if g["example"]["claim"] == other]
    assert (group["code"], group["check"]) == ("SAVE_REFUSED", "ordering-npi-missing")
    assert office.saves(other) == 0

    assert office.claimbots("exceptions", "retry", group["group"], "--by", "dana").returncode == 0
    done = office.run("--retry", "--json")

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["counts"]["claims"], said["counts"]["saves"]) == (1, 1)
    assert office.saves(other) == 1
    (entry,) = told(office, "exceptions", "show", group["example"]["id"])
    assert (entry["state"], entry["closed_in"]) == ("gone", said["run"])


def test_a_save_that_is_put_back_leaves_the_claim_as_it_was_and_is_not_made_again(office, other):
    before = office.dump()
    known = set(office.intents())
    assert office.run("--claim", other).returncode == 0
    ((intent, (sealed, _)),) = [(i, v) for i, v in office.intents().items() if i not in known]

    (wish,) = told(office, "revert", intent, "--reason", "withdrawn", "--by", "dana")
    assert [(c["from"], c["to"]) for c in wish["changes"]] == [
        (c["to"], c["from"]) for c in sealed["changes"]
    ]
    # The office asks two people by now: one approval is laid down, and waits for the second.
    strict = {"CLAIMBOTS_APPROVALS__FOUR_EYES": "always"}
    assert office.run(queue="approved", **strict).returncode == 0
    assert office.saves(other) == 1
    assert waiting_on(office, other) == ["SECOND_APPROVAL_NEEDED"]
    second = ("proposals", "approve", wish["id"], "--by", "lee", "--reason", "withdrawn indeed")
    assert office.claimbots(*second, **strict).returncode == 0
    assert office.run(queue="approved", **strict).returncode == 0

    assert office.dump() == before
    assert office.saves(other) == 2
    assert office.run("--claim", other).returncode == 0
    assert office.saves(other) == 2
    made = [p for p in told(office, "proposals", "list") if p["claim"] == other]
    assert [p["changes"] for p in made] == [sealed["changes"]]
    assert waiting_on(office, other) == []
