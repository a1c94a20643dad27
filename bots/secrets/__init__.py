"""Keys and secrets: the master key, what is sealed under it, and the portals' log-ins.

Nothing here is ever logged; every value that is secret hides itself in its `repr`.
"""

from bots.secrets import refused
from bots.secrets.credentials import Credential, credential_for
from bots.secrets.master import (
    MasterKey,
    SealError,
    development_key,
    master_key,
    no_core_dumps,
)
from bots.secrets.references import VaultDown, read_reference

__all__ = [
    "Credential",
    "MasterKey",
    "SealError",
    "VaultDown",
    "credential_for",
    "development_key",
    "master_key",
    "no_core_dumps",
    "read_reference",
    "refused",
]
