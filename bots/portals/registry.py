"""Which module reads and edits which kind of portal, found by the kind's name.

Ours are `bots.portals.<kind>`. An office's own is the file `portals/<kind>.py` beside its
`selectors/` folder: as much a part of its configuration as that.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from bots.config import selectors_folder
from bots.errors import Problem

if TYPE_CHECKING:
    from bots.ledger import OpenIntent
    from bots.portals.base import Editor, Reader
    from bots.portals.session import Session
    from bots.portals.tab import Tab

    ReaderOf = Callable[[Session], Reader]
    EditorOf = Callable[[Tab, OpenIntent], Editor]


def reader_of(kind: str) -> ReaderOf:
    """What reads portals of a kind: `READER` of its module, for a session.

    Raises:
        Problem: there is none.
    """
    return cast("ReaderOf", _module(kind).READER)


def editor_of(kind: str) -> EditorOf:
    """What edits portals of a kind: `EDITOR` of its module; for `bots.portals.editing` only.

    Raises:
        Problem: there is none.
    """
    return cast("EditorOf", _module(kind).EDITOR)


def portals_folder() -> Path:
    """Where an office keeps the modules of its own portals."""
    return selectors_folder().parent / "portals"


def _module(kind: str) -> ModuleType:
    module = _ours(f"bots.portals.{kind}") or _the_offices(kind)
    if module is None:
        known = ", ".join(sorted(path.stem for path in selectors_folder().glob("*.yaml")))
        raise Problem(
            f"no portal of the kind {kind!r} is known",
            where="portals.yaml",
            do=f"use one that has a selector file: {known}",
        )
    return module


def _ours(name: str) -> ModuleType | None:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # it is there, and something that it needs is not
            raise
        return None
    return module if hasattr(module, "READER") else None


def _the_offices(kind: str) -> ModuleType | None:
    path = portals_folder() / f"{kind}.py"
    return _loaded(path.resolve()) if path.is_file() else None


@cache
def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"claimbots_portals.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        _ = module.READER, module.EDITOR
    except Exception as error:  # whatever an office's module may do when it is loaded
        what = f"the portal's module cannot be loaded ({type(error).__name__}: {error})"
        raise Problem(what, where=str(path), do="repair it") from error
    return module
