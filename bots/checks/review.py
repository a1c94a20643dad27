"""Run the catalogue over one case."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from bots.checks.catalogue import Check
from bots.checks.findings import Finding, NotEvaluated, Review
from bots.checks.glance import Glance
from bots.checks.needs import ncci_side, tables_of
from bots.claims import Case
from bots.codesets import CodeSets


def review(case: Case, codesets: CodeSets) -> Review:
    """Ask every check that may have something to say about one case.

    What a check needs and does not find makes it *not evaluated*, with its name. The
    result depends on nothing but the arguments.
    """
    plan = _glance(codesets).plan_for(case)
    findings: list[Finding] = []
    unanswered: list[NotEvaluated] = list(plan.unanswered)
    for check in plan.asked:
        for said in check.rule(case, codesets):
            if isinstance(said, Finding):
                findings.append(replace(said, table=_releases(check, said, case, codesets)))
            else:
                unanswered.append(said)
    return Review(tuple(findings), tuple(unanswered))


def asked_about(case: Case, codesets: CodeSets) -> tuple[Check, ...]:
    """The checks that may have something to say about a case, and have what they need."""
    return _glance(codesets).plan_for(case).asked


# What a glance remembers of tables is good for as long as the tables are.
_glance = lru_cache(8)(Glance)


def _releases(check: Check, finding: Finding, case: Case, codesets: CodeSets) -> str | None:
    """The releases that the finding rests on: those of the check's tables, on its day."""
    line = case.claim.line(finding.lines[0]) if finding.lines else None
    day = (line and line.service_date) or case.claim.service_through or case.as_of
    asked = tables_of(check.needs, ncci_side(case))
    named = {release: None for table in asked if (release := codesets.release(table, day))}
    return "; ".join(named) or None
