"""The container file says what the program does: ports, places, files, and never root."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from bots.config import Settings

ROOT = Path(__file__).parents[2]
FILE = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ")
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8").replace("\\\n", " ")
LAST = FILE.rsplit("\nFROM ", 1)[1]  # the stage that runs


def said(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} +(.+)$", LAST, re.MULTILINE)


def test_it_never_runs_as_root():
    assert said("USER") == ["claimbots"]
    assert "useradd --uid 10001" in LAST


def test_a_signal_reaches_the_program():
    """A shell form would have /bin/sh as process 1, which hands no SIGTERM on."""
    (entry,), (command,) = said("ENTRYPOINT"), said("CMD")
    assert json.loads(entry) == ["/usr/bin/tini", "--", "claimbots"]
    assert json.loads(command) == ["serve"]


def test_what_ends_by_itself_is_begun_again():
    """`serve` counts on it, as it does under the unit of systemd."""
    (begun,) = re.findall(r"^podman run -d (.+)$", PAGE, re.MULTILINE)
    assert "--restart on-failure" in begun
    assert "Restart=on-failure" in PAGE


def test_its_health_is_asked_where_serve_answers():
    assert f"127.0.0.1:{Settings().serve.port}/healthz" in said("HEALTHCHECK")[0] + LAST


def test_all_that_must_stay_is_in_a_volume():
    (volumes,) = said("VOLUME")
    places = re.findall(r"CLAIMBOTS_(?:DATA|CONFIG)=(\S+)", LAST)
    assert len(places) == 2
    assert all(any(place.startswith(v) for v in json.loads(volumes)) for place in places)


def test_what_the_wheel_needs_is_let_through():
    let = {
        line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line[0] == "!"
    }
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    needed = {*build["targets"]["wheel"]["packages"], *build["targets"]["wheel"]["force-include"]}
    assert needed | {"requirements", "pyproject.toml", "README.md", "LICENSE"} <= let
    for name in re.findall(r"-r (\S+)", FILE):
        assert (ROOT / name).is_file()
