"""Nothing is renewed while a claim is open, and no claim waits for ever until it is."""

import asyncio

import pytest

from bots.config.settings import Browser
from bots.portals.recycling import Due, Recycling

MB = 1_000_000


class Renewed(list):
    """What was renewed, and how many claims were open just then."""

    def __init__(self, **limits):
        super().__init__()
        self.open = self.begun = 0
        self.recycling = Recycling(Browser(**limits), self.renew)

    async def renew(self, due):
        await asyncio.sleep(0)
        self.append((due, self.open))
        self.recycling.in_context = 0
        if due is Due.BROWSER:
            self.recycling.in_browser = self.recycling.memory = 0

    async def claim(self):
        await self.recycling.come_in()
        try:
            self.open += 1
            self.begun += 1
            await asyncio.sleep(0.001 * (self.begun % 3))
            self.open -= 1
        finally:
            self.recycling.go_out()


async def worked(renewed, claims, pages):
    waiting = list(range(claims))

    async def page():
        while waiting:
            waiting.pop()
            await renewed.claim()

    async with asyncio.timeout(5):
        await asyncio.gather(*(page() for _ in range(pages)))


@pytest.mark.parametrize("pages", [1, 2, 8])
async def test_contexts_and_browsers_are_renewed_by_count_and_only_between_claims(pages):
    renewed = Renewed(claims_per_context=10, claims_per_browser=30)

    await worked(renewed, 100, pages)

    whats = [due for due, _ in renewed]
    assert whats == [Due.CONTEXT, Due.CONTEXT, Due.BROWSER] * 3
    assert {still_open for _, still_open in renewed} == {0}


async def test_a_claim_that_is_stuck_does_not_hold_up_the_others(monkeypatch):
    monkeypatch.setattr("bots.portals.recycling._PATIENCE", 0.05)
    renewed = Renewed(claims_per_context=1)
    stuck = asyncio.Event()

    async def one_that_stays():
        await renewed.recycling.come_in()
        await stuck.wait()
        renewed.recycling.go_out()

    staying = asyncio.create_task(one_that_stays())
    await asyncio.sleep(0)
    await worked(renewed, 2, 1)
    assert renewed == []

    stuck.set()
    await staying
    await renewed.claim()
    assert renewed == [(Due.CONTEXT, 0)]


async def test_a_claim_that_is_given_up_while_it_waits_leaves_the_door_open():
    renewed = Renewed(claims_per_context=1)
    await renewed.recycling.come_in()
    waiting = asyncio.create_task(renewed.claim())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    renewed.recycling.go_out()

    await worked(renewed, 3, 2)

    assert renewed[0] == (Due.CONTEXT, 0)


async def test_a_renewal_that_raises_costs_the_claim_that_came_and_no_other():
    renewed = Renewed(claims_per_context=1)
    await renewed.claim()

    async def refused(due):
        raise RuntimeError

    renewed.recycling._renew, well = refused, renewed.recycling._renew
    with pytest.raises(RuntimeError):
        await renewed.claim()
    renewed.recycling._renew = well

    await worked(renewed, 2, 2)
    assert renewed.recycling.due() is Due.CONTEXT


async def test_a_browser_over_its_limit_is_due_but_not_for_each_claim():
    renewed = Renewed(memory_limit_mb=1000)
    renewed.recycling.memory = 1001 * MB
    assert renewed.recycling.due() is Due.NOTHING  # it has only just begun

    await worked(renewed, 20, 1)
    assert renewed == []
    assert renewed.recycling.due() is Due.BROWSER

    renewed.recycling.memory = 1000 * MB
    assert renewed.recycling.due() is Due.NOTHING


async def test_where_renewing_cost_a_log_in_only_memory_counts_for_a_while():
    renewed = Renewed(claims_per_context=1, memory_limit_mb=1000)
    await worked(renewed, 20, 1)
    assert renewed.recycling.due() is Due.CONTEXT

    renewed.recycling.rest(60)
    assert renewed.recycling.due() is Due.NOTHING
    renewed.recycling.memory = 1001 * MB
    renewed.recycling.in_browser = 20
    assert renewed.recycling.due() is Due.BROWSER
