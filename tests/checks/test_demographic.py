"""Sex and age, what lifts them, and when they are not evaluated."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import (
    a_case,
    a_line,
    a_patient,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import a_procedure, an_icd, code_sets

from bots.checks import Severity, review
from bots.claims import Sex

TABLES = code_sets(
    icd10cm=[an_icd("N40.0", sex="M"), an_icd("O26.891", sex="F", maternity=True)],
    procedure=[
        a_procedure("76830", "imaging", sex="F"),
        a_procedure("99392", "em", age_from=1, age_to=4),
    ],
)
CHECKS = {"procedure-sex", "diagnosis-sex", "maternity-sex", "procedure-age"}


def found(case):
    said = review(case, TABLES).findings
    assert all(f.severity is Severity.WARNING for f in said if f.check in CHECKS)
    return {f.check for f in said} & CHECKS


def unanswered(case):
    return {entry.check for entry in review(case, TABLES).not_evaluated} & CHECKS


MAN, WOMAN, UNKNOWN = (a_patient(sex=sex) for sex in (Sex.MALE, Sex.FEMALE, Sex.UNKNOWN))


@pytest.mark.parametrize(
    ("patient", "modifiers", "checks"),
    [(MAN, "", {"procedure-sex"}), (WOMAN, "", set()), (MAN, "KX", set())],
)
def test_kx_lifts_the_procedures_sex(patient, modifiers, checks):
    assert found(a_case([a_line("76830", modifiers=modifiers)], patient=patient)) == checks


@pytest.mark.parametrize(("condition", "fires"), [((), True), (("45",), False)])
def test_condition_code_45_lifts_it_on_a_hospital_claim(condition, fires):
    lines = [an_institutional_line("76830", modifiers="KX")]
    claim = an_institutional_claim(lines, patient=MAN, condition_codes=condition)

    assert bool(found(a_case(claim=claim))) is fires


@pytest.mark.parametrize(
    ("code", "patient", "checks"),
    [
        ("N40.0", WOMAN, {"diagnosis-sex"}),
        ("N40.0", MAN, set()),
        ("O26.891", MAN, {"maternity-sex"}),  # not twice
        ("O26.891", WOMAN, set()),
    ],
)
def test_a_diagnosis_of_the_other_sex(code, patient, checks):
    assert found(a_case(diagnoses=[code], patient=patient)) == checks


def test_kx_lifts_a_diagnosis_where_every_line_behind_it_has_it():
    lifted, bare = a_line("76830", modifiers="KX"), a_line("99213")

    assert found(a_case([lifted], diagnoses=["O26.891"], patient=MAN)) == set()
    assert found(a_case([lifted, bare], diagnoses=["O26.891"], patient=MAN)) == {"maternity-sex"}


def test_sex_unknown_is_not_evaluated_only_where_a_code_asks():
    assert unanswered(a_case(patient=UNKNOWN)) == set()
    assert unanswered(a_case([a_line("76830")], patient=UNKNOWN)) == {"procedure-sex"}
    assert unanswered(a_case(diagnoses=["O26.891"], patient=UNKNOWN)) == {"maternity-sex"}


@pytest.mark.parametrize(
    ("born", "fires"),
    [
        (date(2025, 7, 15), True),  # one tomorrow
        (date(2025, 7, 14), False),  # one today
        (date(2021, 7, 15), False),  # still four
        (date(2021, 7, 14), True),  # five today
    ],
)
def test_age_is_in_whole_years_on_the_day(born, fires):
    case = a_case([a_line("99392")], patient=a_patient(birth_date=born))

    assert bool(found(case)) is fires


def test_age_without_a_birth_date_is_not_evaluated():
    assert unanswered(a_case([a_line("99392")], patient=a_patient(birth_date=None))) == {
        "procedure-age"
    }
