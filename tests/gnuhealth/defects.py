"""The defects of the practice clinic, each on a service of its own.

A function makes one service wrong in one way and says so under the id of the check that finds
it (docs/checks/) from what the screens show. Which of them a clinic has already invoiced is
part of the plan: those are for a look back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from gnuhealth.codes import (
    HEADINGS,
    HOUSE_CODE,
    MANIFESTATION,
    NO_CODE,
    NOT_AMERICAN,
    OF_MEN,
    UNDERLYING,
)
from gnuhealth.plan import ACME, BLUE, MEDICARE, Line, Plan

Plants = Callable[[Plan], None]
DEFECTS: list[Plants] = []


def plants(function: Plants) -> Plants:
    DEFECTS.append(function)
    return function


# Units.


@plants
def more_units_than_a_line_may_have(plan: Plan) -> None:
    line = Line("97035", 5, "Modifiers: GP")
    service = plan.book(plan.regular((66, 99)), [line], ["M54.2"], about="Therapy")
    plan.plant(service, "mue-line", 1, "97035: 5 units, the limit of a line is 2")


@plants
def more_units_than_a_day_may_have(plan: Plan) -> None:
    service = plan.book(
        plan.regular(), [Line("80053", 3)], ["D64.9"], about="Laboratory", pending=False
    )
    plan.plant(service, "mue-day", 1, "80053: 3 units, the limit of a day is 1")


@plants
def no_units(plan: Plan) -> None:
    lines = [Line("99213"), Line("36415", 0)]
    service = plan.book(plan.regular(), lines, ["E03.9"])
    plan.plant(service, "units-not-positive", 2, "36415: 0 units")


@plants
def negative_units(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("83036", -1)], ["E55.9"], about="Laboratory")
    plan.plant(service, "units-not-positive", 1, "83036: -1 units, entered as a storno")


# Lines.


@plants
def the_same_line_twice(plan: Plan) -> None:
    lines = [Line("85025"), Line("84443"), Line("85025")]
    service = plan.book(plan.regular(), lines, ["D64.9"], about="Laboratory")
    plan.plant(service, "duplicate-line", 3, "85025 stands on lines 1 and 3")


@plants
def the_same_service_entered_twice(plan: Plan) -> None:
    patient = plan.regular()
    first = plan.book(patient, [Line("71046")], ["R05.9"], about="Imaging", pending=False)
    again = plan.book(patient, [Line("71046")], ["R05.9"], day=first.day, about="Imaging")
    again.doctor = first.doctor
    plan.plant(first, "duplicate-across-claims", None, "entered twice, the same day")
    plan.plant(again, "duplicate-exact-across-claims", None, "invoiced already, entered again")


@plants
def a_panel_and_its_part(plan: Plan) -> None:
    lines = [Line("80053"), Line("80048")]
    service = plan.book(plan.regular((66, 99)), lines, ["I10"], about="Laboratory")
    plan.plant(service, "ptp-never-together", 2, "80048 is part of 80053")


@plants
def a_tracing_and_its_reading(plan: Plan) -> None:
    lines = [Line("93000"), Line("93010")]
    service = plan.book(plan.regular(), lines, ["R00.2"], about="Heart", pending=False)
    plan.plant(service, "ptp-never-together", 2, "93010 is part of 93000")


@plants
def two_treatments_and_no_reason(plan: Plan) -> None:
    lines = [Line("97530", 1, "Modifiers: GP"), Line("97140", 1, "Modifiers: GP")]
    service = plan.book(plan.regular((66, 99)), lines, ["M62.81"], about="Therapy")
    plan.plant(service, "ptp-unmodified", 2, "97140 with 97530, and no modifier says why")


@plants
def an_addition_to_nothing(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("90472")], ["Z23"], about="Injection")
    plan.plant(service, "add-on-alone", 1, "90472 without 90471")


# Codes.


@plants
def a_product_without_a_code(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("99212"), Line(NO_CODE)], ["K21.9"])
    plan.plant(service, "procedure-missing", 2, f"{NO_CODE} has no code")


@plants
def a_shorthand_for_a_code(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line(HOUSE_CODE)], ["F41.1"], pending=False)
    plan.plant(service, "procedure-form", 1, f"{HOUSE_CODE} is the office's own word")


@plants
def a_code_in_no_table(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("99998")], ["J06.9"])
    plan.plant(service, "procedure-unknown", 1, "99998 is in no table")


@plants
def a_code_that_has_ended(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("94620")], ["R05.9"], about="Lungs")
    plan.plant(service, "procedure-not-in-force", 1, "94620 is no longer in force")


@plants
def an_unknown_modifier(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("99213", 1, "Modifiers: ZQ")], ["E78.5"])
    plan.plant(service, "modifier-unknown", 1, "ZQ is no modifier")


@plants
def a_code_of_the_other_sex(plan: Plan) -> None:
    patient = plan.new_patient(sex="f", ages=(40, 60))
    service = plan.book(patient, [Line("84153"), Line("36415")], ["R53.83"], about="Laboratory")
    plan.plant(service, "procedure-sex", 1, "84153 for a woman")


@plants
def a_code_of_another_age(plan: Plan) -> None:
    patient = plan.new_patient(ages=(66, 80))
    service = plan.book(patient, [Line("99395")], ["Z00.00"], pending=False)
    plan.plant(service, "procedure-age", 1, "99395 is for 18 to 39 years")


# Drugs.


@plants
def a_drug_number_with_hyphens(plan: Plan) -> None:
    lines = [Line("96372"), Line("J3301", 4, "Modifiers: JZ; NDC: 70121-3004-22 ML 1")]
    service = plan.book(plan.regular(), lines, ["M79.7"], about="Injection")
    plan.plant(service, "ndc-hyphens", 2, "70121-3004-22, right: 70121300422")


@plants
def a_drug_number_cut_off(plan: Plan) -> None:
    lines = [Line("96372"), Line("J1885", 2, "Modifiers: JZ; NDC: 70121700 ML 1")]
    service = plan.book(plan.regular(), lines, ["M54.2"], about="Injection")
    plan.plant(service, "ndc-malformed", 2, "70121700 is no drug number")


@plants
def a_drug_without_a_number(plan: Plan) -> None:
    lines = [Line("96372"), Line("J2405", 4, "Modifiers: JZ")]
    service = plan.book(plan.regular(), lines, ["R11.2"], about="Injection", pending=False)
    plan.plant(service, "ndc-missing", 2, "J2405 without a drug number")


# Dates.


@plants
def a_year_mistyped(plan: Plan) -> None:
    patient = plan.regular()
    service = plan.book(patient, [Line("99213")], ["I10"])
    wrong = service.day.replace(year=service.day.year + 4)
    service.lines[0].since = service.lines[0].until = service.day = wrong
    plan.plant(service, "date-in-future", 1, f"dated {wrong.isoformat()}")


@plants
def before_the_patient_was_born(plan: Plan) -> None:
    born = plan.as_of - timedelta(days=45)
    patient = plan.new_patient(insurer=BLUE, birth_date=born)
    service = plan.book(patient, [Line("99213")], ["J06.9"], day=born - timedelta(days=31))
    plan.plant(service, "date-before-birth", 1, f"born {born.isoformat()}")


@plants
def after_the_patient_died(plan: Plan) -> None:
    died = plan.as_of - timedelta(days=90)
    patient = plan.new_patient(ages=(70, 84), insurer=MEDICARE, died_on=died)
    service = plan.book(patient, [Line("93000")], ["I48.91"], about="Heart")
    plan.plant(service, "date-after-death", 1, f"died {died.isoformat()}")


@plants
def an_end_before_its_beginning(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("97112", 1, "Modifiers: GP")], ["R26.89"])
    service.about = "Therapy"
    service.lines[0].until = service.day - timedelta(days=10)
    plan.plant(service, "date-range-backwards", 1, "ends ten days before it begins")


@plants
def long_past_the_deadline(plan: Plan) -> None:
    day = plan.as_of - timedelta(days=500)
    service = plan.book(plan.regular(), [Line("99214")], ["I10"], day=day)
    plan.plant(service, "timely-filing", None, "still a draft after 500 days")


# Insurance.


@plants
def an_insurance_that_had_ended(plan: Plan) -> None:
    patient = plan.new_patient(ages=(30, 60), insurer=ACME)
    ended = plan.as_of - timedelta(days=120)
    then = replace(plan.policy(BLUE), since=ended + timedelta(days=1))
    patient = plan.with_policies(patient, replace(patient.policies[0], until=ended), then)
    service = plan.book(patient, [Line("99213")], ["E55.9"])
    plan.plant(
        service, "not-covered-on-day", None, f"ended {ended.isoformat()}; another insurance began"
    )


@plants
def an_insurance_that_had_not_begun(plan: Plan) -> None:
    patient = plan.new_patient(ages=(30, 60), insurer=BLUE)
    since = plan.as_of.replace(day=1)
    patient = plan.with_policies(patient, replace(patient.policies[0], since=since))
    day = since - timedelta(days=24)
    service = plan.book(patient, [Line("99212")], ["K21.9"], day=day)
    plan.plant(service, "not-covered-on-day", None, f"began {since.isoformat()}")


@plants
def no_insurance_named(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("99213")], ["I10"])
    service.policy = None
    plan.plant(service, "member-id-missing", None, "no insurance on the service")


@plants
def no_medicare_number(plan: Plan) -> None:
    patient = plan.new_patient(ages=(67, 84), insurer=MEDICARE)
    wrong = "1SO4-TE5-MK7"
    patient = plan.with_policies(patient, replace(patient.policies[0], member_id=wrong))
    service = plan.book(patient, [Line("93000")], ["I10"], about="Heart")
    # Where no table knows Medicare's form, `medicare-member-id-form` finds it.
    plan.plant(service, "member-id-form", None, f"{wrong} is no Medicare number")


@plants
def a_number_of_another_form(plan: Plan) -> None:
    patient = plan.new_patient(ages=(30, 60), insurer=BLUE)
    wrong = patient.policies[0].member_id[:-2]
    patient = plan.with_policies(patient, replace(patient.policies[0], member_id=wrong))
    service = plan.book(patient, [Line("99212")], ["E03.9"], pending=False)
    plan.plant(service, "member-id-form", None, f"{wrong} is two digits short")


# Diagnoses.


@plants
def a_heading_for_a_diagnosis(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("83036")], [HEADINGS[0]], about="Laboratory")
    plan.plant(service, "diagnosis-not-billable", None, f"{HEADINGS[0]} has codes below it")


@plants
def an_international_code(plan: Plan) -> None:
    """The list that GNU Health comes with is the WHO's, and a clinic picks from it."""
    service = plan.book(
        plan.regular(), [Line("97110", 2, "Modifiers: GP")], [HEADINGS[1]], about="Therapy"
    )
    plan.plant(service, "diagnosis-not-billable", None, f"{HEADINGS[1]} has codes below it")


@plants
def a_code_of_the_international_list_alone(plan: Plan) -> None:
    # Invoiced some weeks ago, and yet on a day for which there is a list of codes.
    day = plan.as_of - timedelta(days=75)
    service = plan.book(plan.regular(), [Line("99213")], [NOT_AMERICAN], day=day, pending=False)
    plan.plant(service, "diagnosis-unknown", None, f"{NOT_AMERICAN} is not in ICD-10-CM")


@plants
def a_manifestation_first(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("99214")], [MANIFESTATION, UNDERLYING])
    plan.plant(service, "diagnosis-code-first-order", None, f"{MANIFESTATION} before {UNDERLYING}")


@plants
def a_diagnosis_of_men(plan: Plan) -> None:
    patient = plan.new_patient(sex="f", ages=(50, 64))
    service = plan.book(patient, [Line("99213")], [OF_MEN])
    plan.plant(service, "diagnosis-sex", None, f"{OF_MEN} for a woman")


@plants
def no_diagnosis(plan: Plan) -> None:
    service = plan.book(plan.regular(), [Line("93306")], [], about="Heart")
    plan.plant(service, "diagnosis-missing", None, "no evaluation names a diagnosis")
