"""Log-ins that a portal refused, for all machines that share the store. Synchronous; UTC.

Each data folder remembers its own (`bots.secrets.refused`); here one machine learns from another
before it types a refused password a second time.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from bots.store import models


def keep(account: str, digest: str) -> None:
    """A portal refused this log-in."""
    models.Refusal.objects.update_or_create(
        account=account, defaults={"digest": digest, "at": datetime.now(UTC)}
    )


def is_refused(account: str, digest: str) -> bool:
    """Whether a portal refused this very user, password and seed, whoever tried them."""
    known = models.Refusal.objects.filter(account=account).values_list("digest", flat=True).first()
    return known is not None and hmac.compare_digest(known, digest)


def forget(account: str) -> bool:
    """Let it be tried again; False where it was not refused."""
    count, _ = models.Refusal.objects.filter(account=account).delete()
    return count > 0
