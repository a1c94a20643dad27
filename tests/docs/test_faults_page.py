"""The page of faults names each once, and only what is there to hold it."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (F\d+) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)

sys.path.insert(0, str(ROOT / "tests" / "chaos"))
from cases import FAULTS, SAMPLE  # noqa: E402


def test_every_fault_of_the_catalogue_stands_there_once():
    assert [number for number, _, _ in ROWS] == [f"F{n:02d}" for n in range(1, 101)]


@pytest.mark.parametrize(("number", "_", "held"), ROWS, ids=[row[0] for row in ROWS])
def test_what_holds_it_is_there_or_a_reason_is(number, _, held):
    files = re.findall(r"tests/[\w/]+\.py", held)
    is_in_matrix = number in {fault.number for fault in FAULTS}

    assert held.startswith("matrix") == is_in_matrix
    assert all((ROOT / file).exists() for file in files)
    assert files or is_in_matrix or held.startswith(("not run", "not seen"))


def test_the_sample_is_of_the_matrix():
    assert set(SAMPLE) <= {fault.number for fault in FAULTS}
