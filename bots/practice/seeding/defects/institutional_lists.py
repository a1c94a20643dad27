# ruff: noqa: D103 - the name of a function says what is wrong
"""Condition, occurrence and value codes: form, dates, amounts, and what they contradict."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bots.practice.seeding.defects.institutional import misbilled
from bots.practice.seeding.institutional_care import nursing
from bots.practice.seeding.institutional_drafts import Bill, Coded
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.institutional_outpatient import (
    clinic,
    dialysis,
    laboratory,
    noncovered,
    observation,
    rebilled,
    second_payer,
)
from bots.practice.seeding.institutional_stays import changed, for_denial, plain_stay, stay

_DAY = timedelta(days=1)


@misbilled("condition-code-form", "condition_codes", stay)
def condition_of_one_digit(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = [maker.rng.choice(("7", "044", "W-"))]


@misbilled("condition-code-repeated", "condition_codes", observation, severity="info")
def condition_twice(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = ["44", "44"]


@misbilled("condition-codes-exclusive", "condition_codes", plain_stay)
def reviewed_with_two_results(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = maker.rng.choice((["C1", "C3"], ["C3", "C4"]))


@misbilled("condition-codes-exclusive", "condition_codes", observation)
def two_ways_to_outpatient(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type, bill.condition_codes = "0851", ["44", "W2"]


@misbilled("claim-change-reason", "condition_codes", changed)
def changed_for_no_reason(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = []


@misbilled("claim-change-reason", "condition_codes", changed)
def changed_for_two_reasons(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = ["D1", "D9"]


@misbilled("condition-44-bill-type", "condition_codes", plain_stay)
def made_an_outpatient_on_an_inpatient_bill(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = ["44"]


@misbilled("condition-w2-bill-type", "condition_codes", clinic)
def rebilled_on_a_visit(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type, bill.condition_codes = "0131", ["W2"]


@misbilled("continuing-care-status", "condition_codes", plain_stay, severity="warning")
def home_care_without_home_care(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = [maker.rng.choice(("42", "43"))]


@misbilled("partial-hospitalization-bill-type", "condition_codes", laboratory)
def day_program_of_a_specimen(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = ["41"]


@misbilled("condition-21-charges", "bill_type", for_denial)
def denial_on_a_bill_for_payment(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type, bill.frequency = "0111", "1"


@misbilled("condition-21-charges", "lines", for_denial)
def denial_with_something_covered(maker: BillMaker, bill: Bill) -> None:
    bill.lines[1].noncovered = Decimal(0)  # type: ignore[attr-defined]


@misbilled("occurrence-code-form", "occurrences", stay)
def occurrence_of_one_digit(maker: BillMaker, bill: Bill) -> None:
    bill.occurrences.append(Coded(maker.rng.choice(("1", "055")), bill.first))


@misbilled("occurrence-date-missing", "occurrences", stay)
def occurrence_without_a_day(maker: BillMaker, bill: Bill) -> None:
    bill.occurrences.append(Coded("11"))


@misbilled("occurrence-span-dates", "occurrence_spans", plain_stay)
def span_the_wrong_way_round(maker: BillMaker, bill: Bill) -> None:
    bill.spans.append(Coded("74", bill.first + 3 * _DAY, bill.first + _DAY))


@misbilled("occurrence-span-dates", "occurrence_spans", plain_stay)
def span_without_an_end(maker: BillMaker, bill: Bill) -> None:
    bill.spans.append(Coded("76", bill.first))


@misbilled("occurrence-after-statement", "occurrences", stay)
def accident_of_next_week(maker: BillMaker, bill: Bill) -> None:
    bill.occurrences.append(Coded(maker.rng.choice(("01", "04", "11")), bill.last + 5 * _DAY))


@misbilled("occurrence-span-outside", "occurrence_spans", plain_stay)
def leave_after_the_discharge(maker: BillMaker, bill: Bill) -> None:
    bill.spans.append(Coded(maker.rng.choice(("74", "77")), bill.last, bill.last + 2 * _DAY))


@misbilled("abn-occurrence-missing", "occurrences", noncovered)
def notice_on_no_day(maker: BillMaker, bill: Bill) -> None:
    bill.occurrences, bill.lines[1].modifiers = [], ["GA"]
    bill.lines[1].procedure, bill.lines[1].revenue_code = "80053", "0301"
    bill.lines[1].noncovered = None  # type: ignore[attr-defined]


@misbilled("abn-after-service", "occurrences", noncovered)
def notice_after_the_fact(maker: BillMaker, bill: Bill) -> None:
    """The stay goes on for some days, so that the notice is within it."""
    notice_on_no_day.spoil(maker, bill)
    bill.statement_through = bill.last + 3 * _DAY
    bill.occurrences = [Coded("32", bill.first + maker.rng.randint(1, 3) * _DAY)]


@misbilled("snf-qualifying-stay", "occurrence_spans", nursing, severity="warning")
def two_nights_in_hospital(maker: BillMaker, bill: Bill) -> None:
    span = bill.spans[0]
    assert span.until is not None
    span.since = span.until - 2 * _DAY


@misbilled("snf-qualifying-stay", "occurrence_spans", nursing, severity="warning")
def no_hospital_before(maker: BillMaker, bill: Bill) -> None:
    bill.spans = []


@misbilled("value-code-form", "values", stay)
def value_of_one_digit(maker: BillMaker, bill: Bill) -> None:
    bill.values.append(Coded(maker.rng.choice(("5", "A1B")), amount=Decimal(1)))


@misbilled("value-code-amount", "values", stay)
def value_without_amount(maker: BillMaker, bill: Bill) -> None:
    bill.values.append(Coded("02", amount=maker.rng.choice((None, Decimal(-1)))))


@misbilled("value-code-repeated", "values", plain_stay)
def value_twice(maker: BillMaker, bill: Bill) -> None:
    bill.values += [Coded("02", amount=Decimal(1)), Coded("02", amount=Decimal(2))]


@misbilled("covered-days-missing", "values", plain_stay)
def days_not_counted(maker: BillMaker, bill: Bill) -> None:
    bill.values = []


@misbilled("covered-days-statement", "values", plain_stay)
def day_of_discharge_counted(maker: BillMaker, bill: Bill) -> None:
    bill.value("80").amount = Decimal(6)


@misbilled("benefit-days-over-limit", "values", plain_stay)
def more_days_than_the_law_has(maker: BillMaker, bill: Bill) -> None:
    code, days = maker.rng.choice((("82", 31), ("83", 61)))
    bill.values.append(Coded(code, amount=Decimal(days)))


@misbilled("benefit-days-over-limit", "values", nursing)
def eighty_one_days_of_coinsurance(maker: BillMaker, bill: Bill) -> None:
    bill.values.append(Coded("82", amount=Decimal(81)))


@misbilled("blood-pints", "values", plain_stay)
def more_pints_than_furnished(maker: BillMaker, bill: Bill) -> None:
    pints = maker.rng.choice(((2, 3, 1), (5, 4, 0)))
    for code, count in zip(("37", "38", "39"), pints, strict=True):
        bill.values.append(Coded(code, amount=Decimal(count)))


@misbilled("msp-value-without-payer", "other_payers", second_payer, also=("cob",))
def first_payer_unnamed(maker: BillMaker, bill: Bill) -> None:
    bill.first_payer = ""


@misbilled("msp-accident-undated", "occurrences", second_payer)
def accident_on_no_day(maker: BillMaker, bill: Bill) -> None:
    code = maker.rng.choice(("14", "15", "47"))
    bill.values, bill.occurrences = [Coded(code, amount=Decimal(0))], []


@misbilled("dialysis-values-missing", "values", dialysis)
def nobody_weighed_or_measured(maker: BillMaker, bill: Bill) -> None:
    del bill.values[maker.rng.randint(0, 1)]


@misbilled("partial-hospitalization-bill-type", "condition_codes", rebilled)
def day_program_of_an_inpatient(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = ["W2", "41"]


@misbilled("claim-change-reason", "condition_codes", changed)
def taken_back_for_a_change(maker: BillMaker, bill: Bill) -> None:
    """D5 cancels, D1 changes: on the wrong bill either."""
    bill.condition_codes = ["D1" if bill.frequency == "8" else "D5"]


@misbilled("occurrence-span-outside", "occurrence_spans", plain_stay)
def nonutilization_before_the_stay(maker: BillMaker, bill: Bill) -> None:
    bill.spans.append(Coded("70", bill.first - 3 * _DAY, bill.first + _DAY))


@misbilled("snf-qualifying-stay", "occurrence_spans", nursing, severity="warning")
def hospital_of_two_months_ago(maker: BillMaker, bill: Bill) -> None:
    assert bill.admitted_on is not None
    ended = bill.admitted_on - maker.rng.randint(31, 60) * _DAY
    bill.spans = [Coded("70", ended - 5 * _DAY, ended)]


@misbilled("dialysis-values-missing", "values", dialysis)
def weight_of_nothing(maker: BillMaker, bill: Bill) -> None:
    bill.value("A8").amount = Decimal(0)


@misbilled("covered-days-statement", "values", nursing)
def a_day_too_many_in_the_facility(maker: BillMaker, bill: Bill) -> None:
    for entry in bill.values:
        if entry.code == "80" and entry.amount is not None:
            entry.amount += 1
    bill.line("0022").units += 1


@misbilled("condition-codes-exclusive", "condition_codes", for_denial)
def demanded_and_given_up(maker: BillMaker, bill: Bill) -> None:
    bill.condition_codes = ["20", "21"]
