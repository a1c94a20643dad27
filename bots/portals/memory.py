"""How much memory a process and all below it take, where /proc says so (Linux).

Shared pages count by their share (PSS). A process of the sandbox does not show that to others
than root: of it what it shares with nobody known is counted, which is a little less.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_PROC = Path("/proc")
_PAGE = 4096  # statm counts pages; on a larger page it says less, and the limit comes later


def taken_below(process: int) -> int | None:
    """The bytes that a process and all below it take; None where this system does not tell."""
    if not process or not (_PROC / str(process)).exists():
        return None
    total = 0
    for one in descendants(process):
        with contextlib.suppress(OSError, ValueError):  # it has just ended
            total += taken_by(one)
    return total


def descendants(process: int) -> list[int]:
    """A process and all that it and they began, as of now."""
    begun: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                begun.setdefault(int(stat(int(entry.name))[1]), []).append(int(entry.name))
    found = [process]
    for one in found:
        found += begun.get(one, [])
    return found


def child_above(process: int) -> int:
    """The child of this very process below which `process` is; 0 where that is not known."""
    with contextlib.suppress(OSError, ValueError):
        while process > 1:
            parent = int(stat(process)[1])
            if parent == os.getpid():
                return process
            process = parent
    return 0


def stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on: a name may hold blanks and brackets."""
    return (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()


def taken_by(process: int) -> int:
    """The bytes of one process; raises OSError where it is gone."""
    with contextlib.suppress(PermissionError):
        for line in (_PROC / str(process) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    _, resident, shared = (_PROC / str(process) / "statm").read_text().split()[:3]
    return (int(resident) - int(shared)) * _PAGE
