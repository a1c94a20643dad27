"""An operator's morning: what went wrong in the night waits in one list, by cause.

Twenty kinds of trouble are planted, some on several claims. Each must stand there once, with its
claims, what was seen, and what to do. Slow: `pytest -m slow tests/runs/test_morning.py -s` prints
the list as the terminal shows it.
"""

import json

import pytest
from runs.office import an_office

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# The portal's fault, and its options; each on a claim of its own.
ON_READING = [
    ("F25", ["how=removed"]),
    ("F26", []),
    ("F28", []),
    ("F30", []),
    ("F31", ["kind=look-alike"]),
]
ON_SAVING = [
    ("F51", ["after=history"]),
    ("F52", ["kind=drop"]),
    ("F53", []),
    ("F54", ["kind=confirm"]),
    ("F66", []),
    ("F70", []),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with an_office(tmp_path_factory.mktemp("morning") / "demo", claims=3000) as office:
        yield office


def planted(office):
    """The claims of the night, most of them without a fault, in the order of the list."""
    auto = [truth["claim"] for truth in office.truths(**{"class": "auto"})]
    others = [t["claim"] for t in office.truths() if t["claim"] not in auto]
    corrected = iter(office.that_are_corrected())
    plain = iter(others)
    night = []
    for faults, claims in ((ON_READING, plain), (ON_SAVING, corrected)):
        for name, options in faults:
            claim = next(claims)
            office.practice("faults", "set", name, f"claim={claim}", *options)
            night += [claim, next(plain), next(plain)]
    for number in range(5):
        night += [f"CL999999{number}", next(plain), next(plain)]
    return night


def a_run(office, *words, **environment):
    return office.run("--limit", "3", *words, **environment)


def test_twenty_kinds_of_trouble_stand_in_one_list_by_cause(office, capsys, tmp_path):
    night = office.run(*office.worklist(planted(office)))
    assert night.returncode == 3, night.stderr
    office.practice("faults", "clear")
    portals = office.root / "config" / "portals.yaml"
    kept = portals.read_text()

    # A portal that takes no notes: what would be one is an exception.
    portals.write_text(kept.replace("notes: yes", "notes: no"))
    flagged = [truth["claim"] for truth in office.truths(**{"class": "flag"})][:25]
    office.run(*office.worklist(flagged))
    portals.write_text(kept)

    # The portal as a whole, one run each.
    for fault in ("F15", "F73", "F12", "F09", "F10", "F08"):
        (office.root / "sessions").mkdir(exist_ok=True)
        for state in (office.root / "sessions").glob("*"):
            state.unlink()
        office.practice("faults", "set", fault)
        a_run(office)
        office.practice("faults", "clear")
        office.claimbots("credentials", "unlock", "practice")
    portals.write_text(kept.replace(office.server.address, "http://127.0.0.1:9"))
    a_run(office)
    portals.write_text(kept)
    office.claimbots("stop", "--reason", "the vendor called")
    auto = [truth["claim"] for truth in office.truths(**{"class": "auto"})][-3:]
    office.run(*office.worklist(auto))
    office.claimbots("go")

    listed = [
        json.loads(line)
        for line in office.claimbots("exceptions", "list", "--json").stdout.splitlines()
    ]
    shown = office.claimbots("exceptions", "list", COLUMNS="100").stdout
    with capsys.disabled():
        print(f"\n{shown}")

    kinds = {group["code"] for group in listed}
    assert len(listed) >= 20, sorted(kinds)
    for group in listed:
        assert group["next"], group
        assert group["cause"], group
    one_decision_serves_many(office, max(listed, key=lambda group: group["claims"]))
    its_picture_is_there(office, tmp_path, listed)


def one_decision_serves_many(office, group):
    assert group["claims"] >= 3
    words = ("--as", "done", "--reason", "as agreed with the payer", "--by", "dana")
    done = office.claimbots("exceptions", "resolve", group["group"], *words)
    assert done.returncode == 0, done.stderr
    left = office.claimbots("exceptions", "list", "--json").stdout
    assert group["group"] not in left


def its_picture_is_there(office, folder, groups):
    seen = next(group["example"] for group in groups if group["example"]["evidence"])
    office.claimbots("exceptions", "show", seen["id"], "--evidence", str(folder))
    assert [path for path in folder.iterdir() if path.read_bytes().startswith(b"\x89PNG")]
