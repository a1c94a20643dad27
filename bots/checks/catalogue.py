"""The catalogue: every check there is, found by looking at the files beside this one.

An office's own checks come behind them: any installed distribution may name a module with
`Check` values under the entry point group `claimbots.checks`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from bots.checks.concerns import Concern, Group
from bots.checks.findings import Class, Denial, Finding, NotEvaluated, Repair, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets
from bots.errors import Problem

Rule = Callable[[Case, CodeSets], Iterable[Finding | NotEvaluated]]

OWN = "claimbots.checks"  # the entry point group of an office's own checks

# The rooms of this package that are not families.
_NOT_FAMILIES = {
    "catalogue",
    "concerns",
    "explain",
    "repairs",
    "findings",
    "glance",
    "marks",
    "needs",
    "once",
    "partial",
    "plans",
    "quarters",
    "review",
    "shown",
}


@dataclass(frozen=True)
class Check:
    """What a check is. `rule` is set by the decorator `review`, which registers it.

    `needs` names what must be there before the rule is asked: tables by their name in
    `CodeSets` ("icd10cm", "procedure", "fee", ...); "ptp" and "mue" stand for the claim
    side's own table; "documentation" and "history" for those parts of the case. What is
    missing makes the check *not evaluated*; the rule is not called then. `when` are groups of
    marks and concerns: a claim that lacks one of each is none of this check's
    (`bots.checks.marks`, `bots.checks.concerns`).
    `denial` is what a payer would answer to a finding, None where it would not deny.
    """

    id: str
    family: str
    title: str
    authority: str
    severity: Severity
    at_most: Class = Class.FLAG
    needs: tuple[str, ...] = ()
    when: tuple[Mark | Concern | Group, ...] = ()
    denial: Denial | None = None
    _rule: list[Rule] = field(default_factory=list, repr=False, compare=False)

    def review(self, rule: Rule) -> Rule:
        """Decorate the function that looks for this fault.

        Raises:
            ValueError: a check has one function only.
        """
        if self._rule:
            raise ValueError(f"{self.id}: a check has one function")
        self._rule.append(rule)
        return rule

    @property
    def has_rule(self) -> bool:
        """Whether a function was given to it."""
        return bool(self._rule)

    @property
    def rule(self) -> Rule:
        """The function that looks for this fault."""
        return self._rule[0]

    def finding(
        self,
        lines: ServiceLine | Iterable[ServiceLine] | None,
        message: str,
        *,
        codes: Iterable[str] = (),
        severity: Severity | None = None,
        repair: Repair | None = None,
        at_stake: Decimal | None = None,
        quote: Iterable[str] = (),
        denial: Denial | None = None,
    ) -> Finding:
        """A finding of this check, on a line, on several, or (None) on the whole claim.

        Without `codes`, the procedures of the lines. `severity` and `denial` only where the
        rule says another one for this very case. `review` adds the releases asked.
        """
        entries = [lines] if isinstance(lines, ServiceLine) else list(lines or ())
        return Finding(
            check=self.id,
            lines=tuple(entry.number for entry in entries),
            codes=tuple(codes) or tuple(entry.procedure for entry in entries),
            message=message,
            severity=severity or self.severity,
            repair=repair,
            at_stake=at_stake,
            quote=tuple(quote),
            denial=denial or self.denial,
        )

    def not_evaluated(self, missing: str) -> NotEvaluated:
        """This check could not be answered for want of `missing`."""
        return NotEvaluated(self.id, missing)


@cache
def catalogue() -> tuple[Check, ...]:
    """Every check of the package, in the order of families and definition."""
    import bots.checks as package

    found: list[Check] = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.name not in _NOT_FAMILIES:
            found.extend(_checks_in(importlib.import_module(f"bots.checks.{module.name}")))
    ids = {check.id for check in found}
    for entry in sorted(entry_points(group=OWN), key=lambda e: e.name):
        for check in _own_checks(entry):
            if check.id in ids:
                raise Problem(f"a second check called {check.id}", where=_named(entry))
            ids.add(check.id)
            found.append(check)
    return tuple(found)


@cache
def own_checks() -> frozenset[str]:
    """The ids of the office's own checks: what entry points brought, none of the package's."""
    return frozenset(check.id for e in entry_points(group=OWN) for check in _own_checks(e))


@cache
def _own_checks(entry: EntryPoint) -> tuple[Check, ...]:
    """The checks of one entry point.

    Raises:
        Problem: the module cannot be loaded, or a check in it has no function.
    """
    try:
        checks = tuple(_checks_in(entry.load()))
    except Exception as error:  # whatever an office's module may do when it is loaded
        what = f"the office's own checks cannot be loaded ({type(error).__name__}: {error})"
        raise Problem(what, where=_named(entry), do="repair or uninstall it") from error
    for check in checks:
        if not check.has_rule:
            raise Problem(f"the check {check.id} has no function", where=_named(entry))
    return checks


def _named(entry: EntryPoint) -> str:
    return f"entry point {entry.name} = {entry.value}"


def _checks_in(module: object) -> Iterator[Check]:
    for value in vars(module).values():
        if isinstance(value, Check):
            yield value


@cache
def by_id() -> dict[str, Check]:
    """The catalogue by check id."""
    return {check.id: check for check in catalogue()}
