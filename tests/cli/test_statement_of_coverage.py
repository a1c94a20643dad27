"""What `claimbots check` says it could not answer, with any one table of an office taken away.

No finding may be lost in silence: a check that spoke with the table and is mute without it stands
in the claim's statement of coverage, which names the table.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.checks.catalogue import by_id
from bots.checks.needs import PARTS, tables_of
from bots.cli.main import app
from bots.codesets.importing import take
from bots.codesets.tables import FORMS
from bots.practice.seeding import TODAY, generate
from bots.practice.seeding.json_claims import write_json_claims
from bots.practice.seeding.tables import write_tables

SIDES = ("practitioner", "outpatient", "supplier", None)
TABLES = sorted(FORMS.keys() - {"icd10pcs", "denial_code"})  # those that the practice office has


@dataclass(frozen=True)
class Said:
    """What was found and what was not answered, by claim; and what people read."""

    found: dict[str, set[str]]
    missing: dict[str, dict[str, str]]
    told: str


@dataclass(frozen=True)
class Office:
    """The claims and the tables as files, and a data folder for each set of tables."""

    root: Path

    def without(self, table: str = "") -> Path:
        """A data folder in which every table is but one."""
        data = self.root / f"without-{table}"
        if not data.exists():
            source = shutil.copytree(self.root / "tables", self.root / f"tables-{table}")
            if table:
                (source / f"{table}.csv").unlink()
            take([source], data / "codesets")
        return data

    def check(self, data: Path, *options: str) -> Said:
        done = CliRunner().invoke(
            app,
            ["check", str(self.root / "claims.jsonl"), "--json", *options],
            env={"CLAIMBOTS_DATA": str(data)},
        )
        assert done.exit_code in (0, 1), done.output
        claims = [json.loads(line) for line in done.stdout.splitlines()]
        return Said(
            {claim["claim"]: {f["check"] for f in claim["findings"]} for claim in claims},
            {
                claim["claim"]: {n["check"]: n["missing"] for n in claim["not_evaluated"]}
                for claim in claims
            },
            done.stderr,
        )


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    root = tmp_path_factory.mktemp("office")
    write_tables(root / "tables", 1)
    season = generate(150, 4, defect_rate=0.9)
    write_json_claims(root / "claims.jsonl", season.visits, TODAY)
    return Office(root)


@pytest.fixture(scope="module")
def whole(office: Office) -> Said:
    return office.check(office.without())


def asks(check: str, table: str) -> bool:
    """Whether a check needs a table, on whatever side."""
    needs = by_id()[check].needs
    return any(need.startswith(table) for side in SIDES for need in tables_of(needs, side))


@pytest.mark.parametrize("table", TABLES)
def test_without_a_table_no_finding_is_lost_in_silence_and_the_rest_is_found(office, whole, table):
    now = office.check(office.without(table))

    lost = [(claim, check) for claim, checks in whole.found.items()
            for check in checks - now.found[claim]]  # fmt: skip
    silent = [entry for entry in lost if entry[1] not in now.missing[entry[0]]]
    assert silent == []
    for claim, check in lost:
        assert now.missing[claim][check].startswith(table), (claim, check)
    if any(asks(check, table) for checks in whole.found.values() for check in checks):
        assert lost
        assert f"{table}: no table imported" in now.told or f"{table}_" in now.told

    assert now.found.keys() == whole.found.keys()
    for claim, checks in now.found.items():
        for check in checks:
            needed = by_id()[check].needs
            assert not any(need == table for need in needed if need not in PARTS), (claim, check)
        untouched = {c for c in whole.found[claim] if not asks(c, table)}
        mute = {c for c, missing in now.missing[claim].items() if missing.startswith(table)}
        assert untouched - checks <= mute, claim


def test_people_read_on_how_many_claims_and_what_to_do(office):
    said = office.check(office.without("mue"))

    concerned = sum(
        any(missing.startswith("mue_") for missing in claim.values())
        for claim in said.missing.values()
    )
    lines = [line for line in said.told.splitlines() if "mue_" in line]
    assert lines
    counted = sum(int(line.split(" on ")[1].split()[0]) for line in lines)
    assert counted == concerned
    assert "tables are missing: `claimbots doctor` says what to do" in said.told
    assert "synthetic tables: for practice only" in said.told
