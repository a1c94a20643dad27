"""A real Chromium, logged in at a real practice portal with a handful of claims."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from practice.visiting import SEEDS
from practice.visiting import Portal as PortalFolder

from bots.claims import Change, ClaimRef
from bots.cli import practice
from bots.config import Portal, Settings
from bots.hands import Workplace
from bots.ledger import Ledger, LedgerKeys, OpenIntent
from bots.places import Places
from bots.portals.base import Editor
from bots.portals.editing import open_editor
from bots.portals.session import Session
from bots.secrets import MasterKey, development_key
from bots.secrets.credentials import Credential

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 9, 30)


@pytest.fixture(scope="session")
def office_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-office")
    subprocess.run(
        [sys.executable, str(ROOT / "tests/practice/tiny_office.py")],
        env=os.environ | {"PRACTICE_DATA": str(folder), "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return folder


@pytest.fixture(scope="session")
def served(
    office_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PortalFolder]:
    folder = tmp_path_factory.mktemp("portal") / "data"
    shutil.copytree(office_folder, folder)
    server = practice.start(folder)
    yield PortalFolder(server)
    practice.stop(server)


@pytest.fixture
def portal(served: PortalFolder) -> Iterator[PortalFolder]:
    served.fresh_codes()
    yield served
    served.no_faults()


@dataclass
class Office:
    """What a test opens sessions with."""

    places: Places
    master: MasterKey
    address: str
    settings: dict[str, Any] = field(default_factory=lambda: {"deadline_seconds": 8})

    def credential(self, name: str = "biller", **other: str) -> Credential:
        password, seed = SEEDS[name]
        return Credential(name, other.get("password", password), other.get("seed", seed))

    def opened(
        self, name: str = "biller", credential: Credential | None = None, **options: Any
    ) -> AbstractAsyncContextManager[Session]:
        portal = {
            "kind": "practice",
            "address": self.address,
            "credential": name,
            "mode": "live",
            "not_yet_sent": ("Draft", "Ready for review"),
        }
        forget, source = bool(options.pop("forget", False)), options.pop("source", None)
        return Session.opened(
            "practice",
            Portal.model_validate(portal | options),
            credential or self.credential(name),
            settings=Settings.model_validate({"browser": self.settings}),
            places=self.places,
            master=self.master,
            forget=forget,
            source=source,
        )


@pytest.fixture(scope="session")
def shared_office(served: PortalFolder, tmp_path_factory: pytest.TempPathFactory) -> Office:
    places = Places(tmp_path_factory.mktemp("data")).made()
    return Office(places, development_key(places), served.server.address)


@pytest.fixture
def office(portal: PortalFolder, tmp_path: Path) -> Office:
    """An office of its own, that has never logged in."""
    places = Places(tmp_path / "data").made()
    return Office(places, development_key(places), portal.server.address)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(shared_office: Office, served: PortalFolder) -> AsyncIterator[Session]:
    served.fresh_codes()
    async with shared_office.opened("biller2") as session:
        await session.log_in()
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def session(
    shared: Session, portal: PortalFolder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Session]:
    """The shared session, whole and logged in whatever the test before did."""
    monkeypatch.setattr("bots.portals.tab._PATIENCE", 1.0)
    portal.no_faults()
    portal.fresh_codes()
    shared._key.last_step = 0
    shared._log_ins.clear()
    if shared._browser is not None and shared._browser.is_connected():
        await shared.log_in()
    else:
        await shared.restart()
    shared.words.clear()
    shared.ranks.clear()
    yield shared
    portal.no_faults()


@pytest.fixture(scope="session")
def ledger(shared_office: Office) -> Ledger:
    keys = LedgerKeys.load(shared_office.places, "test", shared_office.master)
    return Ledger.open(shared_office.places.ledger, "test", keys)


@dataclass
class Hands:
    """Opens intents and editors, as `bots.hands` does."""

    session: Session
    ledger: Ledger

    def intent(self, number: str, *changes: Change) -> OpenIntent:
        ref = ClaimRef("practice", number, "pending")
        return self.ledger.open_intent(
            run="r", ref=ref, kind="correct", actor="test", changes=changes
        )

    def editor(self, number: str, *changes: Change) -> AbstractAsyncContextManager[Editor]:
        return open_editor(self.session, self.intent(number, *changes))


async def _no_brake(is_correction: bool) -> str | None:
    return None


@pytest.fixture
def workplace(session: Session, ledger: Ledger) -> Callable[..., Workplace]:
    """Makes a workplace of the hands; what a test wants otherwise it names."""

    def workplace(**other: Any) -> Workplace:
        facts = {
            "session": session,
            "ledger": ledger,
            "portal": session.portal.model_copy(update={"save_limit_seconds": 0.5}),
            "run": "r",
            "actor": "test",
            "shadow": False,
            "policy_version": "1",
            "tables": "synthetic",
            "brake": _no_brake,
        }
        return Workplace(**(facts | other))

    return workplace


@pytest.fixture
def at(workplace: Callable[..., Workplace]) -> Workplace:
    return workplace()


@pytest.fixture
def hands(session: Session, ledger: Ledger) -> Hands:
    return Hands(session, ledger)
