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
    a_coverage,
    a_line,
    an_institutional_claim,
    an_institutional_line,
    documentation_of,
)
from builders.tables import (
    a_fee,
    a_procedure,
    a_ptp,
    a_rule,
    an_add_on,
    an_mpfs,
    an_mue,
    an_opps,
    code_sets,
)

from bots.checks import Severity, review
from bots.claims import Administration, Order, ProcedureEntry
from bots.codesets import Fee, OfficeRule


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


def at_the_hospital(*codes, **tables):
    """What is missed of one injection on an outpatient bill with these other codes."""
    lines = [an_institutional_line("G0463", number=1, modifiers="25")]
    lines += [an_institutional_line(code, number=at) for at, code in enumerate(codes, start=2)]
    claim = an_institutional_claim(lines)
    rows = [an_opps("G0463", "V"), *tables.pop("opps")]
    return missed(
        with_documents([an_order()], [an_entry(units=2)], claim=claim), opps=rows, **tables
    )


@pytest.mark.parametrize(
    ("status", "beside", "reported"),
    [
        ("S", None, True),
        ("A", None, True),
        ("K", None, True),
        ("N", None, False),  # packaged always
        ("B", None, False),
        ("E1", None, False),
        ("Q1", None, False),  # beside the visit (V)
        ("Q2", None, True),
        ("Q2", "T", False),
        ("Q4", None, False),
        ("S", "J1", False),  # a comprehensive service takes it in
        ("J1", None, False),
    ],
)
def test_on_a_hospital_claim_opps_must_pay_for_it_apart(status, beside, reported):
    """OPPS Addendum D1; 42 CFR 419.2(b)."""
    rows = [an_opps("96372", status, payment=Decimal("40.00"))]
    codes = []
    if beside:
        rows.append(an_opps("11102", beside))
        codes.append("11102")

    said = at_the_hospital(*codes, opps=rows)

    assert bool(said) is reported
    assert all(entry.at_stake == Decimal("80.00") for entry in said)


def test_a_code_that_addendum_b_does_not_have_is_not_missed():
    assert not at_the_hospital(opps=[])


def test_what_opps_does_not_price_is_not_priced():
    (said,) = at_the_hospital(opps=[an_opps("96372", "S")])

    assert said.at_stake is None
    assert "not priced" in said.message


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        (date(2026, 9, 30), "it can be filed until 2027-07-14"),
        (date(2027, 7, 14), "it can be filed until 2027-07-14"),
        (date(2027, 7, 15), "it could be filed until 2027-07-14: no longer billable"),
    ],
)
def test_it_says_until_when_it_can_be_billed(as_of, words):
    """42 CFR 424.44."""
    (said,) = missed(with_documents([an_order()], [an_entry()], as_of=as_of))

    assert said.message.endswith(words)


def test_where_no_rule_says_how_long_it_says_so():
    claim = a_claim(coverage=a_coverage(payer_id="CI1", filing_indicator="CI"))

    (said,) = missed(with_documents([an_order()], [an_entry()], claim=claim))

    assert said.message.endswith("until when it can be filed, no rule says")
    rule = a_rule("timely_filing_days", "90", "CI1")
    (said,) = missed(with_documents([an_order()], [an_entry()], claim=claim), payer_rule=[rule])
    assert said.message.endswith("it can be filed until 2026-10-12")


@pytest.mark.parametrize(
    ("orders", "reported"),
    [
        ([an_order("80053")], True),
        ([an_order("80053", signed=False)], False),
        ([an_order("80053", on=date(2026, 7, 15))], False),
        ([an_order("71046")], False),
    ],
)
def test_who_orders_a_blood_test_orders_the_blood(orders, reported):
    """42 CFR 410.32(a)."""
    case = with_documents(orders, [an_entry("36415")])

    said = missed(case)

    assert [entry.codes for entry in said] == ([("36415",)] if reported else [])
    assert all(entry.quote == ("O-9", "L-9") for entry in said)


def test_a_rule_of_the_payer_against_the_code_hides_it():
    """Any check that names the added line speaks against it, whatever its family."""
    rule = OfficeRule(owner="payer", id="MEDB", rule="not_covered", code="96372", value="")

    assert not missed(with_documents([an_order()], [an_entry()]), office_rule=[rule])
    other = replace(rule, code="36415")
    assert missed(with_documents([an_order()], [an_entry()]), office_rule=[other])


def test_what_a_biller_still_fills_in_does_not_hide_it():
    """The added line has no NDC and no modifiers yet; nor is its charge known."""
    drug = a_procedure("J1885", "drug", needs_ndc=True, needs_order=True)
    case = with_documents([an_order("J1885")], given=[replace(a_dose(), ndc="")])

    assert missed(case, procedure=[drug], mpfs=[an_mpfs("J1885", status="E")])


def test_what_is_only_information_does_not_hide_it():
    """Thirty minutes would make two units; that one is in the record is no reason against it."""
    entry = replace(an_entry("97110"), minutes=30)
    case = with_documents([an_order("97110")], [entry])

    assert missed(case, procedure=[a_procedure("97110", "therapy")])
