"""What of a planned service the bots' own reader reads: what stands on the screens it opens.

`on_screen.py` maps all that any of GNU Health's screens shows; docs/gnuhealth.md says what of it
is not read, and stands in `Claim.unseen`.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from gnuhealth.on_screen import as_case, as_claim
from gnuhealth.plan import CLINIC, DOCTORS, Plan, Service

from bots.claims import Case, Claim, Coverage, Facility, Patient, Provider, Role
from bots.portals.gnuhealth_screens import UNSEEN


def read_as(service: Service) -> Claim:
    """The claim as it is to be read."""
    whole = as_claim(service)
    people, doctors = whole.patient, (DOCTORS[service.doctor], DOCTORS[0])
    named = [f"{doctor.last_name}, {doctor.first_name}" for doctor in doctors]
    return replace(
        whole,
        facility=Facility("", CLINIC),
        patient=Patient(
            people.record_number, people.last_name, people.first_name, people.birth_date,
            people.sex, people.died_on,
        ),
        coverage=Coverage("", whole.coverage.payer_name, whole.coverage.member_id),
        providers=(
            Provider(Role.BILLING, CLINIC),
            Provider(Role.RENDERING, named[0]),
            Provider(Role.ORDERING, named[1]),
        ),
        lines=tuple(replace(line, charge=Decimal(0)) for line in whole.lines),
        total_charge=None,
        place_of_service="",
        submitted_on=None,
        unseen=UNSEEN,
    )  # fmt: skip


def as_read_case(plan: Plan, service: Service) -> Case:
    """The same as a case: with the patient's other services of the day, the insurance's days."""
    others = tuple(read_as(other) for other in others_of_the_day(plan, service))
    return replace(as_case(plan, service), claim=read_as(service), history=others)


def others_of_the_day(plan: Plan, service: Service) -> list[Service]:
    """The patient's other services of the days of this one, drafts first, the newest on top."""
    days = [service.day]
    days += [day for line in service.lines for day in (line.since, line.until) if day]
    others = [
        other
        for other in plan.services
        if other is not service
        and other.patient == service.patient
        and min(days) <= other.day <= max(days)
    ]
    return sorted(others, key=lambda other: (not other.invoiced, other.name), reverse=True)
