"""Medicare's screenings: how soon again, at what age, why, and what they turned into."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders.claims import a_case, a_claim, a_coverage, a_line, a_patient
from builders.tables import code_sets

from bots.checks import Severity, review
from bots.checks.preventive import _months_later
from bots.claims import CoverageSpan

TABLES = code_sets()
COMMERCIAL = a_coverage(payer_id="CI1", filing_indicator="CI")
DAY = date(2026, 7, 14)


def found(check, case):
    return [said for said in review(case, TABLES).findings if said.check == check]


def unanswered(check, case):
    return check in {said.check for said in review(case, TABLES).not_evaluated}


def after(code, earlier, on, *, diagnoses=("J06.9",), line=None, before=None, **fields):
    """A case of one screening with an earlier one on another claim."""
    other = a_claim([a_line(earlier, on=on)], number="C-0", **before or {})
    claim = a_claim([a_line(code, **line or {})], diagnoses, **fields)
    return a_case(claim=claim, history=[other])


@pytest.mark.parametrize(
    ("code", "earlier", "too_soon", "in_time"),
    [
        ("G0439", "G0439", date(2025, 8, 1), date(2025, 7, 31)),
        ("G0439", "G0402", date(2025, 8, 1), date(2025, 7, 31)),
        ("G0438", "G0402", date(2025, 8, 1), date(2025, 7, 31)),
        ("77067", "77067", date(2025, 8, 31), date(2025, 7, 1)),
        ("G0103", "G0103", date(2025, 8, 1), date(2025, 7, 31)),
        ("82270", "G0328", date(2025, 8, 1), date(2025, 7, 31)),
        ("71271", "71271", date(2025, 8, 1), date(2025, 7, 31)),
        ("81528", "81528", date(2023, 8, 1), date(2023, 7, 31)),
        ("G0104", "G0104", date(2022, 8, 1), date(2022, 7, 31)),
        ("G0105", "G0121", date(2024, 8, 1), date(2024, 7, 31)),
        ("G0121", "G0105", date(2016, 8, 1), date(2016, 7, 31)),
        ("G0121", "G0104", date(2022, 8, 1), date(2022, 7, 31)),
        ("G0101", "G0101", date(2024, 8, 1), date(2024, 7, 31)),
        ("Q0091", "Q0091", date(2024, 8, 1), date(2024, 7, 31)),
        ("77080", "77085", date(2024, 8, 1), date(2024, 7, 31)),
        ("G0117", "G0118", date(2025, 8, 1), date(2025, 7, 31)),
        ("G0444", "G0444", date(2025, 8, 1), date(2025, 7, 31)),
    ],
)
def test_full_months_lie_between_two_screenings(code, earlier, too_soon, in_time):
    """42 CFR 410.15 to 410.56; NCD 210.14."""
    assert found("preventive-too-soon", after(code, earlier, too_soon))
    assert not found("preventive-too-soon", after(code, earlier, in_time))


@pytest.mark.parametrize(
    ("code", "earlier", "fires"),
    [
        ("G0438", "G0438", True),
        ("G0402", "G0402", True),
        ("76706", "76706", True),
        ("G0438", "G0439", False),
    ],
)
def test_some_are_paid_once_in_a_lifetime(code, earlier, fires):
    said = found("preventive-too-soon", after(code, earlier, date(2010, 5, 5)))

    assert bool(said) is fires
    assert all(str(entry.denial) == "CO-149" for entry in said)


def test_a_risk_shortens_the_wait_for_a_pelvic_examination():
    """42 CFR 410.56."""
    last = date(2025, 5, 5)

    assert found("preventive-too-soon", after("G0101", "G0101", last))
    assert not found("preventive-too-soon", after("G0101", "G0101", last, diagnoses=["Z91.89"]))
    soon = date(2025, 8, 1)
    assert found("preventive-too-soon", after("G0101", "G0101", soon, diagnoses=["Z91.89"]))


def test_a_lipid_test_is_a_screening_only_for_its_reason():
    """42 CFR 410.17: every five years, under Z13.6."""
    last = date(2023, 1, 5)
    screening = {"diagnoses": ["Z13.6"]}

    assert found(
        "preventive-too-soon", after("80061", "80061", last, before=screening, **screening)
    )
    assert not found("preventive-too-soon", after("80061", "80061", last, **screening))
    assert not found("preventive-too-soon", after("80061", "80061", last, before=screening))


@pytest.mark.parametrize(
    "change",
    [
        {"line": {"modifiers": "GA"}},
        {"line": {"modifiers": "GY"}},
        {"before": {"status": "Denied"}},
        {"coverage": COMMERCIAL},
    ],
)
def test_what_was_not_paid_or_is_not_asked_does_not_count(change):
    assert found("preventive-too-soon", after("G0439", "G0439", date(2026, 1, 5)))
    assert not found("preventive-too-soon", after("G0439", "G0439", date(2026, 1, 5), **change))


@pytest.mark.parametrize(("on", "fires"), [(date(2026, 7, 31), True), (date(2026, 8, 1), False)])
def test_it_is_paid_from_the_first_of_the_month_on(on, fires):
    case = after("G0439", "G0439", date(2025, 8, 31), line={"on": on})

    assert bool(found("preventive-too-soon", case)) is fires


def test_the_same_day_is_the_other_part_of_one_service():
    assert not found("preventive-too-soon", after("77067", "77067", DAY))


def test_medical_need_may_allow_bone_mass_sooner():
    (said,) = found("preventive-too-soon", after("77080", "77080", date(2026, 1, 5)))

    assert said.severity is Severity.WARNING
    assert "paid from 2028-01-01 on" in said.message


def born(year, month=7, day=14):
    return {"patient": a_patient(birth_date=date(year, month, day))}


@pytest.mark.parametrize(
    ("code", "covered", "not_covered"),
    [
        ("77067", born(1991), born(1991, 7, 15)),
        ("G0103", born(1976), born(1976, 7, 15)),
        ("71271", born(1976), born(1976, 7, 15)),
        ("71271", born(1948, 7, 15), born(1948)),
        ("81528", born(1981), born(1981, 7, 15)),
        ("81528", born(1940, 7, 15), born(1940)),
        ("G0328", born(1981), born(1981, 7, 15)),
    ],
)
def test_a_screening_has_its_ages(code, covered, not_covered):
    """42 CFR 410.34, 410.37, 410.39; NCD 210.14."""
    assert not found("preventive-age", a_case([a_line(code)], **covered))
    assert found("preventive-age", a_case([a_line(code)], **not_covered))


def test_an_age_that_is_not_known_is_not_evaluated_and_ages_change_by_date():
    unborn = {"patient": a_patient(birth_date=None)}
    before = a_line("G0328", on=date(2022, 12, 31))

    assert unanswered("preventive-age", a_case([a_line("77067")], **unborn))
    assert not unanswered("preventive-age", a_case([a_line("99213")], **unborn))
    assert not found("preventive-age", a_case([before], **born(1980)))
    assert not found("preventive-age", a_case([a_line("71271", modifiers="GY")]))


@pytest.mark.parametrize(
    ("code", "diagnosis", "fires"),
    [
        ("71271", "Z87.891", False),
        ("71271", "F17.210", False),
        ("71271", "F17.290", True),
        ("G0296", "J06.9", True),
        ("77067", "Z12.31", False),
        ("77067", "Z12.39", True),
        ("G0103", "Z12.5", False),
        ("G0103", "N39.0", True),
        ("81528", "Z12.11", False),
        ("81528", "K21.9", True),
        ("G0117", "Z13.5", False),
        ("77066", "J06.9", False),  # no screening
    ],
)
def test_a_screening_has_its_reason(code, diagnosis, fires):
    """Pub. 100-04 ch. 18 sections 20, 50, 60, 70, 220; NCD 210.14."""
    case = a_case([a_line(code)], diagnoses=[diagnosis])

    assert bool(found("preventive-diagnosis", case)) is fires


def test_only_the_diagnoses_that_the_line_points_to_are_its_reason():
    both = ["J06.9", "Z12.31"]

    assert found("preventive-diagnosis", a_case([a_line("77067")], diagnoses=both))
    pointing = a_line("77067", pointers=(2,))
    assert not found("preventive-diagnosis", a_case([pointing], diagnoses=both))
    assert not found("preventive-diagnosis", a_case([a_line("77067", pointers=())]))


@pytest.mark.parametrize(
    ("code", "began", "fires"),
    [
        ("G0402", date(2025, 7, 15), False),
        ("G0402", date(2025, 7, 14), True),
        ("G0438", date(2025, 7, 14), False),
        ("G0438", date(2025, 7, 15), True),
        ("G0439", date(2026, 1, 1), True),
        ("99213", date(2026, 1, 1), False),
    ],
)
def test_the_first_twelve_months_have_their_own_visit(code, began, fires):
    """42 CFR 410.15 and 410.16."""
    case = replace(a_case([a_line(code)]), eligibility=(CoverageSpan("active", began),))

    assert bool(found("preventive-first-year", case)) is fires


@pytest.mark.parametrize(
    "spans", [None, (), (CoverageSpan("active"),), (CoverageSpan("snf", DAY),)]
)
def test_without_a_first_day_the_first_year_is_not_evaluated(spans):
    case = replace(a_case([a_line("G0439")]), eligibility=spans)

    assert unanswered("preventive-first-year", case)


@pytest.mark.parametrize(
    ("code", "modifiers", "diagnosis", "fires"),
    [
        ("45385", "", "Z12.11", True),
        ("45385", "PT", "Z12.11", False),
        ("45385", "33", "Z12.11", False),
        ("45385", "", "K63.5", False),
        ("45330", "", "Z12.12", True),
        ("43239", "", "Z12.11", False),
    ],
)
def test_a_screening_that_turned_says_so(code, modifiers, diagnosis, fires):
    """Pub. 100-04 ch. 18 section 60; MM7012."""
    case = a_case([a_line(code, modifiers=modifiers)], diagnoses=[diagnosis])

    assert bool(found("preventive-screening-turned", case)) is fires


def test_to_another_payer_it_is_33_and_only_information():
    claim = a_claim([a_line("45385")], ["Z12.11"], coverage=COMMERCIAL)

    (said,) = found("preventive-screening-turned", a_case(claim=claim))

    assert said.severity is Severity.INFO
    assert "33" in said.message


@pytest.mark.parametrize(
    ("code", "modifiers", "fires"),
    [("G0121", "PT", True), ("G0121", "", False), ("45385", "PT", False), ("G0105", "PT", True)],
)
def test_the_screening_itself_bears_no_pt(code, modifiers, fires):
    case = a_case([a_line(code, modifiers=modifiers)], diagnoses=["Z12.11"])

    assert bool(found("preventive-pt-on-screening", case)) is fires


def test_months_end_with_the_calendar():
    assert _months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert _months_later(date(9999, 12, 1), 1) == date.max
