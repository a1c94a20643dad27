"""A claim as a few hundred bytes and back, several times as quickly as pickle does it.

What is not needed to look across claims is left out: who the patient is; the key says that. For
each class of `bots.claims` two functions are written, from its own fields, when this module is
loaded: one makes a tuple of plain values of an object, one an object of such a tuple. So a field
that is added there is packed here, and a test says whether it comes back.
"""

from __future__ import annotations

import marshal
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from bots.claims import Claim, Patient
from bots.files.quick import quick
from bots.files.x12_values import remember

_Known = dict[str, Any]


def pack(claim: Claim) -> bytes:
    """The claim without its patient."""
    return marshal.dumps(_flat(claim))


def unpack(packed: bytes, patient: Patient) -> Claim:
    """The claim again, with a patient.

    Args:
        packed: what `pack` gave, and nobody can have changed: it was sealed.
    """
    return _whole(marshal.loads(packed), patient)


_amounts: dict[str, Decimal] = {}


def _amount(text: str) -> Decimal:
    known = _amounts.get(text)
    return known if known is not None else remember(_amounts, text, Decimal(text))


def _written(cls: type, known: _Known) -> None:
    """Put `flat_Cls` and `whole_Cls` into `known`, and those of the classes inside it."""
    name = cls.__name__
    if f"flat_{name}" in known:
        return
    hints = get_type_hints(cls)
    names = [entry.name for entry in fields(cls) if hints[entry.name] is not Patient]
    there = ", ".join(_flattened(hints[field], f"x.{field}", known) for field in names)
    parts = ", ".join(names)
    again = ", ".join(
        "whose_claim"
        if hints[entry.name] is Patient
        else _made_again(hints[entry.name], entry.name)
        for entry in fields(cls)
    )
    whose = ", whose_claim" if len(names) < len(fields(cls)) else ""
    known[f"new_{name}"] = quick(cls)
    # As dataclasses writes an __init__.
    exec(f"def flat_{name}(x): return ({there},)", known)
    exec(
        f"def whole_{name}(packed{whose}):\n ({parts},) = packed\n return new_{name}({again})",
        known,
    )


def _flattened(hint: Any, value: str, known: _Known) -> str:
    """An expression for `value`, of that type, as marshal knows it."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = _flattened(_without_none(hint), value, known)
        return f"(None if {value} is None else {inner})"
    if get_origin(hint) is tuple:
        part = get_args(hint)[0]
        inner = _flattened(part, "y", known)
        return value if inner == "y" else f"tuple([{inner} for y in {value}])"
    if is_dataclass(hint):
        _written(cast(type, hint), known)
        return f"flat_{cast(type, hint).__name__}({value})"
    if issubclass(hint, StrEnum):
        known[f"word_{hint.__name__}"] = hint._value2member_map_
        return f"{value}._value_"
    return {Decimal: f"str({value})", date: f"{value}.toordinal()"}.get(hint, value)


def _made_again(hint: Any, value: str) -> str:
    """The expression that undoes `_flattened`."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = _made_again(_without_none(hint), value)
        return value if inner == value else f"(None if {value} is None else {inner})"
    if get_origin(hint) is tuple:
        inner = _made_again(get_args(hint)[0], "y")
        return value if inner == "y" else f"tuple([{inner} for y in {value}])"
    if is_dataclass(hint):
        return f"whole_{cast(type, hint).__name__}({value})"
    if issubclass(hint, StrEnum):
        return f"word_{hint.__name__}[{value}]"
    return {Decimal: f"as_amount({value})", date: f"as_day({value})"}.get(hint, value)


def _without_none(hint: Any) -> Any:
    return next(part for part in get_args(hint) if part is not type(None))


_functions: _Known = {"as_amount": _amount, "as_day": date.fromordinal}
_written(Claim, _functions)
_flat: Callable[[Claim], tuple[Any, ...]] = _functions["flat_Claim"]
_whole: Callable[[tuple[Any, ...], Patient], Claim] = _functions["whole_Claim"]
