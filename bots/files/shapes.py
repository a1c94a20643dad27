"""Frozen dataclasses to JSON and back, strictly, and the JSON Schema of both.

One form for every type: a date is text "YYYY-MM-DD", a time of a day "YYYY-MM-DDTHH:MM"; a
decimal is text ("12.34", never a JSON number, which is binary and would round money); a tuple
is an array; an enumeration is its value. A field with a default may be left out; a key that no
field has is refused.
"""

from __future__ import annotations

import difflib
import re
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from bots.files.unread import UnfitError

T = TypeVar("T")

DATE = r"^(18[5-9]\d|19\d\d|20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
MOMENT = DATE[:-1] + r"T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
DECIMAL = r"^-?\d{1,13}(\.\d{1,6})?$"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# The first and the last year that a date in a claim can have.
YEARS = (1850, 2099)


def read_object(cls: type[T], value: object, at: str) -> T:
    """Build `cls` from a JSON object.

    Args:
        cls: a dataclass whose fields are of the types named above.
        value: what the JSON said.
        at: the path of `value`, for the error.

    Raises:
        UnfitError: a field is missing, unknown or of another form; names its path, never a value.
    """
    if not isinstance(value, Mapping):
        raise UnfitError(at, f"is {_kind(value)}; write an object here")
    known = {entry.name: entry for entry in fields(cast(Any, cls))}
    for key in value:
        if key not in known:
            raise UnfitError(at, _unknown(str(key), list(known)))
    hints = _hints(cast(type, cls))
    filled: dict[str, object] = {}
    for name, entry in known.items():
        if name in value:
            filled[name] = _read(hints[name], value[name], f"{at}.{name}")
        elif _required(entry):
            raise UnfitError(f"{at}.{name}", "is missing; a claim cannot be read without it")
    return cls(**filled)


def write_object(value: object) -> Any:
    """The JSON form of a dataclass, or of a value inside one."""
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: write_object(getattr(value, entry.name)) for entry in fields(value)}
    match value:
        case tuple():
            return [write_object(part) for part in value]
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return value


def schema_of(cls: type, defs: dict[str, Any]) -> dict[str, Any]:
    """A reference to the JSON Schema of `cls`; the definition itself is added to `defs`."""
    if cls.__name__ not in defs:
        defs[cls.__name__] = {}  # claimed first: a type may hold itself
        hints = _hints(cls)
        named = fields(cast(Any, cls))
        defs[cls.__name__] = {
            "type": "object",
            "description": (cls.__doc__ or "").strip().splitlines()[0],
            "properties": {entry.name: _schema(hints[entry.name], defs) for entry in named},
            "required": [entry.name for entry in named if _required(entry)],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{cls.__name__}"}


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _required(entry: Field[Any]) -> bool:
    return entry.default is MISSING and entry.default_factory is MISSING


def _read(hint: Any, value: object, at: str) -> object:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return None if value is None else _read(inner[0], value, at)
    if get_origin(hint) is tuple:
        return _read_tuple(get_args(hint), value, at)
    if is_dataclass(hint):
        return read_object(cast(type, hint), value, at)
    if issubclass(hint, StrEnum):
        return _read_word(hint, value, at)
    return _PLAIN[hint](value, at)


def _read_tuple(parts: tuple[Any, ...], value: object, at: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise UnfitError(at, f"is {_kind(value)}; write an array here")
    if parts[-1] is Ellipsis:
        read = tuple(_read(parts[0], item, f"{at}[{n}]") for n, item in enumerate(value))
        return read if is_dataclass(parts[0]) else _same(parts[0], read)
    if len(value) != len(parts):
        raise UnfitError(at, f"has {len(value)} parts; write {len(parts)}")
    return tuple(
        _read(hint, item, f"{at}[{n}]")
        for n, (hint, item) in enumerate(zip(parts, value, strict=True))
    )


def _read_word(words: type[StrEnum], value: object, at: str) -> StrEnum:
    try:
        return words(cast(str, value))
    except ValueError:
        right = ", ".join(word.value for word in words)
        raise UnfitError(at, f"is none of the words allowed here; use one of: {right}") from None


# Codes, numbers, units and days repeat from claim to claim: one copy of each is smaller to hold
# and faster to compare.
_SHORT = 12
_ALIKE = 20_000


@lru_cache(_ALIKE)
def _same(kind: type, value: tuple[object, ...]) -> tuple[object, ...]:
    return value


_amount = lru_cache(_ALIKE)(Decimal)
_day = lru_cache(_ALIKE)(date.fromisoformat)


def _text(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise UnfitError(at, f"is {_kind(value)}; write it as text, in quotes")
    if CONTROL.search(value):
        raise UnfitError(at, "holds a control character; write plain text")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise UnfitError(at, "holds half a character (a lone surrogate); write plain text")
    return sys.intern(value) if len(value) <= _SHORT else value


def _number(value: object, at: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnfitError(at, f"is {_kind(value)}; write a whole number without quotes")
    if abs(value) > 999_999:
        raise UnfitError(at, "is too large a number")
    return value


def _yes_or_no(value: object, at: str) -> bool:
    if not isinstance(value, bool):
        raise UnfitError(at, f"is {_kind(value)}; write true or false")
    return value


def _decimal(value: object, at: str) -> Decimal:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise UnfitError(
            at, 'is a JSON number, which may round; write it as text, such as "12.34"'
        )
    if not isinstance(value, str) or not re.match(DECIMAL, value, re.ASCII) or "\n" in value:
        raise UnfitError(at, 'is no amount; write it as text, such as "12.34"')
    return _amount(value)


def _date(value: object, at: str) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise UnfitError(at, "is no date; write it as text YYYY-MM-DD")
    try:
        day = _day(value)
    except ValueError:
        raise UnfitError(at, "is a day that no calendar has; write it as YYYY-MM-DD") from None
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise UnfitError(at, f"lies outside the years {YEARS[0]} to {YEARS[1]}; correct the year")
    return day


def _moment(value: object, at: str) -> datetime:
    if not isinstance(value, str) or not re.match(MOMENT, value, re.ASCII) or "\n" in value:
        raise UnfitError(at, "is no time of a day; write it as text YYYY-MM-DDTHH:MM")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise UnfitError(at, "is a day that no calendar has") from None


_PLAIN: dict[Any, Callable[[object, str], object]] = {
    str: _text,
    int: _number,
    bool: _yes_or_no,
    Decimal: _decimal,
    date: _date,
    datetime: _moment,
}

_PLAIN_SCHEMA: dict[Any, dict[str, Any]] = {
    str: {
        "type": "string",
        "pattern": "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$",
    },
    int: {"type": "integer", "minimum": -999_999, "maximum": 999_999},
    bool: {"type": "boolean"},
    Decimal: {"type": "string", "pattern": DECIMAL},
    date: {"type": "string", "format": "date", "pattern": DATE},
    datetime: {"type": "string", "pattern": MOMENT},
}


def _schema(hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    if get_origin(hint) in (Union, types.UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return {"anyOf": [_schema(inner, defs), {"type": "null"}]}
    if get_origin(hint) is tuple:
        parts = get_args(hint)
        if parts[-1] is Ellipsis:
            return {"type": "array", "items": _schema(parts[0], defs)}
        return {
            "type": "array",
            "prefixItems": [_schema(part, defs) for part in parts],
            "minItems": len(parts),
            "maxItems": len(parts),
        }
    if is_dataclass(hint):
        return schema_of(cast(type, hint), defs)
    if issubclass(hint, StrEnum):
        return {"enum": [word.value for word in hint]}
    return dict(_PLAIN_SCHEMA[hint])


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "known are: " + ", ".join(known)
    shown = key if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,40}", key) else "(not a name)"
    return f"has an unknown field {shown}; {hint}"


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "an array"
    return "an object"
