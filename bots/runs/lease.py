"""A worker's lease: renewed while it lives, looked at before every save.

A worker that cannot renew by half of the lease's length ends itself at once: after the whole
length another may take its claims, and a save by both would be one too many. Time is taken from
a clock that runs on while a process is frozen, and while the whole machine sleeps. It is renewed
only while the worker's event loop goes round: a worker that hangs is as good as dead.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from bots.errors import Problem
from bots.places import Places
from bots.store import database, leases

log = structlog.get_logger()

LENGTH = 30.0  # seconds; a dead worker is seen after these
_BEATS = 6  # renewals in that time
SILENT = 60.0  # seconds after which an event loop that says nothing is taken for hung
LOST = 75  # the exit of a process whose lease is lost (EX_TEMPFAIL)
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has one that never stands


class Lease:
    """One life of a worker. Use as a context; `check` before every save.

    `on_lost` is called in whatever thread finds out, and must end all writing.
    """

    def __init__(
        self,
        places: Places,
        name: str,
        on_lost: Callable[[], None],
        *,
        length: float | None = None,
        log: str = "",
        only: str = "",
        is_alone: bool = True,
    ) -> None:
        self._places, self._name, self._on_lost = places, name, on_lost
        self._log, self._only, self._is_alone = log, only, is_alone
        self._length = LENGTH if length is None else length
        self._done = threading.Event()
        self._renewed = 0.0
        self._last_pulse: float | None = None  # none: nobody pulses, and nobody is missed
        self._threads: tuple[threading.Thread, ...] = ()
        self.generation = 0

    @property
    def executor(self) -> str:
        """Unique to this life."""
        return f"{self._name}.{self.generation}"

    def __enter__(self) -> Lease:
        database.connect(self._places)
        try:
            with database.speaking(self._places):
                record = leases.take(
                    self._name, socket.gethostname(), os.getpid(), self._span,
                    log=self._log, only=self._only, is_alone=self._is_alone,
                )  # fmt: skip
                # It may have waited for one that is frozen in the middle of a transaction, longer
                # than half of it: it is counted from here.
                self.generation, self._renewed = record.generation, _now()
                is_mine = leases.renew(self._name, self.generation, self._span)
        finally:
            database.close()
        if not is_mine:
            self._lose()
        self._threads = tuple(
            threading.Thread(target=does, name=f"lease {does.__name__}", daemon=True)
            for does in (self._beat, self._watch)
        )
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(self._length)

    def pulse(self) -> None:
        """The event loop goes round. Once this was said it must be said again and again."""
        self._last_pulse = _now()

    def check(self) -> None:
        """Return where the lease surely holds; else end all writing.

        To be asked in the last moment before something is sent that cannot be taken back.
        """
        if not self.holds():
            self._lose()

    def holds(self) -> bool:
        """Whether it was renewed within half of its length."""
        return _now() - self._renewed < self.holds_for

    @property
    def holds_for(self) -> float:
        """Seconds after it was renewed in which a save may still begin."""
        return self._length / 2

    @property
    def _span(self) -> timedelta:
        return timedelta(seconds=self._length)

    def _beat(self) -> None:
        database.connect(self._places)
        beat = wait = self._length / _BEATS
        try:
            while not self._done.wait(wait):
                asked, wait = _now(), beat
                if self._is_silent(asked):
                    log.error("the event loop hangs: the lease is not renewed", seconds=SILENT)
                    continue
                try:
                    with database.speaking(self._places):
                        renewed = leases.renew(self._name, self.generation, self._span)
                except Problem as problem:
                    log.warning("the lease cannot be renewed", what=problem.what)
                    database.close()  # the next question opens another one
                    # Two beats that each meet a short outage would be the half of its length.
                    wait = beat / 5
                    continue
                if not renewed:
                    return self._lose()
                self._renewed = asked
            leases.end(self._name, self.generation)
        finally:
            database.close()

    def _watch(self) -> None:
        """See that it holds; beside the renewal, which may wait for a store for a long time."""
        while not self._done.wait(self._length / _BEATS / 2):
            if not self.holds():  # frozen, hung, or the store did not answer for too long
                self._lose()
                return

    def _is_silent(self, now: float) -> bool:
        return self._last_pulse is not None and now - self._last_pulse > SILENT

    def _lose(self) -> None:
        log.error("the lease is lost", worker=self.executor)
        self._on_lost()


def _now() -> float:
    """Seconds; only their difference says anything."""
    return time.clock_gettime(_CLOCK)
