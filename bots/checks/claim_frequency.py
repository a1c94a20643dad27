"""What kind of bill it is: the first, a replacement, a void, late charges.

Authority: NUBC type of bill, third digit (ASC X12 code source 235); 005010X222A1 and X223A2,
loop 2300, CLM05-3 and REF*F8; Medicare Claims Processing Manual (Pub. 100-04), ch. 1, 130
(adjustments and cancels). A replacement of what the payer never took finds nothing to replace.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType
from bots.codesets import CodeSets

_CLM05 = "005010X222A1 and X223A2, loop 2300, CLM05-3"
_PROFESSIONAL = {"1", "6", "7", "8"}
_INSTITUTIONAL = set("0123456789ABCDEFGHIJKMPQXYZ")
_NEEDS_ORIGINAL = {"6", "7", "8"}
_ACCEPTED = {"paid", "denied", "in process", "submitted", "appealed", "under audit"}

unknown = Check(
    id="frequency-unknown",
    family="claim-frequency",
    title="The claim frequency code is not one of its claim type",
    authority=f"{_CLM05} (code source 235)",
    severity=Severity.ERROR,
    when=(Mark.NOT_FIRST,),
    denial=Denial("CO", "16", "MA30"),
)
without_original = Check(
    id="frequency-without-original",
    family="claim-frequency",
    title="A replacement or void does not name the claim it replaces",
    authority=f"{_CLM05}, and REF*F8",
    severity=Severity.ERROR,
    when=(Mark.NOT_FIRST,),
    denial=Denial("CO", "16", "M47"),
)
original_with_reference = Check(
    id="frequency-original-with-reference",
    family="claim-frequency",
    title="A first claim names a claim that it would replace",
    authority=f"{_CLM05}, and REF*F8",
    severity=Severity.WARNING,
    when=(Mark.NOT_FIRST,),
    denial=Denial("OA", "18"),
)
never_accepted = Check(
    id="frequency-never-accepted",
    family="claim-frequency",
    title="The claim replaces or voids one that was never sent",
    authority=f"{_CLM05}; Medicare Claims Processing Manual, ch. 1, 130",
    severity=Severity.WARNING,
    needs=("history",),
    when=(Mark.NOT_FIRST,),
    denial=Denial("CO", "16", "M47"),
)
adjustment_six = Check(
    id="frequency-six",
    family="claim-frequency",
    title="Frequency code 6 where a replacement is 7",
    authority=f"{_CLM05} (code source 235: 6 is the payer's own adjustment)",
    severity=Severity.WARNING,
    when=(Mark.NOT_FIRST,),
    denial=Denial("CO", "16", "MA30"),
)
medicare_part_b = Check(
    id="frequency-not-taken-by-part-b",
    family="claim-frequency",
    title="Medicare Part B takes no replacement and no void by claim",
    authority="Medicare FFS companion guide to 005010X222A1, CLM05-3; Pub. 100-04, ch. 34",
    severity=Severity.WARNING,
    when=(Mark.NOT_FIRST, Mark.MEDICARE, Mark.PROFESSIONAL),
    denial=Denial("CO", "16", "MA130"),
)
late_charges = Check(
    id="frequency-late-charges",
    family="claim-frequency",
    title="Late charges are billed apart where the whole claim is to be replaced",
    authority="Medicare Claims Processing Manual, ch. 3, section 50.3",
    severity=Severity.WARNING,
    when=(Mark.NOT_FIRST, Mark.INSTITUTIONAL),
    denial=Denial("CO", "16", "MA30"),
)


@unknown.review
def not_a_frequency(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Empty counts as wrong: the element is required."""
    claim = case.claim
    professional = claim.type is ClaimType.PROFESSIONAL
    if claim.frequency_code not in (_PROFESSIONAL if professional else _INSTITUTIONAL):
        yield unknown.finding(
            None,
            f"Frequency code {claim.frequency_code or '(empty)'} is none of a {claim.type} claim",
        )


@without_original.review
def replaces_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The payer's own control number of the claim before."""
    claim = case.claim
    if claim.frequency_code in _NEEDS_ORIGINAL and not claim.original_reference.strip():
        yield without_original.finding(
            None, f"Frequency code {claim.frequency_code} without the payer's number of the claim"
        )


@original_with_reference.review
def first_claim_with_a_reference(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Either the code or the number is wrong: only the office knows which."""
    claim = case.claim
    if claim.frequency_code == "1" and claim.original_reference.strip():
        yield original_with_reference.finding(
            None, "Frequency code 1 says a first claim; a payer's number of another one is given"
        )


@never_accepted.review
def replaces_what_was_never_sent(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Judged only where the patient's other claims hold the one that is named."""
    claim = case.claim
    if claim.frequency_code not in _NEEDS_ORIGINAL or not claim.original_reference.strip():
        return
    for other in case.history or ():
        sent = other.submitted_on is not None or other.status.strip().lower() in _ACCEPTED
        if other.number == claim.original_reference and not sent:
            yield never_accepted.finding(
                None, f"Claim {other.number}, which this one replaces, was never sent"
            )


@adjustment_six.review
def six_for_seven(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """6 is not the biller's code on either claim."""
    if case.claim.frequency_code == "6":
        yield adjustment_six.finding(None, "Frequency code 6; a replacement of a claim is 7")


@medicare_part_b.review
def replacement_to_part_b(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A reopening or an appeal takes its place."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or claim.coverage.filing_indicator != "MB":
        return
    if claim.frequency_code in ("7", "8"):
        yield medicare_part_b.finding(
            None,
            f"Frequency code {claim.frequency_code} to Part B, which corrects by reopening",
        )


@late_charges.review
def late_charges_alone(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Inpatient and outpatient hospital claims to Medicare; others may take them."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL or not claim.coverage.is_medicare:
        return
    if claim.frequency_code == "5" and claim.bill_type.lstrip("0").startswith(("11", "13")):
        yield late_charges.finding(
            None, "Frequency code 5 (late charges only); the claim is to be replaced (7)"
        )
