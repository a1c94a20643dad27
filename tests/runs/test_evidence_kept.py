"""Evidence of a claim that failed: sealed, shown to who has the key, gone after a while."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest

from bots.errors import Problem
from bots.places import Places
from bots.portals.evidence import Evidence
from bots.runs import evidence
from bots.secrets import development_key

pytestmark = pytest.mark.night

SEEN = Evidence("https://portal/claims/#/", b"\x89PNG picture", "body\n  form")


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "data").made()


@pytest.fixture
def master(places):
    return development_key(places)


def test_what_was_kept_opens_with_the_office_s_key_only(places, master, tmp_path):
    path = evidence.keep(places, master, "R-1", 3, SEEN)

    assert evidence.kept(places, "R-1", 3)
    assert evidence.opened(places, master, "R-1", 3) == SEEN
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"PNG" not in path.read_bytes()
    with pytest.raises(Problem, match="with this key"):
        evidence.opened(places, development_key(Places(tmp_path / "other").made()), "R-1", 3)


def test_one_under_another_name_does_not_open(places, master):
    path = evidence.keep(places, master, "R-1", 3, SEEN)
    path.rename(path.with_name("R-1-000004.sealed"))

    with pytest.raises(Problem, match="with this key"):
        evidence.opened(places, master, "R-1", 4)
    with pytest.raises(Problem, match="no evidence"):
        evidence.opened(places, master, "R-1", 3)


def test_it_is_gone_after_its_days(places, master):
    old = evidence.keep(places, master, "R-1", 1, SEEN)
    evidence.keep(places, master, "R-1", 2, SEEN)
    days_ago = (datetime.now(UTC) - timedelta(days=15)).timestamp()
    os.utime(old, (days_ago, days_ago))

    assert evidence.clear(places, 14) == 1
    assert not evidence.kept(places, "R-1", 1)
    assert evidence.kept(places, "R-1", 2)
    assert evidence.clear(places, 0) == 1


def test_a_claim_that_fails_leaves_a_masked_picture_and_one_that_passes_none(
    office, claim, tmp_path
):
    for old in (office.root / "evidence").iterdir():
        old.unlink()
    office.practice("faults", "set", "F28", f"claim={claim}")
    office.run("--claim", claim)

    [sealed] = (office.root / "evidence").iterdir()
    listed = office.claimbots("exceptions", "list", "--flat", "--run", "last", "--json").stdout
    [id] = [json.loads(line)["id"] for line in listed.splitlines()]
    assert f"exceptions show {id} --evidence" in office.claimbots("exceptions", "show", id).stdout
    done = office.claimbots("exceptions", "show", id, "--evidence", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"{id}.png").read_bytes().startswith(b"\x89PNG")
    outline = (tmp_path / f"{id}.txt").read_text()
    assert "form" in outline or "table" in outline
    assert claim not in outline

    sealed.unlink()
    office.practice("faults", "clear")
    office.run("--claim", claim)
    assert not list((office.root / "evidence").iterdir())
