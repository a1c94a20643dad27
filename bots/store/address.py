"""Which database the store of a data folder is in."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from bots.config import config_folder, load_settings
from bots.errors import Problem
from bots.places import Places, here
from bots.secrets.references import read_reference

_SETTING = "claimbots.yaml store.database_url"

# A machine that is gone is noticed in half a minute. A silent line is not probed while something
# that was sent waits for its receipt: that has a limit of its own (milliseconds).
_LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def database_url(places: Places) -> str:
    """The address of the PostgreSQL database that holds the store, or an empty text: a file does.

    The setting is this process's own data folder's; the store of any other one, such as a backup
    that is being proved, is the file that lies there.

    Raises:
        Problem: the configuration cannot be read, or the reference gives nothing.
    """
    if places.root != here().root:
        return ""
    folder = config_folder()
    file = folder / "claimbots.yaml"
    written = file.stat().st_mtime_ns if file.exists() else 0
    return _from_settings(folder, written, os.environ.get("CLAIMBOTS_STORE__DATABASE_URL", ""))


@lru_cache(maxsize=8)
def _from_settings(folder: Path, written: int, environment: str) -> str:
    said = load_settings(folder).store.database_url or ""
    if said and "://" not in said:
        said = read_reference(said)
        if not said.startswith(("postgresql://", "postgres://")):
            raise Problem(
                "the secret is no address of a database",
                where=_SETTING,
                do="write postgresql://USER:PASSWORD@HOST/DATABASE there",
            )
    return said


def connection_of(places: Places) -> dict[str, Any]:
    """What Django needs to open the store of `places`.

    Raises:
        Problem: as `database_url`, or the address is none.
    """
    url = database_url(places)
    if not url:
        return {"NAME": str(places.store)}
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:  # its text repeats the address, and there may be a password in it
        raise Problem(
            "not an address of a database", where=_SETTING, do="postgresql://USER@HOST/DATABASE"
        ) from None
    if not parts.get("dbname"):  # Django and DBOS would each take another one
        raise Problem(
            "the address names no database", where=_SETTING, do="postgresql://USER@HOST/DATABASE"
        )
    return {
        "ENGINE": "bots.store.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", None) or "",
        "PASSWORD": parts.pop("password", None) or "",
        "HOST": parts.pop("host", None) or "",
        "PORT": str(parts.pop("port", None) or ""),
        "OPTIONS": {
            "application_name": "claimbots",
            **_LINE,
            # One that is frozen in the middle of a transaction lets the others go on before they
            # give up.
            "options": "-c statement_timeout=30s -c idle_in_transaction_session_timeout=10s",
            **parts,
        },
    }


def line_of(places: Places) -> dict[str, Any]:
    """How long the line to PostgreSQL may be silent, as libpq has it; empty where a file is asked.

    What the address itself says of it holds.

    Raises:
        Problem: as `connection_of`.
    """
    options = connection_of(places).get("OPTIONS", {})
    return {name: options[name] for name in _LINE if name in options}


def has_store(places: Places) -> bool:
    """Whether there is a store to ask: a file that lies there, or a database that is named."""
    return bool(database_url(places)) or places.store.exists()


def shown(places: Places) -> str:
    """Where the store is, for people: the file, or the database without its password."""
    at = connection_of(places)
    if "ENGINE" not in at:
        return str(places.store)
    return f"PostgreSQL {at['NAME']} on {at['HOST'] or 'this machine'}"
