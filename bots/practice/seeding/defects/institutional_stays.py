# ruff: noqa: D103 - the name of a function says what is wrong
"""Admission, statement and discharge that do not fit each other."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from bots.practice.seeding.defects.institutional import misbilled
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.institutional_care import home_health, hospice
from bots.practice.seeding.institutional_drafts import Bill, Coded
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.institutional_outpatient import bill_of, clinic
from bots.practice.seeding.institutional_stays import changed, interim, newborn, plain_stay, stay

_DAY = timedelta(days=1)


@misbilled("admission-type-missing", "admission_type", stay)
def type_left_out(maker: BillMaker, bill: Bill) -> None:
    bill.admission_type = ""


@misbilled("admission-source-missing", "admission_source", stay)
def source_left_out(maker: BillMaker, bill: Bill) -> None:
    bill.admission_source = ""


@misbilled("admission-type-unknown", "admission_type", stay)
def type_that_nobody_knows(maker: BillMaker, bill: Bill) -> None:
    bill.admission_type = maker.rng.choice("678")


@misbilled("admission-source-unknown", "admission_source", stay)
def source_of_old(maker: BillMaker, bill: Bill) -> None:
    """3 and 7, health plan and emergency room, ended in 2010."""
    bill.admission_source = maker.rng.choice("37")


@misbilled("admission-source-unknown", "admission_source", newborn)
def newborn_from_a_physician(maker: BillMaker, bill: Bill) -> None:
    bill.admission_source = "1"


@misbilled(
    "newborn-admission-age", "admission_type", newborn, severity="warning",
    also=("diagnosis", "demographic"),
)  # fmt: skip
def baby_that_comes_back(maker: BillMaker, bill: Bill) -> None:
    bill.patient.birth_date = bill.first - timedelta(days=maker.rng.randint(29, 90))


@misbilled(
    "newborn-principal-diagnosis", "diagnoses", newborn, severity="warning", also=("diagnosis",)
)
def birth_by_its_ailment(maker: BillMaker, bill: Bill) -> None:
    bill.told[0].code, bill.drg = "P59.9", ""


@misbilled("birth-weight-missing", "values", newborn, severity="warning")
def nobody_weighed(maker: BillMaker, bill: Bill) -> None:
    bill.values = [entry for entry in bill.values if entry.code != "54"]


@misbilled("bill-type-unknown", "bill_type", clinic, also=("provider",))
def class_that_is_none(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type = maker.rng.choice(("0151", "0191", "0271"))


@misbilled("bill-type-frequency-disagrees", "frequency_code", changed, also=("claim-frequency",))
def adjustment_as_a_first_bill(maker: BillMaker, bill: Bill) -> None:
    bill.frequency, bill.original = "1", ""


@misbilled("late-charge-bill", "bill_type", plain_stay, also=("claim-frequency", "diagnosis"))
def late_charges_of_a_swing_bed(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type, bill.frequency = "0185", "5"
    bill.spans = [Coded("70", bill.first - timedelta(days=4), bill.first)]


@misbilled("stay-admission-date-missing", "admitted_on", plain_stay)
def admission_left_out(maker: BillMaker, bill: Bill) -> None:
    bill.admitted_on = None


@misbilled("admission-after-statement", "admitted_on", plain_stay)
def admitted_in_the_year_after(maker: BillMaker, bill: Bill) -> None:
    bill.admitted_on = bill.last + timedelta(days=maker.rng.randint(1, 30))


@misbilled("admission-before-first-bill", "admitted_on", plain_stay, severity="warning")
def first_bill_without_its_first_days(maker: BillMaker, bill: Bill) -> None:
    bill.admitted_on = bill.first - timedelta(days=maker.rng.randint(1, 3))


@misbilled("statement-before-payment-window", "statement_from", plain_stay, severity="warning")
def statement_of_the_week_before(maker: BillMaker, bill: Bill) -> None:
    bill.statement_from = bill.first - timedelta(days=maker.rng.randint(4, 7))


@misbilled("discharge-status-missing", "discharge_status", clinic)
def status_of_an_outpatient_left_out(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = ""


@misbilled("discharge-status-missing", "discharge_status", stay)
def status_left_out(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status, bill.condition_codes = "", []


@misbilled("discharge-status-unknown", "discharge_status", plain_stay)
def status_that_is_none(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = maker.rng.choice(("08", "11", "99", "1"))


@misbilled("discharge-status-hospice", "discharge_status", plain_stay)
def died_as_in_a_hospice(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = maker.rng.choice(("40", "41"))
    bill.occurrences.append(Coded("55", bill.last))


@misbilled("still-patient-frequency", "discharge_status", plain_stay)
def still_there_on_the_whole_bill(maker: BillMaker, bill: Bill) -> None:
    """One more day then counts."""
    bill.discharge_status = "30"
    bill.value("80").amount = bill.lines[0].units = Decimal(6)


@misbilled("still-patient-frequency", "bill_type", plain_stay)
def home_on_an_interim_bill(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type, bill.frequency = "0112", "2"


@misbilled("date-of-death-missing", "occurrences", plain_stay)
def died_on_no_day(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = "20"


@misbilled("discharge-status-after-death", "discharge_status", plain_stay)
def dead_and_sent_home(maker: BillMaker, bill: Bill) -> None:
    bill.occurrences.append(Coded("55", bill.last))


@misbilled("date-of-death-not-last-day", "occurrences", plain_stay)
def billed_past_the_death(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = "20"
    bill.occurrences.append(Coded("55", bill.last - _DAY))


def _there(maker: BillMaker) -> Visit:
    visit = interim(maker)
    while bill_of(visit).discharge_status != "30":
        visit = interim(maker)
    return visit


@misbilled("discharge-date-still-patient", "occurrences", _there)
def discharged_and_still_there(maker: BillMaker, bill: Bill) -> None:
    end: date = bill.last
    bill.occurrences.append(Coded("42", end))


def _between(maker: BillMaker) -> Visit:
    visit = interim(maker)
    while visit.claim.bill_type[-1] != "3":
        visit = interim(maker)
    return visit


@misbilled("still-patient-frequency", "discharge_status", _between)
def gone_in_the_middle(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = "01"
    bill.value("80").amount = bill.lines[0].units = Decimal(9)


@misbilled("covered-days-statement", "values", _between)
def last_day_of_one_who_is_there_not_counted(maker: BillMaker, bill: Bill) -> None:
    bill.value("80").amount = Decimal(9)


@misbilled("date-of-death-missing", "occurrences", hospice)
def died_at_home_on_no_day(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type, bill.frequency = "0814", "4"
    bill.discharge_status, bill.occurrences = "40", []


@misbilled("stay-admission-date-missing", "admitted_on", home_health)
def care_that_never_began(maker: BillMaker, bill: Bill) -> None:
    bill.admitted_on = None


@misbilled("late-charge-bill", "bill_type", home_health, also=("claim-frequency",))
def late_visits_of_a_nurse(maker: BillMaker, bill: Bill) -> None:
    bill.bill_type, bill.frequency = "0325", "5"


@misbilled("discharge-status-unknown", "discharge_status", clinic)
def status_of_an_outpatient_that_is_none(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = maker.rng.choice(("00", "10"))
