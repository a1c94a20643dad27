"""The taxonomy of faults: what each is, whether it is tried again, what it ends, whom it wakes.

The one table of it. `bots.portals.looking` tries again by it, `bots.runs` ends a run and leaves a
portal alone by it, `bots.runs.alerting` wakes people by it; what each means in words, and what to
do, is in `bots.reports.next_steps`. docs/faults.md shows it, and a test holds the page to it.

Only looking is ever tried again. A write that may have happened is settled by looking, never
repeated (docs/ledger.md), so that no fault of a save is in the first column.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Whose fault it is."""

    BUSINESS = "BUSINESS"  # the claim or the portal says no, and will again: never tried again
    APPLICATION = "APPLICATION"  # the machinery failed: it may go well the next time


class Mend(StrEnum):
    """What is done before the next try."""

    NOTHING = ""
    NEW_BROWSER = "a new browser"
    NEW_LOG_IN = "a new log-in"


class Ends(StrEnum):
    """How much it ends."""

    CLAIM = "the claim"  # the others go on
    WRITES = "every write of the run"  # the others are read and checked
    RUN = "the run"
    LOG_IN = "every run of the log-in"  # it is not typed again until a person says so


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault.

    Attributes:
        looks: how often the look is taken in all before it counts.
        counts: whether it brings nearer that the portal is left alone.
        wakes: the alert that it is (`bots.alerts.Event`), or an empty text: it waits for morning.
    """

    kind: Kind
    looks: int = 1
    mend: Mend = Mend.NOTHING
    ends: Ends = Ends.CLAIM
    counts: bool = False
    wakes: str = ""


# What is looked at again, and how long it is waited in between, doubled from try to try.
LOOKS = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.3, 5.0  # seconds

# What opens the circuit: the portal is left alone, and the run ends.
DRIFT_IN_A_ROW = 3  # claims on which a named element was missing
FAULTS_IN_A_ROW = 8  # claims that the machinery failed
FAULTS_OF_LAST, LAST = 10, 20  # so many of the last so many
CIRCUIT_REST = 15 * 60.0  # seconds in which no schedule begins another run at that portal

# What has an end although nothing answers.
LONGEST_CLAIM = 300.0  # seconds without what its saves may take to land
MOST_DEATHS = 5  # of workers at one claim in one run; then it goes to a person

# Two users of one log-in throw each other out for ever: a person must part them.
LOG_INS_AT_MOST, LOG_IN_SPAN = 5, 15 * 60.0  # in so many seconds


def longest_claim(save_limit: float) -> float:
    """Seconds that a claim has, where a save may take so many to land.

    Every call has a limit of its own, and this is above them all: two saves, each tried twice.
    """
    return LONGEST_CLAIM + 4 * save_limit


def _looked_again(mend: Mend = Mend.NOTHING) -> Fault:
    return Fault(Kind.APPLICATION, looks=LOOKS, mend=mend, counts=True)


def _says_no() -> Fault:
    return Fault(Kind.BUSINESS)


def _refuses_us(wakes: str = "log-in-refused") -> Fault:
    return Fault(Kind.BUSINESS, ends=Ends.LOG_IN, wakes=wakes)


FAULTS: dict[str, Fault] = {
    # The screens, the network and the browser.
    "DEADLINE": _looked_again(),
    "UNREACHED": _looked_again(),
    "REDRAWN": _looked_again(),
    "PORTAL_FAULT": _looked_again(),
    "ELEMENT_MISSING": _looked_again(),
    "LIST_INCOMPLETE": _looked_again(),
    "BROWSER_GONE": _looked_again(Mend.NEW_BROWSER),
    "SESSION_ENDED": _looked_again(Mend.NEW_LOG_IN),
    "DRIFT": Fault(Kind.APPLICATION, ends=Ends.RUN, wakes="portal-changed"),
    "PORTAL": Fault(Kind.APPLICATION, ends=Ends.RUN, wakes="run-failed"),
    # The log-in.
    "LOGIN_REFUSED": _refuses_us(),
    "LOGIN_REFUSED_BEFORE": _refuses_us(),
    "PASSWORD_EXPIRED": _refuses_us(),
    "CODE_REFUSED": _refuses_us(),
    "CAPTCHA": _refuses_us(),
    "ACCOUNT_LOCKED": _refuses_us("account-locked"),
    "LOG_IN_CONTESTED": Fault(Kind.APPLICATION, ends=Ends.RUN, wakes="run-failed"),
    "NOT_ALLOWED": Fault(Kind.APPLICATION, ends=Ends.RUN, wakes="run-failed"),
    # The claim.
    "NOT_FOUND": _says_no(),
    "WRONG_RECORD": _says_no(),
    "UNREADABLE": _says_no(),
    "LOCATOR_NOT_SURE": _says_no(),
    "SCREEN_DRIFTED": Fault(Kind.BUSINESS, ends=Ends.WRITES, wakes="portal-changed"),
    "CHANGED_MEANWHILE": _says_no(),
    "FLAGGED": _says_no(),
    "NOT_WRITTEN": _says_no(),
    # The save: settled by looking, never repeated.
    "SAVE_REFUSED": _says_no(),
    "SAVE_CONFLICT": _says_no(),
    "SAVE_DIFFERS": _says_no(),
    "SAVE_UNKNOWN": Fault(Kind.APPLICATION),
    "SAVE_NOT_DONE": Fault(Kind.APPLICATION),
    # Approvals.
    "PROPOSAL_STALE": _says_no(),
    "NOT_EVALUATED": _says_no(),
    "APPROVAL_EXPIRED": _says_no(),
    "SECOND_APPROVAL_NEEDED": _says_no(),
    # Our own side.
    "HALTED": Fault(Kind.APPLICATION),
    "STUCK": Fault(Kind.APPLICATION),
    "GIVEN_UP": Fault(Kind.APPLICATION),
    "OTHER_LOG": Fault(Kind.APPLICATION),
    "UNEXPECTED": Fault(Kind.APPLICATION),
}


def fault_of(code: str) -> Fault:
    """What is known of a fault; one of a name that is not here ends its claim."""
    return FAULTS.get(code, Fault(Kind.APPLICATION))


def that_wake(event: str) -> frozenset[str]:
    """The codes that are this alert."""
    return frozenset(code for code, fault in FAULTS.items() if fault.wakes == event)
