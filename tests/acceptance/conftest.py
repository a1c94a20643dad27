"""The tests that need official tables: `make acceptance TABLES=DIR`.

DIR (CLAIMBOTS_TABLES) is a folder of official files, which are imported into a folder of their
own first, or a data folder into which they were imported already. Without it every test here
is skipped, and pytest says how many.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TABLES = os.environ.get("CLAIMBOTS_TABLES", "")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "acceptance: needs official tables (CLAIMBOTS_TABLES)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.acceptance)
            item.add_marker(pytest.mark.timeout(3600))
            if not TABLES:
                item.add_marker(pytest.mark.skip("CLAIMBOTS_TABLES names no official tables"))


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store with the official tables in it."""
    from bots.codesets.importing import take

    given = Path(TABLES)
    assert given.is_dir(), f"{given} is no folder"
    for folder in (given, given / "codesets"):
        if any(folder.glob("*.sqlite3")):
            return folder
    into = tmp_path_factory.mktemp("acceptance") / "codesets"
    take([given], into)
    return into
