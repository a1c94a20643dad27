"""Nursing facility, home health, hospice, transplant: each firing bill beside its neighbour."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_coverage,
    an_inpatient_claim,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import a_procedure, code_sets

from bots.checks import by_id, review
from bots.claims import ClaimCode

COMMERCIAL = a_coverage(filing_indicator="CI")
TABLE = code_sets()
HOME, UNIT = (ClaimCode("61", amount=Decimal(19430)),), (ClaimCode("G8", amount=Decimal(19430)),)


def line(revenue, procedure="", **fields):
    return an_institutional_line(procedure, revenue_code=revenue, **fields)


def snf(*lines, **fields):
    return an_inpatient_claim([line("0120", units=4), *lines], **{"bill_type": "0211"} | fields)


def home_health(*lines, bill_type="0329"):
    return an_institutional_claim(lines, bill_type=bill_type, admitted_on=DAY)


def hospice(*lines, **fields):
    began = {"bill_type": "0811", "admitted_on": DAY - timedelta(days=9), "values": HOME}
    return an_institutional_claim(lines, **began | fields)


def visit(*lines, **fields):
    return an_institutional_claim(lines, **fields)


def said(claim):
    return {finding.check: finding for finding in review(a_case(claim=claim), TABLE).findings}


HIPPS = line("0022", "KAGD1", units=4)
PAIRS = [
    ("hipps-code-missing", snf(), snf(HIPPS), "ch. 6, 30"),
    ("hipps-code-missing", snf(), snf(coverage=COMMERCIAL), "Medicare"),
    ("hipps-code-missing", snf(), snf(bill_type="0210", frequency_code="0"), "no payment asked"),
    ("hipps-code-missing", home_health(line("0421", "G0151")),
     home_health(line("0023", "1AA11"), line("0421", "G0151")), "ch. 10, 40"),
    ("hipps-code-missing", home_health(line("0421", "G0151")),
     home_health(line("0421", "G0151"), bill_type="0341"), "34x: under no plan of care"),
    ("hipps-code-form", snf(line("0022", "KAG", units=4)), snf(HIPPS), "SV202-1: HP"),
    ("hipps-code-form", snf(line("0022", units=4)), snf(HIPPS), "SV202-1: HP"),
    ("hipps-days", snf(line("0022", "KAGD1", units=3)), snf(HIPPS), "FL 39: 80"),
    ("hipps-days", snf(HIPPS, line("0022", "KAGE1")),
     snf(line("0022", "KAGD1", units=3), line("0022", "KAGE1")), "all lines together"),
    ("hospice-level-of-care-missing", hospice(line("0551", "G0299")),
     hospice(line("0651", "Q5001"), line("0551", "G0299")), "42 CFR 418.302"),
    ("hospice-level-of-care-missing", hospice(line("0551", "G0299")),
     hospice(line("0551", "G0299"), bill_type="081A", frequency_code=""), "a notice"),
    ("hospice-continuous-care-hours", hospice(line("0652", "Q5001", units=31)),
     hospice(line("0652", "Q5001", units=32)), "42 CFR 418.302(e)(4)"),
    ("hospice-place-missing", hospice(line("0651", "Q5001"), values=UNIT),
     hospice(line("0651", "Q5001")), "FL 39: 61"),
    ("hospice-place-missing", hospice(line("0656", "Q5004")),
     hospice(line("0656", "Q5004"), values=UNIT), "FL 39: G8"),
    ("donor-acquisition-missing", visit(line("0362", "38240")),
     visit(line("0362", "38240"), line("0815")), "I/OCE 100"),
    ("donor-acquisition-missing", visit(line("0362", "38240")), visit(line("0362", "38241")),
     "I/OCE 100: one's own cells"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "fires", "neighbour"),
    [pair[:3] for pair in PAIRS],
    ids=[f"{check}: {why}" for check, _, _, why in PAIRS],
)
def test_a_bill_fires_and_its_neighbour_does_not(check, fires, neighbour):
    assert check in said(fires)
    assert check not in said(neighbour)


def test_every_check_of_this_file_is_asked_here():
    mine = {c.id for c in by_id().values() if c.rule.__module__.endswith("institutional_care")}

    assert mine == {check for check, *_ in PAIRS}


@pytest.mark.parametrize(
    ("code", "revenue", "fires"),
    [
        ("KAGD1", "0022", set()),
        ("A0101", "0024", set()),  # looks like HCPCS
        ("1AA11", "023", set()),
        ("KAGD1", "0420", {"procedure-form"}),
        ("A0101", "0270", {"procedure-unknown"}),
    ],
)
def test_a_hipps_code_is_no_procedure_and_only_its_own_lines_carry_one(code, revenue, fires):
    """Pub. 100-04, ch. 6, 30: revenue codes 0022 to 0024."""
    tables = code_sets(procedure=[a_procedure("G0463")])
    found = review(a_case(claim=snf(line(revenue, code, units=4))), tables).findings

    assert {f.check for f in found} & {"procedure-form", "procedure-unknown"} == fires
