"""An error that a person can act on: what happened, where, and what to do next."""

from __future__ import annotations


class Problem(Exception):
    """Stops a command with a sentence instead of a traceback.

    `what` states the fact, `where` the file, line, key or screen, `do` the next step. None
    of them carries patient data or a secret. `exit` is the exit code (docs/operations.md):
    2 wrong use or unreadable, 1 findings or tampering, 3 work left over.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "", exit: int = 2) -> None:
        self.what, self.where, self.do, self.exit = what, where, do, exit
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """All three on one line."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}; {self.do}" if self.do else head
