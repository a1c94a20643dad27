"""Tell people that something needs them: what may happen, in which words, and by which way.

`events` is the list of what may happen, `message` how one is said, `mail`, `webhook` and
`notifier` are the ways. What has come and what is over is decided in `bots.runs.alerting`.
"""

from bots.alerts.events import MEANINGS, Event
from bots.alerts.message import Alert
from bots.alerts.sending import NotSent, NotToAll, channels, send

__all__ = ["MEANINGS", "Alert", "Event", "NotSent", "NotToAll", "channels", "send"]
