"""What a claim cannot be without.

Authority: ASC X12 005010X222A1 (837P) and 005010X223A2 (837I), the elements named at each
check. Payer, member id, pointers and the total have families of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.day import place_of
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, Role
from bots.codesets import CodeSets

_INPATIENT = ("11", "18", "21", "41")  # no date on each line; the statement's dates serve

_INPATIENT_PLACES = {"21", "51", "61"}

patient_name = Check(
    id="patient-name-missing",
    family="required",
    title="The patient has no name",
    authority="005010X222A1 and X223A2, loop 2010BA/2010CA, NM103 and NM104",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "MA36"),
)
birth_date = Check(
    id="birth-date-missing",
    family="required",
    title="The patient has no date of birth",
    authority="005010X222A1 and X223A2, loop 2010BA/2010CA, DMG02",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "N329"),
)
diagnosis = Check(
    id="diagnosis-missing",
    family="required",
    title="The claim has no diagnosis",
    authority="005010X222A1 and X223A2, loop 2300, HI01-2",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "M76"),
)
service_line = Check(
    id="service-line-missing",
    family="required",
    title="The claim has no service line",
    authority="005010X222A1 and X223A2, loop 2400, LX01",
    severity=Severity.ERROR,
    when=(Mark.GAP,),  # a line without a date, and a claim without lines, show every mark
    denial=Denial("CO", "16", "M51"),
)
procedure = Check(
    id="procedure-missing",
    family="required",
    title="A professional line has no procedure",
    authority="005010X222A1, loop 2400, SV101-2",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "M51"),
)
revenue_code = Check(
    id="revenue-code-missing",
    family="required",
    title="An institutional line has no revenue code",
    authority="005010X223A2, loop 2400, SV201",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "M50"),
)
billing_npi = Check(
    id="billing-npi-missing",
    family="required",
    title="The billing provider or its NPI is missing",
    authority="45 CFR 162.410(a); 005010X222A1 and X223A2, loop 2010AA, NM109",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "206", "N257"),
)
place_of_service = Check(
    id="place-of-service-missing",
    family="required",
    title="Neither claim nor line says the place of service",
    authority="005010X222A1, loop 2300, CLM05-1, and loop 2400, SV105",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "M77"),
)
bill_type = Check(
    id="bill-type-missing",
    family="required",
    title="An institutional claim has no type of bill",
    authority="005010X223A2, loop 2300, CLM05-1 and CLM05-3",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "MA30"),
)
service_date = Check(
    id="service-date-missing",
    family="required",
    title="A line has no date of service",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472; X223A2, loop 2300, DTP*434",
    severity=Severity.ERROR,
    when=(Mark.GAP,),  # a line without a date, and a claim without lines, show every mark
    denial=Denial("CO", "16", "M52"),
)
accident_date = Check(
    id="accident-date-missing",
    family="required",
    title="The claim names an accident and not its day",
    authority="005010X222A1, loop 2300, DTP*439 (required with CLM11 AA or OA)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.GAP),
    denial=Denial("CO", "16", "N305"),
)
admission_date = Check(
    id="admission-date-missing",
    family="required",
    title="Services of an inpatient stay do not say when it began",
    authority="005010X222A1, loop 2300, DTP*435 (required for inpatient services)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.GAP),
    denial=Denial("CO", "16", "MA40"),
)
address = Check(
    id="patient-address-incomplete",
    family="required",
    title="The patient's address lacks a part",
    authority="005010X222A1 and X223A2, loop 2010BA/2010CA, N301, N401, N402, N403",
    severity=Severity.ERROR,
    when=(Mark.GAP,),
    denial=Denial("CO", "16", "MA37"),
)
claim_number = Check(
    id="claim-number-missing",
    family="required",
    title="The claim has no number of the office's own",
    authority="005010X222A1 and X223A2, loop 2300, CLM01",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
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


@accident_date.review
def no_accident_date(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A car's or another accident; at work the day is given where it is known."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or claim.accident not in ("AA", "OA"):
        return
    if claim.accident_on is None:
        yield accident_date.finding(None, f"Accident {claim.accident} without its date")


@admission_date.review
def no_admission_date(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Places of service 21, 51 and 61, on the claim or a line."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or claim.admitted_on is not None:
        return
    if "admitted_on" in claim.not_shown:
        return
    inside = [line for line in claim.lines if place_of(claim, line) in _INPATIENT_PLACES]
    if inside:
        yield admission_date.finding(inside, "An inpatient place of service, no admission date")


@address.review
def incomplete_address(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Of an address that is there at all; abroad there may be no state."""
    patient = case.claim.patient
    parts = {
        "street": patient.address,
        "city": patient.city,
        "state": patient.state,
        "postal code": patient.postal_code,
    }
    lacking = [name for name, text in parts.items() if not text.strip()]
    if 0 < len(lacking) < len(parts):
        yield address.finding(None, f"The patient's address has no {' and no '.join(lacking)}")


@claim_number.review
def no_claim_number(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Without it no remittance finds its claim."""
    if not case.claim.number.strip():
        yield claim_number.finding(None, "The claim's own number is empty")
