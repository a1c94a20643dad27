"""Revenue codes: each firing line beside one with one fact different."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_coverage,
    an_inpatient_claim,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import a_revenue_code, code_sets

from bots.checks import by_id, review

COMMERCIAL = a_coverage(filing_indicator="CI")
TABLE = code_sets(
    revenue_code=[
        a_revenue_code("0510", bill_types=("013X", "85")),
        a_revenue_code("0274", needs_procedure=True),
        a_revenue_code("0361", until=date(2026, 6, 30)),
        a_revenue_code("0362", since=date(2026, 7, 15)),
    ]
)


def line(revenue="0510", procedure="G0463", **fields):
    return an_institutional_line(procedure, revenue_code=revenue, **fields)


def bill(*lines, **fields):
    return an_institutional_claim(lines, **fields)


def stay(*lines, **fields):
    return an_inpatient_claim(lines, **fields)


def said(claim, codesets=TABLE):
    return {f.check: f for f in review(a_case(claim=claim), codesets).findings}


BED = line("0120", "", units=4, charge="4000")
PAIRS = [
    ("revenue-code-form", bill(line("51")), bill(line("510")), "SV201"),
    ("revenue-code-form", bill(line("05 0")), bill(line("0510")), "SV201"),
    ("revenue-code-reserved", bill(line("0050")), bill(line("0250")), "FL 42"),
    ("revenue-code-reserved", bill(line("2999")), bill(line("2101")), "FL 42: 210x"),
    ("revenue-code-unknown", bill(line("0987")), bill(line("0510")), "I/OCE 41"),
    ("revenue-code-unknown", bill(line("0361")), bill(line("0360")), "I/OCE 41: it ended"),
    (
        "revenue-code-unknown",
        bill(line("0362")),
        bill(line("0362", on=date(2026, 7, 15))),
        "I/OCE 41: it begins tomorrow",
    ),
    (
        "revenue-code-bill-type",
        bill(line(), bill_type="0141"),
        bill(line(), bill_type="0851"),
        "FL 42 and 4",
    ),
    (
        "accommodation-on-outpatient-bill",
        bill(line("0120", "")),
        bill(line("0180", "")),
        "FL 42: 018x is leave",
    ),
    ("accommodation-on-outpatient-bill", bill(line("0206", "")), stay(BED), "FL 42: 020x"),
    ("revenue-code-not-recognized", bill(line("0660")), bill(line("0670")), "I/OCE 65"),
    (
        "revenue-code-not-recognized",
        bill(line("0906")),
        bill(line("0906"), coverage=COMMERCIAL),
        "I/OCE 65: Medicare's",
    ),
    ("revenue-code-needs-procedure", bill(line("0300", "")), bill(line("0250", "")), "I/OCE 48"),
    ("revenue-code-needs-procedure", bill(line("0450", "")), bill(line("0450")), "I/OCE 48"),
    (
        "revenue-code-needs-procedure",
        bill(line("0300", "")),
        stay(BED, line("0300", "")),
        "I/OCE 48: outpatient only",
    ),
    (
        "revenue-code-needs-procedure",
        bill(line("0274", "")),
        bill(line("0270", "")),
        "the office's table",
    ),
    (
        "revenue-total-line",
        bill(line(charge="90"), line("0001", "", charge="91")),
        bill(line(charge="90"), line("0001", "", charge="90")),
        "FL 47",
    ),
    (
        "revenue-total-line",
        bill(line("0001", "", charge="90"), line(charge="90")),
        bill(line(charge="90"), line("001", "", charge="90")),
        "FL 42: the last line",
    ),
    (
        "revenue-total-line",
        bill(line(charge="90"), line("0001", "", charge="90"), line("0001", "", charge="90")),
        bill(line(charge="90"), line("0001", "", charge="90")),
        "FL 42: one total",
    ),
    (
        "accommodation-days",
        stay(line("0120", "", units=5)),
        stay(line("0120", "", units=4)),
        "ch. 3, 20.1: not the day of discharge",
    ),
    (
        "accommodation-days",
        stay(line("0120", "", units=4), discharge_status="30", bill_type="0112"),
        stay(line("0120", "", units=5), discharge_status="30", bill_type="0112"),
        "ch. 3, 20.1: the last day of one who is there",
    ),
    (
        "accommodation-days",
        stay(line("0120", "", units=3)),
        stay(line("0120", "", units=3), line("0183", "", units=1)),
        "018x: leave counts",
    ),
    (
        "accommodation-days",
        stay(line("0120", "", units=6), statement_from=DAY - timedelta(days=6)),
        stay(line("0120", "", units=4), statement_from=DAY - timedelta(days=6)),
        "412.2(c)(5): the days before admission have no bed",
    ),
]


@pytest.mark.parametrize(
    ("check", "fires", "neighbour"),
    [pair[:3] for pair in PAIRS],
    ids=[f"{check}: {why}" for check, _, _, why in PAIRS],
)
def test_a_line_fires_and_its_neighbour_does_not(check, fires, neighbour):
    assert check in said(fires)
    assert check not in said(neighbour)


def test_every_check_of_this_file_is_asked_here():
    mine = {c.id for c in by_id().values() if c.rule.__module__.endswith("institutional_revenue")}

    assert mine == {check for check, *_ in PAIRS}


def test_an_open_list_cannot_say_that_a_revenue_code_is_unknown():
    found = review(a_case(claim=bill(line("0987"))), code_sets(complete=False))

    assert "revenue-code-unknown" not in {f.check for f in found.findings}
    assert "revenue-code-unknown" in {n.check for n in found.not_evaluated}


def test_a_charge_given_as_noncovered_may_stand_under_any_code():
    own = bill(line("0660", charge="90", noncovered_charge=90))

    assert "revenue-code-not-recognized" not in said(own)


def test_maryland_is_not_paid_under_opps():
    """42 CFR 419.20(b): what OPPS names by procedure binds no hospital there."""
    claim = bill(line("0300", ""))
    there = claim.facility.__class__("MAIN", "Main Street", "MD")

    assert "revenue-code-needs-procedure" not in said(bill(line("0300", ""), facility=there))
