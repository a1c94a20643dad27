"""What benches on synthetic claims share: the generator in a process of its own, its tables.

The generator and the checks share no code, and no process.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bots.codesets import CodeSets, open_codesets
from bots.codesets.icd10cm import build_icd10cm
from bots.codesets.tables import import_tables

_TOP = "import sys; from pathlib import Path; folder = Path(sys.argv[1])\n"


def generate(program: str, folder: Path, *numbers: int) -> None:
    """Run `program` with the generator at hand: `folder` is a path, `sys.argv[2:]` the numbers.

    Raises:
        CalledProcessError: it failed.
    """
    words = [sys.executable, "-c", _TOP + program, str(folder), *map(str, numbers)]
    subprocess.run(words, check=True)


def with_tables(folder: Path) -> CodeSets:
    """ICD-10-CM and what the generator wrote to `folder`/tables, imported and opened."""
    codesets = folder / "codesets"
    build_icd10cm(codesets)
    import_tables(folder / "tables", codesets)
    return open_codesets(codesets)
