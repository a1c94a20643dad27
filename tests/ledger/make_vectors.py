"""Makes tests/ledger/vectors anew: run it only when the form of a record changes."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ledgers import Log, a_log, edited, filled, rehashed

VECTORS = Path(__file__).parent / "vectors"


def main() -> None:
    with tempfile.TemporaryDirectory() as root:
        log = a_log(Path(root) / "data")
        anchor = filled(log, pairs=6)
        log.open().append("note", actor="bot", body={"text": "not signed yet"})
        lines = log.lines()
        shutil.rmtree(VECTORS, ignore_errors=True)
        VECTORS.mkdir()
        (VECTORS / "anchor").write_text(anchor.text, "utf-8")
        rows = [
            row(log, anchor, name, content)
            for name, content in {
                "honest": lines,
                "torn": [*lines[:-1], lines[-1][:100]],
                "edited": [*lines[:4], edited(lines[4], actor="mallory"), *lines[5:]],
                "edited-and-chained": rehashed(
                    [*lines[:4], edited(lines[4], actor="mallory"), *lines[5:]], 5
                ),
                "deleted": lines[:4] + lines[5:],
                "swapped": [*lines[:4], lines[5], lines[4], *lines[6:]],
                "repeated": [*lines[:5], lines[4], *lines[5:]],
                "cut": lines[:6],
                "garbage": [*lines, b"garbage"],
                "spaced": [*lines[:4], lines[4].replace(b'":', b'": ', 1), *lines[5:]],
                "version-0": [*lines[:4], edited(lines[4], v=0), *lines[5:]],
            }.items()
        ]
        index = {"origin": log.origin, "key": str(log.public), "anchor": "anchor", "vectors": rows}
        (VECTORS / "index.json").write_text(json.dumps(index, indent=1) + "\n", "utf-8")


def row(log: Log, anchor: object, name: str, lines: list[bytes]) -> dict[str, object]:
    log.put(lines)
    verdict = log.verify(anchor)  # type: ignore[arg-type]
    target = VECTORS / name / log.origin
    shutil.copytree(log.folder, target, ignore=shutil.ignore_patterns("lock"))
    problems = [[p.kind, p.sequence] for p in verdict.problems]
    return {"folder": name, "problems": problems, "torn": verdict.torn}


if __name__ == "__main__":
    main()
