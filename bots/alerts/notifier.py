"""By a provider of RPA.Notifier (rpaframework), such as slack, telegram or pushover.

Its calls have time limits of their own (5 s to connect, 20 s to answer).
"""

from __future__ import annotations

import json
import logging

from bots.alerts.message import Alert
from bots.alerts.sending import Busy, NotSent
from bots.config.alerts import Alerts
from bots.secrets import read_reference


def give(alert: Alert, settings: Alerts) -> None:
    """Hand it to the provider.

    Raises:
        Busy: the provider did not take it.
        NotSent: its arguments are no JSON object.
        Problem: they are not where their reference says.
    """
    try:
        given = json.loads(read_reference(settings.notifier_arguments or ""))
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise NotSent("the provider's arguments are no JSON object")
    from RPA.Notifier import Notifier

    for chatty in ("RPA.Notifier", "notifiers"):  # what went wrong may quote a secret address
        logging.getLogger(chatty).setLevel(logging.CRITICAL + 1)
    if not Notifier().generic_notify(settings.notifier, message=alert.text(), **given):
        raise Busy(f"{settings.notifier} did not take it")
