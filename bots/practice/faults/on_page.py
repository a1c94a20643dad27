"""Faults in the browser: scripts that alter keystrokes, ask, open windows, or redraw the form."""

from __future__ import annotations

import json

from django.http import HttpRequest

from bots.practice.billing.paint import paint_of
from bots.practice.faults.answers import is_claim_page, is_edit_page
from bots.practice.faults.registry import fault
from bots.practice.faults.switchboard import Active
from bots.practice.requests import claim_in

MASKS = {
    "drop": "value.slice(0, -1)",
    "group": "value.replace(/-/g, '').replace(/(.{5})(?=.)/g, '$1-')",
    "complete": "value + '0'",
}


def _script(request: HttpRequest, text: str) -> None:
    paint_of(request).scripts.append(text)


@fault("F52", "paint", "field kind")
def mask(active: Active, request: HttpRequest) -> None:
    """A mask alters what is typed into field=member_id: kind=drop, group, complete."""
    if not is_edit_page(request) or not active.strikes():
        return
    name, altered = json.dumps(active.get("field", "member_id")), MASKS[active.get("kind", "drop")]
    _script(
        request,
        f"for (const box of document.getElementsByName({name})) box.addEventListener('input', "
        f"() => {{ const value = box.value; box.value = {altered}; }});",
    )


@fault("F54", "paint", "kind")
def asks(active: Active, request: HttpRequest) -> None:
    """Save asks: kind=confirm or alert."""
    if not is_edit_page(request) or not active.strikes():
        return
    words = "'Save this claim? Payer edits may apply.'"
    act = "alert" if active.get("kind") == "alert" else "if (!confirm"
    call = f"{act}({words});" if act == "alert" else f"{act}({words})) event.preventDefault();"
    _script(
        request,
        "document.getElementById('edit-form')?.addEventListener('submit', event => {"
        + call
        + "});",
    )


@fault("F55", "paint")
def before_unload(active: Active, request: HttpRequest) -> None:
    """Leaving a claim's screen asks whether you mean it."""
    if (is_edit_page(request) or is_claim_page(request)) and active.strikes():
        _script(
            request,
            "window.addEventListener('beforeunload', event => "
            "{ event.preventDefault(); event.returnValue = 'unsaved'; });",
        )


@fault("F56", "paint", "kind")
def opens_more(active: Active, request: HttpRequest) -> None:
    """The edit page opens kind=popup or starts a download."""
    if not is_edit_page(request) or not active.strikes():
        return
    number = claim_in(request.path)
    if active.get("kind") == "download":
        address = f"/claims/download.csv?queue=all&claim={number}"
        _script(request, f"addEventListener('load', () => {{ location.href = '{address}'; }});")
    else:
        _script(request, f"window.open('/legacy/remittance/{number}/', 'news', 'width=400');")


@fault("F60", "paint", "count")
def drawn_anew(active: Active, request: HttpRequest) -> None:
    """The form is drawn anew every 300 ms, count=5 times, empty of what was typed."""
    if not is_edit_page(request) or not active.strikes():
        return
    count = int(active.get("count", "5"))
    _script(
        request,
        f"(() => {{ let left = {count}; const form = () => document.getElementById('edit-form');"
        "const first = form().cloneNode(true); const timer = setInterval(() => {"
        "form().replaceWith(first.cloneNode(true));"
        "if (--left === 0) clearInterval(timer); }, 300); })();",
    )


@fault("overlay", "paint")
def overlay(active: Active, request: HttpRequest) -> None:
    """An announcement lies over every page until it is closed."""
    if active.strikes():
        paint_of(
            request
        ).overlay = "Meridian Billing will be updated on Sunday between 02:00 and 04:00."
