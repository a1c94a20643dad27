from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ledgers import Log, a_log


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return a_log(tmp_path / "data")
