"""What presses a portal's Save asks first: the brake, then the lease, then it clicks."""

import asyncio
from types import SimpleNamespace

import pytest

from bots.portals.base import Saved
from bots.portals.gnuhealth_saving import press_once
from bots.portals.pressing import press
from bots.portals.tab import Tab


class Stopped(Exception):
    """What a brake of the hands raises."""


@pytest.fixture
def done():
    return []


@pytest.fixture
def tab(done):
    """A page on which nothing answers."""
    page = SimpleNamespace(on=lambda *_: None, remove_listener=lambda *_: None)

    async def brake():
        done.append("brake")

    return Tab(
        page=page, address="", selectors=None, deadline=0.1, doorman=None, generation=1,
        ranks=None, fence=lambda: done.append("fence"), brake=brake,
    )  # fmt: skip


@pytest.fixture(params=[press, press_once])
def pressed(request, tab, done, monkeypatch):
    """Presses as one of our two kinds of portal does."""
    monkeypatch.setattr("bots.portals.pressing._SEND_LIMIT", 0.1)

    async def click(**_):
        done.append("click")

    button = SimpleNamespace(click=click)
    if request.param is press:
        return lambda: press(tab, SimpleNamespace(locator=button), "save")
    return lambda: press_once(tab, button, "model.write", "save")


def test_the_brake_is_asked_first_and_the_lease_right_before_the_click(pressed, tab, done):
    answer = asyncio.run(pressed())

    assert done == ["brake", "fence", "click"]
    assert getattr(answer, "saved", Saved.UNKNOWN) is Saved.UNKNOWN


def test_where_a_brake_is_on_nothing_is_clicked_and_the_page_is_given_up(pressed, tab, done):
    async def stopped():
        raise Stopped

    tab.brake = stopped

    with pytest.raises(Stopped):
        asyncio.run(pressed())

    assert done == []
    assert tab.spoiled
