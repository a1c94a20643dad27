"""A handful of claims for the portal's own tests: run as a script with PRACTICE_DATA set."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal

os.environ["DJANGO_SETTINGS_MODULE"] = "bots.practice.settings"


def fill(count: int = 60) -> None:
    from bots.practice.billing import models as m

    main, clinic = (
        m.Facility.objects.create(code=code, name=name)
        for code, name in (("MAIN", "Main Street Hospital"), ("EAST", "East Side Clinic"))
    )
    payer = m.Payer.objects.create(
        payer_id="PAY01", name="Synthetic Part B", filing_indicator="MB"
    )
    other = m.Payer.objects.create(payer_id="PAY02", name="Prairie Health", filing_indicator="CI")
    record = m.ProviderRecord.objects.create(
        record_id="PR001", name="Amberg, Ivo", npi="1234567893", taxonomy="207Q00000X",
        specialty="family", active_from=date(2020, 1, 1),
    )  # fmt: skip
    patients = [
        m.Patient.objects.create(
            record_number=f"MRN{n:04d}",
            last_name=f"Testperson{n}",
            first_name="Ada",
            birth_date=date(1960, 1, 1 + n % 28),
            sex="F",
            address=f"{n} Elm St",
            city="Columbus",
            state="OH",
            postal_code="43215",
        )
        for n in range(1, 11)
    ]
    for n in range(1, count + 1):
        pending = n % 3 != 0
        day = date(2026, 9, 1 + n % 28)
        patient = patients[n % 10]
        encounter = m.Encounter.objects.create(number=f"E{n:05d}", patient=patient, day=day)
        claim = m.Claim.objects.create(
            number=f"C{n:05d}", queue="pending" if pending else "historical",
            status="Ready for review" if pending else "Paid",
            facility=main if n % 2 else clinic, patient=patient, encounter=encounter,
            payer=payer if n % 4 else other, member_id=f"1EG4TE5MK{n:02d}",
            billing_name="Main Street Hospital", billing_npi="1982000005",
            rendering_name="Amberg, Ivo", rendering_npi="1234567893",
            rendering_taxonomy="207Q00000X", rendering_record=record,
            diagnoses="E11.9 I10", place_of_service="11", total_charge=Decimal(100 + n),
            coder="kp", created_on=day, service_from=day,
        )  # fmt: skip
        m.ServiceLine.objects.create(
            claim=claim, number=1, procedure="99213", modifiers="25", service_date=day,
            place_of_service="11", pointers="1 2", units=1, charge=Decimal(60),
        )  # fmt: skip
        m.ServiceLine.objects.create(
            claim=claim, number=2, procedure="J1100", service_date=day, place_of_service="11",
            pointers="1", units=4, charge=Decimal(40 + n), ndc="00641036725",
            ndc_quantity=Decimal("2.5"), ndc_unit="ML",
        )  # fmt: skip
        m.ClaimEvent.objects.create(
            claim=claim, at=datetime(2026, 9, 29, 12, tzinfo=UTC), who="kp", what="created"
        )
        m.Order.objects.create(
            encounter=encounter, number=f"O{n}", code="J1100", ordered_on=day,
            ordered_by_npi="1234567893",
        )  # fmt: skip
        m.ProcedureEntry.objects.create(
            encounter=encounter, number=f"P{n}", code="99213", performed_on=day, minutes=20
        )
        m.Administration.objects.create(
            encounter=encounter, number=f"A{n}", code="J1100", ndc="00641036725", given_on=day,
            units=4, dose="4 mg", route="IV",
        )  # fmt: skip
        m.NoteHeading.objects.create(
            encounter=encounter, title="Office visit", written_on=day, author_npi="1234567893"
        )

    m.Claim.objects.filter(number="C00060").update(
        type="institutional", bill_type="0131", statement_from=date(2026, 9, 5),
        statement_through=date(2026, 9, 7), admitted_on=date(2026, 9, 5), discharge_status="01",
        condition_codes="09", present_on_admission="Y N", attending_name="Amberg, Ivo",
        attending_npi="1234567893", place_of_service="", relationship="child",
        billing_taxonomy="282N00000X",
    )  # fmt: skip
    m.ServiceLine.objects.filter(claim__number="C00060").update(
        revenue_code="0450", place_of_service="", pointers=""
    )


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)

    from bots.practice.__main__ import keep_as_seeded
    from bots.practice.folder import here
    from bots.practice.people import ensure_people
    from bots.practice.witness import without_witness

    ensure_people()
    with without_witness():
        fill()
    keep_as_seeded(here())
