"""Which faults are on: `faults.json`, and what the server remembers of each."""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any


@dataclass
class Active:
    """A fault that is on. `seen` counts the occasions, `used` how often it struck.

    `tells` is called when it strikes for the first time.
    """

    name: str
    id: str
    options: dict[str, str]
    tells: Callable[[], None] = lambda: None
    seen: int = 0
    used: int = 0
    memory: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def about(self, claim: str) -> bool:
        """Whether the fault is meant for this claim."""
        return self.options.get("claim", claim) == claim

    def strikes(self, times: int | None = None, nth: int = 1) -> bool:
        """Count this occasion; whether the fault strikes on it.

        It strikes from the `nth` occasion on, `times` times; the options win over the
        defaults given here, and None means without end.
        """
        with self._lock:
            self.seen += 1
            limit = int(self.options["times"]) if "times" in self.options else times
            if self.seen < int(self.options.get("nth", nth)):
                return False
            if limit is not None and self.used >= limit:
                return False
            self.used += 1
            if self.used == 1:
                self.tells()
            return True

    def seconds(self, default: float) -> float:
        """The fault's seconds."""
        return float(self.options.get("seconds", default))

    def wait(self, default: float) -> None:
        """Stand still for the fault's seconds."""
        time.sleep(self.seconds(default))

    def get(self, name: str, default: str = "") -> str:
        """One of the fault's options."""
        return self.options.get(name, default)


def read(path: Path) -> list[dict[str, Any]]:
    """The faults that the file switches on."""
    try:
        kept: list[dict[str, Any]] = json.loads(path.read_text())
    except FileNotFoundError:
        return []
    return kept


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Replace the file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".faults-{os.getpid()}")
    draft.write_text(json.dumps(rows, indent=1))
    draft.replace(path)


def struck(path: Path) -> set[str]:
    """The ids of the faults that have struck since seeding."""
    try:
        return set(_told(path).read_text().split())
    except FileNotFoundError:
        return set()


def forget(path: Path) -> None:
    """Nothing is on, and nothing has struck."""
    path.unlink(missing_ok=True)
    _told(path).unlink(missing_ok=True)


def _told(path: Path) -> Path:
    return path.with_name("faults-struck.txt")


def row(name: str, options: dict[str, str]) -> dict[str, Any]:
    """A fault as the file has it; its id keeps its counts apart from an earlier one's."""
    return {"fault": name, "id": uuid.uuid4().hex[:12], "options": options}


class Switchboard:
    """What is on, as of the file's last change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._on: list[Active] = []
        self._lock = threading.Lock()

    def on(self) -> list[Active]:
        """The active faults; costs one stat when nothing changed."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        except FileNotFoundError:
            stamp = (0, 0, 0)
        if stamp != self._stamp:
            with self._lock:
                kept = {active.id: active for active in self._on}
                self._on = [
                    kept.get(item["id"])
                    or Active(
                        item["fault"], item["id"], item["options"], partial(self._tell, item["id"])
                    )
                    for item in read(self._path)
                ]
                self._stamp = stamp
        return self._on

    def _tell(self, id: str) -> None:
        with _told(self._path).open("a") as file:
            file.write(f"{id}\n")
