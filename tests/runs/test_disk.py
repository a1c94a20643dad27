"""A disk that fails under the audit log stops the run before the portal is touched (F41-F43)."""

import subprocess
import sys

import pytest

# The disk of the log fails from the so-manieth record on: the second is the intent.
PRELUDE = """
import errno, os
from bots.ledger import disk
real, seen = getattr(disk, {call!r}), []
def failing(*given):
    seen.append(1)
    if len(seen) >= {nth}:
        raise OSError(errno.{error}, os.strerror(errno.{error}))
    return real(*given)
setattr(disk, {call!r}, failing)
from bots.cli import main
main()
"""


def _run(office, claim, **fault):
    words = ["run", "--portal", "practice", "--queue", "pending", "--as-of", "2026-09-30"]
    return subprocess.run(
        [sys.executable, "-c", PRELUDE.format(**fault), *words, "--claim", claim],
        env=office.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("number", "call", "error"),
    [("F41", "write", "ENOSPC"), ("F42", "write", "EIO"), ("F43", "fsync", "EIO")],
    ids=["F41", "F42", "F43"],
)
def test_an_intent_that_is_not_on_disk_is_not_acted_on(office, claim, number, call, error):
    died = _run(office, claim, call=call, error=error, nth=2)

    assert died.returncode == 2, died.stdout
    assert "audit log is broken" in died.stderr
    assert "Traceback" not in died.stderr
    assert office.witness()["writes"] == 0

    done = office.run("--claim", claim)

    assert done.returncode == 0, done.stderr
    assert office.saves(claim) == 1
    assert office.verified()
