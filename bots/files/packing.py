"""A claim as a few hundred bytes and back, many times as quickly as pickle does by itself.

What is not needed to look across claims is left out: who the patient is; the key says that.
Only the words of `bots.claims` come
back out: no other class is loaded, whatever the bytes say.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from copyreg import dispatch_table
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, cast

from bots import claims
from bots.claims import Claim, Patient
from bots.files.quick import quick

_PARTS: tuple[type, ...] = (
    claims.Facility,
    claims.Coverage,
    claims.Provider,
    claims.ProviderRecord,
    claims.Diagnosis,
    claims.ServiceLine,
    claims.ClaimCode,
    claims.InpatientProcedure,
    claims.OtherPayer,
)
_WORDS: tuple[type[StrEnum], ...] = (
    claims.ClaimType,
    claims.Sex,
    claims.Role,
    claims.DiagnosisKind,
)
_names = [entry.name for entry in fields(Claim)]
_values_of = attrgetter(*_names)
_new_claim = quick(Claim)
_PATIENT = _names.index("patient")


def pack(claim: Claim) -> bytes:
    """The claim without its patient."""
    out = io.BytesIO()
    pickler = pickle.Pickler(out, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    values = list(_values_of(claim))
    values[_PATIENT] = None
    pickler.dump(values)
    return out.getvalue()


def unpack(packed: bytes, patient: Patient) -> Claim:
    """The claim again, with a patient."""
    values = _Unpickler(io.BytesIO(packed)).load()
    values[_PATIENT] = patient
    return _new_claim(*values)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """What makes a part of a claim; for any other name a `KeyError`."""
        return _MAKERS[module, name]


def _reducer(cls: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    values = attrgetter(*(entry.name for entry in fields(cast(Any, cls))))
    return lambda part: (cls, values(part))


_REDUCERS = {
    **dispatch_table,
    **{cls: _reducer(cls) for cls in _PARTS},
    **{cls: (lambda word: (type(word), (word.value,))) for cls in _WORDS},
}
_MAKERS: dict[tuple[str, str], Callable[..., Any]] = {
    **{(cls.__module__, cls.__name__): quick(cls) for cls in _PARTS},
    **{(cls.__module__, cls.__name__): cls._value2member_map_.__getitem__ for cls in _WORDS},
    ("datetime", "date"): date,
    ("decimal", "Decimal"): Decimal,
}
