"""Bad days as their user meets them: one sentence of what, where and what to do, nothing lost.

A wrong password, a wrong code and a clock that is off are in tests/portals and tests/runs;
what a reader makes of each broken claim is in tests/files.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from file_cases import small_case

from bots.config import default_folder
from bots.files.json_claims import case_to
from bots.places import Places
from bots.secrets import development_key
from bots.secrets.credentials import Credential, remember_credential

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "files" / "samples"
RUN = ("run", "--portal", "practice", "--queue", "pending")
PATIENT = ("SAMPLE", "Sample", "1EG4", "1980", "Main St")  # what the samples' patients are


class Desk:
    """A new office on this machine: its folders, and what its user types."""

    def __init__(self, root: Path) -> None:
        self.data, self.config = root / "data", root / "config"
        for name in ("config", "selectors"):
            shutil.copytree(default_folder(name), root / name)
        kept = {name: value for name, value in os.environ.items() if "CLAIMBOTS" not in name}
        self.environment = {
            **kept,
            "CLAIMBOTS_DATA": str(self.data),
            "CLAIMBOTS_CONFIG": str(self.config),
        }

    def type(self, *words: str | Path, **environment: str) -> Any:
        # A new Python each time: a limit of this process is one of the command as well.
        done = subprocess.run(
            [sys.executable, "-c", "from bots.cli import main; main()", *map(str, words)],
            env=self.environment | environment, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        for patient in ("Traceback", *PATIENT):
            assert patient not in done.stdout + done.stderr
        return done

    def refused(self, *words: str | Path, exit: int = 2, **environment: str) -> str:
        """The one sentence of a command that cannot be done."""
        done = self.type(*words, **environment)
        assert done.returncode == exit, (done.stdout, done.stderr)
        (sentence,) = [
            line for line in done.stderr.splitlines() if not line.startswith("building ")
        ]
        assert sentence.startswith("claimbots: ")
        return sentence.removeprefix("claimbots: ")

    def put(self, file: str, right: str, wrong: str) -> Path:
        path = self.config / file
        text = path.read_text()
        assert right in text
        path.write_text(text.replace(right, wrong, 1))
        return path

    def runs(self) -> list[str]:
        done = self.type("runs", "list", "--json")
        return [json.loads(line)["state"] for line in done.stdout.splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def log_in(desk: Desk) -> None:
    """A log-in for the practice portal, kept as `credentials set` keeps one."""
    places = Places(desk.data).made()
    login = Credential("biller", "not needed here", "JBSWY3DPEHPK3PXP")
    remember_credential("practice", login, places, development_key(places))


@contextmanager
def a_disk_with(space: int) -> Iterator[None]:
    """What is started meanwhile can write no file beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (space, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def a_taken_port(port: int = 0) -> Iterator[int]:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield other.getsockname()[1]


# A typo in the configuration


@pytest.mark.parametrize(
    ("file", "right", "wrong", "says"),
    [
        (
            "claimbots.yaml", "corrections_per_run: 500", "corections_per_run: 500",
            "3 run.corections_per_run: unknown key; did you mean corrections_per_run?",
        ),
        (
            "portals.yaml", "sessions: 1", "sesions: 1",
            "5 portals.practice.sesions: unknown key; did you mean sessions?",
        ),
        (
            "policy.yaml", "flag_as: note", "flags_as: note",
            "1 flags_as: unknown key; did you mean flag_as?",
        ),
    ],
)  # fmt: skip
def test_a_typo_is_named_by_file_line_and_key_with_the_nearest_right_one(
    desk, file, right, wrong, says
):
    path = desk.put(file, right, wrong)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if wrong in text)

    assert desk.refused(*RUN) == f"{path}:{line}:{says}"
    assert not (desk.data / "ledger" / "claimbots-office").exists()


def test_a_typo_in_the_environment_is_named_as_one(desk):
    sentence = desk.refused(*RUN, CLAIMBOTS_RUN__PAGESS="2")
    assert sentence == (
        "environment CLAIMBOTS_RUN__PAGESS run.pagess: unknown key; did you mean pages?"
    )


def test_a_portal_that_is_not_there_names_the_nearest(desk):
    sentence = desk.refused("run", "--portal", "practise", "--queue", "pending")
    assert sentence == "--portal: no portal named 'practise'; did you mean practice?"


# No browser, no log-in


@pytest.mark.usefixtures("log_in")
def test_a_browser_that_is_not_there_ends_the_run_with_where_and_what_to_do(desk):
    sentence = desk.refused(*RUN, CLAIMBOTS_BROWSER="/nowhere/chrome")

    assert sentence == ("CLAIMBOTS_BROWSER: no browser there; name a Chromium or Chrome program")
    assert desk.runs() == ["failed"]  # not one that seems to go on for ever


@pytest.mark.usefixtures("log_in")
def test_a_machine_without_any_browser_is_told_how_to_get_one(desk, tmp_path):
    bare = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}

    sentence = desk.refused(*RUN, **bare)

    assert sentence.startswith("no browser was found; run `make browser`, install Chromium")
    told = desk.type("doctor", **bare)
    assert told.returncode == 1
    assert "DO   browser       no browser was found; run `make browser`" in told.stdout


@pytest.mark.usefixtures("log_in")
def test_a_browser_that_does_not_start_is_named(desk):
    sentence = desk.refused(*RUN, CLAIMBOTS_BROWSER=shutil.which("false") or "")
    assert "the browser does not start" in sentence
    assert "run it once by hand" in sentence
    assert desk.runs() == ["failed"]


def test_a_run_without_a_log_in_says_how_to_keep_one_and_is_closed(desk):
    sentence = desk.refused(*RUN)
    assert sentence == ("no log-in practice is kept here; run: claimbots credentials set practice")
    assert desk.runs() == ["failed"]


def test_a_demo_takes_a_free_port_and_leaves_no_portal_behind_when_it_cannot_go_on(desk):
    """Also where another program has 8765, at which the shipped configuration looks."""
    with socket.socket() as other, contextlib.suppress(OSError):
        other.bind(("127.0.0.1", 8765))  # or it is taken already
        other.listen()
        done = desk.type("demo", "--claims", "5", CLAIMBOTS_BROWSER="/nowhere/chrome")

    assert done.returncode == 2
    assert "practice portal at http://127.0.0.1:" in done.stdout
    assert ":8765" not in done.stdout
    assert done.stderr == (
        "claimbots: CLAIMBOTS_BROWSER: no browser there; name a Chromium or Chrome program\n"
    )
    assert not (desk.data / "demo" / "practice" / "server.json").exists()


@pytest.mark.usefixtures("log_in")
def test_a_portal_that_does_not_answer_leaves_its_work_over_and_says_where_it_stood(desk):
    with a_taken_port() as port:
        pass  # nobody listens there any more
    desk.put("portals.yaml", "http://127.0.0.1:8765", f"http://127.0.0.1:{port}")

    done = desk.type(*RUN)

    assert done.returncode == 3
    assert "stopped: open the log-in page: ERR_CONNECTION_REFUSED (UNREACHED)" in done.stdout
    assert desk.runs() == ["failed"]
    assert (
        "APPLICATION  (run)           UNREACHED"
        in desk.type("exceptions", "list", "--flat").stdout
    )


# A data folder that cannot be written, a disk without space


@pytest.mark.parametrize(
    "words",
    [
        ("init",),
        RUN,
        ("demo", "--claims", "5"),
        ("practice", "serve", "--background"),
        ("stop",),
    ],
    ids=" ".join,
)
def test_a_data_folder_that_cannot_be_written_is_named_with_what_to_do(desk, words):
    desk.data.write_text("a file stands where the folder should be")

    sentence = desk.refused(*words)

    assert str(desk.data) in sentence
    assert "cannot be" in sentence
    assert "free the disk" in sentence
    assert "[Errno" not in sentence


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (0, RUN),
        (20_000, ("demo", "--claims", "5")),
        (0, ("practice", "seed", "--claims", "5")),
        (20_000, ("proposals", "list")),
        (0, ("credentials", "unlock", "practice")),
        (0, ("keys", "init")),
    ],
)
def test_a_disk_without_space_gets_a_sentence(desk, space, words):
    with a_disk_with(space):
        sentence = desk.refused(*words)

    assert str(desk.data) in sentence
    assert "free the disk" in sentence
    assert "[Errno" not in sentence


def test_tables_that_found_no_space_are_built_the_next_time(desk):
    with a_disk_with(100_000):
        assert "the tables cannot be written" in desk.refused("init")

    assert tables_of(desk) == []
    assert desk.type("init").returncode == 0
    assert tables_of(desk) != []


def tables_of(desk):
    """Whole tables and halves of them; the lock of imports is neither."""
    return [path for path in (desk.data / "codesets").iterdir() if path.name != ".lock"]


def test_the_brake_holds_on_a_full_disk(desk):
    with a_disk_with(0):
        assert desk.type("stop", "--reason", "the disk is full").returncode == 0

    told = desk.type("doctor").stdout
    assert "NOTE brake         pulled: no run writes; `claimbots go`" in told


# The port is taken


@pytest.mark.parametrize("words", [(), ("--background",)])
def test_a_taken_port_is_named(desk, words):
    with a_taken_port() as port:
        done = desk.type("practice", "serve", "--port", str(port), *words)

    assert done.returncode == 2
    assert f"port {port} cannot be used (Address already in use); choose another, or 0" in (
        done.stderr
    )
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_what_is_no_port_is_wrong_use(desk, port):
    done = desk.type("practice", "serve", "--port", port)
    assert done.returncode == 2
    assert "Invalid value for '--port'" in done.stderr


# A live portal


PORTAL = """
portals:
  acme:
    kind: practice
    address: https://portal.invalid
    credential: acme
    mode: live
"""
ALLOWED = "    permission: {by: Dana Example, until: %s}\n"


@pytest.mark.parametrize(
    ("permission", "says"),
    [
        ("", "portals.acme: live without `permission`; add who allowed the bot, until when"),
        (
            ALLOWED % "2026-01-31",
            (
                "portals.acme.permission: the permission to write there has ended; "
                "have it renewed, or set `mode: shadow`"
            ),
        ),
        (
            ALLOWED % "2099-12-31",
            (
                "portals.acme: a live portal needs a master key; set keys.master in "
                "claimbots.yaml (`claimbots keys init` makes one)"
            ),
        ),
    ],
    ids=["without permission", "with one that ended", "without a key"],
)
def test_a_live_portal_is_not_even_called_without_permission_and_key(desk, permission, says):
    (desk.config / "portals.yaml").write_text(PORTAL + permission)

    sentence = desk.refused("run", "--portal", "acme", "--queue", "pending")

    assert sentence.endswith(says)
    assert "portals.yaml" in sentence
    # No key was made up, and nothing begun.
    assert list((desk.data / "keys").glob("*")) == []
    assert not (desk.data / "store.sqlite3").exists()


def test_not_even_a_look_at_a_real_portal_is_taken_under_a_made_up_key(desk):
    (desk.config / "portals.yaml").write_text(PORTAL.replace("live", "shadow"))

    sentence = desk.refused("run", "--portal", "acme", "--queue", "pending", "--shadow")

    assert "no master key; make one with `claimbots keys init`" in sentence
    assert "DO   keys          portals (acme) need keys.master" in desk.type("doctor").stdout


# Files


def test_each_broken_837_costs_its_own_claims_and_is_named_by_file_and_place(desk):
    broken = {
        "cut-off": "segment 111: transaction set 0002 (from segment 90) is cut off",
        "latin-1": "segment 43 NM1: is not UTF-8; save the file as UTF-8",
        "utf-16": "is in a wrong encoding (UTF-16 or binary); save it as UTF-8",
        "wrong-set-count": "segment 125 SE01: transaction set 0002 has 36 segments and its SE",
        "wrong-group-count": "segment 159 GE01: counts another number of transaction sets",
        "wrong-version": "segment 3 ST03: transaction set 0001 is of another version",
        "not-a-claim": "segment 3 ST01: transaction set 0001 is no 837",
        "none": "is empty: there is no claim in it",
    }

    done = desk.type("check", *(SAMPLES / f"{name}.837" for name in broken))

    assert done.returncode == 2
    for name, says in broken.items():
        lines = [line for line in done.stderr.splitlines() if line.startswith(str(SAMPLES / name))]
        assert any(says in line for line in lines), (name, lines)
    assert "18 claims, 0 clean, 0 with errors, 9 unreadable" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("field", "value", "place", "says"),
    [
        ("claim.statuss", "x", "$.claim", "did you mean status?"),
        ("claim.total_charge", 12.5, "$.claim.total_charge", "JSON number"),
        ("claim.lines.0.number", "1", "$.claim.lines[0].number", "without quotes"),
        ("claim.lines.0.charge", "-1.00", "$.claim.lines[0].charge", "below zero"),
        ("claim.lines.0.service_date", "2125-09-01", "$.claim.lines[0].service_date", "outside"),
    ],
)
def test_a_wrong_value_in_json_is_named_by_its_place_and_costs_its_claim_only(
    desk, tmp_path, field, value, place, says
):
    right, wrong = case_to(small_case()), case_to(small_case())
    *way, last = field.split(".")
    spot: Any = wrong
    for step in way:
        spot = spot[int(step) if step.isdigit() else step]
    spot[last] = value
    path = tmp_path / "claims.jsonl"
    path.write_text("\n".join(json.dumps(entry) for entry in (wrong, right)))

    done = desk.type("check", path, "--json")

    assert done.returncode == 2
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    assert (first["file"], first["position"], first["segment"]) == (str(path), 1, place)
    assert says in first["error"]
    assert "clean" in second
    assert str(path) in done.stderr
    assert small_case().claim.patient.last_name not in done.stderr


# What nobody thought of


def test_a_fault_of_ours_is_a_sentence_too_and_its_own_text_is_not_shown(desk, tmp_path):
    ill = tmp_path / "ill"
    ill.mkdir()
    (ill / "sitecustomize.py").write_text(
        "import bots.places\n"
        "def here(): raise ValueError('the claim of Jo Quimby')\n"
        "bots.places.here = here\n"
    )

    sentence = desk.refused("stop", PYTHONPATH=f"{ill}{os.pathsep}{ROOT}")

    assert sentence == (
        "a fault of claimbots itself (ValueError in sitecustomize.py:2); please report it"
    )


def test_a_file_is_checked_without_a_data_folder_and_a_browser(desk):
    desk.data.write_text("in the way")
    done = desk.type("check", SAMPLES / "professional.837", CLAIMBOTS_BROWSER="/nowhere")
    assert done.returncode == 0
