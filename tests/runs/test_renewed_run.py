"""A run whose browser is renewed again and again does what any other does, and loses no claim."""

import json

import pytest

pytestmark = pytest.mark.night

OFTEN = {
    "CLAIMBOTS_BROWSER__CLAIMS_PER_CONTEXT": "3",
    "CLAIMBOTS_BROWSER__CLAIMS_PER_BROWSER": "8",
}
# The browser does not come up again for the first renewal, nor for the claims right after it.
NOT_AGAIN = """
from bots.portals.base import BrowserGone
from bots.portals.session import Session
whole, seen = Session._launch, []
async def launch(self):
    seen.append(1)
    if 2 <= len(seen) <= 7:
        raise BrowserGone("start the browser: gone")
    await whole(self)
Session._launch = launch
"""


def said(done):
    return json.loads(done.stdout.splitlines()[-1])


def renewed(done):
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"].startswith("renew")]


def test_a_run_of_two_pages_loses_nothing_and_logs_in_once(office):
    plain = office.run("--limit", "20", "--shadow", "--json")
    before = office.requests("POST")

    done = office.run("--limit", "20", "--shadow", "--pages", "2", "--json", **OFTEN)

    assert done.returncode == 0, done.stderr
    assert said(done)["counts"] == said(plain)["counts"]
    whats = [line["what"] for line in renewed(done)]
    assert whats == ["context", "context", "browser", "context", "context", "browser", "context"]
    assert not any(line["logged_in"] for line in renewed(done))
    assert office.requests("POST") == before


@pytest.mark.slow
def test_a_browser_that_does_not_come_up_again_costs_claims_that_are_tried_again(office):
    done = office.run("--limit", "20", "--shadow", "--json", first=NOT_AGAIN, **OFTEN)

    assert done.returncode == 3, done.stderr
    assert "renewing was given up" in [line["event"] for line in renewed(done)]
    counts = said(done)["counts"]
    assert counts["claims"] == 20
    assert 1 <= counts["outcomes"]["failed"] <= 3
    assert counts["exceptions"] >= counts["outcomes"]["failed"]
