"""Drugs and vaccines: what was given, thrown away, and by which code put into the patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_claim,
    a_coverage,
    a_line,
    an_institutional_claim,
    an_institutional_line,
    documentation_of,
)
from builders.tables import a_procedure, code_sets

from bots.checks import Severity, review
from bots.checks.code_ranges import is_in
from bots.claims import Administration, Order

TABLES = code_sets(procedure=[a_procedure("J1885", "drug"), a_procedure("80053", "laboratory")])


def a_dose(units=1, *, wasted=None, on=DAY, signed=True, ndc="", number="M-9", code="J1885"):
    return Administration(
        number,
        code,
        ndc,
        on,
        Decimal(units),
        signed=signed,
        wasted=None if wasted is None else Decimal(wasted),
    )


def given(lines, *doses, orders=None, **fields):
    claim = a_claim(lines)
    papers = replace(documentation_of(claim), administrations=doses)
    if orders is not None:
        papers = replace(papers, orders=tuple(orders))
    return a_case(claim=claim, documentation=papers, **fields)


def found(check, case, tables=TABLES):
    return [said for said in review(case, tables).findings if said.check == check]


def unanswered(check, case, tables=TABLES):
    return check in {said.check for said in review(case, tables).not_evaluated}


@pytest.mark.parametrize(
    ("billed", "doses", "above", "below"),
    [
        (2, [a_dose(wasted=2)], False, False),
        (3, [a_dose(wasted=2)], True, False),
        (1, [a_dose(wasted=2)], False, True),
        (1, [a_dose(wasted="0.4")], False, False),  # a part of a unit is one at most
        (2, [a_dose(wasted="1.4")], False, False),
        (3, [a_dose(wasted="1.4")], True, False),
        (1, [a_dose(wasted="1.4")], False, False),
        (1, [a_dose(wasted=0)], True, False),
        (2, [a_dose(wasted=1), a_dose(wasted=1, number="M-8")], False, False),
    ],
)
def test_what_is_billed_as_discarded_is_what_the_record_shows(billed, doses, above, below):
    """Pub. 100-04 ch. 17 section 40."""
    case = given([a_line("J1885"), a_line("J1885", units=billed, modifiers="JW")], *doses)

    assert bool(found("drug-waste-above", case)) is above
    assert bool(found("drug-waste-below", case)) is below


@pytest.mark.parametrize(
    "doses",
    [[], [a_dose()], [a_dose(wasted=5, signed=False)], [a_dose(wasted=5, on=date(2026, 7, 13))]],
)
def test_a_record_that_is_silent_about_waste_proves_nothing(doses):
    case = given([a_line("J1885"), a_line("J1885", modifiers="JW")], *doses)

    assert not found("drug-waste-above", case)
    assert unanswered("drug-waste-above", case)


@pytest.mark.parametrize(
    ("billed", "doses", "fires"),
    [
        (1, [a_dose(2)], True),
        (2, [a_dose(2)], False),
        (3, [a_dose(2)], False),  # unsupported-units
        (2, [a_dose("2.5")], False),  # a part of a unit
        (1, [a_dose(2, signed=False)], False),
        (1, [a_dose(2, on=date(2026, 7, 13))], False),
        (1, [], False),
    ],
)
def test_fewer_units_than_were_given_are_for_the_biller_to_see(billed, doses, fires):
    """Pub. 100-04 ch. 17 section 70."""
    said = found("drug-units-below", given([a_line("J1885", units=billed)], *doses))

    assert bool(said) is fires
    assert all(entry.severity is Severity.INFO and entry.repair is None for entry in said)


# -- companions --------------------------------------------------------------------------


def of_the_day(*codes, **fields):
    return a_claim([a_line(code) for code in codes], number="C-2", **fields)


@pytest.mark.parametrize(
    ("codes", "fires"),
    [
        (["99213", "J1885"], True),
        (["99213", "J1885", "80053"], True),
        (["99213", "J1885", "96372"], False),
        (["J1885", "20610"], False),  # an injection into a joint
        (["J1885", "76942"], False),
        (["99213", "J7613"], False),  # inhaled
        (["99213", "J8540"], False),  # swallowed
        (["99213", "Q5103"], True),
        (["99213", "J9271", "96413"], False),
    ],
)
def test_an_injected_drug_has_its_injection(codes, fires):
    """Pub. 100-04 ch. 12 section 30.5."""
    case = a_case([a_line(code) for code in codes])

    assert bool(found("drug-without-administration", case)) is fires


def test_another_claim_may_have_the_injection_and_a_facility_gives_it_itself():
    lines = [a_line("99213"), a_line("J1885")]

    assert not found("drug-without-administration", a_case(lines, history=[of_the_day("96372")]))
    assert found("drug-without-administration", a_case(lines, history=[of_the_day("80053")]))
    assert unanswered("drug-without-administration", a_case(lines, history=None))
    assert not found("drug-without-administration", a_case(lines, place_of_service="22"))
    free = [a_line("99213"), a_line("J1885", charge=0)]
    assert not found("drug-without-administration", a_case(free))


@pytest.mark.parametrize(
    ("codes", "fires"),
    [
        (["99213", "96372"], True),
        (["96365"], True),
        (["96372", "J1885"], False),
        (["96372", "90371"], False),  # a globulin
        (["96413", "Q5103"], False),
        (["96360"], False),  # plain fluid
        (["96366"], False),  # follows its first hour
        (["90471"], False),  # a vaccine may have been free
    ],
)
def test_an_administration_has_its_drug(codes, fires):
    case = a_case([a_line(code) for code in codes])

    assert bool(found("administration-without-drug", case)) is fires


@pytest.mark.parametrize("revenue", ["0258", "258"])  # a screen may leave out the zero
def test_a_hospital_may_bill_its_drugs_by_revenue_code(revenue):
    lines = [
        an_institutional_line("96365", number=1),
        an_institutional_line("", number=2, revenue_code=revenue),
    ]

    assert not found("administration-without-drug", a_case(claim=an_institutional_claim(lines)))
    assert found("administration-without-drug", a_case(claim=an_institutional_claim(lines[:1])))


def test_an_offices_own_drug_code_counts_as_a_drug():
    tables = code_sets(procedure=[a_procedure("X1234", "drug")])

    assert not found(
        "administration-without-drug", a_case([a_line("96372"), a_line("X1234")]), tables
    )


@pytest.mark.parametrize(
    ("codes", "fires"),
    [
        (["Q9967"], True),
        (["Q9967", "99213"], True),
        (["Q9967", "74177"], False),
        (["Q9957", "93306"], False),
        (["A9579", "C8903"], False),
        (["Q9967", "0042T"], False),
        (["Q9967", "00100"], True),  # anesthesia is not imaging
    ],
)
def test_contrast_has_its_imaging(codes, fires):
    """Pub. 100-04 ch. 13."""
    assert bool(found("contrast-without-imaging", a_case([a_line(c) for c in codes]))) is fires


def test_the_imaging_may_stand_on_the_hospitals_claim():
    image = an_institutional_claim([an_institutional_line("74177", number=1)], number="C-2")

    assert not found("contrast-without-imaging", a_case([a_line("Q9967")], history=[image]))


@pytest.mark.parametrize(
    ("check", "code"),
    [("administration-without-drug", "96372"), ("contrast-without-imaging", "Q9967")],
)
def test_where_other_claims_cannot_be_seen_a_companion_is_not_evaluated(check, code):
    for case in (
        a_case([a_line(code)], history=None),
        replace(a_case([a_line(code)]), history_complete=False),
    ):
        assert not found(check, case)
        assert unanswered(check, case)


@pytest.mark.parametrize(
    ("other", "fires"),
    [("99284", True), ("36415", True), ("19340", False), ("92928", False), ("C9600", False)],
)
def test_a_device_has_its_procedure(other, fires):
    """Pub. 100-04 ch. 4 section 61.2."""
    lines = [
        an_institutional_line("C1789", number=1, revenue_code="0278"),
        an_institutional_line(other, number=2),
    ]

    case = a_case(claim=an_institutional_claim(lines))

    assert bool(found("device-without-procedure", case)) is fires


@pytest.mark.parametrize(
    ("order", "codes", "fires"),
    [
        (Order("O-9", "88305", DAY), ["11102"], True),
        (Order("O-9", "88305", DAY), ["11102", "88305"], False),
        (Order("O-9", "88305", DAY, signed=True), ["11102"], False),  # missed-charge's
        (Order("O-9", "80053", DAY), ["11102"], False),
        (Order("O-9", "88305", date(2026, 7, 13)), ["11102"], False),
    ],
)
def test_an_ordered_examination_of_tissue_is_looked_for(order, codes, fires):
    case = given([a_line(code) for code in codes], orders=[order])

    assert bool(found("specimen-without-pathology", case)) is fires


# -- vaccines ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "fires"),
    [
        (["90686"], True),
        (["90686", "G0008"], False),
        (["90715", "90471"], False),
        (["91320"], True),
        (["91320", "90480"], False),
        (["90686", "00100"], True),  # 0001A to 0999A enclose no code of anesthesia
        (["90471"], False),
    ],
)
def test_a_vaccine_has_its_administration(codes, fires):
    """Pub. 100-04 ch. 18 sections 10.2.1 and 10.2.2."""
    case = a_case([a_line(code) for code in codes])

    assert bool(found("vaccine-without-administration", case)) is fires


def test_the_administration_may_stand_on_another_claim():
    assert not found(
        "vaccine-without-administration", a_case([a_line("90686")], history=[of_the_day("G0008")])
    )
    assert unanswered("vaccine-without-administration", a_case([a_line("90686")], history=None))


@pytest.mark.parametrize(
    ("codes", "filing", "fires"),
    [
        (["90686", "90471"], "MB", True),
        (["90686", "G0008"], "MB", False),
        (["90677", "90471"], "MB", True),
        (["90746", "90471"], "MB", True),
        (["90715", "90471"], "MB", False),
        (["90686", "90715", "90471", "G0008"], "MB", False),
        (["90686", "90715", "90471"], "MB", False),  # 90471 may be the other one's
        (["90686", "90471"], "CI", False),
    ],
)
def test_part_b_has_codes_of_its_own_for_three_vaccines(codes, filing, fires):
    """Pub. 100-04 ch. 18 sections 10.2.1 and 10.2.2."""
    claim = a_claim([a_line(c) for c in codes], coverage=a_coverage(filing_indicator=filing))

    assert bool(found("vaccine-administration-medicare", a_case(claim=claim))) is fires


@pytest.mark.parametrize(
    ("codes", "fires"),
    [
        (["90677", "G0008"], True),
        (["90677", "G0009"], False),
        (["90677", "90686", "G0008", "G0009"], False),
        (["G0008"], False),
        (["90739", "G0009"], True),
    ],
)
def test_an_administration_goes_with_its_own_kind(codes, fires):
    case = a_case([a_line(code) for code in codes])

    assert bool(found("vaccine-administration-other", case)) is fires


def test_a_range_holds_only_codes_of_its_own_shape():
    assert is_in("0042T", (("0001T", "0999T"),))
    assert not is_in("00423", (("0001T", "0999T"),))
    assert not is_in("0042U", (("0001T", "0999T"),))


# -- NDC ---------------------------------------------------------------------------------

NDC = "00409379601"


@pytest.mark.parametrize(
    ("billed", "recorded", "fires"),
    [
        (NDC, NDC, False),
        (NDC, "0409-3796-01", False),
        ("00409-3796-01", NDC, False),
        (NDC, "00409379602", True),
        (NDC, "", False),
        (NDC, "0409379601", False),  # ten bare digits could be three products
        ("0409379601", "00409379602", False),
    ],
)
def test_the_ndc_is_one_that_was_given(billed, recorded, fires):
    """42 CFR 447.520."""
    line = a_line("J1885", ndc=billed, ndc_quantity=Decimal(1), ndc_unit="ML")

    assert bool(found("ndc-not-administered", given([line], a_dose(ndc=recorded)))) is fires


def test_one_of_two_packages_is_enough_and_an_unsigned_one_is_none():
    line = a_line("J1885", ndc=NDC, ndc_quantity=Decimal(1), ndc_unit="ML")
    other = a_dose(ndc="00409379602")

    assert not found("ndc-not-administered", given([line], other, a_dose(ndc=NDC, number="M-8")))
    unsigned = a_dose(ndc="00409379602", signed=False)
    assert not found("ndc-not-administered", given([line], unsigned))


@pytest.mark.parametrize(
    ("code", "fires"), [("99213", True), ("80053", True), ("J1885", False), ("11102", False)]
)
def test_an_ndc_belongs_to_a_drug(code, fires):
    line = a_line(code, ndc=NDC, ndc_quantity=Decimal(1), ndc_unit="ML")

    assert bool(found("ndc-on-no-drug", a_case([line]))) is fires


@pytest.mark.parametrize(("ndc", "fires"), [("00000000000", True), ("00000000001", False)])
def test_an_ndc_of_zeros_is_nobodys(ndc, fires):
    line = a_line("J1885", ndc=ndc, ndc_quantity=Decimal(1), ndc_unit="ML")

    assert bool(found("ndc-malformed", a_case([line]))) is fires
