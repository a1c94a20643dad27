"""The contract at a portal of somebody else's making: no versions, no hold, no windows."""

from __future__ import annotations

from pathlib import Path

import portals.meridian.office as meridian
import pytest

from bots.config import Portal, Settings
from bots.places import Places
from bots.portals.contract.items import Level, all_items
from bots.portals.contract.running import tried_all
from bots.portals.contract.specimens import load_specimens
from bots.portals.contract.trial import Office, Trial
from bots.portals.contract.verdict import State, judged
from bots.secrets import development_key
from bots.secrets.credentials import Credential

pytestmark = [pytest.mark.night, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.timeout(900)
async def test_a_portal_that_we_have_never_seen_is_gold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder, office = tmp_path / "portal", tmp_path / "office"
    folder.mkdir()
    office.mkdir()
    with meridian.at_work(folder, office) as portal:
        monkeypatch.setenv("CLAIMBOTS_CONFIG", str(office / "config"))
        places = Places(tmp_path / "data").made()
        entry = {
            "kind": "meridian",
            "address": portal.address,
            "credential": "meridian",
            "mode": "live",
            "permission": {"by": "Meridian's office", "until": "2035-12-31"},
            "not_yet_sent": ["Open"],
        }
        ours = Office(
            "meridian",
            Portal.model_validate(entry),
            Credential("clerk", "meridian-pass-1"),
            Settings(),
            places,
            development_key(places),
            selectors=meridian.HERE / "meridian.yaml",
        )
        specimens = load_specimens(meridian.HERE / "contract.yaml")
        async with Trial.opened(ours, specimens, writing=True) as trial:
            results = await tried_all(all_items().values(), trial)

    met = (State.HELD, State.EXEMPT)
    amiss = [f"{one.item.id}: {one.reason}" for one in results if one.state not in met]
    assert not amiss, "\n".join(amiss)
    assert judged(results).level is Level.GOLD
