"""No check of class auto changes a code's meaning, units, money or a modifier.

Authority: 31 U.S.C. 3729 (a claim is what the provider says was done); 45 CFR 162.410 (an NPI
names who did it). Held over every example of every page and over claims in which anything may
be wrong: what an automatic repair writes is looked at field by field.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from builders.claims import a_case, a_line, a_provider, a_record
from builders.fragments import case_of
from builders.strategies import TABLES, cases
from builders.tables import a_procedure, code_sets
from hypothesis import HealthCheck, given, settings

from bots.checks import Class, by_id, catalogue, review
from bots.checks.repairs import with_change
from bots.claims import Case, Role
from bots.codesets import CodeSets

PAGES = Path(__file__).parents[2] / "docs" / "checks"
AUTO = [check for check in catalogue() if check.at_most is Class.AUTO]
# The only fields that may be written without a person; never modifiers, units, charge, codes.
FORM = {"ndc", "diagnoses", "pointers", "total_charge", "ordering_npi", "referring_npi"}


def automatic(case: Case, codesets: CodeSets):
    """The changes of findings whose check may be automatic."""
    for finding in review(case, codesets).findings:
        if by_id()[finding.check].at_most is Class.AUTO and finding.repair is not None:
            yield finding.repair.changes


def hold(case: Case, codesets: CodeSets) -> int:
    """Look at every automatic repair of a case; how many there were."""
    seen = 0
    for changes in automatic(case, codesets):
        seen += 1
        before = after = case.claim
        for change in changes:
            assert change.field in FORM
            after = with_change(after, change)
        same_lines(before, after)
        if after.diagnoses != before.diagnoses:
            codes = [entry.code for entry in before.diagnoses]
            assert [entry.code for entry in after.diagnoses] == list(dict.fromkeys(codes))
        for old, new in zip(before.providers, after.providers, strict=True):
            assert old.npi in ("", new.npi), "an NPI that is there stays"
            assert new.npi in (old.npi, old.record.npi if old.record else old.npi)
        if after.total_charge != before.total_charge:
            lines = [ln for ln in before.lines if ln.revenue_code.lstrip("0") != "1"]
            assert after.total_charge == sum((ln.charge for ln in lines), Decimal(0))
            assert before.total_charge is not None
            assert after.total_charge < before.total_charge, "a bill never grows by itself"
    return seen


def same_lines(before, after) -> None:
    assert len(after.lines) == len(before.lines)
    meant_before = {entry.position: entry.code for entry in before.diagnoses}
    meant_after = {entry.position: entry.code for entry in after.diagnoses}
    for old, new in zip(before.lines, after.lines, strict=True):
        assert new.procedure == old.procedure
        assert new.modifiers == old.modifiers
        assert new.units == old.units
        assert new.charge == old.charge
        assert new.service_date == old.service_date
        assert new.place_of_service == old.place_of_service
        if new.ndc != old.ndc:
            assert new.ndc.isdigit()
            assert len(new.ndc) == 11
            assert [p.lstrip("0") for p in old.ndc.split("-")] == [
                part.lstrip("0") for part in (new.ndc[:5], new.ndc[5:9], new.ndc[9:])
            ]
        if new.pointers != old.pointers:
            # A pointer to nothing stays as it is: another check's finding.
            said = [meant_before.get(place, place) for place in old.pointers]
            says = [meant_after.get(place, place) for place in new.pointers]
            assert says == list(dict.fromkeys(said))


@pytest.mark.parametrize("check", catalogue(), ids=lambda check: check.id)
def test_of_no_page_does_an_automatic_repair_change_what_the_claim_says(check):
    page = (PAGES / f"{check.id}.md").read_text(encoding="utf-8")
    for block in re.findall(r"```json\n(.*?)```", page, re.S):
        hold(*case_of(json.loads(block)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_of_no_claim_does_an_automatic_repair_change_what_it_says(case):
    hold(case, TABLES)


def test_the_look_is_not_blind():
    """Each kind of automatic repair is seen at least once."""
    ndc = a_line("J1885", ndc="0069-0123-45", ndc_quantity=Decimal(1), ndc_unit="ML")
    ordering = a_provider(Role.ORDERING, "", record=a_record())
    tables = code_sets(
        procedure=[
            a_procedure("J1885", "drug", needs_ndc=True),
            a_procedure("71046", "imaging", needs_order=True),
        ]
    )

    assert hold(a_case([ndc]), tables)
    assert hold(a_case(diagnoses=["I10", "J06.9", "I10"]), tables)
    assert hold(a_case(total_charge=Decimal("500.00")), tables)
    assert hold(a_case([a_line("71046")], providers=[ordering]), tables)
    assert {check.family for check in AUTO} <= {"ndc", "diagnosis", "totals", "provider"}
