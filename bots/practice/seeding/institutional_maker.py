"""Opens a bill with everyone on it: hospital, patient, payer, days. The recipes fill it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from bots.practice.seeding.drafts import OnClaim, PatientRow, PayerRow, Visit
from bots.practice.seeding.institutional_drafts import TOTAL, Bill, BillLine
from bots.practice.seeding.people import (
    ACME,
    BLUE,
    CODERS,
    FACILITIES,
    MEDICARE_A,
    UNITY,
    World,
    member_id,
    npi,
)

HOSPITAL = FACILITIES[3]
_SINCE, _WITHIN = date(2026, 4, 1), 45  # the shortest filing limit is sixty days
# Whoever takes a patient over from the hospital bills under another number.
OTHERS = {
    "skilled nursing": OnClaim("Meadow Care Center", npi(7_000_001)),
    "home health": OnClaim("Valley Home Health", npi(7_000_002)),
    "hospice": OnClaim("Evening Hospice", npi(7_000_003)),
    "dialysis": OnClaim("Harbor Dialysis", npi(7_000_004)),
    "other hospital": OnClaim("Lakeshore Hospital", npi(7_000_006)),
    "rural clinic": OnClaim("Cedar Rural Clinic", npi(7_000_007)),
    "health center": OnClaim("Market Street Health Center", npi(7_000_005)),
}


class BillMaker:
    """Makes visits whose claims are hospital bills, from one source of chance."""

    def __init__(self, world: World, today: date) -> None:
        self.world, self.rng, self.today = world, world.rng, today
        self._bills = 0

    def chance(self, share: float) -> bool:
        """Whether this time it is so."""
        return self.rng.random() < share

    def amount(self, most: int) -> Decimal:
        """A charge, in dollars and cents."""
        return Decimal(self.rng.randint(2000, most * 100)) / 100

    def days(self, length: int, payer: PayerRow) -> tuple[date, date]:
        """A first and a last day so far apart, near enough for the payer's filing limit."""
        back = (self.today - _SINCE).days - length if payer.is_medicare else _WITHIN
        last = self.today - timedelta(days=self.rng.randint(4, max(back, 5)))
        return last - timedelta(days=length), last

    def payer(self, wished: PayerRow | None = None) -> PayerRow:
        """Medicare half of the time, unless told."""
        return wished or self.rng.choices((MEDICARE_A, BLUE, ACME, UNITY), (5, 2, 2, 1))[0]

    def patient(self, age: tuple[int, int] = (50, 88), sex: str | None = None) -> PatientRow:
        """Somebody new; the record numbers of the hospital are its own."""
        patient = self.world.new_patient(sex or self.rng.choice("FM"), age)
        patient.record_number = patient.record_number.replace("MR", "HM")
        return patient

    def open(
        self, bill_type: str, first: date, last: date, payer: PayerRow, patient: PatientRow,
        biller: str = "",
    ) -> Visit:  # fmt: skip
        """A visit with one bill that has no line and no diagnosis yet."""
        rng = self.rng
        self._bills += 1
        group = self.world.group(HOSPITAL)
        doctor = rng.choice(self.world.people(HOSPITAL, "primary care"))
        bill = Bill(
            number=f"HB{self._bills:07d}", type="institutional", queue="pending",
            status="Ready for review", facility=HOSPITAL, patient=patient, payer=payer,
            member_id=member_id(payer, rng),
            group_number="" if payer.is_medicare else f"G{rng.randint(1000, 9999)}",
            providers={
                "billing": OTHERS.get(biller)
                or OnClaim(group.name, group.npi, group.taxonomy, group),
                "attending": OnClaim(doctor.name, doctor.npi, doctor.taxonomy, doctor),
            },
            diagnoses=[], lines=[], place_of_service="", bill_type=bill_type,
            coder=rng.choice(CODERS), created_on=min(last + timedelta(days=3), self.today),
            statement_from=first, statement_through=last, frequency=bill_type[-1],
        )  # fmt: skip
        return Visit(f"EH{self._bills:08d}", patient, first, [bill])

    def line(
        self, bill: Bill, revenue: str, procedure: str = "", units: int = 1,
        modifiers: tuple[str, ...] = (), day: date | None = None, charge: Decimal | None = None,
    ) -> BillLine:  # fmt: skip
        """A line of a bill, before its total; where no day is given, the statement's first."""
        line = BillLine(
            procedure, Decimal(units), self.amount(400) if charge is None else charge,
            day or bill.first, list(modifiers), revenue_code=revenue,
        )  # fmt: skip
        at = len(bill.lines) - (bool(bill.lines) and bill.lines[-1].revenue_code == TOTAL)
        bill.lines.insert(at, line)
        return line

    def of_stay(
        self, bill: Bill, revenue: str, units: int = 1, charge: Decimal | None = None
    ) -> BillLine:
        """A line of a stay: a revenue code, units, and no day."""
        line = self.line(bill, revenue, units=units, charge=charge)
        line.undated = True
        return line

    def to_medicare(self, bill: Bill, bill_type: str) -> None:
        """Send a bill of that type to Medicare instead."""
        bill.payer, bill.bill_type, bill.group_number = MEDICARE_A, bill_type, ""
        bill.member_id = member_id(MEDICARE_A, self.rng)

    def close(self, bill: Bill) -> None:
        """Add up; some screens show the total as a line of its own."""
        if self.chance(0.2):
            self.line(bill, TOTAL, charge=Decimal(0)).undated = bill.lines[0].undated  # type: ignore[attr-defined]
        bill.add_up()
