"""Defects, one file an edit family. Each planting function takes a clean visit and spoils it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from bots.practice.seeding.defects.variant import Variant


@cache
def variants() -> dict[str, tuple[Variant, ...]]:
    """Every variant there is, by family; found by looking at the files beside this one."""
    found: dict[str, list[Variant]] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        if module.name == "variant":
            continue
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, Variant):
                found.setdefault(value.family, []).append(value)
    return {family: tuple(values) for family, values in found.items()}
