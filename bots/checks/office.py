"""What the office wrote down about its payers and facilities: the rows for one line's day.

This file holds no check; `payer_rule`, `facility_rule`, `authorization` and `clia` ask here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.claims import Case
from bots.codesets import CodeSets
from bots.codesets.rows import OfficeRule


def rules_of(
    case: Case, codesets: CodeSets, owner: str, rule: str, code: str, on: date
) -> Iterator[OfficeRule]:
    """The rows of one rule in force on a day for a code, of the claim's payer or facility.

    A row for "*" holds for every payer, facility or code; where the payer or facility has a
    row of its own for the code, the row for all is not asked.
    """
    table = codesets.office_rule
    if table is None:
        return
    claim = case.claim
    who = claim.coverage.payer_id if owner == "payer" else claim.facility.code
    own = [
        row
        for row in (table.rows(owner, who, rule) if who else ())
        if row.code in (code, "*") and row.holds_on(on)
    ]
    shared = [
        row for row in table.rows(owner, "*", rule) if row.code in (code, "*") and row.holds_on(on)
    ]
    yield from own or shared
