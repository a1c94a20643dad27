"""One alert, and how it is said: fixed words, names of ours, counts; nothing of a patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bots.alerts.events import MEANINGS, Event


@dataclass(frozen=True, slots=True)
class Alert:
    """One trouble. `origin` is the log's name, and so the host's; counts are of its run."""

    id: int
    origin: str
    event: Event
    subject: str
    since: datetime
    over_at: datetime | None = None
    run: str = ""
    claims: int | None = None
    saves: int | None = None

    @property
    def headline(self) -> str:
        """One line, as a mail's subject."""
        return f"claimbots: {MEANINGS[self.event].says.partition(';')[0]} ({self.subject})"

    @property
    def reference(self) -> str:
        """The same for the same alert, however often it is sent."""
        return f"{self.event.value}-{self.id}"

    def text(self) -> str:
        """All of it, for a person."""
        return "\n".join(self._lines()) + "\n"

    def as_json(self) -> dict[str, str | int | None]:
        """All of it, for a program; `text` is what chat services show."""
        return {
            "text": self.text(),
            "event": self.event.value,
            "reference": self.reference,
            "origin": self.origin,
            MEANINGS[self.event].about.replace(" ", "_"): self.subject,
            "run": self.run,
            "claims": self.claims,
            "saves": self.saves,
            "since": self.since.isoformat(timespec="seconds"),
            "over": self.over_at.isoformat(timespec="seconds") if self.over_at else None,
            "do": MEANINGS[self.event].do,
        }

    def _lines(self) -> Iterator[str]:
        meaning = MEANINGS[self.event]
        yield f"{meaning.says[0].upper()}{meaning.says[1:]}."
        yield ""
        yield f"{meaning.about}: {self.subject}"
        if self.run:
            yield f"run: {self.run}"
        if self.claims is not None:
            yield f"claims seen: {self.claims}, saves: {self.saves or 0}"
        yield f"since: {self.since:%Y-%m-%d %H:%M} UTC"
        if self.over_at:
            yield f"over since: {self.over_at:%Y-%m-%d %H:%M} UTC"
        yield f"on: {self.origin}"
        yield ""
        yield f"What to do: {meaning.do}."
        yield f"This is said once, until {meaning.is_over}."
