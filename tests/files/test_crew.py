"""Work in several processes: results in order, and a clear end when something ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders.claims import a_claim
from x12_writer import a_file, a_set

from bots.errors import Problem
from bots.runs.check_files import SMALL
from bots.runs.crew import each, processes_here


def twice(job: int) -> Iterator[tuple[int, int]]:
    time.sleep(0.002 * (job % 3))
    yield job, os.getpid()
    yield -job, os.getpid()


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_jobs(processes: int):
    said = list(each(twice, range(1, 40), processes))
    assert [number for number, _ in said] == [n for job in range(1, 40) for n in (job, -job)]
    assert len({pid for _, pid in said}) == processes
    assert (os.getpid() in {pid for _, pid in said}) is (processes == 1)


def test_jobs_are_taken_a_few_ahead_and_no_more():
    taken = []

    def jobs() -> Iterator[int]:
        for number in range(1, 1000):
            taken.append(number)
            yield number

    results = each(twice, jobs(), 2)
    next(results)
    assert len(taken) < 20
    results.close()


def test_a_process_that_is_killed_ends_it_with_a_sentence():
    def dies(job: int) -> Iterator[int]:
        if job == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        yield job

    with pytest.raises(Problem, match=r"worker process died \(signal 9\)"):
        list(each(dies, range(9), 2))


def test_what_fails_in_a_process_is_named_without_its_text():
    def fails(job: int) -> Iterator[int]:
        raise ValueError("1EG4TE5MK73")
        yield job

    with pytest.raises(Problem, match=r"ValueError in test_crew\.py") as found:
        list(each(fails, range(9), 2))
    assert "1EG4" not in str(found.value)


def test_a_problem_in_a_process_arrives_as_it_is():
    def refuses() -> None:
        raise Problem("the table is cut", where="x.sqlite3", do="import it again", exit=2)

    with pytest.raises(Problem, match=r"x\.sqlite3: the table is cut; import it again"):
        list(each(twice, range(3), 2, refuses))


def test_no_process_is_left_behind():
    results = each(twice, range(1, 1000), 2)
    pids = {next(results)[1] for _ in range(40)}
    results.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(("sent", "ended"), [(signal.SIGINT, 130), (signal.SIGTERM, -15)])
def test_an_interrupt_ends_the_command_and_its_processes(tmp_path: Path, sent: int, ended: int):
    path = tmp_path / "long.837"
    claims = [replace(a_claim(), coverage=replace(a_claim().coverage, member_id=f"M{n}"))
              for n in range(500)]  # fmt: skip
    path.write_text(a_file([a_set(claims)] * 14))
    assert path.stat().st_size > SMALL
    process = subprocess.Popen(
        [sys.executable, "-c", "from bots.cli import main; main()", "check", "--json", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "CLAIMBOTS_DATA": str(tmp_path), "CLAIMBOTS_CONFIG": "config"},
        # What a shell starts behind "&" inherits an interrupt that is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    process.stdout.readline()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == processes_here() or processes_here() == 1
    process.send_signal(sent)
    _, said = process.communicate(timeout=30)

    assert process.returncode == ended
    assert b"Traceback" not in said
    until = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/stat").exists() for pid in children):
        assert time.monotonic() < until, "a process outlived the command"
        time.sleep(0.05)
