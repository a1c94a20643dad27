"""Faults of a claim's screens: what is shown is missing, double, altered or another's."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bots.practice.billing.claim import find, whole
from bots.practice.billing.paint import paint_of, show
from bots.practice.billing.saving import Save
from bots.practice.faults.answers import another_claim, is_claim_page
from bots.practice.faults.registry import fault
from bots.practice.faults.switchboard import Active
from bots.practice.requests import claim_in

FRAMES = re.compile(r"/legacy/remittance/[^/]+/")
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)


@fault("F25", "paint", "field how")
def element_missing(active: Active, request: HttpRequest) -> None:
    """A field is not where it was: field=member_id how=renamed, removed or moved."""
    how = active.get("how", "renamed")
    if claim_in(request.path) and how in ("renamed", "removed", "moved") and active.strikes():
        getattr(paint_of(request), how).add(active.get("field", "member_id"))


@fault("F26", "paint", "field")
def element_twice(active: Active, request: HttpRequest) -> None:
    """A field stands there twice: field=member_id (or save)."""
    if claim_in(request.path) and active.strikes():
        paint_of(request).doubled.add(active.get("field", "member_id"))


@fault("F27", "response", "part other")
def still_painted(
    active: Active, request: HttpRequest, response: HttpResponseBase
) -> HttpResponse | None:
    """The claim page shows another claim first, for seconds=1; part=body: under its number."""
    if not is_claim_page(request) or response.status_code != 200 or not active.strikes():
        return None
    assert isinstance(response, HttpResponse)
    number = claim_in(request.path)
    other = another_claim(number, active.get("other"))
    text = response.content.decode()
    fresh = MAIN.search(text)
    stale = MAIN.search(_page_of(request, other).content.decode())
    if fresh is None or stale is None:
        return None
    painted = stale[0].replace(other, number) if active.get("part") == "body" else stale[0]
    script = (
        f'<template id="fresh">{fresh[0]}</template><script>setTimeout(() => {{'
        "document.querySelector('main').replaceWith("
        "document.getElementById('fresh').content.cloneNode(true).firstElementChild);"
        f"}}, {active.seconds(1) * 1000:.0f});</script>"
    )
    response.content = text[: fresh.start()] + painted + script + text[fresh.end() :]
    return response


def _page_of(request: HttpRequest, number: str) -> HttpResponse:
    return show(request, "claim.html", **whole(find(number)), saved="", done="")


@fault("F28", "number", "other")
def other_claim(active: Active, request: HttpRequest, number: str) -> str:
    """Another claim opens than the one asked for."""
    if request.method != "GET" or not active.strikes():
        return ""
    return another_claim(number, active.get("other"))


@fault("F29", "paint", "kind")
def other_locale(active: Active, request: HttpRequest) -> None:
    """Dates and decimals are written the European way: kind=dots or slashes."""
    if not active.strikes():
        return
    paint = paint_of(request)
    if active.get("kind", "dots") == "slashes":
        paint.language, paint.day_format = "en-GB", "%d/%m/%Y"
    else:
        paint.language, paint.day_format, paint.comma_decimals = "de-DE", "%d.%m.%Y", True


@fault("F30", "paint", "field keep")
def cut_short(active: Active, request: HttpRequest) -> None:
    """A value is cut by an ellipsis: field=member_id keep=4."""
    if claim_in(request.path) and active.strikes():
        keep = int(active.get("keep", "4"))
        paint_of(request).altered[active.get("field", "member_id")] = lambda value: (
            value if len(value) <= keep else value[:keep] + "…"
        )


ODD_LETTERS: dict[str, Callable[[str], str]] = {
    "nbsp": lambda value: "\u00a0" + value + "\u00a0",
    "zero-width": lambda value: "\u200b".join((value[:2], value[2:])),
    # Fullwidth digits look like digits and are none of ASCII's.
    "look-alike": lambda value: value.translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
}


@fault("F31", "paint", "field kind")
def odd_letters(active: Active, request: HttpRequest) -> None:
    """Odd letters in field=procedure: kind=zero-width, nbsp, look-alike."""
    if claim_in(request.path) and active.strikes():
        alter = ODD_LETTERS[active.get("kind", "zero-width")]
        paint_of(request).altered[active.get("field", "procedure")] = alter


@fault("F32", "response")
def frame_taken_out(
    active: Active, request: HttpRequest, response: HttpResponseBase
) -> HttpResponse | None:
    """A frame of the old corner is taken out as soon as its window is there, or after seconds."""
    if not FRAMES.fullmatch(request.path) or response.status_code != 200 or not active.strikes():
        return None
    assert isinstance(response, HttpResponse)
    script = (
        "<head><script>addEventListener('DOMContentLoaded', () => setTimeout(() => "
        f"document.querySelector('[name=body]').remove(), {active.seconds(0) * 1000:.0f}));"
        "</script>"
    )
    response.content = response.content.decode().replace("<head>", script, 1)
    return response


@fault("F33", "locked", "who")
def locked_by(active: Active, request: HttpRequest) -> str:
    """Somebody has the record open: who=t.okafor."""
    return active.get("who", "t.okafor") if active.strikes() else ""


@fault("F33", "saving", "who")
def locked_against_saving(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """A save is refused while the record is open."""
    if on == "save":
        save.refusals.append(f"This record is open by {active.get('who', 't.okafor')}.")
