"""Whatever an importer is given: it takes the file whole, or says in a sentence why not.

`python tests/codesets/mangling.py --seconds 300` looks for more; what it found once lies in
corpus/ and is imported again here.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from random import Random

import pytest

HERE = Path(__file__).parent
_SPEC = importlib.util.spec_from_file_location("mangling", HERE / "mangling.py")
assert _SPEC is not None
assert _SPEC.loader is not None
mangling = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(mangling)

FOUND = sorted((HERE / "corpus").glob("*"))
TRIES = 8


@pytest.mark.parametrize("name", list(mangling.seeds()))
def test_a_spoiled_file_is_taken_whole_or_refused_clearly(name, tmp_path):
    random, right = Random(name), mangling.seeds()[name]
    for _ in range(TRIES):
        data = mangling.spoiled(right, random)
        assert mangling.survives(name, data, tmp_path) is None, data


@pytest.mark.parametrize("name", ["mue.zip", "MUE_Eff_07-01-2024.xlsx"])
def test_a_spoiled_zip_or_workbook_is_taken_whole_or_refused_clearly(name, tmp_path):
    random, right = Random(name), mangling.binaries(tmp_path)[name]
    for _ in range(TRIES):
        data = mangling.spoiled(right, random)
        assert mangling.survives(name, data, tmp_path) is None, data


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once_is_no_longer(path, tmp_path):
    name = path.name.partition("-")[2]
    assert mangling.survives(name, path.read_bytes(), tmp_path) is None
