"""What each exception means and what to do about it: the one table, for every door and page.

A code that is not here is answered by its type: BUSINESS, the claim or the portal said no;
APPLICATION, the machinery failed. `{id}` is the exception's or group's id; `{portal}`,
`{queue}`, `{claim}` and `{proposal}` are those of the exception, of a group its example's;
`{kind}` and `{credential}` are its portal's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bots.config.portals import Portal
from bots.store.facts import ExceptionRecord, ExceptionType

_RETRY = "`claimbots exceptions retry {id}`"
_DONE = "`claimbots exceptions resolve {id}`"
_AGAIN = "`claimbots run --portal {portal} --queue {queue}`"
_SET = "`claimbots credentials set {credential}`"
_UNLOCK = "`claimbots credentials unlock {credential}`"


@dataclass(frozen=True, slots=True)
class NextStep:
    """In words for a person: what it means, and what to do."""

    means: str
    do: str


# By code. The screens and the browser first, then the log-in, the claim, the save, proposals.
NEXT_STEPS = {
    "DRIFT": NextStep(
        "The portal's screens are not as the selector file says; nothing was opened.",
        "Mend `selectors/{kind}.yaml`, then run again: " + _AGAIN + ".",
    ),
    "ELEMENT_MISSING": NextStep(
        "A named element of a screen was not found.",
        "Look at that screen in the portal, mend `selectors/{kind}.yaml`, then " + _RETRY + ".",
    ),
    "LIST_INCOMPLETE": NextStep(
        "The portal's list shows more claims than could be read.",
        "Run again when the list is quiet: " + _AGAIN + ".",
    ),
    "DEADLINE": NextStep(
        "The portal did not answer in time.",
        "See that the portal is well, then " + _RETRY + "; often so: `browser.deadline_seconds`.",
    ),
    "UNREACHED": NextStep(
        "The portal could not be reached at all.",
        "Check its address and the network with `claimbots doctor`, then run again: "
        + _AGAIN
        + ".",
    ),
    "OTHER_LOG": NextStep(
        "A worker of another machine left this run; its log knows what it had saved.",
        "Start a worker on that machine again: what its log knows comes into the store. Until "
        "then the portal itself shows it; nothing is saved twice. Then " + _DONE + ".",
    ),
    "BROWSER_GONE": NextStep(
        "The browser died under a call.",
        "`claimbots doctor` looks at our side (memory, disk); then " + _RETRY + ".",
    ),
    "REDRAWN": NextStep(
        "The page went on while it was looked at.", "Let it be tried again: " + _RETRY + "."
    ),
    "PORTAL_FAULT": NextStep(
        "The portal or the browser failed.", "See that the portal is well, then " + _RETRY + "."
    ),
    "PORTAL": NextStep(
        "The portal answered in a way that we do not know.",
        "Open that screen in the portal by hand, then " + _RETRY + ".",
    ),
    "SESSION_ENDED": NextStep(
        "The portal had logged us out.",
        "See that nobody else uses the bot's log-in, then " + _RETRY + ".",
    ),
    "LOG_IN_CONTESTED": NextStep(
        "The portal ends our sessions again and again: somebody else uses this log-in.",
        "Give the bot a log-in of its own: " + _SET + ".",
    ),
    "LOGIN_REFUSED": NextStep(
        "The portal refused user name or password; it is not tried again.",
        "Set the right ones: " + _SET + ".",
    ),
    "LOGIN_REFUSED_BEFORE": NextStep(
        "The portal refused this log-in earlier; it was not asked again.",
        _SET + ", or " + _UNLOCK + " once you know why.",
    ),
    "PASSWORD_EXPIRED": NextStep(
        "The portal wants a new password.",
        "Change it in the portal, then " + _SET + "; where it stayed the same: " + _UNLOCK + ".",
    ),
    "ACCOUNT_LOCKED": NextStep(
        "The portal has locked the account.",
        "Have it unlocked there, then " + _UNLOCK + ".",
    ),
    "CODE_REFUSED": NextStep(
        "The portal refused the one-time code.",
        "See that this machine's clock is right and the seed is this account's, then "
        + _UNLOCK
        + ".",
    ),
    "CAPTCHA": NextStep(
        "The portal asks for something that only a person can answer.",
        "Log in once by hand, or ask the portal to leave the bot's account out of it; then "
        + _UNLOCK
        + ", for it is not typed again before.",
    ),
    "NOT_ALLOWED": NextStep(
        "The account lacks a right, or the portal led to another address.",
        "Give the bot's account that right in the portal, then run again: " + _AGAIN + ".",
    ),
    "NOT_FOUND": NextStep(
        "The portal has no such claim.",
        "Check the claim's number; if it is no longer there: " + _DONE + ".",
    ),
    "WRONG_RECORD": NextStep(
        "A screen showed another claim than the one asked for; nothing was done.",
        "Open the claim in the portal by hand. If it is right there: " + _RETRY + ".",
    ),
    "UNREADABLE": NextStep(
        "A value on the screen has no meaning for us.",
        "Open the claim and mend the field named (cut short, foreign letters, an unknown "
        "state), then " + _RETRY + ".",
    ),
    "LOCATOR_NOT_SURE": NextStep(
        "The portal shows a field in doubt; nothing was saved.",
        "Mend the claim in the portal by hand, or `selectors/{kind}.yaml`; then " + _RETRY + ".",
    ),
    "SCREEN_DRIFTED": NextStep(
        "What would be written through is not as it was recorded; nothing was saved, and nothing "
        "more was written in that run.",
        "Look at that screen, then apply the run's `selectors.patch` or mend "
        "`selectors/{kind}.yaml`; then " + _RETRY + ".",
    ),
    "CHANGED_MEANWHILE": NextStep(
        "Somebody changed the record between our look and our save; nothing was saved.",
        "Nothing by hand: " + _RETRY + " reads it anew.",
    ),
    "FLAGGED": NextStep(
        "The findings need a person, and this portal takes no notes.",
        "Look at the claim with its record; when it is settled: " + _DONE + ".",
    ),
    "NOT_WRITTEN": NextStep(
        "What was asked for is not the bot's to write, or the audit log here does not have the "
        "save to put back; nothing was begun.",
        "Where another machine saved it, a run there puts it back. Else mend the claim in the "
        "portal by hand; then " + _DONE + ".",
    ),
    "HALTED": NextStep(
        "A brake held before anything was begun.",
        "When writing may go on (`claimbots go`, a ceiling, quiet hours): " + _RETRY + ".",
    ),
    "SAVE_REFUSED": NextStep(
        "The portal refused the save, in the words given.",
        "Mend the claim in the portal as those words ask, then " + _RETRY + ".",
    ),
    "SAVE_CONFLICT": NextStep(
        "Somebody else changed the claim before our save; nothing was saved.",
        "Nothing by hand: the next run reads it anew; at once: " + _RETRY + ".",
    ),
    "SAVE_DIFFERS": NextStep(
        "After our save the claim holds something else: half of it, more than was asked, or "
        "nothing of it. It stays until a person has looked.",
        "Compare the claim with `claimbots audit show --claim {claim}`, mend it in the portal; "
        "then " + _DONE + ".",
    ),
    "SAVE_UNKNOWN": NextStep(
        "The record could not be read back after a save.",
        "Nothing by hand: the next run looks it up before anything else: " + _AGAIN + ".",
    ),
    "SAVE_NOT_DONE": NextStep(
        "The record was seen unchanged after a save.",
        "The next run decides anew; at once: " + _RETRY + ".",
    ),
    "PROPOSAL_STALE": NextStep(
        "The claim is no longer what was approved; nothing was saved.",
        "Have the claim checked and proposed anew: " + _RETRY + ".",
    ),
    "NOT_EVALUATED": NextStep(
        "The check behind an approved change could not be evaluated; nothing was saved, and it "
        "stays approved.",
        "Bring in what the message names (a table: `claimbots codesets status`), then "
        "`claimbots run --portal {portal} --queue approved`.",
    ),
    "APPROVAL_EXPIRED": NextStep(
        "The approval waited longer than `approvals.valid_days`; nothing was saved.",
        "Have it proposed anew with " + _RETRY + ", and apply it sooner.",
    ),
    "SECOND_APPROVAL_NEEDED": NextStep(
        "By now two people must approve it (`approvals.four_eyes`), and one has.",
        "Another person: `claimbots proposals approve {proposal}`.",
    ),
    "STUCK": NextStep(
        "The claim came to no end in the time that a claim has, and was broken off.",
        "See that the portal answers for this claim, then " + _RETRY + "; whether it had been "
        "saved is looked up first.",
    ),
    "GIVEN_UP": NextStep(
        "The worker died again and again while it was at this claim, and it is left alone.",
        "Find out why on the worker's own output; `claimbots doctor` looks at our side (memory, "
        "disk). Then " + _RETRY + ", or do the claim by hand; then " + _DONE + ".",
    ),
    "UNEXPECTED": NextStep(
        "A fault of claimbots itself.", "Report it with what was seen; then " + _RETRY + "."
    ),
}  # fmt: skip

# BUSINESS is never retried by itself: the claim or the portal said no, and will again.
_BY_TYPE = {
    ExceptionType.BUSINESS: NextStep(
        "The claim or the portal said no.",
        "Open the claim in the portal and mend it, then " + _RETRY + ".",
    ),
    ExceptionType.APPLICATION: NextStep(
        "The machinery failed.",
        "`claimbots doctor` looks at our side; when the portal answers: " + _RETRY + ".",
    ),
}


def next_step(entry: ExceptionRecord, portals: Mapping[str, Portal], id: str = "") -> NextStep:
    """What an exception means and what to do.

    Args:
        portals: the office's; of one that is not there any more its own name stands.
        id: its group's where many are meant.
    """
    step = NEXT_STEPS.get(entry.code, _BY_TYPE[entry.type])
    portal = portals.get(entry.portal)
    words = {
        "id": id or entry.id,
        "portal": entry.portal,
        "kind": portal.kind if portal else entry.portal,
        "credential": portal.credential if portal else entry.portal,
        "queue": entry.queue or "pending",
        "claim": entry.number or "N",
        "proposal": entry.proposal or "ID",
    }
    again = _AGAIN if not entry.number else _RETRY  # a whole run is not one claim's to retry
    return NextStep(step.means, step.do.replace(_RETRY, again).format(**words))
