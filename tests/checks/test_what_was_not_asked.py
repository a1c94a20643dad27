"""The statement of coverage: whoever finds something by a table says so when the table is gone.

Of every check the claim of its page that it fires on is reviewed again, once without each table
and each part of the case that the check needs, once with a table that does not reach its day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders.fragments import case_of
from builders.pages import example

from bots.checks import Check, catalogue, review
from bots.checks.needs import PARTS, ncci_side, tables_of
from bots.claims import Case
from bots.codesets import CodeSets
from bots.codesets.rows import TABLES

NEEDY = [check for check in catalogue() if check.needs]
ENDED = date(2001, 12, 31)


def said_of(check: Check, case: Case, codesets: CodeSets) -> tuple[bool, set[str]]:
    """Whether the check found something, and what it says that it lacked."""
    found = review(case, codesets)
    return (
        check.id in {finding.check for finding in found.findings},
        {entry.missing for entry in found.not_evaluated if entry.check == check.id},
    )


@pytest.mark.parametrize("check", NEEDY, ids=lambda check: check.id)
def test_a_check_that_would_find_something_says_which_table_it_lacked(check):
    case, codesets = case_of(example(check, "A claim that fires"))
    tables = tables_of(check.needs, ncci_side(case))
    for table in tables:
        assert said_of(check, case, replace(codesets, **{table: None})) == (
            False,
            {f"{table}: no table imported"},
        )
        past = replace(getattr(codesets, table), until=ENDED)
        found, lacked = said_of(check, case, replace(codesets, **{table: past}))
        assert not found
        assert {entry.split(":")[0] for entry in lacked} == {table}
        assert all("no table for 20" in entry for entry in lacked), "it names the quarter"
    for part in set(check.needs) & set(PARTS):
        assert said_of(check, replace(case, **{part: None}), codesets) == (False, {PARTS[part]})


def test_every_table_that_there_is_silences_some_check_or_is_only_read_for_worth():
    asked = {table for check in NEEDY for side in SIDES for table in tables_of(check.needs, side)}

    assert set(TABLES) - asked == {"denial_code", "icd10pcs", "fee"}


SIDES = ("practitioner", "outpatient", "supplier")
