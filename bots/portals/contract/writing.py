"""One claim on the bench: corrected by the hands, judged by the other log-in, put back after.

What is on the record is read in a browser that no fault meets. How often it was saved is counted
twice: on the wire, and by the record's own version where the portal counts one.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bots.claims import CLAIM_FIELDS, LINE_FIELDS, Case, Change, Claim, value_of
from bots.errors import Problem
from bots.hands import Done, Halted
from bots.ledger import Outcome
from bots.portals.base import PortalError
from bots.portals.contract.colleague import do
from bots.portals.contract.items import Broken, NotTried
from bots.portals.contract.specimens import Correct, OneChange
from bots.portals.contract.trial import Trial, given
from bots.portals.contract.wire import Count


@dataclass
class Work:
    """A claim to correct, as it was read on the bench right before."""

    trial: Trial
    wanted: Correct
    case: Case
    count: Count
    now: Case | None = None  # as the other log-in saw it last

    async def perform(self) -> Done:
        """Let the hands make the change.

        Raises:
            BusinessError, PortalFault: as `hands.perform`; nothing was saved then.
            NotTried: a brake is on.
        """
        try:
            return await self.trial.bench.correct(self.case, self.wanted.change())
        except Halted as halted:
            raise NotTried(f"nothing is written: {halted}") from None

    async def not_performed(self) -> None:
        """Let the hands try, and demand that they stop of themselves before anything is saved."""
        try:
            done = await self.perform()
        except PortalError:
            pass
        else:
            if done.outcome in (Outcome.CONFIRMED, Outcome.ALREADY_CORRECT):
                raise Broken(f"it was saved all the same: {_told(done)}")
        await self.demand_unchanged(pressed=0)

    def demand_outcome(self, done: Done, *allowed: Outcome) -> None:
        """Demand what the hands say became of it."""
        if done.outcome not in allowed:
            wanted = " or ".join(outcome.value for outcome in allowed)
            raise Broken(f"the outcome is {_told(done)} and not {wanted}")

    async def demand_changed(self, *, pressed: int = 1, by_others: int = 0) -> None:
        """Demand that the record holds the new value, by one save."""
        await self._demand(self.wanted.to, pressed, stored=1 + by_others)

    async def demand_unchanged(self, *, pressed: int = 1, by_others: int = 0) -> None:
        """Demand that the record holds the old value, and that nothing of ours was stored."""
        await self._demand(self.wanted.from_, pressed, stored=by_others)

    async def somebody_else(self) -> None:
        """Another person changes another field of the same claim.

        Raises:
            NotTried: it could not be done.
        """
        change = self.wanted.somebody_else.change()
        if self.wanted.somebody_else.steps:
            await _by_steps(self.trial, self.wanted, change)
            return
        other = await self.trial.other()
        done = await other.correct(await other.read(self.wanted.claim), change)
        if done.outcome is not Outcome.CONFIRMED:
            raise NotTried(f"somebody else could not change the claim: {_told(done)}")

    async def demand_somebody_elses(self) -> None:
        """Demand that what the other person wrote is still there."""
        change = self.wanted.somebody_else.change()
        if held(await self.seen(), change.field, change.line) != change.to:
            raise Broken(f"what somebody else wrote into {change.field} is gone")

    async def seen(self) -> Claim:
        """The record, read afresh in the other browser."""
        self.now = await (await self.trial.other()).read(self.wanted.claim)
        return self.now.claim

    async def _demand(self, value: str, pressed: int, stored: int) -> None:
        claim, wanted = await self.seen(), self.wanted
        if self.count.pressed != pressed:
            raise Broken(f"the save was sent {self.count.pressed} times and not {pressed}")
        if held(claim, wanted.field, wanted.line) != value:
            raise Broken(f"the record does not hold in {wanted.field} what it should")
        before, after = self.case.claim.version, claim.version
        if before.isdigit() and after.isdigit() and int(after) - int(before) != stored:
            saves = int(after) - int(before)
            raise Broken(f"the record was saved {saves} times and not {stored}")
        if stored == (value == wanted.to):  # nobody else was at it
            moved = _moved(self.case.claim, claim, {(wanted.field, wanted.line)})
            if moved:
                raise Broken(f"more was stored than was asked: {', '.join(moved)}")


@asynccontextmanager
async def correcting(trial: Trial) -> AsyncIterator[Work]:
    """The claim to correct, holding the old value; it does so again afterwards.

    Raises:
        NotTried: nothing may be written, or the specimens have no claim for it.
    """
    wanted = given(trial.specimens.correct, "correct")
    save = given(trial.specimens.requests.save, "requests.save")
    trial.may_write()
    case = await trial.bench.read(wanted.claim)
    if held(case.claim, wanted.field, wanted.line) != wanted.from_:
        await put_back(trial, wanted, None)
        trial.may_write()
        case = await trial.bench.read(wanted.claim)
    if case.claim.status not in trial.office.portal.not_yet_sent:
        raise NotTried("the claim to correct is in a state in which no bot changes one")
    with trial.wire.counting(save.of(wanted.claim)) as count:
        work = Work(trial, wanted, case, count)
        try:
            yield work
        finally:
            await put_back(trial, wanted, work.now)


async def put_back(trial: Trial, wanted: Correct, now: Case | None) -> None:
    """Let the others write the old values again; where they cannot, the trial is spoiled."""
    theirs = wanted.somebody_else
    try:
        other = await trial.other()
        case = now or await other.read(wanted.claim)
        one, another = _back(case.claim, wanted), _back(case.claim, theirs)
        by_hands = (one,) if theirs.steps else (one, another)
        moved = tuple(change for change in by_hands if change.from_ != change.to)
        if moved:
            done = await other.correct(case, *moved)
            if done.outcome is not Outcome.CONFIRMED:
                trial.spoiled = f"claim {wanted.claim} could not be put back: {_told(done)}"
        if theirs.steps and another.from_ != another.to:
            await _by_steps(trial, wanted, another)
    except (PortalError, Problem, Halted, NotTried) as error:
        trial.spoiled = f"claim {wanted.claim} could not be put back: {type(error).__name__}"


def _back(claim: Claim, place: OneChange) -> Change:
    now = held(claim, place.field, place.line)
    return Change(place.field, place.line, now, place.from_)


async def _by_steps(trial: Trial, wanted: Correct, change: Change) -> None:
    """Let the colleague of the specimens make a change, and look whether it was made.

    Raises:
        NotTried: it was not.
    """
    theirs = wanted.somebody_else
    try:
        await do(await trial.colleague(theirs.credential), theirs.steps, change.to)
    except PortalError as error:
        raise NotTried(f"somebody else could not change the claim: {error}") from None
    seen = await (await trial.other()).read(wanted.claim)
    if held(seen.claim, change.field, change.line) != change.to:
        raise NotTried("somebody else's steps did not change the claim")


def held(claim: Claim, field: str, line: int | None) -> str:
    """A field's value, empty where the claim has no such line."""
    with contextlib.suppress(KeyError, ValueError):
        return value_of(claim, field, line)
    return ""


def _moved(before: Claim, after: Claim, meant: set[tuple[str, int | None]]) -> list[str]:
    """The names of the fields that differ and were not meant to."""
    places: list[tuple[str, int | None]] = [(name, None) for name in CLAIM_FIELDS]
    places += [(name, line.number) for line in before.lines for name in LINE_FIELDS]
    return [
        name if line is None else f"line {line} {name}"
        for name, line in places
        if (name, line) not in meant and held(before, name, line) != held(after, name, line)
    ]


def _told(done: Done) -> str:
    outcome = done.outcome.value if done.outcome else "nothing"
    return f"{outcome} ({done.words})" if done.words else outcome
