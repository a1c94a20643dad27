"""What is asked again while PostgreSQL is away for a moment: a restart, a switch of machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential

from bots.leaving import Leaving
from bots.places import Places
from bots.store import database
from bots.store.database import Unreachable

P = ParamSpec("P")
R = TypeVar("R")

_LONGEST = 60.0  # seconds that it may be away; a worker's lease is lost long before
_AT_THE_END = 5.0  # the same after a signal: what was begun is still to be kept

# Whether it was done the first time is not known: only for questions that may be asked twice.
_while_away = retry(
    retry=retry_if_exception_type(Unreachable),
    wait=wait_exponential(multiplier=0.1, max=2),
    stop=stop_after_delay(_LONGEST) | Leaving(after=_AT_THE_END),
    reraise=True,
)


def patiently(places: Places, question: Callable[P, R], /, *given: P.args, **named: P.kwargs) -> R:
    """What the open store answers in this thread; asked again, so one that may be asked twice.

    Raises:
        Problem: the database or the disk failed, PostgreSQL for a minute, or for some seconds
            where this process is to end; else whatever the question raises.
    """

    @_while_away
    def asked() -> R:
        try:
            with database.speaking(places):
                return question(*given, **named)
        except Unreachable:
            database.close()  # the next question opens another connection
            raise

    return asked()


def open_patiently(places: Places) -> None:
    """Open the store in this thread; raises Problem as `database.connect` and `patiently`."""
    patiently(places, database.connect, places)


@contextmanager
def let_go(places: Places) -> Iterator[None]:
    """Hold no connection to the store while the body waits, which may be hours.

    None outlives a restart of PostgreSQL. Where this thread had one it has a new one afterwards,
    however the body ends.

    Raises:
        Problem: as `database.connect`; PostgreSQL did not answer for a minute.
    """
    if not database.is_open():
        yield
        return
    database.close()
    try:
        yield
    finally:
        open_patiently(places)
