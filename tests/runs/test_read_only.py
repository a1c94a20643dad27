"""A form that has drifted: nothing more is written in that run, and all is still read."""

import json

import pytest

from bots.hands import Halted
from bots.portals.base import NotSure, ScreenDrifted
from bots.runs import ends
from bots.runs.claim import Told
from bots.runs.course import Course
from bots.store.facts import ClaimOutcome, ExceptionType, NewException, SeenRecord


def told(halted: str = "") -> Told:
    seen = SeenRecord("C1", 1, ClaimOutcome.FAILED, reviewed=False)
    exceptions = [NewException(ExceptionType.APPLICATION, "HALTED", "x")] if halted else []
    return Told(seen, exceptions=exceptions, halted=halted)


def test_a_drifted_form_ends_the_writing_and_not_the_run():
    course = Course()
    course.met(ScreenDrifted("edit: save: nothing matches"))
    course.met(ScreenDrifted("edit: member_id: it is hidden"))

    assert course.read_only == f"{ends.READ_ONLY}: edit: save: nothing matches"
    assert course.stop_reason == ""


def test_a_claims_own_doubt_ends_nothing():
    course = Course()
    course.met(NotSure("edit: the form has no box for it"))
    assert (course.read_only, course.stop_reason) == ("", "")


@pytest.mark.parametrize("course", [Course(read_only="why"), Course(ceiling="why")])
def test_what_is_held_back_then_says_nothing_of_the_portal(course):
    """Many claims that wait for the selector file, or another day, are no reason to stop."""
    for _ in range(30):
        course.weigh(told(halted=str(Halted("why"))))
    assert course.stop_reason == ""
    assert course.left_over

    stopped = Course()
    stopped.weigh(told(halted="claimbots stop is on"))
    assert stopped.stop_reason == "claimbots stop is on"


@pytest.mark.night
def test_a_run_reads_on_writes_nothing_more_and_proposes_a_patch(office):
    first, second = office.that_are_corrected()[:2]
    office.practice("faults", "set", "F25", f"claim={first}", "path=/edit/", "field=save")

    done = office.run(*office.worklist([first, second]), "--pages", "1", "--json")

    assert done.returncode == 3, done.stderr
    assert (office.saves(first), office.saves(second)) == (0, 0)
    said = json.loads(done.stdout.splitlines()[-1])
    run = said["run"] if "run" in said else said["id"]
    codes = office.ask_store(f"SELECT number, code FROM store_exceptionrow WHERE run_id = '{run}'")
    assert sorted(code for _, code in codes) == ["HALTED", "SCREEN_DRIFTED"]
    assert list((office.root / "evidence").glob(f"{run}-*"))
    folder = office.root / "reports" / run
    assert "# edit.save: nothing on the page is like role button" in (
        folder / "selectors.patch"
    ).read_text(encoding="utf-8")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "edit.save" in page
    assert ends.READ_ONLY in page
