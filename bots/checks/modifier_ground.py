"""What the checks of modifiers ask again and again: codes by section, places, severity.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 23, addendum (fee schedule
indicators); ch. 26, section 10.5 (places of service). This file holds no check.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from bots.checks.code_ranges import VISIT_CODES, is_in
from bots.checks.day import is_professional, lines_with
from bots.checks.findings import Severity
from bots.claims import Case, Claim, Role, ServiceLine
from bots.codesets import CodeSets, FeeIndicators

# Where the hospital furnishes and bills what is no physician's own work: off campus, inpatient,
# on campus, emergency department.
HOSPITAL = frozenset({"19", "21", "22", "23"})
REMOTE = frozenset({"02", "10"})

_REMEMBERED = 50_000  # codes and days


def medicare_severity(case: Case) -> Severity:
    """Error where Medicare or Medicaid pays by these rules; a warning for another payer."""
    return Severity.ERROR if case.claim.coverage.is_ncci_bound else Severity.WARNING


@lru_cache(_REMEMBERED)
def fee_row(codesets: CodeSets, code: str, day: date) -> FeeIndicators | None:
    """The code's own row of the fee schedule on a day; remembered, for most claims ask again."""
    assert codesets.mpfs is not None
    return codesets.mpfs.find(code, "", on=day)


def fee_rows(
    case: Case, codesets: CodeSets, *modifiers: str
) -> Iterator[tuple[ServiceLine, date, FeeIndicators]]:
    """Lines of an 837P with the code's own row of the day; only those with a modifier named."""
    if not is_professional(case):
        return
    for line, day in lines_with(case.claim, modifiers):
        row = fee_row(codesets, line.procedure, day)
        if row is not None:
            yield line, day, row


def in_hospital(claim: Claim) -> bool:
    """Whether anything of the claim was done where the hospital furnishes it."""
    return claim.place_of_service in HOSPITAL or any(
        line.place_of_service in HOSPITAL for line in claim.lines
    )


def is_visit(code: str) -> bool:
    """Whether the code is of evaluation and management, eye visits and Medicare's included."""
    return is_in(code, VISIT_CODES)


def taxonomy_of(claim: Claim, role: Role) -> str:
    """The taxonomy that the claim or the linked record gives; empty where neither does."""
    provider = claim.provider(role)
    return provider.specialty if provider is not None else ""


def performer_taxonomy(claim: Claim) -> str:
    """The specialty of who did it: the rendering provider's, else the billing provider's."""
    return taxonomy_of(claim, Role.RENDERING) or taxonomy_of(claim, Role.BILLING)


def is_surgery_center(claim: Claim) -> bool:
    """Whether an ambulatory surgical center bills (taxonomy 261QA1903X, or modifier SG)."""
    if taxonomy_of(claim, Role.BILLING) == "261QA1903X":
        return True
    return any("SG" in line.modifiers for line in claim.lines)
