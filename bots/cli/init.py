"""`claimbots init`: the configuration, the selectors and the data folder of a new office.

Never overwrites: what is there already is kept and named. Running it again is safe, and
brings what a newer version ships and the office does not have yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer


def init() -> None:
    """Write config/, selectors/ and the data folder for a new office; keep what is there."""
    import os
    import sys

    from rich.console import Console

    from bots.codesets.icd10cm import RELEASE, build_icd10cm
    from bots.config import default_folder
    from bots.places import here

    target = Path(os.environ.get("CLAIMBOTS_CONFIG", "config"))
    for name, folder in (
        ("config", target),
        ("selectors", target.absolute().parent / "selectors"),
    ):
        for path, written in copied(default_folder(name), folder):
            typer.echo(f"{'written' if written else 'kept   '} {_shown(path)}")
    places = here()
    there = places.root.is_dir()
    places.made()
    typer.echo(f"{'kept   ' if there else 'written'} {_shown(places.root)}")
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        typer.echo(f"building {RELEASE} (a few seconds)", err=True)
    with console.status(f"Building {RELEASE} (a few seconds)"):
        built = build_icd10cm(places.codesets)
    typer.echo(f"{'written' if built else 'kept   '} {_shown(places.codesets)}: {RELEASE}")
    typer.echo("Next: edit config/portals.yaml, then run `claimbots doctor`.")


def copied(source: Path, target: Path) -> Iterator[tuple[Path, bool]]:
    """Copy the files of `source` that `target` lacks; each file with whether it was written.

    Raises:
        Problem: the folder cannot be written.
    """
    from bots.errors import Problem

    for path in sorted(source.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        copy = target / path.relative_to(source)
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            with copy.open("xb") as file:  # refuses what is there, a link included
                file.write(path.read_bytes())
        except FileExistsError:
            yield copy, False
        except OSError as error:
            raise Problem(
                f"cannot be written ({error.strerror})",
                where=str(copy),
                do="run `claimbots init` in a folder you own",
            ) from error
        else:
            yield copy, True


def _shown(path: Path) -> str:
    import os

    near = os.path.relpath(path)
    return str(path) if near.startswith("..") else near
