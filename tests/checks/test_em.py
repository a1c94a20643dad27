"""Visits: their level, who is new, how many a day, their minutes, and what is added to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders.claims import (
    BILLING_NPI,
    DAY,
    RENDERING_NPI,
    a_case,
    a_claim,
    a_coverage,
    a_line,
    a_provider,
    an_npi,
    documentation_of,
)
from builders.tables import a_procedure, a_ptp, an_add_on, an_mpfs, code_sets

from bots.checks import Severity, review
from bots.checks.em_codes import LEVELS, ladder_of, minutes_of
from bots.checks.em_patient import three_years_before
from bots.checks.em_time import more_critical_units
from bots.claims import ClaimType, Documentation, ProcedureEntry, Visit

TABLES = code_sets()
COLLEAGUE = an_npi("155555555")


def a_visit(decision="", minutes=None, *, on=DAY, signed=True, number="V-9", **fields):
    return Visit(number, on, RENDERING_NPI, decision, minutes, signed=signed, **fields)


def with_visits(lines, *visits, entries=(), **fields):
    claim = fields.pop("claim", None) or a_claim(lines, **fields.pop("of_claim", {}))
    papers = replace(documentation_of(claim), visits=tuple(visits), procedures=tuple(entries))
    return a_case(claim=claim, documentation=papers, **fields)


def an_entry(code, minutes=None, *, number="L-9", on=DAY, signed=True):
    return ProcedureEntry(number, code, on, Decimal(1), minutes, signed=signed)


def found(check, case, tables=TABLES):
    return [said for said in review(case, tables).findings if said.check == check]


def unanswered(check, case, tables=TABLES):
    return check in {said.check for said in review(case, tables).not_evaluated}


def of_another(lines, npi=COLLEAGUE, taxonomy="207Q00000X", billing=BILLING_NPI, **fields):
    """A claim of a colleague, of the same group and specialty unless said."""
    providers = [
        a_provider("billing", billing),
        a_provider("rendering", npi, taxonomy=taxonomy),
    ]
    return a_claim(lines, providers=providers, **{"number": "C-2"} | fields)


@pytest.mark.parametrize(
    ("code", "decision", "minutes", "above", "below"),
    [
        ("99202", "straightforward", None, False, False),
        ("99203", "straightforward", 29, True, False),
        ("99203", "straightforward", 30, False, False),
        ("99204", "low", 44, True, False),
        ("99204", "moderate", None, False, False),
        ("99205", "moderate", 59, True, False),
        ("99205", "moderate", 60, False, False),
        ("99212", "straightforward", 9, False, False),
        ("99213", "straightforward", 19, True, False),
        ("99213", "low", 29, False, False),
        ("99213", "low", 30, False, True),
        ("99214", "low", None, True, False),
        ("99214", "high", None, False, True),
        ("99215", "moderate", 39, True, False),
        ("99215", "moderate", 40, False, False),
        ("99221", "low", None, False, False),
        ("99222", "low", 54, True, False),
        ("99222", "low", 55, False, False),
        ("99223", "moderate", 74, True, False),
        ("99231", "moderate", None, False, True),
        ("99233", "moderate", 50, False, False),
        ("99235", "low", 69, True, False),
        ("99236", "high", None, False, False),
        ("99283", "straightforward", 500, True, False),  # minutes decide nothing there
        ("99284", "moderate", None, False, False),
        ("99285", "moderate", None, True, False),
        ("99305", "low", 34, True, False),
        ("99306", "moderate", 49, True, False),
        ("99308", "straightforward", 20, False, False),
        ("99310", "moderate", 44, True, False),
        ("99344", "low", 59, True, False),
        ("99349", "low", 40, False, False),
        ("99350", "low", 59, True, False),
        ("99244", "low", 40, False, False),
        ("99255", "moderate", 79, True, False),
    ],
)
def test_decision_making_or_time_supports_a_level(code, decision, minutes, above, below):
    """Pub. 100-04 ch. 12 section 30.6.1.B; CPT guidelines 2021 and 2023."""
    case = with_visits([a_line(code)], a_visit(decision, minutes))

    assert bool(found("em-level-above", case)) is above
    assert bool(found("em-level-below", case)) is below
    assert not unanswered("em-level-above", case)


def test_every_level_asks_more_than_the_one_before_it():
    for level in LEVELS.values():
        ladder = ladder_of(level)
        ranks = [step.rank for step in ladder]
        times = [minutes_of(step, DAY) or 0 for step in ladder]

        assert ranks == sorted(set(ranks))
        assert times == sorted(times)


@pytest.mark.parametrize(
    ("visits", "answered"),
    [
        ([], False),
        ([a_visit()], False),
        ([a_visit("brief")], False),  # not one of the four words
        ([a_visit("low", signed=False)], False),
        ([a_visit(minutes=25)], False),  # the decision making may still support it
        ([a_visit(minutes=30)], True),
        ([a_visit("low", on=date(2026, 7, 13))], False),
        ([a_visit("high"), a_visit("low", number="V-8")], True),  # the higher one counts
    ],
)
def test_what_the_record_does_not_state_is_no_fault(visits, answered):
    case = with_visits([a_line("99214")], *visits)

    assert not found("em-level-above", case)
    assert unanswered("em-level-above", case) is not answered


def test_without_documentation_no_level_is_judged():
    case = a_case([a_line("99215")], documentation=None)

    assert unanswered("em-level-above", case)
    assert unanswered("em-level-below", case)


@pytest.mark.parametrize(
    ("code", "day", "fires"),
    [
        ("99214", date(2020, 12, 31), False),  # the rules of 1995 and 1997
        ("99214", date(2021, 1, 1), True),
        ("99222", date(2022, 12, 31), False),
        ("99222", date(2023, 1, 1), True),
    ],
)
def test_a_level_is_judged_by_the_rules_of_its_day(code, day, fires):
    case = with_visits([a_line(code, on=day)], a_visit("straightforward", 5, on=day))

    assert bool(found("em-level-above", case)) is fires


@pytest.mark.parametrize(("day", "fires"), [(date(2023, 12, 31), False), (date(2024, 1, 1), True)])
def test_two_nursing_facility_times_grew_in_2024(day, fires):
    """CPT 2024: 99308 from 15 to 20 minutes, 99306 from 45 to 50."""
    case = with_visits([a_line("99308", on=day)], a_visit("straightforward", 15, on=day))

    assert bool(found("em-level-above", case)) is fires


def test_a_hospital_levels_its_visits_by_its_own_rules():
    claim = replace(
        a_claim([a_line("99285", revenue_code="0450")]),
        type=ClaimType.INSTITUTIONAL,
        bill_type="0131",
    )

    assert not found("em-level-above", with_visits(None, a_visit("low"), claim=claim))


def test_a_level_quotes_the_visit_and_proposes_nothing():
    (said,) = found("em-level-above", with_visits([a_line("99215")], a_visit("low", 20)))

    assert said.quote == ("V-9",)
    assert said.repair is None
    assert said.severity is Severity.WARNING
    assert str(said.denial) == "CO-150"
    assert "supports 99213" in said.message


@pytest.mark.parametrize(
    ("visits", "fires"),
    [
        ([a_visit("low", signed=False)], True),
        ([a_visit("low", signed=False), a_visit("low", number="V-8")], False),
        ([a_visit("low", signed=False, on=date(2026, 7, 13))], False),
        ([], False),
    ],
)
def test_an_unsigned_visit_supports_nothing(visits, fires):
    """Pub. 100-08 ch. 3 section 3.3.2.4."""
    assert bool(found("em-visit-unsigned", with_visits([a_line()], *visits))) is fires


# -- new patients ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "on", "fires"),
    [
        ("99213", date(2023, 7, 15), True),
        ("99213", date(2023, 7, 14), False),  # three years to the day
        ("99213", date(2026, 7, 14), False),  # the same day
        ("99213", date(2026, 7, 15), False),
        ("20610", date(2025, 1, 1), True),  # a procedure is face to face
        ("93010", date(2025, 1, 1), False),  # a test that was only read
        ("71046", date(2025, 1, 1), False),
        ("99396", date(2025, 1, 1), True),
    ],
)
def test_new_is_who_was_not_seen_in_three_years(seen, on, fires):
    """Pub. 100-04 ch. 12 section 30.6.7.A."""
    before = [
        of_another([a_line(seen, on=on)]),
        of_another([a_line("80053", on=date(2020, 1, 1))]),
    ]
    case = with_visits([a_line("99203")], history=before)

    assert bool(found("em-new-patient", case)) is fires
    assert not unanswered("em-new-patient", case)


@pytest.mark.parametrize(
    ("other", "fires"),
    [
        ({}, True),
        ({"npi": RENDERING_NPI, "taxonomy": "", "billing": an_npi("144444444")}, True),
        ({"taxonomy": "207RC0000X"}, False),
        ({"taxonomy": ""}, False),
        ({"billing": an_npi("144444444")}, False),
        ({"status": "Denied"}, True),  # a denied visit was a visit
    ],
)
def test_one_group_and_one_specialty_are_one_physician(other, fires):
    """Pub. 100-04 ch. 12 section 30.6.5."""
    before = of_another([a_line("99213", on=date(2025, 3, 3))], **other)
    case = a_case([a_line("99203")], history=[before])

    assert bool(found("em-new-patient", case)) is fires


def test_two_specialties_of_which_nothing_is_known_are_not_the_same():
    before = of_another([a_line("99213", on=date(2025, 3, 3))], taxonomy="")
    claim = of_another([a_line("99203")], RENDERING_NPI, taxonomy="", number="C-1")

    assert not found("em-new-patient", a_case(claim=claim, history=[before]))


@pytest.mark.parametrize(
    ("history", "known"),
    [
        (None, False),
        ([], False),
        ([of_another([a_line("80053", on=date(2023, 7, 15))])], False),
        ([of_another([a_line("80053", on=date(2023, 7, 14))])], True),
    ],
)
def test_a_short_history_says_nothing_about_a_new_patient(history, known):
    case = a_case([a_line("99204")], history=history)

    assert not found("em-new-patient", case)
    assert unanswered("em-new-patient", case) is not known


def test_a_history_that_may_lack_claims_says_nothing_by_its_silence():
    old = of_another([a_line("80053", on=date(2020, 1, 1))])
    case = replace(a_case([a_line("99204")], history=[old]), history_complete=False)

    assert unanswered("em-new-patient", case)


@pytest.mark.parametrize(("says", "fires"), [(False, True), (True, False)])
def test_the_record_may_say_whether_the_patient_is_new(says, fires):
    case = with_visits([a_line("99204")], a_visit("moderate", new_patient=says), history=None)

    assert bool(found("em-new-patient", case)) is fires
    assert not unanswered("em-new-patient", case)


def test_an_established_code_without_a_known_visit_is_no_fault():
    case = a_case([a_line("99214")], history=None)

    assert not found("em-new-patient", case)
    assert not unanswered("em-new-patient", case)


def test_three_years_before_a_leap_day_is_the_end_of_february():
    assert three_years_before(date(2028, 2, 29)) == date(2025, 2, 28)


# -- several visits of a day -------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "check"),
    [
        ([a_line("99213"), a_line("99347")], "em-two-in-a-day"),
        ([a_line("99213", modifiers="25"), a_line("99347")], None),
        ([a_line("99213"), a_line("99347", modifiers="25")], None),
        ([a_line("99213"), a_line("99396")], None),  # preventive: a matter of 25 and of NCCI
        ([a_line("99213"), a_line("99213")], None),  # a duplicate
        ([a_line("99213"), a_line("99347", on=date(2026, 7, 15))], None),
        ([a_line("99222"), a_line("99214")], "em-visit-with-admission"),
        ([a_line("99222"), a_line("99285")], "em-visit-with-admission"),
        ([a_line("99235"), a_line("99309")], "em-visit-with-admission"),
        ([a_line("99222", modifiers="25"), a_line("99214")], None),
        ([a_line("99223"), a_line("99239")], "em-admission-and-discharge"),
        ([a_line("99223"), a_line("99239", on=date(2026, 7, 16))], None),
        ([a_line("99232"), a_line("99238")], "em-visit-with-discharge"),
        ([a_line("99232", on=date(2026, 7, 13)), a_line("99238")], None),
        ([a_line("99239"), a_line("99305")], None),  # both paid: 30.6.9.2.D
        ([a_line("99239"), a_line("99308")], "em-two-in-a-day"),
    ],
)
def test_a_day_has_one_visit_of_one_physician(lines, check):
    """Pub. 100-04 ch. 12 sections 30.6.5, 30.6.7.B, 30.6.8, 30.6.9.1 and 30.6.9.2."""
    ours = {
        "em-two-in-a-day",
        "em-visit-with-admission",
        "em-admission-and-discharge",
        "em-visit-with-discharge",
    }
    said = {f.check for f in review(a_case(lines), TABLES).findings} & ours

    assert said == ({check} if check else set())


@pytest.mark.parametrize(
    ("other", "fires"),
    [({}, True), ({"taxonomy": "207RC0000X"}, False), ({"status": "Denied"}, False)],
)
def test_a_colleagues_visit_counts_and_another_specialtys_does_not(other, fires):
    case = a_case([a_line("99214")], history=[of_another([a_line("99348")], **other)])

    assert bool(found("em-two-in-a-day", case)) is fires


def test_a_pair_of_the_ncci_table_is_said_once():
    tables = code_sets(ptp=[a_ptp("99222", "99214", "0")])

    assert not found("em-visit-with-admission", a_case([a_line("99222"), a_line("99214")]), tables)


# -- minutes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "code", "minutes", "units", "fires"),
    [
        ("99205", "G2212", 88, 1, True),
        ("99205", "G2212", 89, 1, False),
        ("99215", "G2212", 68, 1, True),
        ("99215", "G2212", 69, 1, False),
        ("99215", "G2212", 83, 2, True),
        ("99215", "G2212", 84, 2, False),
        ("99215", "99417", 54, 1, True),
        ("99215", "99417", 55, 1, False),
        ("99205", "99417", 75, 1, False),
        ("99223", "G0316", 89, 1, True),
        ("99223", "G0316", 90, 1, False),
        ("99233", "G0316", 64, 1, True),
        ("99233", "G0316", 65, 1, False),
        ("99233", "99418", 64, 1, True),
        ("99345", "99417", 89, 1, True),
        ("99350", "99417", 75, 1, False),
        ("99306", "99418", 65, 1, False),
    ],
)
def test_prolonged_time_begins_after_the_visits_own(base, code, minutes, units, fires):
    """Pub. 100-04 ch. 12 section 30.6.7.E; fee schedule final rule for 2023; CPT."""
    case = with_visits([a_line(base), a_line(code, units=units)], a_visit("high", minutes))

    assert bool(found("em-prolonged-minutes", case)) is fires


@pytest.mark.parametrize(
    ("base", "code"),
    [("99306", "G0317"), ("99350", "G0318"), ("99236", "G0316"), ("99483", "G2212")],
)
def test_time_that_runs_over_days_is_not_in_the_days_minutes(base, code):
    case = with_visits([a_line(base), a_line(code)], a_visit("high", 20))

    assert not found("em-prolonged-minutes", case)
    assert unanswered("em-prolonged-minutes", case)


def test_without_minutes_prolonged_time_is_not_evaluated():
    case = with_visits([a_line("99215"), a_line("G2212")], a_visit("high"))

    assert unanswered("em-prolonged-minutes", case)


@pytest.mark.parametrize(
    ("codes", "fires"),
    [
        (("99215", "G2212", "99417"), True),
        (("99223", "G0316", "99418"), True),
        (("99215", "G2212"), False),
        (("99223", "G0316", "99417"), False),
    ],
)
def test_one_time_has_one_code(codes, fires):
    assert bool(found("em-prolonged-twice", a_case([a_line(c) for c in codes]))) is fires


@pytest.mark.parametrize(
    ("minutes", "medicare", "cpt"),
    [(29, 0, 0), (74, 0, 0), (75, 0, 1), (103, 0, 1), (104, 1, 1), (105, 1, 2), (134, 2, 2)],
)
def test_half_hours_of_critical_care_are_counted_by_payer(minutes, medicare, cpt):
    """Pub. 100-04 ch. 12 section 30.6.12.5: 104 minutes; CPT: 75."""
    assert more_critical_units(minutes, medicare=True) == medicare
    assert more_critical_units(minutes, medicare=False) == cpt


@pytest.mark.parametrize(
    ("units", "minutes", "filing", "fires"),
    [
        (0, 29, "MB", True),
        (0, 30, "MB", False),
        (1, 103, "MB", True),
        (1, 104, "MB", False),
        (1, 75, "CI", False),
        (1, 74, "CI", True),
        (2, 134, "MB", False),
    ],
)
def test_critical_care_is_held_against_its_minutes(units, minutes, filing, fires):
    lines = [a_line("99291")] + ([a_line("99292", units=units)] if units else [])
    case = with_visits(
        lines,
        entries=[an_entry("99291", minutes)],
        of_claim={"coverage": a_coverage(filing_indicator=filing)},
    )

    assert bool(found("em-critical-care-minutes", case)) is fires


@pytest.mark.parametrize(
    ("code", "minutes", "fires"),
    [("99239", 30, True), ("99239", 31, False), ("99316", 30, True), ("99238", 10, False)],
)
def test_a_long_discharge_is_more_than_thirty_minutes(code, minutes, fires):
    """Pub. 100-04 ch. 12 sections 30.6.9.2 and 30.6.13."""
    case = with_visits([a_line(code)], entries=[an_entry(code, minutes)])

    assert bool(found("em-discharge-minutes", case)) is fires


@pytest.mark.parametrize("entry", [None, an_entry("99239", 40, signed=False), an_entry("99239")])
def test_minutes_that_nobody_signed_are_none(entry):
    case = with_visits([a_line("99239")], entries=[entry] if entry else [])

    assert unanswered("em-discharge-minutes", case)


# -- the addition for a continuing relationship ------------------------------------------


@pytest.mark.parametrize(
    ("beside", "day", "fires"),
    [
        (["11102"], date(2024, 5, 1), True),
        (["G0439"], date(2024, 5, 1), True),  # before the exception
        (["G0439"], date(2025, 1, 1), False),
        (["90686", "G0008"], date(2025, 1, 1), False),
        (["G0439", "36415"], date(2025, 1, 1), False),
        (["G0439", "11102"], date(2025, 1, 1), False),
        (["93000"], DAY, True),
    ],
)
def test_with_25_the_addition_needs_something_preventive_beside_it(beside, day, fires):
    """Pub. 100-04 ch. 12 sections 30.6.7.F and 30.6.19."""
    lines = [a_line("99213", on=day, modifiers="25"), a_line("G2211", on=day)]
    case = a_case(lines + [a_line(code, on=day) for code in beside])

    assert bool(found("em-g2211-with-25", case)) is fires


def test_without_25_or_without_medicare_nothing_stands_in_its_way():
    plain = [a_line("99213"), a_line("G2211"), a_line("11102")]
    bearing = [a_line("99213", modifiers="25"), *plain[1:]]
    commercial = a_coverage(filing_indicator="CI")

    assert not found("em-g2211-with-25", a_case(plain))
    assert found("em-g2211-with-25", a_case(bearing))
    assert not found("em-g2211-with-25", a_case(claim=a_claim(bearing, coverage=commercial)))


@pytest.mark.parametrize(
    ("visit", "day", "fires"),
    [
        ("99213", DAY, False),
        ("99349", DAY, False),
        ("99349", date(2025, 12, 31), True),  # at home only from 2026 on
        ("99232", DAY, True),
    ],
)
def test_the_addition_needs_its_visit(visit, day, fires):
    case = a_case([a_line(visit, on=day), a_line("G2211", on=day)])

    assert bool(found("em-g2211-without-visit", case)) is fires


def test_the_additions_visit_may_stand_on_another_claim_and_the_table_goes_first():
    alone = [a_line("G2211")]
    table = code_sets(add_on=[an_add_on("G2211", "99213")])

    assert not found("em-g2211-without-visit", a_case(alone, history=[of_another([a_line()])]))
    assert unanswered("em-g2211-without-visit", a_case(alone, history=None))
    assert not found("em-g2211-without-visit", a_case(alone), table)


def test_a_consultation_to_medicare_is_the_fee_schedules_matter():
    """Pub. 100-04 ch. 12 section 30.6.10: status I; nothing here says it twice."""
    tables = code_sets(procedure=[a_procedure("99243", "em")], mpfs=[an_mpfs("99243", status="I")])
    case = with_visits([a_line("99243")], a_visit("low"))

    assert {f.check for f in review(case, tables).findings} >= {"procedure-never-paid"}
    assert not [f for f in review(case, tables).findings if f.check.startswith("em-")]


def test_an_empty_record_of_a_visit_leaves_levels_open():
    case = a_case([a_line("99215")], documentation=Documentation("E-1"))

    assert unanswered("em-level-above", case)
    assert not found("em-visit-unsigned", case)


# -- one of a stay, one of a month, and who was there -------------------------------------


@pytest.mark.parametrize(
    ("before", "on", "fires"),
    [
        (["99221"], date(2026, 7, 13), True),
        (["99223"], date(2026, 7, 10), True),
        (["99223"], date(2026, 7, 9), False),  # five days: another stay may be
        (["99221"], DAY, False),  # the same day is no second stay
        (["99231"], date(2026, 7, 13), False),
        (["99221", "99238"], date(2026, 7, 13), False),
        (["99221"], date(2026, 7, 15), False),
    ],
)
def test_a_stay_has_one_initial_visit_of_a_physician(before, on, fires):
    """Pub. 100-04 ch. 12 sections 30.6.8 and 30.6.9."""
    other = of_another([a_line(code, on=on) for code in before])

    assert bool(found("em-initial-again", a_case([a_line("99222")], history=[other]))) is fires


def test_another_specialty_has_an_initial_visit_of_its_own():
    other = of_another([a_line("99221", on=date(2026, 7, 13))], taxonomy="207RC0000X")

    assert not found("em-initial-again", a_case([a_line("99222")], history=[other]))


@pytest.mark.parametrize(
    ("before", "on", "fires"),
    [
        ("99496", date(2026, 6, 15), True),  # twenty-nine days
        ("99496", date(2026, 6, 14), False),
        ("99495", DAY, True),
        ("99214", date(2026, 7, 1), False),
        ("99495", date(2026, 7, 15), False),  # the later one is the one too many
    ],
)
def test_a_transition_home_is_reported_once_in_thirty_days(before, on, fires):
    """CPT guidelines on 99495 and 99496: by one physician, once."""
    other = of_another([a_line(before, on=on)], billing=an_npi("144444444"), taxonomy="")

    assert bool(found("em-transition-again", a_case([a_line("99495")], history=[other]))) is fires


def test_of_two_transitions_on_one_claim_the_later_is_named_and_a_denied_one_does_not_count():
    two = [a_line("99495"), a_line("99496")]
    (said,) = found("em-transition-again", a_case(two))
    denied = of_another([a_line("99496", on=date(2026, 7, 1))], status="Denied")

    assert said.lines == (2,)
    assert not found("em-transition-again", a_case(two[:1], history=[denied]))


@pytest.mark.parametrize(
    ("code", "decision", "fires"),
    [
        ("99495", "low", True),
        ("99495", "moderate", False),
        ("99496", "moderate", True),
        ("99496", "high", False),
    ],
)
def test_a_transition_asks_its_decision_making(code, decision, fires):
    on = date(2026, 7, 8)

    assert (
        bool(
            found("em-transition-decision", with_visits([a_line(code)], a_visit(decision, on=on)))
        )
        is fires
    )
    assert unanswered("em-transition-decision", with_visits([a_line(code)]))
    old = a_visit(decision, on=date(2026, 6, 1))
    assert unanswered("em-transition-decision", with_visits([a_line(code)], old))


def seen_by(npi, *lines, place="11", **fields):
    visit = replace(a_visit("low"), seen_by_npi=npi, **fields)
    return with_visits(lines, visit, of_claim={"place_of_service": place})


@pytest.mark.parametrize(
    ("npi", "modifiers", "fires"),
    [
        (RENDERING_NPI, "", False),
        (COLLEAGUE, "", True),
        (COLLEAGUE, "FS", False),
        (COLLEAGUE, "Q6", False),
        (COLLEAGUE, "GC", False),
        (COLLEAGUE, "25", True),
    ],
)
def test_who_is_billed_is_who_was_there(npi, modifiers, fires):
    """42 CFR 410.26; Pub. 100-02 ch. 15 section 60; Pub. 100-04 ch. 12 section 30.6.18."""
    case = seen_by(npi, a_line(modifiers=modifiers))

    said = found("em-seen-by-another", case)

    assert bool(said) is fires
    assert all(entry.repair is None for entry in said)


@pytest.mark.parametrize("npi", ["", "1234567890"])
def test_a_record_that_does_not_say_who_was_there_is_not_evaluated(npi):
    assert unanswered("em-seen-by-another", seen_by(npi, a_line()))
    assert unanswered("em-seen-by-another", seen_by(COLLEAGUE, a_line(), signed=False))


@pytest.mark.parametrize(
    ("code", "place", "words"),
    [
        ("99203", "11", "a new patient's visit is never incident"),
        ("99232", "21", "in that place"),
        ("99213", "11", "by the record"),
    ],
)
def test_it_says_where_supervision_cannot_be_the_reason(code, place, words):
    (said,) = found("em-seen-by-another", seen_by(COLLEAGUE, a_line(code), place=place))

    assert words in said.message


def test_the_lines_own_performer_goes_before_the_claims():
    assert not found("em-seen-by-another", seen_by(COLLEAGUE, a_line(rendering_npi=COLLEAGUE)))
