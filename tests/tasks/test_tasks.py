"""The tasks of robot.yaml, run by robocorp-tasks itself: items come back, patients do not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from builders.claims import a_claim, a_coverage, a_patient
from postgres import a_database, the_store_in
from ruamel.yaml import YAML
from tasks.control_room import CANARIES, ROOT, decoded, leaks, run_task
from x12_writer import a_file, a_set

from bots.claims import Case
from bots.errors import Problem
from bots.files.json_claims import case_to
from bots.ledger import LedgerBroken
from bots.places import Places
from bots.runs.orders import RunOrder, order_of
from bots.runs.request import RunRequest, RunSummary
from bots.runs.room import _asked
from bots.secrets.references import VaultDown
from bots.store.database import Unreachable
from bots.store.facts import Counts, RunState
from bots.tasks import _became, _run


def marked_claim(**fields: Any) -> Any:
    """A claim in error (its total is not the sum of its lines) whose patient is marked."""
    claim = a_claim(
        number="CANARYCLAIM-1",
        patient=a_patient(
            last_name="CANARYLAST", first_name="CANARYFIRST", record_number="CANARYMRN",
            address="1 CANARYROAD",
        ),
        coverage=a_coverage(member_id="CANARYMEMBER"),
        **fields,
    )  # fmt: skip
    return replace(claim, total_charge=claim.total_charge * 2)


def marked_837(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "marked.837"
    path.write_text(a_file([a_set([marked_claim()])]))
    return path


def test_a_claim_in_error_comes_back_as_business_with_ids_only(tmp_path: Path):
    path = marked_837(tmp_path / "in")

    ran = run_task("check_files", [{"payload": {"files": [str(path)]}, "files": {}}], tmp_path)

    assert ran.exit == 0, ran.said
    (item,) = ran.outputs
    assert (item["file"], item["position"]) == (str(path), 1)
    assert (item["type"], item["code"]) == ("BUSINESS", "CLAIM_IN_ERROR")
    assert item["checks"]
    assert not leaks(tmp_path / "items-out")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text,
        lambda text: text[:-60],
        lambda text: text.replace("DMG*D8*19800302", "DMG*D8*CANARYLAST"),
        lambda text: text.replace("CANARYFIRST", "CANARYFIRST\xe9"),
    ],
)
def test_nothing_of_the_patient_stands_in_the_runners_log(tmp_path: Path, spoil: Any):
    path = marked_837(tmp_path / "in")
    path.write_bytes(spoil(path.read_text()).encode("latin-1"))
    claim = marked_claim()
    own = tmp_path / "in" / "marked.json"
    obj = case_to(Case(claim, date(2026, 9, 30)))
    own.write_text(json.dumps(obj) + "\n" + json.dumps({**obj, "as_of": "CANARYLAST"}))
    items = [
        {"payload": {"files": [str(path), str(own)], "history": [str(path)]}, "files": {}},
        {"payload": {"patient": "CANARYLAST"}, "files": {}},
        {"payload": {"files": [], "as_of": "CANARYLAST"}, "files": {}},
        {"payload": {}, "files": {"a.837": str(path)}},
    ]

    ran = run_task("check_files", items, tmp_path)

    assert ran.exit == 0, ran.said
    assert (tmp_path / "log" / "log.html").stat().st_size > 100_000
    assert (tmp_path / "log" / "output.robolog").stat().st_size > 500
    assert leaks(tmp_path / "log", ran.said) == set()
    assert leaks(tmp_path / "items-out") == set()


def test_the_search_above_would_see_a_leak(tmp_path: Path):
    """The same call from a script that no rule keeps out of the log."""
    path = marked_837(tmp_path / "in")
    script = tmp_path / "script" / "tasks.py"
    script.parent.mkdir()
    script.write_text(
        "from pathlib import Path\nfrom robocorp.tasks import task\n"
        "from bots.files.reading import read_any\n"
        "def look(case): return case.claim.number\n"
        "@task\ndef leaky():\n"
        f"    for case in read_any(Path({str(path)!r})): look(case)\n"
    )

    ran = run_task("leaky", [{"payload": {}, "files": {}}], tmp_path, tasks=script)

    assert ran.exit == 0, ran.said
    assert "CANARYLAST" in leaks(tmp_path / "log")
    page = (tmp_path / "log" / "log.html").read_bytes()
    assert b"CANARYLAST" not in page  # packed: a plain search finds nothing there
    assert any(b"CANARYLAST" in part for part in decoded(page))


def test_an_attachment_is_read_under_a_name_of_ours(tmp_path: Path):
    path = marked_837(tmp_path / "in")
    items = [{"payload": {}, "files": {"../../outside.837": str(path)}}]

    ran = run_task("check_files", items, tmp_path)

    assert [item["file"] for item in ran.outputs] == ["../../outside.837"]
    assert not list(tmp_path.rglob("outside.837"))


@pytest.mark.parametrize(
    ("payload", "code", "says"),
    [
        ({"files": []}, "NO_FILE", "attach some"),
        ({"file": "x"}, "WRONG_INPUT", "payload.file"),
        ({"files": ["none.837"]}, "UNREADABLE", "1 entries could not be read"),
        (["x"], "WRONG_INPUT", "payload"),
    ],
)
def test_an_item_that_cannot_be_done_is_given_back_as_business(
    tmp_path: Path, payload: Any, code: str, says: str
):
    items = [{"payload": payload, "files": {}}, {"payload": {"files": []}, "files": {}}]

    ran = run_task("check_files", items, tmp_path)

    assert ran.exit == 0, ran.said
    first, second = ran.released
    assert first[0] == "FAILED"
    assert (first[1]["type"], first[1]["code"]) == ("BUSINESS", code)
    assert says in first[1]["message"]
    assert second[1]["code"] == "NO_FILE"  # the one before did not cost this one


@pytest.mark.parametrize("payload", [{"portal": "acmee"}, {"portal": "practice", "limit": 0}])
def test_a_run_that_nobody_could_do_so_is_the_items_own_fault(tmp_path: Path, payload: Any):
    (released,) = run_task("pre_bill", [{"payload": payload, "files": {}}], tmp_path).released

    assert (released[1]["type"], released[1]["code"]) == ("BUSINESS", "WRONG_INPUT")


def test_what_the_machinery_could_not_do_is_not_the_items_fault(tmp_path: Path):
    """F04: given back as BUSINESS, a Control Room would never try it again."""
    path = marked_837(tmp_path / "in")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "store.sqlite3").write_bytes(b"no database" * 1000)

    ran = run_task("check_files", [{"payload": {"files": [str(path)]}, "files": {}}], tmp_path)

    ((state, why),) = ran.released
    assert (state, why["type"], why["code"]) == ("FAILED", "APPLICATION", "CANNOT_WORK")
    assert "the store's file is no database or is damaged" in why["message"]


@pytest.mark.parametrize(
    ("problem", "given_back"),
    [
        (Unreachable("PostgreSQL does not answer"), ("APPLICATION", "NOT_NOW")),
        (VaultDown("does not answer", "vault:x"), ("APPLICATION", "NOT_NOW")),
        (LedgerBroken("the disk is full", Path("ledger")), ("APPLICATION", "CANNOT_WORK")),
        (Problem("the browser does not start"), ("APPLICATION", "CANNOT_WORK")),
    ],
)
def test_what_passes_by_itself_is_told_from_what_somebody_has_to_mend(
    problem: Problem, given_back: tuple[str, str]
):
    def work(item: Any, room: Any) -> None:
        raise problem

    # An item and a room that are not asked for anything before the work begins.
    release = _became(SimpleNamespace(), SimpleNamespace(reserve=lambda item: None), work)

    assert (release.type, release.code) == given_back
    assert problem.what in release.message


def test_nothing_that_a_portal_said_is_told_to_a_control_room(monkeypatch: pytest.MonkeyPatch):
    """P11: what a dialog of the portal said is in the exception's words, and in why it ended."""
    words = "open CANARYCLAIM: the portal says: no such record of CANARYLAST, CANARYFIRST"
    left_open = [
        SimpleNamespace(run="R-1", id=id, type="APPLICATION", code=code, message=words)
        for id, code in (("E-00001", "PORTAL_FAULT"), ("E-00002", "PORTAL"))
    ]
    told: list[dict[str, Any]] = []
    room = SimpleNamespace(
        reserve=lambda item: None, asking=lambda request: request,
        left_open=lambda run: left_open, tell=told.append,
    )  # fmt: skip

    async def stopped(request: RunRequest) -> RunSummary:
        return RunSummary("R-1", RunState.STOPPED, Counts(), exit=3, stop_reason=words)

    monkeypatch.setattr("bots.runs.run.run", stopped)
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(ROOT / "config"))
    item = SimpleNamespace(payload={"portal": "practice"})

    release = _became(item, room, partial(_run, queue="pending"))

    assert (release.type, release.code) == ("APPLICATION", "RUN_STOPPED")
    assert "R-1" in release.message
    assert [entry["code"] for entry in told] == ["PORTAL_FAULT", "PORTAL"]
    assert not [mark for mark in CANARIES if mark in f"{told}{release}"]


def test_the_store_is_asked_again_when_postgresql_was_away_for_a_moment(tmp_path: Path):
    from django.db import connection

    asked: list[int] = []

    def question() -> str:
        asked.append(1)
        with connection.cursor() as cursor:
            if len(asked) == 1:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT 'there'")
            return str(cursor.fetchone()[0])

    with the_store_in(a_database(), tmp_path):
        Places(tmp_path).made()
        assert _asked(question) == "there"

    assert len(asked) == 2


def test_robot_yaml_names_tasks_that_there_are():
    robot = YAML(typ="safe").load(ROOT / "robot.yaml")
    source = (ROOT / "bots" / "tasks.py").read_text()
    assert set(robot["tasks"]) == {"pre-bill", "look-back", "check-files"}
    for name, entry in robot["tasks"].items():
        called = name.replace("-", "_")
        assert entry["shell"].endswith(f"run bots/tasks.py -t {called}")
        assert f"\ndef {called}() -> None:" in source
        environment = json.loads((ROOT / "devdata" / f"env-for-{name}.json").read_text())
        items = json.loads((ROOT / environment["RC_WORKITEM_INPUT_PATH"]).read_text())
        assert all(set(item) == {"payload", "files"} for item in items)


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ({}, "portal"),
        ({"portal": "p", "page": 2}, "page"),
        ({"portal": "p", "pages": 0}, "pages"),
        ({"portal": "p", "pages": 9}, "pages"),
        ({"portal": "p", "limit": -1}, "limit"),
        ({"portal": "p", "since": "yesterday"}, "since"),
        ({"portal": "p", "claims": "CL0000001"}, "claims"),
        ({"portal": "p", "claims": []}, "claims"),
        ({"portal": "p", "claims": [""]}, r"claims\.0"),
        ({"portal": "p", "shadow": "perhaps"}, "shadow"),
    ],
)
def test_a_run_that_cannot_be_ordered_is_refused_by_its_key(payload: Any, key: str):
    with pytest.raises(Problem, match=rf"^payload\.{key}: ") as refused:
        order_of(RunOrder, payload)
    assert "correct the work item; it may have: portal, since" in str(refused.value)
    assert "yesterday" not in str(refused.value)
