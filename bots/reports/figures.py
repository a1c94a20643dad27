"""The figures of a report: counted once, then shown by page, workbook, CSV and terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from bots.store import reading, records
from bots.store.facts import ClaimOutcome, Counts, RunKind, RunRecord

DIMENSIONS = ("facility", "provider", "payer", "check", "code")

# In the order of the page. Real-time coding and look-back are never added up.
TITLES = {
    RunKind.PRE_BILL: "Real-time (pre-bill)",
    RunKind.LOOK_BACK: "Look-back",
    RunKind.APPROVED: "Approved proposals",
    RunKind.FILES: "Files",
}


@dataclass(frozen=True)
class Part:
    """The runs of one kind, counted together."""

    kind: RunKind
    runs: tuple[RunRecord, ...]

    @property
    def title(self) -> str:
        """What people call this kind of run."""
        return TITLES[self.kind]

    @property
    def ids(self) -> list[str]:
        """The runs' ids."""
        return [run.id for run in self.runs]

    @property
    def is_shadow(self) -> bool:
        """Whether no run of this part may write."""
        return all(run.mode == "shadow" for run in self.runs)

    @cached_property
    def counts(self) -> Counts:
        """Everything that is counted of these runs."""
        return records.run_counts(self.ids)

    def outcomes(self) -> list[tuple[str, int]]:
        """Every outcome with its count, zeros too; they add up to the claims seen."""
        return [(outcome.value, self.counts.of(outcome)) for outcome in ClaimOutcome]

    def groups(self, dimension: str) -> list[reading.Group]:
        """The breakdown by one of DIMENSIONS, the most findings first."""
        if dimension not in self._groups:
            self._groups[dimension] = reading.groups(self.ids, dimension)
        return self._groups[dimension]

    @cached_property
    def _groups(self) -> dict[str, list[reading.Group]]:
        return {}

    def rate(self, count: int, of: int | None = None) -> Decimal | None:
        """`count` in per cent of `of` (or of the claims seen), one decimal; None of none."""
        return rate(count, self.counts.claims if of is None else of)


@dataclass(frozen=True)
class Report:
    """Some runs, shown together; `masked` leaves out who the patients are.

    `repairs`: what each run proposes for its selector file, an element and a sentence each.
    """

    runs: tuple[RunRecord, ...]
    masked: bool = False
    repairs: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """The runs' ids, in order."""
        return [run.id for run in self.runs]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The runs by kind."""
        return tuple(
            Part(kind, tuple(run for run in self.runs if run.kind is kind))
            for kind in TITLES
            if any(run.kind is kind for run in self.runs)
        )

    @cached_property
    def counts(self) -> Counts:
        """All runs together: for the lengths of the sheets."""
        return records.run_counts(self.ids)

    @property
    def is_synthetic(self) -> bool:
        """Whether any run asked a table that was made for practice."""
        return any(run.synthetic for run in self.runs)


def report_of(run_ids: Sequence[str], masked: bool = False) -> Report:
    """The report of these runs, in order of their start, each once.

    Raises:
        Problem: one of them is not known.
    """
    runs = {run.id: run for run in map(records.get_run, run_ids)}
    return Report(tuple(sorted(runs.values(), key=lambda run: (run.started_at, run.id))), masked)


def rate(count: int, of: int) -> Decimal | None:
    """Per cent with one decimal; None where there is nothing to divide by."""
    if not of:
        return None
    return (Decimal(100 * count) / of).quantize(Decimal("0.1"), ROUND_HALF_UP)
