"""Where configuration is found: the office's own folder, else the defaults we ship.

`CLAIMBOTS_CONFIG` wins, then `./config`, then the defaults: those at the top of the
repository when this runs from a checkout, else the copies inside the installed package.
`selectors/` stands beside the configuration.
"""

from __future__ import annotations

import os
from pathlib import Path

import bots
from bots.errors import Problem


def config_folder() -> Path:
    """The folder of claimbots.yaml, portals.yaml and policy.yaml.

    Raises:
        Problem: `CLAIMBOTS_CONFIG` names a folder that is not there.
    """
    named = os.environ.get("CLAIMBOTS_CONFIG")
    if named:
        folder = Path(named)
        if not folder.is_dir():
            raise Problem(
                "no such folder",
                where=f"CLAIMBOTS_CONFIG={named}",
                do="name a folder that is there, or unset it and run `claimbots init`",
            )
        return folder
    here = Path("config")
    return here if here.is_dir() else default_folder("config")


def selectors_folder() -> Path:
    """The folder of the portals' selector files: beside the configuration, else ours."""
    beside = config_folder().absolute().parent / "selectors"
    return beside if beside.is_dir() else default_folder("selectors")


def default_folder(name: str) -> Path:
    """The folder we ship under that name, "config" or "selectors"; never written to."""
    package = Path(bots.__file__).parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    return package / "defaults" / name
