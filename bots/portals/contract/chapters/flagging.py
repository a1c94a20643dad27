"""Flags: one keyed note on the right record, once; and the portal's own hold."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bots.claims import HOLD, Case
from bots.hands import Done, Halted, settle
from bots.ledger import Outcome
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, NotTried, item
from bots.portals.contract.specimens import Flag
from bots.portals.contract.trial import Trial, given
from bots.portals.contract.wire import Count

_TEXT = "A bot tries its contract with this portal on this test claim."


@dataclass
class Note:
    """A note to write, with a key of its own."""

    trial: Trial
    wanted: Flag
    case: Case
    key: str
    count: Count

    async def write(self) -> Done:
        """Let the hands write it; raises NotTried where a brake is on."""
        try:
            return await self.trial.bench.perform(
                self.case, note_key=self.key, note_text=f"{_TEXT} {self.key}"
            )
        except Halted as halted:
            raise NotTried(f"nothing is written: {halted}") from None

    async def demand(self, done: Done, *allowed: Outcome, there: bool, pressed: int = 1) -> None:
        """Demand an outcome, whether the note is on the record, and how often it was sent."""
        if done.outcome not in allowed:
            raise Broken(f"the outcome is {done.outcome} ({done.words})")
        if self.count.pressed != pressed:
            raise Broken(f"the note was sent {self.count.pressed} times and not {pressed}")
        if await self.is_on(self.wanted.claim) is not there:
            raise Broken("the note is there" if not there else "the note is not on the record")

    async def is_on(self, number: str) -> bool:
        """Whether the note is on a record: the other log-in settles an intent by looking."""
        other = await self.trial.other()
        intent = self.trial.ledger.open_intent(
            run="contract",
            ref=other.ref(number),
            kind="flag",
            actor="contract",
            note_key=self.key,
            note_text=_TEXT,
        )
        done = await settle(intent, other.workplace)
        if done.outcome not in (Outcome.CONFIRMED, Outcome.NOT_DONE):
            raise NotTried("the notes of the record could not be looked at")
        return done.outcome is Outcome.CONFIRMED


@item(
    "flag-note",
    Level.SILVER,
    "A note is written once, found by its key, and not written again.",
    writes=True,
    essential=True,
)
async def note(trial: Trial) -> None:
    """The plain case, and the same order a second time."""
    async with _noting(trial) as work:
        await work.demand(await work.write(), Outcome.CONFIRMED, there=True)
        await work.demand(await work.write(), Outcome.ALREADY_CORRECT, there=True)


@item("flag-right-record", Level.SILVER, "A note is on its own claim and no other.", writes=True)
async def right_record(trial: Trial) -> None:
    """The second claim of the specimens is looked at, too."""
    async with _noting(trial) as work:
        await work.demand(await work.write(), Outcome.CONFIRMED, there=True)
        if await work.is_on(work.wanted.second_claim):
            raise Broken("the note is on another claim, too")


@item(
    "flag-lost-response",
    Level.GOLD,
    "A note whose answer is lost is found, and never written twice.",
    writes=True,
    essential=True,
)
async def lost_response(trial: Trial) -> None:
    """The portal stores it, and the line is cut."""
    async with _noting(trial) as work:
        async with trial.wire.playing(faults.deliver_and_cut, work.count.on):
            done = await work.write()
        await work.demand(done, Outcome.CONFIRMED, there=True)


@item(
    "flag-silently-ignored",
    Level.GOLD,
    "A note that was not stored is not told as written.",
    writes=True,
)
async def silently_ignored(trial: Trial) -> None:
    """The claim's screen comes, and no note was stored."""
    async with _noting(trial) as work:
        page = trial.specimens.requests.claim.path.replace("{claim}", work.wanted.claim)
        async with trial.wire.playing(faults.instead(page), work.count.on):
            done = await work.write()
        allowed = (Outcome.NOT_DONE, Outcome.REFUSED, Outcome.UNKNOWN)
        await work.demand(done, *allowed, there=False)


@item("flag-hold", Level.SILVER, "A claim is put on the portal's own hold, once.", writes=True)
async def hold(trial: Trial) -> None:
    """Nothing takes it off again: a claim that an earlier trial held must be found so."""
    wanted = given(trial.specimens.hold, "hold")
    request = given(trial.specimens.requests.hold, "requests.hold")
    trial.may_write()
    other = await trial.other()
    case = await trial.bench.read(wanted.claim)
    was_held = case.claim.on_hold
    with trial.wire.counting(request.of(wanted.claim)) as count:
        done = await trial.bench.perform(case, changes=(HOLD,), hold_reason=_TEXT)
        if done.outcome is not (Outcome.ALREADY_CORRECT if was_held else Outcome.CONFIRMED):
            raise Broken(f"the outcome is {done.outcome} ({done.words})")
        if count.pressed != (not was_held):
            raise Broken(f"the hold was sent {count.pressed} times")
    if not (await other.read(wanted.claim)).claim.on_hold:
        raise Broken("the record is not on hold")


@asynccontextmanager
async def _noting(trial: Trial) -> AsyncIterator[Note]:
    wanted = given(trial.specimens.flag, "flag")
    request = given(trial.specimens.requests.note, "requests.note")
    trial.may_write()
    await trial.other()
    case = await trial.bench.read(wanted.claim)
    with trial.wire.counting(request.of(wanted.claim)) as count:
        yield Note(trial, wanted, case, f"contract-{secrets.token_hex(6)}", count)
