"""By a POST of JSON to an address of the office: a chat service, a pager, a program of theirs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from bots.alerts.message import Alert
from bots.alerts.sending import CALL_SECONDS, Busy, NotSent
from bots.config.alerts import Alerts, checked_address
from bots.secrets import read_reference


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Another address was not asked for, and may not be encrypted."""

    def redirect_request(self, *given: Any) -> None:
        return None


def give(alert: Alert, settings: Alerts) -> None:
    """Post it.

    Raises:
        Busy: no connection, a time-out, 429 or 5xx.
        NotSent: any other answer than 2xx, or an address that is none.
        Problem: address or token are not where their references say.
    """
    headers = {"Content-Type": "application/json", "User-Agent": "claimbots"}
    if settings.webhook_token:
        headers["Authorization"] = f"Bearer {read_reference(settings.webhook_token)}"
    body = json.dumps(alert.as_json()).encode()
    request = urllib.request.Request(_address(settings), body, headers, method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=CALL_SECONDS):
            return
    except urllib.error.HTTPError as error:
        kind = Busy if error.code == 429 or error.code >= 500 else NotSent
        raise kind(f"the webhook answered {error.code}") from None
    except urllib.error.URLError as error:
        reason = type(error.reason).__name__
        kind = NotSent if reason.startswith("SSLCert") else Busy
        raise kind(f"no connection to the webhook ({reason})") from None
    except OSError as error:
        raise Busy(f"no connection to the webhook ({type(error).__name__})") from None


def _address(settings: Alerts) -> str:
    given = settings.webhook or ""
    if given.startswith(("http:", "https:")):
        return given
    try:  # the address of a chat service is a secret itself
        return checked_address(read_reference(given))
    except ValueError as error:
        raise NotSent(f"the webhook's address: {error}") from None
