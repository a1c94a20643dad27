"""Faults of the server: down, slow, out of date, or in the middle of a file."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from bots.practice.billing.claim import find, whole
from bots.practice.billing.paint import show
from bots.practice.billing.saving import Save
from bots.practice.faults.answers import failure, is_claim_page
from bots.practice.faults.registry import fault
from bots.practice.faults.switchboard import Active
from bots.practice.requests import claim_in


def _answers_a_save(request: HttpRequest) -> bool:
    """Whether the page is where a save's redirect leads."""
    return "saved" in request.GET or "done" in request.GET


@fault("F73", "request")
def maintenance(active: Active, request: HttpRequest) -> HttpResponse | None:
    """The maintenance page (503), whatever is asked."""
    return failure(request, 503) if active.strikes() else None


@fault("F74", "saving")
def stale_kept(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """Says Saved, then the claim page shows the old values, times=2 or for seconds=."""
    old = show(request, "claim.html", **whole(find(save.claim.number)), saved="", done="")
    active.memory.setdefault(save.claim.number, old.content)


@fault("F74", "request")
def stale_shown(active: Active, request: HttpRequest) -> HttpResponse | None:
    """Show what was kept."""
    old = active.memory.get(claim_in(request.path))
    if old is None or not is_claim_page(request) or _answers_a_save(request):
        return None
    since = active.memory.setdefault("since", time.monotonic())
    if "seconds" in active.options:
        fresh = time.monotonic() - since > active.seconds(0)
        return None if fresh else HttpResponse(old)
    return HttpResponse(old) if active.strikes(times=2) else None


@fault("F75", "stored")
def goes_down(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """Says Saved, then the claim cannot be opened (503), times=3 or for seconds=."""
    active.memory.setdefault(save.claim.number, time.monotonic())


@fault("F75", "request")
def is_down(active: Active, request: HttpRequest) -> HttpResponse | None:
    """Refuse to open the claim."""
    since = active.memory.get(claim_in(request.path))
    if since is None or request.method != "GET" or _answers_a_save(request):
        return None
    if "seconds" in active.options:
        up = time.monotonic() - since > active.seconds(0)
        return None if up else failure(request, 503)
    return failure(request, 503) if active.strikes(times=3) else None


@fault("F98", "request")
def too_many(active: Active, request: HttpRequest) -> HttpResponse | None:
    """429 with Retry-After: seconds=2, times=3."""
    if not active.strikes(times=3):
        return None
    response = failure(request, 429)
    response["Retry-After"] = f"{active.seconds(2):.0f}"
    return response


@fault("slow", "request")
def slow(active: Active, request: HttpRequest) -> None:
    """Every page takes seconds=3 longer."""
    if active.strikes():
        active.wait(3)


@fault("nth5xx", "request", "code")
def nth_fails(active: Active, request: HttpRequest) -> HttpResponse | None:
    """Code=500 on the nth=5 request."""
    if not active.strikes(times=1, nth=5):
        return None
    return failure(request, int(active.get("code", "500")))


@fault("hung-download", "response")
def hung_download(
    active: Active, request: HttpRequest, response: HttpResponseBase
) -> HttpResponseBase | None:
    """A download stops in the middle for seconds=60."""
    if not request.path.startswith("/claims/download.") or not active.strikes():
        return None
    assert isinstance(response, HttpResponse)
    whole_file, half = response.content, len(response.content) // 2

    def pieces() -> Iterator[bytes]:
        yield whole_file[:half]
        active.wait(60)
        yield whole_file[half:]

    kept = {name: response[name] for name in ("Content-Type", "Content-Disposition")}
    length = {"Content-Length": str(len(whole_file))}
    return StreamingHttpResponse(pieces(), headers=kept | length)
