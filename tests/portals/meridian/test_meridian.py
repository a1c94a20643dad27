"""A portal that the product has never seen: one file of Python and one of selectors, and it is
read, corrected, flagged and read back by the commands that an office types."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from portals.meridian.office import Meridian

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent


def not_evaluated(at: Meridian) -> set[str]:
    with sqlite3.connect(at.office / "data" / "store.sqlite3") as store:
        return {
            missing for (missing,) in store.execute("select missing from store_notevaluatedrow")
        }


@pytest.mark.night
def test_its_claims_are_read_and_what_it_has_no_place_for_is_not_evaluated(meridian: Meridian):
    told = meridian.run("--shadow")["counts"]

    assert told["claims"] == 40
    assert told["would_save"] == 20
    assert "the portal does not show lines.modifiers" in not_evaluated(meridian)
    assert meridian.query("select * from saved") == []


@pytest.mark.night
def test_it_is_corrected_once_flagged_once_and_the_log_tells_the_same(meridian: Meridian):
    before = dict(meridian.query("select invoice || '-' || place, ndc from item"))
    right = {key: ndc.replace("-", "") for key, ndc in before.items()}
    open_ones = {no for (no,) in meridian.query("select no from invoice where state = 'Open'")}
    wanted = {key: right[key] if key[:7] in open_ones else before[key] for key in before}

    for _ in range(2):
        assert meridian.run()["counts"]["claims"] == 40

    assert dict(meridian.query("select invoice || '-' || place, ndc from item")) == wanted
    saves = meridian.query("select invoice, count(*) from saved where what != 'remark' group by 1")
    assert len(saves) == 20
    assert {count for _, count in saves} == {1}
    remarks = meridian.query(
        "select invoice, count(*) from saved where what = 'remark' group by 1"
    )
    assert remarks == [("MV-0004", 1), ("MV-0005", 1)]  # what they point to is for a person
    assert meridian.claimbots("audit", "verify").returncode == 0


def test_it_takes_no_more_than_the_tutorial_promises():
    assert len((HERE / "meridian.py").read_text().splitlines()) <= 150
