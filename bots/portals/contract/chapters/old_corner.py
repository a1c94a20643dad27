"""The old-fashioned corner: screens in a window of their own, in frames, without names."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from bots.claims import ClaimRef
from bots.portals.base import PortalError
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, NotTried, item
from bots.portals.contract.specimens import OldCorner
from bots.portals.contract.trial import Trial, given


@runtime_checkable
class HasRemittance(Protocol):
    """A reader that reads eligibility and remittance, which `Reader` does not ask of all."""

    async def remittance(self, ref: ClaimRef) -> tuple[tuple[str, str], ...]:
        """What the window says, by our names."""
        ...


@item("corner-read", Level.BRONZE, "A screen in a window or in frames is read.")
async def read(trial: Trial) -> None:
    """What it says is held against the specimens."""
    wanted = given(trial.specimens.old_corner, "old_corner")
    said = dict(await _said(trial, wanted))
    for name, value in wanted.says.items():
        if said.get(name) != value:
            raise Broken(f"{name} is not read as the specimens say")


@item("corner-closed", Level.GOLD, "A window that was opened is closed again.")
async def closed(trial: Trial) -> None:
    """No page is left over that another one opened."""
    wanted = given(trial.specimens.old_corner, "old_corner")
    await _said(trial, wanted)
    if await trial.wire.windows():
        raise Broken("a window was left open")


@item("corner-other-claim", Level.GOLD, "A window that shows another claim is not read.")
async def other_claim(trial: Trial) -> None:
    """The window shows the other claim of the specimens."""
    wanted = given(trial.specimens.old_corner, "old_corner")
    request = given(trial.specimens.requests.window, "requests.window")
    wrong = faults.of_another(wanted.claim, wanted.other)
    try:
        async with trial.wire.playing(wrong, request.of(wanted.claim)):
            await _said(trial, wanted)
    except PortalError:
        return
    raise Broken("another claim's window was read")


@item("corner-time-out", Level.GOLD, "A frame that does not come is given up in time.")
async def time_out(trial: Trial) -> None:
    """Nobody answers for the frame; the next look is a good one."""
    wanted = given(trial.specimens.old_corner, "old_corner")
    request = given(trial.specimens.requests.window, "requests.window")
    async with trial.impatient() as soon:
        try:
            async with soon.wire.playing(faults.stall, request.of(wanted.claim)):
                await _said(soon, wanted)
        except PortalError:
            pass
        else:
            raise Broken("a window was read that never came")
        await _said(soon, wanted)


async def _said(trial: Trial, wanted: OldCorner) -> tuple[tuple[str, str], ...]:
    reader = await trial.bench.reader()
    if not isinstance(reader, HasRemittance):
        raise NotTried("the reader has no `remittance`")
    return await reader.remittance(trial.bench.ref(wanted.claim))
