"""OPPS, observation and other outpatient edits: each firing bill beside its neighbour."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_coverage,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import an_opps, code_sets

from bots.checks import Severity, by_id, review
from bots.claims import ClaimCode, Facility

COMMERCIAL = a_coverage(filing_indicator="CI")
TABLE = code_sets(
    opps=[
        an_opps("27447", "C", until=date(2026, 7, 31)),
        an_opps("27447", "J1", since=date(2026, 8, 1)),
        an_opps("27130", "J1"),
        an_opps("94760", "N"),
        an_opps("94761", "N"),
        an_opps("A9270", "E1"),
        an_opps("99213", "B"),
        an_opps("E0114", "Y"),
        an_opps("G0299", "M"),
        an_opps("C9399", "D"),
        an_opps("71046", "Q1"),
        an_opps("88305", "Q2"),
        an_opps("20610", "T"),
        an_opps("93306", "S"),
        an_opps("99284", "J2"),
    ]
)
DIED = (ClaimCode("55", since=DAY),)
VISIT = an_institutional_line()


def line(procedure, revenue="0360", **fields):
    return an_institutional_line(procedure, revenue_code=revenue, **fields)


def bill(*lines, **fields):
    return an_institutional_claim(lines, **fields)


def hours(units, **fields):
    return bill(line("G0378", "0762", units=units), **fields)


def said(claim):
    return {finding.check: finding for finding in review(a_case(claim=claim), TABLE).findings}


LATER = DAY + timedelta(days=2)
PAIRS = [
    ("inpatient-only", bill(line("27447")), bill(line("27130")), "I/OCE 18"),
    ("inpatient-only", bill(line("27447")), bill(line("27447", on=date(2026, 8, 1))),
     "I/OCE 18: off the list from 2026-08-01"),
    ("inpatient-only", bill(line("27447")), bill(line("27447"), bill_type="0851"),
     "42 CFR 419.20(b): a critical access hospital"),
    ("inpatient-only", bill(line("27447")), bill(line("27447"), facility=Facility("M", "", "MD")),
     "42 CFR 419.20(b): Maryland"),
    ("inpatient-only", bill(line("27447")),
     bill(line("27447", modifiers="CA"), discharge_status="20", occurrences=DIED), "ch. 4, 180.7"),
    ("modifier-ca-several",
     bill(line("27447", modifiers="CA"), line("27130", modifiers="CA"), discharge_status="20"),
     bill(line("27447", modifiers="CA"), line("27130"), discharge_status="20"), "I/OCE 60"),
    ("modifier-ca-status", bill(line("27447", modifiers="CA")),
     bill(line("27447", modifiers="CA"), discharge_status="20"), "I/OCE 70"),
    ("incidental-services-only", bill(line("94760"), line("94761")), bill(line("94760"), VISIT),
     "I/OCE 27"),
    ("incidental-services-only", bill(line("94760")), bill(line("94760"), line("99999")),
     "a code that the table does not know may be paid"),
    ("opps-not-covered", bill(VISIT, line("A9270", "0637")),
     bill(VISIT, line("A9270", "0637", modifiers="GY")), "I/OCE 50"),
    ("opps-not-covered", bill(VISIT, line("A9270", "0637")),
     bill(VISIT, line("A9270", "0637", charge=9, noncovered_charge=Decimal(9))), "SV207"),
    ("opps-code-not-recognized", bill(line("99213")), bill(line("G0463")), "I/OCE 62"),
    ("opps-billed-elsewhere", bill(VISIT, line("E0114")), bill(VISIT, line("94760")),
     "I/OCE 61: the DME contractor"),
    ("opps-billed-elsewhere", bill(VISIT, line("G0299")), bill(VISIT, line("94760")), "I/OCE 72"),
    ("opps-code-discontinued", bill(line("C9399")), bill(line("20610")), "Addendum D1: D"),
    ("opps-packaged", bill(line("71046"), line("93306")), bill(line("71046"), line("94760")),
     "Q1 beside S, T or V"),
    ("opps-packaged", bill(line("88305"), line("20610")), bill(line("88305"), line("93306")),
     "Q2 beside T only"),
    ("opps-packaged", bill(line("71046"), line("93306")),
     bill(line("71046"), line("93306", on=LATER)), "of the same day"),
    ("opps-comprehensive", bill(line("27130"), line("93306")), bill(line("20610"), line("93306")),
     "ch. 4, 10.2.3"),
    ("visit-with-procedure", bill(VISIT, line("20610")),
     bill(an_institutional_line(modifiers="25"), line("20610")), "I/OCE 21"),
    ("visit-with-procedure", bill(VISIT, line("20610")), bill(VISIT, line("20610", on=LATER)),
     "I/OCE 21: of the same day"),
    ("visits-same-day", bill(VISIT, VISIT), bill(VISIT, VISIT, condition_codes=("G0",)),
     "I/OCE 42: G0"),
    ("visits-same-day", bill(VISIT, VISIT), bill(VISIT, line("99284", "0450")),
     "I/OCE 42: another revenue code"),
    ("visits-same-day", bill(an_institutional_line(units=2)), bill(VISIT), "I/OCE 42: units"),
    ("visits-same-day", bill(VISIT, an_institutional_line(modifiers="27")),
     bill(VISIT, an_institutional_line(modifiers="27"), condition_codes=("G0",)),
     "I/OCE 42: 27 alone does not lift it"),
    ("visit-with-procedure", bill(VISIT, line("20610")), bill(VISIT, line("20610"), line("27130")),
     "I/OCE 21: a comprehensive service takes both in"),
    ("transfusion-without-product", bill(line("36430", "0391")),
     bill(line("36430", "0391"), line("P9016", "0390")), "I/OCE 43"),
    ("blood-products-paired", bill(line("P9016", "0381", modifiers="BL")),
     bill(line("P9016", "0381", modifiers="BL"), line("P9016", "0390", modifiers="BL")),
     "I/OCE 73"),
    ("blood-products-paired",
     bill(line("P9016", "0381", modifiers="BL", units=2), line("P9016", "0390", modifiers="BL")),
     bill(line("P9016", "0381", modifiers="BL", units=2),
          line("P9016", "0390", modifiers="BL", units=2)), "I/OCE 73: the same units"),
    ("trauma-without-critical-care", bill(line("G0390", "0681")),
     bill(line("G0390", "0681"), line("99291", "0450")), "I/OCE 76: critical care"),
    ("trauma-without-critical-care", bill(line("G0390", "0450"), line("99291", "0450")),
     bill(line("G0390", "0682"), line("99291", "0450")), "I/OCE 76: 068x"),
    ("bilateral-units", bill(line("20610", modifiers="50", units=2)),
     bill(line("20610", modifiers="50")), "I/OCE 74"),
    ("terminated-procedure-units", bill(line("20610", modifiers="73", units=2)),
     bill(line("20610", modifiers="74", units=2)), "I/OCE 37: before anesthesia"),
    ("terminated-procedure-units", bill(line("20610", modifiers="52 50")),
     bill(line("20610", modifiers="52")), "I/OCE 37: one side"),
    ("token-charge", bill(VISIT, line("C9898", "0278", charge="1.02")),
     bill(VISIT, line("C9898", "0278", charge="1.01")), "I/OCE 82"),
    ("day-program-only", bill(VISIT, line("G0129", "0904")),
     bill(VISIT, line("G0129", "0904"), condition_codes=("92",)), "I/OCE 63"),
    ("day-program-only", bill(VISIT, line("G0176", "0904")),
     bill(VISIT, line("G0176", "0904"), bill_type="0761"), "I/OCE 64: a mental health center"),
    ("modifier-po-with-pn", bill(an_institutional_line(modifiers="PO PN")),
     bill(an_institutional_line(modifiers="PN")), "ch. 4, 20.6.11"),
    ("observation-revenue-code", bill(line("96372", "0762")), bill(line("96372", "0260")),
     "I/OCE 44"),
    ("observation-revenue-code", bill(line("96372", "0762")), bill(line("99234", "0762")),
     "I/OCE 44: codes of observation"),
    ("observation-wrong-revenue-code", bill(line("G0378", "0450", units=9)), hours(9),
     "ch. 4, 290.2.1"),
    ("observation-wrong-revenue-code", bill(line("G0378", "0761", units=9)),
     bill(line("G0378", "0760", units=9)), "ch. 4, 290.2.1: 0760 or 0762"),
    ("observation-bill-type", hours(9, bill_type="0141"), hours(9, bill_type="0851"), "I/OCE 53"),
    ("observation-direct-without-hours", bill(line("G0379", "0762")),
     bill(line("G0379", "0762"), line("G0378", "0762", units=9)), "I/OCE 58"),
    ("observation-under-eight-hours", hours(7), hours(8), "42 CFR 419.2(b)"),
    ("observation-hours-statement", hours(25), hours(24), "FL 46: a day has 24"),
    ("observation-hours-statement",
     bill(line("G0378", "0762", units=20), line("G0378", "0762", units=5)),
     bill(line("G0378", "0762", units=20), line("G0378", "0762", units=4)),
     "FL 46: two lines of a day have its 24 together"),
    ("observation-over-48-hours", hours(49, statement_through=LATER),
     hours(73, statement_through=LATER), "more than there are is another finding"),
    ("observation-hours-statement", hours(73, statement_through=LATER),
     hours(72, statement_through=LATER), "FL 6 and 46"),
    ("observation-over-48-hours", hours(49, statement_through=LATER),
     hours(48, statement_through=LATER), "Pub. 100-02, ch. 6, 20.6"),
    ("fqhc-payment-code-missing", bill(line("99213", "0521"), bill_type="0771"),
     bill(line("99213", "0521"), line("G0467", "0521"), bill_type="0771"), "I/OCE 88"),
    ("fqhc-payment-code-revenue", bill(line("G0467", "0510"), bill_type="0771"),
     bill(line("G0467", "0900"), bill_type="0771"), "I/OCE 90"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "fires", "neighbour"),
    [pair[:3] for pair in PAIRS],
    ids=[f"{check}: {why}" for check, _, _, why in PAIRS],
)
def test_a_bill_fires_and_its_neighbour_does_not(check, fires, neighbour):
    assert check in said(fires)
    assert check not in said(neighbour)


def test_every_check_of_these_files_is_asked_here():
    rooms = ("institutional_opps", "institutional_outpatient", "institutional_observation")
    mine = {c.id for c in by_id().values() if c.rule.__module__.endswith(rooms)}

    assert mine == {check for check, *_ in PAIRS}


@pytest.mark.parametrize("claim", [bill(line("27447")), bill(line("94760")), bill(line("99213"))])
def test_opps_binds_medicare_alone(claim):
    theirs = an_institutional_claim(claim.lines, coverage=COMMERCIAL)

    opps = {c.id for c in by_id().values() if c.rule.__module__.endswith("institutional_opps")}
    assert opps & set(said(claim))
    assert not opps & set(said(theirs))


def test_a_finding_names_the_release_of_the_status():
    assert said(bill(line("27447")))["inpatient-only"].table == "test"


def test_without_the_table_the_status_is_not_evaluated():
    found = review(a_case(claim=bill(line("27447"))), code_sets(without=("opps",)))

    assert "inpatient-only" not in {f.check for f in found.findings}
    assert "inpatient-only" in {n.check for n in found.not_evaluated}


def test_observation_of_another_payer_under_another_revenue_code_is_a_warning():
    claim = bill(line("G0378", "0450", units=9), coverage=COMMERCIAL)

    assert said(claim)["observation-wrong-revenue-code"].severity is Severity.WARNING


def test_a_comprehensive_service_says_what_it_takes_in_once():
    found = said(bill(line("27130"), line("93306"), line("71046")))

    assert "opps-packaged" not in found
    assert found["opps-comprehensive"].lines == (2, 3)
