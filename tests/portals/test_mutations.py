"""A sample of `make mutations`: the portal's screens changed by program, and no wrong write."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest
from practice.visiting import Portal as PortalFolder

from bots.ledger import Ledger
from bots.portals import pages_editor, tab
from bots.portals.session import Session

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from mutation_oracle import Meant, verdict
from mutation_tables import tables
from running_mutations import Bench as RunningBench
from running_portals import Practice
from saved_mutations import Bench
from saved_screens import Wire

SEED, COUNT = 5, 300
RECORD = {"version": "1", "member_id": "A", "frequency_code": "1"}


def wire(to: str = "/claims/C1/edit/", **sent: str) -> Wire:
    entries = RECORD | {"action": "save"} | sent
    return Wire(f"http://portal{to}", "post", tuple(entries.items()))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (wire(member_id="B"), "right"),
        (wire(), "nothing"),
        (wire(member_id="B", version="9"), "nothing"),
        (wire(member_id="C"), "other fields: member_id"),
        (wire(frequency_code="7"), "other fields: frequency_code"),
        (wire(member_id="B", frequency_code="7"), "other fields: frequency_code, member_id"),
        (wire("/claims/C2/edit/", member_id="B"), "sent to another claim (edit)"),
        (wire("/claims/C1/release/", member_id="B"), "another act: release"),
        (wire(member_id="B", action="recalculate"), "the total was recalculated"),
    ],
)
def test_the_verdict_is_the_portals_own_rule(sent: Wire, words: str):
    assert verdict(sent, Meant("C1", "edit", {"member_id": "B"}), RECORD) == words


@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.asyncio(loop_scope="session")
async def test_of_300_changed_screens_none_is_written_wrong(session: Session, monkeypatch):
    monkeypatch.setattr(
        pages_editor, "press", pages_editor.press
    )  # put back what the bench replaces
    monkeypatch.setattr(tab, "_PATIENCE", 0.0)
    bench = await Bench.prepared(session, most=12)
    cases = [await bench.one(Random(SEED * 1_000_003 + n), n) for n in range(COUNT)]

    assert not [case for case in cases if case["write"] == "wrong"]
    # The bench does what it is for: some are written, some refused, some read, some repaired.
    for outcome, least in {"right": 50, "refused": 20}.items():
        assert sum(case["write"] == outcome for case in cases) > least
    assert sum(case["repair"] == "right" for case in cases) > 10
    assert "**0 wrong.**" in tables(cases, SEED)
    assert {case["kind"] for case in cases} >= {"rename a label", "swap two labels", "hide"}


@pytest.mark.browser
@pytest.mark.night
@pytest.mark.timeout(600)
@pytest.mark.asyncio(loop_scope="session")
async def test_of_some_changes_of_the_running_portal_none_is_written_wrong(
    session: Session, portal: PortalFolder, ledger: Ledger
):
    database = portal.data / "practice.sqlite3"
    bench = await RunningBench.prepared(session, Practice.at(database), ledger, most=6)
    cases = []
    try:
        for number in range(24):
            cases.append(await bench.one(Random(SEED * 7_000_003 + number), number))
    finally:
        await bench.changing.end(session._context)

    made = [case for case in cases if case]
    assert len(made) >= 6
    assert not [case for case in made if case["write"] == "wrong"]
    assert any(case["write"] == "right" for case in made)
    assert any(case["write"] in ("refused", "not begun") for case in made)
