"""The patch of a selector file that a run proposes, beside its report: kept, and told again.

Nothing applies it but a person.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from bots.places import Places

NAME = "selectors.patch"


def keep_patch(places: Places, run: str, text: str) -> Path:
    """Write a run's patch into the folder of its report, mode 0600; where it lies.

    Raises:
        OSError: the disk is full or closed to us.
    """
    path = places.reports / run / NAME
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def sentences(places: Places, run: str) -> tuple[tuple[str, str], ...]:
    """What a run's patch says of each element: its name and the sentence; empty without one."""
    try:
        text = (places.reports / run / NAME).read_text(encoding="utf-8")
    except OSError:
        return ()
    return tuple(re.findall(r"^# (\S+\.\S+): (.+)$", text, re.MULTILINE))
