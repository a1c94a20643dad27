"""A disk that fails under the audit log stops the run before the portal is touched (F41-F43)."""

import pytest

pytestmark = pytest.mark.slow  # `make chaos-sample` has F42, tests/ledger/test_writing.py the log

# The disk of the log fails from its second record on: the first is the run's, then the intent.
BROKEN = """
import errno, os
from bots.ledger import disk
real, seen = getattr(disk, {call!r}), []
def failing(*given):
    seen.append(1)
    if len(seen) >= 2:
        raise OSError(errno.{error}, os.strerror(errno.{error}))
    return real(*given)
setattr(disk, {call!r}, failing)
"""


@pytest.mark.parametrize(
    ("number", "call", "error"),
    [("F41", "write", "ENOSPC"), ("F42", "write", "EIO"), ("F43", "fsync", "EIO")],
    ids=["F41", "F42", "F43"],
)
def test_an_intent_that_is_not_on_disk_is_not_acted_on(office, claim, number, call, error):
    died = office.run("--claim", claim, first=BROKEN.format(call=call, error=error))

    assert died.returncode == 2, died.stdout
    assert "audit log is broken" in died.stderr
    assert "Traceback" not in died.stderr
    assert office.witness()["writes"] == 0

    done = office.run("--claim", claim)

    assert done.returncode == 0, done.stderr
    assert office.saves(claim) == 1
    assert office.verified()
