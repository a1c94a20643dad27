"""What `claimbots check` says to a person: findings by claim, then one line of counts."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from bots.checks import Finding, Severity
from bots.files.unread import Unread
from bots.policy import class_of

if TYPE_CHECKING:
    from bots.runs.check_files import Checked, Outcome, Rules, Said

_ORDER = {severity: place for place, severity in enumerate(Severity)}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Report:
    """Takes outcomes one at a time and keeps only counts of them.

    Args:
        quiet: standard output belongs to JSON; only what ends the command is said, on
            standard error.
    """

    def __init__(self, rules: Rules, *, quiet: bool) -> None:
        self._rules, self._quiet = rules, quiet
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
            if not self._quiet:
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
        if self._rules.codesets.synthetic:
            typer.echo("synthetic tables: for practice only", err=self._quiet)

    def _show(self, checked: Checked) -> None:
        claim = checked.case.claim
        state = "clean" if checked.clean else f"not clean: {self._why_not_clean(checked)}"
        typer.echo(f"{checked.file}: {checked.position} claim {claim.number}: {state}")
        findings = sorted(checked.review.findings, key=lambda f: _ORDER[f.severity])
        rows = [self._row(finding, checked) for finding in findings]
        if not rows:
            return
        if self._table:
            self._table.show(rows, [_COLOURS[f.severity] for f in findings])
            return
        for severity, check, lines, answer, message in rows:
            where = f" line {lines}" if lines else ""
            typer.echo(f"  {severity} {check}{where} ({answer}): {message}")

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

        table = Table("severity", "check", "line", "may be", "finding", padding=(0, 1))
        for row, colour in zip(rows, colours, strict=True):
            severity, *others = row
            table.add_row(Text(severity, colour), *map(Text, others))
        self._console.print(table)
