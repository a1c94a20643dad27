"""Clean bills of hospital stays: 11x, 18x and 41x.

Near misses are among them: nights on leave, noncovered days, the days before the admission that
belong to it, interim bills of one who is still there, a death on the last day, a transfer that is
none, a bill for denial with nothing covered, an adjustment that says why.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from bots.practice.seeding.drafts import OnClaim, PayerRow, Visit
from bots.practice.seeding.institutional_codes import STAYS, Stay
from bots.practice.seeding.institutional_drafts import Bill, Coded, Told
from bots.practice.seeding.institutional_maker import HOSPITAL, BillMaker
from bots.practice.seeding.people import MEDICARE_A

_NEWBORN = Stay("Z38.00", "", "795", days=(1, 3))
_ONE_DAY = timedelta(days=1)


def stay(
    maker: BillMaker, payer: PayerRow | None = None, why: Stay | None = None,
    bill_type: str = "0111", nights: int | None = None, *, plain: bool = False,
) -> Visit:  # fmt: skip
    """A stay from admission to discharge; a `plain` one without any near miss."""
    why = why or maker.rng.choice(STAYS)
    payer = maker.payer(payer)
    nights = maker.rng.randint(*why.days) if nights is None else nights
    first, last = maker.days(nights, payer)
    visit = maker.open(bill_type, first, last, payer, maker.patient(why.age, why.sex))
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.admitted_on, bill.discharge_status = first, "01"
    bill.admission_type = maker.rng.choice(("1", "2", "3"))
    bill.admission_source = maker.rng.choice(("1", "2", "8"))
    if maker.chance(0.7):
        bill.drg = why.drg
    _coded(maker, bill, why)
    _lines(maker, bill, max(nights, 1), intensive=nights > 3 and not plain and maker.chance(0.3))
    if not plain:
        maker.rng.choice(_NEAR_MISSES)(maker, bill)
    maker.close(bill)
    return visit


def plain_stay(maker: BillMaker) -> Visit:
    """A plain stay to Medicare of several days, coded without complications."""
    return stay(maker, MEDICARE_A, STAYS[0], nights=5, plain=True)


def newborn(maker: BillMaker) -> Visit:
    """A birth in this hospital."""
    payer = maker.payer()
    visit = stay(maker, payer, _NEWBORN, plain=True)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.patient.birth_date = bill.first
    bill.admission_type, bill.admission_source = "4", "5"
    bill.values.append(Coded("54", amount=Decimal(maker.rng.randint(2500, 4200))))
    bill.lines[0].revenue_code = "0171"
    return visit


def baby_from_elsewhere(maker: BillMaker) -> Visit:
    """Born outside of this hospital (6): the birth itself was another's."""
    visit = newborn(maker)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.admission_source, bill.drg = "6", ""
    bill.told = [Told("P59.9", "principal", "Y"), Told("P59.9", "admitting")]
    return visit


def rare_admission(maker: BillMaker) -> Visit:
    """A trauma, or one of which nobody knew where it came from."""
    visit = stay(maker, plain=True)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.admission_type = maker.rng.choice("59")
    bill.admission_source = maker.rng.choice("459DEF")
    return visit


def one_day(maker: BillMaker) -> Visit:
    """Admitted and discharged on one day: it counts as one."""
    return stay(maker, why=STAYS[14], nights=0, plain=True)


def interim(maker: BillMaker) -> Visit:
    """One of the bills of a long stay: the first, one between, or the last."""
    third = maker.rng.choice("234")
    visit = stay(maker, why=STAYS[1], bill_type=f"011{third}", nights=9, plain=True)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.drg = ""
    if third in "34":
        bill.admitted_on = bill.first - timedelta(days=14)
    if third in "23":
        bill.discharge_status = "30"
        bill.value("80").amount = bill.lines[0].units = Decimal(10)
    bill.add_up()
    return visit


def changed(maker: BillMaker) -> Visit:
    """A bill in place of one that was paid, or one that takes it back."""
    third = maker.rng.choice("778")
    visit = stay(maker, MEDICARE_A, STAYS[0], bill_type=f"011{third}", plain=True)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.original = f"2261{maker.rng.randint(10**9, 10**10 - 1)}"
    bill.condition_codes = [
        maker.rng.choice(("D0", "D1", "D4", "D9") if third == "7" else ("D5",))
    ]
    return visit


def for_denial(maker: BillMaker) -> Visit:
    """Condition code 21: everything is noncovered, and nobody asks for payment."""
    visit = stay(maker, MEDICARE_A, STAYS[0], bill_type="0110", plain=True)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.condition_codes, bill.drg = ["21"], ""
    bill.value("80").code = "81"
    for line in bill.lines:
        line.noncovered = line.charge  # type: ignore[attr-defined]
    return visit


def rehabilitation(maker: BillMaker) -> Visit:
    """A rehabilitation hospital: a HIPPS code that looks like a HCPCS code, under 0024."""
    why = Stay("I69.351", "I10:Y", "057", days=(8, 14))
    visit = stay(maker, MEDICARE_A, why, plain=True)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.drg, bill.admission_source = "", "4"
    hipps = maker.of_stay(bill, "0024", charge=Decimal(0))
    hipps.procedure = maker.rng.choice(("A0101", "B0204", "D0602"))
    bill.lines.sort(key=lambda line: (line.revenue_code == "0001", line.revenue_code))
    return visit


def swing_bed(maker: BillMaker) -> Visit:
    """Skilled nursing in a hospital's bed, after three nights in it."""
    visit = stay(maker, MEDICARE_A, STAYS[10], bill_type="0181", nights=9, plain=True)
    bill = visit.claim
    assert isinstance(bill, Bill)
    bill.drg = ""
    bill.spans.append(Coded("70", bill.first - timedelta(days=4), bill.first))
    return visit


def _coded(maker: BillMaker, bill: Bill, why: Stay) -> None:
    poa = "" if why.principal[0] in "OZ" else "Y"
    bill.told = [Told(why.principal, "principal", poa), Told(why.principal, "admitting")]
    for entry in why.others.split():
        code, _, present = entry.partition(":")
        bill.told.append(Told(code, "external_cause" if code[0] in "VWXY" else "other", present))
    bill.procedures = list(why.procedures)
    if any(code.startswith("0") for code in why.procedures):
        surgeon = maker.rng.choice(maker.world.people(HOSPITAL, "orthopedics"))
        bill.providers["operating"] = OnClaim(surgeon.name, surgeon.npi, "", surgeon)


def _lines(maker: BillMaker, bill: Bill, days: int, *, intensive: bool) -> None:
    bill.values = [Coded("80", amount=Decimal(days))]
    if intensive:
        maker.of_stay(bill, "0120", days - 1, Decimal(900 * (days - 1)))
        maker.of_stay(bill, "0200", 1, Decimal(2400))
    else:
        maker.of_stay(bill, maker.rng.choice(("0110", "0120", "120")), days, Decimal(900 * days))
    for revenue in sorted(maker.rng.sample(("0250", "0270", "0300", "0320", "0410", "0420"), 3)):
        maker.of_stay(bill, revenue, maker.rng.randint(1, 9))
    if bill.procedures:
        maker.of_stay(bill, "0360")


def _nothing(maker: BillMaker, bill: Bill) -> None:
    """As it is."""


def _window(maker: BillMaker, bill: Bill) -> None:
    """Emergency services of the days before: the statement begins there, the stay does not."""
    bill.statement_from = bill.first - timedelta(days=maker.rng.randint(1, 3))
    maker.of_stay(bill, "0450")


def _leave(maker: BillMaker, bill: Bill) -> None:
    """A night on leave is neither covered nor in a bed."""
    bed, days = bill.lines[0], _days(bill)
    if days < 4 or bed.units < days:
        return
    bed.units -= 1
    maker.of_stay(bill, "0183", 1, Decimal(0))
    away = bill.first + _ONE_DAY
    bill.spans.append(Coded("74", away, away))
    bill.value("80").amount = Decimal(days - 1)
    bill.values.append(Coded("81", amount=Decimal(1)))


def _noncovered(maker: BillMaker, bill: Bill) -> None:
    """The last days are the patient's own to pay: span 76, value 81."""
    days = _days(bill)
    if days < 3:
        return
    bill.value("80").amount = Decimal(days - 1)
    bill.values.append(Coded("81", amount=Decimal(1)))
    bill.spans.append(Coded("76", bill.last - _ONE_DAY, bill.last))


def _benefit(maker: BillMaker, bill: Bill) -> None:
    """Coinsurance and reserve days up to what the law has, and blood that adds up."""
    if bill.payer.is_medicare:
        bill.values += [
            Coded("82", amount=Decimal(min(_days(bill), 30))),
            Coded("83", amount=Decimal(60)),
        ]
    for code, pints in (("37", 4), ("38", 3), ("39", 1)):
        bill.values.append(Coded(code, amount=Decimal(pints)))


def _died(maker: BillMaker, bill: Bill) -> None:
    """On the last day; the DRG of a heart attack is then another."""
    if bill.told[0].code[0] != "O":
        bill.discharge_status = "20"
        bill.drg = "" if bill.told[0].code == "I21.4" else bill.drg
        bill.occurrences.append(Coded("55", bill.last))


def _elsewhere(maker: BillMaker, bill: Bill) -> None:
    """Left against advice, or to where it is a transfer to no payer but Medicare."""
    bill.discharge_status = (
        "07" if bill.payer.is_medicare else maker.rng.choice(("02", "03", "62"))
    )


def _home_health(maker: BillMaker, bill: Bill) -> None:
    """Home health that has nothing to do with the stay: no transfer."""
    bill.discharge_status, bill.condition_codes = "06", [maker.rng.choice(("42", "43"))]


def _accident(maker: BillMaker, bill: Bill) -> None:
    """The day of the accident, the onset, and who is liable for nothing."""
    day: date = bill.first - _ONE_DAY
    bill.occurrences += [Coded("05", day), Coded("11", day), Coded("24", bill.last + _ONE_DAY)]


def _days(bill: Bill) -> int:
    return max((bill.last - (bill.admitted_on or bill.first)).days, 1)


_NEAR_MISSES = (
    _nothing, _window, _leave, _noncovered, _benefit, _died, _elsewhere, _home_health, _accident,
)  # fmt: skip
