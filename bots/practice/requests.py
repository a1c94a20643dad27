"""The portal's own record of every request: one JSON line each, only ever appended to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bots.practice import folder

CLAIM_PATH = re.compile(r"^/(?:claims|legacy/\w+)/([^/]+)/")
UNLOGGED = ("/static/", "/health/")


def claim_in(path: str) -> str:
    """The number of the claim that a path is about, or nothing."""
    found = CLAIM_PATH.match(path)
    return found[1] if found else ""


class RequestLog:
    """Outermost middleware: writes the line when the answer is ready, whatever it is."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then write the line."""
        if request.path.startswith(UNLOGGED):
            return self._answer(request)
        began = time.time()
        response = self._answer(request)
        user = getattr(request, "user", None)
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        line = {
            "at": round(began, 3),
            "took_ms": round((time.time() - began) * 1000, 1),
            "method": request.method,
            "path": request.path,
            "query": request.META.get("QUERY_STRING", ""),
            "user": user.get_username() if user is not None else "",
            "session": hashlib.sha256(key.encode()).hexdigest()[:12] if key else "",
            "claim": claim_in(request.path),
            "action": request.POST.get("action", "") if request.method == "POST" else "",
            "status": "cut" if request.META.get("practice.cut") else response.status_code,
        }
        self._append(json.dumps(line) + "\n")
        return response

    def _append(self, line: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with self._lock:
            handle = os.open(folder.here().requests, flags, 0o600)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)
