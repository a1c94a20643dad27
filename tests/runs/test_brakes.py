"""A stopped office writes nothing; a wrong password is tried once."""

import json

import pytest

from bots.places import Places
from bots.secrets import development_key
from bots.secrets.credentials import Credential, remember_credential

pytestmark = pytest.mark.slow


def _remember(office, password=None):
    people = json.loads(office.practice("people"))
    person = next(entry for entry in people if entry["username"] == "biller")
    places = Places(office.root)
    remember_credential(
        "practice",
        Credential(person["username"], password or person["password"], person["seed"]),
        places,
        development_key(places),
    )


def test_after_stop_a_run_writes_nothing_and_exits_3(office, claim):
    assert office.claimbots("stop").returncode == 0
    try:
        done = office.run("--claim", claim)
    finally:
        office.claimbots("start")

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert office.written(claim)["saves"] == 0


@pytest.fixture
def wrong_password(office):
    for kept in (office.root / "sessions").glob("*"):
        kept.unlink()
    _remember(office, "not the password")
    yield
    _remember(office)
    office.claimbots("credentials", "unlock", "practice")


def test_a_wrong_password_is_tried_once_and_the_next_run_does_not_type_it(
    office, claim, wrong_password
):
    first = office.run("--claim", claim)
    assert first.returncode == 2, first.stdout
    assert "refused the log-in" in first.stderr
    assert "Traceback" not in first.stderr
    knocked = office.posts()
    assert knocked == 1

    second = office.run("--claim", claim)

    assert second.returncode == 2
    assert "Traceback" not in second.stderr
    assert office.posts() == knocked
