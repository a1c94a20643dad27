"""The page fits on letter paper and on a phone: nothing is cut off at the right."""

from __future__ import annotations

import os

import pytest
import store_cases
from playwright.sync_api import sync_playwright

from bots.places import Places
from bots.portals.browser import find
from bots.reports.write import write_report
from bots.store import database, records
from bots.store.facts import ChangeOutcome, ChangeRecord, ClaimOutcome, RunKind, SeenRecord

pytestmark = pytest.mark.browser


@pytest.fixture
def page(tmp_path):
    places = Places(tmp_path / "data").made()
    database.connect(places)
    run, look_back = store_cases.a_run(), store_cases.a_run(RunKind.LOOK_BACK)
    store_cases.fill(run, 60)
    store_cases.fill(look_back, 20)
    long = ChangeRecord(
        "diagnosis-code-first-order", "diagnoses", None, "D63.0 C18.7", "C18.7 D63.0",
        ChangeOutcome.ALREADY_CORRECT, intent="0c124244c1c565e4", decided_by="dana lindqvist",
    )  # fmt: skip
    seen = SeenRecord(number="CL0000133", position=61, outcome=ClaimOutcome.CORRECTED)
    records.keep_claim(run.id, seen, changes=[long])
    yield write_report([run.id, look_back.id], places).html
    database.close()


# 1056 pixels: letter landscape at 96 dots an inch.
@pytest.mark.parametrize(("medium", "width"), [("print", 1056), ("screen", 1280), ("screen", 420)])
def test_no_table_is_wider_than_the_page(page, medium, width):
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find()), args=sandbox)
        shown = browser.new_page(viewport={"width": width, "height": 800})
        shown.emulate_media(media=medium)
        shown.goto(page.as_uri())
        needed = shown.evaluate("document.documentElement.scrollWidth")
        browser.close()

    assert needed <= width
