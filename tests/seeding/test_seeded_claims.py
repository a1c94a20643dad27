"""The generator of synthetic claims: the same seed the same claims, and clean where it says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import simple_icd_10_cm as icd

from bots.practice.seeding import generate
from bots.practice.seeding.codes import BY_CODE, PTP
from bots.practice.seeding.diagnoses import (
    HEADERS,
    ONLY_CHILD,
    UNKNOWN,
    WITHOUT_SEVENTH,
    every_billable,
)
from bots.practice.seeding.people import npi
from bots.practice.seeding.season import write_season
from bots.practice.seeding.truth import FAMILIES


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_season(tmp_path / name, 7, 3)
    for file in ("truth.jsonl", "claims.jsonl", "tables/procedure.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_another_seed_gives_other_claims(tmp_path: Path) -> None:
    write_season(tmp_path / "one", 7, 3)
    write_season(tmp_path / "two", 8, 3)
    one, two = ((tmp_path / name / "claims.jsonl").read_bytes() for name in ("one", "two"))
    assert one != two


@pytest.mark.parametrize("code", every_billable())
def test_diagnoses_of_clean_claims_exist_and_are_billable(code: str) -> None:
    assert icd.is_valid_item(code)
    assert icd.is_leaf(code)


def test_diagnoses_that_are_planted_as_wrong_are_wrong() -> None:
    assert not any(icd.is_valid_item(code) for code in UNKNOWN)
    assert not any(icd.is_leaf(code) for code in (*HEADERS, *WITHOUT_SEVENTH))
    for header, child in ONLY_CHILD:
        assert icd.get_children(header) == [child]


@pytest.mark.parametrize("number", [1, 79, 7919, 99_999_999])
def test_npis_pass_the_luhn_check_with_prefix_80840(number: int) -> None:
    digits = [int(digit) for digit in "80840" + npi(number)]
    doubled = [d * 2 - 9 * (d > 4) if i % 2 else d for i, d in enumerate(reversed(digits))]
    assert sum(doubled) % 10 == 0


def test_every_family_is_planted_as_often_as_asked() -> None:
    planted = Counter(t.family for t in generate(0, 3, per_family=9).truths if t.kind != "echo")
    assert {family for family in FAMILIES if planted[family] < 9} == set()


def test_clean_claims_add_up_and_hold_no_pair_that_may_not_stand_together() -> None:
    pairs = [(one, two, since, until) for one, two, since, until, flag in PTP if flag != "9"]
    for visit in generate(1500, 11, defect_rate=0.0).visits:
        codes = {line.procedure for claim in visit.claims for line in claim.lines}
        assert all(BY_CODE[code].holds_on(visit.day) for code in codes)
        for claim in visit.claims:
            assert claim.total == sum(line.charge for line in claim.lines)
        assert not [
            pair
            for pair in pairs
            if {pair[0], pair[1]} <= codes
            and pair[2] <= visit.day
            and (pair[3] is None or visit.day <= pair[3])
        ]


def test_seeding_fills_the_portal_and_writes_truth_and_tables(tmp_path: Path) -> None:
    words = ["--claims", "120", "--seed", "5", "--data", str(tmp_path / "portal")]
    words += ["--truth", str(tmp_path / "truth.jsonl"), "--tables", str(tmp_path / "tables")]
    done = subprocess.run(
        [sys.executable, "-m", "bots.practice", "seed", *words],
        check=True, capture_output=True, text=True, env=os.environ | {"TZ": "UTC"},
    )  # fmt: skip
    assert json.loads(done.stdout)["claims"] >= 120
    first = json.loads((tmp_path / "truth.jsonl").read_text().splitlines()[0])
    assert {"claim", "line", "family", "field", "found", "right", "class", "severity", "also"} <= {
        *first
    }
    assert len(list((tmp_path / "tables").glob("*.csv"))) == 15
