"""Every planted broken portal is refused, at its own item and for its own reason."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from types import ModuleType

import pytest
import pytest_asyncio
from portals.contract.broken import PLANTED, Planted
from practice.visiting import Portal as PortalFolder

from bots.portals.contract.items import all_items
from bots.portals.contract.running import tried
from bots.portals.contract.trial import Trial
from bots.portals.contract.verdict import State
from bots.portals.registry import editor_of, reader_of
from bots.portals.screen import Seen
from bots.portals.tab import Tab

asynchronous = pytest.mark.asyncio(loop_scope="session")
KIND = "planted"


def test_each_broken_portal_is_refused_for_a_reason_of_its_own():
    assert len({(one.item, one.words) for one in PLANTED}) == len(PLANTED) >= 20
    assert {one.item for one in PLANTED} <= set(all_items())


@pytest_asyncio.fixture(loop_scope="session")
async def trial(
    shared_trial: Trial, seeded: PortalFolder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Trial]:
    """The shared trial, as good as new."""
    trial, session = shared_trial, shared_trial.bench.session
    seeded.fresh_codes()
    monkeypatch.setattr(session, "_log_ins", [])
    for name in ("specimens", "office"):
        monkeypatch.setattr(trial, name, getattr(trial, name))
    for name in ("portal", "selectors"):
        monkeypatch.setattr(session, name, getattr(session, name))
    trial.spoiled = ""
    yield trial
    seeded.no_faults()
    reader = trial.bench._readers.pop(KIND, None)
    tab = getattr(getattr(reader, "real", reader), "_tab", None)
    if tab is not None:
        tab.spoiled = True  # closed, not used again
        await session.give_back(tab)


# Every third each night, from each chapter some; all of them with `pytest -m slow`.
EACH = [
    pytest.param(one, id=one.name, marks=pytest.mark.night if n % 3 == 0 else pytest.mark.slow)
    for n, one in enumerate(PLANTED)
]


@pytest.mark.browser
@asynchronous
@pytest.mark.parametrize("planted", EACH)
async def test_it_is_refused(
    planted: Planted, trial: Trial, seeded: PortalFolder, monkeypatch: pytest.MonkeyPatch
):
    plant(planted, trial, monkeypatch)
    if planted.fault:
        options = dict(planted.fault)
        seeded.fault(options.pop("name"), **options)

    result = await tried(all_items()[planted.item], trial)

    assert result.state is State.BROKEN, result.reason
    assert planted.words in result.reason


def plant(planted: Planted, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the mistake where it belongs: on the bench, never under the other log-in."""
    session = trial.bench.session
    module = ModuleType(f"bots.portals.{KIND}")
    module.READER = planted.reader or reader_of("practice")
    module.EDITOR = planted.editor or editor_of("practice")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    session.portal = session.portal.model_copy(update={"kind": KIND, "permission": None})
    trial.office = replace(trial.office, portal=session.portal)
    trial.specimens = trial.specimens.model_copy(update=planted.specimens)
    for target, mistake in planted.patches.items():
        monkeypatch.setattr(target, mistake)
    if planted.log_in_paths is not None:
        paths = {"log_in_paths": planted.log_in_paths}
        session.selectors = session.selectors.model_copy(update=paths)
    if planted.accepts:
        monkeypatch.setattr(session._doorman, "_accepted", planted.accepts)
    if planted.loosened is not None:
        monkeypatch.setattr(Tab, "look", loosened(planted.loosened, session.selectors))
    # Idle pages know the old file.
    session._idle.clear()


def loosened(loosen: Callable, selectors: object) -> Callable:
    """Looks at the bench's screens, and at no other's, as `loosen` does."""
    strictly = Tab.look

    async def look(tab: Tab, name: str, *, required=(), claim: str | None = None) -> Seen:
        if tab.selectors is not selectors:
            return await strictly(tab, name, required=required, claim=claim)
        return await loosen(tab, await strictly(tab, name, claim=claim))

    return look
