"""The contract on trial itself: one seeded practice portal, and one trial with two browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from practice.visiting import SEEDS
from practice.visiting import Portal as PortalFolder

from bots.cli import practice
from bots.config import Portal, Settings
from bots.places import Places
from bots.portals.contract.specimens import Specimens, load_specimens
from bots.portals.contract.trial import Office, Trial
from bots.secrets import development_key
from bots.secrets.credentials import Credential

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalFolder]:
    """A practice portal as `claimbots practice seed` fills it by itself."""
    folder = tmp_path_factory.mktemp("contract-portal") / "data"
    folder.mkdir()
    practice.ask(folder, "seed")
    server = practice.start(folder)
    yield PortalFolder(server)
    practice.stop(server)


@pytest.fixture(scope="session")
def specimens() -> Specimens:
    return load_specimens(ROOT / "config" / "contract" / "practice.yaml")


@pytest.fixture(scope="session")
def contract_office(seeded: PortalFolder, tmp_path_factory: pytest.TempPathFactory) -> Office:
    places = Places(tmp_path_factory.mktemp("contract") / "data").made()
    portal = {
        "kind": "practice",
        "address": seeded.server.address,
        "credential": "practice",
        "mode": "live",
        "not_yet_sent": ("Draft", "Ready for review"),
    }
    password, seed = SEEDS["biller"]
    return Office(
        "practice",
        Portal.model_validate(portal),
        Credential("biller", password, seed),
        Settings(),
        places,
        development_key(places),
        selectors=ROOT / "selectors" / "practice.yaml",
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_trial(
    contract_office: Office, specimens: Specimens, seeded: PortalFolder
) -> AsyncIterator[Trial]:
    seeded.fresh_codes()
    async with Trial.opened(contract_office, specimens, writing=True) as trial:
        await trial.other()  # now, while nothing is broken
        yield trial
