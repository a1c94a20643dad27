"""A schedule's name is the key of its runs: as long as the store can keep it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.config.names import NAME
from bots.config.schedules import load_schedules
from bots.errors import Problem


def named(folder: Path, name: str) -> Path:
    (folder / "schedules.yaml").write_text(
        f'schedules:\n  {name}:\n    portal: acme\n    queue: pending\n    cron: "30 2 * * *"\n'
    )
    return folder


def test_the_longest_name_that_the_store_can_keep_is_taken(tmp_path: Path):
    assert set(load_schedules(named(tmp_path, "s" * NAME))) == {"s" * NAME}


def test_a_longer_one_is_refused_when_the_file_is_read(tmp_path: Path):
    with pytest.raises(Problem, match=rf"yaml:1:1 schedules: .* at most {NAME} characters"):
        load_schedules(named(tmp_path, "s" * (NAME + 1)))
