"""Sections of procedure codes, given by their first and last code. This file holds no check."""

from __future__ import annotations

from functools import lru_cache

Ranges = tuple[tuple[str, str], ...]


@lru_cache(100_000)
def is_in(code: str, ranges: Ranges) -> bool:
    """Whether a code stands in a section; a code of another shape than its bounds does not.

    0001A to 0999A and 0001T to 0999T enclose no code that ends in a digit.
    """
    return any(first <= code <= last and _shape(code) == _shape(first) for first, last in ranges)


def _shape(code: str) -> tuple[str, str]:
    first, last = code[:1], code[-1:]
    return (first if first.isalpha() else "", last if last.isalpha() else "")
