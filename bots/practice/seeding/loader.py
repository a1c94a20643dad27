"""Put visits into the portal's database, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction

from bots.practice.billing.models import (
    Administration,
    Claim,
    ClaimEvent,
    ClaimNote,
    Encounter,
    Facility,
    NoteHeading,
    Order,
    Patient,
    Payer,
    ProcedureEntry,
    ProviderRecord,
    ServiceLine,
    Witness,
)
from bots.practice.seeding.drafts import Draft, Visit
from bots.practice.seeding.people import FACILITIES, PAYERS, STRANGER, World

_EVERYTHING: tuple[type[models.Model], ...] = (
    ClaimEvent, ClaimNote, ServiceLine, Order, ProcedureEntry, Administration, NoteHeading, Claim,
    Encounter, Patient, ProviderRecord, Payer, Facility,
)  # fmt: skip
_AT_ONCE = 400


def load(world: World, visits: Sequence[Visit]) -> None:
    """Replace what the portal holds with these visits. The witness starts empty after it.

    The witness's triggers are lifted for the load: seeding is no write by anybody.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    with transaction.atomic():
        with connection.cursor() as cursor:
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        emptied: tuple[type[models.Model], ...] = (*_EVERYTHING, Witness)
        for model in emptied:
            with connection.cursor() as cursor:
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
        _fill(world, visits)
        with connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)


def _fill(world: World, visits: Sequence[Visit]) -> None:
    facilities = {
        row.code: Facility(id=n, code=row.code, name=row.name, state=row.state)
        for n, row in enumerate(FACILITIES, 1)
    }
    payers = {
        row.payer_id: Payer(
            id=n, payer_id=row.payer_id, name=row.name, filing_indicator=row.filing_indicator
        )
        for n, row in enumerate((*PAYERS, STRANGER), 1)
    }
    records = {
        row.record_id: ProviderRecord(
            id=n, record_id=row.record_id, name=row.name, npi=row.npi, npi_type=row.npi_type,
            taxonomy=row.taxonomy, specialty=row.specialty, active_from=row.active_from,
            active_to=row.active_to,
        )
        for n, row in enumerate(world.records, 1)
    }  # fmt: skip
    patients = {
        row.record_number: Patient(
            id=n, record_number=row.record_number, last_name=row.last_name,
            first_name=row.first_name, birth_date=row.birth_date, sex=row.sex,
            address=row.address, city=row.city, state=row.state, postal_code=row.postal_code,
        )
        for n, row in enumerate(world.patients, 1)
    }  # fmt: skip
    rows: dict[type[models.Model], list[Any]] = {model: [] for model in _EVERYTHING}
    rows[Facility], rows[Payer] = list(facilities.values()), list(payers.values())
    rows[ProviderRecord], rows[Patient] = list(records.values()), list(patients.values())
    for number, visit in enumerate(visits, 1):
        patient = patients[visit.patient.record_number].pk
        rows[Encounter].append(
            Encounter(id=number, number=visit.number, patient_id=patient, day=visit.day)
        )
        _documentation(rows, visit, number)
        for draft in visit.claims:
            claim = len(rows[Claim]) + 1
            rows[Claim].append(
                Claim(
                    id=claim, encounter_id=number, patient_id=patient,
                    facility_id=facilities[draft.facility.code].pk,
                    payer_id=payers[draft.payer.payer_id].pk,
                    **_claim(draft), **_providers(draft, records),
                )
            )  # fmt: skip
            _lines(rows, draft, claim)
            for happened in draft.history:
                rows[ClaimEvent].append(
                    ClaimEvent(
                        claim_id=claim, at=happened.at, who=happened.who, what=happened.what,
                        detail=happened.detail,
                    )
                )  # fmt: skip
    for model in reversed(_EVERYTHING):
        _insert(model, rows[model])


def _insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Plain executemany: bulk_create builds one long statement a batch, and is slower."""
    if not rows:
        return
    fields = [
        field
        for field in model._meta.concrete_fields
        if not (field.primary_key and rows[0].pk is None)
    ]
    marks = ", ".join(["%s"] * len(fields))
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
                for row in rows
            ],
        )


def _claim(draft: Draft) -> dict[str, Any]:
    return {
        "number": draft.number,
        "type": draft.type,
        "queue": draft.queue,
        "status": draft.status,
        "on_hold": draft.on_hold,
        "hold_reason": draft.hold_reason,
        "member_id": draft.member_id,
        "group_number": draft.group_number,
        "diagnoses": " ".join(draft.diagnoses),
        "place_of_service": draft.place_of_service,
        "bill_type": draft.bill_type,
        "authorization": draft.authorization,
        "statement_from": draft.statement_from,
        "statement_through": draft.statement_through,
        "discharge_status": draft.discharge_status,
        "condition_codes": " ".join(draft.condition_codes),
        "total_charge": draft.total,
        "coder": draft.coder,
        "created_on": draft.created_on,
        "submitted_on": draft.submitted_on,
        "service_from": min(line.service_date for line in draft.lines),
    }


def _providers(draft: Draft, records: dict[str, ProviderRecord]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for role, provider in draft.providers.items():
        found[f"{role}_name"], found[f"{role}_npi"] = provider.name, provider.npi
        if role in {"billing", "rendering"}:
            found[f"{role}_taxonomy"] = provider.taxonomy
        if provider.record:
            found[f"{role}_record_id"] = records[provider.record.record_id].pk
    return found


def _lines(rows: dict[type[models.Model], list[Any]], draft: Draft, claim: int) -> None:
    for number, line in enumerate(draft.lines, 1):
        rows[ServiceLine].append(
            ServiceLine(
                claim_id=claim, number=number, revenue_code=line.revenue_code,
                procedure=line.procedure, modifiers=" ".join(line.modifiers),
                service_date=line.service_date, service_date_end=line.service_date_end,
                place_of_service=line.place_of_service,
                pointers=" ".join(str(p) for p in line.pointers), units=line.units,
                charge=line.charge, ndc=line.ndc, ndc_quantity=line.ndc_quantity,
                ndc_unit=line.ndc_unit, description=line.description,
            )
        )  # fmt: skip


def _documentation(
    rows: dict[type[models.Model], list[Any]], visit: Visit, encounter: int
) -> None:
    for order in visit.orders:
        rows[Order].append(
            Order(encounter_id=encounter, number=order.number, code=order.code,
                  ordered_on=order.on, ordered_by_npi=order.by, signed=order.signed)
        )  # fmt: skip
    for entry in visit.entries:
        rows[ProcedureEntry].append(
            ProcedureEntry(encounter_id=encounter, number=entry.number, code=entry.code,
                           performed_on=entry.on, units=entry.units, minutes=entry.minutes,
                           performed_by_npi=entry.by, signed=entry.signed)
        )  # fmt: skip
    for given in visit.given:
        rows[Administration].append(
            Administration(encounter_id=encounter, number=given.number, code=given.code,
                           ndc=given.ndc, given_on=given.on, units=given.units, dose=given.dose,
                           route=given.route, signed=given.signed)
        )  # fmt: skip
    for heading in visit.headings:
        rows[NoteHeading].append(
            NoteHeading(encounter_id=encounter, title=heading.title, written_on=heading.on,
                        author_npi=heading.by, signed=heading.signed)
        )  # fmt: skip


def counts(visits: Iterable[Visit]) -> dict[str, int]:
    """How much there is."""
    drafts = [draft for visit in visits for draft in visit.claims]
    return {
        "claims": len(drafts),
        "pending": sum(draft.queue == "pending" for draft in drafts),
        "historical": sum(draft.queue == "historical" for draft in drafts),
        "lines": sum(len(draft.lines) for draft in drafts),
    }
