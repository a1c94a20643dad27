"""Whatever a portal does to a save: one try, and the log says what is true.

One run meets every fault, each on a claim of its own, and one more run comes after it.
"""

from dataclasses import dataclass

import pytest
from runs.office import an_office

# The first test waits for both runs.
pytestmark = [pytest.mark.timeout(400), pytest.mark.night]


@dataclass(frozen=True)
class Fault:
    """What the portal does to a claim, and what must become of it."""

    name: str
    first: list[str]  # what the first run says of its intents, in order
    saves: int  # that the portal stored in the first run
    last: list[str] = ()  # what is said of all of them after the next run, if it is more
    options: tuple[str, ...] = ()
    own: str = ""  # an option that takes the very change that the bot means to make

    def __str__(self):
        return self.name


SAVED, TWICE = ["confirmed"], ["not-done", "confirmed"]
SAVED_AFTER_ALL = ["refused", "confirmed"]
FAULTS = [
    Fault("F49", ["conflict"], 1, ["conflict", "confirmed"], ("after=history",)),
    Fault("F50", ["already-correct"], 1, options=("after=history",), own="value"),
    Fault("F51", ["conflict"], 1, options=("after=history",)),
    Fault("F53", ["conflict"], 1),
    Fault("F54", ["refused"], 0, SAVED_AFTER_ALL),
    Fault("F55", SAVED, 1),
    Fault("F56", SAVED, 1, options=("kind=popup",)),
    Fault("F61", SAVED, 1, options=("seconds=5",)),
    Fault("F63", SAVED, 1),
    Fault("F64", SAVED, 1),
    Fault("F65", TWICE, 1),
    Fault("F66", ["refused"], 0, SAVED_AFTER_ALL),
    Fault("F69", TWICE, 1),
    Fault("F70", ["refused"], 0, SAVED_AFTER_ALL),
    Fault("F71", ["conflict"], 1, ["conflict", "confirmed"]),
    Fault("F74", SAVED, 1),
    Fault("F75", ["unknown"], 1, SAVED),
    Fault("save-ignored", TWICE, 1),
]


@dataclass
class Told:
    """What the two runs left behind."""

    claims: dict[str, str]
    first: dict[str, list[str]]
    saves: dict[str, int]
    last: dict[str, list[str]]
    saves_at_last: dict[str, int]
    done: list
    verified: bool


def _outcomes(office, claims):
    found = {claim: [] for claim in claims}
    for sealed, outcomes in office.intents().values():
        if sealed["claim"] in found and sealed["changes"]:
            found[sealed["claim"]].append(outcomes[-1] if outcomes else "open")
    return found


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office with so many claims that the bot corrects enough of them by itself."""
    with an_office(tmp_path_factory.mktemp("faults") / "demo", claims=3000) as office:
        yield office


@pytest.fixture(scope="module")
def told(office):
    truths = {truth["claim"]: truth for truth in office.truths(**{"class": "auto"})}
    would = office.that_are_corrected()
    assert len(would) >= len(FAULTS), f"only {len(would)} claims to correct"
    claims = dict(zip(map(str, FAULTS), would, strict=False))
    known = _outcomes(office, claims.values())
    for fault in FAULTS:
        truth = truths[claims[fault.name]]
        options = list(fault.options)
        if fault.own:
            options += [f"field={truth['field']}", f"value={truth['right']}"]
            options += [f"line={truth['line']}"] if truth["line"] else []
        office.practice("faults", "set", fault.name, f"claim={truth['claim']}", *options)

    def outcomes():
        now = _outcomes(office, claims.values())
        return {claim: now[claim][len(known[claim]) :] for claim in now}

    def saves():
        written = office.witness()["claims"]
        return {claim: written.get(claim, {}).get("saves", 0) for claim in claims.values()}

    done = [office.run(*office.worklist(claims.values()))]
    first, saves_first = outcomes(), saves()
    office.practice("faults", "clear")
    done.append(office.run(*office.worklist(claims.values())))
    return Told(claims, first, saves_first, outcomes(), saves(), done, office.verified())


def test_the_runs_end_without_a_traceback_and_the_log_verifies(told):
    for done in told.done:
        assert "Traceback" not in done.stderr
    assert told.done[0].returncode == 3  # some claims are left to people
    assert told.done[1].returncode == 0, told.done[1].stdout
    assert told.verified


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_faulty_save_is_tried_once_and_told_truly(told, fault):
    claim = told.claims[fault.name]

    assert told.first[claim] == fault.first
    assert told.saves[claim] == fault.saves
    assert told.last[claim] == (fault.last or fault.first)
    assert told.saves_at_last[claim] == fault.saves + told.last[claim][len(fault.first) :].count(
        "confirmed"
    )
