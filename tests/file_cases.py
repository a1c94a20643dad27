"""Cases for the tests of files: one small claim, and any claim (hypothesis)."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bots.claims import (
    Administration,
    Case,
    Claim,
    ClaimType,
    Coverage,
    Diagnosis,
    DiagnosisKind,
    Documentation,
    Facility,
    NoteHeading,
    Order,
    Patient,
    ProcedureEntry,
    Provider,
    ProviderRecord,
    Role,
    ServiceLine,
    Sex,
)


def small_case(number: str = "C1") -> Case:
    claim = Claim(
        number=number,
        type=ClaimType.PROFESSIONAL,
        facility=Facility("MAIN"),
        patient=Patient("MRN1", "Sample", "Sam", date(1980, 2, 29), Sex.MALE),
        coverage=Coverage("P1", "Payer One", "M1", "MB"),
        providers=(Provider(Role.BILLING, "Office", "1234567893"),),
        diagnoses=(Diagnosis(1, "E11.9", DiagnosisKind.PRINCIPAL),),
        lines=(
            ServiceLine(
                1, "99213", Decimal("80.00"), service_date=date(2026, 9, 1), pointers=(1,)
            ),
        ),
        total_charge=Decimal("80.00"),
    )
    return Case(claim, date(2026, 9, 30))


_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
_days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
_amounts = st.decimals(0, 99999, places=2, allow_nan=False, allow_infinity=False)
_maybe_day = st.none() | _days


def _numbered(cls: type, field: str, **given: Any) -> st.SearchStrategy[Any]:
    """A tuple of `cls`, each with its own number."""
    return st.lists(st.builds(dict, **given), max_size=3).map(
        lambda rows: tuple(cls(**{field: n, **row}) for n, row in enumerate(rows, start=1))
    )


def _all_text(cls: type) -> dict[str, Any]:
    return {entry.name: _text for entry in fields(cls) if entry.type == "str"}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any case that our JSON may say."""
    records = st.builds(
        ProviderRecord, active_from=_maybe_day, active_to=_maybe_day, **_all_text(ProviderRecord)
    )
    claims = st.builds(
        Claim,
        type=st.sampled_from(ClaimType),
        facility=st.builds(Facility, **_all_text(Facility)),
        patient=st.builds(
            Patient, birth_date=_maybe_day, sex=st.sampled_from(Sex), **_all_text(Patient)
        ),
        coverage=st.builds(Coverage, **_all_text(Coverage)),
        providers=st.lists(
            st.builds(
                Provider, role=st.sampled_from(Role), record=st.none() | records,
                **_all_text(Provider),
            ), max_size=2,
        ).map(tuple),
        diagnoses=_numbered(
            Diagnosis, "position", code=_text, kind=st.sampled_from(DiagnosisKind),
            present_on_admission=_text,
        ),
        lines=_numbered(
            ServiceLine, "number", charge=_amounts, units=_amounts,
            modifiers=st.lists(_text, max_size=4).map(tuple), service_date=_maybe_day,
            service_date_end=_maybe_day, pointers=st.lists(st.integers(1, 12)).map(tuple),
            ndc_quantity=st.none() | _amounts, **_all_text(ServiceLine),
        ),
        total_charge=st.none() | _amounts,
        on_hold=st.booleans(),
        condition_codes=st.lists(_text, max_size=2).map(tuple),
        unknown_fields=st.lists(st.tuples(_text, _text), max_size=2).map(tuple),
        lines_edited=st.none() | st.booleans(),
        **{entry.name: _maybe_day for entry in fields(Claim) if entry.type == "date | None"},
        **_all_text(Claim),
    )  # fmt: skip
    seen = st.builds(
        Documentation,
        encounter=_text,
        orders=st.lists(
            st.builds(Order, ordered_on=_days, signed=st.booleans(), **_all_text(Order)),
            max_size=1,
        ).map(tuple),
        procedures=st.lists(
            st.builds(
                ProcedureEntry, performed_on=_days, units=_amounts, signed=st.booleans(),
                minutes=st.none() | st.integers(0, 999), **_all_text(ProcedureEntry),
            ), max_size=1,
        ).map(tuple),
        administrations=st.lists(
            st.builds(
                Administration, given_on=_days, units=_amounts, signed=st.booleans(),
                **_all_text(Administration),
            ), max_size=1,
        ).map(tuple),
        notes=st.lists(
            st.builds(NoteHeading, written_on=_days, signed=st.booleans(),
                      **_all_text(NoteHeading)),
            max_size=1,
        ).map(tuple),
    )  # fmt: skip
    return Case(
        draw(claims),
        draw(_days),
        draw(st.none() | st.lists(claims, max_size=1).map(tuple)),
        draw(st.none() | seen),
    )
