"""Whose portal is tried: an office's configuration, its log-in, and a folder of its own."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bots.config import find_portal, load_portals, load_settings, may_write
from bots.errors import Problem
from bots.places import Places, here
from bots.portals.contract.trial import Brake, Office
from bots.secrets import credential_for, master_key, refused
from bots.store import brake

if TYPE_CHECKING:
    from bots.config import Portal, Settings


@contextlib.contextmanager
def office_of(name: str, *, writing: bool) -> Iterator[tuple[Office, Brake]]:
    """The office with a portal of that name, and its brake; the trial's folder goes at the end.

    Raises:
        Problem: no such portal or log-in, or it may not be written to and `writing` is asked for.
    """
    settings, portals, places = load_settings(), load_portals(), here()
    portal = find_portal(portals, name)
    if writing:
        _check(name, portal, settings)
    master = master_key(
        settings.keys.master,
        places.made(),
        practice_only=all(one.is_practice for one in portals.values()),
    )
    credential = credential_for(portal.credential, places, master)
    refused.refuse_again(portal.credential, credential, places, master)

    def on_refusal() -> None:
        refused.remember(portal.credential, credential, places, master)

    with tempfile.TemporaryDirectory(prefix="claimbots-contract-") as folder:
        own = Places(Path(folder) / "data").made()
        office = Office(
            name, portal, credential, settings, own, master, on_refusal=on_refusal,
            log_in_of=lambda colleague: credential_for(colleague, places, master),
        )  # fmt: skip
        yield office, _brake_of(places)


def _check(name: str, portal: Portal, settings: Settings) -> None:
    if not may_write(name, portal, settings, datetime.now(UTC).date()):
        raise Problem(
            "the portal is in shadow, and the contract was asked to write",
            where=f"portals.yaml portals.{name}.mode",
            do="set `mode: live` for a test account, or leave out --writing",
        )


def _brake_of(places: Places) -> Brake:
    async def pulled(is_correction: bool) -> str | None:
        return "`claimbots stop` is on" if brake.is_stopped(places) else None

    return pulled
