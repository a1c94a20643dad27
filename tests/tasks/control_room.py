"""A Control Room on this machine: runs a task with work items, and searches what it left."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CANARIES = ("CANARYLAST", "CANARYFIRST", "CANARYMEMBER", "CANARYMRN", "CANARYROAD", "CANARYCLAIM")
BIRTH_DATE = "1931-07-19"  # of the marked patients, in any of the ways to write it
_BIRTH_DATES = (BIRTH_DATE, "07/19/1931", "7/19/1931", "19310719", "19.07.1931")

# The file adapter keeps a release in memory only, so the release itself is watched. KILL_AT has a
# call of the adapter, which time it is, and whether the process dies before or after it.
_WATCH = """
import json, os, signal
from collections import Counter
from robocorp.workitems._adapters._file import FileAdapter
def release(self, item_id, state, exception=None):
    with open(os.environ["RELEASED"], "a") as out:
        out.write(json.dumps([state.value, exception]) + chr(10))
FileAdapter.release_input = release
calls = Counter()
def deadly(name):
    real = getattr(FileAdapter, name)
    def call(*given, **named):
        calls[name] += 1
        here = f"{name}:{calls[name]}"
        if os.environ.get("KILL_AT") == here + ":before":
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return real(*given, **named)
        finally:
            if os.environ.get("KILL_AT") == here + ":after":
                os.kill(os.getpid(), signal.SIGKILL)
    setattr(FileAdapter, name, call)
for name in ("reserve_input", "load_payload", "create_output", "release_input"):
    deadly(name)
"""


@dataclass(frozen=True)
class Ran:
    exit: int
    said: str
    folder: Path

    @property
    def outputs(self) -> list[dict[str, Any]]:
        path = self.folder / "items-out" / "work-items.json"
        if not path.exists():
            return []
        return [item["payload"] for item in json.loads(path.read_text())]

    @property
    def released(self) -> list[tuple[str, dict[str, str] | None]]:
        """How each input item went back: DONE or FAILED, and the exception it carries."""
        path = self.folder / "watch" / "released"
        lines = path.read_text().splitlines() if path.exists() else []
        return [tuple(json.loads(line)) for line in lines]


def run_task(
    name: str,
    items: list[dict[str, Any]],
    folder: Path,
    tasks: Path | str = "bots/tasks.py",
    environment: dict[str, str] | None = None,
    adapter: str = "FileAdapter",
    cut: int = 0,
) -> Ran:
    """Run a task as robot.yaml does, on these items, with all its files in `folder`.

    Again in the same folder it is the same file of items, at the same place. The last `cut`
    characters of that file are lost.
    """
    inputs = folder / "items-in" / "work-items.json"
    inputs.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(items)
    inputs.write_text(text[: len(text) - cut])
    (folder / "items-out").mkdir(exist_ok=True)
    watch = folder / "watch"
    watch.mkdir(exist_ok=True)
    (watch / "released").unlink(missing_ok=True)
    (watch / "sitecustomize.py").write_text(_WATCH)
    command = [sys.executable, "-m", "robocorp.tasks", "run", str(tasks), "-t", name]
    done = subprocess.run(
        [*command, "-o", str(folder / "log")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        env={
            **os.environ,
            "CLAIMBOTS_DATA": str(folder / "data"),
            "CLAIMBOTS_CONFIG": str(ROOT / "config"),
            **(environment or {}),
            "RC_WORKITEM_ADAPTER": adapter,
            "RC_WORKITEM_INPUT_PATH": str(inputs),
            "RC_WORKITEM_OUTPUT_PATH": str(folder / "items-out" / "work-items.json"),
            "PYTHONPATH": str(watch),
            "RELEASED": str(watch / "released"),
        },
    )
    return Ran(done.returncode, done.stdout + done.stderr, folder)


def decoded(raw: bytes, depth: int = 4) -> list[bytes]:
    """The bytes, and all that is packed inside them: base64, gzip, zlib, zip, escapes."""
    found = [raw]
    if depth == 0:
        return found
    inner: list[bytes] = []
    if raw[:2] == b"\x1f\x8b" or raw[:1] == b"\x78":
        with contextlib.suppress(zlib.error):  # what there is of it, cut off or not
            inner.append(zlib.decompressobj(wbits=47).decompress(raw))
    elif raw[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            inner += [archive.read(name) for name in archive.namelist()]
    if b"\\u" in raw:
        inner.append(re.sub(rb"\\u00([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), raw))
    for run in re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", raw):
        for start in range(4) if len(run) < 2000 else (0,):
            cut = run[start:].rstrip(b"=")
            cut = cut[: len(cut) - (len(cut) % 4 == 1)]
            inner.append(base64.b64decode(cut + b"=" * (-len(cut) % 4)))
    for part in inner:
        found += decoded(part, depth - 1)
    return found


def leaks(folder: Path, said: str = "") -> set[str]:
    """Which canaries stand in the runner's log, decoded, or in what it printed."""
    packed = [said.encode()]
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            packed.append(path.read_bytes())
    text = b"\n".join(part for raw in packed for part in decoded(raw)).upper()
    return {mark for mark in (*CANARIES, *_BIRTH_DATES) if mark.encode() in text}
