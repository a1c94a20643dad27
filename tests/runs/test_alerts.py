"""What a run at the real portal comes to reaches who is to be told, once."""

import re

import pytest
from alerts.servers import web_server

pytestmark = pytest.mark.slow  # without the portal: tests/alerts/test_alerting.py


@pytest.fixture
def posts(office):
    with web_server() as made:
        yield made


def told(posts):
    return [entry["event"] for entry in posts.told]


def test_a_ceiling_is_told_once_until_a_run_stays_below_it(office, claim, posts):
    def run(**more):
        return office.run("--claim", claim, CLAIMBOTS_ALERTS__WEBHOOK=posts.address, **more)

    for _ in range(2):
        assert run(CLAIMBOTS_RUN__CORRECTIONS_PER_RUN="0").returncode == 3
    assert told(posts) == ["ceiling-reached"]

    assert run().returncode == 0
    office.practice("reset", "--stay-logged-in")
    assert run(CLAIMBOTS_RUN__CORRECTIONS_PER_RUN="0").returncode == 3
    assert told(posts) == ["ceiling-reached"] * 2
    assert not [body for body in posts.bodies if claim.encode() in body]


def test_screens_that_changed_are_told(office, claim, posts):
    file = office.root / "selectors" / "practice.yaml"
    before = file.read_text()
    broken = re.sub(r"(total_charge:\n)(\s+- \{.*\}\n)+", r"\1        - {css: '#gone'}\n", before)
    assert broken != before
    file.write_text(broken)
    try:
        done = office.run("--claim", claim, CLAIMBOTS_ALERTS__WEBHOOK=posts.address)
    finally:
        file.write_text(before)

    assert done.returncode == 3, done.stderr
    assert told(posts) == ["portal-changed"]
