"""A real portal on a loopback port, filled with a handful of claims."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from practice.visiting import Portal, Visitor

from bots.cli import practice

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-office")
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("tiny_office.py"))],
        env=os.environ | {"PRACTICE_DATA": str(folder), "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def running(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("portal") / "data"
    shutil.copytree(seeded, folder)
    server = practice.start(folder)
    yield Portal(server)
    practice.stop(server)


@pytest.fixture
def portal(running: Portal) -> Iterator[Portal]:
    running.fresh_codes()
    yield running
    running.no_faults()


@pytest.fixture
def visitor(portal: Portal) -> Iterator[Visitor]:
    with portal.visitor() as visitor:
        yield visitor


@pytest.fixture
def biller(visitor: Visitor) -> Visitor:
    visitor.log_in()
    return visitor
