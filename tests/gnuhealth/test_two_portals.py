"""One command over two portals that have nothing in common: one protocol, one report."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from gnuhealth.office import set_up
from gnuhealth.plan import AS_OF
from gnuhealth.portal import a_clinic
from runs.office import an_office

pytestmark = [pytest.mark.gnuhealth, pytest.mark.timeout(1800)]
PRACTICE = """
  practice:
    kind: practice
    address: {address}
    credential: practice
"""


def test_the_facilities_of_both_stand_side_by_side(tmp_path: Path) -> None:
    with an_office(tmp_path / "practice", 60) as practice, a_clinic() as clinic:
        office = set_up(tmp_path / "office", clinic)
        portals = office.root / "config" / "portals.yaml"
        entry = PRACTICE.format(address=practice.server.address)
        portals.write_text(portals.read_text("utf-8") + entry, "utf-8")
        people = json.loads(practice.practice("people"))
        biller = next(person for person in people if person["username"] == "biller")
        typed = f"biller\n{biller['password']}\n{biller['seed']}\n"
        assert office.claimbots("credentials", "set", "practice", typed=typed).returncode == 0

        done = office.claimbots(
            "run", "--portal", "gnuhealth", "--portal", "practice", "--queue", "pending",
            "--limit", "4", "--shadow", "--as-of", AS_OF.isoformat(), "--json",
        )  # fmt: skip

        assert done.returncode == 0, done.stderr
        *each, together = [json.loads(line) for line in done.stdout.splitlines()]
        assert [entry["counts"]["claims"] for entry in each] == [4, 4]
        assert together["runs"] == [entry["run"] for entry in each]
        rows = csv.reader(next(_tables(together["report"], "ummary")).open(encoding="utf-8"))
        by_facility = {row[1]: row[2] for row in rows if row[0] == "By facility"}
    assert "Northfield Clinic" in by_facility
    assert by_facility.keys() & _facilities(practice.server.data)
    assert len(set(by_facility.values())) == 1  # of one part of the report


def _tables(report: str, name: str) -> Iterator[Path]:
    return Path(report).parent.rglob(f"*{name}*.csv")


def _facilities(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "practice.sqlite3")) as portal:
        return {name for (name,) in portal.execute("SELECT name FROM billing_facility")}
