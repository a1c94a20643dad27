"""Clean bills of outpatient departments: 12x, 13x, 14x, 71x to 77x and 85x.

Near misses are among them: two visits of a day that are said to be distinct, packaged lines
without a charge, observation that ends in time, condition code 44, a noncovered service that says
so, an inpatient-only procedure on one who died, services a day outside of the payment window.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bots.practice.seeding.drafts import PayerRow, Visit
from bots.practice.seeding.institutional_drafts import Bill, Coded, Told
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.people import ACME, BLUE, MEDICARE_A

_WHY = ("J06.9", "R07.9", "R10.9", "I10", "R51.9", "N39.0", "R55")
_FREE = Decimal(0)


def bill_of(visit: Visit) -> Bill:
    """The visit's first claim."""
    assert isinstance(visit.claim, Bill)
    return visit.claim


def outpatient(
    maker: BillMaker, bill_type: str = "0131", payer: PayerRow | None = None, nights: int = 0,
    biller: str = "", why: str = "",
) -> Visit:  # fmt: skip
    """A bill of an outpatient without lines."""
    payer = maker.payer(payer)
    first, last = maker.days(nights, payer)
    visit = maker.open(bill_type, first, last, payer, maker.patient(), biller)
    bill = bill_of(visit)
    bill.discharge_status = "01"
    bill.told = [Told(why or maker.rng.choice(_WHY), "principal")]
    return visit


def clinic(maker: BillMaker) -> Visit:
    """A visit, with modifier 25 where a procedure stands beside it."""
    visit = outpatient(maker, maker.rng.choice(("0131", "0131", "131", "0851")))
    bill = bill_of(visit)
    roll = maker.rng.random()
    if roll < 0.3:
        maker.line(bill, "0510", "G0463", modifiers=("25",))
        maker.line(bill, "0361", "12001")
    elif roll < 0.5:
        maker.line(bill, "0510", "G0463", modifiers=("25", "PO"))
        maker.line(bill, "0480", "93306")
    else:
        maker.line(bill, "0510", "G0463")
    maker.line(bill, "0300", "36415")
    maker.line(bill, "0301", "80053")
    if maker.chance(0.3):
        maker.line(bill, "0270", charge=_FREE)
    maker.close(bill)
    return visit


def emergency(maker: BillMaker) -> Visit:
    """One visit, or two of one day with modifiers 25 and 27 and condition code G0."""
    visit = outpatient(maker, maker.rng.choice(("0131", "0851")))
    bill = bill_of(visit)
    if maker.chance(0.4):
        maker.line(bill, "0450", "99284", modifiers=("25",))
        maker.line(bill, "0450", "99283", modifiers=("25", "27"))
        bill.condition_codes = ["G0"]
    else:
        maker.line(bill, "0450", "99284", modifiers=("25",))
    maker.line(bill, "0260", "96374")
    maker.line(bill, "0320", "71046")
    maker.line(bill, "0250", charge=maker.rng.choice((_FREE, Decimal(30))))
    maker.close(bill)
    return visit


def observation(maker: BillMaker) -> Visit:
    """Hours under 0762; some of them began as a stay (condition code 44)."""
    visit = outpatient(maker, maker.rng.choice(("0131", "0851")), nights=1)
    bill = bill_of(visit)
    if maker.chance(0.5):
        maker.line(bill, "0762", "G0378", maker.rng.randint(8, 48))
        maker.line(bill, "0762", "G0379")
    else:
        maker.line(bill, "0450", "99285")
        maker.line(bill, "0762", "G0378", maker.rng.randint(8, 48))
    maker.line(bill, "0258", charge=_FREE)
    if maker.chance(0.4):
        bill.condition_codes = ["44"]
    maker.close(bill)
    return visit


def surgery(maker: BillMaker) -> Visit:
    """One procedure with what is packaged into it."""
    visit = outpatient(maker, why="K80.20")
    bill = bill_of(visit)
    maker.line(bill, "0360", "47562", charge=Decimal(8200))
    maker.line(bill, "0278", "C1713", 2, charge=_FREE)
    for revenue in ("0250", "0272", "0370", "0710"):
        maker.line(bill, revenue, charge=maker.rng.choice((_FREE, maker.amount(300))))
    maker.close(bill)
    return visit


def procedure(maker: BillMaker, modifiers: tuple[str, ...] | None = None) -> Visit:
    """Both sides in one unit, broken off once, or twice but after anesthesia."""
    visit = outpatient(maker, why="M17.0")
    bill = bill_of(visit)
    chosen = maker.rng.choice((("50",), ("73",), ("52",), ("74",)))
    maker.line(bill, "0361", "20610", modifiers=chosen if modifiers is None else modifiers)
    maker.line(bill, "0250", charge=_FREE)
    maker.close(bill)
    return visit


def transfusion(maker: BillMaker) -> Visit:
    """With the product; one that was bought stands on two lines."""
    visit = outpatient(maker, why="D64.9")
    bill = bill_of(visit)
    units = maker.rng.randint(1, 3)
    maker.line(bill, "0391", "36430")
    if maker.chance(0.5):
        maker.line(bill, "0381", "P9016", units, ("BL",))
    maker.line(bill, "0390", "P9016", units, ("BL",) if len(bill.lines) > 1 else ())
    maker.close(bill)
    return visit


def trauma(maker: BillMaker) -> Visit:
    """Activation, critical care and the trauma room."""
    visit = outpatient(maker)
    bill = bill_of(visit)
    maker.line(bill, "0681", "G0390")
    maker.line(bill, "0450", "99291")
    maker.close(bill)
    return visit


def day_program(maker: BillMaker) -> Visit:
    """Partial hospitalization (41) or intensive outpatient (92)."""
    visit = outpatient(maker, why="F33.1")
    bill = bill_of(visit)
    maker.line(bill, "0904", "G0129")
    maker.line(bill, "0915", "90853")
    bill.condition_codes = [maker.rng.choice(("41", "92"))]
    maker.close(bill)
    return visit


def noncovered(maker: BillMaker) -> Visit:
    """A notice in time (GA, occurrence 32), or a service that is said not to be covered (GY)."""
    visit = outpatient(maker)
    bill = bill_of(visit)
    maker.line(bill, "0510", "G0463")
    if maker.chance(0.5):
        maker.line(bill, "0301", "80053", modifiers=("GA",))
        bill.occurrences.append(Coded("32", bill.first - timedelta(days=maker.rng.randint(0, 3))))
    else:
        line = maker.line(bill, "0637", "A9270", modifiers=("GY",))
        line.noncovered = line.charge
    maker.close(bill)
    return visit


def devices(maker: BillMaker) -> Visit:
    """A token charge of a radiolabeled product that an inpatient was given before."""
    visit = outpatient(maker)
    bill = bill_of(visit)
    maker.line(bill, "0351", "70450")
    maker.line(bill, "0278", "C9898", charge=Decimal("1.01"))
    maker.close(bill)
    return visit


def died_before_admission(maker: BillMaker) -> Visit:
    """An inpatient-only procedure with modifier CA."""
    visit = outpatient(maker, payer=MEDICARE_A, why="I21.4")
    bill = bill_of(visit)
    maker.line(bill, "0360", "33533", modifiers=("CA",))
    bill.discharge_status = "20"
    bill.occurrences.append(Coded("55", bill.last))
    maker.close(bill)
    return visit


def laboratory(maker: BillMaker) -> Visit:
    """Specimens of people who are no patients of the hospital."""
    visit = outpatient(maker, "0141")
    bill = bill_of(visit)
    maker.line(bill, "0301", "80053")
    maker.line(bill, "0305", "85025")
    maker.close(bill)
    return visit


def rebilled(maker: BillMaker) -> Visit:
    """A denied admission under Part B (12x, W2)."""
    visit = outpatient(maker, "0121", MEDICARE_A, nights=3)
    bill = bill_of(visit)
    maker.line(bill, "0301", "80053")
    maker.line(bill, "0320", "71046")
    bill.condition_codes = ["W2"]
    maker.close(bill)
    return visit


def dialysis(maker: BillMaker) -> Visit:
    """A month at a facility, with weight and height."""
    visit = outpatient(maker, "0721", MEDICARE_A, 27, "dialysis", why="N18.6")
    bill = bill_of(visit)
    bill.told.append(Told("Z99.2"))
    bill.values = [Coded("A8", amount=Decimal("71.5")), Coded("A9", amount=Decimal("168.0"))]
    for n in range(12):
        maker.line(
            bill, "0821", "90999", day=bill.first + timedelta(days=n * 2), charge=Decimal(300)
        )
    maker.close(bill)
    return visit


def health_center(maker: BillMaker) -> Visit:
    """An FQHC's visit with its payment code."""
    visit = outpatient(maker, "0771", MEDICARE_A, biller="health center")
    bill = bill_of(visit)
    maker.line(bill, "0521", "G0467")
    maker.line(bill, "0521", "99213")
    maker.close(bill)
    return visit


def second_payer(maker: BillMaker) -> Visit:
    """An employer's plan or a car's insurer came first, and is named."""
    visit = outpatient(maker)
    bill = bill_of(visit)
    maker.line(bill, "0510", "G0463")
    if maker.chance(0.5):
        bill.values = [Coded("12", amount=_FREE)]
    else:
        bill.values = [Coded("14", amount=_FREE)]
        bill.occurrences = [Coded("01", bill.first - timedelta(days=2))]
    bill.first_payer = "FIRST"
    maker.close(bill)
    return visit


def rural_clinic(maker: BillMaker) -> Visit:
    """A rural health clinic's visit."""
    visit = outpatient(maker, "0711", MEDICARE_A, biller="rural clinic")
    bill = bill_of(visit)
    maker.line(bill, "0521", "99213", modifiers=("CG",))
    maker.close(bill)
    return visit


def two_clinics(maker: BillMaker) -> Visit:
    """Two departments, two revenue codes: distinct without saying so."""
    visit = outpatient(maker)
    bill = bill_of(visit)
    maker.line(bill, "0510", "G0463")
    maker.line(bill, "0450", "99283", modifiers=("27",))
    maker.close(bill)
    return visit


def method_two(maker: BillMaker) -> Visit:
    """A critical access hospital that bills for its physicians, too."""
    visit = outpatient(maker, "0851", MEDICARE_A)
    bill = bill_of(visit)
    maker.line(bill, "0450", "99284")
    maker.line(bill, "0981", "99284")
    maker.close(bill)
    return visit


def long_observation(maker: BillMaker) -> Visit:
    """Three days, a line a day; only Medicare expects a decision within two."""
    visit = outpatient(maker, payer=BLUE, nights=2)
    bill = bill_of(visit)
    for n, hours in enumerate((maker.rng.randint(4, 12), 24, maker.rng.randint(4, 20))):
        maker.line(bill, "0762", "G0378", hours, day=bill.first + timedelta(days=n))
    maker.close(bill)
    return visit


def late_charges(maker: BillMaker) -> Visit:
    """To a payer that takes them."""
    visit = outpatient(maker, "0135", maker.rng.choice((BLUE, ACME)))
    bill = bill_of(visit)
    maker.line(bill, "0301", "80053")
    maker.close(bill)
    return visit
