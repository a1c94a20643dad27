"""The pages name every key of the configuration and of tables as the models have it, no other.

When this fails after a change of a model, the table that the page should have is printed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bots.codesets.tables import FORMS, Manifest, import_tables
from bots.config import Portal, Settings
from bots.config.schedules import Schedule

DOCS = Path(__file__).parents[2] / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
TABLES = (DOCS / "codesets.md").read_text(encoding="utf-8")
PAGES = OPERATIONS + TABLES


def keys(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str, str]]:
    """Each key with its default and its meaning, sections opened up."""
    for name, field in model.model_fields.items():
        inner = [part for part in (field.annotation, *getattr(field.annotation, "__args__", ()))
                 if isinstance(part, type) and issubclass(part, BaseModel)]  # fmt: skip
        if inner:
            yield from keys(inner[0], f"{before}{name}.")
        else:
            yield before + name, written(field), field.description or ""


def written(field: Any) -> str:
    if field.is_required():
        return "(must be given)"
    value = field.default
    if value is None or value == ():
        return "(none)"
    if isinstance(value, tuple):
        return f"`[{', '.join(value)}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def table(model: type[BaseModel]) -> str:
    rows = [f"| `{key}` | {default} | {meaning} |" for key, default, meaning in keys(model)]
    return "\n".join(["| key | default | what it is |", "|---|---|---|", *rows])


def marked(name: str) -> str:
    found = re.search(f"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", PAGES, re.DOTALL)
    assert found, f"no page has a part marked {name}"
    return found[1].strip()


@pytest.mark.parametrize(
    ("name", "model"),
    [("settings", Settings), ("portal", Portal), ("schedule", Schedule), ("manifest", Manifest)],
)
def test_the_page_and_the_model_name_the_same_keys(name, model):
    assert marked(name) == table(model)


def test_the_page_and_the_importer_name_the_same_columns():
    rows = [f"| `{name}.csv` | {', '.join(form.columns)} |" for name, form in FORMS.items()]
    assert marked("columns") == "\n".join(["| file | columns |", "|---|---|", *rows])


def test_the_example_on_the_page_can_be_imported(tmp_path):
    manifest = re.search(r"```json\n(.*?)```", TABLES, re.DOTALL)
    example = re.search(r"```csv\n(.*?)```", TABLES, re.DOTALL)
    assert manifest
    assert example
    json.loads(manifest[1])
    assert next(csv.reader(io.StringIO(example[1]))) == list(FORMS["modifier"].columns)
    (tmp_path / "manifest.json").write_text(manifest[1])
    (tmp_path / "modifier.csv").write_text(example[1])

    assert [origin.table for origin in import_tables(tmp_path, tmp_path / "to")] == ["modifier"]
