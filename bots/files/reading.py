"""Any file of claims, told apart by its content, entry by entry."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from bots.files.portions import portions_of, read_portion
from bots.files.unread import Entries


def read_any(path: Path, *, today: date | None = None) -> Entries:
    """Every entry of an 837 or JSON file; what the file is says its content, not its name.

    A case of an 837 is judged against BHT04, else `today` (the day of the run); its history and
    its documentation are None: a claim file does not say.
    """
    fallback = today or datetime.now().astimezone().date()
    for portion in portions_of(path, today=today):
        for _, entry in read_portion(portion, fallback):
            yield entry
