"""One run at GNU Health, and what its own database, its own history and our log say of it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from gnuhealth.office import Office, set_up
from gnuhealth.portal import SERVICE, Clinic, a_clinic
from gnuhealth.users import BOT

pytestmark = [pytest.mark.gnuhealth, pytest.mark.timeout(3600)]
LINE = f"{SERVICE}.line"
# What Tryton keeps of each log-in and click, and nobody's data.
KEPT_BY_TRYTON = {
    "ir_session", "ir_session_wizard", "res_user_application", "res_user_device",
    "res_user_login_attempt", "ir_ui_view_tree_state", "ir_ui_view_tree_width", "ir_cache",
    "ir_ui_view_search", "ir_model_log", "sqlite_sequence", "ir_ui_view_tree_optional",
    "ir_avatar_cache",
}  # fmt: skip


@dataclass(frozen=True)
class Drug:
    """The service with a drug number that has its hyphens, and what was known of it before."""

    office: Office
    number: str
    service: int
    line: int
    events: int
    was: str = "Modifiers: JZ; NDC: 70121-3004-22 ML 1"
    mended: str = "Modifiers: JZ; NDC: 70121300422 ML 1"

    @property
    def remarks(self) -> list[str]:
        """What stands in the lines now, by the database's own answer."""
        question = (
            "SELECT remarks FROM gnuhealth_health_service_line WHERE service = ? ORDER BY id"
        )
        return [remarks for (remarks,) in self.office.clinic.ask(question, self.service)]

    @property
    def written(self) -> list[tuple[str, str, str]]:
        """What the bot has done to the service since."""
        return _written(self.office, self.service)[self.events :]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with a_clinic() as clinic:
        yield set_up(tmp_path_factory.mktemp("writing") / "office", clinic)


@pytest.fixture
def drug(office: Office) -> Drug:
    """A colleague has typed the hyphens again, where an earlier test took them out."""
    number, service = _planted(office.clinic, "ndc-hyphens")
    lines = "SELECT id FROM gnuhealth_health_service_line WHERE service = ? ORDER BY id"
    _, (line,) = office.clinic.ask(lines, service)
    again = Drug(office, number, service, line, len(_written(office, service)))
    if again.remarks[1] != again.was:
        office.clinic.log_in("clerk").write(LINE, [line], remarks=again.was)
    return again


def _planted(clinic: Clinic, defect: str) -> tuple[str, int]:
    entry = next(entry for entry in clinic.truth if entry["defect"] == defect)
    return entry["service"], entry["id"]


def _whole(clinic: Clinic) -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row of every table but Tryton's own book-keeping."""
    with closing(sqlite3.connect(f"file:{clinic.file}?mode=ro", uri=True)) as rows:
        rows.row_factory = sqlite3.Row
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name for (name,) in rows.execute(tables)]
        return {
            (name, row["id"]): dict(row)
            for name in sorted(set(names) - KEPT_BY_TRYTON)
            for row in rows.execute(f'SELECT * FROM "{name}"')
            if "id" in row.keys()  # noqa: SIM118 - a Row iterates over its values
        }


def _moved(before: dict[Any, Any], after: dict[Any, Any]) -> dict[tuple[str, Any], set[str]]:
    """The rows that differ, each with its columns; who wrote last and when is no column."""
    stamps = {"write_date", "write_uid"}
    moved = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        columns = {c for c in old.keys() | new.keys() if old.get(c) != new.get(c)} - stamps
        if columns:
            moved[key] = columns
    return moved


def _written(office: Office, service: int) -> list[tuple[str, str, str]]:
    """What GNU Health's own history says that the bot did to a service."""
    history = office.clinic.history(service)
    return [
        (event.what, event.record.split(",")[0], event.target)
        for event in history
        if event.login == BOT.login
    ]


ONE_SAVE = [("write", SERVICE, "service_line"), ("write", LINE, "remarks")]


def test_exactly_one_field_changes_and_three_books_tell_the_same(drug: Drug) -> None:
    office, before = drug.office, _whole(drug.office.clinic)
    was = drug.remarks

    assert office.counts("--claim", drug.number)["saves"] == 1
    assert office.counts("--claim", drug.number)["saves"] == 0

    assert (was[1], drug.remarks) == (drug.was, [was[0], drug.mended])
    moved = _moved(before, _whole(office.clinic))
    assert moved == {("gnuhealth_health_service_line", drug.line): {"remarks"}}
    assert drug.written == ONE_SAVE
    told = office.claimbots("audit", "show", "--claim", drug.number).stdout
    assert "70121-3004-22" in told
    assert "70121300422" in told
    assert office.claimbots("audit", "verify").returncode == 0


@pytest.mark.parametrize("place", ["editor.before_save", "editor.after_click"])
def test_a_process_killed_in_mid_save_doubles_nothing(drug: Drug, place: str) -> None:
    office = drug.office

    killed = office.run("--claim", drug.number, CLAIMBOTS_CRASH_AT=place)
    assert killed.returncode == -9, killed.stderr
    again = office.run("--claim", drug.number)

    assert again.returncode == 0, again.stdout + again.stderr
    assert drug.remarks[1] == drug.mended
    assert drug.written == ONE_SAVE
    assert office.claimbots("audit", "verify").returncode == 0


def test_an_approved_proposal_is_applied_and_history_and_log_tell_the_same(drug: Drug) -> None:
    """Where the office lets the bot only propose, what a person approved is saved, once."""
    office = drug.office
    policy = office.root / "config" / "policy.yaml"
    kept = policy.read_text("utf-8")
    policy.write_text(kept.replace("classes: {}", "classes: {ndc-hyphens: propose}"), "utf-8")
    try:
        assert office.counts("--claim", drug.number)["saves"] == 0
        assert drug.remarks[1] == drug.was
        (proposal,) = _proposals(office, "open")
        words = ("--by", "dana", "--reason", "the box says so")
        done = office.claimbots("proposals", "approve", proposal["id"], *words)
        assert done.returncode == 0, done.stderr

        assert office.counts(queue="approved")["saves"] == 1
    finally:
        policy.write_text(kept, "utf-8")

    assert drug.remarks[1] == drug.mended
    assert drug.written[-2:] == ONE_SAVE
    shown = json.loads(office.claimbots("proposals", "show", proposal["id"], "--json").stdout)
    assert shown["state"] == "applied"
    told = office.claimbots("audit", "show", "--intent", shown["applied_intent"]).stdout
    assert "70121300422" in told
    assert office.claimbots("audit", "verify").returncode == 0


def test_a_flag_is_a_note_on_the_record_and_is_written_once(office: Office) -> None:
    number, service = _planted(office.clinic, "ndc-malformed")
    before = _whole(office.clinic)

    first = office.counts("--claim", number)
    again = office.counts("--claim", number)

    assert (first["outcomes"], again["outcomes"]) == ({"flagged": 1}, {"flagged": 1})
    moved = _moved(before, _whole(office.clinic))
    assert Counter(table for table, _ in moved) == Counter({"ir_note": 1, "ir_note_read": 1})
    ((what, record, words),) = _written(office, service)
    assert (what, record) == ("created", "ir.note")
    assert "ndc-malformed" in words
    # The same story in our log: one note, under the key that stands at its beginning.
    told = office.claimbots("audit", "show", "--claim", number, "--json").stdout
    assert words.split()[0] in told

    # Behind those of others, more than the client draws at once, it is found still.
    clerk = office.clinic.log_in("clerk")
    for count in range(21):
        clerk.create("ir.note", resource=f"{SERVICE},{service}", message=f"seen, {count}")
    office.counts("--claim", number)
    assert len(_written(office, service)) == 1


def test_a_look_changes_nothing_at_all(drug: Drug) -> None:
    office, before = drug.office, _whole(drug.office.clinic)

    told = json.loads(office.run("--shadow", "--claim", drug.number).stdout.splitlines()[-1])

    assert told["counts"]["would_save"] >= 1
    assert _moved(before, _whole(office.clinic)) == {}
    assert drug.written == []


def _proposals(office: Office, state: str) -> list[dict[str, Any]]:
    told = office.claimbots("proposals", "list", "--state", state, "--json").stdout
    return [json.loads(line) for line in told.splitlines()]
