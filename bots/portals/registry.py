"""Which module reads and edits which kind of portal: `bots.portals.<kind>`, found by name."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from bots.errors import Problem

if TYPE_CHECKING:
    from bots.portals.practice import PracticeEditor, PracticeReader


def _module(kind: str) -> ModuleType:
    try:
        module = importlib.import_module(f"bots.portals.{kind}")
    except ModuleNotFoundError:
        module = None
    if module is None or not hasattr(module, "READER"):
        raise Problem(
            f"no portal of the kind {kind!r} is known", where="portals.yaml", do="use practice"
        )
    return module


def reader_of(kind: str) -> type[PracticeReader]:
    """The class that reads portals of a kind.

    Raises:
        Problem: there is none.
    """
    reader: type[PracticeReader] = _module(kind).READER
    return reader


def editor_of(kind: str) -> type[PracticeEditor]:
    """The class that edits portals of a kind; for `bots.portals.editing` only.

    Raises:
        Problem: there is none.
    """
    editor: type[PracticeEditor] = _module(kind).EDITOR
    return editor
