"""Named places where a test may kill this process, so that recovery is proved, not hoped for.

`CLAIMBOTS_CRASH_AT=name` kills with SIGKILL when the place is reached; `name:3` the third
time. `CLAIMBOTS_CRASH_SIGNAL=TERM` sends SIGTERM instead, `TERM TERM` twice.
`CLAIMBOTS_CRASH_TRACE=FILE` writes down each place that was reached, so that a test can show that
none is dead. Without these variables a crash point costs two look-ups.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

NAMES = (
    "run.asked",
    "run.taken_up",
    "run.listed",
    "run.taken",
    "ledger.before_write",
    "ledger.after_write",
    "ledger.after_fsync",
    "hands.after_intent",
    "hands.before_act",
    "editor.before_save",
    "editor.after_click",
    "hands.after_act",
    "hands.before_outcome",
    "hands.after_outcome",
    "run.kept",
    "run.before_end",
    "run.ended",
)
KEEPING = ("backup.after_store", "backup.after_log", "backup.before_name", "restore.before_store")

_reached: Counter[str] = Counter()


def crashpoint(name: str) -> None:
    """Do nothing, unless a test asked to die here.

    Raises:
        KeyError: under test, a name that does not stand in `NAMES` or `KEEPING`.
    """
    at, trace = os.environ.get("CLAIMBOTS_CRASH_AT"), os.environ.get("CLAIMBOTS_CRASH_TRACE")
    if at is None and trace is None:
        return
    if name not in NAMES + KEEPING:
        raise KeyError(name)
    _reached[name] += 1
    if trace:
        with open(trace, "a", encoding="utf-8") as file:
            file.write(name + "\n")
    wanted, _, nth = (at or "").partition(":")
    if name == wanted and _reached[name] == int(nth or 1):
        gentle = os.environ.get("CLAIMBOTS_CRASH_SIGNAL", "").count("TERM")
        for _ in range(gentle or 1):
            os.kill(os.getpid(), signal.SIGTERM if gentle else signal.SIGKILL)
