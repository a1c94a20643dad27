"""What `claimbots check` says to a person: findings by claim, then one line of counts."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from bots.checks import Finding, Severity, by_id
from bots.checks.explain import explain
from bots.checks.repairs import Way, ways
from bots.cli.pages import page_of
from bots.files.unread import Unread
from bots.policy import class_of, reason_for

if TYPE_CHECKING:
    from bots.runs.check_files import Checked, Outcome, Rules, Said

_ORDER = {severity: place for place, severity in enumerate(Severity)}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Report:
    """Takes outcomes one at a time and keeps only counts of them.

    Args:
        known_on: the moment by which tables had to be known to be asked, if that was told.
        quiet: standard output belongs to JSON; only what ends the command is said, on
            standard error.
        explain: say behind each finding what it means, whence it is and what would help.
        repairs: show behind each claim the smallest lawful ways to a clean one.
    """

    def __init__(
        self,
        rules: Rules,
        known_on: datetime | None = None,
        *,
        quiet: bool,
        explain: bool = False,
        repairs: bool = False,
    ) -> None:
        self._rules, self._quiet = rules, quiet
        self._known_on = known_on
        self._explain, self._repairs = explain, repairs
        self._claims = self._clean = self._with_errors = self._unread = 0
        self._missing: Counter[str] = Counter()
        self._table = None if quiet or not sys.stdout.isatty() else _RichTables()

    @property
    def exit(self) -> int:
        """2 where something could not be read, else 1 where something is in error, else 0."""
        return 2 if self._unread else int(self._with_errors > 0)

    def take(self, outcome: Outcome) -> None:
        """Count one outcome, and show it unless quiet."""
        if isinstance(outcome, Unread):
            self._unread += 1
            self.say_unread(outcome)
            return
        self._claims += 1
        self._clean += outcome.clean
        self._with_errors += any(f.severity is Severity.ERROR for f in outcome.review.findings)
        self._missing.update({entry.missing for entry in outcome.review.not_evaluated})
        if not self._quiet:
            self._show(outcome)

    def add(self, said: Said) -> None:
        """Count what was said as JSON."""
        self._unread += len(said.unread)
        self._claims += said.claims
        self._clean += said.clean
        self._with_errors += said.with_errors
        self._missing.update(said.missing)

    def say_unread(self, unread: Unread) -> None:
        """One line for what could not be read, on standard error."""
        at = f" segment {unread.segment}" if unread.segment[:1].isdigit() else ""
        at = at or (f" {unread.segment}" if unread.segment else "")
        typer.echo(f"{unread.file}: entry {unread.position}{at}: {unread.error}", err=True)

    def close(self) -> None:
        """The counts, and what could not be evaluated, on standard error with --json."""
        parts = [_claims(self._claims), f"{self._clean} clean"]
        parts += [f"{self._with_errors} with errors", f"{self._unread} unreadable"]
        typer.echo(", ".join(parts), err=self._quiet)
        for missing, claims in sorted(self._missing.items(), key=lambda kv: (-kv[1], kv[0])):
            typer.echo(f"not evaluated on {_claims(claims)}: {missing}", err=self._quiet)
        if any("no table imported" in missing for missing in self._missing):
            typer.echo("tables are missing: `claimbots doctor` says what to do", err=self._quiet)
        if self._known_on is not None:
            moment = self._known_on.isoformat(" ", "seconds")
            typer.echo(f"judged by the tables known by {moment}", err=self._quiet)
        if self._rules.codesets.synthetic:
            typer.echo("synthetic tables: for practice only", err=self._quiet)

    def _show(self, checked: Checked) -> None:
        claim = checked.case.claim
        state = "clean" if checked.clean else f"not clean: {self._why_not_clean(checked)}"
        typer.echo(f"{checked.file}: {checked.position} claim {claim.number}: {state}")
        findings = sorted(checked.review.findings, key=lambda f: _ORDER[f.severity])
        rows = [self._row(finding, checked) for finding in findings]
        if rows and self._table and not self._explain:
            self._table.show(rows, [_COLOURS[f.severity] for f in findings])
        else:
            for finding, (severity, check, lines, answer, message) in zip(
                findings, rows, strict=True
            ):
                where = f" line {lines}" if lines else ""
                typer.echo(f"  {severity} {check}{where} ({answer}): {message}")
                if self._explain:
                    self._say_why(finding, checked)
        if self._repairs and rows:
            self._say_ways(checked)

    def _say_why(self, finding: Finding, checked: Checked) -> None:
        case, policy = checked.case, self._rules.policy
        on = case.as_of
        said = explain(
            by_id()[finding.check],
            finding,
            page_of(finding.check),
            class_of(policy, finding, case, on),
            reason_for(policy, finding, case, on),
        )
        parts = {
            "what is wrong": said.what,
            "authority": said.authority,
            "tables": said.tables,
            "likely denial": said.denial,
            "what would make it right": said.remedy,
            "what the bot may do": said.answer,
        }
        for name, text in parts.items():
            if text:
                typer.echo(f"      {name}: {text}")

    def _say_ways(self, checked: Checked) -> None:
        for number, way in enumerate(ways(checked.case, self._rules.codesets), start=1):
            typer.echo(f"    way {number}: {way.words}")
            for edit in way.edits:
                quoted = f" (entry {', '.join(edit.quote)})" if edit.quote else ""
                typer.echo(f"      only if {edit.condition}{quoted}")

    def _why_not_clean(self, checked: Checked) -> str:
        required = self._rules.policy.required_for(checked.case.claim.type)
        lacking = {entry.check for entry in checked.review.not_evaluated} & set(required)
        errors = sum(f.severity is Severity.ERROR for f in checked.review.findings)
        why = [f"{errors} error{'' if errors == 1 else 's'}"] if errors else []
        if lacking:
            checks = "check was" if len(lacking) == 1 else "checks were"
            why.append(f"{len(lacking)} required {checks} not evaluated")
        return ", ".join(why)

    def _row(self, finding: Finding, checked: Checked) -> tuple[str, str, str, str, str]:
        answer = class_of(self._rules.policy, finding, checked.case, checked.case.as_of)
        lines = ",".join(map(str, finding.lines))
        return (finding.severity.value, finding.check, lines, answer.value, finding.message)


def with_repairs(outcome: Outcome, rules: Rules) -> str:
    """One line of `check --json --repairs`: the claim's object and its ways."""
    from bots.runs.check_files import as_json

    said = as_json(outcome, rules.policy)
    if not isinstance(outcome, Unread):
        found = ways(outcome.case, rules.codesets) if outcome.review.findings else ()
        said["repairs"] = [way_as_json(way) for way in found]
    return json.dumps(said, ensure_ascii=False) + "\n"


def way_as_json(way: Way) -> dict[str, Any]:
    """A way as `check --json --repairs` has it."""
    return {
        "way": way.words,
        "edits": [
            {
                "edit": edit.words,
                "changes": [c.as_json() for c in edit.changes],
                "removes_line": edit.removes,
                "only_if": edit.condition,
                "quote": list(edit.quote),
            }
            for edit in way.edits
        ],
        "leaves": list(way.leaves),
    }


def _claims(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'}"


class _RichTables:
    """Tables for a terminal; rich is loaded only where there is one."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console()

    def show(self, rows: list[tuple[str, str, str, str, str]], colours: list[str]) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table(padding=(0, 1))
        for title in ("severity", "check", "line", "may be", "finding"):
            table.add_column(title, overflow="fold")  # a check's id is copied: never cut
        for row, colour in zip(rows, colours, strict=True):
            severity, *others = row
            table.add_row(Text(severity, colour), *map(Text, others))
        self._console.print(table)
