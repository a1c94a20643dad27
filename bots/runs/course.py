"""How a run is going: what its pages share, and when it is to stop before its list does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bots import faults
from bots.portals.base import ElementMissing, PortalError
from bots.runs import ends
from bots.runs.claim import Told
from bots.store.facts import ExceptionType


@dataclass
class Course:
    """The claims so far, what went wrong, and why no further one is begun (or an empty text)."""

    seen: int = 0
    drift: int = 0
    faults: int = 0
    last: deque[bool] = field(default_factory=lambda: deque(maxlen=faults.LAST))  # failed or not
    stop_reason: str = ""
    ceiling: str = ""
    read_only: str = ""  # why nothing more is written in this run, while claims are still read
    left_over: bool = False

    def went_through(self) -> None:
        """A claim was read, checked and acted on: what others met was not the portal's state."""
        self.drift = self.faults = 0

    def met(self, error: PortalError) -> None:
        """What the portal did to a claim: does the run go on after it?"""
        fault = faults.fault_of(error.code)
        if fault.ends is faults.Ends.WRITES:
            self.read_only = self.read_only or f"{ends.READ_ONLY}: {error}"[:300]
        elif fault.ends is not faults.Ends.CLAIM:
            self.stop_reason = why(error)
        if fault.counts:
            self.faults += 1
            self.drift = self.drift + 1 if isinstance(error, ElementMissing) else 0
        if self.drift >= faults.DRIFT_IN_A_ROW:
            self.stop_reason = ends.SCREENS_CHANGED
        elif self.faults >= faults.FAULTS_IN_A_ROW:
            self.stop_reason = f"{self.faults} {ends.FAULTS_IN_A_ROW}"

    def weigh(self, told: Told) -> None:
        """What became of a claim: is something left over, are too many of the last ones failed?"""
        if told.halted and not self.ceiling and not self.read_only:
            self.stop_reason = self.stop_reason or told.halted
        has_failed = any(e.type is ExceptionType.APPLICATION for e in told.exceptions)
        # What a ceiling or a portal that is only read holds back says nothing of how it is.
        is_held_back = told.halted and (self.ceiling or self.read_only)
        self.last.append(has_failed and not is_held_back)
        if told.halted or has_failed:
            self.left_over = True
        if sum(self.last) >= faults.FAULTS_OF_LAST and not self.stop_reason:
            self.stop_reason = f"{sum(self.last)} {ends.OF_THE_LAST}"


def why(error: PortalError) -> str:
    """Why a run stops, as the store keeps it."""
    return f"{error} ({error.code})"[:300]
