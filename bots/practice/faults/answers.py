"""Answers that faults give instead of the portal's own."""

from __future__ import annotations

import contextlib
import socket

from django.http import HttpRequest, HttpResponse

from bots.practice.billing.models import Claim
from bots.practice.billing.paint import show

TITLES = {
    429: ("Too many requests", "You are sending requests too quickly. Try again later."),
    500: ("Server error", "Something went wrong on our side. Reference 5F3A."),
    502: ("Bad gateway", "The server got no valid answer. Reference 502."),
    503: ("Maintenance", "Meridian Billing is down for maintenance. Please come back later."),
    504: ("Gateway time-out", "The server did not answer in time. Reference 504."),
}


def failure(request: HttpRequest, status: int) -> HttpResponse:
    """An error page with its status."""
    title, words = TITLES[status]
    return show(request, "message.html", status=status, title=title, words=words)


BEGUN = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20000\r\n\r\n<!doctype html>"
)


def cut_the_line(request: HttpRequest, begun: bool) -> HttpResponse:
    """Hang up on the client, in the answer or before it; what is returned here reaches nobody."""
    request.META["practice.cut"] = True
    handler = request.META["practice.handler"]
    handler.close_connection = True
    with contextlib.suppress(OSError):
        if begun:
            handler.connection.sendall(BEGUN)
        handler.connection.shutdown(socket.SHUT_RDWR)
    return HttpResponse(status=500)


def another_claim(number: str, wanted: str = "") -> str:
    """The number of a claim of another patient."""
    if wanted:
        return wanted
    here = Claim.objects.filter(number=number).values("patient", "queue").first()
    others = Claim.objects.exclude(number=number)
    if here:
        others = others.filter(queue=here["queue"]).exclude(patient=here["patient"])
    after = others.filter(number__gt=number).order_by("number")
    found = after.values_list("number", flat=True).first()
    return found or others.order_by("number").values_list("number", flat=True).first() or number


def is_tab(request: HttpRequest, name: str) -> bool:
    """Whether the request is for a claim's tab: claim, edit, documentation or history."""
    return request.method == "GET" and _tail(request) == ("" if name == "claim" else name)


def is_claim_page(request: HttpRequest) -> bool:
    """Whether the request is for a claim's own tab."""
    return is_tab(request, "claim")


def is_edit_page(request: HttpRequest) -> bool:
    """Whether the request is for a claim's edit form."""
    return is_tab(request, "edit")


def _tail(request: HttpRequest) -> str | None:
    parts = request.path.strip("/").split("/")
    if len(parts) < 2 or parts[0] != "claims" or parts[1].startswith("download."):
        return None
    return parts[2] if len(parts) > 2 else ""
