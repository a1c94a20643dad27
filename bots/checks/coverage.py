"""Whom the claim goes to, and under which member id.

Authority: ASC X12 005010X222A1 and X223A2, loops 2010BA and 2010BB; the payer's own rules.
Messages never repeat a member id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.forms import is_mbi
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

# A payer of which the table has any of these is a known payer.
_RULES = (
    "timely_filing_days", "corrected_filing_days", "member_id_pattern", "ncci",
    "taxonomy_required",
)  # fmt: skip

payer_missing = Check(
    id="payer-missing",
    family="coverage",
    title="The claim has no payer id",
    authority="005010X222A1 and X223A2, loop 2010BB, NM109",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "M56"),
)
payer_unknown = Check(
    id="payer-unknown",
    family="coverage",
    title="The payer id is not among the payers that the office bills",
    authority="005010X222A1 and X223A2, loop 2010BB, NM109; the office's payer list",
    severity=Severity.ERROR,
    needs=("payer_rule",),
    when=(Mark.PAYER,),
    denial=Denial("CO", "109", "N418"),
)
member_id_missing = Check(
    id="member-id-missing",
    family="coverage",
    title="The claim has no member id",
    authority="005010X222A1 and X223A2, loop 2010BA, NM109",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "N382"),
)
member_id_form = Check(
    id="member-id-form",
    family="coverage",
    title="The member id does not have the payer's form",
    authority="005010X222A1 and X223A2, loop 2010BA, NM109; the payer's companion guide",
    severity=Severity.ERROR,
    needs=("payer_rule",),
    when=(Mark.MEMBER_ID,),
    denial=Denial("CO", "31", "N382"),
)
medicare_member_id = Check(
    id="medicare-member-id-form",
    family="coverage",
    title="The member id is no Medicare Beneficiary Identifier",
    authority="CMS, Understanding the MBI format; Pub. 100-04, ch. 26, section 10.2, item 1a",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, Mark.MEMBER_ID),
    denial=Denial("CO", "16", "N382"),
)
medicare_relationship = Check(
    id="medicare-patient-not-subscriber",
    family="coverage",
    title="A Medicare claim says that the patient is not the insured",
    authority="005010X222A1 and X223A2, loop 2000B, SBR02 (18), and loop 2000C",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, Mark.NOT_SELF),
    denial=Denial("CO", "31", "N382"),
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


@medicare_member_id.review
def no_medicare_identifier(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the id is empty, or where the payer table says what it looks like."""
    coverage, rules = case.claim.coverage, codesets.payer_rule
    day = case.claim.service_from or case.as_of
    member_id = coverage.member_id.strip()
    if rules is not None and rules.find(coverage.payer_id, "member_id_pattern", on=day):
        return
    if coverage.is_medicare and member_id and not is_mbi(member_id):
        yield medicare_member_id.finding(
            None, "The member id does not have the eleven places of a Medicare Beneficiary Id"
        )


@medicare_relationship.review
def medicare_patient_is_not_the_insured(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Every Medicare patient is insured in his or her own name."""
    coverage = case.claim.coverage
    if coverage.is_medicare and coverage.relationship not in ("self", "18", ""):
        yield medicare_relationship.finding(
            None, f"The relationship is {coverage.relationship}; with Medicare it is self"
        )
