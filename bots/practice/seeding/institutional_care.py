"""Clean bills of care by the day or the period: skilled nursing, home health, hospice.

Their HIPPS codes stand where a procedure stands and are none.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bots.practice.seeding.drafts import PayerRow, Visit
from bots.practice.seeding.institutional_drafts import Bill, Coded, Told
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.people import MEDICARE_A

_CBSA = Decimal(19430)


def nursing(maker: BillMaker, bill_type: str = "") -> Visit:
    """A month or less in a facility, after at least three nights in hospital."""
    bill_type = bill_type or maker.rng.choice(("0211", "0212", "0213", "0214"))
    there = bill_type[-1] in "23"
    visit, bill = _begin(maker, bill_type, maker.rng.randint(8, 20), "skilled nursing", "S72.001D")
    nights = (bill.last - bill.first).days
    days = nights + 1 if there else nights
    bill.discharge_status = "30" if there else "01"
    bill.admission_type, bill.admission_source = "3", "4"
    assert bill.admitted_on is not None
    if bill_type[-1] in "34":
        bill.admitted_on -= timedelta(days=20)
    ended = bill.admitted_on - timedelta(days=maker.rng.choice((0, 0, 12, 30)))
    bill.spans = [Coded("70", ended - timedelta(days=maker.rng.randint(3, 9)), ended)]
    bill.values = [Coded("80", amount=Decimal(days))]
    part = maker.rng.randint(0, days - 1)
    maker.of_stay(bill, "0022", days - part, Decimal(0)).procedure = "KAGD1"
    if part:
        maker.of_stay(bill, "0022", part, Decimal(0)).procedure = "HAXB1"
    maker.of_stay(bill, "0120", days, Decimal(410 * days))
    maker.of_stay(bill, "0420", maker.rng.randint(3, 20))
    maker.close(bill)
    return visit


def home_health(maker: BillMaker) -> Visit:
    """A period of thirty days."""
    visit, bill = _begin(maker, "0329", 29, "home health", "I50.22")
    bill.discharge_status = maker.rng.choice(("30", "01"))
    bill.values = [Coded("61", amount=_CBSA), Coded("85", amount=Decimal(39153))]
    maker.line(bill, "0023", "1AA11", charge=Decimal(0))
    for n in range(3):
        maker.line(bill, "0551", "G0299", 3, day=bill.first + timedelta(days=7 * n))
    maker.line(bill, "0421", "G0151", 3, day=bill.first + timedelta(days=2))
    maker.close(bill)
    return visit


def hospice(maker: BillMaker, payer: PayerRow = MEDICARE_A) -> Visit:
    """At home, some days of continuous care, or in a unit; the last bill may be a death's."""
    third = maker.rng.choice("1234")
    nights = maker.rng.randint(9, 25)
    visit, bill = _begin(maker, f"081{third}", nights, "hospice", "C34.11", payer)
    if third in "34":
        assert bill.admitted_on is not None
        bill.admitted_on -= timedelta(days=40)
    bill.discharge_status = "30" if third in "23" else "40"
    if third in "14":
        bill.occurrences = [Coded("55", bill.last)]
    bill.values = [Coded("61", amount=_CBSA)]
    maker.line(bill, "0651", "Q5001", nights)
    if maker.chance(0.3):
        maker.line(bill, "0652", "Q5001", maker.rng.choice((32, 60, 96)))
    if maker.chance(0.3):
        maker.line(bill, "0656", "Q5006", 2)
        bill.values.append(Coded("G8", amount=_CBSA))
    maker.close(bill)
    return visit


def _begin(
    maker: BillMaker, bill_type: str, nights: int, biller: str, why: str,
    payer: PayerRow = MEDICARE_A,
) -> tuple[Visit, Bill]:  # fmt: skip
    first, last = maker.days(nights, payer)
    visit = maker.open(bill_type, first, last, payer, maker.patient((66, 88)), biller)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.admitted_on = first
    bill.told = [Told(why, "principal")]
    return visit, bill


def nursing_exempt(maker: BillMaker) -> Visit:
    """No stay was needed (04), or a later transfer was planned (55 and 56)."""
    visit = nursing(maker, "0211")
    bill = visit.claim
    assert isinstance(bill, Bill)
    if maker.chance(0.5):
        bill.condition_codes, bill.spans = ["04"], []
    else:
        bill.condition_codes = [maker.rng.choice(("55", "56"))]
        ended = bill.first - timedelta(days=45)
        bill.spans = [Coded("70", ended - timedelta(days=4), ended)]
    return visit


def notice(maker: BillMaker) -> Visit:
    """A notice of election or admission: nothing is asked to be paid."""
    bill_type, biller, why, revenue = maker.rng.choice(
        (("081A", "hospice", "C34.11", "0651"), ("032A", "home health", "I50.22", "0023"))
    )
    visit, bill = _begin(maker, bill_type, 0, biller, why)
    bill.discharge_status = "30"
    line = maker.line(bill, revenue, charge=Decimal(0))
    line.procedure = "Q5001" if revenue == "0651" else "1AA11"
    bill.values = [Coded("61", amount=_CBSA)]
    bill.add_up()
    return visit


def nursing_part_b(maker: BillMaker) -> Visit:
    """A resident's therapy under Part B (22x)."""
    visit, bill = _begin(maker, "0221", 0, "skilled nursing", "M62.81")
    bill.admitted_on, bill.discharge_status = None, "30"
    maker.line(bill, "0420", "97110", maker.rng.randint(1, 3), ("GP",))
    bill.add_up()
    return visit
