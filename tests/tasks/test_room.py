"""A Control Room job that dies is gone on with: nothing runs twice, nothing is told otherwise."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from runs.office import TODAY, Office, an_office, until
from tasks.control_room import Ran, run_task
from tasks.test_tasks import marked_837
from tasks.test_tasks_at_a_portal import NOBODY

pytestmark = pytest.mark.night

KILLED = -signal.SIGKILL


def two_items(folder: Path) -> list[dict[str, Any]]:
    """One with a claim in error, and one that nobody can do."""
    path = folder / "in" / "marked.837"
    if not path.exists():
        marked_837(path.parent)
    return [
        {"payload": {"files": [str(path)]}, "files": {}},
        {"payload": {"files": []}, "files": {}},
    ]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """What a job that does not die gives back, without the folder's name."""
    folder = tmp_path_factory.mktemp("job")
    ran = run_task("check_files", two_items(folder), folder)
    assert ran.exit == 0, ran.said
    assert [state for state, _ in ran.released] == ["COMPLETED", "FAILED"]
    return ran.released, codes(ran)


def codes(ran: Ran) -> list[tuple[Any, ...]]:
    return [(item["position"], item["code"], item["message"]) for item in ran.outputs]


@pytest.mark.parametrize(
    "moment",
    [
        "create_output:1:after",
        "release_input:1:after",
        "release_input:2:after",
        *(
            pytest.param(moment, marks=pytest.mark.slow)
            for moment in (
                "reserve_input:1:after",
                "create_output:1:before",
                "release_input:1:before",
                "load_payload:2:after",
                "release_input:2:before",
            )
        ),
    ],
)
def test_a_job_that_died_at_a_call_of_the_room_gives_back_the_same_once(
    tmp_path: Path, undisturbed: tuple[Any, Any], moment: str
):
    """TRUST: killed at every call of the adapter, no item is lost or done twice."""
    items = two_items(tmp_path)
    died = run_task("check_files", items, tmp_path, environment={"KILL_AT": moment})
    assert died.exit == KILLED, died.said
    if moment.startswith("release_input"):
        (tmp_path / "in" / "marked.837").unlink()  # done again, it would be unreadable

    again = run_task("check_files", items, tmp_path)

    assert again.exit == 0, again.said
    assert (again.released, codes(again)) == undisturbed


def test_a_file_that_was_done_is_meant_anew_when_it_comes_again(tmp_path: Path):
    """Tonight as last night: only a job that died is gone on with."""
    items = two_items(tmp_path)
    assert run_task("check_files", items, tmp_path).released[0] == ("COMPLETED", None)
    (tmp_path / "in" / "marked.837").unlink()

    tonight = run_task("check_files", items, tmp_path)

    assert tonight.released[0][1]["code"] == "UNREADABLE"


def test_a_file_of_items_that_is_cut_off_begins_nothing_and_is_done_whole_later(
    tmp_path: Path, undisturbed: tuple[Any, Any]
):
    """F04: half a list is no list; what it still holds is not done without the rest."""
    items = two_items(tmp_path)
    cut = run_task("check_files", items, tmp_path, cut=30)
    assert cut.exit != 0
    assert (cut.released, cut.outputs) == ([], [])

    whole = run_task("check_files", items, tmp_path)

    assert (whole.released, codes(whole)) == undisturbed


def test_an_item_that_stands_there_twice_is_told_of_twice(tmp_path: Path):
    """F04: the same file of claims, and so the same answer; nothing at a portal is meant by it."""
    first, last = two_items(tmp_path)
    ran = run_task("check_files", [first, first, last], tmp_path)
    assert [state for state, _ in ran.released] == ["COMPLETED", "COMPLETED", "FAILED"]


def test_another_payload_at_the_same_place_is_another_item(tmp_path: Path):
    items = two_items(tmp_path)
    died = run_task(
        "check_files", items, tmp_path, environment={"KILL_AT": "release_input:1:after"}
    )
    assert died.exit == KILLED
    items[0]["payload"]["files"] = ["none.837"]

    again = run_task("check_files", items, tmp_path)

    assert again.released[0][1]["code"] == "UNREADABLE"


# A Control Room that keeps what it is told, as the real one does: items, outputs and releases.
KEEPING = """
import json, os, signal
from pathlib import Path
from robocorp import workitems

class KeepingAdapter(workitems.BaseAdapter):
    path = Path(os.environ["ROOM"])

    def __init__(self):
        self.kept = json.loads(self.path.read_text())

    def _keep(self):
        self.path.write_text(json.dumps(self.kept))
        if os.environ.get("KILL_AFTER") == str(len(self.kept["outputs"])):
            os.kill(os.getpid(), signal.SIGKILL)

    def reserve_input(self):
        if self.kept["released"] or getattr(self, "was", False):
            raise workitems.EmptyQueue("none")
        self.was = True
        return "item-4711"

    def release_input(self, item_id, state, exception=None):
        self.kept["released"].append([state.value, exception])
        self._keep()

    def create_output(self, parent_id, payload=None):
        self.kept["outputs"].append(payload)
        self._keep()
        return "output"

    def load_payload(self, item_id):
        return self.kept["payload"]

    def save_payload(self, item_id, payload):
        self._keep()

    def list_files(self, item_id):
        return []

    def get_file(self, item_id, name):
        raise KeyError(name)

    add_file = remove_file = get_file
"""


def test_a_room_that_keeps_outputs_gets_each_once_and_may_ask_for_another_try(tmp_path: Path):
    first, second = (marked_837(tmp_path / name) for name in ("a", "b"))
    room = tmp_path / "room.json"
    order = {"files": [str(first), str(second)]}
    room.write_text(json.dumps({"payload": order, "outputs": [], "released": []}))
    modules = tmp_path / "watch"
    modules.mkdir()
    (modules / "keeping_room.py").write_text(KEEPING)
    environment = {"ROOM": str(room)}

    died = run_task(
        "check_files", [{"payload": None, "files": {}}], tmp_path,
        environment=environment | {"KILL_AFTER": "2"}, adapter="keeping_room.KeepingAdapter",
    )  # fmt: skip
    assert died.exit == KILLED, died.said
    assert len(json.loads(room.read_text())["outputs"]) == 2
    again = run_task(
        "check_files", [{"payload": None, "files": {}}], tmp_path,
        environment=environment, adapter="keeping_room.KeepingAdapter",
    )  # fmt: skip

    assert again.exit == 0, again.said
    kept = json.loads(room.read_text())
    # The second was created, and the process died before it could note it: it alone comes twice.
    assert [item["file"] for item in kept["outputs"]] == [str(first), str(second), str(second)]
    assert kept["released"] == [["COMPLETED", None]]

    kept["released"] = []  # somebody wants another try
    room.write_text(json.dumps(kept))
    first.unlink()
    run_task(
        "check_files", [{"payload": None, "files": {}}], tmp_path,
        environment=environment, adapter="keeping_room.KeepingAdapter",
    )  # fmt: skip
    assert json.loads(room.read_text())["released"][0][1]["code"] == "UNREADABLE"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(tmp_path_factory.mktemp("room") / "demo", claims=100) as made:
        yield made


def runs(office: Office) -> list[dict[str, Any]]:
    said = office.claimbots("runs", "list", "--limit", "100", "--json").stdout
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.parametrize(
    "moment",
    [
        "run.kept",
        "run.ended",
        pytest.param("run.asked", marks=pytest.mark.slow),
        pytest.param("run.before_end", marks=pytest.mark.slow),
    ],
)
def test_a_run_that_died_under_an_item_is_the_items_run(
    office: Office, tmp_path: Path, moment: str
):
    """Killed before it began, at a claim, at its end and after it: one run, one save a claim."""
    office.practice("reset", "--stay-logged-in")
    before = {run["id"] for run in runs(office)}
    items = [{"payload": {"portal": "practice", "as_of": TODAY, "limit": 6}, "files": {}}]
    died = run_task(
        "pre_bill", items, tmp_path,
        environment=office.environment | {"CLAIMBOTS_CRASH_AT": moment},
    )  # fmt: skip
    assert died.exit == KILLED, died.said

    again = run_task("pre_bill", items, tmp_path, environment=office.environment)

    assert again.exit == 0, again.said
    assert again.released == [("COMPLETED", None)]
    (run,) = [run for run in runs(office) if run["id"] not in before]
    assert run["state"] == "done"
    assert run["counts"]["claims"] == 6
    assert {item["run"] for item in again.outputs} <= {run["id"]}
    assert max((c["saves"] for c in office.witness()["claims"].values()), default=0) <= 1


@pytest.mark.slow
def test_a_run_that_another_command_closed_is_gone_on_with_for_its_item(
    office: Office, tmp_path: Path
):
    """What the dead one met and could tell nobody of is an output item as well."""
    office.practice("reset", "--stay-logged-in")
    claims = [NOBODY, *dict.fromkeys(truth["claim"] for truth in office.truths())][:6]
    items = [{"payload": {"portal": "practice", "as_of": TODAY, "claims": claims}, "files": {}}]
    died = run_task(
        "pre_bill", items, tmp_path,
        environment=office.environment | {"CLAIMBOTS_CRASH_AT": "run.kept:2"},
    )  # fmt: skip
    assert died.exit == KILLED, died.said
    other = office.run("--limit", "1", "--shadow")
    assert other.returncode == 0, other.stderr
    dead = next(run for run in runs(office) if run["stop_reason"] == "it was killed")

    again = run_task("pre_bill", items, tmp_path, environment=office.environment)

    assert again.released == [("COMPLETED", None)]
    newest = runs(office)[0]
    assert newest["counts"]["claims"] + dead["counts"]["claims"] == len(claims)
    assert [item["run"] for item in again.outputs if item["code"] == "NOT_FOUND"] == [dead["id"]]
    assert max((c["saves"] for c in office.witness()["claims"].values()), default=0) <= 1


@pytest.fixture
def serve(office: Office, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`claimbots serve` with a schedule whose time was three minutes ago."""
    due = datetime.now(UTC) - timedelta(minutes=3)
    file = office.root / "config" / "schedules.yaml"
    file.write_text(
        "schedules:\n  soon:\n    portal: practice\n    queue: pending\n"
        f'    cron: "{due.minute} {due.hour} * * *"\n    time_zone: UTC\n    limit: 14\n'
    )
    known = (
        "from datetime import UTC, datetime, timedelta\n"
        "from bots.cli.store_door import open_store\nopen_store()\n"
        "from bots.store import schedules\n"
        "schedules.known_since('soon', datetime.now(UTC) - timedelta(hours=1))\n"
    )
    subprocess.run([sys.executable, "-c", known], env=office.environment, check=True, timeout=60)
    with (tmp_path / "serve.log").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "from bots.cli import main; main()", "serve"],
            env=office.environment | {"CLAIMBOTS_SERVE__PORT": "0"}, stdout=out, stderr=out,
        )  # fmt: skip
    yield process
    process.kill()
    process.wait()
    file.unlink()


def test_the_same_run_by_schedule_command_and_control_room_at_once_is_one_run(
    office: Office, tmp_path: Path, serve: subprocess.Popen[bytes]
):
    office.practice("reset", "--stay-logged-in")
    before = {run["id"] for run in runs(office)}
    until(lambda: {run["id"] for run in runs(office)} - before, "run of the schedule")
    items = [{"payload": {"portal": "practice", "limit": 14}, "files": {}}]

    with ThreadPoolExecutor(2) as pool:
        room = pool.submit(run_task, "pre_bill", items, tmp_path, environment=office.environment)
        typed = pool.submit(
            office.claimbots,
            "run", "--portal", "practice", "--queue", "pending", "--limit", "14",
        )  # fmt: skip

    assert typed.result().returncode in (0, 3), typed.result().stderr
    assert [state for state, _ in room.result().released] == ["COMPLETED"]
    (run,) = [run for run in runs(office) if run["id"] not in before]
    assert run["requested_by"] == "schedule soon"
    assert {item["run"] for item in room.result().outputs} <= {run["id"]}
    assert serve.poll() is None
