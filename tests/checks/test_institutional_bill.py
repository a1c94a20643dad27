"""Type of bill, admission and discharge: each firing bill beside one with one fact different."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_coverage,
    a_patient,
    an_inpatient_claim,
    an_institutional_claim,
)
from builders.tables import code_sets

from bots.checks import Severity, by_id, review
from bots.claims import ClaimCode, Diagnosis, DiagnosisKind

COMMERCIAL = a_coverage(filing_indicator="CI")


def stay(**fields):
    return an_inpatient_claim(**fields)


def visit(**fields):
    return an_institutional_claim(**fields)


def said(claim):
    return {
        finding.check: finding for finding in review(a_case(claim=claim), code_sets()).findings
    }


def on(code, days=0):
    return (ClaimCode(code, since=DAY + timedelta(days=days)),)


def days(count):
    return (ClaimCode("80", amount=count),)


# Check, claim that fires, its neighbour, the words of the authority that both turn on.
PAIRS = [
    ("bill-type-unknown", visit(bill_type="0191"), visit(bill_type="0131"), "FL 4"),
    ("bill-type-unknown", visit(bill_type="291"), visit(bill_type="281"), "FL 4"),
    (
        "bill-type-frequency-disagrees",
        visit(bill_type="0131", frequency_code="7"),
        visit(bill_type="0131", frequency_code=""),
        "CLM05-3",
    ),
    (
        "late-charge-bill",
        stay(bill_type="0215", frequency_code="5"),
        stay(bill_type="0215", frequency_code="5", coverage=COMMERCIAL),
        "ch. 3, 50.3: late charges of a prospective payment",
    ),
    (
        "late-charge-bill",
        visit(bill_type="0725", frequency_code="5"),
        visit(bill_type="0855", frequency_code="5"),
        "ch. 3, 50.3: the composite rate",
    ),
    ("stay-admission-date-missing", stay(admitted_on=None), visit(admitted_on=None), "FL 12"),
    (
        "stay-admission-date-missing",
        visit(bill_type="0811"),
        visit(bill_type="0811", admitted_on=DAY),
        "FL 12: hospice",
    ),
    (
        "admission-after-statement",
        stay(admitted_on=DAY + timedelta(days=1)),
        stay(admitted_on=DAY, values=days(1)),
        "FL 6 and 12",
    ),
    (
        "admission-before-first-bill",
        stay(bill_type="0112", frequency_code="2", admitted_on=DAY - timedelta(days=5)),
        stay(bill_type="0113", frequency_code="3", admitted_on=DAY - timedelta(days=5)),
        "FL 4: the first bill begins with the stay",
    ),
    (
        "statement-before-payment-window",
        stay(statement_from=DAY - timedelta(days=8)),
        stay(statement_from=DAY - timedelta(days=7)),
        "42 CFR 412.2(c)(5): three days",
    ),
    (
        "statement-before-payment-window",
        stay(statement_from=DAY - timedelta(days=8)),
        stay(statement_from=DAY - timedelta(days=8), coverage=COMMERCIAL),
        "42 CFR 412.2(c)(5): Medicare",
    ),
    ("discharge-status-missing", visit(discharge_status=""), visit(), "FL 17"),
    (
        "discharge-status-missing",
        visit(discharge_status=""),
        visit(discharge_status="", bill_type="0711"),
        "FL 17: not of a clinic",
    ),
    (
        "discharge-status-unknown",
        visit(discharge_status="08"),
        visit(discharge_status="07"),
        "FL 17: 08 ended",
    ),
    (
        "discharge-status-unknown",
        visit(discharge_status="1"),
        visit(discharge_status="01"),
        "FL 17: two digits",
    ),
    (
        "discharge-status-hospice",
        stay(discharge_status="40", occurrences=on("55")),
        visit(bill_type="0811", discharge_status="40", occurrences=on("55")),
        "FL 17: 40 to 42 are a hospice's",
    ),
    (
        "still-patient-frequency",
        stay(discharge_status="30", bill_type="0114", values=days(5)),
        stay(discharge_status="30", bill_type="0113", values=days(5)),
        "ch. 3, 40: the last bill",
    ),
    (
        "still-patient-frequency",
        stay(discharge_status="01", bill_type="0112"),
        stay(discharge_status="01", bill_type="0114"),
        "ch. 3, 40: an interim bill",
    ),
    (
        "date-of-death-missing",
        visit(discharge_status="20"),
        visit(discharge_status="20", occurrences=on("55")),
        "FL 31: 55",
    ),
    (
        "discharge-status-after-death",
        stay(patient=a_patient(died_on=DAY)),
        stay(patient=a_patient(died_on=DAY + timedelta(days=1))),
        "FL 17 and 31",
    ),
    (
        "discharge-status-after-death",
        stay(occurrences=on("55", -1)),
        stay(occurrences=on("55", -1), discharge_status="20"),
        "FL 17 and 31",
    ),
    (
        "date-of-death-not-last-day",
        stay(discharge_status="20", occurrences=on("55", -1)),
        stay(discharge_status="20", occurrences=on("55")),
        "FL 6 and 31",
    ),
    (
        "discharge-date-still-patient",
        stay(discharge_status="30", bill_type="0112", occurrences=on("42"), values=days(5)),
        stay(discharge_status="30", bill_type="0112", occurrences=on("11"), values=days(5)),
        "FL 17 and 31: 42",
    ),
    ("admission-type-missing", stay(admission_type=""), visit(admission_type=""), "FL 14"),
    ("admission-source-missing", stay(admission_source=""), visit(admission_source=""), "FL 15"),
    ("admission-type-unknown", stay(admission_type="6"), stay(admission_type="9"), "FL 14"),
    (
        "admission-source-unknown",
        stay(admission_source="7"),
        stay(admission_source="F"),
        "FL 15: 7 ended in 2010",
    ),
    (
        "admission-source-unknown",
        stay(admission_type="4", admission_source="1", patient=a_patient(birth_date=DAY)),
        stay(admission_type="4", admission_source="6", patient=a_patient(birth_date=DAY)),
        "FL 15: a newborn's own list",
    ),
    (
        "newborn-admission-age",
        stay(
            admission_type="4",
            admission_source="6",
            patient=a_patient(birth_date=DAY - timedelta(days=4 + 29)),
        ),
        stay(
            admission_type="4",
            admission_source="6",
            patient=a_patient(birth_date=DAY - timedelta(days=4 + 28)),
        ),
        "I.C.16: 28 days",
    ),
    (
        "newborn-principal-diagnosis",
        stay(admission_type="4", admission_source="5", diagnoses=["P07.18"]),
        stay(admission_type="4", admission_source="6", diagnoses=["P07.18"]),
        "I.C.16.a.2: born elsewhere has no Z38",
    ),
    (
        "newborn-principal-diagnosis",
        stay(admission_type="4", admission_source="5", diagnoses=["P07.18", "Z38.00"]),
        stay(admission_type="4", admission_source="5", diagnoses=["Z38.00", "P07.18"]),
        "I.C.16.a.2: first",
    ),
    (
        "birth-weight-missing",
        stay(admission_type="4", admission_source="6"),
        stay(admission_type="4", admission_source="6", values=on("54") + days(4)),
        "FL 39: 54",
    ),
]


@pytest.mark.parametrize(
    ("check", "fires", "neighbour"),
    [pair[:3] for pair in PAIRS],
    ids=[f"{check}: {why}" for check, _, _, why in PAIRS],
)
def test_a_bill_fires_and_its_neighbour_does_not(check, fires, neighbour):
    assert check in said(fires)
    assert check not in said(neighbour)


def test_every_check_of_these_files_is_asked_here():
    rooms = ("institutional_bill", "institutional_discharge", "institutional_admission")
    mine = {c.id for c in by_id().values() if c.rule.__module__.endswith(rooms)}

    assert mine == {check for check, *_ in PAIRS}


def test_another_payer_may_know_a_type_of_bill_that_medicare_does_not():
    assert said(visit(bill_type="0191"))["bill-type-unknown"].severity is Severity.ERROR
    theirs = said(visit(bill_type="0191", coverage=COMMERCIAL))["bill-type-unknown"]

    assert theirs.severity is Severity.WARNING


@pytest.mark.parametrize(("bill_type", "severity"), [("0111", "error"), ("0211", "warning")])
def test_a_nursing_facility_may_end_its_bill_with_a_patient_who_is_there(bill_type, severity):
    """Benefits are exhausted, the resident stays (ch. 6, 40)."""
    claim = stay(bill_type=bill_type, discharge_status="30", values=days(5))

    assert said(claim)["still-patient-frequency"].severity == severity


@pytest.mark.parametrize(
    ("bill_type", "severity"), [("0125", Severity.ERROR), ("0725", Severity.WARNING)]
)
def test_late_charges_may_be_of_the_part_that_is_not_paid_prospectively(bill_type, severity):
    """Pub. 100-04, ch. 3, section 50.3: dialysis services outside of the composite rate."""
    found = said(visit(bill_type=bill_type, frequency_code="5"))

    assert found["late-charge-bill"].severity is severity


def test_a_newborn_without_a_birth_date_is_not_evaluated():
    claim = stay(admission_type="4", patient=a_patient(birth_date=None))

    unanswered = {entry.check for entry in review(a_case(claim=claim), code_sets()).not_evaluated}

    assert "newborn-admission-age" in unanswered


def test_a_malformed_type_of_bill_is_another_checks_alone():
    found = said(visit(bill_type="13", discharge_status=""))

    assert {check for check in found if by_id()[check].family == "institutional"} == set()


def test_a_stay_is_clean_with_a_secondary_diagnosis_of_admission():
    claim = stay(
        diagnoses=[
            Diagnosis(1, "J06.9", DiagnosisKind.PRINCIPAL, "Y"),
            Diagnosis(2, "M54.50", DiagnosisKind.OTHER, "Y"),
        ]
    )

    assert {c for c in said(claim) if by_id()[c].family == "institutional"} == set()
    assert date(2026, 7, 10) == claim.admitted_on
