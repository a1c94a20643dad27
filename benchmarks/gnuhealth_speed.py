"""Claims a minute in a real GNU Health: our reading against a bare script of the same steps.

    PYTHONPATH=tests python benchmarks/gnuhealth_speed.py [--rounds 3] [--claims 10]

Both sides work at the same running clinic (`make gnuhealth` installs it), in the same Chromium, in
turns. A step is a load of the client with the list of one number, the service's form, the
patient's own form with the insurances, the evaluation with its two further pages, and the list of
the patient's other services of the day. The bare script does just that, from a list of numbers;
ours checks, decides, keeps what it found, and gets its numbers from the worklist. Timed is from
the first claim done to the last. Below 0.9 of the bare script's speed is exit 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import quote

from claim_clock import Clock
from gnuhealth.office import set_up
from gnuhealth.plan import AS_OF, Service, make_plan
from gnuhealth.portal import Clinic, a_clinic
from gnuhealth.users import BOT
from playwright.async_api import Page, async_playwright

from bots.portals import browser as browsers
from bots.portals.base import Query
from bots.portals.session import ARGUMENTS
from bots.runs.request import RunRequest
from bots.runs.run import run

FLOOR = 0.9
LONGEST = 120_000  # milliseconds for one step of the bare script
PANE = "#tabcontent > .tab-pane.active"


def main() -> int:
    """Take turns, print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--claims", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, a_clinic() as clinic:
        office = set_up(Path(folder), clinic)
        os.environ.update(office.environment())
        bare, ours = [], []
        for _ in range(options.rounds):
            bare.append(_turn(clinic, options.claims, _bare))
            ours.append(_turn(clinic, options.claims, _ours))
    one, other = statistics.median(bare), statistics.median(ours)
    print(f"{options.rounds} rounds of {options.claims} services, medians, claims a minute")
    print(f"reading: bare {one:.2f}, ours {other:.2f}, ratio {other / one:.3f}")
    return 0 if other / one >= FLOOR else 1


def _turn(clinic: Clinic, count: int, side: Callable[[Clinic, int, Clock], None]) -> float:
    clock = Clock()
    side(clinic, count, clock)
    return clock.per_minute(count)


def _ours(_: Clinic, count: int, clock: Clock) -> None:
    request = RunRequest(
        portal="gnuhealth",
        query=Query(queue="pending", limit=count),
        shadow=True,
        pages=1,
        as_of=AS_OF,
        requested_by="bench",
        report=False,
    )
    asyncio.run(run(request, progress=clock.tick))


def _bare(clinic: Clinic, count: int, clock: Clock) -> None:
    asyncio.run(_script(clinic, count, clock))


async def _script(clinic: Clinic, count: int, clock: Clock) -> None:
    async with async_playwright() as driver:
        program = await driver.chromium.launch(
            executable_path=browsers.find(),
            chromium_sandbox=browsers.sandbox(),
            args=[*ARGUMENTS],  # the same browser on both sides, quiet in the background
        )
        context = await program.new_context(
            locale="en-US", viewport={"width": 1280, "height": 900}
        )
        context.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        page = await context.new_page()
        page.set_default_timeout(LONGEST)
        await _log_in(clinic, page)
        drafts = [service for service in make_plan().services if not service.invoiced]
        newest = sorted(drafts, key=lambda service: service.day, reverse=True)
        for service in newest[:count]:
            await _read(clinic, page, service)
            clock.tick()
        await program.close()


async def _log_in(clinic: Clinic, page: Page) -> None:
    await page.goto(f"{clinic.address}/#{clinic.database}")
    await page.get_by_label("User name").fill(BOT.login)
    await page.get_by_role("button", name="Login").click()
    await page.locator(".ask-dialog input[type=password]").fill(BOT.password)
    await page.get_by_role("button", name="OK").click()
    await page.locator("#user-preferences a").wait_for()


async def _read(clinic: Clinic, page: Page, service: Service) -> None:
    """Open the service, its patient and its evaluation; take the text of each screen."""
    await page.goto("about:blank")
    search = quote(json.dumps([["name", "=", service.name]]))
    where = f"#{clinic.database}/model/gnuhealth.health_service;search_value={search}"
    await page.goto(f"{clinic.address}/{where}")
    await page.locator(f"{PANE} tbody > tr").first.locator("td").nth(2).dblclick()
    await page.locator(f"{PANE} .form-one2many tbody > tr").first.wait_for()
    await page.wait_for_function("/health_service.\\d+/.test(decodeURIComponent(location.hash))")
    hash_ = await page.evaluate("decodeURIComponent(location.hash)")
    record = int(hash_.partition(";")[0].rpartition("/")[2])
    await _take(page)
    await page.locator(f"{PANE} input[name=patient] ~ .icon-primary").click(modifiers=["Control"])
    await _filled(page, "puid")
    await _take(page)
    await page.get_by_role("tab", name="Misc").click()
    await page.locator(f"{PANE} .form-one2many tbody > tr").first.wait_for()
    await _take(page)
    domain = quote(json.dumps([["service", "=", record]]))
    where = f"{clinic.database}/model/gnuhealth.patient.evaluation;domain={domain}"
    await page.evaluate("hash => { location.hash = hash; }", where)
    row = page.locator(f"{PANE} td[data-title^=Code]").first
    await row.dblclick()
    await _filled(page, "code")
    await _take(page)
    for leaf in ("Info Dx", "Administrative"):
        await page.locator(PANE).get_by_role("tab", name=leaf, exact=True).click()
        await _take(page)
    await _list_of_the_day(clinic, page, service.patient.number, service.day)


async def _list_of_the_day(clinic: Clinic, page: Page, puid: str, day: date) -> None:
    """The patient's services of the day; those of the bench are alone on theirs."""
    on = {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}
    domain = [["patient.puid", "=", puid], ["service_date", ">=", on], ["service_date", "<=", on]]
    asked = f"domain={quote(json.dumps(domain))}&name={quote(json.dumps('the day ' + puid))}"
    where = f"{clinic.database}/model/gnuhealth.health_service;{asked}"
    await page.evaluate("hash => { location.hash = hash; }", where)
    await page.locator(f"{PANE} nav.toolbar .title", has_text=f"the day {puid}").wait_for()
    await page.locator(f"{PANE} tbody > tr").first.wait_for()
    await _take(page)


async def _filled(page: Page, name: str) -> None:
    script = "css => [...document.querySelectorAll(css)].some(one => one.value)"
    await page.wait_for_function(script, arg=f"{PANE} input[name={name}]")


async def _take(page: Page) -> None:
    await page.evaluate("document.body.textContent")


if __name__ == "__main__":
    sys.exit(main())
