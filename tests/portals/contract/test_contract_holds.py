"""The practice portal holds its contract at gold, the old-fashioned corner included."""

from __future__ import annotations

import pytest
from practice.visiting import Portal as PortalFolder

from bots.portals.contract.items import Level, all_items
from bots.portals.contract.running import tried_all
from bots.portals.contract.specimens import Listed
from bots.portals.contract.trial import Trial
from bots.portals.contract.verdict import State, judged

pytestmark = [pytest.mark.night, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def ten_thousand(seeded: PortalFolder):
    """So many claims more in the historical queue, of one day in the far future."""
    names = [name for _, name, *_ in seeded.query("PRAGMA table_info(billing_claim)")]
    kept = ("id", "number", "queue", "service_from")
    columns = ", ".join(f'"{name}"' for name in names if name not in kept)
    seeded.query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        f" INSERT INTO billing_claim (number, queue, service_from, {columns})"
        f" SELECT printf('T%06d', i), 'historical', '2031-01-02', {columns}"
        " FROM n, billing_claim WHERE number = 'CL0000010'"
    )
    yield Listed.model_validate(
        {"queue": "historical", "since": "2031-01-02", "until": "2031-01-02", "at_least": 10_000}
    )
    seeded.query("DELETE FROM billing_claim WHERE number LIKE 'T%'")


@pytest.mark.timeout(900)
async def test_the_practice_portal_is_gold(
    shared_trial: Trial, seeded: PortalFolder, ten_thousand: Listed, monkeypatch
):
    lists = shared_trial.specimens.lists.model_copy(update={"ten_thousand": ten_thousand})
    exempt = dict(shared_trial.specimens.exempt)
    exempt.pop("list-ten-thousand")
    changed = {"lists": lists, "exempt": exempt}
    monkeypatch.setattr(
        shared_trial, "specimens", shared_trial.specimens.model_copy(update=changed)
    )

    results = await tried_all(all_items().values(), shared_trial)

    verdict = judged(results)
    amiss = [f"{one.item.id}: {one.reason}" for one in results if one.state is not State.HELD]
    assert not amiss, "\n".join(amiss)
    assert verdict.level is Level.GOLD
    held = {result.item.id for result in results if result.state is State.HELD}
    assert {"corner-read", "corner-closed", "corner-other-claim", "list-ten-thousand"} <= held
