# ruff: noqa: D103 - the name of a function says what is wrong
"""Revenue lines, and the care that is billed by the day or the period."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bots.practice.seeding.defects.institutional import misbilled
from bots.practice.seeding.institutional_care import home_health, hospice, nursing
from bots.practice.seeding.institutional_drafts import TOTAL, Bill
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.institutional_outpatient import (
    clinic,
    emergency,
    laboratory,
    rebilled,
)
from bots.practice.seeding.institutional_stays import plain_stay, stay


@misbilled("revenue-code-form", "revenue_code", plain_stay)
def code_of_five_digits(maker: BillMaker, bill: Bill) -> None:
    bill.lines[1].revenue_code = maker.rng.choice(("25", "02500", "O250"))


@misbilled("revenue-code-reserved", "revenue_code", plain_stay)
def code_of_no_range(maker: BillMaker, bill: Bill) -> None:
    bill.lines[1].revenue_code = maker.rng.choice(("0025", "1100", "9999"))


@misbilled("revenue-code-unknown", "revenue_code", plain_stay)
def code_that_the_office_does_not_know(maker: BillMaker, bill: Bill) -> None:
    bill.lines[1].revenue_code = maker.rng.choice(("0413", "0289", "0947"))


@misbilled("revenue-code-bill-type", "revenue_code", plain_stay)
def home_nurse_in_a_hospital(maker: BillMaker, bill: Bill) -> None:
    bill.lines[1].revenue_code = maker.rng.choice(("0551", "0651", "0821"))


@misbilled("accommodation-on-outpatient-bill", "revenue_code", clinic)
def bed_of_an_outpatient(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0120", charge=Decimal(900))


@misbilled("revenue-code-not-recognized", "revenue_code", laboratory)
def code_that_medicare_does_not_know(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0141")
    bill.lines[0].revenue_code = maker.rng.choice(("0500", "0660", "0931", "2101"))


@misbilled("revenue-code-needs-procedure", "procedure", clinic)
def line_that_names_nothing(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    bill.line("0301").procedure = ""


@misbilled("revenue-total-line", "charge", stay, adds_up=False)
def total_of_yesterday(maker: BillMaker, bill: Bill) -> None:
    _with_total(maker, bill)
    bill.lines[-1].charge -= Decimal(maker.rng.randint(1, 90))


@misbilled("revenue-total-line", "lines", stay)
def total_in_the_middle(maker: BillMaker, bill: Bill) -> None:
    _with_total(maker, bill)
    bill.lines.insert(1, bill.lines.pop())


@misbilled("accommodation-days", "units", plain_stay, severity="warning")
def bed_on_the_day_of_discharge(maker: BillMaker, bill: Bill) -> None:
    bill.lines[0].units = Decimal(6)


@misbilled("hipps-code-missing", "lines", nursing)
def facility_without_a_rate(maker: BillMaker, bill: Bill) -> None:
    bill.lines = [line for line in bill.lines if line.revenue_code != "0022"]


@misbilled("hipps-code-missing", "lines", home_health)
def period_without_a_rate(maker: BillMaker, bill: Bill) -> None:
    bill.lines = [line for line in bill.lines if line.revenue_code != "0023"]


@misbilled("hipps-code-form", "procedure", nursing)
def rate_of_four_characters(maker: BillMaker, bill: Bill) -> None:
    bill.line("0022").procedure = maker.rng.choice(("KAGD", "", "KAGD1X"))


@misbilled("hipps-days", "units", nursing, severity="warning")
def rate_for_fewer_days(maker: BillMaker, bill: Bill) -> None:
    bill.line("0022").units += 1


@misbilled("hospice-level-of-care-missing", "lines", hospice)
def hospice_without_a_level(maker: BillMaker, bill: Bill) -> None:
    for line in bill.lines:
        if line.revenue_code.startswith("065"):
            line.revenue_code, line.procedure = "0250", ""


@misbilled("hospice-continuous-care-hours", "units", hospice)
def continuous_for_an_afternoon(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0652", "Q5001", maker.rng.randint(4, 31))


@misbilled("hospice-place-missing", "values", hospice)
def care_at_no_place(maker: BillMaker, bill: Bill) -> None:
    bill.values = []


def _with_total(maker: BillMaker, bill: Bill) -> None:
    if bill.lines[-1].revenue_code != TOTAL:
        maker.of_stay(bill, TOTAL, charge=Decimal(0))
    bill.add_up()


@misbilled("revenue-total-line", "lines", stay)
def two_totals(maker: BillMaker, bill: Bill) -> None:
    _with_total(maker, bill)
    bill.lines.append(replace(bill.lines[-1]))


@misbilled("accommodation-days", "units", plain_stay, severity="warning")
def intensive_care_besides_the_bed(maker: BillMaker, bill: Bill) -> None:
    maker.of_stay(bill, "0200", 2, Decimal(4800))


@misbilled("hospice-place-missing", "values", hospice)
def unit_at_no_place(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0655", "Q5006", 3)
    bill.values = [entry for entry in bill.values if entry.code == "61"]


@misbilled("accommodation-on-outpatient-bill", "revenue_code", rebilled)
def room_under_part_b(maker: BillMaker, bill: Bill) -> None:
    maker.line(bill, "0110", units=3, charge=Decimal(2700))


@misbilled("revenue-code-needs-procedure", "procedure", emergency)
def emergency_by_revenue_code(maker: BillMaker, bill: Bill) -> None:
    maker.to_medicare(bill, "0131")
    bill.line("0320").procedure = ""
