"""The official files that an office downloads, one module for each format.

A module holds one value `FORMAT`: how to know the file by its content, which documents belong
together to one release, and how to read them. `formats()` finds the modules by itself: a new
format is a new file here. What a document is stands in `document`, how columns are found in
`heading`, when a release holds in `spans`.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from bots.codesets.official.format import Format, Taken, Told

__all__ = ["Format", "Taken", "Told", "formats"]


@cache
def formats() -> tuple[Format, ...]:
    """Every format there is, in the order of their names."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        value = getattr(import_module(f"{__name__}.{module.name}"), "FORMAT", None)
        if isinstance(value, Format):
            found.append(value)
        elif isinstance(value, tuple):
            found += value
    return tuple(sorted(found, key=lambda entry: entry.name))
