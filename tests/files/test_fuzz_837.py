"""Broken 837 files: the corpus that the fuzzer found, and some it has not seen before.

`python benchmarks/fuzz_837.py` goes on from here for as long as it is told. A file of the corpus
once reached a line of the reader that no other did, or broke a promise of it.
"""

from __future__ import annotations

import random
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "broken"
FRESH = 150


def _fuzzer() -> Any:
    path = Path(__file__).parents[2] / "benchmarks" / "fuzz_837.py"
    spec = spec_from_file_location("fuzz_837", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fuzzer = _fuzzer()


def test_every_file_that_was_ever_found_is_read_or_named():
    files = sorted(CORPUS.iterdir())
    assert len(files) > 20
    for path in files:
        try:
            fuzzer.look_at(path)
        except fuzzer.NotSoError as error:
            raise AssertionError(f"{path.name}: {error}") from error


def test_fresh_damage_is_read_or_named(tmp_path: Path):
    chance = random.Random(20260930)
    pool = [path.read_bytes() for path in sorted(fuzzer.SAMPLES.iterdir())]
    path = tmp_path / "damaged.837"
    for number in range(FRESH):
        path.write_bytes(fuzzer.damaged(chance.choice(pool), chance))
        try:
            fuzzer.look_at(path)
        except fuzzer.NotSoError as error:
            raise AssertionError(f"damage {number}: {error}") from error
