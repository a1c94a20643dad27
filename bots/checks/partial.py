"""A case of a portal that has no place for some fields: to read one of those is to be told so.

A check that finds no modifier where none can be shown would be wrong, and one that finds none
and is silent would be wrong, too. So on such a case every check runs on copies that raise where
an unseen field is read, and what raised is not evaluated.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import Any, TypeVar, cast

from bots.claims import Case, Claim

Fact = TypeVar("Fact")
_NESTED = {"lines", "patient", "coverage", "facility", "providers", "diagnoses"}


class NotShown(Exception):
    """A field was read for which the portal has no place; its text is the field's path."""


def only_what_is_seen(case: Case) -> Case:
    """The same case; to read a field that its claims name in `unseen` raises `NotShown`."""
    history = case.history
    return replace(
        case,
        claim=_partial(case.claim),
        history=None if history is None else tuple(_partial(claim) for claim in history),
    )


def _partial(claim: Claim) -> Claim:
    top = frozenset(path for path in claim.unseen if "." not in path)
    copied: dict[str, Any] = {}
    for name in _NESTED - top:
        inner = frozenset(
            path.partition(".")[2] for path in claim.unseen if path.startswith(f"{name}.")
        )
        value = getattr(claim, name)
        if inner and isinstance(value, tuple):
            copied[name] = tuple(_copy(one, inner, f"{name}.") for one in value)
        elif inner:
            copied[name] = _copy(value, inner, f"{name}.")
    return _copy(claim, top, "", **copied)


def _copy(fact: Fact, unseen: frozenset[str], prefix: str, **other: object) -> Fact:
    """The fact as an instance of a class whose unseen fields raise."""
    kind: type[Any] = _kind(cast(Any, type(fact)), unseen, prefix)
    copy: Any = object.__new__(kind)
    for field in fields(cast(Any, fact)):
        value = other.get(field.name, getattr(fact, field.name))
        object.__setattr__(copy, field.name, value)
    return cast(Fact, copy)


@cache
def _kind(of: type, unseen: frozenset[str], prefix: str) -> type:
    def get(self: object, name: str) -> object:
        if name in unseen:
            raise NotShown(prefix + name)
        return object.__getattribute__(self, name)

    # Two copies are the same only if they are one: to compare them would read the unseen.
    return type(
        of.__name__,
        (of,),
        {
            "__slots__": (),
            "__getattribute__": get,
            "__eq__": object.__eq__,
            "__hash__": object.__hash__,
        },
    )
