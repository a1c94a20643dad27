"""Whom the claim goes to, and under which member id.

Authority: ASC X12 005010X222A1 and X223A2, loops 2010BA and 2010BB; the payer's own rules.
Messages never repeat a member id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

# A payer of which the table has any of these is a known payer.
_RULES = ("timely_filing_days", "member_id_pattern", "ncci", "taxonomy_required")

payer_missing = Check(
    id="payer-missing",
    family="coverage",
    title="The claim has no payer id",
    authority="005010X222A1 and X223A2, loop 2010BB, NM109",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
payer_unknown = Check(
    id="payer-unknown",
    family="coverage",
    title="The payer id is not among the payers that the office bills",
    authority="005010X222A1 and X223A2, loop 2010BB, NM109; the office's payer list",
    severity=Severity.ERROR,
    needs=("payer_rule",),
    when=(Mark.PAYER,),
)
member_id_missing = Check(
    id="member-id-missing",
    family="coverage",
    title="The claim has no member id",
    authority="005010X222A1 and X223A2, loop 2010BA, NM109",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
member_id_form = Check(
    id="member-id-form",
    family="coverage",
    title="The member id does not have the payer's form",
    authority="005010X222A1 and X223A2, loop 2010BA, NM109; the payer's companion guide",
    severity=Severity.ERROR,
    needs=("payer_rule",),
    when=(Mark.PAYER,),
)


@payer_missing.review
def no_payer(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The payer id is empty or blank."""
    if not case.claim.coverage.payer_id.strip():
        yield payer_missing.finding(None, "The payer id is empty")


@payer_unknown.review
def unknown_payer(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where the table says that it knows every payer."""
    table = codesets.payer_rule
    assert table is not None
    payer = case.claim.coverage.payer_id.strip()
    day = case.claim.service_from or case.as_of
    if not payer or not table.knows_all(payer, day):
        return
    if not any(table.rows(payer, rule) for rule in _RULES):
        yield payer_unknown.finding(
            None,
            f"No rule is known of payer {payer}",
        )


@member_id_missing.review
def no_member_id(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The member id is empty or blank."""
    if not case.claim.coverage.member_id.strip():
        yield member_id_missing.finding(None, "The member id is empty")


@member_id_form.review
def malformed_member_id(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """The payer has a pattern and the whole id does not fit it."""
    coverage = case.claim.coverage
    assert codesets.payer_rule is not None
    day = case.claim.service_from or case.as_of
    rule = codesets.payer_rule.find(coverage.payer_id, "member_id_pattern", on=day)
    if rule is None or not coverage.member_id.strip():
        return
    try:
        fits = re.fullmatch(rule.value, coverage.member_id) is not None
    except re.error:
        yield member_id_form.not_evaluated(
            f"payer_rule: member_id_pattern of {coverage.payer_id} is no regular expression"
        )
        return
    if not fits:
        yield member_id_form.finding(
            None,
            f"The member id does not have the form that payer {coverage.payer_id} uses",
        )
