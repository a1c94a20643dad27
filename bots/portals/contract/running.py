"""Tries items one after another, with or without pytest; what they raise becomes results."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from bots.errors import Problem
from bots.portals.base import PortalError
from bots.portals.contract.items import Broken, Item, NotTried
from bots.portals.contract.trial import Trial
from bots.portals.contract.verdict import Result, State

LONGEST = 300.0  # seconds for one item: nothing of it may wait for ever


async def tried(item: Item, trial: Trial) -> Result:
    """One item's result; never raises for what the portal or its module does."""
    reason = trial.specimens.exempt.get(item.id)
    if reason is not None:
        return Result(item, State.EXEMPT, reason)
    began = time.monotonic()
    state, reason = await _tried(item, trial)
    return Result(item, state, reason, time.monotonic() - began)


async def tried_all(
    items: Iterable[Item], trial: Trial, told: Callable[[Result], None] = lambda result: None
) -> list[Result]:
    """The results of items, each told as soon as it is there."""
    results = []
    for item in items:
        results.append(await tried(item, trial))
        told(results[-1])
    return results


async def _tried(item: Item, trial: Trial) -> tuple[State, str]:
    try:
        async with asyncio.timeout(LONGEST):
            await item.run(trial)
    except Broken as broken:
        return State.BROKEN, str(broken)
    except NotTried as lacking:
        return State.NOT_TRIED, str(lacking)
    except PortalError as error:
        return State.BROKEN, f"{error.code}: {error}"
    except Problem as problem:
        return State.NOT_TRIED, problem.sentence()
    except TimeoutError:
        return State.BROKEN, f"it took longer than {LONGEST:.0f} seconds"
    except Exception as error:  # a module's own mistake; its text may quote a claim
        return State.BROKEN, f"the module raised {type(error).__name__}"
    return State.HELD, ""
