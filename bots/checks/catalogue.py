"""The catalogue: every check there is, found by looking at the files beside this one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from bots.checks.findings import Class, Denial, Finding, NotEvaluated, Repair, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets

Rule = Callable[[Case, CodeSets], Iterable[Finding | NotEvaluated]]

# The rooms of this package that are not families.
_NOT_FAMILIES = {"catalogue", "findings", "glance", "marks", "needs", "review"}


@dataclass(frozen=True)
class Check:
    """What a check is. `rule` is set by the decorator `review`, which registers it.

    `needs` names what must be there before the rule is asked: tables by their name in
    `CodeSets` ("icd10cm", "procedure", "fee", ...); "ptp" and "mue" stand for the claim
    side's own table; "documentation" and "history" for those parts of the case. What is
    missing makes the check *not evaluated*; the rule is not called then. `when` are groups of
    marks: a claim that lacks one of each is none of this check's concern (`bots.checks.marks`).
    `denial` is what a payer would answer to a finding, None where it would not deny.
    """

    id: str
    family: str
    title: str
    authority: str
    severity: Severity
    at_most: Class = Class.FLAG
    needs: tuple[str, ...] = ()
    when: tuple[Mark, ...] = ()
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
    return tuple(found)


def _checks_in(module: object) -> Iterator[Check]:
    for value in vars(module).values():
        if isinstance(value, Check):
            yield value


@cache
def by_id() -> dict[str, Check]:
    """The catalogue by check id."""
    return {check.id: check for check in catalogue()}
