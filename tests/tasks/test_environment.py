"""The environment that rcc makes from conda.yaml: exactly the lock, and pip can install it."""

from __future__ import annotations

import os
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pip._internal.req.req_file import parse_requirements
from ruamel.yaml import YAML
from tasks.control_room import ROOT

LOCK = ROOT / "requirements" / "run.txt"
ENVIRONMENT: dict[str, Any] = YAML(typ="safe").load(ROOT / "conda.yaml")


@pytest.fixture
def file_of_rcc(tmp_path: Path) -> Path:
    """The lines under `pip:` as rcc hands them to pip: a file in a folder of its own."""
    path = tmp_path / "require.txt"
    path.write_text("\n".join(ENVIRONMENT["dependencies"][-1]["pip"]))
    return path


def named_in(path: Path) -> dict[str, Any]:
    """The requirements of a file, as pip reads them, each with its hashes."""
    found = parse_requirements(str(path), session=None)  # a file is asked for without one
    return {entry.requirement.strip(): entry.options["hashes"] for entry in found}


def command() -> list[str]:
    """What rcc runs after pip has installed that file."""
    (line,) = ENVIRONMENT["rccPostInstall"]
    python, *words = shlex.split(line)
    assert python == "python"
    return [sys.executable, *words]


def test_it_has_exactly_what_the_lock_names_each_with_its_hashes(
    file_of_rcc: Path, tmp_path: Path
):
    last = tmp_path / "last.txt"
    last.write_text(command()[-1])

    assert named_in(file_of_rcc) | named_in(last) == named_in(LOCK)


def test_pip_installs_it_and_misses_nothing_that_is_wanted(file_of_rcc: Path):
    """As rcc calls it. All is here already, so pip fetches nothing, but it looks at all."""
    flags = ("--isolated", "--prefer-binary", "--dry-run", "--no-index")
    done = asked_pip(
        [sys.executable, "-m", "pip", "install", *flags, "--requirement", file_of_rcc]
    )

    assert done.returncode == 0, done.stderr
    assert "Would install" not in done.stdout


def test_what_comes_last_is_installed_without_what_the_lock_leaves_out():
    done = asked_pip(command(), PIP_DRY_RUN="1", PIP_NO_INDEX="1")

    assert done.returncode == 0, done.stderr
    assert "Requirement already satisfied: rpaframework==" in done.stdout


def asked_pip(command: list[Any], **environment: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | environment
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def test_it_is_as_the_lock_is_now():
    conda_yaml = runpy.run_path(str(ROOT / "requirements" / "conda.py"))["conda_yaml"]
    assert (ROOT / "conda.yaml").read_text() == conda_yaml(LOCK.read_text()), "run: make lock"
