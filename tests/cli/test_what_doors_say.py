"""What the doors say to a person who asks wrongly, or who has to know why."""

from __future__ import annotations

import base64
import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.cli.main import app
from bots.config.names import NAME
from bots.errors import Problem
from bots.places import here

REPO = Path(__file__).parents[2]
SAMPLES = REPO / "tests" / "files" / "samples"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch) -> Path:
    """A data folder of its own, under the shipped configuration."""
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(REPO / "config"))
    return tmp_path / "data"


def asked(*words: str):
    """What the command says; raises the Problem that it ends in."""
    result = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if isinstance(result.exception, Problem):
        raise result.exception
    return result


def test_a_claim_without_a_finding_says_why_it_is_not_clean_all_the_same():
    said = asked("check", str(SAMPLES / "professional.837")).output
    first = said.splitlines()[0]
    assert re.search(r"claim P-1: not clean: \d+ required checks were not evaluated$", first)
    assert "5 claims, 0 clean, 0 with errors" in said
    assert "`claimbots doctor` says what to do" in said


def test_a_claim_with_an_error_says_how_many():
    said = asked("check", str(SAMPLES / "bad-values.837"), "--as-of", "2020-01-01").output
    assert re.search(r"not clean: \d+ errors?, \d+ required checks were not evaluated", said)


def test_a_workers_name_that_the_store_cannot_keep_is_refused():
    with pytest.raises(Problem, match=f"--name: longer than {NAME} characters; "):
        asked("worker", "--name", "w" * (NAME + 1))


def test_a_misspelt_family_of_checks_gets_the_nearest_right_one():
    with pytest.raises(Problem, match="did you mean totals"):
        asked("checks", "list", "--family", "total")


def test_a_new_check_is_not_written_into_an_installed_package(tmp_path, monkeypatch):
    (tmp_path / "site-packages").mkdir()
    monkeypatch.setattr("bots.cli.checks._root", lambda: tmp_path / "site-packages")
    with pytest.raises(Problem, match="clone"):
        asked("checks", "new", "laterality", "--family", "facility-rule")
    assert not list((tmp_path / "site-packages").iterdir())


@pytest.mark.parametrize("amount", ["nan", "-5", "inf", "1e9", "much", "1.005"])
def test_an_amount_that_is_none_is_refused_before_a_run_begins(amount, data):
    with pytest.raises(Problem, match="is no amount"):
        asked("run", "--portal", "practice", "--queue", "pending", f"--min-charge={amount}")
    assert not (data / "store.sqlite3").exists()


def test_days_in_the_wrong_order_are_refused_before_a_run_begins(data):
    with pytest.raises(Problem, match="after --until"):
        asked(
            "run", "--portal", "practice", "--queue", "historical",
            "--since", "2026-09-10", "--until", "2026-04-01",
        )  # fmt: skip
    assert not (data / "store.sqlite3").exists()


def test_a_run_that_is_not_there_cannot_be_gone_on_with():
    from bots.store import database

    try:
        with pytest.raises(Problem, match="no run"):
            asked("run", "--portal", "practice", "--queue", "pending", "--resume", "R-1")
    finally:
        database.close()


def test_the_people_of_the_practice_portal_can_be_read_and_are_json_when_asked():
    head, *people = asked("practice", "people").stdout.splitlines()
    told = [json.loads(line) for line in asked("practice", "people", "--json").stdout.splitlines()]
    assert "code now" in head
    assert [line.split()[0] for line in people] == [person["username"] for person in told]
    assert all(re.search(r" \d{6} ", line) for line in people)


def test_a_wrong_action_on_faults_is_answered_in_our_own_words():
    with pytest.raises(Problem, match="use one of: known, list, set, clear"):
        asked("practice", "faults", "bad")


def test_a_demo_is_not_begun_inside_the_demos_own_folder(data):
    data.mkdir()
    (data / "truth.jsonl").touch()
    with pytest.raises(Problem, match="unset CLAIMBOTS_DATA"):
        asked("demo", "--again")


def test_the_demos_own_claims_have_something_to_correct_to_decide_and_to_charge(tmp_path):
    import inspect

    from bots.cli.demo import demo
    from bots.cli.practice import ask

    asks = {name: str(p.default) for name, p in inspect.signature(demo).parameters.items()}
    truth = tmp_path / "truth.jsonl"
    ask(
        tmp_path, "seed", "--claims", asks["claims"], "--seed", asks["seed"],
        "--truth", str(truth),
    )  # fmt: skip
    planted = [json.loads(line) for line in truth.read_text().splitlines()]
    kinds = [fault["class"] for fault in planted]
    assert kinds.count("auto") >= 3
    assert kinds.count("propose") >= 3
    assert "missed-charge" in {fault["family"] for fault in planted}


def test_what_the_demo_copies_is_closed_to_others(tmp_path):
    from bots.cli.demo import _closed_copy

    (tmp_path / "open.yaml").write_text("a: 1")
    (tmp_path / "open.yaml").chmod(0o644)
    _closed_copy(str(tmp_path / "open.yaml"), str(tmp_path / "closed.yaml"))
    assert stat.S_IMODE((tmp_path / "closed.yaml").stat().st_mode) == 0o600


def test_approved_proposals_are_not_narrowed_to_claims_of_a_list():
    with pytest.raises(Problem, match="approved"):
        asked("run", "--portal", "practice", "--queue", "approved", "--claim", "C1")


def test_a_log_in_says_under_which_key_it_is_sealed(monkeypatch, tmp_path):
    def set_it():
        words = ["credentials", "set", "bot"]
        return CliRunner().invoke(app, words, input="ann\npa55\n\n")

    early = set_it()
    assert "development.key" in early.stdout
    assert "has to be set again once keys.master is set" in early.stderr
    key = tmp_path / "master.key"
    key.write_text(base64.b64encode(bytes(32)).decode())
    key.chmod(0o600)
    monkeypatch.setenv("CLAIMBOTS_KEYS__MASTER", f"file:{key}")
    assert "set again" not in set_it().stderr


@pytest.mark.parametrize("code", ["LOGIN_REFUSED", "ACCOUNT_LOCKED"])
def test_a_refused_log_in_is_wrong_configuration_and_remembered(code, monkeypatch):
    from bots.portals.base import AccountLocked, LoginRefused
    from bots.secrets import development_key, refused
    from bots.secrets.credentials import Credential, remember_credential

    places = here().made()
    remember_credential("practice", Credential("ann", "pa55", ""), places, development_key(places))

    async def refuse(*_args, **_more):
        raise (AccountLocked if code == "ACCOUNT_LOCKED" else LoginRefused)("no")

    monkeypatch.setattr("bots.portals.login.probe", refuse)
    with pytest.raises(Problem, match=code) as raised:
        asked("credentials", "test", "practice")
    assert raised.value.exit == 2
    assert "practice" in refused.refusals(places)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--portal", "practise"], "no portal named 'practise'; did you mean practice"),
        (["--portal", "other", "--claim", "C1"], "claims and runs are of one portal"),
        (["--portal", "other", "--resume", "last"], "claims and runs are of one portal"),
    ],
)
def test_a_run_over_several_portals_that_cannot_be_begins_at_none(more, said, data):
    with pytest.raises(Problem, match=said):
        asked("run", "--portal", "practice", "--queue", "pending", *more)
    assert not (data / "store.sqlite3").exists()
