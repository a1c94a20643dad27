"""The parts of the contract that need no browser: requests, values, and what an item may raise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from builders.claims import a_case, a_claim, a_line

from bots.portals.base import PortalFault, Unreadable
from bots.portals.contract.items import Broken, Item, Level, NotTried
from bots.portals.contract.reading import shown, untyped
from bots.portals.contract.running import tried
from bots.portals.contract.specimens import Request
from bots.portals.contract.surgery import ANYWHERE, script
from bots.portals.contract.verdict import State

SAVE = Request.model_validate({"method": "POST", "path": "/claims/{claim}/edit/"})


@pytest.mark.parametrize(
    ("claim", "method", "address", "is_one"),
    [
        ("C1", "POST", "http://portal/claims/C1/edit/?x=1", True),
        ("C1", "GET", "http://portal/claims/C1/edit/", False),
        ("C1", "POST", "http://portal/claims/C12/edit/", False),
        ("C1", "POST", "http://portal/claims/C1/edit/more/", False),
        ("", "POST", "http://portal/claims/C12/edit/", True),
        ("", "POST", "http://portal/claims/a/b/edit/", False),
    ],
)
def test_a_request_is_known_by_method_and_path(claim, method, address, is_one):
    assert SAVE.of(claim)(method, address, "") is is_one


def test_where_paths_do_not_tell_the_body_does():
    rpc = Request.model_validate({"method": "POST", "path": "/rpc", "body": r"\.write"})
    assert rpc.of("C1")("POST", "http://portal/rpc", '{"method": "model.claim.write"}')
    assert not rpc.of("C1")("POST", "http://portal/rpc", '{"method": "model.claim.read"}')


CLAIM = a_claim(
    lines=[a_line("99213", units=Decimal("2.50"), on=date(2026, 9, 1), modifiers=("25", "59"))]
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("line 1 units", "2.5"),
        ("line 1 modifiers", "25 59"),
        ("line 1 service_date", "2026-09-01"),
        ("line 1 ndc_quantity", ""),
        ("on_hold", "no"),
        ("type", "professional"),
        ("patient.last_name", CLAIM.patient.last_name),
        ("line 9 units", None),
        ("no_such_field", None),
        ("patient.no_such", None),
    ],
)
def test_a_value_is_spelled_as_specimens_write_it(name, text):
    assert shown(CLAIM, name) == text


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({}, None),
        ({"created_on": "2026-09-01"}, "claim.created_on"),
        ({"on_hold": "no"}, "claim.on_hold"),
        ({"total_charge": 12.5}, "claim.total_charge"),
        ({"total_charge": True}, "claim.total_charge"),
        ({"condition_codes": ["09"]}, "claim.condition_codes"),
        ({"lines": (replace(CLAIM.lines[0], units=2),)}, "claim.lines.units"),
    ],
)
def test_a_field_of_another_type_is_named(changed: dict[str, Any], at: str | None):
    assert untyped(replace(a_case(), claim=replace(CLAIM, **changed))) == at


def test_a_script_ends_where_we_end_it():
    assert "</script>" not in script("text", ANYWHERE, text="</script><b>")


@pytest.mark.parametrize(
    ("raised", "state", "reason"),
    [
        (None, State.HELD, ""),
        (Broken("it is not"), State.BROKEN, "it is not"),
        (NotTried("it lacks"), State.NOT_TRIED, "it lacks"),
        (PortalFault("the line was cut"), State.BROKEN, "PORTAL_FAULT: the line was cut"),
        (Unreadable("claim: sex: odd"), State.BROKEN, "UNREADABLE: claim: sex: odd"),
        (RuntimeError("Abbott, Mina"), State.BROKEN, "the module raised RuntimeError"),
    ],
)
async def test_what_an_item_raises_is_its_result(raised, state, reason):
    async def run(trial: Any) -> None:
        if raised is not None:
            raise raised

    item = Item("a-b", Level.GOLD, "It does.", run, writes=False, essential=False)
    result = await tried(item, SimpleNamespace(specimens=SimpleNamespace(exempt={})))  # type: ignore[arg-type]
    assert (result.state, result.reason) == (state, reason)


async def test_what_is_exempt_is_not_tried():
    async def run(trial: Any) -> None:
        raise AssertionError("tried")

    item = Item("a-b", Level.GOLD, "It does.", run, writes=False, essential=False)
    trial = SimpleNamespace(specimens=SimpleNamespace(exempt={"a-b": "it has no such thing"}))
    result = await tried(item, trial)  # type: ignore[arg-type]
    assert (result.state, result.reason) == (State.EXEMPT, "it has no such thing")
