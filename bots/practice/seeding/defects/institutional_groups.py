# ruff: noqa: D103 - the name of a function says what is wrong
"""What the code editor and the grouper say of a stay, and where the patient went after it."""

from __future__ import annotations

from datetime import date

from bots.practice.seeding.defects.institutional import misbilled
from bots.practice.seeding.drafts import OnClaim, Visit
from bots.practice.seeding.institutional_care import home_health, hospice, nursing
from bots.practice.seeding.institutional_codes import STAYS
from bots.practice.seeding.institutional_drafts import Bill, Coded, Told
from bots.practice.seeding.institutional_history import (
    before_a_stay,
    move,
    same_patient,
    then,
)
from bots.practice.seeding.institutional_maker import HOSPITAL, BillMaker
from bots.practice.seeding.institutional_outpatient import bill_of
from bots.practice.seeding.institutional_stays import plain_stay, stay
from bots.practice.seeding.people import MEDICARE_A

_VENTILATED = STAYS[11]


def _principal(bill: Bill, code: str) -> None:
    bill.told[0].code, bill.drg = code, ""


def _operated(maker: BillMaker, bill: Bill, code: str) -> None:
    surgeon = maker.rng.choice(maker.world.people(HOSPITAL, "orthopedics"))
    bill.providers["operating"] = OnClaim(surgeon.name, surgeon.npi, "", surgeon)
    bill.procedures, bill.drg = [code], ""


@misbilled("mce-invalid-code", "inpatient_procedures", plain_stay)
def procedure_that_is_none(maker: BillMaker, bill: Bill) -> None:
    bill.procedures = [maker.rng.choice(("5A1935X", "3E0X3QX", "8E0WXYX"))]


@misbilled("mce-external-cause-principal", "diagnoses", plain_stay, also=("diagnosis",))
def fall_as_the_reason(maker: BillMaker, bill: Bill) -> None:
    _principal(bill, "W19.XXXA")


@misbilled(
    "mce-age-conflict", "diagnoses", plain_stay, severity="warning",
    also=("demographic", "diagnosis"),
)  # fmt: skip
def debility_of_a_child(maker: BillMaker, bill: Bill) -> None:
    bill.patient.birth_date = date(2016, 3, maker.rng.randint(1, 28))
    bill.told.append(Told("R54", poa="Y"))


@misbilled(
    "mce-sex-conflict", "diagnoses", plain_stay, severity="warning",
    also=("demographic", "diagnosis"),
)  # fmt: skip
def prostate_of_a_woman(maker: BillMaker, bill: Bill) -> None:
    """A paid bill of old, under review: the edit ended on 2024-10-01."""
    move(bill, date(2024, 9, maker.rng.randint(1, 25)))
    bill.status, bill.submitted_on = "Paid", bill.created_on
    bill.patient.sex, bill.drg = "F", ""
    bill.told.append(Told("N40.0", poa="Y"))


@misbilled("mce-manifestation-principal", "diagnoses", plain_stay, also=("diagnosis",))
def manifestation_first(maker: BillMaker, bill: Bill) -> None:
    _principal(bill, "D63.1")


@misbilled("mce-questionable-admission", "diagnoses", plain_stay, severity="warning",
           also=("diagnosis",))  # fmt: skip
def admitted_for_high_pressure(maker: BillMaker, bill: Bill) -> None:
    _principal(bill, "I10")
    bill.told = [bill.told[0], bill.told[3]]


@misbilled("mce-unacceptable-principal", "diagnoses", plain_stay, also=("diagnosis",))
def checked_up_in_a_bed(maker: BillMaker, bill: Bill) -> None:
    _principal(bill, "Z00.00")


@misbilled("mce-principal-needs-secondary", "diagnoses", plain_stay, also=("diagnosis",))
def aftercare_of_nothing(maker: BillMaker, bill: Bill) -> None:
    _principal(bill, "Z51.89")
    del bill.told[1:]


@misbilled("mce-noncovered-procedure", "inpatient_procedures", plain_stay)
def pancreas_of_another(maker: BillMaker, bill: Bill) -> None:
    _operated(maker, bill, "0FYG0Z0")


@misbilled("mce-limited-coverage", "inpatient_procedures", plain_stay, severity="warning")
def heart_under_conditions(maker: BillMaker, bill: Bill) -> None:
    _operated(maker, bill, "02YA0Z0")


@misbilled("mce-wrong-procedure", "diagnoses", plain_stay, also=("diagnosis",))
def wrong_operation(maker: BillMaker, bill: Bill) -> None:
    bill.told.append(Told(maker.rng.choice(("Y65.51", "Y65.52", "Y65.53"))))


def _three_nights(maker: BillMaker) -> Visit:
    return stay(maker, MEDICARE_A, _VENTILATED, nights=3, plain=True)


@misbilled("mce-procedure-length-of-stay", "inpatient_procedures", _three_nights)
def ventilated_for_longer_than_there(maker: BillMaker, bill: Bill) -> None:
    """Three nights are fewer than 96 hours."""


@misbilled("mce-unspecified-code", "diagnoses", plain_stay, severity="warning",
           also=("diagnosis",))  # fmt: skip
def thigh_of_either_side(maker: BillMaker, bill: Bill) -> None:
    bill.told.append(Told("S72.009A", poa="Y"))
    bill.drg = ""


@misbilled("drg-form", "drg", plain_stay)
def drg_of_two_digits(maker: BillMaker, bill: Bill) -> None:
    bill.drg = maker.rng.choice(("19", "0195", "000"))


@misbilled("drg-ungroupable", "diagnoses", plain_stay, severity="warning", also=("diagnosis",))
def grouped_by_a_place(maker: BillMaker, bill: Bill) -> None:
    _principal(bill, "Y92.9")


@misbilled("drg-differs", "drg", plain_stay, severity="warning")
def drg_with_a_complication_that_is_not_there(maker: BillMaker, bill: Bill) -> None:
    bill.drg = maker.rng.choice(("193", "194"))


@misbilled("drg-rests-on-one-diagnosis", "diagnoses", plain_stay, severity="info")
def one_failure_carries_it(maker: BillMaker, bill: Bill) -> None:
    bill.told.append(Told("J96.01", poa="Y"))
    bill.drg = ""


@misbilled("drg-rests-on-one-diagnosis", "diagnoses", plain_stay, severity="warning")
def one_failure_that_nobody_wrote_down(maker: BillMaker, bill: Bill) -> None:
    one_failure_carries_it.spoil(maker, bill)
    bill.recorded = ["J18.9", "I10", "E11.9"]


@misbilled("drg-hospital-acquired", "diagnoses", plain_stay, severity="info")
def sore_of_the_stay(maker: BillMaker, bill: Bill) -> None:
    bill.told.append(Told("L89.153", poa=maker.rng.choice("NU")))
    bill.drg = ""


@misbilled("transfer-payment", "discharge_status", plain_stay, severity="info")
def sent_on(maker: BillMaker, bill: Bill) -> None:
    bill.discharge_status = maker.rng.choice(("02", "03", "06", "62", "63", "65"))


@misbilled(
    "discharge-status-against-history", "discharge_status", then(home_health, 0, 3),
    severity="warning",
)  # fmt: skip
def home_where_the_nurse_waited(maker: BillMaker, bill: Bill) -> None:
    """Status 01, and home health begins within three days."""


@misbilled(
    "discharge-status-against-history", "discharge_status", then(nursing, 0, 0), severity="warning"
)
def home_that_was_a_facility(maker: BillMaker, bill: Bill) -> None:
    """Status 01, and a skilled nursing facility begins on the day."""


@misbilled(
    "discharge-status-against-history", "discharge_status", then(hospice, 0, 0), severity="warning"
)
def home_that_was_a_hospice(maker: BillMaker, bill: Bill) -> None:
    """Status 01, and a hospice begins on the day."""


def _twice(maker: BillMaker) -> Visit:
    visit, earlier = plain_stay(maker), bill_of(plain_stay(maker))
    move(earlier, bill_of(visit).first - (earlier.last - earlier.first))
    return same_patient(visit, earlier)


@misbilled("same-day-readmission", "condition_codes", _twice, severity="warning")
def back_before_midnight(maker: BillMaker, bill: Bill) -> None:
    """Two bills, and no condition code B4 on the second."""


@misbilled("payment-window", "statement_from", lambda maker: before_a_stay(maker, 1))
def visit_of_the_day_before(maker: BillMaker, bill: Bill) -> None:
    """Billed apart from the stay that it belongs to."""


@misbilled(
    "payment-window", "statement_from",
    lambda maker: before_a_stay(maker, maker.rng.choice((2, 3))), severity="warning",
)  # fmt: skip
def visit_of_two_days_before(maker: BillMaker, bill: Bill) -> None:
    """A hospital that is not paid by DRG has a window of one day."""


@misbilled("outpatient-during-stay", "lines", lambda maker: before_a_stay(maker, 0))
def outpatient_of_an_inpatient(maker: BillMaker, bill: Bill) -> None:
    """On the day of the admission."""


def _complicated(maker: BillMaker) -> Visit:
    return stay(maker, MEDICARE_A, STAYS[1], nights=4, plain=True)


@misbilled("drg-differs", "diagnoses", _complicated, severity="warning")
def complications_taken_off_and_the_drg_kept(maker: BillMaker, bill: Bill) -> None:
    bill.drg = "194"
    bill.told = [told for told in bill.told if told.code not in {"N17.9", "E87.1"}]


@misbilled("drg-rests-on-one-diagnosis", "diagnoses", _complicated, severity="info")
def one_complication_of_two(maker: BillMaker, bill: Bill) -> None:
    bill.told = [told for told in bill.told if told.code != "E87.1"]


def _attack(maker: BillMaker) -> Visit:
    why = next(why for why in STAYS if why.principal == "I21.4")
    return stay(maker, MEDICARE_A, why, nights=3, plain=True)


@misbilled("drg-differs", "discharge_status", _attack, severity="warning")
def died_under_the_drg_of_the_living(maker: BillMaker, bill: Bill) -> None:
    bill.drg, bill.discharge_status = "282", "20"
    bill.occurrences.append(Coded("55", bill.last))


@misbilled("mce-unspecified-code", "diagnoses", plain_stay, severity="warning",
           also=("diagnosis",))  # fmt: skip
def hip_of_either_side(maker: BillMaker, bill: Bill) -> None:
    _principal(bill, "S72.009A")


@misbilled("mce-invalid-code", "inpatient_procedures", plain_stay)
def gallbladder_without_its_last_letter(maker: BillMaker, bill: Bill) -> None:
    _operated(maker, bill, "0FT44Z")
