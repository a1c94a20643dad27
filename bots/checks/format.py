"""Codes and numbers that cannot be one, whatever any table says.

Authority: the code sets' own definitions and the elements of ASC X12 005010X222A1 and
X223A2. An empty value is the family `required`'s; dates and amounts are of the right form by
their type.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.forms import (
    is_bill_type,
    is_icd,
    is_modifier,
    is_npi,
    is_place,
    is_postal_code,
    is_procedure,
    is_state,
)
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType
from bots.codesets import CodeSets

_CLM01 = 20
_MOST_DIAGNOSES = 12

diagnosis_form = Check(
    id="diagnosis-form",
    family="format",
    title="A diagnosis does not have the form of an ICD-10-CM code",
    authority="ICD-10-CM Official Guidelines FY2026, I.A.2; 005010X222A1 and X223A2, HI01-2",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "M76"),
)
procedure_form = Check(
    id="procedure-form",
    family="format",
    title="A procedure does not have the form of a CPT or HCPCS code",
    authority="45 CFR 162.1002(c); 005010X222A1, SV101-2; X223A2, SV202-2",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "M51"),
)
modifier_form = Check(
    id="modifier-form",
    family="format",
    title="A modifier is not two letters or digits",
    authority="005010X222A1, SV101-3 to SV101-6; X223A2, SV202-3 to SV202-6",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "4", "N519"),
)
npi_form = Check(
    id="npi-form",
    family="format",
    title="An NPI is not ten digits beginning with 1 or 2",
    authority="45 CFR 162.406(a); 005010X222A1 and X223A2, NM109 with NM108 XX",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "207", "N257"),
)
postal_code_form = Check(
    id="postal-code-form",
    family="format",
    title="The patient's postal code is not five or nine digits",
    authority="005010X222A1 and X223A2, loop 2010BA/2010CA, N403",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "MA37"),
)
place_of_service_form = Check(
    id="place-of-service-form",
    family="format",
    title="A place of service is not two digits",
    authority="005010X222A1, loop 2300, CLM05-1, and loop 2400, SV105",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "M77"),
)
bill_type_form = Check(
    id="bill-type-form",
    family="format",
    title="The type of bill is not three digits, or four with a leading zero",
    authority="NUBC UB-04 manual, form locator 4; 005010X223A2, CLM05-1 and CLM05-3",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "MA30"),
)
claim_number_form = Check(
    id="claim-number-too-long",
    family="format",
    title="The claim's own number is longer than a remittance gives back",
    authority="005010X222A1 and X223A2, loop 2300, CLM01 (twenty characters)",
    severity=Severity.WARNING,
    when=(Mark.FORM,),
)
state_form = Check(
    id="state-form",
    family="format",
    title="The patient's state is no code of the Postal Service",
    authority="005010X222A1 and X223A2, loop 2010BA/2010CA, N402 (code source 22)",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "MA37"),
)
lines_too_many = Check(
    id="service-lines-too-many",
    family="format",
    title="More service lines than a claim can carry",
    authority="005010X222A1, loop 2400 (50 lines); 005010X223A2, loop 2400 (999 lines)",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "N61"),
)
diagnoses_too_many = Check(
    id="diagnoses-too-many",
    family="format",
    title="More diagnoses than a professional claim can carry",
    authority="005010X222A1, loop 2300, HI (twelve diagnoses)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.FORM),
    denial=Denial("CO", "16", "M64"),
)


@diagnosis_form.review
def malformed_diagnosis(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any diagnosis that is there, whatever its kind."""
    for entry in case.claim.diagnoses:
        if entry.code and not is_icd(entry.code):
            yield diagnosis_form.finding(
                None, f"Diagnosis {entry.position} has no ICD-10-CM form", codes=(entry.code,)
            )


@procedure_form.review
def malformed_procedure(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any procedure that is there: not a revenue code alone, nor a HIPPS code."""
    for line in case.claim.lines:
        if line.procedure and not line.is_hipps and not is_procedure(line.procedure):
            yield procedure_form.finding(line, "The procedure has no CPT or HCPCS form")


@modifier_form.review
def malformed_modifier(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """One finding a line, with every modifier of the wrong form."""
    for line in case.claim.lines:
        wrong = [entry for entry in line.modifiers if entry and not is_modifier(entry)]
        if wrong:
            yield modifier_form.finding(
                line, "A modifier has two letters or digits", codes=(line.procedure, *wrong)
            )


@npi_form.review
def malformed_npi(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any provider's NPI that is there."""
    for provider in case.claim.providers:
        if provider.npi and not is_npi(provider.npi):
            yield npi_form.finding(
                None, f"The {_role(provider.role)} NPI is not ten digits beginning with 1 or 2"
            )
    for line in case.claim.lines:
        if line.rendering_npi and not is_npi(line.rendering_npi):
            yield npi_form.finding(
                line, "The line's rendering NPI is not ten digits beginning with 1 or 2"
            )


@postal_code_form.review
def malformed_postal_code(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The patient's own; an empty one is not judged."""
    postal_code = case.claim.patient.postal_code
    if postal_code and not is_postal_code(postal_code):
        yield postal_code_form.finding(None, "A ZIP code has five or nine digits")


@place_of_service_form.review
def malformed_place(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Professional claims, the claim's own place and each line's."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL:
        return
    if claim.place_of_service and not is_place(claim.place_of_service):
        yield place_of_service_form.finding(
            None, "The claim's place of service is not two digits", codes=(claim.place_of_service,)
        )
    for line in claim.lines:
        if line.place_of_service and not is_place(line.place_of_service):
            yield place_of_service_form.finding(
                line,
                "The line's place of service is not two digits",
                codes=(line.procedure, line.place_of_service),
            )


@bill_type_form.review
def malformed_bill_type(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Institutional claims only."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL or not claim.bill_type:
        return
    if not is_bill_type(claim.bill_type):
        yield bill_type_form.finding(
            None,
            "A type of bill has three digits and may lead with a zero",
            codes=(claim.bill_type,),
        )


@claim_number_form.review
def long_claim_number(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Payers need to keep and give back twenty characters, no more."""
    if len(case.claim.number) > _CLM01:
        yield claim_number_form.finding(
            None, f"The claim's number has {len(case.claim.number)} characters; {_CLM01} are kept"
        )


@state_form.review
def unknown_state(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Two letters of a state, territory, military post or Canadian province."""
    state = case.claim.patient.state
    if state and not is_state(state):
        yield state_form.finding(None, "The patient's state is not a two-letter postal code")


@lines_too_many.review
def too_many_lines(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Fifty on an 837P, 999 on an 837I."""
    claim = case.claim
    most = 50 if claim.type is ClaimType.PROFESSIONAL else 999
    if len(claim.lines) > most:
        yield lines_too_many.finding(
            None, f"The claim has {len(claim.lines)} lines; the limit is {most}"
        )


@diagnoses_too_many.review
def too_many_diagnoses(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An institutional claim has room for more of each kind."""
    claim = case.claim
    if claim.type is ClaimType.PROFESSIONAL and len(claim.diagnoses) > _MOST_DIAGNOSES:
        yield diagnoses_too_many.finding(
            None, f"The claim has {len(claim.diagnoses)} diagnoses; the limit is {_MOST_DIAGNOSES}"
        )


def _role(role: str) -> str:
    return role.replace("_", " ")
