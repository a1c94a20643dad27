"""Faults by other people: somebody changes the claim after it was looked at."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bots.practice.billing.claim import find
from bots.practice.billing.saving import set_field
from bots.practice.faults.answers import is_tab
from bots.practice.faults.registry import fault
from bots.practice.faults.switchboard import Active
from bots.practice.requests import claim_in

OTHER = "t.okafor"


def _looked_at(active: Active, request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the screen after which the other person acts was just shown."""
    seen = is_tab(request, active.get("after", "claim"))
    return seen and response.status_code == 200 and active.strikes(times=1)


def _change(request: HttpRequest, field: str, line: str, value: str) -> None:
    claim = find(claim_in(request.path))
    set_field(claim.pk, field, int(line) if line else None, value, OTHER)


@fault("F49", "response", "after field value line")
def value_changed(active: Active, request: HttpRequest, response: HttpResponseBase) -> None:
    """Once after=claim (edit, history) is shown, somebody sets field= line= to value=."""
    if _looked_at(active, request, response):
        field, value = active.get("field", "member_id"), active.get("value", "CHANGED01")
        _change(request, field, active.get("line"), value)


@fault("F50", "response", "after field value line")
def new_value_already(active: Active, request: HttpRequest, response: HttpResponseBase) -> None:
    """Once after=claim (edit, history) is shown, somebody sets field= line= to your value=."""
    if "field" in active.options and _looked_at(active, request, response):
        _change(request, active.get("field"), active.get("line"), active.get("value"))


@fault("F51", "response", "after to")
def status_moved_on(active: Active, request: HttpRequest, response: HttpResponseBase) -> None:
    """Once after=claim (edit, history) is shown, the status moves on: to=Submitted."""
    if _looked_at(active, request, response):
        _change(request, "status", "", active.get("to", "Submitted"))
