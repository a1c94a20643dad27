"""Send one alert by one way: a time limit on every call, and one policy of trying again.

Three tries in all, 0.5 s and 1 s apart, of what may mend itself (no connection, a time-out, an
answer of 5xx or 4yz); what was refused is not tried again at once. Each call waits ten seconds
at most. What was not sent is tried again at a later look (`bots.store.alerts`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from bots.alerts.message import Alert
from bots.config.alerts import Alerts
from bots.errors import Problem

CALL_SECONDS = 10.0


class NotSent(Exception):
    """It was not taken. Says why in a word of ours, never in the other side's."""


class Busy(NotSent):
    """It was not taken now; another try may do."""


class NotToAll(NotSent):
    """It was taken, but not for all whom it is for. Another try would tell the others twice."""


def channels(settings: Alerts) -> tuple[str, ...]:
    """The ways that the office has set up."""
    ways = {"mail": settings.mail_to, "webhook": settings.webhook, "notifier": settings.notifier}
    return tuple(name for name, given in ways.items() if given)


def send(channel: str, alert: Alert, settings: Alerts) -> None:
    """Send it.

    Raises:
        NotToAll: it is sent, but not to all.
        NotSent: with the reason.
    """
    # By name: what a way needs (RPA.Notifier takes half a second) is only loaded to use it.
    give: Callable[[Alert, Alerts], None] = import_module(f"bots.alerts.{channel}").give
    try:
        for attempt in Retrying(
            stop=stop_after_attempt(3),
            wait=wait_exponential(multiplier=0.5, max=2),
            retry=retry_if_exception_type(Busy),
            reraise=True,
        ):
            with attempt:
                give(alert, settings)
    except NotSent:
        raise
    except Problem as problem:  # a secret that is not where its reference says
        raise NotSent(problem.what) from None
    except Exception as error:  # nothing that a way does may harm a run; its words may quote
        raise NotSent(type(error).__name__) from None
