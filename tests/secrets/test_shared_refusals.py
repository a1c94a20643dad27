"""Refusals in a store that several machines share: learnt from each other, and let go by one."""

from __future__ import annotations

import pytest
from postgres import a_database, the_store_in
from typer.testing import CliRunner

from bots.cli.credentials import app
from bots.config import Portal
from bots.errors import Problem
from bots.places import Places
from bots.portals.base import LoginRefused
from bots.portals.login import HumanAskedFirst
from bots.secrets import Credential, development_key, refused
from bots.secrets.credentials import remember_credential
from bots.store import database, refusals

ANN = Credential("ann", "pa55-CANARY", "JBSWY3DPEHPK3PXP")
LATER = Credential("ann", "another one", "JBSWY3DPEHPK3PXP")


@pytest.fixture
def places(tmp_path):
    """This machine's folder, whose store is one that others share."""
    here = Places(tmp_path / "data").made()
    with the_store_in(a_database(), here.root):
        database.connect(here)
        yield here
        database.close()


@pytest.fixture
def master(places):
    return development_key(places)


@pytest.fixture
def portal(places, master, monkeypatch):
    """A portal for `credentials test`, and what it answers."""
    remember_credential("acme", ANN, places, master)
    acme = Portal(kind="practice", address="http://127.0.0.1:9", credential="acme")
    monkeypatch.setattr("bots.config.load_portals", lambda: {"acme": acme})
    answers = []

    async def probe(*_, **__):
        answer = answers.pop()
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("bots.portals.login.probe", probe)
    return answers


def probed():
    return CliRunner().invoke(app, ["test", "acme"]).exception


def test_what_one_machine_saw_refused_is_not_typed_by_another(places, master):
    refusals.heed("acme", ANN, places, master)
    refusals.tell("acme", ANN, master)
    with pytest.raises(Problem, match="not tried again"):
        refusals.heed("acme", ANN, places, master)
    refusals.heed("acme", LATER, places, master)


@pytest.mark.parametrize("told", [True, False], ids=["told", "the store was down"])
def test_an_unlock_anywhere_outweighs_what_this_machine_kept_before(places, master, told):
    refused.remember("acme", ANN, places, master)
    if told:
        refusals.tell("acme", ANN, master)
    assert refusals.unlock("acme") is told
    assert not refusals.unlock("acme"), "it was not refused any more"

    refusals.heed("acme", ANN, places, master)

    assert not refused.is_refused("acme", ANN, places, master)


def test_an_unlock_does_not_outweigh_a_refusal_after_it(places, master):
    refusals.unlock("acme")
    with refused.write_table(refused.refused_path(places)) as table:
        digest = refused.digest("acme", ANN, master)
        table["acme"] = {"digest": digest, "at": "2999-01-01T00:00:00+00:00"}
    refusals.heed("acme", ANN, places, master)
    assert refused.is_refused("acme", ANN, places, master)

    refusals.tell("acme", ANN, master)
    with pytest.raises(Problem):
        refusals.heed("acme", ANN, places, master)


def test_another_log_in_on_one_machine_lets_go_no_refusal_that_another_kept(places, master):
    """It may be typed there as it was before: only `unlock` says that it is right."""
    refused.remember("acme", ANN, places, master)
    refusals.tell("acme", ANN, master)
    assert refusals.forget("acme")
    refusals.heed("acme", ANN, places, master)
    assert refused.is_refused("acme", ANN, places, master)


def test_the_probe_asks_what_others_saw_and_tells_them(places, master, portal):
    refusals.tell("acme", ANN, master)
    portal.append("logged in")
    assert isinstance(probed(), Problem)
    assert portal, "nothing was typed"

    assert CliRunner().invoke(app, ["unlock", "acme"]).exit_code == 0
    portal.append(LoginRefused("no"))
    assert isinstance(probed(), Problem)
    with pytest.raises(Problem, match="not tried again"):
        refusals.heed("acme", ANN, places, master)


def test_the_probe_that_typed_nothing_remembers_nothing(places, master, portal):
    portal.append(HumanAskedFirst("a CAPTCHA"))
    problem = probed()
    assert isinstance(problem, Problem)
    assert "CAPTCHA" in str(problem)
    assert not refused.refusals(places)
    refusals.heed("acme", ANN, places, master)
