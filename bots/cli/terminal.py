"""What the doors print for people: text that steers no terminal, cards that fit its width."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def plain(text: str) -> str:
    """Portal text never steers a terminal (W21): what does not print is a blank."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


class Cards:
    """Cards, one below the other: a head, and labelled lines that wrap under themselves.

    As wide as the terminal, but no wider than a sentence is read with ease. A command in
    backticks stays on one line, so that it can be copied.
    """

    WIDEST = 110
    LABEL = 11

    def __init__(self) -> None:
        from rich.console import Console

        console = Console(highlight=False)
        self._console: Console = console
        self._width = min(console.width, self.WIDEST)

    def show(self, left: Text, right: str, lines: Iterable[tuple[str, str]]) -> None:
        """One card; `right` stands at its right edge, `lines` are labels and what they say."""
        from rich.text import Text

        gap = max(2, self._width - left.cell_len - len(right))
        self._print(Text.assemble(left, " " * gap, (right, "bold")))
        for label, text in lines:
            first, *others = wrapped(plain(text), self._width - self.LABEL)
            self._print(Text.assemble((f"  {label}".ljust(self.LABEL), "dim"), first))
            for line in others:
                self._print(Text(" " * self.LABEL + line))
        self._print(Text())

    def say(self, line: str) -> None:
        """One line below the cards."""
        from rich.text import Text

        self._print(Text(line))

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of a width; what stands in backticks is never broken, only what is wider still."""
    whole = re.sub(r"`[^`]*`", lambda found: found[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(whole, max(width, 20), break_on_hyphens=False, break_long_words=False)
    return [line.replace("\0", " ") for line in lines] or [""]
