"""Modifiers, places and global periods at their borders: each firing case beside its neighbour.

The pages of the catalogue hold the plain case of each check; here stand dates, days, payers and
performers. The first word of each case is its authority.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders.claims import (
    DAY,
    RENDERING_NPI,
    a_case,
    a_claim,
    a_coverage,
    a_line,
    a_provider,
    an_npi,
)
from builders.tables import a_ptp, an_add_on, an_mpfs, an_mue, code_sets

from bots.checks import Severity, review
from bots.codesets import in_memory

COMMERCIAL = a_coverage(filing_indicator="CI")
PARTNER, OTHER = an_npi("111111111"), "208D00000X"
LONG_AGO = a_claim([a_line("99213", on=DAY - timedelta(days=120))], number="C-0")


def found(case, codesets=None):
    return {f.check: f for f in review(case, codesets or code_sets()).findings}


# -- days on which a rule begins ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "code", "modifiers", "place", "first"),
    [
        ("therapy-discipline-missing", "97110", "", "11", date(2018, 1, 1)),  # CR 10176
        ("therapy-assistant-discipline", "97110", "GO CQ", "11", date(2020, 1, 1)),  # 410.60(a)(4)
        ("telehealth-gt", "99213", "GT", "02", date(2018, 1, 1)),  # CR 10152
        ("telehealth-without-place", "99213", "95", "11", date(2024, 1, 1)),  # CR 13452
    ],
)
def test_a_rule_binds_from_its_first_day(check, code, modifiers, place, first):
    for day, fires in ((first, True), (first - timedelta(days=1), False)):
        case = a_case([a_line(code, on=day, modifiers=modifiers)], place_of_service=place)
        assert (check in found(case)) is fires


@pytest.mark.parametrize(("day", "fires"), [(date(2023, 7, 1), True), (date(2023, 6, 30), False)])
def test_jz_is_required_since_july_2023(day, fires):
    """Pub. 100-04, ch. 17, section 40."""
    case = a_case([a_line("J1885", on=day, ndc="00409379601")])
    given = tuple(replace(entry, single_dose=True) for entry in case.documentation.administrations)

    said = found(replace(case, documentation=replace(case.documentation, administrations=given)))

    assert ("drug-jw-jz-missing" in said) is fires


@pytest.mark.parametrize(("code", "fires"), [("J1885", True), ("Q2037", False)])
def test_a_vaccine_needs_neither_jw_nor_jz(code, fires):
    """Pub. 100-04, ch. 17, section 40 (Rev. 13108)."""
    case = a_case([a_line("J1885", ndc="00409379601")])
    given = replace(case.documentation.administrations[0], code=code, single_dose=True)
    record = replace(case.documentation, administrations=(given,))

    said = found(a_case([a_line(code)], documentation=record))

    assert ("drug-jw-jz-missing" in said) is fires


# -- the fee schedule's indicators, one by one ---------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "modifier", "checks"),
    [
        # Pub. 100-04, ch. 12, section 20.4.3
        ({"assistant": "0"}, "80", {"assistant-needs-documentation"}),
        ({"assistant": "1"}, "81", {"assistant-not-paid"}),
        ({"assistant": "2"}, "82", set()),
        ({"assistant": "9"}, "80", {"assistant-not-paid"}),
        # section 40.8
        ({"co_surgeon": "0"}, "62", {"co-surgeon-not-paid"}),
        ({"co_surgeon": "1"}, "62", {"co-surgeon-needs-documentation"}),
        ({"co_surgeon": "2"}, "62", set()),
        ({"co_surgeon": "9"}, "62", {"co-surgeon-not-paid"}),
        ({"team": "0"}, "66", {"team-not-paid"}),
        ({"team": "1"}, "66", set()),
        ({"team": "2"}, "66", set()),
        ({"team": "9"}, "66", {"team-not-paid"}),
        # section 40.6
        ({"multiple": "0"}, "51", {"modifier-51-not-reduced"}),
        ({"multiple": "2"}, "51", set()),
        ({"multiple": "2", "global_days": "ZZZ"}, "51", {"modifier-51-not-reduced"}),
        # section 40.2.A
        ({"global_days": "000"}, "54", {"global-split-not-global"}),
        ({"global_days": "010"}, "54", set()),
        ({"global_days": "090"}, "55", set()),
        ({"global_days": "MMM"}, "55", {"global-split-not-global"}),
        ({"global_days": "YYY"}, "56", set()),  # the contractor's to say
    ],
)
def test_an_indicator_decides_whether_a_surgeons_modifier_is_paid(indicator, modifier, checks):
    asked = ("assistant-", "co-surgeon-", "team-", "modifier-51", "global-split")
    codesets = code_sets(mpfs=[an_mpfs("20610", **indicator)])

    said = found(a_case([a_line("20610", modifiers=modifier)]), codesets)

    assert {check for check in said if check.startswith(asked)} == checks


@pytest.mark.parametrize(
    ("pc_tc", "modifier", "place", "check"),
    [
        # Pub. 100-04, ch. 13, section 20; ch. 23, addendum
        ("1", "", "22", "component-whole-in-hospital"),
        ("1", "26", "22", None),
        ("1", "", "11", None),
        ("4", "", "21", "component-whole-in-hospital"),
        ("2", "", "21", None),  # the professional part by itself
        ("1", "TC", "23", "component-technical-in-hospital"),
        ("3", "", "19", "component-technical-in-hospital"),
        ("3", "", "11", None),
        ("5", "", "22", "place-of-service-incident-to"),
        ("5", "", "11", None),
        ("8", "", "22", "place-of-service-interpretation"),
        ("8", "", "21", None),
        ("0", "", "22", None),
    ],
)
def test_the_hospital_bills_what_it_furnishes(pc_tc, modifier, place, check):
    codesets = code_sets(mpfs=[an_mpfs("85060", pc_tc=pc_tc)])
    asked = ("component-", "place-of-service-in")

    said = found(a_case([a_line("85060", modifiers=modifier)], place_of_service=place), codesets)

    assert [name for name in said if name.startswith(asked)] == ([check] if check else [])


@pytest.mark.parametrize(
    ("indicator", "check"),
    [
        ("0", None),
        ("1", "bilateral-on-two-lines"),  # MLN Matters SE1422
        ("2", "bilateral-priced-for-both"),  # Pub. 100-04, ch. 12, section 40.7
        ("3", None),
        ("9", None),
    ],
)
def test_right_and_left_on_two_lines(indicator, check):
    codesets = code_sets(mpfs=[an_mpfs("20610", bilateral=indicator)])
    case = a_case([a_line("20610", modifiers="RT"), a_line("20610", modifiers="LT")])

    said = [name for name in found(case, codesets) if name.startswith("bilateral-")]

    assert said == ([check] if check else [])


def test_right_and_left_of_two_days_are_no_bilateral_procedure():
    """Pub. 100-04, ch. 12, section 40.7: the same operative session or day."""
    codesets = code_sets(mpfs=[an_mpfs("20610", bilateral="1")])
    later = a_line("20610", modifiers="LT", on=DAY + timedelta(days=1))

    said = found(a_case([a_line("20610", modifiers="RT"), later]), codesets)

    assert "bilateral-on-two-lines" not in said


# -- global periods ------------------------------------------------------------------------------


SURGERY = code_sets(
    mpfs=[
        an_mpfs("27447", global_days="090"),
        an_mpfs("11200", global_days="010"),
        an_mpfs("11102", global_days="000"),
    ]
)


def after(code, days, modifiers="", surgery="", **claim):
    """A visit or procedure so many days after a surgery of another claim."""
    earlier = a_claim(
        [a_line(code, on=DAY - timedelta(days=days), modifiers=surgery)], number="C-2", **claim
    )
    return lambda line: a_case([a_line(line, modifiers=modifiers)], history=[earlier])


@pytest.mark.parametrize(
    ("surgery", "days", "fires"),
    [
        ("27447", 1, True),
        ("27447", 90, True),
        ("27447", 91, False),
        ("11200", 10, True),
        ("11200", 11, False),
        ("11102", 1, False),
    ],
    ids=lambda value: str(value),
)
def test_a_visit_after_surgery_is_held_to_the_last_day(surgery, days, fires):
    """Pub. 100-04, ch. 12, section 40.1: 90 or 10 days after the surgery's own."""
    assert ("global-visit-in-period" in found(after(surgery, days)("99213"), SURGERY)) is fires


@pytest.mark.parametrize(
    ("made", "fires"),
    [
        (after("27447", 30), True),
        (after("27447", 30, modifiers="24"), False),
        (after("27447", 30, surgery="54"), False),  # the aftercare was given away
        (after("27447", 30, surgery="80"), False),  # the assistant's line
        (after("27447", 30, status="Denied"), False),
        (after("27447", 30, providers=[a_provider("rendering", PARTNER)]), True),  # the group
        (
            after("27447", 30, providers=[a_provider("rendering", PARTNER, taxonomy=OTHER)]),
            False,  # another specialty
        ),
        (
            after(
                "27447", 30,
                providers=[a_provider("rendering", PARTNER), a_provider("billing", PARTNER)],
            ),
            False,  # another group
        ),
    ],
)  # fmt: skip
def test_the_group_and_specialty_of_the_surgeon_hold_the_visit(made, fires):
    """Pub. 100-04, ch. 12, sections 40.1 and 40.2.A."""
    assert ("global-visit-in-period" in found(made("99213"), SURGERY)) is fires


@pytest.mark.parametrize(
    ("days_before", "fires"), [(0, True), (1, True), (2, False)], ids=["day", "eve", "two before"]
)
def test_a_major_surgery_holds_the_eve(days_before, fires):
    """Pub. 100-04, ch. 12, section 40.1.B."""
    visit = a_line("99213", on=DAY - timedelta(days=days_before))

    assert ("global-visit-with-major" in found(a_case([visit, a_line("27447")]), SURGERY)) is fires


@pytest.mark.parametrize(
    ("modifiers", "fires"), [("", True), ("25", False), ("57", False), ("24", False), ("GC", True)]
)
def test_a_visit_on_the_day_of_minor_surgery_says_why_it_stands_apart(modifiers, fires):
    """Pub. 100-04, ch. 12, section 30.6.6.B."""
    case = a_case([a_line("99213", modifiers=modifiers), a_line("11200")])

    assert ("global-visit-with-minor" in found(case, SURGERY)) is fires


@pytest.mark.parametrize(
    ("others", "fires"),
    [([], True), ([a_line("20610")], False), ([a_line("")], False), ([a_line("2061")], False)],
    ids=["alone", "a procedure", "no code", "half a code"],
)
def test_25_stands_beside_any_other_line_of_the_day(others, fires):
    """A line whose code is missing or malformed is a service of the day, too."""
    visit = a_line("99213", modifiers="25")

    said = found(a_case([visit, *others], history=[]))

    assert ("global-25-beside-nothing" in said) is fires


def test_a_pair_of_an_ncci_edit_is_said_once():
    codesets = code_sets(
        mpfs=[an_mpfs("11200", global_days="010")], ptp=[a_ptp("11200", "99213", "1")]
    )

    said = found(a_case([a_line("99213"), a_line("11200")]), codesets)

    assert "ptp-unmodified" in said
    assert "global-visit-with-minor" not in said


@pytest.mark.parametrize(
    ("modifiers", "fires"), [("", True), ("58", False), ("78", False), ("79", False), ("59", True)]
)
def test_a_surgery_in_the_days_after_another_says_why(modifiers, fires):
    """Pub. 100-04, ch. 12, section 40.2.A."""
    case = after("27447", 30, modifiers=modifiers)("11200")

    assert ("global-surgery-in-period" in found(case, SURGERY)) is fires


@pytest.mark.parametrize("check", ["global-24-outside", "global-58-78-79-after-nothing"])
def test_a_short_view_of_other_claims_concludes_nothing(check):
    line = a_line("99213", modifiers="24") if "24" in check else a_line("11200", modifiers="79")

    short = review(a_case([line], history=[]), SURGERY)
    long = review(a_case([line], history=[LONG_AGO]), SURGERY)

    assert check in {entry.check for entry in short.not_evaluated}
    assert check not in {entry.check for entry in short.findings}
    assert check in {entry.check for entry in long.findings}


@pytest.mark.parametrize(
    ("coverage", "severity"),
    [
        (a_coverage(), Severity.ERROR),
        (a_coverage(filing_indicator="MC"), Severity.ERROR),
        (COMMERCIAL, Severity.WARNING),
    ],
)
def test_medicares_rules_are_a_warning_for_another_payer(coverage, severity):
    case = a_case([a_line("99213"), a_line("11200")], coverage=coverage)

    assert found(case, SURGERY)["global-visit-with-minor"].severity is severity


@pytest.mark.parametrize(
    ("line", "check"),
    [
        (a_line("97110"), "therapy-discipline-missing"),
        (a_line("99213", modifiers="GA GZ"), "liability-contradicts"),
        (a_line("J1885", modifiers="JW"), "drug-jw-alone"),
        (a_line("99213", modifiers="GC GE"), "teaching-gc-with-ge"),
    ],
)
def test_what_only_medicare_asks_is_not_asked_of_another_payer(line, check):
    assert check in found(a_case([line]))
    assert check not in found(a_case([line], coverage=COMMERCIAL))


# -- who did it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "fires"), [("", True), (RENDERING_NPI, True), (PARTNER, False)])
def test_an_edit_joins_the_lines_of_one_performer(by, fires):
    """CODING: same provider is the same rendering NPI, of the line (loop 2420A) or the claim."""
    codesets = code_sets(
        ptp=[a_ptp("11102", "36415")],
        mue=[an_mue("96372", 1, "2")],
        add_on=[an_add_on("11103", "11102")],
    )
    case = a_case(
        [
            a_line("11102"),
            a_line("36415", rendering_npi=by),
            a_line("96372"),
            a_line("96372", rendering_npi=by, modifiers="76"),
            a_line("11103", rendering_npi=by),
        ]
    )

    said = found(case, codesets)

    assert ("ptp-never-together" in said) is fires
    assert ("mue-day" in said) is fires
    assert ("add-on-alone" in said) is not fires


def test_a_visit_meets_the_visit_of_a_partner_of_the_same_specialty():
    """Pub. 100-04, ch. 12, section 30.6.5."""
    codesets = code_sets(ptp=[a_ptp("99214", "99213"), a_ptp("11102", "36415")])
    for taxonomy, fires in (("207Q00000X", True), ("208D00000X", False)):
        partner = [a_provider("rendering", PARTNER, taxonomy=taxonomy)]
        visit = a_claim([a_line("99214")], number="C-2", providers=partner)
        surgery = a_claim([a_line("11102")], number="C-3", providers=partner)

        assert ("ptp-never-together" in found(a_case(history=[visit]), codesets)) is fires
        case = a_case([a_line("36415")], history=[surgery])
        assert "ptp-never-together" not in found(case, codesets)


@pytest.mark.parametrize(
    ("taxonomy", "place", "codes", "supplier"),
    [
        ("332B00000X", "11", ["E0100"], True),
        ("335E00000X", "11", ["L1830", "99213"], True),
        ("333600000X", "11", ["A4253"], True),
        ("333600000X", "11", ["A4253", "90471"], False),  # a pharmacy that gives vaccines
        ("", "12", ["E0100"], True),
        ("", "11", ["E0100"], False),
        ("207Q00000X", "12", ["E0100"], False),  # a physician who lends a cane
    ],
)
def test_a_supplier_is_held_against_the_dme_table(taxonomy, place, codes, supplier):
    """NCCI Policy Manual, ch. I, section V: three tables, by who bills."""
    dme = in_memory(mue_dme=[an_mue(code, 0, "3") for code in codes]).mue_dme
    case = a_case(
        [a_line(code) for code in codes],
        place_of_service=place,
        providers=[a_provider("billing", an_npi("123456789"), taxonomy=taxonomy)],
    )

    assert ("mue-day" in found(case, replace(code_sets(), mue_dme=dme))) is supplier
    without = {entry.check for entry in review(case, code_sets()).not_evaluated}
    assert ("mue-day" in without) is supplier


# -- units and pairs -----------------------------------------------------------------------------


def test_50_counts_the_one_unit_that_it_is_billed_with():
    """MLN Matters SE1422."""
    codesets = code_sets(mue=[an_mue("20610", 1, "2")], mpfs=[an_mpfs("20610", bilateral="1")])
    sides = [a_line("20610", modifiers="RT"), a_line("20610", modifiers="LT")]

    assert "mue-day" not in found(a_case([a_line("20610", modifiers="50")]), codesets)
    assert "mue-day" in found(a_case(sides), codesets)


@pytest.mark.parametrize(
    ("second", "fires"), [("", True), ("KX", True), ("76", False), ("F5", False), ("XS", False)]
)
def test_a_second_line_of_a_line_edit_says_what_it_is(second, fires):
    """NCCI Policy Manual, ch. I, section V (MAI 1)."""
    case = a_case([a_line("11102"), a_line("11102", modifiers=second)])

    assert ("mue-split-lines" in found(case, code_sets(mue=[an_mue("11102", 1)]))) is fires


@pytest.mark.parametrize(
    ("visit", "procedure", "fires"),
    [
        ("25", "", False),
        ("", "25", True),
        ("", "59", False),
        ("59", "", True),
        ("59", "59", False),
        ("57", "", False),
        ("LT", "", True),
    ],
)
def test_the_modifier_of_an_edit_belongs_on_one_of_the_codes(visit, procedure, fires):
    """NCCI Policy Manual, ch. I, section E."""
    case = a_case([a_line("99213", modifiers=visit), a_line("11102", modifiers=procedure)])

    said = found(case, code_sets(ptp=[a_ptp("11102", "99213", "1")]))

    assert ("ptp-modifier-misplaced" in said) is fires


@pytest.mark.parametrize(
    ("one", "other", "fires"),
    [("RT", "RT", True), ("RT", "LT", False), ("RT 59", "RT 59", False), ("F1", "F1", True),
     ("F1", "F2", False), ("", "", False)],
)  # fmt: skip
def test_the_same_site_lifts_no_edit(one, other, fires):
    """NCCI Policy Manual, ch. I, section E."""
    case = a_case([a_line("11102", modifiers=one), a_line("20610", modifiers=other)])

    assert ("ptp-same-site" in found(case, code_sets(ptp=[a_ptp("11102", "20610", "1")]))) is fires


# -- visits by place -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        ("99213", "11 19 22 23 24", "21 31 32 51 61"),  # Pub. 100-04, ch. 12, section 30.6.7
        ("99222", "21 22 51", "11 12 31"),  # section 30.6.9
        ("99238", "21 22", "11 20"),
        ("99253", "21 31", "11 12"),  # section 30.6.10
        ("99284", "23", "11 20 22"),  # section 30.6.11
        ("99309", "31 32 54", "11 12 21"),  # section 30.6.13
        ("99348", "12 13 14 33", "11 21 31"),  # section 30.6.14
    ],
)
def test_a_visit_is_of_its_place(code, right, wrong):
    for places, fires in ((right, False), ("02 10", False), (wrong, True)):
        for place in places.split():
            said = found(a_case([a_line(code)], place_of_service=place))
            assert ("place-of-service-for-visit" in said) is fires, place


# -- anatomy and discipline ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "modifiers", "check"),
    [
        # NCCI Policy Manual, ch. I, section E
        ("11102", "F5 LT", "anatomic-sides-contradict"),
        ("11102", "F5 RT", None),
        ("11102", "E1 E3", "anatomic-sides-contradict"),
        ("11102", "E1 E2", "anatomic-several-sites"),
        ("11102", "E1", None),
        ("11102", "T5 50", "anatomic-with-50"),
        ("26055", "T5", "anatomic-not-of-the-code"),
        ("26055", "F5", None),
        ("28285", "FA", "anatomic-not-of-the-code"),
        ("99213", "LD", "anatomic-not-of-the-code"),
        ("92928", "LD", None),
        ("92928", "LD RC", "anatomic-several-sites"),
        ("11730", "TA", None),  # nails are of fingers and toes
    ],
)
def test_a_site_is_one_and_of_the_code(code, modifiers, check):
    said = found(a_case([a_line(code, modifiers=modifiers)]))

    assert [n for n in said if n.startswith("anatomic-")] == ([check] if check else [])


@pytest.mark.parametrize(
    ("code", "modifiers", "check"),
    [
        # Pub. 100-04, ch. 5, section 20.1; CR 10176
        ("97161", "GP", None),
        ("97161", "GO", "therapy-discipline-wrong"),
        ("97165", "GO", None),
        ("97165", "GP", "therapy-discipline-wrong"),
        ("92507", "GN", None),
        ("92507", "", "therapy-discipline-missing"),
        ("97110", "GO CO", None),
        ("97110", "GP CO", "therapy-assistant-discipline"),
        ("97597", "", None),  # only sometimes therapy
        ("99213", "GP", "therapy-discipline-elsewhere"),
    ],
)
def test_therapy_is_of_one_discipline(code, modifiers, check):
    said = found(a_case([a_line(code, modifiers=modifiers)]))

    assert [n for n in said if n.startswith("therapy-")] == ([check] if check else [])


@pytest.mark.parametrize(
    ("modifiers", "check"),
    [
        # Pub. 100-04, ch. 1, section 60.4.2; CR 6563
        ("GA", None),
        ("GA GY", "liability-contradicts"),
        ("GY GZ", "liability-contradicts"),
        ("GX GY", None),
        ("GX GA", "liability-contradicts"),
        ("GX", "liability-gx-covered"),
        ("GX TS", None),
        ("GZ", "liability-gz-own-cost"),  # CR 7228
        ("KX GZ", "liability-kx-with-denial"),
    ],
)
def test_one_answer_to_who_pays(modifiers, check):
    said = set(found(a_case([a_line("99213", modifiers=modifiers)])))

    assert check is None or check in said
    assert check is not None or not {n for n in said if n.startswith("liability-")}
