"""One office for all tests of a process; each test finds the portal as it was seeded."""

import json
import os

import pytest
from runs.office import Office

from bots.cli import demo as door
from bots.cli.practice import stop

CLAIMS = 3000  # so that enough of them have a defect that the bot corrects by itself


@pytest.fixture(scope="session")
def open_office(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs") / "demo"
    kept = dict(os.environ)
    server = door._prepared(root, CLAIMS, 1, again=False)
    try:
        door._office(root, server.address, headed=False)
        door._put(root / "config" / "portals.yaml", "save_limit_seconds:", "1")
        made = Office(root, server, dict(os.environ))
        made.environment["CLAIMBOTS_BROWSER__DEADLINE_SECONDS"] = "4"
        os.environ.clear()
        os.environ.update(kept)
        yield made
    finally:
        os.environ.clear()
        os.environ.update(kept)
        stop(server)


@pytest.fixture
def office(open_office):
    """The office, with the portal as it was seeded; who was logged in stays so."""
    open_office.practice("reset", "--stay-logged-in")
    yield open_office
    open_office.practice("faults", "clear")


@pytest.fixture(scope="session")
def claim(open_office):
    """A pending claim with a defect that the bot corrects by itself."""
    for truth in open_office.truths(**{"class": "auto"}):
        done = open_office.run("--claim", truth["claim"], "--shadow", "--json")
        assert done.returncode == 0, done.stderr
        if json.loads(done.stdout.splitlines()[-1])["counts"]["would_save"]:
            return truth["claim"]
    raise AssertionError("no claim to correct was planted")
