"""A store that is behind its audit log: restored from a backup, while the log went on.

The log is written before the portal is touched and before the store is, so that it knows all
that was saved. What the store lost of it is kept again: the rows of the runs, so that no later
run takes their ids, and each change with its outcome, so that ceilings, reports and approved
proposals are as they were. Nothing is done at the portal for it. What the log does not hold
(findings, claims seen, open proposals) comes again when a run looks at the claims.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bots.ledger import Checkpoint, Ledger, Record
from bots.ledger.notes import NoteError
from bots.runs import ends
from bots.runs.lost import became_of, keep, not_kept, written
from bots.store import from_log
from bots.store.facts import RunKind, RunState
from bots.store.from_log import LoggedRun

log = structlog.get_logger()

_ENDED = (RunState.DONE, RunState.FAILED, RunState.STOPPED)

KEPT_FROM_LOG = "kept from the audit log; what it saw of the claims was lost with the store"


@dataclass(frozen=True, slots=True)
class Beyond:
    """What the log has beyond the newest run whose end the store knows."""

    records: int
    runs: tuple[LoggedRun, ...]
    outcomes: Mapping[str, Record]  # the last one of each intent that changes a field


@dataclass(frozen=True, slots=True)
class Behind:
    """What of it the store does not know."""

    records: int = 0
    runs: tuple[LoggedRun, ...] = ()
    outcomes: tuple[Record, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.runs or self.outcomes)

    def sentence(self) -> str:
        """In words, without a claim."""
        return (
            f"{self.records} records are newer than the newest run that the store saw end; of "
            f"these it does not know {_count(len(self.runs), 'run')} and "
            f"{_count(len(self.outcomes), 'save')}"
        )


def known_up_to(checkpoint: str, origin: str) -> int:
    """How many records of a log the store knew when it kept a run's checkpoint.

    Not the newest anchor: a decision of a person keeps one, too, without a look at the rest.
    """
    try:
        signed = Checkpoint(checkpoint)
        return signed.size if signed.origin == origin else 0
    except NoteError:  # none: then everything is looked at
        return 0


def beyond(newer: Iterable[Record]) -> Beyond:
    """Add up the records that are newer than what the store is known to know."""
    runs: dict[str, LoggedRun] = {}
    outcomes: dict[str, Record] = {}
    notes: set[str] = set()
    count = 0
    for record in newer:
        count += 1
        if record.kind in {"run-started", "run-ended", "intent", "outcome"}:
            runs[record.run] = _told(record, runs.get(record.run))
        if record.kind == "intent" and not record.body["fields"]:
            notes.add(record.intent)
        elif record.kind == "outcome" and record.intent not in notes and became_of(record):
            outcomes[record.intent] = record
    return Beyond(count, tuple(runs.values()), outcomes)


def behind(
    found: Beyond,
    states: Callable[[Collection[str]], Mapping[str, str]],
    kept: Callable[[Collection[str]], frozenset[tuple[str, str]]],
) -> Behind:
    """Hold it against a store: `states` of runs by id, `kept` outcomes by intent."""
    known = states([run.id for run in found.runs])
    there = kept(found.outcomes)
    return Behind(
        found.records,
        tuple(run for run in found.runs if _is_lost(run, known.get(run.id))),
        tuple(not_kept(found.outcomes, there).values()),
    )


def catch_up(ledger: Ledger) -> Behind:
    """Keep in the store what the log knows and it does not; what was kept is not kept twice.

    A run that the store has in progress, and of which the log has no end either, was killed:
    the next run ends it and keeps what it saved (`bots.runs.lost`).
    """
    after = known_up_to(from_log.checkpoint_of_newest_run(ledger.origin), ledger.origin)
    found = beyond(ledger.records(after))
    states = from_log.run_states([run.id for run in found.runs])
    missing = behind(found, lambda _: states, from_log.outcomes_kept)
    at_work = {run for run, state in states.items() if state == RunState.IN_PROGRESS.value}
    # Another machine went on with it, and has its own log before it: this one neither ends it nor
    # leaves what it saved to its next worker.
    elsewhere = at_work - from_log.runs_on_log(at_work, ledger.origin)
    missing = replace(missing, runs=tuple(r for r in missing.runs if r.id not in elsewhere))
    killed = at_work - elsewhere - {run.id for run in missing.runs}
    wanted = {o.intent: o for o in missing.outcomes if o.run not in killed}
    for run in missing.runs:
        from_log.begin_run(run)
    for entry in written(ledger, wanted):
        keep(entry.run, entry)
    lacking = {outcome.run for outcome in wanted.values()}
    for run in missing.runs:
        # One that the store has, with all that it saved, died between the log's end and its own.
        is_whole = run.id in states and run.id not in lacking
        from_log.end_run(run, ends.KILLED_AT_ITS_END if is_whole else KEPT_FROM_LOG)
    caught = replace(missing, outcomes=tuple(wanted.values()))
    if caught:
        log.warning(
            "the store was behind the audit log",
            runs=[run.id for run in caught.runs],
            saves=len(caught.outcomes),
        )
    return caught


def _is_lost(run: LoggedRun, state: str | None) -> bool:
    is_open = state == RunState.IN_PROGRESS.value
    return state is None or (is_open and run.ended_at is not None)


def _told(record: Record, before: LoggedRun | None) -> LoggedRun:
    """What is known of a run after one more of its records."""
    body, at = record.body, datetime.fromisoformat(record.time)
    run = before or LoggedRun(
        id=record.run,
        portal="",
        queue=body.get("queue", ""),
        mode=body.get("mode", ""),
        kind=RunKind.of_queue(body.get("queue", "")),
        actor=record.actor,
        started_at=at,
        ended_at=None,
        state=RunState.FAILED,
    )
    if portal := body.get("portal"):
        run = replace(run, portal=portal)
    if record.kind == "run-started":  # once more, where it had been handed back
        run = replace(run, ended_at=None)
    if record.kind == "run-ended":
        state = RunState(body["state"])
        run = replace(run, ended_at=at if state in _ENDED else None, state=state)
    return run


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
