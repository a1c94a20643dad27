"""Sections of procedure codes, given by their first and last code. This file holds no check."""

from __future__ import annotations

from functools import lru_cache

Ranges = tuple[tuple[str, str], ...]

ANESTHESIA_CODES = ("00100", "01999")
SURGERY_CODES = ("10004", "69990")
IMAGING_CODES = ("70010", "79999")
LABORATORY_CODES = ("80047", "89398")
INFUSION_CODES = ("96360", "96549")
THERAPY_CODES = ("97010", "97799")
DRUG_CODES = ("J0000", "J9999")
VISIT_CODES = (("92002", "92014"), ("99202", "99499"), ("G0402", "G0402"), ("G0438", "G0439"))


@lru_cache(100_000)
def is_in(code: str, ranges: Ranges) -> bool:
    """Whether a code stands in a section; a code of another shape than its bounds does not.

    0001A to 0999A and 0001T to 0999T enclose no code that ends in a digit.
    """
    return any(first <= code <= last and _shape(code) == _shape(first) for first, last in ranges)


def _shape(code: str) -> tuple[str, str]:
    first, last = code[:1], code[-1:]
    return (first if first.isalpha() else "", last if last.isalpha() else "")
