"""A stopped office writes nothing; a wrong password is tried once."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bots.places import Places
from bots.secrets import development_key
from bots.secrets.credentials import Credential, remember_credential
from bots.store import records
from bots.store.thread import StoreThread


def test_after_stop_a_run_writes_nothing_and_exits_3(office, claim):
    assert office.claimbots("stop", "--reason", "a test").returncode == 0
    try:
        done = office.run("--claim", claim)
    finally:
        office.claimbots("go")

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert office.witness()["writes"] == 0


async def spent(office):
    """So many saves of today the ceiling knows."""
    async with StoreThread(Places(office.root)) as store:
        return await store.call(records.corrections_on, datetime.now(UTC).date())


@pytest.mark.night
@pytest.mark.parametrize("ceiling", ["PER_RUN", "PER_DAY"])
async def test_a_save_whose_worker_died_counts_towards_the_ceilings_once_it_is_settled(
    office, ceiling
):
    claims = office.worklist(office.that_are_corrected()[:2])
    today = await spent(office) if ceiling == "PER_DAY" else 0
    limit = {f"CLAIMBOTS_RUN__CORRECTIONS_{ceiling}": str(today + 1)}
    died = office.run(*claims, "--pages", "1", CLAIMBOTS_CRASH_AT="hands.after_act", **limit)
    assert died.returncode < 0

    done = office.run(*claims, "--pages", "1", **limit)

    assert done.returncode == 3, done.stderr
    assert sum(claim["saves"] for claim in office.witness()["claims"].values()) == 1


async def test_what_the_portal_changed_besides_our_save_takes_nothing_from_the_ceiling(
    office, claim
):
    """F53: each such save ends as a conflict, and went out all the same."""
    before = await spent(office)
    office.practice("faults", "set", "F53", f"claim={claim}")

    office.run("--claim", claim)

    assert office.saves(claim) == 1
    assert await spent(office) == before + 1


@pytest.fixture
def quiet_hours(office):
    portals = office.root / "config" / "portals.yaml"
    kept = portals.read_text()
    midday = datetime.now(ZoneInfo("America/New_York")).hour in range(6, 18)
    hours = "04:00-20:00" if midday else "16:00-08:00"
    portals.write_text(kept.replace("quiet_hours: []", f'quiet_hours: ["{hours}"]'))
    yield
    portals.write_text(kept)


def test_in_the_portals_quiet_hours_it_is_not_even_asked(office, claim, quiet_hours):
    done = office.run("--claim", claim)

    assert done.returncode == 3, done.stderr
    assert "quiet hours" in done.stdout
    assert office.requests("GET") == 0


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


@pytest.fixture
def wrong_password(office):
    sessions = list((office.root / "sessions").glob("*"))
    kept = {path: path.read_bytes() for path in sessions}
    for path in kept:
        path.unlink()
    _remember(office, "not the password")
    yield
    _remember(office)
    office.claimbots("credentials", "unlock", "practice")
    for path, state in kept.items():
        path.write_bytes(state)


def test_a_wrong_password_is_tried_once_and_the_next_run_does_not_ask_the_portal(
    office, claim, wrong_password
):
    first = office.run("--claim", claim)

    assert first.returncode == 2, first.stdout
    assert "refused the log-in" in first.stderr
    assert "Traceback" not in first.stderr
    assert office.requests("POST") == 1
    knocked = office.requests("GET")

    second = office.run("--claim", claim)

    assert second.returncode == 2
    assert "credentials unlock" in second.stderr
    assert "Traceback" not in second.stderr
    assert (office.requests("GET"), office.requests("POST")) == (knocked, 1)
