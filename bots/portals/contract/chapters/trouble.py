"""Reading while the portal or the line fails: in time, and never a made-up claim."""

from __future__ import annotations

import time

from bots.portals.base import BusinessError, PortalError
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, item
from bots.portals.contract.trial import Trial


@item(
    "read-time-out",
    Level.GOLD,
    "A screen that does not come is given up in time.",
    essential=True,
)
async def time_out(trial: Trial) -> None:
    """The claim's screen is asked for, and nobody answers."""
    async with trial.impatient() as soon:
        limit = 2 * soon.bench.session.deadline
        began = time.monotonic()
        code = await _fails(soon, faults.stall)
        took = time.monotonic() - began
    if took > limit:
        raise Broken(f"it was given up after {took:.0f} seconds ({code})")


@item("read-line-cut", Level.GOLD, "A line that is cut once costs no claim.")
async def line_cut(trial: Trial) -> None:
    """The claim's screen is asked for, and the line is cut once."""
    await _read_though(trial, faults.cut)


@item("read-500-once", Level.GOLD, "A screen that fails once costs no claim.")
async def fails_once(trial: Trial) -> None:
    """The portal answers 500 once."""
    await _read_though(trial, faults.answer(500))


@item("read-down", Level.GOLD, "A portal that is down is a fault of the portal, not of the claim.")
async def down(trial: Trial) -> None:
    """The portal answers 503 as often as it is asked."""
    await _fails(trial, faults.answer(503))


@item("read-nothing", Level.GOLD, "An empty page is not read as a claim.", essential=True)
async def nothing(trial: Trial) -> None:
    """The portal answers 200 with nothing on the page."""
    page = "<!doctype html><html lang=en-US><body></body></html>"
    await _fails(trial, faults.answer(200, page))


@item("read-not-allowed", Level.GOLD, "A right that was lost is told, and not tried again.")
async def not_allowed(trial: Trial) -> None:
    """The portal answers 403."""
    code = await _fails(trial, faults.answer(403))
    if code != "NOT_ALLOWED":
        raise Broken(f"it is told as {code}")


async def _read_though(trial: Trial, act: faults.Act) -> None:
    number, shown = next(iter(trial.specimens.claims.items()))
    on = trial.specimens.requests.claim.of(number)
    async with trial.wire.playing(act, on, times=1):
        case = await trial.bench.read(number, shown.queue)
    if case.claim.number != number:
        raise Broken("another claim was read after it")


async def _fails(trial: Trial, act: faults.Act) -> str:
    """The code with which a look at the claim fails; a claim must not come of it."""
    number, shown = next(iter(trial.specimens.claims.items()))
    on = trial.specimens.requests.claim.of(number)
    try:
        async with trial.wire.playing(act, on):
            await trial.bench.open(number, shown.queue)
    except BusinessError as error:
        raise Broken(f"it is told as a fault of the claim ({error.code})") from None
    except PortalError as error:
        return error.code
    raise Broken("a claim was read although its screen never came")
