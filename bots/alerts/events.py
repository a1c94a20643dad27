"""What an office is told of: each event, what it says, and what to do about it.

The words are fixed. A subject is the name of a portal, a schedule or a log; nothing that a
portal or a person wrote is ever part of a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    """What may happen."""

    RUN_FAILED = "run-failed"
    PORTAL_CHANGED = "portal-changed"
    CIRCUIT_OPEN = "circuit-open"
    CEILING_REACHED = "ceiling-reached"
    LOG_IN_REFUSED = "log-in-refused"
    ACCOUNT_LOCKED = "account-locked"
    SCHEDULE_MISSED = "schedule-missed"
    SCHEDULE_FAILED = "schedule-failed"
    LOG_BROKEN = "log-broken"


@dataclass(frozen=True, slots=True)
class Meaning:
    """In words: of what it speaks, what happened, what to do, and when it is over."""

    about: str
    says: str
    do: str
    is_over: str


_AFTER_A_RUN = "a run of the portal was done"
_AFTER_THE_LIST = "a run over the portal's list was done"  # not one of approved proposals

MEANINGS: dict[Event, Meaning] = {
    Event.RUN_FAILED: Meaning(
        "portal",
        "a run broke off, or has waited for an hour or more and its vault is down",
        "look at `claimbots runs show` and `claimbots exceptions list`, and run again: what is "
        "done is not done twice",
        _AFTER_THE_LIST,
    ),
    Event.PORTAL_CHANGED: Meaning(
        "portal",
        "the portal's screens are not as the selector file says; nothing is written there",
        "`claimbots exceptions list` names the elements; mend selectors/ and run in shadow first",
        _AFTER_THE_LIST,
    ),
    Event.CIRCUIT_OPEN: Meaning(
        "portal",
        "the portal failed claim after claim, and was left alone",
        "look whether it is up; then run again",
        _AFTER_THE_LIST,
    ),
    Event.CEILING_REACHED: Meaning(
        "portal",
        "a ceiling for corrections was reached; the run read on and wrote no more",
        "read the report; if all is well, run again, or raise run.corrections_per_run or _per_day",
        "a run over the portal's list was done below the ceiling",
    ),
    Event.LOG_IN_REFUSED: Meaning(
        "portal",
        "the portal refused the log-in; it is not tried again",
        "put it right with `claimbots credentials set`, or `unlock` if it is right",
        _AFTER_A_RUN,
    ),
    Event.ACCOUNT_LOCKED: Meaning(
        "portal",
        "the portal says that the account is locked; the log-in is not tried again",
        "find out why at the portal, then `claimbots credentials unlock`",
        _AFTER_A_RUN,
    ),
    Event.SCHEDULE_MISSED: Meaning(
        "schedule",
        "a time of the schedule was missed, and is too long ago to be caught up with",
        "look why `claimbots serve` was not at work; begin it with `claimbots schedule run-now`",
        "a later time of the schedule was done",
    ),
    Event.SCHEDULE_FAILED: Meaning(
        "schedule",
        "a run of the schedule could not begin or broke off",
        "`claimbots schedule list` says why; then `claimbots schedule run-now`",
        "a later time of the schedule was done",
    ),
    Event.LOG_BROKEN: Meaning(
        "audit log",
        "the audit log cannot be written; no bot saves anything",
        "look at the disk, keep the folder as it is, and run `claimbots audit verify`",
        "a run was done",
    ),
}
