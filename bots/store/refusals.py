"""Log-ins that a portal refused, for all machines that share the store. Synchronous; UTC.

Each data folder remembers its own (`bots.secrets.refused`); here one machine learns from another
before it types a refused password a second time, and that a person let one be tried again, which
outweighs what the others had kept before. A row without a digest says so.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bots.secrets import refused
from bots.store import models

if TYPE_CHECKING:
    from bots.places import Places
    from bots.secrets import MasterKey
    from bots.secrets.credentials import Credential

_UNLOCKED = ""


def tell(account: str, typed: Credential, master: MasterKey) -> None:
    """A portal refused this log-in, as it was typed."""
    _keep(account, refused.digest(account, typed, master))


def heed(account: str, credential: Credential, places: Places, master: MasterKey) -> None:
    """Stop before this machine types what a portal refused another one.

    What this machine kept itself is forgotten where a person has unlocked the log-in since then,
    on whichever machine.

    Raises:
        Problem: it was refused.
    """
    row = models.Refusal.objects.filter(account=account).first()
    if row is None:
        return
    if row.digest == _UNLOCKED:
        refused.forget_older(account, row.at, places)
    elif hmac.compare_digest(row.digest, refused.digest(account, credential, master)):
        raise refused.refusal(account)


def forget(account: str) -> bool:
    """Let it be tried again where it has not been; False where it was not refused."""
    refusals = models.Refusal.objects.filter(account=account).exclude(digest=_UNLOCKED)
    count, _ = refusals.delete()
    return count > 0


def unlock(account: str) -> bool:
    """Let it be tried again, whoever has kept until now that it was refused.

    Returns:
        False where no machine had told that it was refused.
    """
    refusals = models.Refusal.objects.filter(account=account).exclude(digest=_UNLOCKED)
    was_refused = refusals.exists()
    _keep(account, _UNLOCKED)
    return was_refused


def _keep(account: str, digest: str) -> None:
    models.Refusal.objects.update_or_create(
        account=account, defaults={"digest": digest, "at": datetime.now(UTC)}
    )
