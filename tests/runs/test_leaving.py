"""A process that is asked to end does not wait for a store or a vault that is away."""

import os
import signal
import socket
import time
from pathlib import Path

import forking
import pytest
import store_cases
from postgres import the_store_in
from runs.office import DATABASE, LONGEST, a_run, until

from bots import leaving
from bots.places import Places
from bots.store import database
from bots.store.database import Unreachable
from bots.store.thread import StoreThread

REPO = Path(__file__).parents[2]
NOBODY = "postgresql://nobody@127.0.0.1:1/none"
SOON = 30  # seconds; a service manager kills after 40


async def test_a_store_that_is_away_is_asked_for_some_seconds_more_and_no_longer(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(leaving, "_since", time.monotonic() - 6)
    with the_store_in(NOBODY, tmp_path):
        began = time.monotonic()
        with pytest.raises(Unreachable):
            await StoreThread(Places(tmp_path).made()).open()

    assert time.monotonic() - began < 5


@pytest.fixture
def away(tmp_path):
    """What is away for a command, by name, as its environment says it."""
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes every call and says nothing
        vault = {
            "VAULT_ADDR": f"http://127.0.0.1:{mute.getsockname()[1]}",
            "VAULT_TOKEN": "none",
            "CLAIMBOTS_KEYS__MASTER": "vault:secret/claimbots/master",
        }
        address = vault | {DATABASE: "vault:secret/claimbots/store#address"}
        yield {"the store": {DATABASE: NOBODY}, "the vault": vault, "its address": address}


def hears(process):
    """Whether it has a handler for SIGTERM by now."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@pytest.mark.night
def test_a_signal_ends_the_looking_on_at_a_run(tmp_path):
    places = Places(tmp_path / "data").made()
    store_cases.a_store(places)
    run = store_cases.a_run()
    database.close()
    environment = os.environ | {
        "CLAIMBOTS_DATA": str(places.root), "CLAIMBOTS_CONFIG": str(REPO / "config"),
    }  # fmt: skip
    process = forking.begin("runs", "watch", run.id, environment=environment)
    try:
        until(lambda: hears(process), "handler")
        process.send_signal(signal.SIGTERM)
        assert process.wait(SOON) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.wait(LONGEST)


@pytest.mark.night
@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("serve",), "the store"),
        (("worker",), "the store"),
        (a_run(), "the store"),
        (("worker",), "the vault"),
        (("worker",), "its address"),
        (a_run(), "the vault"),
    ],
    ids=lambda said: said if isinstance(said, str) else said[0],
)
def test_a_signal_ends_what_waits_at_its_start(away, words, what, tmp_path):
    environment = os.environ | away[what] | {
        "CLAIMBOTS_DATA": str(tmp_path / "data"), "CLAIMBOTS_CONFIG": str(REPO / "config"),
        "CLAIMBOTS_SERVE__PORT": "0",
    }  # fmt: skip
    process = forking.begin(*words, environment=environment, out=tmp_path / "said")
    try:
        until(lambda: hears(process), "handler")
        time.sleep(2)  # so that it waits for what is away
        assert process.poll() is None, (tmp_path / "said").read_text()
        process.send_signal(signal.SIGTERM)
        process.wait(SOON)
    finally:
        process.kill()
        process.wait(LONGEST)
