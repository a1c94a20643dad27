"""Saves whose answer is lost, late, false or never given: once, and what is told is true."""

from __future__ import annotations

import asyncio

from bots.ledger import Outcome
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Level, item
from bots.portals.contract.trial import Trial, given
from bots.portals.contract.writing import Work, correcting

# Of a save that never arrived: what the hands may say of it.
_NOT_SAVED = (Outcome.NOT_DONE, Outcome.REFUSED, Outcome.UNKNOWN)


@item(
    "correct-lost-response",
    Level.GOLD,
    "A save whose answer is lost is found on the record, and never sent again.",
    writes=True,
    essential=True,
)
async def lost_response(trial: Trial) -> None:
    """The portal stores it, and the line is cut."""
    await _found(trial, faults.deliver_and_cut)


@item(
    "correct-lost-request",
    Level.GOLD,
    "A save that never reached the portal is not told as done, and never sent again.",
    writes=True,
    essential=True,
)
async def lost_request(trial: Trial) -> None:
    """The line is cut before the portal hears of it."""
    await _not_there(trial, faults.cut)


@item(
    "correct-time-out",
    Level.GOLD,
    "A save that is not answered in time is looked for, and never sent again.",
    writes=True,
    essential=True,
)
async def time_out(trial: Trial) -> None:
    """The portal stores it, and no answer comes."""
    async with trial.impatient() as soon:
        await _found(soon, faults.deliver_and_stall)


@item(
    "correct-gateway-after",
    Level.GOLD,
    "A gateway's error after the save is no failure: the record is looked at.",
    writes=True,
)
async def gateway_after(trial: Trial) -> None:
    """Stored, and answered with 502."""
    await _found(trial, faults.answer(502, deliver=True))


@item(
    "correct-gateway-before",
    Level.GOLD,
    "A gateway's error before the save is not told as done, and the save not sent again.",
    writes=True,
)
async def gateway_before(trial: Trial) -> None:
    """Answered with 502, and the portal never heard of it."""
    await _not_there(trial, faults.answer(502))


@item(
    "correct-stored-late",
    Level.GOLD,
    "A save that lands only after it was given up is found.",
    writes=True,
)
async def stored_late(trial: Trial) -> None:
    """Answered with 504 at once, and stored only when the record is looked at again."""
    claim = trial.specimens.requests.claim
    ready = asyncio.Event()
    async with correcting(trial) as work:
        looks = claim.of(work.wanted.claim)

        def ready_at_the_look(method: str, address: str, body: str) -> bool:
            if looks(method, address, body) and work.count.pressed:
                ready.set()
            return _save(work)(method, address, body)

        async with trial.wire.playing(faults.deliver_once(ready), ready_at_the_look, times=1):
            work.demand_outcome(await work.perform(), Outcome.CONFIRMED)
        await work.demand_changed()


@item(
    "correct-silently-ignored",
    Level.GOLD,
    "A save that the portal says it stored, and did not, is not told as done.",
    writes=True,
    essential=True,
)
async def silently_ignored(trial: Trial) -> None:
    """The page that follows a save comes, and nothing was saved."""
    async with correcting(trial) as work:
        page = trial.specimens.saved_page or trial.specimens.requests.claim.path
        shown = faults.instead(page.replace("{claim}", work.wanted.claim))
        async with trial.wire.playing(shown, _save(work)):
            work.demand_outcome(await work.perform(), *_NOT_SAVED)
        await work.demand_unchanged()


@item(
    "correct-expired",
    Level.GOLD,
    "A session that has ended when Save is pressed loses nothing and saves nothing twice.",
    writes=True,
    essential=True,
)
async def expired(trial: Trial) -> None:
    """The portal does not know the session that the save comes with."""
    async with correcting(trial) as work:
        async with trial.wire.logged_out(_save(work), trial.door):
            work.demand_outcome(await work.perform(), *_NOT_SAVED)
        await work.demand_unchanged()


async def _found(trial: Trial, act: faults.Act) -> None:
    """Stored once, whatever was heard of it, and confirmed by looking."""
    async with correcting(trial) as work:
        async with trial.wire.playing(act, _save(work)):
            work.demand_outcome(await work.perform(), Outcome.CONFIRMED)
        await work.demand_changed()


async def _not_there(trial: Trial, act: faults.Act) -> None:
    async with correcting(trial) as work:
        async with trial.wire.playing(act, _save(work)):
            work.demand_outcome(await work.perform(), *_NOT_SAVED)
        await work.demand_unchanged()


def _save(work: Work) -> faults.Matches:
    save = given(work.trial.specimens.requests.save, "requests.save")
    return save.of(work.wanted.claim)
