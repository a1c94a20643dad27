"""Corrections: stored once and read back, refused, unneeded, and with somebody else at work."""

from __future__ import annotations

from dataclasses import replace

from bots.claims import Claim
from bots.hands import settle
from bots.ledger import Outcome, PublicKey, verify
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, item
from bots.portals.contract.trial import Trial, given
from bots.portals.contract.writing import Work, correcting, held

_NOT_OURS = (Outcome.CONFLICT, Outcome.REFUSED, Outcome.NOT_DONE)


@item(
    "correct-confirmed",
    Level.SILVER,
    "A change is saved once, read back, and nothing else moves.",
    writes=True,
    essential=True,
)
async def confirmed(trial: Trial) -> None:
    """The plain case."""
    async with correcting(trial) as work:
        work.demand_outcome(await work.perform(), Outcome.CONFIRMED)
        await work.demand_changed()


@item(
    "correct-already",
    Level.SILVER,
    "A record that holds the new value already is not saved again.",
    writes=True,
)
async def already(trial: Trial) -> None:
    """The same order a second time, as after a crash."""
    async with correcting(trial) as work:
        work.demand_outcome(await work.perform(), Outcome.CONFIRMED)
        work.demand_outcome(await work.perform(), Outcome.ALREADY_CORRECT)
        await work.demand_changed()


@item(
    "correct-refused",
    Level.SILVER,
    "A change that the portal refuses is told as refused, in its own words.",
    writes=True,
)
async def refused(trial: Trial) -> None:
    """The change of the specimens that the portal refuses."""
    wanted = given(trial.specimens.refused, "refused")
    trial.may_write()
    other = await trial.other()
    case = await trial.bench.read(wanted.claim)
    done = await trial.bench.correct(case, wanted.change())
    if done.outcome is not Outcome.REFUSED:
        raise Broken(f"the outcome is {done.outcome} and not refused")
    if wanted.words.lower() not in done.words.lower():
        raise Broken("the refusal does not have the portal's words")
    after = await other.read(wanted.claim)
    if held(after.claim, wanted.field, wanted.line) != wanted.from_:
        raise Broken(f"the record does not hold in {wanted.field} what it did")


@item(
    "correct-second-claim",
    Level.SILVER,
    "A save touches no other claim.",
    writes=True,
)
async def second_claim(trial: Trial) -> None:
    """The second claim of the specimens is the same before and after."""
    async with correcting(trial) as work:
        other = await trial.other()
        before = await other.read(work.wanted.second_claim)
        work.demand_outcome(await work.perform(), Outcome.CONFIRMED)
        after = await other.read(work.wanted.second_claim)
        if _unread(after.claim) != _unread(before.claim):
            raise Broken("another claim was changed by the save")
        await work.demand_changed()


@item(
    "correct-settled",
    Level.SILVER,
    "What a crash left open is settled by looking, never by saving.",
    writes=True,
)
async def settled(trial: Trial) -> None:
    """An intent is on the log, and nothing was done: it is closed as not done."""
    async with correcting(trial) as work:
        intent = trial.ledger.open_intent(
            run="contract",
            ref=trial.bench.ref(work.wanted.claim),
            kind="correct",
            actor="contract",
            changes=(work.wanted.change(),),
        )
        work.demand_outcome(await settle(intent, trial.bench.workplace), Outcome.NOT_DONE)
        await work.demand_unchanged(pressed=0)


@item(
    "correct-concurrent",
    Level.GOLD,
    "A claim that somebody else changed since it was read is left alone.",
    writes=True,
    essential=True,
)
async def concurrent(trial: Trial) -> None:
    """Somebody changes another field between our look and our save."""
    async with correcting(trial) as work:
        await work.somebody_else()
        work.demand_outcome(await work.perform(), Outcome.CONFLICT)
        await work.demand_unchanged(pressed=0, by_others=1)
        await work.demand_somebody_elses()


@item(
    "correct-concurrent-late",
    Level.GOLD,
    "Somebody else's change in the very last moment is not written over.",
    writes=True,
)
async def concurrent_late(trial: Trial) -> None:
    """Our save is under way when somebody else saves, and the portal hears them first."""
    async with correcting(trial) as work:
        on = _save(work)
        late = faults.meanwhile(work.somebody_else, before=True)
        async with trial.wire.playing(late, on, times=1):
            work.demand_outcome(await work.perform(), *_NOT_OURS)
        await work.demand_unchanged(by_others=1)
        await work.demand_somebody_elses()


@item(
    "correct-more-changed",
    Level.GOLD,
    "A save after which more has changed than was asked is a conflict.",
    writes=True,
    essential=True,
)
async def more_changed(trial: Trial) -> None:
    """Another field is another right after our save, as where a portal prices anew."""
    async with correcting(trial) as work:
        more = faults.meanwhile(work.somebody_else, before=False)
        async with trial.wire.playing(more, _save(work), times=1):
            work.demand_outcome(await work.perform(), Outcome.CONFLICT)
        await work.demand_changed(by_others=1)


@item(
    "correct-on-the-log",
    Level.SILVER,
    "Every save has its intent on the log before it, and the log verifies.",
    writes=True,
    essential=True,
)
async def on_the_log(trial: Trial) -> None:
    """One change, and the whole log of the trial."""
    async with correcting(trial) as work:
        done = await work.perform()
        work.demand_outcome(done, Outcome.CONFIRMED)
        records = [one.kind for one in trial.ledger.records() if one.intent == done.intent]
        if records != ["intent", "outcome"]:
            raise Broken("the log has not one intent and one outcome of it")
        public = trial.ledger.keys.signing.public_key().public_bytes_raw()
        key = PublicKey(trial.ledger.origin, public)
        if not verify(trial.ledger.folder.parent, trial.ledger.origin, key).good:
            raise Broken("the log does not verify")
        await work.demand_changed()


def _save(work: Work) -> faults.Matches:
    save = given(work.trial.specimens.requests.save, "requests.save")
    return save.of(work.wanted.claim)


def _unread(claim: Claim) -> Claim:
    """A claim without what is another at each look."""
    return replace(claim, lines_edited=None)
