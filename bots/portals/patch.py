"""The repairs of a selector file as a patch of it: line by line, so that the rest stays."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import unified_diff
from typing import Any

from ruamel.yaml import YAML

from bots.portals.drift import Repair
from bots.portals.edits import Edit, Value, apply, node_of

# What YAML reads as the very text that it is.
_PLAIN = re.compile(r"[A-Za-z][\w ()$./%-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null"}


def patch(text: str, name: str, repairs: Iterable[Repair]) -> str:
    """A unified diff with a sentence for each element above it; empty where there is nothing.

    Args:
        text: the selector file's.
        name: the file's, below the folder in which the patch will be applied.
    """
    repairs = list(repairs)
    head = [f"# {repair.screen}.{repair.element}: {repair.sentence}\n" for repair in repairs]
    new = repaired(text, [edit for repair in repairs for edit in repair.edits])
    lines = unified_diff(
        text.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join([*head, *lines])


def repaired(text: str, edits: Sequence[Edit]) -> str:
    """The file with the edits made; one whose place is not in the file is left out.

    A file that is not laid out as ours is written anew as a whole, with its comments.
    """
    lines = text.splitlines(keepends=True)
    whole = YAML().load(text)
    wanted = YAML(typ="safe").load(text)
    placed = [edit for edit in edits if _there(wanted, edit)]
    # The last first, so that the places of those before stay as they were.
    for edit in sorted(placed, key=lambda edit: _position(whole, edit), reverse=True):
        _put(lines, whole, edit)
    apply(wanted, placed)
    new = "".join(lines)
    try:
        is_right = YAML(typ="safe").load(new) == wanted
    except Exception:  # whatever a line-by-line edit of an odd layout came to
        is_right = False
    if is_right:
        return new
    apply(whole, placed)
    out = io.StringIO()
    YAML().dump(whole, out)
    return out.getvalue()


def _there(whole: Any, edit: Edit) -> bool:
    try:
        node_of(whole, edit)[edit.path[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _position(whole: Any, edit: Edit) -> tuple[int, int]:
    node, last = node_of(whole, edit), edit.path[-1]
    return tuple(node.lc.item(last) if isinstance(last, int) else node.lc.value(last))


def _put(lines: list[str], whole: Any, edit: Edit) -> None:
    line, column = _position(whole, edit)
    if isinstance(edit.path[-1], int):
        end = _end(lines, line, column - 2)
        new = [] if edit.value is None else [f"{' ' * (column - 2)}- {_flow(edit.value)}\n"]
        lines[line:end] = new
        return
    before, after = lines[line][:column], lines[line][column:]
    found = re.match(r"""\[[^\]]*\]|"(?:[^"\\]|\\.)*"|'[^']*'|[^,}#\n]*[^,}#\s]""", after)
    rest = after[found.end() :] if found else after
    assert edit.value is not None
    lines[line] = before + _flow(edit.value) + rest


def _end(lines: list[str], first: int, column: int) -> int:
    """The line after an item whose dash stands in `column`."""
    end = first + 1
    while end < len(lines):
        bare = lines[end].strip()
        indent = len(lines[end]) - len(lines[end].lstrip())
        if not bare or bare.startswith("#") or indent <= column:
            break
        end += 1
    return end


def _flow(value: Value) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key}: {_scalar(text)}" for key, text in value.items())
        return f"{{{inner}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(_scalar(text) for text in value)}]"
    return _scalar(value)


def _scalar(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and text == text.strip()
    return text if is_plain else json.dumps(text, ensure_ascii=False)
