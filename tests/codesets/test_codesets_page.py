"""docs/codesets.md names every official format, its page and its files, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from bots.codesets.official import formats

PAGE = (Path(__file__).parents[2] / "docs" / "codesets.md").read_text(encoding="utf-8")


def test_the_page_lists_the_formats_as_the_importer_has_them():
    found = re.search(r"<!-- formats -->\n(.*?)\n<!-- /formats -->", PAGE, re.DOTALL)
    assert found
    rows = [line.split(" | ")[:2] for line in found[1].splitlines()[2:]]
    assert rows == [[f"| [{entry.name}]({entry.page})", entry.files] for entry in formats()]
