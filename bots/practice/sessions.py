"""Ends a session that was idle too long, and keeps everybody else at the door."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

# Seconds without a request after which a session is over.
IDLE_SECONDS = int(os.environ.get("PRACTICE_SESSION_SECONDS", "900"))
OPEN_TO_ALL = ("/login/", "/static/", "/health/", "/logout/")


def to_the_door(request: HttpRequest, why: str = "") -> HttpResponseRedirect:
    """Send the browser to the log-in page, and back here afterwards."""
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"/login/?next={quote(back)}" + (f"&why={why}" if why else ""))


class SessionLimit:
    """Middleware. The time of the last request is stored at most every twentieth of the limit."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer somebody whose session holds; others go to the log-in page."""
        if request.path.startswith(OPEN_TO_ALL):
            return self._answer(request)
        if not request.user.is_authenticated:
            return to_the_door(request)
        limit, now = IDLE_SECONDS, time.time()
        seen = request.session.get("seen", now)
        if now - seen > limit:
            request.session.flush()
            return to_the_door(request, "expired")
        if "seen" not in request.session or now - seen > limit / 20:
            request.session["seen"] = now
        return self._answer(request)
