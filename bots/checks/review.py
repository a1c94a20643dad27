"""Run the catalogue over one case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Review
from bots.checks.glance import Glance
from bots.checks.needs import ncci_side, tables_of
from bots.checks.partial import NotShown, only_what_is_seen
from bots.claims import Case
from bots.codesets import CodeSets


def review(case: Case, codesets: CodeSets) -> Review:
    """Ask every check that may have something to say about one case.

    What a check needs and does not find makes it *not evaluated*, with its name. The
    result depends on nothing but the arguments.
    """
    if case.claim.unseen:
        return _of_what_is_seen(case, codesets)
    plan = _glance(codesets).plan_for(case)
    if not plan.asked:
        return Review((), plan.unanswered)
    findings: list[Finding] = []
    unanswered: list[NotEvaluated] = []
    for check in plan.asked:
        for said in check.rule(case, codesets):
            if isinstance(said, Finding):
                findings.append(_dated(check, said, case, codesets))
            else:
                unanswered.append(said)
    return Review(tuple(findings), (*plan.unanswered, *unanswered))


def _of_what_is_seen(case: Case, codesets: CodeSets) -> Review:
    """The same for a portal that has no place for some fields: no glance passes a check by."""
    plan = _glance(codesets).whole_plan_for(case)
    partial = only_what_is_seen(case)
    findings: list[Finding] = []
    unanswered = list(plan.unanswered)
    for check in plan.asked:
        try:
            for said in check.rule(partial, codesets):
                if isinstance(said, Finding):
                    findings.append(_dated(check, said, case, codesets))
                else:
                    unanswered.append(said)
        except NotShown as unseen:
            unanswered.append(check.not_evaluated(f"the portal does not show {unseen}"))
    return Review(tuple(findings), tuple(unanswered))


def asked_about(case: Case, codesets: CodeSets) -> tuple[Check, ...]:
    """The checks that may have something to say about a case, and have what they need."""
    return _glance(codesets).plan_for(case).asked


_REMEMBERED = 20_000

# What a glance remembers of tables is good for as long as the tables are.
_glance = lru_cache(8)(Glance)


def _dated(check: Check, finding: Finding, case: Case, codesets: CodeSets) -> Finding:
    """The finding with the releases of its day, and with a denial only by codes then in force."""
    line = case.claim.line(finding.lines[0]) if finding.lines else None
    day = (line and line.service_date) or case.claim.service_through or case.as_of
    table = _releases(check.needs, ncci_side(case), day, codesets)
    denial = in_force(finding.denial, codesets, day) if finding.denial else None
    if table == finding.table and denial is finding.denial:
        return finding
    # By its fields: `replace` takes three times as long, and most claims with findings have some.
    return Finding(
        finding.check, finding.lines, finding.codes, finding.message, finding.severity,
        finding.repair, finding.at_stake, table, finding.quote, denial,
    )  # fmt: skip


@lru_cache(_REMEMBERED)
def _releases(
    needs: tuple[str, ...], side: str | None, day: date, codesets: CodeSets
) -> str | None:
    """The releases that answered what a check needs, in words; None where it needs none."""
    asked = tables_of(needs, side)
    named = {release: None for table in asked if (release := codesets.release(table, day))}
    return "; ".join(named) or None


@lru_cache(_REMEMBERED)
def in_force(denial: Denial, codesets: CodeSets, on: date) -> Denial | None:
    """A denial as payers could give it on a day, by the list of the remittance's codes.

    Without a list for the day it stays as it is. A remark that was not in force is left out; a
    group or reason that was not makes it none.
    """
    table = codesets.denial_code
    if table is None or not table.covers(on):
        return denial
    if table.find("group", denial.group, on=on) is None or (
        table.find("carc", denial.carc, on=on) is None
    ):
        return None
    if denial.rarc and table.find("rarc", denial.rarc, on=on) is None:
        return replace(denial, rarc="")
    return denial
