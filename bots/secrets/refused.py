"""Passwords that a portal refused: tried once, never again for that secret.

What was typed and got no answer that we know may have been refused, too: it is counted here, and
the third time in a row it is taken for that (`bots.portals.login`).

Kept is a keyed digest, so that the file tells nothing about the password. A new password
is another secret and may be tried; `claimbots credentials unlock` forgets the refusal.
All processes of this data folder share the file.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bots.errors import Problem
from bots.places import Places
from bots.secrets.credentials import Credential
from bots.secrets.master import MasterKey
from bots.secrets.table import read_table, write_table


def refused_path(places: Places) -> Path:
    """Where the refusals are."""
    return places.keys / "refused.json"


def remember(name: str, credential: Credential, places: Places, master: MasterKey) -> None:
    """A portal refused this log-in. Call it before anything else is tried."""
    with write_table(refused_path(places)) as table:
        table[name] = {
            "digest": digest(name, credential, master),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def count_unknown(name: str, credential: Credential, places: Places, master: MasterKey) -> int:
    """What came of this log-in is not known; how often that was so in a row."""
    typed = digest(name, credential, master)
    with write_table(refused_path(places)) as table:
        row = table.get(name, {})
        times = 1 + (int(row["times"]) if row.get("unknown") == typed else 0)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        table[name] = {"at": now, **row, "unknown": typed, "times": times}
    return times


def forget_unknown(name: str, places: Places) -> None:
    """A log-in went well: nothing is in a row any more."""
    if "unknown" not in read_table(refused_path(places)).get(name, {}):
        return
    with write_table(refused_path(places)) as table:
        row = table.pop(name, {})
        if "digest" in row:  # of another one, which stays refused
            table[name] = {"digest": row["digest"], "at": row["at"]}


def is_refused(name: str, credential: Credential, places: Places, master: MasterKey) -> bool:
    """Whether a portal has refused this very user, password and seed under this name."""
    row = read_table(refused_path(places)).get(name)
    return row is not None and hmac.compare_digest(
        str(row.get("digest", "")), digest(name, credential, master)
    )


def refuse_again(name: str, credential: Credential, places: Places, master: MasterKey) -> None:
    """Stop before a refused log-in is typed a second time.

    Raises:
        Problem: it was refused before.
    """
    if is_refused(name, credential, places, master):
        raise refusal(name)


def refusal(name: str) -> Problem:
    """The Problem of a log-in that was refused before, here or on another machine."""
    return Problem(
        f"the portal has refused the log-in {name}, and it is not tried again",
        do=f"run `claimbots credentials set {name}`, or `unlock {name}` if it is right",
    )


def refusals(places: Places) -> dict[str, str]:
    """The names that are refused, and since when."""
    table = read_table(refused_path(places))
    return {name: str(row.get("at", "")) for name, row in table.items() if "digest" in row}


def unlock(name: str, places: Places) -> bool:
    """Forget a refusal; False where there was none."""
    with write_table(refused_path(places)) as table:
        return table.pop(name, None) is not None


def forget_older(name: str, than: datetime, places: Places) -> bool:
    """Forget a refusal from before then; False where there is none, or a later one."""
    row = read_table(refused_path(places)).get(name)
    if row is None or _time_of(row) >= than:
        return False
    with write_table(refused_path(places)) as table:
        row = table.get(name)
        if row is None or _time_of(row) >= than:  # another process was refused meanwhile
            return False
        del table[name]
    return True


def _time_of(row: dict[str, Any]) -> datetime:
    """When it was refused; where that cannot be read, for ever."""
    try:
        return datetime.fromisoformat(str(row.get("at", ""))).astimezone(UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def digest(name: str, credential: Credential, master: MasterKey) -> str:
    """What is kept of a log-in: under the same master key the same for the same one."""
    # Lengths keep "ab"+"c" and "a"+"bc" apart.
    parts = (name, credential.username, credential.password, credential.totp_seed)
    return master.keyed_digest("refused", "".join(f"{len(p)}:{p}," for p in parts))
