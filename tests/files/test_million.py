"""The files of benchmarks/million.py are sound and always the same."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from bots.claims import Case
from bots.files.reading import read_any


def test_the_bench_makes_sound_claims_of_three_lines_and_the_same_ones_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    bench = import_module("million")
    files = bench.make_files(tmp_path / "one", 60, files=3)
    again = bench.make_files(tmp_path / "two", 60, files=3)

    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in again]
    entries = [entry for path in files for entry in read_any(path)]
    assert len(entries) == bench.bare_split(files) == 60
    for entry in entries:
        assert isinstance(entry, Case)
        assert len(entry.claim.lines) == 3
