"""Claims a minute, timed from the first claim done to the last."""

from __future__ import annotations

import time


class Clock:
    """When each claim was done."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def tick(self, _: int = 0) -> None:
        self.at.append(time.perf_counter())

    def per_minute(self, wanted: int) -> float:
        """Claims a minute from the first one done to the last.

        Raises:
            SystemExit: some were not done, and the figure would say nothing.
        """
        if len(self.at) != wanted:
            raise SystemExit(f"{len(self.at)} of {wanted} claims were done: no figure")
        return 60 * (wanted - 1) / (self.at[-1] - self.at[0])
