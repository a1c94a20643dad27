"""The one careful pair of hands: the only room that writes to a portal.

One intent is one save of one claim with all its changes. `perform` reads top to bottom as
the promise: intent on disk, look again, act once, read back, outcome on disk. A save is
never repeated: what may have happened is looked for. `settle` does the same looking for an
intent that an earlier process left open.

Retry policy: looking is tried three times; acting exactly once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bots import faults
from bots.claims import CLAIM_FIELDS, HOLD, LINE_FIELDS, Case, Change, Claim, ClaimRef, value_of
from bots.config import Portal
from bots.crashpoints import crashpoint
from bots.ledger import Ledger, OpenIntent, Outcome, find_intent
from bots.policy.limits import forbidden_to_undo, forbidden_together
from bots.portals.base import (
    BusinessError,
    ChangedMeanwhile,
    Editor,
    NotFound,
    PortalError,
    PortalFault,
    SaveAnswer,
    Saved,
)
from bots.portals.editing import open_editor
from bots.portals.looking import looking
from bots.portals.session import Session
from bots.secrets import SealError

# How often we look again after a save whose answer we do not trust.
_LOOKS = 3


class Halted(Exception):
    """A brake is on (stop, ceiling): nothing was saved. The text says which."""


class NotWritten(BusinessError):
    """The hands do not write this, whoever asks for it; nothing was begun."""

    code = "NOT_WRITTEN"


class NotOnThisLog(NotWritten):
    """This log has no such save to put back; another machine's may have it."""


@dataclass(frozen=True)
class Workplace:
    """Where the hands work. `brake` says why no write may begin now, or None.

    It is told whether the write changes the claim: that has a ceiling, a note has none. Asked
    again right before the click, it is told that it does not: the ceiling is spent once.
    """

    session: Session
    ledger: Ledger
    portal: Portal
    run: str
    actor: str
    shadow: bool
    policy_version: str
    tables: str
    brake: Callable[[bool], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Order:
    """What to do to one claim, and why.

    A correction has changes, a flag a keyed note; a hold has a reason, and `HOLD` as its only
    change. `made` is what this run has already changed on the claim since it was read. `undoes`
    is the intent of ours that the changes put back. `answers` names the check of each change,
    where there are several.
    """

    ref: ClaimRef
    case: Case
    checks: tuple[str, ...]
    reason: str
    changes: tuple[Change, ...] = ()
    note_key: str = ""
    note_text: str = ""
    authority: str = ""
    decided_by: str = "policy"
    hold_reason: str = ""
    made: tuple[Change, ...] = ()
    undoes: str = ""
    answers: Mapping[Change, str] = field(default_factory=dict)

    @property
    def kind(self) -> Literal["correct", "flag", "hold"]:
        """What the intent will be for."""
        if self.hold_reason:
            return "hold"
        return "correct" if self.changes else "flag"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an order. `intent` is empty where nothing was begun (shadow).

    `acted` is whether a save went out, or may have: a conflict before it left nothing behind.
    """

    outcome: Outcome | None
    intent: str = ""
    words: str = ""
    after_crash: bool = False
    acted: bool = False

    @property
    def is_shadow(self) -> bool:
        """Whether this is only what would have been done."""
        return self.outcome is None


async def perform(order: Order, at: Workplace) -> Done:
    """Do one order by the promise of the hands; never twice.

    Raises:
        Halted: a brake is on; nothing was begun, or it is closed as not done.
        NotWritten: it is not for a bot to write, or not ours to put back; nothing was begun.
        BusinessError: the screen is not one to write through; nothing was saved.
        PortalFault: the portal could not be looked at before the act; nothing was saved.
        LedgerBroken: the intent could not be put on disk; nothing was begun.
    """
    if banned := _banned(order):
        raise NotWritten(f"not written: {banned}")
    if order.undoes:
        await asyncio.to_thread(_must_be_ours, order, at)
    if at.shadow:
        return Done(None)
    halted = await at.brake(bool(order.changes))
    if halted:
        raise Halted(halted)
    # 1. The intent is on disk before anything is touched.
    intent = await asyncio.to_thread(_open, order, at)
    crashpoint("hands.after_intent")
    answer: SaveAnswer | None = None

    async def brake() -> None:
        # Looking again may have taken minutes, and a stop holds within seconds.
        if halted := await at.brake(False):
            raise Halted(halted)

    try:
        async with open_editor(at.session, intent, brake) as editor:
            # 2. Look again: has somebody else changed it, or is it right already?
            before: Claim = await looking(at.session)(
                editor.look_again, order.case.claim, intent.changes
            )
            early = await _already(editor, intent, order, before)
            if early is not None:
                return await _close(at, intent, *early, acted=False)
            crashpoint("hands.before_act")
            # 3. Act. Save once.
            answer = await _act(editor, intent)
    except Halted as error:
        await _close(at, intent, Outcome.NOT_DONE, str(error), acted=False)
        raise
    except ChangedMeanwhile as error:
        return await _close(at, intent, Outcome.CONFLICT, str(error), acted=False)
    except (BusinessError, PortalFault) as error:
        # Without an answer no save was begun. With one, only giving the page back failed.
        if answer is None:
            await _close(at, intent, Outcome.NOT_DONE, error.code, acted=False)
            raise
    crashpoint("hands.after_act")
    assert answer is not None
    # 4. Open the record afresh and read every field back. 5. The outcome is on disk.
    outcome, words = await _read_back(at, intent, answer, before)
    crashpoint("hands.before_outcome")
    done = await _close(at, intent, outcome, words)
    crashpoint("hands.after_outcome")
    return done


async def settle(
    intent: OpenIntent,
    at: Workplace,
    *,
    is_anothers: Callable[[OpenIntent], Awaitable[bool]] | None = None,
) -> Done:
    """Find out what became of an intent that was left open, by looking only.

    All new: confirmed after the crash. All old, seen twice and later than the portal's save
    limit: not done, and the claim is decided again under a new intent. Else: conflict; so is a
    claim that the portal does not have any more, seen in the same way.

    Args:
        is_anothers: says whether another intent, on another log, has made this change since.
            Then it is already correct: one save is never confirmed under two.
    """
    limit = at.portal.save_limit_seconds
    # Whoever opened it may have saved as late as its claim had time.
    late = intent.opened_at.timestamp() + faults.longest_claim(limit) + limit
    seen = await _look(at, intent)
    if seen in {"old", "gone"}:
        left = late - datetime.now(UTC).timestamp()
        # Never longer than the limit itself: it is dead by now, and a clock set back would keep
        # us here for hours.
        await asyncio.sleep(min(max(0.2, left), limit))
        first, seen = seen, await _look(at, intent)
        if {first, seen} == {"old", "gone"}:
            seen = "unseen"  # neither was seen twice
    match seen:
        case "new":
            if is_anothers is not None and await is_anothers(intent):
                words = "another intent has saved it meanwhile"
                became = Outcome.ALREADY_CORRECT
                return await _close(at, intent, became, words, after_crash=True, acted=False)
            return await _close(at, intent, Outcome.CONFIRMED, "", after_crash=True)
        case "old":
            words = "seen unchanged twice"
            return await _close(at, intent, Outcome.NOT_DONE, words, after_crash=True)
        case "mixed":
            words = "neither as before nor wholly saved"
            return await _close(at, intent, Outcome.CONFLICT, words, after_crash=True)
        case "gone":
            words = "the portal does not have the claim any more, seen twice"
            return await _close(at, intent, Outcome.CONFLICT, words, after_crash=True)
    return Done(Outcome.UNKNOWN, intent.id, "the portal cannot be looked at yet")


def _banned(order: Order) -> str | None:
    match order.kind:
        case "hold":
            return None if order.changes == (HOLD,) else "a hold changes nothing else"
        case "correct" if order.undoes:
            return forbidden_to_undo(order.case, order.changes)
        case "correct":
            return forbidden_together(order.case, order.changes)
    return None


def _must_be_ours(order: Order, at: Workplace) -> None:
    """See that this puts back what we wrote: the log is asked, whatever the order says.

    Raises:
        NotOnThisLog: the log does not know the save.
        NotWritten: it was no confirmed save, or not of these changes on this claim.
    """
    try:
        written = find_intent(at.ledger, order.undoes)
    except SealError:
        words = "the patient was redacted: nobody can say what was written"
        raise NotWritten(f"not written: {words}") from None
    if written is None:
        words = "the audit log of this machine has no confirmed save to put back"
        raise NotOnThisLog(f"not written: {words}")
    if written.outcome is not Outcome.CONFIRMED:
        words = "the audit log has no confirmed save to put back"
    elif (written.portal, written.claim) != (order.ref.portal, order.ref.number):
        words = "the save to put back was on another claim"
    elif set(written.undone) != set(order.changes):
        words = "it is not what was written that would be put back"
    else:
        return
    raise NotWritten(f"not written: {words}")


def _open(order: Order, at: Workplace) -> OpenIntent:
    return at.ledger.open_intent(
        run=at.run,
        ref=order.ref,
        kind=order.kind,
        actor=at.actor,
        changes=order.changes,
        checks=order.checks,
        note_key=order.note_key,
        note_text=order.hold_reason or order.note_text,
        reason=order.reason,
        policy=at.policy_version,
        tables=at.tables,
        patient=order.case.claim.patient.record_number,
        body={"authority": order.authority, "decided_by": order.decided_by}
        | ({"undoes": order.undoes} if order.undoes else {}),
    )


async def _close(
    at: Workplace,
    intent: OpenIntent,
    outcome: Outcome,
    words: str,
    *,
    after_crash: bool = False,
    acted: bool = True,
) -> Done:
    """Put what became of it on the log. `acted`: a save went out, or may have."""
    closing = asyncio.ensure_future(
        asyncio.to_thread(
            at.ledger.close,
            intent,
            outcome,
            actor=at.actor,
            words=words,
            after_crash=after_crash,
            body={"acted": acted},
            run=at.run,
        )
    )
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        # Whoever is at the run's end reads on the log what this was: so it is there by then.
        await asyncio.wait([closing])
        raise
    return Done(outcome, intent.id, words, after_crash, acted)


async def _already(
    editor: Editor, intent: OpenIntent, order: Order, before: Claim
) -> tuple[Outcome, str] | None:
    """The outcome where nothing needs or may be saved; None where the save may go ahead."""
    if intent.kind == "flag":
        if await editor.find_note(intent.note_key):
            return Outcome.ALREADY_CORRECT, ""
        return _conflict(order, before)  # a note says what was found on the claim as it was read
    match held_against(before, intent.changes):
        case "new":
            return Outcome.ALREADY_CORRECT, ""
        case "mixed":
            return Outcome.CONFLICT, "the claim is no longer what it was checked with"
    read = order.case.claim
    if before.status != read.status or before.on_hold != read.on_hold:
        return Outcome.CONFLICT, "the claim's state moved on"
    return _conflict(order, before)


def _conflict(order: Order, before: Claim) -> tuple[Outcome, str] | None:
    """What the checks said may no longer hold, whatever field it is that moved."""
    moved = _moved(order.case.claim, before, order.made)
    if not moved:
        return None
    return Outcome.CONFLICT, f"somebody else changed the claim meanwhile: {moved}"


async def _act(editor: Editor, intent: OpenIntent) -> SaveAnswer:
    try:
        if intent.kind == "flag":
            return await editor.write_note(intent.note_key, intent.note_text)
        if intent.kind == "hold":
            return await editor.put_on_hold(intent.note_text)
        return await editor.correct(intent.changes)
    except BusinessError:
        raise  # not sure: nothing was saved
    except PortalFault as error:
        # The editor could not say whether the save went out: a time-out is unknown.
        return SaveAnswer(Saved.UNKNOWN, error.code)


async def _read_back(
    at: Workplace, intent: OpenIntent, answer: SaveAnswer, before: Claim
) -> tuple[Outcome, str]:
    answered = time.monotonic()  # what went before it took its own time: the limit begins here
    for look in range(_LOOKS):
        seen, after = await _look_whole(at, intent)
        if seen == "new":
            return _confirmed(intent, before, after)
        if seen == "mixed":
            return Outcome.CONFLICT, "only part of the save is on the record"
        if seen == "old" and answer.saved is Saved.REFUSED:
            return Outcome.REFUSED, answer.words
        if seen == "old" and look + 1 == _LOOKS:
            if after is not None and after.version != before.version:
                # It was stored, by us or by somebody, and is not what was meant: no second try.
                return (
                    Outcome.CONFLICT,
                    f"{answer.saved.value}, and nothing of it is on the record",
                )
            if answer.saved is Saved.UNCLEAR:
                return Outcome.REFUSED, answer.words
            return Outcome.NOT_DONE, f"{answer.saved.value}, but the record is unchanged"
        if seen in {"unseen", "gone"}:
            return Outcome.UNKNOWN, "the record could not be read back"
        # Unchanged so far: a slow save or a stale page. The last look is after the limit.
        left = at.portal.save_limit_seconds - (time.monotonic() - answered)
        await asyncio.sleep(0.3 if look == 0 else max(0.3, left))
    raise AssertionError("the loop returns")


def _confirmed(intent: OpenIntent, before: Claim, after: Claim | None) -> tuple[Outcome, str]:
    if intent.kind == "flag" or after is None:
        return Outcome.CONFIRMED, ""
    moved = _moved(before, after, intent.changes)
    if moved:
        return Outcome.CONFLICT, f"saved, but the portal changed more than was asked: {moved}"
    return Outcome.CONFIRMED, ""


def _moved(before: Claim, after: Claim, meant: Sequence[Change] = ()) -> str:
    """The names of the fields that differ, but for those that were meant to."""
    expected = {(change.field, change.line) for change in meant}
    moved = {
        place[0]
        for place in _places(before)
        if place not in expected and _value(before, *place) != _value(after, *place)
    }
    if len(before.lines) != len(after.lines):
        moved.add("lines")
    return ", ".join(sorted(moved))


def _places(claim: Claim) -> list[tuple[str, int | None]]:
    places: list[tuple[str, int | None]] = [(field, None) for field in CLAIM_FIELDS]
    places += [(field, line.number) for line in claim.lines for field in LINE_FIELDS]
    return places


def _value(claim: Claim, field: str, line: int | None) -> str | None:
    try:
        return value_of(claim, field, line)
    except KeyError:
        return None


async def _look(at: Workplace, intent: OpenIntent) -> str:
    return (await _look_whole(at, intent))[0]


async def _look_whole(at: Workplace, intent: OpenIntent) -> tuple[str, Claim | None]:
    """ "new", "old", "mixed", "gone" or "unseen", with the claim where it was read."""
    try:
        return await looking(at.session)(_look_once, at, intent)
    except NotFound:
        return "gone", None
    except PortalError:
        return "unseen", None


async def _look_once(at: Workplace, intent: OpenIntent) -> tuple[str, Claim]:
    async with open_editor(at.session, intent) as editor:
        claim = await editor.look(intent.changes)
        if intent.kind == "flag":
            there = await editor.find_note(intent.note_key)
            return ("new" if there else "old"), claim
        return held_against(claim, intent.changes), claim


def held_against(claim: Claim, changes: Sequence[Change]) -> str:
    """ "new" where the claim holds all that the changes lead to, "old" all that they start
    from; else "mixed".
    """
    states = set()
    for change in changes:
        try:
            value = value_of(claim, change.field, change.line)
        except (KeyError, ValueError):  # no such field, line or role
            return "mixed"
        states.add("new" if value == change.to else "old" if value == change.from_ else "else")
    return states.pop() if len(states) == 1 and states <= {"new", "old"} else "mixed"
