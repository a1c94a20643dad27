"""`claimbots serve`: a scheduled run at a portal, stopped in the middle, goes on by itself."""

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import forking
import pytest
from runs.office import until

pytestmark = pytest.mark.night

CLAIMS = 24


@pytest.fixture
def scheduled(office, tmp_path):
    """The office with a schedule whose time was three minutes ago, and known before that."""
    due = datetime.now(UTC) - timedelta(minutes=3)
    file = office.root / "config" / "schedules.yaml"
    file.write_text(
        "schedules:\n  soon:\n    portal: practice\n    queue: pending\n"
        f'    cron: "{due.minute} {due.hour} * * *"\n    time_zone: UTC\n'
        f"    limit: {CLAIMS}\n    pages: 8\n"
    )
    known = (
        "from datetime import UTC, datetime, timedelta\n"
        "from bots.cli.store_door import open_store\nopen_store()\n"
        "from bots.store import schedules\n"
        "schedules.known_since('soon', datetime.now(UTC) - timedelta(hours=1))\n"
    )
    subprocess.run([sys.executable, "-c", known], env=office.environment, check=True, timeout=60)
    yield office
    file.unlink()


@pytest.fixture
def serve(scheduled, tmp_path):
    begun = []

    def start():
        process = forking.begin(
            "serve",
            environment=scheduled.environment | {"CLAIMBOTS_SERVE__PORT": "18767"},
            out=tmp_path / f"serve-{len(begun)}.log",
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
            process.wait()


def asked(path):
    try:
        with urlopen(f"http://127.0.0.1:18767{path}", timeout=5) as said:
            return said.status, said.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def ended(process):
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = process.wait(30)  # the issue's own limit
    return code, time.monotonic() - began


def test_stopped_with_claims_open_it_ends_soon_and_goes_on_by_itself(scheduled, serve):
    office = scheduled

    def state():
        said = office.claimbots("schedule", "list", "--json").stdout
        return json.loads(said.splitlines()[0]) if said else {}

    def claims_opened():
        log = office.server.data / "requests.jsonl"
        before = log.read_text().count('"GET"') if log.exists() else 0
        return before > 30 and office.witness()["writes"] > 0

    first = serve()
    until(claims_opened, "claim was saved")
    assert asked("/healthz") == (200, "ok\n")
    code, _ = ended(first)
    assert code == 128 + signal.SIGTERM
    stopped = state()
    assert stopped["became"] == "begun"
    run = office.claimbots("runs", "show", stopped["run"], "--json").stdout
    assert json.loads(run)["state"] == "pending"
    assert all(outcomes for _, outcomes in office.intents().values())  # nothing half done

    second = serve()
    until(lambda: state()["became"] not in ("begun", "waiting"), "end of the run")
    after = state()
    assert after["became"] == "done", after
    assert after["run"] == stopped["run"]
    done = 'claimbots_schedule_done_timestamp_seconds{schedule="soon"}'
    until(lambda: done in asked("/metrics")[1], "figure of the schedule's last good run")
    assert "claimbots_scheduled_failed 0.0" in asked("/metrics")[1]
    office.claimbots("stop", "--reason", "a test")
    until(lambda: asked("/readyz")[0] == 503, "word that nothing would begin")
    office.claimbots("go")
    code, seconds = ended(second)
    assert code == 128 + signal.SIGTERM
    assert seconds < 10  # nothing was at work

    saves = [claim["saves"] for claim in office.witness()["claims"].values()]
    assert sum(saves) > 0
    assert max(saves) <= 1
    assert office.verified()


def test_a_second_one_is_refused(scheduled, serve):
    serve()
    until(lambda: asked("/healthz")[0] == 200, "answer")

    another = scheduled.claimbots("serve", CLAIMBOTS_SERVE__PORT="0")

    assert another.returncode == 3
    assert "another worker is at work" in another.stderr
