"""Review the claims of files: what `claimbots check` and the task *check-files* share.

Nothing is written and no portal is asked. A file that is broken costs itself only, and so
does a claim on which a check itself fails.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bots.claims import Case, Claim, money
from bots.files.reading import claims_of, read_any, with_history
from bots.files.unread import Unread

if TYPE_CHECKING:
    from bots.checks import Finding, Review
    from bots.codesets import CodeSets
    from bots.policy import Policy


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
    """What claims are held against."""

    codesets: CodeSets
    policy: Policy


def rules_here() -> Rules:
    """The office's code sets and policy, from its data and configuration folders.

    Raises:
        Problem: a table or the policy cannot be read.
    """
    from bots.codesets.store import open_codesets
    from bots.config.folders import config_folder
    from bots.places import here
    from bots.policy import load

    return Rules(open_codesets(here().codesets), load(config_folder() / "policy.yaml"))


def read_histories(files: Iterable[Path]) -> tuple[list[Claim], list[Unread]]:
    """The claims of history files, and what of them could not be read."""
    claims: list[Claim] = []
    unread: list[Unread] = []
    for file in files:
        for entry in claims_of(read_any(file)):
            if isinstance(entry, Unread):
                unread.append(entry)
            else:
                claims.append(entry)
    return claims, unread


def check_files(
    files: Iterable[Path],
    rules: Rules,
    *,
    today: date,
    as_of: date | None = None,
    histories: Iterable[Claim] | None = None,
) -> Iterator[Outcome]:
    """Review every claim of every file, in order, one at a time.

    Args:
        today: the run's date, for what says no date of its own.
        as_of: the day against which "late" and "future" are judged, over what files say.
        histories: the patients' other claims; None where nobody brought any.
    """
    for file in files:
        entries = read_any(file, today=today)
        if histories is not None:
            entries = with_history(entries, histories)
        for position, entry in enumerate(entries, start=1):
            if isinstance(entry, Unread):
                yield entry
            else:
                case = replace(entry, as_of=as_of) if as_of else entry
                yield _checked(file, position, case, rules)


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
        "repair": {
            "changes": [
                {"field": c.field, "line": c.line, "from": c.from_, "to": c.to} for c in changes
            ]
        }
        if changes
        else None,
        "likely_denial": None,  # comes with the official code sets
        "at_stake": None if finding.at_stake is None else money(finding.at_stake),
    }
