"""The places in a request where a fault may strike. Each is a no-op when nothing is on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bots.practice import folder
from bots.practice.faults.registry import all_faults
from bots.practice.faults.switchboard import Active, Switchboard
from bots.practice.requests import claim_in

if TYPE_CHECKING:
    from bots.practice.billing.lists import Listing
    from bots.practice.billing.saving import Save

SAVES = ("save", "note", "hold")
_board: Switchboard | None = None


def board() -> Switchboard:
    """The one switchboard of this process."""
    global _board
    if _board is None:
        _board = Switchboard(folder.here().faults)
    return _board


def _run(stage: str, claim: str, *arguments: Any) -> Iterator[Any]:
    on = board().on()
    if not on:
        return
    faults = all_faults()
    for active in on:
        item = faults.get((active.name, stage))
        if item and active.about(claim) and _meant(active, arguments):
            yield item.run(active, *arguments)


def _meant(active: Active, arguments: tuple[Any, ...]) -> bool:
    """Whether the fault is meant for this address, and for this kind of save."""
    request = arguments[0] if arguments else None
    if isinstance(request, HttpRequest) and active.get("path") not in request.path:
        return False
    kind = arguments[-1] if arguments and arguments[-1] in SAVES else "save"
    return active.get("on", "save") in (kind, "any")


def _first(stage: str, claim: str, *arguments: Any) -> HttpResponseBase | None:
    return next((answer for answer in _run(stage, claim, *arguments) if answer), None)


def before(request: HttpRequest) -> HttpResponseBase | None:
    """Stages `request` and `paint`."""
    claim = claim_in(request.path)
    answer = _first("request", claim, request)
    if answer is None:
        for _ in _run("paint", claim, request):
            pass
    return answer


def after(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Stage `response`."""
    for answer in _run("response", claim_in(request.path), request, response):
        response = answer or response
    return response


def listing(request: HttpRequest, page: Listing) -> Listing:
    """Stage `listing`."""
    for answer in _run("listing", "", request, page):
        page = answer or page
    return page


def saving(request: HttpRequest, save: Save, on: str = "save") -> HttpResponseBase | None:
    """Stage `saving`; `on` says what is saved: save, note or hold."""
    return _first("saving", save.claim.number, request, save, on)


def stored(request: HttpRequest, save: Save, on: str = "save") -> HttpResponseBase | None:
    """Stage `stored`."""
    return _first("stored", save.claim.number, request, save, on)


def number_shown(request: HttpRequest, number: str) -> str:
    """The claim that a screen shows when `number` was asked for."""
    return next((str(n) for n in _run("number", number, request, number) if n), number)


def locked_by(request: HttpRequest, number: str) -> str:
    """Who has the record open, if anybody."""
    return next((str(who) for who in _run("locked", number, request) if who), "")


def clock_offset() -> float:
    """Seconds that the clock for one-time codes is off."""
    return sum(float(seconds) for seconds in _run("clock", ""))
