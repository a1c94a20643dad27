"""That this process was asked to end: for what waits in a thread, where no signal is heard.

Whatever asks again while something is away, the store or a vault, looks here: a thread that goes
on asking keeps the process from its end, until whoever sent the signal kills it.
"""

from __future__ import annotations

import time

from tenacity import RetryCallState
from tenacity.stop import stop_base

_since: float | None = None


def begin() -> None:
    """The first signal has come."""
    global _since
    _since = _since or time.monotonic()


class Leaving(stop_base):
    """For tenacity: no other try, so many seconds after this process was asked to end."""

    def __init__(self, after: float = 0.0) -> None:
        self._after = after

    def __call__(self, _: RetryCallState) -> bool:
        """Whether that is so by now."""
        return _since is not None and time.monotonic() - _since >= self._after
