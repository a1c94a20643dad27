"""The scripts that look at a page. What a label is stands once, in `label.js`: reading, writing
and recording must mean the same by it.
"""

from __future__ import annotations

from importlib import resources

_FOLDER = resources.files("bots.portals")


def script(name: str) -> str:
    """A script of this room, with `label.js` where it says so."""
    text = _FOLDER.joinpath(name).read_text("utf-8")
    return text.replace("__LABEL__", _FOLDER.joinpath("label.js").read_text("utf-8").strip())
