"""A log-in that is changed, and a vault that is down, under a worker that is never restarted."""

import json
import shutil
from functools import partial

import pytest
from postgres import a_database
from runs.office import a_run, an_office
from runs.office import until as until_within
from vaults import ROOT_TOKEN, a_vault

from bots.places import Places
from bots.secrets import development_key
from bots.secrets.credentials import Credential, remember_credential, remember_reference

# A log-in may wait for the next window of one-time codes: another test has used this one's.
LONGEST = 150
until = partial(until_within, longest=LONGEST)
pytestmark = [pytest.mark.night, pytest.mark.timeout(500)]

HASTY = (
    "import bots.runs.worker; bots.runs.worker.VAULT_REST = 1.0\n"
    "import bots.secrets.vault; bots.secrets.vault.PAUSE_SECONDS = 0.1"
)


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with a_vault(tmp_path_factory.mktemp("vault")) as made:
        yield made


@pytest.fixture
def in_vault(office, vault):
    """The office's log-in is in the vault, and no session is kept that would spare it."""
    kept = (office.root / "keys" / "credentials.json").read_bytes()
    sessions = {path: path.read_bytes() for path in (office.root / "sessions").iterdir()}
    for path in sessions:
        path.unlink()
    remember_reference("practice", "vault:secret/claimbots/practice", Places(office.root))
    before = dict(office.environment)
    office.environment |= {"VAULT_ADDR": vault.address, "VAULT_TOKEN": ROOT_TOKEN}
    yield vault
    office.environment = before
    (office.root / "keys" / "credentials.json").write_bytes(kept)
    office.claimbots("credentials", "unlock", "practice")
    for path, state in sessions.items():
        path.write_bytes(state)


def biller(office):
    people = json.loads(office.practice("people"))
    return next(entry for entry in people if entry["username"] == "biller")


def put(office, vault, password=None):
    """The biller's log-in into the vault, with another password where one is given."""
    person = biller(office)
    vault.put(
        "claimbots/practice",
        username="biller", password=password or person["password"], totp=person["seed"],
    )  # fmt: skip


def newest(office):
    return json.loads(office.claimbots("runs", "list", "--limit", "1", "--json").stdout)


def alive(office):
    said = office.claimbots("workers", "list", "--json").stdout.splitlines()
    return any(json.loads(line)["state"] == "alive" for line in said)


def test_a_password_is_put_right_in_the_vault_or_by_hand_and_the_same_worker_goes_on(
    office, begin, claim, in_vault
):
    put(office, in_vault, "until-yesterday")
    worker = begin("worker")
    until(lambda: alive(office), "worker")

    assert office.run("--claim", claim).returncode == 2
    assert office.requests("POST") == 1
    refused = office.run("--claim", claim)
    assert refused.returncode == 2
    assert "refused" in refused.stderr
    assert office.requests("POST") == 1  # not tried again: the portal would lock the account

    put(office, in_vault)
    done = office.run("--claim", claim, "--shadow")
    assert done.returncode == 0, done.stderr

    # The same by hand: a wrong one is refused, `credentials set` lets the worker go on.
    for path in (office.root / "sessions").iterdir():
        path.unlink()
    person, places = biller(office), Places(office.root)
    wrong = Credential("biller", "not the password", person["seed"])
    remember_credential("practice", wrong, places, development_key(places))
    assert office.run("--claim", claim).returncode == 2
    lines = f"biller\n{person['password']}\n{person['seed']}\n"
    assert office.claimbots("credentials", "set", "practice", typed=lines).returncode == 0
    done = office.run("--claim", claim)
    assert done.returncode == 0, done.stderr
    assert office.saves(claim) == 1
    assert worker.poll() is None


def test_a_run_whose_vault_is_down_waits_and_is_done_when_it_is_up(office, begin, claim, in_vault):
    """F99, at the start of a run: nothing is begun, nothing is on the log, nothing is lost."""
    put(office, in_vault)
    records = len(office.claimbots("audit", "show", "--json").stdout.splitlines())
    in_vault.seal()
    try:
        worker = begin("worker", first=HASTY)
        until(lambda: alive(office), "worker")
        asked = begin(*a_run("--claim", claim))
        run = until(
            lambda: (found := newest(office))["stop_reason"].startswith("the vault") and found,
            "run that waits",
        )
        assert run["state"] == "pending"
        assert "503" in run["stop_reason"]
        assert len(office.claimbots("audit", "show", "--json").stdout.splitlines()) == records
    finally:
        in_vault.unseal()

    assert asked.wait(LONGEST) == 0
    assert newest(office)["id"] == run["id"]
    assert newest(office)["stop_reason"] == ""
    assert office.saves(claim) == 1
    assert worker.poll() is None


def test_what_a_dead_worker_had_is_not_given_up_because_the_vault_is_down(office, begin, in_vault):
    """F99, at the start of a worker: it says so and ends; the run stays where it was."""
    put(office, in_vault)
    key = (office.root / "keys" / "development.key").read_text().strip()
    in_vault.put("claimbots/keys", value=key)
    master = {"CLAIMBOTS_KEYS__MASTER": "vault:secret/claimbots/keys"}
    dead = begin("worker", **master)
    asked = begin(*a_run("--limit", "16", "--pages", "4"), **master)
    until(lambda: office.witness()["writes"] >= 1, "save")
    dead.kill()
    dead.wait()
    asked.kill()
    run = newest(office)
    in_vault.seal()
    try:
        down = office.claimbots("worker", first=HASTY, **master)
        assert down.returncode == 3, down.stderr
        assert "the vault answered 503" in down.stderr
        assert "Traceback" not in down.stderr
        assert newest(office)["state"] == "in progress"
    finally:
        in_vault.unseal()

    begin("worker", **master)
    until(lambda: newest(office)["state"] == "done", "end of the run")

    assert newest(office)["id"] == run["id"]
    assert newest(office)["counts"]["claims"] == 16
    assert max(claim["saves"] for claim in office.witness()["claims"].values()) == 1
    assert all(outcomes for _, outcomes in office.intents().values())


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """An office whose store others share."""
    with an_office(tmp_path_factory.mktemp("machines") / "demo", 100, a_database()) as office:
        office.environment["CLAIMBOTS_BROWSER__DEADLINE_SECONDS"] = "20"
        yield office


@pytest.fixture
def wrong(shared):
    """The office's log-in is a wrong one; given is the right one."""
    kept = (shared.root / "keys" / "credentials.json").read_bytes()
    for path in (shared.root / "sessions").glob("*"):
        path.unlink()
    shared.practice("reset")
    person, places = biller(shared), Places(shared.root)
    refused = Credential("biller", "not the password", person["seed"])
    remember_credential("practice", refused, places, development_key(places))
    yield Credential("biller", person["password"], person["seed"])
    (shared.root / "keys" / "credentials.json").write_bytes(kept)
    shared.claimbots("credentials", "unlock", "practice")


@pytest.fixture
def elsewhere(shared, tmp_path):
    """What another machine has of its own; the database and the key are the same."""
    other = tmp_path / "elsewhere"
    other.mkdir(mode=0o700)
    for room in ("codesets", "keys"):
        shutil.copytree(shared.root / room, other / room)
    return {"CLAIMBOTS_DATA": str(other), "CLAIMBOTS_LEDGER__ORIGIN": "elsewhere"}


def test_a_log_in_that_is_changed_in_the_moment_of_the_refusal_is_refused_nowhere(
    shared, wrong, elsewhere
):
    """What the others are told of is what was typed, not what lies there by then."""
    rotated = (
        "import os; from bots.portals import login; was = login.Key.remember_refusal\n"
        "def then_rotated(key):\n"
        "    from bots.secrets.credentials import Credential, remember_credential\n"
        "    was(key)\n"
        "    right = Credential('biller', os.environ['RIGHT'], key.credential.totp_seed)\n"
        "    remember_credential(key.name, right, key.places, key.master)\n"
        "login.Key.remember_refusal = then_rotated"
    )
    done = shared.run("--limit", "1", "--shadow", first=rotated, RIGHT=wrong.password)
    assert done.returncode == 2, done.stderr
    assert shared.ask_store("select account from store_refusal"), "the others were told"
    kept = shared.root / "keys" / "credentials.json"
    shutil.copy(kept, f"{elsewhere['CLAIMBOTS_DATA']}/keys")

    done = shared.run("--limit", "1", "--shadow", **elsewhere)

    assert done.returncode == 0, done.stderr


def test_an_unlock_on_one_machine_lets_go_what_another_had_kept(shared, wrong, elsewhere):
    """Else the first would tell everybody anew what the person has just taken back."""
    before = shared.requests("POST")
    assert shared.run("--limit", "1", "--shadow").returncode == 2
    assert shared.run("--limit", "1", "--shadow").returncode == 2
    assert shared.requests("POST") - before == 1

    said = shared.claimbots("credentials", "unlock", "practice", **elsewhere).stdout
    assert "may be tried again" in said
    assert shared.run("--limit", "1", "--shadow").returncode == 2
    assert shared.requests("POST") - before == 2
