"""The faults that only a real browser feels, felt by a real Chromium."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright
from practice.visiting import SEEDS, Portal, code_of

pytestmark = pytest.mark.browser
NEW = "1EG4TE5NEW1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A page of a context of its own: a clock that one test stops is stopped for its context."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(5000)
    page.goto(portal.server.address)
    page.get_by_label("User name").fill("biller")
    page.get_by_label("Password").fill(SEEDS["biller"][0])
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("One-time code").fill(code_of("biller"))
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    yield page
    context.close()


def edit(page: Page, portal: Portal, number: str) -> None:
    page.goto(f"{portal.server.address}/claims/{number}/edit/")


def fill_and_save(page: Page) -> None:
    page.get_by_label("Member ID", exact=True).fill(NEW)
    page.get_by_role("button", name="Save", exact=True).click()


def saved(portal: Portal, number: str) -> bool:
    rows = portal.query("SELECT member_id FROM billing_claim WHERE number = ?", number)
    return bool(rows[0][0] == NEW)


def posts(portal: Portal, number: str) -> int:
    rows = portal.requests()
    return sum(row["method"] == "POST" and row["claim"] == number for row in rows)


def test_a_correction_by_labels_and_roles(page: Page, portal: Portal):
    edit(page, portal, "C00001")
    fill_and_save(page)
    expect(page.get_by_role("status")).to_have_text("Saved. Version 2.")
    expect(page.get_by_label("Member ID", exact=True)).to_have_text(NEW)


def test_every_box_of_the_edit_form_has_a_label_of_its_own(page: Page, portal: Portal):
    edit(page, portal, "C00002")
    boxes = page.locator("#edit-form input:not([type=hidden])")
    names = boxes.evaluate_all("all => all.map(box => box.labels[0]?.innerText)")
    assert all(names)
    assert len(set(names)) == len(names) == 8 + 12 + 2 * 11
    assert page.get_by_role("main").count() == 1


def test_f63_the_save_is_sent_once_and_its_answer_is_lost(page: Page, portal: Portal):
    portal.fault("F63")
    edit(page, portal, "C00004")
    with page.expect_event("requestfailed"):
        fill_and_save(page)
    assert saved(portal, "C00004")
    until = time.monotonic() + 8  # the portal writes a request down once it is through
    while not posts(portal, "C00004") and time.monotonic() < until:
        time.sleep(0.1)
    assert posts(portal, "C00004") == 1


def test_f54_a_confirm_that_is_dismissed_saves_nothing(page: Page, portal: Portal):
    portal.fault("F54")
    edit(page, portal, "C00005")
    page.once("dialog", lambda dialog: dialog.dismiss())
    fill_and_save(page)
    assert not saved(portal, "C00005")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved")


def test_f52_a_mask_changes_what_was_typed(page: Page, portal: Portal):
    portal.fault("F52")
    edit(page, portal, "C00007")
    page.get_by_label("Member ID", exact=True).fill(NEW)
    assert page.get_by_label("Member ID", exact=True).input_value() == NEW[:-1]


def test_f60_the_form_loses_what_was_typed(page: Page, portal: Portal):
    portal.fault("F60", count=1)
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # so that no slow machine types after the page's timer
    edit(page, portal, "C00008")
    box = page.get_by_label("Member ID", exact=True)
    box.fill(NEW)
    page.clock.run_for(300)
    expect(box).to_have_value("1EG4TE5MK08")


def test_f27_the_right_claim_comes_after_the_other_one(page: Page, portal: Portal):
    portal.fault("F27", seconds=0.6)
    page.goto(f"{portal.server.address}/claims/C00010/")
    expect(page.get_by_test_id("claim_number")).to_have_text("C00011")
    expect(page.get_by_test_id("claim_number")).to_have_text("C00010")


def test_f55_leaving_asks(page: Page, portal: Portal):
    portal.fault("F55")
    edit(page, portal, "C00011")
    page.get_by_label("Member ID", exact=True).fill(NEW)
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{portal.server.address}/claims/C00011/")
    assert asked == ["beforeunload"]


def test_f56_a_pop_up_opens_and_a_download_starts(page: Page, portal: Portal):
    portal.fault("F56")
    with page.expect_popup() as popup:
        edit(page, portal, "C00013")
    popup.value.close()
    portal.fault("F56", kind="download")
    with page.expect_download() as download:
        edit(page, portal, "C00013")
    assert download.value.suggested_filename == "claims.csv"


def test_an_overlay_lies_over_the_page_until_it_is_closed(page: Page, portal: Portal):
    portal.fault("overlay")
    edit(page, portal, "C00014")
    with pytest.raises(Error):
        page.get_by_role("button", name="Save", exact=True).click(timeout=500)
    page.get_by_role("button", name="Close announcement").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Nothing was changed.")


def test_the_old_corner_opens_in_its_own_window_with_frames(page: Page, portal: Portal):
    page.goto(f"{portal.server.address}/claims/C00003/")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Eligibility and remittance").click()
    frame = popup.value.frame_locator("frame[name=body]")
    expect(frame.locator("tr:nth-child(2) td:nth-child(5)")).to_have_text("Paid as billed")
    popup.value.close()
