# ruff: noqa: D103 - the name of a function says what is wrong
"""Outpatient departments: status indicators, visits, blood, observation, health centers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bots.practice.seeding.defects.institutional import misbilled
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.institutional_drafts import Bill
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.institutional_outpatient import (
    bill_of,
    day_program,
    devices,
    died_before_admission,
    health_center,
    observation,
    outpatient,
    procedure,
    surgery,
)
from bots.practice.seeding.people import MEDICARE_A


def _visit(maker: BillMaker) -> Visit:
    """A clinic visit to Medicare and nothing else."""
    visit = outpatient(maker, payer=MEDICARE_A)
    maker.line(bill_of(visit), "0510", "G0463")
    return visit


@misbilled("inpatient-only", "lines", _visit)
def bypass_of_an_outpatient(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0360", maker.rng.choice(("33533", "44140")))


@misbilled("modifier-ca-several", "lines", died_before_admission)
def two_last_operations(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0360", "44140", modifiers=("CA",))


@misbilled("modifier-ca-status", "discharge_status", died_before_admission)
def last_operation_of_one_who_lives(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status, bill.occurrences = "01", []


@misbilled("incidental-services-only", "lines", _visit, also=("unsupported-charge",))
def nothing_but_packaged(maker: BillMaker, bill: Bill) -> None:
    bill.lines.clear()
    maker.line(bill, "0460", "94760").revenue_code = "0410"
    maker.line(bill, "0278", "C1713")


@misbilled("opps-not-covered", "lines", _visit)
def noncovered_as_covered(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0637", "A9270")


@misbilled("opps-code-not-recognized", "lines", _visit)
def visit_as_an_office_codes_it(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].procedure = "99243"


@misbilled("opps-billed-elsewhere", "lines", _visit)
def crutches_or_a_plan_of_care(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, *maker.rng.choice((("0274", "E0114"), ("0510", "G0180"))))


@misbilled("opps-code-discontinued", "lines", _visit)
def code_of_last_year(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0610", "C9762")


@misbilled("opps-packaged", "lines", _visit, severity="info")
def tracing_beside_an_echo(maker: BillMaker, bill: Bill) -> None:
    bill.lines.clear()
    maker.line(bill, "0480", "93306")
    maker.line(bill, "0730", "93005")


@misbilled("opps-packaged", "lines", _visit, severity="info")
def specimen_of_the_operation(maker: BillMaker, bill: Bill) -> None:
    bill.lines.clear()
    maker.line(bill, "0361", "12001")
    maker.line(bill, "0312", "88305")


@misbilled("opps-comprehensive", "lines", surgery, severity="info")
def echo_within_an_operation(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    maker.line(bill, "0480", "93306")


@misbilled("visit-with-procedure", "modifiers", _visit)
def visit_beside_stitches(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0361", "12001")


@misbilled("visits-same-day", "condition_codes", _visit)
def two_visits_to_one_department(maker: BillMaker, bill: Bill) -> None:
    """Modifier 27 alone is not enough."""
    bill.lines.clear()
    maker.line(bill, "0450", "99284", modifiers=("25",))
    maker.line(bill, "0450", "99283", modifiers=("25", "27"))


@misbilled("transfusion-without-product", "lines", _visit)
def transfusion_of_nothing(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0391", "36430")
    bill.lines[0].modifiers = ["25"]


@misbilled("blood-products-paired", "lines", _visit)
def bought_blood_on_one_line(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0391", "36430")
    maker.line(bill, "0381", "P9016", 2, ("BL",))
    if maker.chance(0.5):
        maker.line(bill, "0390", "P9016", 1, ("BL",))


@misbilled("trauma-without-critical-care", "lines", _visit)
def alarm_without_care(maker: BillMaker, bill: Bill) -> None:
    bill.lines.clear()
    maker.line(bill, "0681", "G0390")
    maker.line(bill, "0450", "99285", modifiers=("25",))


@misbilled("trauma-without-critical-care", "lines", _visit)
def alarm_in_another_room(maker: BillMaker, bill: Bill) -> None:
    bill.lines.clear()
    maker.line(bill, "0450", "G0390")
    maker.line(bill, "0450", "99291")


@misbilled("bilateral-units", "units", lambda maker: procedure(maker, ("50",)), also=("mue",))
def both_sides_twice(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    bill.lines[0].units = Decimal(2)


@misbilled("terminated-procedure-units", "units", lambda maker: procedure(maker, ("73",)))
def broken_off_twice(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    bill.lines[0].units = Decimal(2)


@misbilled("terminated-procedure-units", "modifiers", lambda maker: procedure(maker, ("52",)))
def reduced_on_both_sides(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    bill.lines[0].modifiers = ["52", "50"]


@misbilled("token-charge", "lines", devices)
def token_at_full_price(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    bill.lines[1].charge = Decimal(maker.rng.randint(102, 90000)) / 100


@misbilled("day-program-only", "condition_codes", day_program)
def therapy_without_a_program(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    bill.condition_codes = []


@misbilled("modifier-po-with-pn", "modifiers", _visit)
def department_of_two_kinds(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].modifiers = ["PO", "PN"]


@misbilled("donor-acquisition-missing", "lines", _visit)
def donor_that_nobody_paid(maker: BillMaker, bill: Bill) -> None:
    bill.lines.clear()
    maker.line(bill, "0362", "38240")


def _observed(maker: BillMaker) -> Visit:
    """A day and a night of observation to Medicare."""
    visit = outpatient(maker, payer=MEDICARE_A, nights=1)
    maker.line(bill_of(visit), "0762", "G0378", maker.rng.randint(12, 40))
    return visit


@misbilled("observation-revenue-code", "lines", observation)
def push_among_the_hours(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0762", "96374")
    for line in bill.lines:
        if line.procedure == "99285":
            line.modifiers = ["25"]


@misbilled("observation-wrong-revenue-code", "revenue_code", _observed)
def hours_in_the_emergency_room(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].revenue_code = maker.rng.choice(("0450", "0510", "0761"))


@misbilled("observation-bill-type", "bill_type", _observed)
def hours_of_a_specimen(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type = "0141"


@misbilled("observation-direct-without-hours", "lines", _observed)
def referred_and_never_observed(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].procedure, bill.lines[0].units = "G0379", Decimal(1)


@misbilled("observation-under-eight-hours", "units", _observed, severity="info")
def observed_for_a_morning(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].units = Decimal(maker.rng.randint(1, 7))


@misbilled("observation-hours-statement", "units", _observed)
def days_of_thirty_hours(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].units = Decimal(maker.rng.randint(49, 60))


@misbilled("observation-over-48-hours", "units", _observed, severity="warning")
def observed_for_three_days(maker: BillMaker, bill: Bill) -> None:
    bill.statement_from = bill.first - timedelta(days=2)
    bill.lines[0].service_date = bill.first
    bill.lines[0].units = Decimal(maker.rng.randint(49, 80))


@misbilled("fqhc-payment-code-missing", "lines", health_center)
def visit_without_its_payment_code(maker: BillMaker, bill: Bill) -> None:
    del bill.lines[0]


@misbilled("fqhc-payment-code-revenue", "revenue_code", health_center)
def payment_code_of_a_clinic(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].revenue_code = "0510"


@misbilled("visits-same-day", "units", _visit, also=("mue",))
def two_visits_in_one_line(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].units = Decimal(2)


@misbilled("visit-with-procedure", "modifiers", _visit)
def emergency_beside_a_push(maker: BillMaker, bill: Bill) -> None:
    bill.lines.clear()
    maker.line(bill, "0450", "99284")
    maker.line(bill, "0260", "96374")
    maker.line(bill, "0250")


@misbilled("modifier-ca-several", "units", died_before_admission, also=("mue",))
def last_operation_twice(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].units = Decimal(2)


@misbilled("observation-bill-type", "bill_type", _observed)
def hours_on_part_b_of_a_stay(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type = "0121"


@misbilled("day-program-only", "lines", _visit)
def activity_outside_of_a_program(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0904", "G0176")
