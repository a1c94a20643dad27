"""Bills that the patient's other bills explain: what came before a stay, and what after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.institutional_care import home_health, nursing
from bots.practice.seeding.institutional_codes import STAYS
from bots.practice.seeding.institutional_drafts import Bill
from bots.practice.seeding.institutional_maker import OTHERS, BillMaker
from bots.practice.seeding.institutional_outpatient import bill_of, health_center, outpatient
from bots.practice.seeding.institutional_stays import plain_stay, stay
from bots.practice.seeding.people import MEDICARE_A

Recipe = Callable[[BillMaker], Visit]


def before_a_stay(maker: BillMaker, gap: int = 4) -> Visit:
    """A visit so many days before an admission to the same hospital."""
    visit = outpatient(maker, payer=MEDICARE_A)
    maker.line(bill_of(visit), "0510", "G0463")
    return _before(maker, visit, gap)


def ride_to_a_stay(maker: BillMaker) -> Visit:
    """An ambulance of the day before: transportation is never part of the stay."""
    visit = outpatient(maker, payer=MEDICARE_A)
    maker.line(bill_of(visit), "0540", "A0429")
    return _before(maker, visit, 1)


def elsewhere_before_a_stay(maker: BillMaker) -> Visit:
    """A health center's visit of the day before: the window is the hospital's own."""
    return _before(maker, health_center(maker), 1)


def after_a_stay(maker: BillMaker) -> Visit:
    """Back in the clinic on the day of the discharge."""
    visit = outpatient(maker, payer=MEDICARE_A)
    maker.line(bill_of(visit), "0510", "G0463")
    return _before(maker, visit, -3)


def readmitted(maker: BillMaker) -> Visit:
    """Back on the day of the discharge for another reason (B4), or a day later, or elsewhere."""
    visit, earlier = plain_stay(maker), bill_of(plain_stay(maker))
    bill, why = bill_of(visit), maker.rng.choice(("B4", "later", "elsewhere"))
    if why == "B4":
        bill.condition_codes = ["B4"]
    elif why == "elsewhere":
        earlier.providers["billing"] = OTHERS["other hospital"]
        earlier.discharge_status = "07"
    last = bill.first - timedelta(days=why == "later")
    move(earlier, last - (earlier.last - earlier.first))
    return same_patient(visit, earlier)


def home_and_later(maker: BillMaker) -> Visit:
    """Home health begins four days after a discharge to home: no transfer."""
    return then(home_health, 4, 9)(maker)


def sent_where_the_bill_says(maker: BillMaker) -> Visit:
    """To home health or a nursing facility at once, and the status says so: a transfer."""
    recipe, status = maker.rng.choice(((home_health, "06"), (nursing, "03")))
    visit = then(recipe, 0, 0)(maker)
    bill_of(visit).discharge_status = status
    return visit


def then(recipe: Recipe, least: int, most: int) -> Recipe:
    """A stay, and so many days after it the first bill of who took over."""

    def both(maker: BillMaker) -> Visit:
        visit, other = plain_stay(maker), bill_of(recipe(maker))
        bill = bill_of(visit)
        other.admitted_on = other.first
        days = (bill.last - bill.first).days + maker.rng.randint(least, most)
        move(bill, other.first - timedelta(days=days))
        for span in other.spans:
            span.since, span.until = bill.first, bill.last
        return same_patient(visit, other)

    return both


def _before(maker: BillMaker, visit: Visit, gap: int) -> Visit:
    bill, other = bill_of(visit), bill_of(stay(maker, MEDICARE_A, STAYS[0], nights=3, plain=True))
    bill.add_up()
    move(bill, other.first - timedelta(days=gap))
    return same_patient(visit, other)


def same_patient(visit: Visit, other: Bill) -> Visit:
    """One more bill of the visit's patient, who has one number with Medicare."""
    other.patient, other.member_id = visit.patient, visit.claim.member_id
    visit.claims.append(other)
    return visit


def move(bill: Bill, first: date) -> None:
    """Let a bill begin on another day."""
    by = first - bill.first
    bill.statement_from, bill.statement_through = bill.first + by, bill.last + by
    bill.admitted_on = bill.admitted_on + by if bill.admitted_on else None
    bill.created_on += by
    for line in bill.lines:
        line.service_date += by
