"""docs/portals.md takes a new developer from nothing to a portal that is read and written."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.night]
ROOT = Path(__file__).parents[3]


def test_every_command_of_the_tutorial_does_what_the_page_says(tmp_path: Path):
    page = (ROOT / "docs" / "portals.md").read_text(encoding="utf-8")
    chapter = page[
        page.index("## A new portal, step by step") : page.index("## The selector file")
    ]
    commands = "\n".join(re.findall(r"```bash\n(.*?)```", chapter, re.DOTALL))
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CLAIMBOTS")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-m"],
        input=commands, text=True, capture_output=True, cwd=tmp_path, env=environment,
        timeout=170, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "20 would be saved (shadow)" in done.stdout
    with sqlite3.connect(tmp_path / "office" / "meridian" / "meridian.sqlite3") as portal:
        saves = portal.execute("select count(*) from saved where what != 'remark'").fetchone()
        remarks = portal.execute("select count(*) from saved where what = 'remark'").fetchone()
    # Twenty of the bots, and one without a change while it was recorded.
    assert (saves, remarks) == ((21,), (2,))
