"""What a review says: findings, and what could not be evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bots.claims import Change


class Severity(StrEnum):
    """The one rule for severity of the whole catalogue.

    ERROR: will be denied, or is false on its face. WARNING: may be right with the chart or
    with another claim. INFO: specificity, order.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Class(StrEnum):
    """What may become of a finding; a check's `at_most` is the highest it may ever have."""

    FLAG = "flag"
    PROPOSE = "propose"
    AUTO = "auto"

    @property
    def rank(self) -> int:
        """Flag 0, propose 1, auto 2."""
        return ("flag", "propose", "auto").index(self.value)


@dataclass(frozen=True, slots=True)
class Repair:
    """The one computed answer to a finding: all its changes belong to one save."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Denial:
    """What the payer would answer: group code, CARC and, where there is one, RARC (X12 835)."""

    group: str
    carc: str
    rarc: str = ""

    def __str__(self) -> str:
        """As a remittance has it: CO-97 N390."""
        return f"{self.group}-{self.carc}" + (f" {self.rarc}" if self.rarc else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one claim.

    `lines` are 1-based; `codes` are those the message speaks of; `message` states the fact
    and the limit, without patient data and without a CPT descriptor. `at_stake` is in
    dollars, None where it is not priced. `table` names the releases that were asked on the
    day, or is None. `quote` names the documentation entry that supports it (its number), never
    its text. `denial` is the likely one, None where none is to be expected.
    """

    check: str
    lines: tuple[int, ...]
    codes: tuple[str, ...]
    message: str
    severity: Severity
    repair: Repair | None = None
    at_stake: Decimal | None = None
    table: str | None = None
    quote: tuple[str, ...] = ()
    denial: Denial | None = None


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A check that could not be answered, and what it lacked. Never a pass."""

    check: str
    missing: str


@dataclass(frozen=True, slots=True)
class Review:
    """The outcome of all checks over one case."""

    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]

    def is_clean(self, required: frozenset[str]) -> bool:
        """No finding of severity error, and no required check left unevaluated."""
        return not any(f.severity is Severity.ERROR for f in self.findings) and not any(
            n.check in required for n in self.not_evaluated
        )
