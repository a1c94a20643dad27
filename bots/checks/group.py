"""Who counts as one physician: the same person, or one of the same group and specialty.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, sections 30.6.5 and
30.6.7.A. The group is the billing provider, the specialty the rendering provider's taxonomy.
This file holds no check.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.day import (
    Beside,
    biller,
    coded_lines,
    other_bills,
    performer,
)
from bots.claims import Case, Claim, Role
from bots.codesets import CodeSets


def is_same_physician(claim: Claim, other: Claim) -> bool:
    """The same performer, or the same billing provider and the same known specialty."""
    who = performer(claim)
    if who and who == performer(other):
        return True
    group, specialty = biller(claim), _specialty(claim)
    return bool(group and specialty) and (group, specialty) == (biller(other), _specialty(other))


def lines_of_the_group(case: Case, *, denied: bool = False) -> Iterator[Beside]:
    """Coded lines of this claim and of the group's other claims of the patient.

    Left out: claims that are one bill with this one, of another type, and, unless `denied`,
    claims that the payer denied.
    """
    claim = case.claim
    for line, day in coded_lines(claim):
        yield Beside(claim, line, day)
    for other in other_bills(case, denied=denied):
        if other.type is claim.type and is_same_physician(claim, other):
            for line, day in coded_lines(other):
                yield Beside(other, line, day)


def has_ptp_edit(codesets: CodeSets, one: Beside, other: Beside) -> bool:
    """Whether the two are already the NCCI family's: a pair of one performer in its table."""
    table = codesets.ptp_practitioner
    if table is None or performer(one.claim) != performer(other.claim):
        return False
    return table.relates(one.line.procedure, other.line.procedure)


def _specialty(claim: Claim) -> str:
    provider = claim.provider(Role.RENDERING) or claim.provider(Role.BILLING)
    return provider.specialty if provider is not None else ""
