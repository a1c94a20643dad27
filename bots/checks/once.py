"""What many checks ask of one claim, one after another, is worked out once.

Only the last answer is kept, and only while the very same object is asked about: a claim never
changes, and no second claim's answer is ever looked for. This file holds no check.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from bots.claims import Case, Claim
from bots.codesets import CodeSets

R = TypeVar("R")


def once_a_claim(work: Callable[[Claim], R]) -> Callable[[Claim], R]:
    """Decorate what depends on nothing but the claim."""
    last: tuple[Claim, R] | None = None

    @wraps(work)
    def answer(claim: Claim) -> R:
        nonlocal last
        known = last  # another thread may put its own in the place
        if known is None or known[0] is not claim:
            known = last = claim, work(claim)
        return known[1]

    return answer


def once_a_case(work: Callable[[Case, CodeSets], R]) -> Callable[[Case, CodeSets], R]:
    """Decorate what depends on nothing but the case and the tables."""
    last: tuple[Case, CodeSets, R] | None = None

    @wraps(work)
    def answer(case: Case, codesets: CodeSets) -> R:
        nonlocal last
        known = last
        if known is None or known[0] is not case or known[1] is not codesets:
            known = last = case, codesets, work(case, codesets)
        return known[2]

    return answer
