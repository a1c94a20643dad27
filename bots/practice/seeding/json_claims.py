"""The same claims as JSON Lines in the form of docs/claim.schema.json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bots.practice.seeding.drafts import Draft, RecordRow, Visit
from bots.practice.seeding.institutional_drafts import (
    Bill,
    complete,
    on_line,
    record_of,
)

_EDITS = {"line changed", "line removed", "line added"}


def write_json_claims(path: Path, visits: Iterable[Visit], as_of: date) -> int:
    """Write every claim with its patient's day and documentation; how many were written."""
    count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for visit in visits:
            record: dict[str, Any] | None = record_as_json(visit)
            claims = [complete(claim_as_json(draft), draft) for draft in visit.claims]
            if isinstance(visit.claim, Bill):
                record = record_of(visit.claim)
            for place, claim in enumerate(claims):
                case = {
                    "claim": claim,
                    "history": claims[:place] + claims[place + 1 :],
                    "documentation": record,
                    "as_of": as_of.isoformat(),
                }
                file.write(json.dumps(case, separators=(",", ":")) + "\n")
                count += 1
    return count


def append_cases(path: Path, cases: Iterable[dict[str, Any]]) -> None:
    """Write more cases behind those that a file has."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(case, separators=(",", ":")) + "\n" for case in cases)


def claim_as_json(draft: Draft) -> dict[str, Any]:
    """A claim in the form of docs/claim.schema.json."""
    patient, payer = draft.patient, draft.payer
    return {
        "number": draft.number,
        "type": draft.type,
        "facility": {
            "code": draft.facility.code,
            "name": draft.facility.name,
            "state": draft.facility.state,
        },
        "patient": {
            "record_number": patient.record_number,
            "last_name": patient.last_name,
            "first_name": patient.first_name,
            "birth_date": _day(patient.birth_date),
            "sex": patient.sex,
            "address": patient.address,
            "city": patient.city,
            "state": patient.state,
            "postal_code": patient.postal_code,
        },
        "coverage": {
            "payer_id": payer.payer_id,
            "payer_name": payer.name,
            "member_id": draft.member_id,
            "filing_indicator": payer.filing_indicator,
            "group_number": draft.group_number,
        },
        "providers": [
            {
                "role": role,
                "name": provider.name,
                "npi": provider.npi,
                "taxonomy": provider.taxonomy,
                "record": _record(provider.record),
            }
            for role, provider in draft.providers.items()
            if provider.name or provider.npi or provider.record
        ],
        "diagnoses": [
            {"position": place, "code": code, "kind": "principal" if place == 1 else "other"}
            for place, code in enumerate(draft.diagnoses, start=1)
        ],
        "lines": [
            {
                "number": number,
                "procedure": line.procedure,
                "charge": _amount(line.charge),
                "units": _amount(line.units),
                "modifiers": line.modifiers,
                "service_date": _day(line.service_date),
                "service_date_end": _day(line.service_date_end),
                "place_of_service": line.place_of_service,
                "pointers": line.pointers,
                "revenue_code": line.revenue_code,
                "ndc": line.ndc,
                "ndc_quantity": None if line.ndc_quantity is None else _amount(line.ndc_quantity),
                "ndc_unit": line.ndc_unit,
                "description": line.description,
                **on_line(line),
            }
            for number, line in enumerate(draft.lines, start=1)
        ],
        "total_charge": _amount(draft.total),
        "status": draft.status,
        "on_hold": draft.on_hold,
        "place_of_service": draft.place_of_service,
        "bill_type": draft.bill_type,
        "statement_from": _day(draft.statement_from),
        "statement_through": _day(draft.statement_through),
        "discharge_status": draft.discharge_status,
        "condition_codes": draft.condition_codes,
        "authorization": draft.authorization,
        "coder": draft.coder,
        "created_on": _day(draft.created_on),
        "submitted_on": _day(draft.submitted_on),
        "version": "1",
        "not_shown": [
            "accident",
            "admission_source",
            "admission_type",
            "clia",
            "drg",
            "inpatient_procedures",
            "occurrence_spans",
            "occurrences",
            "operating",
            "other_payers",
            "service_facility",
            "unit",
            "values",
        ],
        "lines_edited": any(entry.what in _EDITS for entry in draft.history),
    }


def _record(record: RecordRow | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "record_id": record.record_id,
        "name": record.name,
        "npi": record.npi,
        "npi_type": record.npi_type,
        "taxonomy": record.taxonomy,
        "active_from": _day(record.active_from),
        "active_to": _day(record.active_to),
    }


def record_as_json(visit: Visit) -> dict[str, Any]:
    """The record of a visit in the same form."""
    return {
        "encounter": visit.number,
        "orders": [
            {
                "number": row.number,
                "code": row.code,
                "ordered_on": _day(row.on),
                "ordered_by_npi": row.by,
                "signed": row.signed,
            }
            for row in visit.orders
        ],
        "procedures": [
            {
                "number": row.number,
                "code": row.code,
                "performed_on": _day(row.on),
                "units": _amount(row.units),
                "minutes": row.minutes,
                "performed_by_npi": row.by,
                "signed": row.signed,
            }
            for row in visit.entries
        ],
        "administrations": [
            {
                "number": row.number,
                "code": row.code,
                "ndc": row.ndc,
                "given_on": _day(row.on),
                "units": _amount(row.units),
                "dose": row.dose,
                "route": row.route,
                "signed": row.signed,
            }
            for row in visit.given
        ],
        "notes": [
            {
                "title": row.title,
                "written_on": _day(row.on),
                "author_npi": row.by,
                "signed": row.signed,
            }
            for row in visit.headings
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _amount(amount: Decimal) -> str:
    return f"{amount:f}"
