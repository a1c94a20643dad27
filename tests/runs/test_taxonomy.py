"""The taxonomy of faults: every code that we raise is in it, and the page shows it as it is."""

import re
from pathlib import Path

import pytest

import bots
import bots.hands
import bots.portals.login
import bots.portals.worklist
from bots.alerts.events import Event
from bots.faults import FAULTS, Ends, Fault, Kind, fault_of
from bots.portals.base import BusinessError, LoginRefused, PortalError, PortalFault
from bots.reports.next_steps import NEXT_STEPS

ROOT = Path(bots.__file__).parents[1]
PAGE = ROOT / "docs" / "faults.md"


def kinds_of(error):
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


RAISED = {kind.code: kind for kind in kinds_of(PortalError) if kind is not BusinessError}


@pytest.mark.parametrize("code", RAISED)
def test_every_error_of_a_portal_is_in_it_as_what_it_is(code):
    fault, error = FAULTS[code], RAISED[code]
    if issubclass(error, BusinessError | LoginRefused):
        assert fault.kind is Kind.BUSINESS
        assert fault.looks == 1
    if issubclass(error, PortalFault):
        assert fault.kind is Kind.APPLICATION
        assert fault.looks > 1
        assert fault.counts


def test_every_exception_that_the_source_names_is_in_it():
    named = set()
    for path in (ROOT / "bots").rglob("*.py"):
        text = path.read_text()
        named |= set(re.findall(r'ExceptionType\.\w+,\s*"([A-Z_]+)"', text))
        named |= set(re.findall(r'_(?:failed|exception)\([^)]*"([A-Z_]{4,})"', text))
    assert {"FLAGGED", "STUCK", "DRIFT"} <= named
    assert named <= set(FAULTS)


def test_each_has_words_for_a_person():
    assert set(FAULTS) == set(NEXT_STEPS)


def test_what_says_no_is_never_asked_again_and_a_save_never_repeated():
    for code, fault in FAULTS.items():
        if fault.kind is Kind.BUSINESS or code.startswith("SAVE_"):
            assert (fault.looks, fault.counts) == (1, False), code


def test_what_ends_more_than_its_claim_wakes_somebody():
    for code, fault in FAULTS.items():
        assert (fault.ends is not Ends.CLAIM) == bool(fault.wakes), code
        assert not fault.wakes or Event(fault.wakes)


def test_an_unknown_one_ends_its_claim_alone():
    assert fault_of("SOMETHING_NEW") == Fault(Kind.APPLICATION)


def row(code, fault):
    looks = "" if fault.looks == 1 else str(fault.looks)
    if fault.mend:
        looks += f", with {fault.mend}"
    counts = "yes" if fault.counts else ""
    return f"| {code} | {fault.kind} | {looks} | {fault.ends} | {counts} | {fault.wakes} |"


def test_the_page_shows_it_as_it_is():
    head = ["| code | kind | looks | ends | counts | wakes |", "|---|---|---|---|---|---|"]
    shown = PAGE.read_text().partition("<!-- faults -->\n")[2].partition("<!-- /faults -->")[0]
    assert shown.splitlines() == head + [row(code, fault) for code, fault in FAULTS.items()]
