"""What a claim shows, by the names that specimens use, and whether it is typed as it should be."""

from __future__ import annotations

import re
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from bots.claims import CLAIM_FIELDS, LINE_FIELDS, Claim, value_of

_LINE = re.compile(r"line (\d+) (\w+)")


def shown(claim: Claim, name: str) -> str | None:
    """The value that a claim has under a name of the specimens; None where there is no such."""
    found = _LINE.fullmatch(name)
    try:
        if found and found[2] in LINE_FIELDS:
            return value_of(claim, found[2], int(found[1]))
        if name in CLAIM_FIELDS:
            return value_of(claim, name)
        value: Any = claim.line(int(found[1])) if found else claim
        for step in (found[2] if found else name).split("."):
            value = getattr(value, step)
    except (KeyError, ValueError, AttributeError):
        return None
    return as_text(value)


def as_text(value: Any) -> str:
    """A value as specimens write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, tuple):
        return " ".join(as_text(part) for part in value)
    return str(value)


def untyped(value: Any, at: str = "") -> str | None:
    """The first field below `value` that holds another type than it is declared with, or None."""
    for name, kind in typing.get_type_hints(type(value)).items():
        if name not in {entry.name for entry in fields(value)}:
            continue
        where = f"{at}.{name}" if at else name
        wrong = _wrong(getattr(value, name), kind, where)
        if wrong is not None:
            return wrong
    return None


def _wrong(value: Any, kind: Any, at: str) -> str | None:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        tried = [_wrong(value, one, at) for one in inner]
        return None if None in tried else tried[0]
    if origin is tuple:
        if not isinstance(value, tuple):
            return at
        kinds = inner[:1] * len(value) if inner[-1:] == (Ellipsis,) else inner
        pairs = zip(value, kinds, strict=False)
        return next(filter(None, (_wrong(one, each, at) for one, each in pairs)), None)
    if kind is not bool and isinstance(value, bool):
        return at
    if not isinstance(value, kind):
        return at
    return untyped(value, at) if is_dataclass(value) else None
