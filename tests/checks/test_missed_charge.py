"""A service that was ordered, done and signed, and that nobody billed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_claim,
    a_line,
    an_institutional_claim,
    documentation_of,
)
from builders.tables import a_fee, a_procedure, a_ptp, an_add_on, an_mpfs, an_mue, code_sets

from bots.checks import Severity, review
from bots.claims import Administration, Order, ProcedureEntry
from bots.codesets import Fee


def an_order(code="96372", number="O-9", on=DAY, signed=True):
    return Order(number, code, on, signed=signed)


def an_entry(code="96372", number="L-9", on=DAY, units=1, signed=True):
    return ProcedureEntry(number, code, on, Decimal(units), signed=signed)


def a_dose(code="J1885", number="M-9", on=DAY, units=2, signed=True):
    return Administration(number, code, "00069012345", on, Decimal(units), signed=signed)


def with_documents(orders=(), done=(), given=(), lines=None, claim=None, **fields):
    """A case whose encounter also holds these, besides what supports every line."""
    whole = claim or a_claim(lines)
    base = documentation_of(whole)
    papers = replace(
        base,
        orders=(*base.orders, *orders),
        procedures=(*base.procedures, *done),
        administrations=(*base.administrations, *given),
    )
    return a_case(claim=whole, documentation=papers, **fields)


def missed(case, **tables):
    tables.setdefault("fee", [a_fee("96372", "15.00")])
    said = review(case, code_sets(**tables)).findings
    return [f for f in said if f.check == "missed-charge"]


def test_what_was_ordered_done_and_signed_is_reported_with_its_entries_and_its_worth():
    (said,) = missed(with_documents([an_order()], [an_entry(units=2)]))

    assert said.severity is Severity.WARNING
    assert said.codes == ("96372",)
    assert said.quote == ("O-9", "L-9")
    assert said.at_stake == Decimal("30.00")
    assert said.repair is None


@pytest.mark.parametrize(
    ("orders", "done"),
    [
        ([an_order(signed=False)], [an_entry()]),
        ([an_order()], [an_entry(signed=False)]),
        ([], [an_entry()]),
        ([an_order()], []),
        ([an_order("36415")], [an_entry()]),
        ([an_order(on=date(2026, 7, 15))], [an_entry()]),  # ordered afterwards
        ([an_order()], [an_entry(on=date(2026, 7, 15))]),  # another day than the claim's
        ([an_order()], [an_entry(units=0)]),
        ([an_order("99999")], [an_entry("99999")]),  # no such code
    ],
)
def test_a_part_of_the_proof_is_no_proof(orders, done):
    assert not missed(with_documents(orders, done))


def test_a_signed_administration_of_a_signed_order_is_enough():
    drug = a_procedure("J1885", "drug")

    (said,) = missed(
        with_documents([an_order("J1885")], given=[a_dose()]),
        procedure=[drug],
        mpfs=[an_mpfs("J1885", status="E")],
        fee=[a_fee("J1885", "3.00")],
    )

    assert said.quote == ("O-9", "M-9")
    assert said.at_stake == Decimal("6.00")


def test_billed_on_another_claim_of_the_day_is_not_missed():
    other = a_claim([a_line("96372")], number="C-2", status="Denied")

    assert not missed(with_documents([an_order()], [an_entry()], history=[other]))


@pytest.mark.parametrize(
    "tables",
    [
        {"ptp": [a_ptp("99213", "96372", "0")]},
        {"ptp": [a_ptp("99213", "96372", "1")]},
        {"mue": [an_mue("96372", units=1)]},
        {"mue": [an_mue("96372", units=1, indicator="3")]},
        {"add_on": [an_add_on("96372", "96374")]},
        {"mpfs": [an_mpfs("96372", status="B")]},
        {"mpfs": [an_mpfs("96372", status="T")]},
        {"procedure": [a_procedure("96372", places=("22",))]},
        {"procedure": [a_procedure("96372", until=date(2026, 7, 13))]},
    ],
)
def test_what_would_not_pass_the_edits_is_not_missed(tables):
    assert not missed(with_documents([an_order()], [an_entry(units=2)]), **tables)


def test_an_edit_that_the_claims_own_modifier_lifts_does_not_hide_it():
    case = with_documents([an_order()], [an_entry()], lines=[a_line(modifiers="25")])

    assert missed(case, ptp=[a_ptp("99213", "96372", "1")])


def test_two_missed_codes_that_bundle_are_one():
    case = with_documents(
        [an_order(), an_order("36415", "O-8")], [an_entry(), an_entry("36415", "L-8")]
    )

    assert len(missed(case)) == 2
    assert len(missed(case, ptp=[a_ptp("96372", "36415", "0")])) == 1


def test_a_missed_add_on_follows_its_missed_primary():
    case = with_documents(
        [an_order("11103", "O-1a"), an_order("11102", "O-2a")],
        [an_entry("11103", "L-1a"), an_entry("11102", "L-2a")],
    )

    said = missed(
        case,
        procedure=[a_procedure("11103", "surgery")],
        add_on=[an_add_on("11103", "11102")],
    )

    assert [f.codes for f in said] == [("11102",), ("11103",)]


@pytest.mark.parametrize(
    ("place", "worth"), [("11", "20.00"), ("22", "12.00"), ("88", None), ("", None)]
)
def test_the_place_of_service_decides_the_rate(place, worth):
    fee = Fee(code="96372", facility=Decimal("12.00"), non_facility=Decimal("20.00"))
    case = with_documents([an_order()], [an_entry()], claim=a_claim(place_of_service=place))

    (said,) = missed(case, fee=[fee])

    assert said.at_stake == (Decimal(worth) if worth else None)


def test_without_a_fee_it_is_reported_and_not_priced():
    (said,) = missed(with_documents([an_order()], [an_entry()]), fee=[])

    assert said.at_stake is None
    assert "not priced" in said.message


def test_an_incident_to_service_is_not_payable_in_a_facility():
    claim = a_claim(place_of_service="22")
    case = with_documents([an_order()], [an_entry()], claim=claim)

    assert not missed(case, mpfs=[an_mpfs("96372", pc_tc="5")])


def test_a_line_without_a_valid_code_may_be_that_very_service():
    case = with_documents([an_order()], [an_entry()], lines=[a_line(), a_line("96379")])

    assert not missed(case)


def test_on_a_hospital_claim_without_addendum_b_packaging_is_not_known():
    claim = an_institutional_claim([a_line("G0463", revenue_code="0510", number=1)])
    tables = code_sets(without=("opps",))
    said = review(with_documents([an_order()], [an_entry()], claim=claim), tables)

    assert "missed-charge" not in {f.check for f in said.findings}
    assert "OPPS packaging: no table imported" in {n.missing for n in said.not_evaluated}


@pytest.mark.parametrize("lacking", ["documentation", "history"])
def test_without_documentation_or_history_it_is_not_evaluated(lacking):
    said = review(a_case(**{lacking: None}), code_sets())

    assert "missed-charge" in {n.check for n in said.not_evaluated}


@pytest.mark.parametrize(
    ("orders", "given"),
    [
        ([an_order("J1885")], [a_dose(signed=False)]),
        ([an_order("J1885", signed=False)], [a_dose()]),
        ([], [a_dose()]),
    ],
)
def test_a_dose_needs_both_signatures(orders, given):
    case = with_documents(orders, given=given)

    assert not missed(case, procedure=[a_procedure("J1885", "drug")])


def test_a_fault_among_the_billed_lines_does_not_hide_a_missed_charge():
    lines = [a_line("99213"), a_line("36415")]
    case = with_documents([an_order()], [an_entry()], lines=lines)

    assert missed(case, ptp=[a_ptp("99213", "36415", "0")])


@pytest.mark.parametrize("frequency", ["1", "8"])
def test_a_claim_that_voids_another_misses_nothing(frequency):
    claim = a_claim(frequency_code=frequency, original_reference="C-0")

    said = missed(with_documents([an_order()], [an_entry()], claim=claim))

    assert bool(said) is (frequency == "1")


def test_on_an_inpatient_claim_no_line_is_paid_by_itself():
    claim = an_institutional_claim(
        [a_line("G0463", revenue_code="0510", number=1)], bill_type="0111"
    )

    said = review(with_documents([an_order()], [an_entry()], claim=claim), code_sets())

    assert "missed-charge" not in {n.check for n in said.not_evaluated}
