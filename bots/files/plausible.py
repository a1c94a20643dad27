"""What no claim can be, in whatever form it came: refused where it is read.

Everything else that is wrong with a claim is a check's business, not a reader's.
"""

from __future__ import annotations

from collections import Counter

from bots.claims import Claim
from bots.files.unread import UnfitError


def plausible(claim: Claim, at: str) -> None:
    """Look over a claim that was read.

    Raises:
        UnfitError: an amount or a count below zero, or a line or diagnosis numbered twice.
    """
    if claim.total_charge is not None and claim.total_charge < 0:
        raise UnfitError(f"{at}.total_charge", _BELOW_ZERO)
    for index, line in enumerate(claim.lines):
        for field, amount in (
            ("charge", line.charge),
            ("units", line.units),
            ("ndc_quantity", line.ndc_quantity),
        ):
            if amount is not None and amount < 0:
                raise UnfitError(f"{at}.lines[{index}].{field}", _BELOW_ZERO)
    _no_number_twice([line.number for line in claim.lines], f"{at}.lines")
    _no_number_twice([entry.position for entry in claim.diagnoses], f"{at}.diagnoses")


_BELOW_ZERO = "is below zero; to take a charge back, send the claim with frequency code 7 or 8"


def _no_number_twice(numbers: list[int], at: str) -> None:
    for number, times in Counter(numbers).items():
        if times > 1:
            raise UnfitError(at, f"number {number} is used {times} times; number each entry once")
