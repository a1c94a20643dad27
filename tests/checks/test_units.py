"""Units that count nothing."""

from __future__ import annotations

import pytest
from builders.claims import a_case, a_line
from builders.tables import a_procedure, code_sets

from bots.checks import review


@pytest.mark.parametrize(
    ("units", "check"),
    [
        ("1", None),
        ("0", "units-not-positive"),
        ("-1", "units-not-positive"),
        ("-0.5", "units-not-positive"),
        ("1.5", "units-fractional"),
        ("2.0", None),
    ],
)
def test_a_visit_is_counted_in_whole_units_above_zero(units, check):
    said = review(a_case([a_line(units=units)]), code_sets()).findings

    assert [f.check for f in said if f.check.startswith("units-")] == ([check] if check else [])


@pytest.mark.parametrize(
    ("code", "kind", "fires"),
    [
        ("00100", "anesthesia", False),
        ("J1885", "drug", False),
        ("A0425", "supply", False),  # mileage, in tenths
        ("A4550", "supply", True),
        ("97110", "therapy", True),
        ("97111", "", False),  # of no known kind
    ],
)
def test_time_drugs_and_miles_may_come_in_parts(code, kind, fires):
    codesets = code_sets(procedure=[a_procedure(code, kind)])

    said = review(a_case([a_line(code, units="1.5")]), codesets).findings

    assert ("units-fractional" in {f.check for f in said}) is fires
