"""Where the pages of the checks are: inside the wheel, or in `docs/checks` of a clone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def pages() -> Path:
    """The folder with one page a check."""
    inside = PACKAGE / "checks" / "pages"  # what the wheel carries
    return inside if inside.is_dir() else PACKAGE.parent / "docs" / "checks"


@cache
def page_of(check: str) -> str:
    """The text of a check's page; empty where it has none (an office's own check)."""
    try:
        return (pages() / f"{check}.md").read_text(encoding="utf-8")
    except OSError:
        return ""
