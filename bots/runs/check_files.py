"""Review the claims of files: what `claimbots check` and the task *check-files* share.

Nothing is written and no portal is asked. A file that is broken costs itself only, and so
does a claim on which a check itself fails.
"""

from __future__ import annotations

import gc
import json
import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from bots.claims import Case, money
from bots.files.portions import Portion, read_portion
from bots.files.unread import Unread
from bots.runs.crew import each, processes_here
from bots.runs.cross_claims import CrossClaims

if TYPE_CHECKING:
    from bots.checks import Finding, NotEvaluated, Review
    from bots.codesets import CodeSets
    from bots.policy import Policy

R = TypeVar("R")

SMALL = 2_000_000  # bytes of files that one process has read before others have started


@dataclass(frozen=True, slots=True)
class Checked:
    """One claim of one file, with what the checks say of it."""

    file: Path
    position: int
    case: Case
    review: Review
    clean: bool


Outcome: TypeAlias = Checked | Unread


@dataclass(frozen=True, slots=True)
class Rules:
    """What claims are held against. Without `again` one process does all the work."""

    codesets: CodeSets
    policy: Policy
    again: Callable[[], Rules] | None = None  # how another process opens the same


@dataclass(frozen=True, slots=True)
class Said:
    """What `check --json` prints of some claims, in UTF-8, and what is counted of them."""

    text: bytes
    claims: int
    clean: int
    with_errors: int
    unread: tuple[Unread, ...]
    missing: Mapping[str, int]  # what could not be evaluated, and on how many claims


def rules_here(known_on: datetime | None = None) -> Rules:
    """The office's code sets and policy, from its data and configuration folders.

    Args:
        known_on: only the tables that were imported by then, and not withdrawn by then.

    Raises:
        Problem: a table or the policy cannot be read.
    """
    from bots.codesets.store import open_codesets
    from bots.config.folders import config_folder
    from bots.places import here
    from bots.policy import load

    policy = load(config_folder() / "policy.yaml")
    codesets = open_codesets(here().codesets, known_on)
    return Rules(codesets, policy, partial(rules_here, known_on))


def check_files(
    files: Iterable[Path],
    rules: Rules,
    *,
    today: date,
    as_of: date | None = None,
    history: Iterable[Path] | None = None,
    processes: int | None = None,
) -> Iterator[Outcome]:
    """Review every claim of every file, in order; what of `history` cannot be read comes first.

    Each claim is reviewed with its patient's claims in all the files at hand. Both looks
    through them are done when this returns; the reviews follow as they are asked for.

    Args:
        today: the run's date, for what says no date of its own.
        as_of: the day against which "late" and "future" are judged, over what files say.
        history: files of the patients' other claims; None where nobody brought any.
        processes: how many share the work; None is as many as are worth their start.

    Raises:
        Problem: a process died, or `rules` cannot be opened again in one.
    """
    brought = None if history is None else tuple(history)
    order = _Order(tuple(files), rules, today, as_of, brought)
    return _answers(order, iter, processes)


def check_as_json(
    files: Iterable[Path],
    rules: Rules,
    *,
    today: date,
    as_of: date | None = None,
    history: Iterable[Path] | None = None,
    processes: int | None = None,
) -> Iterator[Said]:
    """The same, as what `check --json` prints: hundreds of lines at a time, and their counts."""
    brought = None if history is None else tuple(history)
    order = _Order(tuple(files), rules, today, as_of, brought)
    return _answers(order, lambda outcomes: [said(outcomes, rules.policy)], processes)


@dataclass(frozen=True, slots=True)
class _Order:
    files: tuple[Path, ...]
    rules: Rules
    today: date
    as_of: date | None
    history: tuple[Path, ...] | None

    def processes(self) -> int:
        """One for what is read before others have started."""
        size = sum(file.stat().st_size for file in self.files if file.is_file())
        return processes_here() if size > SMALL and self.rules.again is not None else 1


Present: TypeAlias = Callable[[list[Outcome]], Iterable[R]]


def _answers(order: _Order, present: Present[R], processes: int | None) -> Iterator[R]:
    running = _running(order, present, processes or order.processes())
    next(running)  # up to its first yield, which says nothing: the processes are there now
    return cast("Iterator[R]", running)


def _running(order: _Order, present: Present[R], processes: int) -> Iterator[R | None]:
    files = CrossClaims(
        order.files,
        order.history,
        today=order.today,
        processes=processes,
        folder=_folder(),
    )
    with closing(files):
        turn = _Turn(order, files, present)
        answers = each(turn.work, files.portions(), processes, turn.prepare)
        yield None
        with closing(answers):
            if files.unread:
                yield from present([*files.unread])
            yield from answers


def collect_seldom() -> None:
    """Set the garbage collector for a process that does nothing but review.

    What is loaded stays; and claims are no rings, so little is ever found.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class _Turn:
    """The review of one portion; in its own process, with rules of its own."""

    def __init__(self, order: _Order, files: CrossClaims, present: Present[R]) -> None:
        self._order, self._files, self._present = order, files, present
        self._rules = order.rules
        self._parent = os.getpid()

    def prepare(self) -> None:
        """Tables are opened anew in a process that was forked: a database must not be shared."""
        if os.getpid() != self._parent:
            collect_seldom()
            if self._order.rules.again is not None:
                self._rules = self._order.rules.again()

    def work(self, portion: Portion) -> Iterable[Any]:
        """What is said of a portion."""
        return self._present(list(self._outcomes(portion)))

    def _outcomes(self, portion: Portion) -> Iterator[Outcome]:
        as_of = self._order.as_of
        for position, entry in read_portion(portion, self._order.today):
            if isinstance(entry, Unread):
                yield entry
                continue
            case = self._files.with_history(entry)
            if as_of is not None:
                case = replace(case, as_of=as_of)
            yield _checked(portion.file, position, case, self._rules)


def _folder() -> Path | None:
    """Where temporary files are: the data folder, where there is one."""
    from bots.places import here

    root = here().root
    return root if os.access(root, os.W_OK | os.X_OK) else None


def _checked(file: Path, position: int, case: Case, rules: Rules) -> Outcome:
    from bots.checks import review

    try:
        found = review(case, rules.codesets)
    except Exception as error:  # a fault of ours must not cost the other claims
        # Where it happened, never what it says: the text of an exception may quote the claim.
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return Unread(
            file,
            position,
            "",
            f"a check failed on this claim ({type(error).__name__} in {place}), so it was not "
            "checked; please report it",
            ours=True,
        )
    required = rules.policy.required_for(case.claim.type)
    return Checked(file, position, case, found, found.is_clean(required))


def said(outcomes: Iterable[Outcome], policy: Policy) -> Said:
    """The lines of `check --json` for these outcomes, with their counts."""
    from bots.checks import Severity

    lines: list[str] = []
    unread: list[Unread] = []
    missing: Counter[frozenset[str]] = Counter()
    claims = clean = with_errors = 0
    for outcome in outcomes:
        if isinstance(outcome, Unread):
            lines.append(_encode(as_json(outcome, policy)))
            unread.append(outcome)
            continue
        lacking, what = _lacking(outcome.review.not_evaluated)
        lines.append(_line(outcome, policy, lacking))
        missing[what] += 1
        claims += 1
        clean += outcome.clean
        with_errors += any(f.severity is Severity.ERROR for f in outcome.review.findings)
    text = "".join(f"{line}\n" for line in lines).encode()
    counts: Counter[str] = Counter()
    for what, times in missing.items():
        counts.update(dict.fromkeys(what, times))
    return Said(text, claims, clean, with_errors, tuple(unread), counts)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _line(checked: Checked, policy: Policy, lacking: str) -> str:
    """`as_json` as text, written by hand: what was not evaluated repeats from claim to claim."""
    claim = checked.case.claim
    findings = [_finding_as_json(entry, checked.case, policy) for entry in checked.review.findings]
    clean = "true" if checked.clean else "false"
    return (
        f'{{"file": {_encode(str(checked.file))}, "position": {checked.position}, '
        f'"claim": {_encode(claim.number)}, "type": "{claim.type.value}", '
        f'"findings": {_encode(findings) if findings else "[]"}, '
        f'"not_evaluated": {lacking}, "clean": {clean}}}'
    )


Unanswered: TypeAlias = "tuple[NotEvaluated, ...]"
# By the identities of the entries, which claims share; the entries are kept with the text, so
# that no other can come to have the identity of one.
_lackings: dict[tuple[int, ...], tuple[Unanswered, str, frozenset[str]]] = {}


def _lacking(entries: Unanswered) -> tuple[str, frozenset[str]]:
    """What was not evaluated, as JSON, and what was missing for it."""
    key = tuple(map(id, entries))
    known = _lackings.get(key)
    if known is None:
        text = _encode([{"check": entry.check, "missing": entry.missing} for entry in entries])
        known = entries, text, frozenset(entry.missing for entry in entries)
        if len(_lackings) >= 256:
            _lackings.clear()
        _lackings[key] = known
    return known[1], known[2]


def as_json(outcome: Outcome, policy: Policy) -> dict[str, Any]:
    """The object that `check --json` prints for one claim, or for what cannot be read."""
    if isinstance(outcome, Unread):
        return {
            "file": str(outcome.file),
            "position": outcome.position,
            "segment": outcome.segment,
            "error": outcome.error,
        }
    return {
        "file": str(outcome.file),
        "position": outcome.position,
        "claim": outcome.case.claim.number,
        "type": outcome.case.claim.type.value,
        "findings": [
            _finding_as_json(finding, outcome.case, policy) for finding in outcome.review.findings
        ],
        "not_evaluated": [
            {"check": entry.check, "missing": entry.missing}
            for entry in outcome.review.not_evaluated
        ],
        "clean": outcome.clean,
    }


def _finding_as_json(finding: Finding, case: Case, policy: Policy) -> dict[str, Any]:
    from bots.checks import by_id
    from bots.policy import class_of

    check = by_id()[finding.check]
    changes = finding.repair.changes if finding.repair else ()
    return {
        "check": check.id,
        "family": check.family,
        "severity": finding.severity.value,
        "lines": list(finding.lines),
        "codes": list(finding.codes),
        "message": finding.message,
        "authority": check.authority,
        "table": finding.table,
        "class": class_of(policy, finding, case, case.as_of).value,
        "repair": {"changes": [c.as_json() for c in changes]} if changes else None,
        "likely_denial": {
            "group": finding.denial.group,
            "carc": finding.denial.carc,
            "rarc": finding.denial.rarc or None,
        }
        if finding.denial
        else None,
        "at_stake": None if finding.at_stake is None else money(finding.at_stake),
    }
