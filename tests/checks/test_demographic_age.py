"""The patient's age against the diagnosis: I/OCE edit 2, and the notes of the first month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_patient,
    an_inpatient_claim,
    an_institutional_claim,
)
from builders.tables import an_icd, code_sets

from bots.checks import Severity, review
from bots.claims import Sex

TABLES = code_sets(
    icd10cm=[
        an_icd("Z05.1", age="newborn"),
        an_icd("R62.51", age="pediatric"),
        an_icd("H25.11", age="adult"),
        an_icd("O26.891", age="maternity", maternity=True, sex="F"),
        an_icd("Z34.01", age="maternity", sex="F"),
        an_icd("P59.9", newborn=True),
        an_icd("N40.0", sex="M"),
    ]
)


def found(case, check):
    return [f for f in review(case, TABLES).findings if f.check == check]


def aged(years: int, days: int = 0, **fields):
    """A patient of so many whole years, less some days."""
    return a_patient(
        birth_date=date(DAY.year - years, DAY.month, DAY.day) + timedelta(days=days), **fields
    )


@pytest.mark.parametrize(
    ("code", "patient", "fires"),
    [
        ("Z05.1", aged(0, 0), False),
        ("Z05.1", aged(1, 1), False),  # one tomorrow
        ("Z05.1", aged(1), True),
        ("R62.51", aged(18, 1), False),
        ("R62.51", aged(18), True),
        ("H25.11", aged(15), False),
        ("H25.11", aged(15, 1), True),  # 15 tomorrow
        ("P59.9", aged(60), False),  # may be reported for life, I.C.16.a.4
        ("J06.9", aged(3), False),
    ],
)
def test_an_age_group_is_in_whole_years_both_ends_included(code, patient, fires):
    said = found(a_case(diagnoses=[code], patient=patient), "diagnosis-age")

    assert [str(f.denial) for f in said] == ["CO-9"] * fires


@pytest.mark.parametrize(
    ("patient", "fires"),
    [(aged(9, 1), True), (aged(9), False), (aged(65, 1), False), (aged(65), True)],
)
@pytest.mark.parametrize("code", ["O26.891", "Z34.01"])
def test_maternity_is_from_9_to_64(code, patient, fires):
    case = a_case(diagnoses=[code], patient=patient)

    assert bool(found(case, "maternity-age")) is fires


def test_a_stay_is_the_code_editors():
    """Medicare Code Editor, edit 4: inpatient only, and asked by its own check."""
    visit = an_institutional_claim(diagnoses=["H25.11"], patient=aged(3))
    stay = an_inpatient_claim(diagnoses=["H25.11"], patient=aged(3))

    assert found(a_case(claim=visit), "diagnosis-age")
    assert not found(a_case(claim=stay), "diagnosis-age")


@pytest.mark.parametrize(
    ("code", "days", "fires"),
    [
        ("Z00.110", 7, False),
        ("Z00.110", 8, True),
        ("Z00.111", 7, True),
        ("Z00.111", 8, False),
        ("Z00.111", 28, False),
        ("Z00.111", 29, True),
        ("Z00.129", 28, True),
        ("Z00.129", 29, False),
        ("Z00.121", 28, True),
        ("Z00.129", 400, False),
        ("Z00.129", -1, False),  # before birth: the family dates'
    ],
)
def test_the_first_month_is_counted_in_days(code, days, fires):
    case = a_case(diagnoses=[code], patient=a_patient(birth_date=DAY - timedelta(days=days)))

    assert bool(found(case, "exam-age-in-days")) is fires


@pytest.mark.parametrize(
    ("days", "codes", "fires"),
    [
        (0, ["Z38.00"], False),
        (28, ["Z38.00"], False),
        (29, ["Z38.00"], True),
        (0, ["Z38.00", "Z38.01"], True),  # one birth, two codes
        (29, ["P59.9"], False),
    ],
)
def test_a_birth_is_told_once_and_at_the_birth(days, codes, fires):
    """I.C.16.a.2."""
    case = a_case(diagnoses=codes, patient=a_patient(birth_date=DAY - timedelta(days=days)))

    assert bool(found(case, "newborn-birth-status")) is fires


@pytest.mark.parametrize(("after", "fires"), [(0, False), (1, False), (2, True)])
def test_a_stay_that_tells_the_birth_begins_with_it(after, fires):
    """A child that is moved or comes back is coded by its reason."""
    born = DAY - timedelta(days=4 + after)
    stay = an_inpatient_claim(diagnoses=["Z38.00"], patient=a_patient(birth_date=born))

    assert bool(found(a_case(claim=stay), "newborn-birth-status")) is fires


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("H25.11", "diagnosis-age"),
        ("O26.891", "maternity-age"),
        ("Z00.110", "exam-age-in-days"),
        ("Z38.00", "newborn-birth-status"),
        ("Z68.35", "diagnosis-body-mass-index"),
    ],
)
def test_without_a_birth_date_an_age_is_not_evaluated(code, check):
    case = a_case(diagnoses=[code], patient=a_patient(birth_date=None))

    assert check in {entry.check for entry in review(case, TABLES).not_evaluated}


@pytest.mark.parametrize(
    ("years", "code", "fires"),
    [
        (19, "Z68.32", True),
        (20, "Z68.32", False),
        (19, "Z68.52", False),
        (20, "Z68.52", True),
        (2, "Z68.52", False),
        (1, "Z68.52", True),
    ],
)
def test_a_body_mass_index_is_of_the_table_of_its_age(years, code, fires):
    """The note at Z68: adults from 20, children from 2 to 19."""
    case = a_case(diagnoses=["E66.9", code], patient=aged(years))

    assert bool(found(case, "diagnosis-body-mass-index")) is fires


@pytest.mark.parametrize(
    ("on", "severity"),
    [(date(2024, 9, 30), Severity.WARNING), (date(2024, 10, 1), Severity.INFO)],
)
def test_a_stay_is_only_informed_of_a_sex_conflict_since_the_edit_ended(on, severity):
    """Medicare Code Editor: sex conflict to the discharges of 2024-09-30."""
    stay = an_inpatient_claim(
        diagnoses=["N40.0"],
        patient=a_patient(sex=Sex.FEMALE),
        statement_from=on,
        statement_through=on,
        admitted_on=on,
    )

    assert [f.severity for f in found(a_case(claim=stay), "diagnosis-sex")] == [severity]
