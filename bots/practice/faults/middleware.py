"""Innermost middleware: gives each fault its chance before and after the screen."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bots.practice.faults import stages


class Faults:
    """Static files and the health page are left alone."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the faults act before, around and after the screen."""
        if request.path.startswith(("/static/", "/health/")):
            return self._answer(request)
        response = stages.before(request) or self._answer(request)
        return stages.after(request, response)
