"""Value, condition and occurrence codes: each firing claim beside one with one fact different."""

from __future__ import annotations

from dataclasses import replace
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
from builders.tables import code_sets

from bots.checks import Severity, by_id, review
from bots.claims import ClaimCode, OtherPayer

COMMERCIAL = a_coverage(filing_indicator="CI")
SECOND = a_coverage(payer_id="MEDA", filing_indicator="MA", rank="secondary")
FIRST = (OtherPayer("GRP1", rank="primary", paid=Decimal(100)),)


def stay(**fields):
    return an_inpatient_claim(**fields)


def visit(**fields):
    return an_institutional_claim(**fields)


def with_modifier(*modifiers, **fields):
    lines = [an_institutional_line(modifiers=modifiers)]
    return an_institutional_claim(lines, **fields)


TABLE = code_sets()


def said(claim):
    return {finding.check: finding for finding in review(a_case(claim=claim), TABLE).findings}


def worth(**amounts):
    """`worth(v80=4, v81=None)`: value codes and their amounts."""
    return tuple(
        ClaimCode(code[1:].upper(), amount=None if amount is None else Decimal(amount))
        for code, amount in amounts.items()
    )


def on(code, days=0):
    return (ClaimCode(code, since=DAY + timedelta(days=days)),)


def span(code, first, last):
    return (ClaimCode(code, DAY + timedelta(days=first), DAY + timedelta(days=last)),)


def snf(**fields):
    lines = [an_institutional_line("", revenue_code="0120", units=4)]
    return an_inpatient_claim(lines, bill_type="0211", **fields)


PAIRS = [
    ("value-code-form", stay(values=worth(v80=4, v8=1)), stay(values=worth(v80=4, v50=1)),
     "HI*BE"),
    ("value-code-amount", stay(values=worth(v80=4, v50=None)), stay(values=worth(v80=4, v50=0)),
     "FL 39: zero is an amount"),
    ("value-code-amount", stay(values=worth(v80=4, v50=-1)), stay(values=worth(v80=4, v50=1)),
     "FL 39"),
    ("value-code-repeated", stay(values=worth(v80=4) + worth(v80=4)), stay(), "FL 39"),
    ("covered-days-missing", stay(values=()), stay(values=worth(v81=4)), "FL 39: 81 alone"),
    ("covered-days-missing", stay(values=()), stay(values=(), coverage=COMMERCIAL), "Medicare"),
    ("covered-days-missing", stay(values=()),
     stay(values=(), bill_type="0110", frequency_code="0"), "frequency 0 bills no days"),
    ("covered-days-statement", stay(values=worth(v80=5)), stay(values=worth(v80=4)),
     "ch. 3, 20.1: not the day of discharge"),
    ("covered-days-statement", stay(values=worth(v80=3)), stay(values=worth(v80=3, v81=1)),
     "FL 39: covered and noncovered"),
    ("covered-days-statement",
     stay(values=worth(v80=4), discharge_status="30", bill_type="0112", frequency_code="2"),
     stay(values=worth(v80=5), discharge_status="30", bill_type="0112", frequency_code="2"),
     "ch. 3, 20.1: the last day of one who is there"),
    ("covered-days-statement", stay(values=worth(v80=0), admitted_on=DAY),
     stay(values=worth(v80=1), admitted_on=DAY), "ch. 3, 20.1: in and out on one day"),
    ("benefit-days-over-limit", stay(values=worth(v80=4, v82=31)),
     stay(values=worth(v80=4, v82=30)), "42 CFR 409.61(a)"),
    ("benefit-days-over-limit", stay(values=worth(v80=4, v83=61)),
     stay(values=worth(v80=4, v83=60)), "42 CFR 409.61(a)(2)"),
    ("benefit-days-over-limit", snf(values=worth(v80=4, v82=81)),
     snf(values=worth(v80=4, v82=80)), "42 CFR 409.61(b)"),
    ("blood-pints", stay(values=worth(v80=4, v37=5, v38=4)),
     stay(values=worth(v80=4, v37=5, v38=3)), "42 CFR 409.87"),
    ("blood-pints", stay(values=worth(v80=4, v37=2, v39=3)),
     stay(values=worth(v80=4, v37=3, v39=3)), "FL 39: 37 and 39"),
    ("msp-value-without-payer", visit(values=worth(v12=10)),
     visit(values=worth(v12=10), other_payers=FIRST, coverage=SECOND), "Pub. 100-05, ch. 3"),
    ("msp-accident-undated", visit(values=worth(v14=0), other_payers=FIRST),
     visit(values=worth(v14=0), other_payers=FIRST, occurrences=on("02", -9)), "FL 31: 02"),
    ("msp-accident-undated",
     visit(values=worth(v15=0), other_payers=FIRST, occurrences=on("02", -9)),
     visit(values=worth(v15=0), other_payers=FIRST, occurrences=on("04", -9)), "FL 31: 04"),
    ("dialysis-values-missing", visit(bill_type="0721", values=worth(vA8=70)),
     visit(bill_type="0721", values=worth(vA8=70, vA9=170)), "ch. 8, 50"),
    ("condition-code-form", visit(condition_codes=("4",)), visit(condition_codes=("40",)),
     "HI*BG"),
    ("condition-code-repeated", visit(condition_codes=("09", "09")),
     visit(condition_codes=("09", "10")), "FL 18"),
    ("condition-codes-exclusive", visit(condition_codes=("20", "21"), bill_type="0130"),
     visit(condition_codes=("20",), bill_type="0130"), "ch. 1, 60"),
    ("condition-codes-exclusive", stay(condition_codes=("42", "43"), discharge_status="06"),
     stay(condition_codes=("43",), discharge_status="06"), "ch. 3, 40.2.4"),
    ("condition-codes-exclusive", visit(condition_codes=("41", "92")),
     visit(condition_codes=("92",)), "ch. 4, 260"),
    ("claim-change-reason", visit(bill_type="0137"),
     visit(bill_type="0137", condition_codes=("D1",)), "ch. 1, 130: one"),
    ("claim-change-reason", visit(bill_type="0137", condition_codes=("D1", "D9")),
     visit(bill_type="0137", condition_codes=("D9",)), "ch. 1, 130: one only"),
    ("claim-change-reason", visit(bill_type="0138", condition_codes=("D1",)),
     visit(bill_type="0138", condition_codes=("D5",)), "ch. 1, 130: a cancel's own"),
    ("claim-change-reason", visit(bill_type="0137"), visit(bill_type="0131"), "FL 4: not first"),
    ("condition-44-bill-type", stay(condition_codes=("44",)), visit(condition_codes=("44",)),
     "ch. 1, 50.3"),
    ("condition-w2-bill-type", visit(condition_codes=("W2",)),
     visit(condition_codes=("W2",), bill_type="0121"), "42 CFR 414.5"),
    ("continuing-care-status", stay(condition_codes=("42",)),
     stay(condition_codes=("42",), discharge_status="06"), "42 CFR 412.4(c)"),
    ("partial-hospitalization-bill-type", visit(condition_codes=("41",), bill_type="0121"),
     visit(condition_codes=("41",), bill_type="0851"), "I/OCE 46"),
    ("condition-21-charges", visit(condition_codes=("21",)),
     visit(condition_codes=("21",), bill_type="0130"), "ch. 1, 60: frequency 0"),
    ("condition-21-charges",
     an_institutional_claim([an_institutional_line(noncovered_charge=Decimal(5))],
                            bill_type="0130", condition_codes=("21",)),
     an_institutional_claim([an_institutional_line(noncovered_charge=Decimal(125))],
                            bill_type="0130", condition_codes=("21",)),
     "ch. 1, 60: all noncovered"),
    ("occurrence-code-form", visit(occurrences=on("1")), visit(occurrences=on("11")), "HI*BH"),
    ("occurrence-code-form", visit(occurrence_spans=span("7", -9, -5)),
     visit(occurrence_spans=span("72", -9, -5)), "HI*BI"),
    ("occurrence-date-missing", visit(occurrences=(ClaimCode("11"),)),
     visit(occurrences=on("11")), "FL 31"),
    ("occurrence-span-dates", visit(occurrence_spans=(ClaimCode("72", DAY),)),
     visit(occurrence_spans=(ClaimCode("72", DAY, DAY),)), "FL 35"),
    ("occurrence-span-dates", visit(occurrence_spans=span("72", 0, -1)),
     visit(occurrence_spans=span("72", -1, 0)), "FL 35: in order"),
    ("occurrence-after-statement", visit(occurrences=on("11", 1)), visit(occurrences=on("11")),
     "FL 31: onset"),
    ("occurrence-after-statement", visit(occurrences=on("01", 1)), visit(occurrences=on("A3", 1)),
     "FL 31: benefits end later"),
    ("occurrence-span-outside", stay(occurrence_spans=span("74", -6, -3)),
     stay(occurrence_spans=span("74", -4, -3)), "FL 35: leave"),
    ("occurrence-span-outside", stay(occurrence_spans=span("77", -1, 1)),
     stay(occurrence_spans=span("77", -1, 0)), "FL 35: provider liability"),
    ("occurrence-span-outside", stay(occurrence_spans=span("70", -20, -15)),
     snf(occurrence_spans=span("70", -20, -15)), "FL 35: 70 of a nursing bill lies before"),
    ("abn-occurrence-missing", with_modifier("GA"), with_modifier("GA", occurrences=on("32")),
     "ch. 30, 50"),
    ("abn-occurrence-missing", with_modifier("GA"), with_modifier("GZ"), "GZ: none was given"),
    ("abn-after-service", with_modifier("GA", occurrences=on("32", 1)),
     with_modifier("GA", occurrences=on("32")), "ch. 30, 50: beforehand"),
    ("snf-qualifying-stay", snf(), snf(occurrence_spans=span("70", -10, -5)), "42 CFR 409.30"),
    ("snf-qualifying-stay", snf(occurrence_spans=span("70", -10, -8)),
     snf(occurrence_spans=span("70", -11, -8)), "42 CFR 409.30(a)(1): three days"),
    ("snf-qualifying-stay", snf(occurrence_spans=span("70", -40, -35)),
     snf(occurrence_spans=span("70", -39, -34)), "42 CFR 409.30(b)(1): thirty days"),
    ("snf-qualifying-stay", snf(occurrence_spans=span("70", -40, -35)),
     snf(occurrence_spans=span("70", -40, -35), condition_codes=("56",)),
     "42 CFR 409.30(b)(2): medically predictable"),
    ("snf-qualifying-stay", snf(), snf(condition_codes=("58",)), "a Medicare Advantage plan ends"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "fires", "neighbour"),
    [pair[:3] for pair in PAIRS],
    ids=[f"{check}: {why}" for check, _, _, why in PAIRS],
)
def test_a_code_fires_and_its_neighbour_does_not(check, fires, neighbour):
    assert check in said(fires)
    assert check not in said(neighbour)


def test_every_check_of_these_files_is_asked_here():
    rooms = ("institutional_value", "institutional_condition", "institutional_occurrence")
    mine = {c.id for c in by_id().values() if c.rule.__module__.endswith(rooms)}

    assert mine == {check for check, *_ in PAIRS}


@pytest.mark.parametrize(
    ("check", "claim"),
    [
        ("abn-occurrence-missing", with_modifier("GA", coverage=COMMERCIAL)),
        ("msp-value-without-payer", visit(values=worth(v12=10), coverage=COMMERCIAL)),
        ("msp-accident-undated", visit(values=worth(v14=10), coverage=COMMERCIAL)),
    ],
)
def test_what_is_medicares_own_is_a_warning_to_another_payer(check, claim):
    assert said(claim)[check].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("check", "field", "claim"),
    [
        ("covered-days-missing", "values", stay(values=())),
        ("abn-occurrence-missing", "occurrences", with_modifier("GA")),
        ("snf-qualifying-stay", "occurrence_spans", snf()),
        ("claim-change-reason", "condition_codes", visit(bill_type="0137")),
        ("msp-value-without-payer", "other_payers", visit(values=worth(v12=10))),
        ("stay-admission-date-missing", "admitted_on", stay(admitted_on=None)),
        ("admission-type-missing", "admission_type", stay(admission_type="")),
        ("discharge-status-missing", "discharge_status", visit(discharge_status="")),
    ],
)
def test_a_field_that_the_source_never_shows_is_not_missing(check, field, claim):
    found = review(a_case(claim=replace(claim, not_shown=(field,))), TABLE)

    assert check in said(claim)
    assert check not in {finding.check for finding in found.findings}
    assert check in {entry.check for entry in found.not_evaluated}
