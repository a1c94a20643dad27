"""The pages of the checks: their text, and the claims that they show."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bots.checks import Check

PAGES = Path(__file__).parents[2] / "docs" / "checks"


def page_of(check: Check) -> str:
    return (PAGES / f"{check.id}.md").read_text(encoding="utf-8")


def example(check: Check, heading: str) -> dict[str, object]:
    """The JSON block under a heading of the page."""
    part = page_of(check).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"```json\n(.*?)```", part, re.S)
    assert len(blocks) == 1, f"{check.id}: one json block under {heading!r}"
    return json.loads(blocks[0])
