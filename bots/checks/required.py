"""What a claim cannot be without.

Authority: ASC X12 005010X222A1 (837P) and 005010X223A2 (837I), the elements named at each
check. Payer, member id, pointers and the total have families of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, Role
from bots.codesets import CodeSets

_INPATIENT = ("11", "18", "21", "41")  # no date on each line; the statement's dates serve

patient_name = Check(
    id="patient-name-missing",
    family="required",
    title="The patient has no name",
    authority="005010X222A1 and X223A2, loop 2010BA/2010CA, NM103 and NM104",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
birth_date = Check(
    id="birth-date-missing",
    family="required",
    title="The patient has no date of birth",
    authority="005010X222A1 and X223A2, loop 2010BA/2010CA, DMG02",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
diagnosis = Check(
    id="diagnosis-missing",
    family="required",
    title="The claim has no diagnosis",
    authority="005010X222A1 and X223A2, loop 2300, HI01-2",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
service_line = Check(
    id="service-line-missing",
    family="required",
    title="The claim has no service line",
    authority="005010X222A1 and X223A2, loop 2400, LX01",
    severity=Severity.ERROR,
)
procedure = Check(
    id="procedure-missing",
    family="required",
    title="A professional line has no procedure",
    authority="005010X222A1, loop 2400, SV101-2",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
revenue_code = Check(
    id="revenue-code-missing",
    family="required",
    title="An institutional line has no revenue code",
    authority="005010X223A2, loop 2400, SV201",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
billing_npi = Check(
    id="billing-npi-missing",
    family="required",
    title="The billing provider or its NPI is missing",
    authority="45 CFR 162.410(a); 005010X222A1 and X223A2, loop 2010AA, NM109",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
place_of_service = Check(
    id="place-of-service-missing",
    family="required",
    title="Neither claim nor line says the place of service",
    authority="005010X222A1, loop 2300, CLM05-1, and loop 2400, SV105",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
bill_type = Check(
    id="bill-type-missing",
    family="required",
    title="An institutional claim has no type of bill",
    authority="005010X223A2, loop 2300, CLM05-1 and CLM05-3",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
)
service_date = Check(
    id="service-date-missing",
    family="required",
    title="A line has no date of service",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472; X223A2, loop 2300, DTP*434",
    severity=Severity.ERROR,
)


@patient_name.review
def no_patient_name(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A person may have one name only: the last name is what the claim needs."""
    if not case.claim.patient.last_name.strip():
        yield patient_name.finding(None, "The patient's last name is empty")


@birth_date.review
def no_birth_date(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The date of birth is empty."""
    if case.claim.patient.birth_date is None:
        yield birth_date.finding(None, "The patient's date of birth is empty")


@diagnosis.review
def no_diagnosis(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """No diagnosis at all, or only empty ones."""
    if not any(entry.code.strip() for entry in case.claim.diagnoses):
        yield diagnosis.finding(None, "The claim has no diagnosis code")


@service_line.review
def no_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Nothing is billed."""
    if not case.claim.lines:
        yield service_line.finding(None, "The claim has no service line")


@procedure.review
def no_procedure(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Institutional lines may do with a revenue code alone."""
    if case.claim.type is ClaimType.PROFESSIONAL:
        for line in case.claim.lines:
            if not line.procedure.strip():
                yield procedure.finding(line, f"Line {line.number} has no procedure code")


@revenue_code.review
def no_revenue_code(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Institutional lines; a procedure does not take its place."""
    if case.claim.type is ClaimType.INSTITUTIONAL:
        for line in case.claim.lines:
            if not line.revenue_code.strip():
                yield revenue_code.finding(line, f"Line {line.number} has no revenue code")


@billing_npi.review
def no_billing_npi(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """No billing provider, or one without a number."""
    provider = case.claim.provider(Role.BILLING)
    if provider is None:
        yield billing_npi.finding(None, "The claim names no billing provider")
    elif not provider.npi.strip():
        yield billing_npi.finding(None, "The billing provider's NPI is empty")


@place_of_service.review
def no_place_of_service(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Professional claims; the line's own place is enough."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or claim.place_of_service.strip():
        return
    bare = [line for line in claim.lines if not line.place_of_service.strip()]
    if bare:
        yield place_of_service.finding(bare, "Neither the claim nor the line has one")


@bill_type.review
def no_bill_type(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Institutional claims only."""
    if case.claim.type is ClaimType.INSTITUTIONAL and not case.claim.bill_type.strip():
        yield bill_type.finding(None, "The type of bill is empty")


@service_date.review
def no_service_date(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An inpatient line needs none where the statement's From date is there."""
    claim = case.claim
    by_statement = (
        claim.type is ClaimType.INSTITUTIONAL
        and claim.bill_type.lstrip("0").startswith(_INPATIENT)
        and claim.statement_from is not None
    )
    if by_statement:
        return
    for line in claim.lines:
        if line.service_date is None:
            yield service_date.finding(line, f"Line {line.number} has no date of service")
