"""Reading a claim in a real browser, and what each fault of a screen leads to."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from practice.visiting import Portal

from bots.claims import ClaimRef, Role
from bots.errors import Problem
from bots.portals.base import (
    ElementMissing,
    NotAllowed,
    NotFound,
    PortalError,
    PortalFault,
    SessionEnded,
    Unreadable,
    WrongRecord,
)
from bots.portals.looking import looking
from bots.portals.screen import Seen
from bots.portals.session import Session

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
AS_OF = date(2026, 9, 30)


def ref(number: str) -> ClaimRef:
    return ClaimRef("practice", number, "pending")


def children() -> list[int]:
    """The processes that this one started."""
    tasks = Path("/proc/self/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def cmdline(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


async def opened(session: Session, number: str):
    return await (await session.reader()).open(ref(number), AS_OF)


async def test_a_claim_is_read_whole_with_its_documentation_and_no_other_claim(session: Session):
    case = await opened(session, "C00001")
    claim = case.claim
    assert (claim.number, claim.status, claim.lines_edited) == (
        "C00001",
        "Ready for review",
        False,
    )
    assert [line.procedure for line in claim.lines] == ["99213", "J1100"]
    assert claim.lines[1].ndc_quantity == Decimal("2.5")
    assert claim.total_charge == Decimal("101.00")
    assert claim.provider(Role.RENDERING).record.active_from == date(2020, 1, 1)
    assert case.documentation is not None
    assert case.documentation.administrations[0].dose == "4 mg"
    assert case.history == ()
    assert {rank for ranks in session.ranks.values() for rank in ranks} == {1}
    assert session.ranks["claim.claim_number"][1] >= 1


async def test_an_institutional_claim_is_read_whole(session: Session):
    claim = (await opened(session, "C00060")).claim
    assert claim.type == "institutional"
    assert claim.admitted_on == date(2026, 9, 5)
    assert [d.present_on_admission for d in claim.diagnoses] == ["Y", "N"]
    assert claim.lines[0].revenue_code == "0450"


async def test_the_patients_other_claims_of_the_day_are_read(session: Session, portal: Portal):
    portal.query("UPDATE billing_claim SET patient_id = 2, service_from = '2026-09-02',"
                 " member_id = 'OTHER01' WHERE number = 'C00058'")  # fmt: skip
    portal.query("UPDATE billing_claim SET patient_id = 2 WHERE number = 'C00001'")
    case = await opened(session, "C00001")
    assert "C00058" in [other.number for other in case.history]


async def test_a_claim_that_is_not_there_is_not_found(session: Session):
    with pytest.raises(NotFound):
        await opened(session, "C99999")


async def test_the_old_corner_is_read_through_its_frames(session: Session):
    told = await (await session.reader()).remittance(ref("C00003"))
    assert told == (("elig", "1"), ("message", "Active coverage"), ("remark", "Paid as billed"))
    assert session.words == []


async def test_f32_a_frame_that_is_taken_out_is_a_fault_with_an_end(
    session: Session, portal: Portal
):
    portal.fault("F32")
    reader = await session.reader()
    with pytest.raises(PortalFault, match="remittance"):
        await reader.remittance(ref("C00003"))
    portal.no_faults()
    assert (await reader.remittance(ref("C00003")))[0] == ("elig", "1")


async def test_the_canary_sees_nothing_amiss_on_a_whole_portal(session: Session):
    assert await (await session.reader()).canary() == ()


async def test_the_canary_names_a_field_that_was_renamed(session: Session, portal: Portal):
    portal.fault("F25", field="member_id")
    problems = await (await session.reader()).canary()
    assert any(p.startswith("claim: member_id: not found; tried role") for p in problems)
    assert any(p.startswith("edit: member_id") for p in problems)


@pytest.mark.parametrize(
    ("fault", "options", "error", "words"),
    [
        ("F25", {"how": "removed"}, ElementMissing, "claim: member_id: not found; tried role"),
        ("F25", {"how": "renamed"}, ElementMissing, 'definition "Member ID"'),
        ("F25", {"how": "removed", "field": "line-1-units"}, ElementMissing, "units"),
        ("F26", {}, Unreadable, "claim: member_id: 2 elements match"),
        ("F26", {"field": "line-1-units"}, Unreadable, "units: has several parts"),
        ("F28", {}, WrongRecord, "another claim"),
        ("F29", {"kind": "dots"}, Unreadable, "another language"),
        ("F29", {"kind": "slashes"}, Unreadable, "another language"),
        ("F30", {}, Unreadable, "member_id: the value is cut short"),
        ("F30", {"field": "procedure", "keep": "2"}, Unreadable, "procedure"),
        ("F31", {"kind": "nbsp"}, Unreadable, "look-alike"),
        ("F31", {"kind": "zero-width"}, Unreadable, "hidden"),
        ("F31", {"kind": "look-alike"}, Unreadable, "look-alike"),
        ("F15", {}, NotAllowed, "may not"),
        ("F73", {}, PortalFault, "503"),
        ("F98", {}, PortalFault, "429"),
        ("session-ends", {"nth": 1}, SessionEnded, "log in"),
        ("F13", {"nth": 1}, SessionEnded, "log in"),
    ],
)  # fmt: skip
async def test_what_cannot_be_trusted_is_not_read(
    session: Session, portal: Portal, fault: str, options: dict, error: type, words: str
):
    portal.fault(fault, **options)
    with pytest.raises(error, match=words) as raised:
        await opened(session, "C00002")
    assert "1EG4" not in str(raised.value)


async def test_f25_a_field_that_only_moved_is_still_read(session: Session, portal: Portal):
    portal.fault("F25", how="moved")
    assert (await opened(session, "C00002")).claim.coverage.member_id == "1EG4TE5MK02"


MOVED_INTO_A_CELL = """() => {
    const cell = document.querySelector("#service_lines td[data-field=ndc]");
    cell.append(document.querySelector("#note_text").parentElement);
}"""


async def claim_changed_by(session: Session, script: str) -> Seen:
    """A claim's screen as it is seen after a script has changed it."""
    async with session.tab() as tab:
        await tab.go("/claims/C00001/", "the claim")
        await tab.call(tab.page.evaluate(script), "change the page")
        return await tab.look("claim")


async def test_a_box_that_got_into_a_cell_is_no_value_of_it(session: Session):
    seen = await claim_changed_by(session, MOVED_INTO_A_CELL)
    with pytest.raises(Unreadable, match="service_lines 1: ndc: has several parts"):
        [row["ndc"] for row in seen.rows("service_lines")]


MORE = """() => {
    const cell = document.querySelector("#service_lines tbody").insertRow().insertCell();
    cell.colSpan = 9;
    cell.textContent = "Show 4 more lines";
}"""


async def test_a_row_that_says_that_there_are_more_is_not_passed_over(session: Session):
    seen = await claim_changed_by(session, MORE)
    with pytest.raises(Unreadable, match="service_lines: 1 rows do not match its headings"):
        list(seen.rows("service_lines"))


async def test_a_row_that_nobody_sees_says_nothing(session: Session):
    hidden = MORE.replace("cell.colSpan", "cell.parentElement.hidden = true; cell.colSpan")
    seen = await claim_changed_by(session, hidden)
    assert list(seen.rows("service_lines"))


async def test_f27_the_claim_painted_before_is_waited_out(session: Session, portal: Portal):
    portal.fault("F27", seconds=0.6)
    case = await opened(session, "C00010")
    assert case.claim.coverage.member_id == "1EG4TE5MK10"


async def test_f27_another_claim_under_the_right_number_is_seen_through(
    session: Session, portal: Portal
):
    portal.fault("F27", part="body", seconds=10)
    with pytest.raises(WrongRecord):
        await opened(session, "C00010")


async def test_an_announcement_does_not_keep_a_claim_from_being_read(
    session: Session, portal: Portal
):
    portal.fault("overlay")
    assert (await opened(session, "C00011")).claim.number == "C00011"


async def test_f58_a_browser_that_was_killed_is_replaced(session: Session, portal: Portal):
    reader = await session.reader()
    await reader.open(ref("C00001"), AS_OF)
    posts = [row for row in portal.requests() if row["method"] == "POST"]
    os.kill(session.browser_pid, signal.SIGKILL)
    case = await looking(session)(reader.open, ref("C00001"), AS_OF)
    assert case.claim.number == "C00001"
    again = [row for row in portal.requests() if row["method"] == "POST"]
    assert len(again) == len(posts), "the kept session let us in without a log-in"


async def test_a_page_that_crashes_costs_itself_only(session: Session):
    reader = await session.reader()
    await reader.open(ref("C00001"), AS_OF)
    pid = session.browser_pid
    with pytest.raises(PortalError):
        await reader._tab.go("chrome://crash", "the crash")
    reader._tab.spoiled = True
    await session.restart()
    assert session.browser_pid == pid
    assert (await reader.open(ref("C00001"), AS_OF)).claim.number == "C00001"


async def test_f59_a_driver_that_was_killed_is_replaced(session: Session):
    reader = await session.reader()
    await reader.open(ref("C00001"), AS_OF)
    (driver,) = [child for child in children() if b"run-driver" in cmdline(child)]
    os.kill(driver, signal.SIGKILL)
    case = await looking(session)(reader.open, ref("C00001"), AS_OF)
    assert case.claim.number == "C00001"


async def test_claims_are_read_side_by_side_in_one_log_in(session: Session):
    readers = [await session.reader() for _ in range(3)]
    numbers = ("C00001", "C00002", "C00004")
    cases = await asyncio.gather(
        *(reader.open(ref(n), AS_OF) for reader, n in zip(readers, numbers, strict=True))
    )
    assert tuple(case.claim.number for case in cases) == numbers


async def test_two_workers_that_saw_the_browser_die_share_the_new_one(session: Session):
    os.kill(session.browser_pid, signal.SIGKILL)
    await asyncio.sleep(0.2)
    await asyncio.gather(session.restart(), session.restart())
    pid = session.browser_pid
    await session.restart()
    assert session.browser_pid == pid


async def test_a_browser_that_does_not_start_is_a_sentence(office, monkeypatch, tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CLAIMBOTS_BROWSER", str(broken))
    with pytest.raises(Problem, match="does not start"):
        await office.opened().__aenter__()


async def test_no_other_host_exists_for_the_browser(session: Session):
    async with session.tab() as tab:
        await tab.go("/", "the dashboard")
        there = session.portal.address.replace("127.0.0.1", "localhost")
        await tab.call(tab.page.evaluate(f"location.href = '{there}/'"), "leave")
        while not tab.page.url.startswith("chrome-error://"):
            await asyncio.sleep(0.05)
        with pytest.raises(NotAllowed):
            tab.check(200, "where it led")
