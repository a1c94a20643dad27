"""One bad line among the two million edits of a side: nothing is taken, and it is named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bots.codesets.importing import take
from bots.codesets.store import imports
from bots.errors import Problem

SIDE = "ccipra"  # the practitioner's edits, in four parts


def test_one_bad_line_of_two_million_refuses_the_release_and_is_named(tmp_path: Path):
    parts = sorted(Path(os.environ["CLAIMBOTS_TABLES"]).glob(f"{SIDE}-*.TXT"))
    if not parts:
        pytest.skip("a folder of imported tables: the official files are not there")
    spoiled = tmp_path / "new"
    spoiled.mkdir()
    for part in parts:
        shutil.copy(part, spoiled)
    last = spoiled / parts[-1].name
    lines = last.read_bytes().split(b"\n")
    at = len(lines) - 1000
    fields = lines[at].split(b"\t")
    lines[at] = b"\t".join([*fields[:3], b"20240230", *fields[4:]])  # no such day
    last.write_bytes(b"\n".join(lines))

    with pytest.raises(Problem) as refused:
        take([spoiled], tmp_path / "to")

    assert f"{last.name}:{at + 1}" in refused.value.sentence()
    assert not list(imports(tmp_path / "to"))


def test_the_same_release_without_the_bad_line_is_taken(tmp_path: Path):
    parts = sorted(Path(os.environ["CLAIMBOTS_TABLES"]).glob(f"{SIDE}-*.TXT"))
    if not parts:
        pytest.skip("a folder of imported tables: the official files are not there")
    take(parts, tmp_path / "to")
    assert sum(origin.rows for _, origin in imports(tmp_path / "to")) > 1_000_000
