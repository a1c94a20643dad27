"""The form that changes a claim, when it is not as it was: nothing is typed into a doubt."""

from __future__ import annotations

from bots.ledger import Outcome
from bots.portals.base import NotSure, PortalError
from bots.portals.contract import surgery
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, NotTried, item
from bots.portals.contract.trial import Trial, given
from bots.portals.contract.writing import Work, correcting


@item(
    "form-second-rank",
    Level.GOLD,
    "A button that reads otherwise is not pressed, whatever its id.",
    writes=True,
    essential=True,
)
async def second_rank(trial: Trial) -> None:
    """The save button has another name; its lower locators would still find it."""
    await _left_alone(trial, "rename", "save")


@item("form-twice", Level.GOLD, "Of two equal buttons neither is pressed.", writes=True)
async def twice(trial: Trial) -> None:
    """The save button stands there twice."""
    await _left_alone(trial, "double", "save")


@item("form-gone", Level.GOLD, "Without its button a form is not sent.", writes=True)
async def gone(trial: Trial) -> None:
    """The save button is not there."""
    await _left_alone(trial, "remove", "save")


@item(
    "form-mask",
    Level.GOLD,
    "A box that alters what is typed into it is not saved.",
    writes=True,
    essential=True,
)
async def mask(trial: Trial) -> None:
    """Every box loses its last letter while it is typed into."""
    await _left_alone(trial, "mask", "")


@item(
    "form-other-claim",
    Level.GOLD,
    "The form of another claim is not typed into.",
    writes=True,
    essential=True,
)
async def other_claim(trial: Trial) -> None:
    """The form of the second claim comes where that of the first was asked for."""
    edit = given(trial.specimens.requests.edit, "requests.edit")
    async with correcting(trial) as work:
        wrong = faults.of_another(work.wanted.claim, work.wanted.second_claim)
        save = given(trial.specimens.requests.save, "requests.save")
        with trial.wire.counting(save.of()) as any_save:
            async with trial.wire.playing(wrong, edit.of(work.wanted.claim)):
                await _stopped(work)
            if any_save.pressed:
                raise Broken("a form was sent")
        await work.demand_unchanged(pressed=0)


@item(
    "form-question",
    Level.GOLD,
    "A question that nobody foresaw is dismissed, and nothing is saved.",
    writes=True,
)
async def question(trial: Trial) -> None:
    """The form asks before it is sent."""
    edit = given(trial.specimens.requests.edit, "requests.edit")
    asks = surgery.script("ask", surgery.ANYWHERE, text="Submit this claim to the payer now?")
    words = trial.bench.session.words
    async with correcting(trial) as work:
        before = len(words)
        async with trial.wire.altering(asks, edit.of(work.wanted.claim)):
            try:
                done = await work.perform()
            except NotSure:
                pass
            else:
                if len(words) == before:
                    raise NotTried("the form is not sent as forms are, so that nothing was asked")
                work.demand_outcome(done, Outcome.REFUSED, Outcome.NOT_DONE)
        await work.demand_unchanged(pressed=0)


@item("form-window", Level.GOLD, "A window that opens by itself is closed.", writes=True)
async def window(trial: Trial) -> None:
    """The form's page opens a window."""
    await _saved_though(trial, "open_window")


@item("form-download", Level.GOLD, "A download that begins by itself is cancelled.", writes=True)
async def download(trial: Trial) -> None:
    """The form's page begins a download."""
    await _saved_though(trial, "download")


async def _left_alone(trial: Trial, act: str, name: str) -> None:
    edit = given(trial.specimens.requests.edit, "requests.edit")
    selectors = trial.bench.session.selectors
    where = surgery.element(selectors, "edit", name) if name else surgery.ANYWHERE
    async with correcting(trial) as work:
        script = surgery.script(act, where)
        async with trial.wire.altering(script, edit.of(work.wanted.claim)):
            await _stopped(work)
        await work.demand_unchanged(pressed=0)


async def _stopped(work: Work) -> None:
    """Demand that the hands stopped of themselves."""
    try:
        done = await work.perform()
    except PortalError:
        return
    if done.outcome is Outcome.CONFIRMED:
        raise Broken("it was saved all the same")


async def _saved_though(trial: Trial, act: str) -> None:
    edit = given(trial.specimens.requests.edit, "requests.edit")
    words = trial.bench.session.words
    async with correcting(trial) as work:
        before = len(words)
        script = surgery.script(act, surgery.ANYWHERE)
        async with trial.wire.altering(script, edit.of(work.wanted.claim)):
            work.demand_outcome(await work.perform(), Outcome.CONFIRMED)
        if len(words) == before:
            raise Broken("what came up by itself is not told")
        await work.demand_changed()
