"""The judge of the fault matrix sees what is wrong, and is silent where nothing is."""

import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import judge
import store_cases

from bots.places import Places
from bots.store import database, records
from bots.store.facts import (
    ChangeOutcome,
    ChangeRecord,
    ClaimOutcome,
    Ending,
    RunState,
    SeenRecord,
)

CHANGE = {"field": "ndc", "line": 1, "from": "a", "to": "b"}


@dataclass
class Story:
    """What portal, log and store say of one claim, C1, in place of an office."""

    root: Path
    saves: dict[str, int] = field(default_factory=lambda: {"C1": 1})
    log: dict = field(
        default_factory=lambda: {"i1": ({"claim": "C1", "changes": [CHANGE]}, ["confirmed"])}
    )
    is_verified: bool = True

    def witness(self):
        claims = {claim: {"saves": count} for claim, count in self.saves.items()}
        return {"writes": sum(self.saves.values()), "claims": claims}

    def intents(self):
        return self.log

    def ask_store(self, question):
        with sqlite3.connect(self.root / "store.sqlite3") as store:
            return store.execute(question).fetchall()

    def verified(self):
        return self.is_verified

    def told(self, *, kept=("i1",), seen=True, is_ended=True):
        """The store of it: the intents whose change it has, and whether claim and run are done."""
        database.connect(Places(self.root))
        run = store_cases.a_run()
        changes = [
            ChangeRecord("ndc-hyphens", "ndc", 1, "a", "b", ChangeOutcome.CONFIRMED, intent)
            for intent in kept
        ]
        if seen:
            records.keep_claim(
                run.id, SeenRecord("C1", 1, ClaimOutcome.CORRECTED), changes=changes
            )
        if is_ended:
            records.end_run(run.id, Ending(RunState.DONE))
        database.close()
        return judge.judged(self, judge.Before(set(), ""), ["C1"])


@pytest.fixture
def story(tmp_path):
    Places(tmp_path / "data").made()
    return Story(tmp_path / "data")


def test_one_story_told_three_times_has_no_fault(story):
    verdict = story.told()

    assert verdict.faults == []
    assert verdict.writes == 1


@pytest.mark.parametrize("stored", [0, 2])
def test_a_save_too_many_or_too_few_for_the_log(story, stored):
    story.saves = {"C1": stored}

    assert any(f"stored {stored} saves" in words for words in story.told().faults)


def test_a_save_that_no_intent_announced(story):
    story.saves = {"C1": 1, "C2": 1}

    assert any("the log confirms 0" in words for words in story.told().faults)


@pytest.mark.parametrize(("stored", "holds"), [(0, True), (1, True), (2, False)])
def test_what_the_log_doubts_was_stored_once_at_most(story, stored, holds):
    story.log = {"i1": ({"claim": "C1", "changes": [CHANGE]}, ["unknown"])}
    story.saves = {"C1": stored}

    assert (story.told(kept=()).faults == []) is holds


def test_an_intent_without_an_outcome(story):
    story.log = {"i1": ({"claim": "C1", "changes": [CHANGE]}, [])}

    assert "an intent is open" in story.told().faults


def test_a_confirmed_save_that_the_store_does_not_know(story):
    assert "a confirmed save is not in the store" in story.told(kept=()).faults


def test_a_change_that_stands_in_the_store_twice(story):
    assert "a change stands in the store twice" in story.told(kept=("i1", "i1")).faults


def test_a_claim_that_nobody_saw_and_a_run_that_nobody_ended(story):
    faults = story.told(seen=False, is_ended=False).faults

    assert "1 claims of the list were never seen" in faults
    assert "1 runs are still at work" in faults


def test_a_log_that_does_not_verify(story):
    story.is_verified = False

    assert "the log does not verify" in story.told().faults
