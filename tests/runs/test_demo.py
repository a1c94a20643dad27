"""`claimbots demo`, from nothing: what the portal holds afterwards is what the log confirms."""

import json
import os
from decimal import Decimal, InvalidOperation

import pytest
from runs.office import claimbots, intents_of

from bots.cli.practice import ask

pytestmark = pytest.mark.night

SEED = "2"  # 40 claims of this seed have a defect that the bot corrects


def _demo(data, *words):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CLAIMBOTS_")}
    environment = kept | {"CLAIMBOTS_DATA": str(data)}
    return claimbots("demo", *words, environment=environment, limit=200)


def _dump(data, tmp):
    ask(data / "demo" / "practice", "witness", "--dump", str(tmp))
    return json.loads(tmp.read_text())


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    data = tmp_path_factory.mktemp("shown")
    return data, _demo(data, "--claims", "40", "--seed", SEED)


def _plain(value):
    try:
        return Decimal(str(value)).normalize()
    except InvalidOperation:
        return str(value)


def _differences(before, after):
    found = set()
    for number, claim in before.items():
        for name, value in claim.items():
            if name == "lines":
                for line, row in value.items():
                    now = after[number]["lines"][line]
                    found |= {
                        (number, field, int(line), _plain(old), _plain(now[field]))
                        for field, old in row.items()
                        if old != now[field]
                    }
            elif name != "notes" and value != after[number][name]:
                found.add((number, name, None, _plain(value), _plain(after[number][name])))
    return found


def test_the_demo_ends_well_and_the_portal_holds_what_the_log_confirms(shown, tmp_path):
    data, done = shown
    assert done.returncode == 0, done.stderr
    assert "Real-time (pre-bill)" in done.stdout
    assert "Look-back" in done.stdout
    assert "audit log verified" in done.stdout
    after = _dump(data, tmp_path / "after.json")
    fresh = tmp_path / "fresh"
    ask(fresh, "seed", "--claims", "40", "--seed", SEED)
    ask(fresh, "witness", "--dump", str(tmp_path / "before.json"))
    before = json.loads((tmp_path / "before.json").read_text())
    assert before.keys() == after.keys()

    told = intents_of(data / "demo").values()
    confirmed = [sealed for sealed, outcomes in told if outcomes == ["confirmed"]]

    changes = {
        (sealed["claim"], c["field"], c["line"], _plain(c["from"]), _plain(c["to"]))
        for sealed in confirmed
        for c in sealed["changes"]
    }
    assert changes
    assert _differences(before, after) == changes
    keys = sorted((told["claim"], told["note_key"]) for told in confirmed if told["note_key"])
    notes = sorted(
        (number, note["key"])
        for number, claim in after.items()
        for note in claim["notes"][len(before[number]["notes"]) :]
    )
    assert notes == keys


def test_the_demo_again_changes_nothing(shown, tmp_path):
    data, _ = shown
    before = _dump(data, tmp_path / "before.json")

    done = _demo(data, "--again")

    assert done.returncode == 0, done.stderr
    assert "0 new corrections" in done.stdout
    assert _dump(data, tmp_path / "after.json") == before


@pytest.mark.slow  # a shadow run changes nothing: test_main_job.py
def test_a_shadow_demo_changes_nothing(tmp_path):
    done = _demo(tmp_path, "--claims", "40", "--seed", SEED, "--shadow")

    assert done.returncode == 0, done.stderr
    assert json.loads(ask(tmp_path / "demo" / "practice", "witness"))["writes"] == 0
