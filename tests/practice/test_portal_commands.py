"""The portal as a process: start, stop, reset, and the sentences for what goes wrong."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from pathlib import Path

import httpx
import pytest
from practice.visiting import Portal, Visitor

from bots.cli import practice
from bots.errors import Problem


def test_a_portal_answers_when_started_and_is_gone_when_stopped(tmp_path: Path):
    server = practice.start(tmp_path / "p")
    assert httpx.get(f"{server.address}/health/").text == "ok"
    assert json.loads((tmp_path / "p/server.json").read_text())["pid"] == server.pid
    practice.stop(server)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.address}/health/")
    assert not (tmp_path / "p/server.json").exists()


def test_stop_finds_the_server_by_its_folder_and_is_content_without_one(tmp_path: Path):
    server = practice.start(tmp_path)
    assert practice.ask(tmp_path, "stop").strip() == "stopped"
    practice.stop(server)
    assert practice.ask(tmp_path, "stop").strip() == "not running"


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"port {port} cannot be used"):
            practice.start(tmp_path, port)


def test_a_folder_is_served_once(portal: Portal):
    with pytest.raises(Problem, match="already served at"):
        practice.start(portal.data)


def test_a_database_that_is_none_is_said_in_a_sentence(tmp_path: Path):
    (tmp_path / "practice.sqlite3").write_text("this is not a database, not at all" * 50)
    with pytest.raises(Problem, match="not a database"):
        practice.start(tmp_path)


def test_reset_puts_everything_back_under_the_running_server(portal: Portal, biller: Visitor):
    before = portal.witness()["digest"]
    biller.save("C00001", member_id="1EG4TE5NEW1")
    portal.fault("F73")
    assert portal.witness()["digest"] != before

    practice.ask(portal.data, "reset")
    after = portal.witness()
    assert (after["digest"], after["writes"], after["claims"]) == (before, 0, {})
    with portal.visitor() as again:
        assert again.log_in().url.path == "/"


def test_the_witness_is_written_by_the_database_not_by_the_views(seeded: Path, tmp_path: Path):
    shutil.copy(seeded / "practice.sqlite3", tmp_path / "practice.sqlite3")
    with sqlite3.connect(tmp_path / "practice.sqlite3") as base:
        base.execute(
            "UPDATE billing_claim SET member_id = 'X', version = 2 WHERE number = 'C00001'"
        )
        base.execute("DELETE FROM billing_serviceline WHERE claim_id = 2 AND number = 2")
    base.close()
    seen = json.loads(practice.ask(tmp_path, "witness"))
    assert seen["writes"] == 2
    assert seen["claims"]["C00001"]["saves"] == 1


def test_a_fresh_portal_has_its_people_and_no_claims(tmp_path: Path):
    server = practice.start(tmp_path)
    try:
        with Visitor(server.address) as visitor:
            assert visitor.log_in().url.path == "/"
            assert "No claims match" in visitor.get("/claims/?queue=pending").text
    finally:
        practice.stop(server)
