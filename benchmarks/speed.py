"""Claims a minute: our run against a bare script that loads the same pages.

    python benchmarks/speed.py [--rounds 5] [--claims 100] [--pages 1,2,4]

Both sides work on the same practice portal, in the same Chromium, in turns (bare, ours, bare,
ours ...). *Reading* opens the claim, its documentation, its history and the patient's day by
the portal's search; *correcting* does that too, then opens the form, types one NDC, saves and
opens the claim again. The bare script does just that, from a list of numbers; ours checks,
decides, looks again before it writes, logs each step to disk and keeps what it found (and for
reading gets its numbers from the portal's worklist). Timed is from the first
claim done to the last, so that log-in, start and the reports count on neither side. NDCs get
their hyphens back in the portal's own database before each correcting turn. One page reading
below 0.9 of the bare script's speed, or correcting below 0.85, is exit 1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pyotp
from claim_clock import Clock
from playwright.async_api import BrowserContext, Page, async_playwright

from bots.cli import demo
from bots.cli.practice import ask, stop
from bots.portals import browser as browsers
from bots.portals.base import Query
from bots.portals.session import ARGUMENTS
from bots.runs.request import RunRequest
from bots.runs.run import run

FLOORS = {"reading": 0.9, "correcting": 0.85}
SEEDED = 40  # claims in the portal for each of a turn: not many carry an NDC


@dataclass(frozen=True)
class Mend:
    """One NDC to put right."""

    claim: str
    line: int
    row: int
    right: str

    @property
    def wrong(self) -> str:
        """The same NDC with its hyphens, 5-4-2."""
        return f"{self.right[:5]}-{self.right[5:9]}-{self.right[9:]}"


@dataclass(frozen=True)
class Bench:
    """The portal at work, and the claims of a turn."""

    portal: Path
    address: str
    mends: tuple[Mend, ...]
    pending: tuple[Mend, ...]  # the first of the worklist; nothing to mend
    count: int


def main() -> int:
    """Set up, take turns, print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--claims", type=int, default=100)
    parser.add_argument("--pages", default="1,2,4")
    options = parser.parse_args()
    widths = [int(width) for width in options.pages.split(",")]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the portal is stopped
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLAIMBOTS_DATA"] = folder
        root = Path(folder) / "demo"
        with contextlib.redirect_stdout(io.StringIO()):
            server = demo._prepared(root, SEEDED * options.claims, 1, False)
            demo._office(root, server.address, False)
        try:
            mends = _mends(root)[: options.claims]
            if len(mends) < options.claims:
                raise SystemExit(f"only {len(mends)} claims with an NDC; ask for fewer")
            _quiet(root)
            bench = Bench(
                root / "practice",
                server.address,
                tuple(mends),
                _first(root, options.claims),
                options.claims,
            )
            return _turns(bench, options.rounds, widths)
        finally:
            stop(server)


def _turns(bench: Bench, rounds: int, widths: list[int]) -> int:
    print(f"{rounds} rounds of {bench.count} claims, medians, claims a minute")
    print(f"{'':12}{'pages':>6}{'bare':>9}{'ours':>9}{'ratio':>8}")
    below = False
    for kind, floor in FLOORS.items():
        for pages in widths:
            bare, ours = [], []
            for _ in range(rounds):
                bare.append(_turn(bench, kind, pages, _bare))
                ours.append(_turn(bench, kind, pages, _ours))
            one, other = statistics.median(bare), statistics.median(ours)
            slow = pages == 1 and other / one < floor
            below |= slow
            said = f"  below {floor}" if slow else ""
            print(f"{kind:12}{pages:>6}{one:>9.1f}{other:>9.1f}{other / one:>8.3f}{said}")
            sys.stdout.flush()
    return 1 if below else 0


Turn = Callable[[Bench, str, int, Clock], None]


def _turn(bench: Bench, kind: str, pages: int, side: Turn) -> float:
    if kind == "correcting":
        _spoil(bench)
    clock = Clock()
    side(bench, kind, pages, clock)
    return clock.per_minute(bench.count)


def _ours(bench: Bench, kind: str, pages: int, clock: Clock) -> None:
    """Our own run: reading is a shadow run, correcting a live one."""
    numbers = tuple(mend.claim for mend in bench.mends) if kind == "correcting" else ()
    request = RunRequest(
        portal="practice",
        query=Query(queue="pending", numbers=numbers, limit=bench.count),
        shadow=kind == "reading",
        pages=pages,
        as_of=date.fromisoformat(demo.TODAY),
        requested_by="bench",
        report=False,
    )
    summary = asyncio.run(run(request, progress=clock.tick))
    if kind == "correcting" and summary.new_corrections != bench.count:
        raise SystemExit(f"{summary.new_corrections} of {bench.count} corrected: no figure")


def _bare(bench: Bench, kind: str, pages: int, clock: Clock) -> None:
    """The same page loads without anything of ours."""
    asyncio.run(_script(bench, kind, pages, clock))


async def _script(bench: Bench, kind: str, pages: int, clock: Clock) -> None:
    async with async_playwright() as driver:
        program = await driver.chromium.launch(
            executable_path=browsers.find(),
            chromium_sandbox=browsers.sandbox(),
            args=[*ARGUMENTS],  # the same browser on both sides, quiet in the background
        )
        context = await program.new_context(locale="en-US")
        await _log_in(bench, context)
        mends = bench.mends if kind == "correcting" else bench.pending
        waiting = list(reversed(mends))

        async def work() -> None:
            page = await context.new_page()
            while waiting:
                mend = waiting.pop()
                await _read(page, bench.address, mend.claim)
                if kind == "correcting":
                    await _correct(page, bench.address, mend)
                clock.tick()

        await asyncio.gather(*(work() for _ in range(pages)))
        await program.close()


async def _log_in(bench: Bench, context: BrowserContext) -> None:
    people = json.loads(ask(bench.portal, "people"))
    # Another account than ours: a one-time code works once.
    person = next(entry for entry in people if entry["username"] == "biller2")
    page = await context.new_page()
    await page.goto(f"{bench.address}/")
    await page.fill("#username", person["username"])
    await page.fill("#password", person["password"])
    await page.click("#log-in")
    for _ in range(3):
        await page.fill("#code", pyotp.TOTP(person["seed"]).now())
        await page.click("#verify")
        await page.wait_for_load_state()
        if not await page.locator("#code").count():
            break
        await asyncio.sleep(30 - time.time() % 30 + 0.5)  # it was used in the turn before
    await page.wait_for_selector("#signed-in-user, [data-testid=signed-in-user]")
    await page.close()


async def _read(page: Page, address: str, number: str) -> None:
    """Open the claim and its tabs, search the patient's day, open what else is found."""
    at = f"{address}/claims/{number}/"
    await _go(page, at)
    patient, days, encounter = await page.evaluate(
        """() => {
            const text = (id) => (document.getElementById(id)?.innerText ?? "").trim();
            const days = [...document.querySelectorAll(
                "[data-field=service_date], [data-field=service_date_end]")];
            return [text("record_number"),
                [...days.map((cell) => cell.innerText.trim()),
                 text("statement_from"), text("statement_through")].filter(Boolean),
                text("encounter")];
        }"""
    )
    if encounter:
        await _go(page, f"{at}documentation/")
    await _go(page, f"{at}history/")
    known = sorted(days, key=lambda day: (day[6:], day[:5]))
    search = {"queue": "all", "patient": patient, "dos_from": known[0], "dos_to": known[-1]}
    search |= {"page_size": "100", "sort": "number"}
    await _go(page, f"{address}/claims/?{urlencode(search)}")
    cells = page.locator("#claims td[data-column=number], #claims tbody [data-column=number]")
    for other in await cells.all_inner_texts():
        if other.strip() != number:
            await _go(page, f"{address}/claims/{other.strip()}/")


async def _correct(page: Page, address: str, mend: Mend) -> None:
    at = f"{address}/claims/{mend.claim}/"
    await _go(page, f"{at}edit/")
    box = page.locator(f"[data-testid=edit-line-{mend.line}-ndc]")
    await box.fill(mend.right)
    async with page.expect_navigation(wait_until="domcontentloaded"):
        await page.click("#save")
    await _go(page, at)


async def _go(page: Page, address: str) -> None:
    """Load a page and take its text in one call, the cheapest way to read a screen."""
    await page.goto(address, wait_until="domcontentloaded")
    await page.evaluate("document.body.textContent")


def _mends(root: Path) -> list[Mend]:
    """The claims not yet sent that carry one NDC and have nothing wrong, as the truth says."""
    lines = (root / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    planted = {json.loads(line)["claim"] for line in lines}
    with contextlib.closing(sqlite3.connect(root / "practice" / "practice.sqlite3")) as portal:
        rows = portal.execute(
            "SELECT c.number, l.number, l.id, l.ndc FROM billing_claim c"
            " JOIN billing_serviceline l ON l.claim_id = c.id"
            " WHERE length(l.ndc) = 11 AND NOT c.on_hold"
            " AND c.status IN ('Draft', 'Ready for review') GROUP BY c.id HAVING count(*) = 1"
            " ORDER BY c.number"
        ).fetchall()
    return [Mend(*row) for row in rows if row[0] not in planted]


def _first(root: Path, count: int) -> tuple[Mend, ...]:
    """The claims that a pre-bill run of the worklist opens first."""
    with contextlib.closing(sqlite3.connect(root / "practice" / "practice.sqlite3")) as portal:
        rows = portal.execute(
            "SELECT number FROM billing_claim WHERE queue = 'pending' ORDER BY number LIMIT ?",
            (count,),
        ).fetchall()
    return tuple(Mend(row[0], 0, 0, "") for row in rows)


def _spoil(bench: Bench) -> None:
    """Give each NDC its hyphens back, behind the portal's own screens."""
    rows = [(mend.wrong, mend.row) for mend in bench.mends]
    with contextlib.closing(
        sqlite3.connect(bench.portal / "practice.sqlite3", timeout=20)
    ) as portal:
        portal.executemany("UPDATE billing_serviceline SET ndc = ? WHERE id = ?", rows)
        portal.commit()


def _quiet(root: Path) -> None:
    """Flags go to the report, so that a turn writes corrections and nothing else."""
    demo._put(root / "config" / "policy.yaml", "flag_as:", "report")
    demo._put(root / "config" / "claimbots.yaml", "corrections_per_run:", "100000")
    demo._put(root / "config" / "claimbots.yaml", "corrections_per_day:", "100000")


if __name__ == "__main__":
    sys.exit(main())
