"""`pre-bill` and `look-back` as a Control Room runs them, at a portal, with a real browser."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from runs.office import TODAY, Office, an_office
from tasks.control_room import BIRTH_DATE, Ran, leaks, run_task

pytestmark = pytest.mark.night

NOBODY = "CL9999999"  # a claim that the portal does not have


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office at a portal whose every patient is marked."""
    with an_office(tmp_path_factory.mktemp("tasks") / "demo", claims=100) as made:
        with portal_tables(made) as base, base:
            base.execute(
                "UPDATE billing_patient SET last_name = 'CANARYLAST', first_name = 'CANARYFIRST',"
                f" birth_date = '{BIRTH_DATE}', address = '1 CANARYROAD'"
            )
            base.execute("UPDATE billing_claim SET member_id = 'CANARYMEMBER'")
        yield made


def portal_tables(office: Office) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(office.server.data / "practice.sqlite3"))


def claims_in(office: Office, queue: str) -> list[str]:
    """The queue's claims, the newest first: not those that the canary looks at."""
    with portal_tables(office) as base:
        rows = base.execute(
            "SELECT number FROM billing_claim WHERE queue = ? ORDER BY id DESC", (queue,)
        )
        return [number for (number,) in rows]


def at_the_portal(task: str, office: Office, folder: Path, claims: list[str]) -> Ran:
    """Run a task over these claims; no patient may stand in anything that the runner keeps."""
    payload = {"portal": "practice", "as_of": TODAY, "claims": claims}
    ran = run_task(
        task, [{"payload": payload, "files": {}}], folder, environment=office.environment
    )
    assert ran.exit == 0, ran.said
    assert (folder / "log" / "log.html").stat().st_size > 100_000
    assert leaks(folder / "log", ran.said) == set()
    assert leaks(folder / "items-out", (folder / "watch" / "released").read_text()) == set()
    return ran


def failed(ran: Ran) -> list[tuple[str, str]]:
    return sorted((item["type"], item["code"]) for item in ran.outputs)


def report_of(office: Office, ran: Ran) -> str:
    (run,) = {item["run"] for item in ran.outputs}
    return (office.root / "reports" / run / "report.html").read_text()


def test_pre_bill_corrects_what_it_may_and_gives_back_each_claim_that_failed(office, tmp_path):
    right = next(
        truth["claim"]
        for truth in office.truths(**{"class": "auto"})
        if truth["claim"] in claims_in(office, "pending")
    )
    other = next(number for number in claims_in(office, "pending") if number != right)
    office.practice("faults", "set", "F28", f"claim={other}")  # shows another claim than asked

    ran = at_the_portal("pre_bill", office, tmp_path, [right, other, NOBODY])

    assert failed(ran) == [("BUSINESS", "NOT_FOUND"), ("BUSINESS", "WRONG_RECORD")]
    assert ran.released == [("COMPLETED", None)]
    assert office.saves(right) == 1
    report = report_of(office, ran)
    assert all(number in report for number in (right, other, NOBODY))


def test_look_back_gives_a_claim_whose_screen_has_changed_back_as_application(office, tmp_path):
    changed = claims_in(office, "historical")[0]
    office.practice("faults", "set", "F25", f"claim={changed}", "field=member_id", "how=removed")

    ran = at_the_portal("look_back", office, tmp_path, [changed])

    assert failed(ran) == [("APPLICATION", "ELEMENT_MISSING")]
    assert changed in report_of(office, ran)
    assert office.saves(changed) == 0


def test_a_run_that_is_stopped_gives_its_work_item_back(office, tmp_path):
    """So that a Control Room tries it again; nothing was done."""
    office.practice("faults", "set", "F73")  # the maintenance page

    ran = run_task(
        "pre_bill", [{"payload": {"portal": "practice"}, "files": {}}], tmp_path,
        environment=office.environment,
    )  # fmt: skip

    ((state, why),) = ran.released
    assert (state, why["type"], why["code"]) == ("FAILED", "APPLICATION", "RUN_STOPPED")
    assert "ended early" in why["message"]
