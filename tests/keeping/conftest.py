from __future__ import annotations

import pytest
from keeping.offices import an_office

from bots.store import database


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = an_office(tmp_path, monkeypatch)
    yield made
    database.close()
