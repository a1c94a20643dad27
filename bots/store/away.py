"""What is asked again while PostgreSQL is away for a moment: a restart, a switch of machines."""

from __future__ import annotations

from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential

from bots.leaving import Leaving
from bots.store.database import Unreachable

_LONGEST = 60.0  # seconds that it may be away; a worker's lease is lost long before
_AT_THE_END = 5.0  # the same after a signal: what was begun is still to be kept

# Whether it was done the first time is not known: only for questions that may be asked twice.
while_away = retry(
    retry=retry_if_exception_type(Unreachable),
    wait=wait_exponential(multiplier=0.1, max=2),
    stop=stop_after_delay(_LONGEST) | Leaving(after=_AT_THE_END),
    reraise=True,
)
