"""The patient's discharge status: what it must be, and what it rules out.

Authority: NUBC UB-04 manual, form locators 17 and 31 to 34; Medicare Claims Processing Manual
(Pub. 100-04), ch. 25, section 75 (patient status, required of inpatient and outpatient hospital,
skilled nursing, home health and hospice bills) and ch. 3, section 40 (a patient who is still
there is billed in the interim).
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import (
    ACUTE,
    INPATIENT,
    bill_class,
    frequency,
    has_status_of_death,
    medicares,
    occurrence_of,
    unless_hidden,
)
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

_FL17 = "NUBC UB-04 manual, form locator 17"
_STATUS = Denial("CO", "16", "MA43")
_OCCURRENCE = Denial("CO", "16", "M45")

_KNOWN = frozenset({
    "01", "02", "03", "04", "05", "06", "07", "09", "20", "21", "30", "40", "41", "42", "43",
    "50", "51", "61", "62", "63", "64", "65", "66", "69", "70", "81", "82", "83", "84", "85",
    "86", "87", "88", "89", "90", "91", "92", "93", "94", "95",
})  # fmt: skip
_HOSPICE_ONLY = frozenset({"40", "41", "42"})
_HOSPICE = frozenset({"81", "82"})
_ASK = INPATIENT | _HOSPICE | {"12", "13", "14", "22", "23", "32", "85"}

missing = Check(
    id="discharge-status-missing",
    family="institutional",
    title="The patient's discharge status is missing",
    authority=f"{_FL17}; Medicare Claims Processing Manual (Pub. 100-04), ch. 25, section 75",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_STATUS,
)
unknown = Check(
    id="discharge-status-unknown",
    family="institutional",
    title="No such discharge status",
    authority=f"{_FL17}; CMS Medicare Code Editor, edit 16",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_STATUS,
)
hospice_only = Check(
    id="discharge-status-hospice",
    family="institutional",
    title="A hospice's discharge status on another provider's bill",
    authority=f"{_FL17} (40, 41 and 42)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_STATUS,
)
still_patient = Check(
    id="still-patient-frequency",
    family="institutional",
    title="Still a patient, on a bill that ends the stay, or the reverse",
    authority=f"{_FL17} (30) and form locator 4; "
    "Medicare Claims Processing Manual (Pub. 100-04), ch. 3, section 40",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_STATUS,
)
death_undated = Check(
    id="date-of-death-missing",
    family="institutional",
    title="The patient died, and no occurrence code 55 says when",
    authority="NUBC UB-04 manual, form locators 31 to 34 (55); "
    "Medicare Claims Processing Manual (Pub. 100-04), ch. 25, section 75",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_OCCURRENCE,
)
alive_after_death = Check(
    id="discharge-status-after-death",
    family="institutional",
    title="Discharged alive after the date of death",
    authority=f"{_FL17} (20) and form locators 31 to 34 (55)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_STATUS,
)
death_day = Check(
    id="date-of-death-not-last-day",
    family="institutional",
    title="The date of death is not the last day of the stay",
    authority=f"{_FL17} (20) and form locators 6 and 31 to 34 (55)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_OCCURRENCE,
)
discharged_and_there = Check(
    id="discharge-date-still-patient",
    family="institutional",
    title="A date of discharge for a patient who is still there",
    authority=f"{_FL17} (30) and form locators 31 to 34 (42)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_OCCURRENCE,
)


@missing.review
def no_status(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """The bills that Medicare asks it of; other payers follow form locator 17."""
    claim = case.claim
    if bill_class(claim) in _ASK and not claim.discharge_status.strip():
        yield unless_hidden(
            missing.finding(None, "The discharge status is empty"), claim, "discharge_status"
        )


@unknown.review
def status_that_is_none(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """One digit may have lost its zero on the screen: that is a wrong status in a file, too."""
    status = case.claim.discharge_status.strip()
    if bill_class(case.claim) and status and status not in _KNOWN:
        yield unknown.finding(None, f"{status} is no discharge status", codes=(status,))


@hospice_only.review
def hospice_status_elsewhere(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """40, 41 and 42 say where a hospice patient died; elsewhere it is 20."""
    claim = case.claim
    kind = bill_class(claim)
    if kind and kind not in _HOSPICE and claim.discharge_status in _HOSPICE_ONLY:
        yield hospice_only.finding(
            None,
            f"Discharge status {claim.discharge_status} is a hospice's; "
            f"type of bill {claim.bill_type} is not",
            codes=(claim.discharge_status,),
        )


@still_patient.review
def still_there_or_gone(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Acute stays: an error. Other bills of a stay: a warning, for benefits may be exhausted."""
    claim, third = case.claim, frequency(case.claim)
    kind, status = bill_class(claim), claim.discharge_status.strip()
    if kind not in INPATIENT | _HOSPICE or not status:
        return
    severity = Severity.ERROR if kind in ACUTE else Severity.WARNING
    if status == "30" and third in {"1", "4"}:
        yield still_patient.finding(
            None,
            f"Status 30 (still a patient) on a bill with frequency {third}, which ends the stay",
            codes=(status,),
            severity=severity,
        )
    elif status != "30" and third in {"2", "3"}:
        yield still_patient.finding(
            None,
            f"Status {status} on an interim bill with frequency {third}, which asks for 30",
            codes=(status,),
            severity=severity,
        )


@death_undated.review
def death_without_its_date(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Any status of death; a date of death of the patient's record is not on the bill."""
    claim = case.claim
    if not bill_class(claim) or not has_status_of_death(claim):
        return
    entry = occurrence_of(claim, "55")
    if entry is None or entry.since is None:
        yield unless_hidden(
            death_undated.finding(
                None,
                f"Discharge status {claim.discharge_status} asks for occurrence code 55 "
                "and its date",
                codes=(claim.discharge_status,),
                severity=medicares(case),
            ),
            claim,
            "occurrences",
        )


@alive_after_death.review
def alive_after_dying(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The date of the record or of occurrence 55, up to the last day of the statement."""
    claim, end = case.claim, case.claim.statement_through
    status = claim.discharge_status.strip()
    if not bill_class(claim) or not end or not status or has_status_of_death(claim):
        return
    entry = occurrence_of(claim, "55")
    died = (entry.since if entry else None) or claim.patient.died_on
    if died is not None and died <= end:
        yield alive_after_death.finding(
            None,
            f"Discharge status {status} says alive on {end.isoformat()}; "
            "the date of death is not after it",
            codes=(status,),
        )


@death_day.review
def death_on_another_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An inpatient who died left on that day."""
    claim, end = case.claim, case.claim.statement_through
    entry = occurrence_of(claim, "55")
    if bill_class(claim) not in INPATIENT or claim.discharge_status != "20" or not end:
        return
    if entry is not None and entry.since is not None and entry.since != end:
        yield death_day.finding(
            None,
            f"Occurrence 55 says {entry.since.isoformat()}; the stay ends on {end.isoformat()}",
            codes=("55",),
        )


@discharged_and_there.review
def discharged_and_still_there(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Occurrence 42 is the date of discharge."""
    claim = case.claim
    if bill_class(claim) and claim.discharge_status == "30" and occurrence_of(claim, "42"):
        yield discharged_and_there.finding(
            None, "Occurrence 42 dates a discharge; status 30 says still a patient", codes=("42",)
        )
