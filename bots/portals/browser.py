"""Finds the browser that the bots work with, or installs one when `make setup` asks.

Run as `python -m bots.portals.browser [--install]`; prints the path that was found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bots.errors import Problem

# The same browser without the code of a window, a third quicker; Playwright's own choice, too,
# where nobody looks on.
_WINDOWLESS = ("chromium-headless-shell",)
# Names on the PATH, then where macOS and Windows keep them.
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome",
          "microsoft-edge-stable", "microsoft-edge", "msedge")  # fmt: skip
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
# Where Playwright keeps the browsers that it downloads itself.
_CACHES = (
    "~/.cache/ms-playwright",
    "~/Library/Caches/ms-playwright",
    "~/AppData/Local/ms-playwright",
)
_WINDOWLESS_BUILDS = ("chromium_headless_shell-*/*/*headless*shell",)
_BUILDS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium-*/chrome-win*/chrome.exe",
)


def find(configured: Path | None = None, *, headed: bool = False) -> Path:
    """The browser to use: `CLAIMBOTS_BROWSER`, `configured`, an installed one, Playwright's.

    One without windows goes before others of its place, unless it is looked on at (`headed`).

    Raises:
        Problem: none is there, or the one that was named is not; says how to get one.
    """
    named = os.environ.get("CLAIMBOTS_BROWSER")
    for where, asked in (("CLAIMBOTS_BROWSER", named), ("browser.path", configured)):
        if asked:
            if os.access(asked, os.X_OK) and Path(asked).is_file():
                return Path(asked)
            raise Problem("no browser there", where=where, do="name a Chromium or Chrome program")
    found = _installed(headed) or _downloaded(headed)
    if found is None:
        raise Problem(
            "no browser was found",
            do="run `make browser`, install Chromium or Chrome, or set CLAIMBOTS_BROWSER",
        )
    return found


def _installed(headed: bool) -> Path | None:
    names = _NAMES if headed else (*_WINDOWLESS, *_NAMES)
    on_path = (shutil.which(name) for name in names)
    places = (place for place in _ELSEWHERE if os.access(place, os.X_OK))
    first = next((found for found in on_path if found), None) or next(places, None)
    return Path(first) if first else None


def _downloaded(headed: bool) -> Path | None:
    builds = _BUILDS if headed else (*_WINDOWLESS_BUILDS, *_BUILDS)
    kept = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    for folder in (kept,) if kept and kept != "0" else _CACHES:
        for build in builds:
            newest = sorted(Path(folder).expanduser().glob(build), reverse=True)
            usable = next((path for path in newest if os.access(path, os.X_OK)), None)
            if usable:
                return usable
    return None


def install() -> Path:
    """The browser that is there, else one that is put there without asking anything.

    Raises:
        Problem: none could be installed; says what was tried.
    """
    try:
        return find()
    except Problem:
        if os.environ.get("CLAIMBOTS_BROWSER"):
            raise
    for command in _ways():
        sys.stderr.write(f"claimbots: no browser yet, trying: {' '.join(command)}\n")
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        try:
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, env=quiet, timeout=900)
            return find()
        except (OSError, subprocess.TimeoutExpired, Problem):
            continue
    raise Problem(
        "no browser could be installed",
        do="install Chromium or Chrome by hand, or set CLAIMBOTS_BROWSER",
    )


def _ways() -> list[list[str]]:
    playwright = [sys.executable, "-m", "playwright", "install"]
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    ways = [[*playwright, *(["--with-deps"] if root else []), "chromium"]]
    if root and shutil.which("apt-get"):
        install = ["apt-get", "install", "-q", "-y"]
        ways += [["apt-get", "update", "-q"], [*install, "chromium", *_WINDOWLESS]]
        ways += [[*install, "chromium"]]  # a Debian that has no other
    return ways


def sandbox() -> bool:
    """Whether the browser runs in its sandbox: always, except as root (in a container).

    Chromium refuses to start sandboxed as root.
    """
    return not (hasattr(os, "geteuid") and os.geteuid() == 0)


def main(words: list[str]) -> int:
    """Find or install; 0 and the path, or 2 and what to do."""
    try:
        path = install() if "--install" in words else find()
    except Problem as problem:
        sys.stderr.write(f"claimbots: {problem}\n")
        return problem.exit
    sys.stdout.write(f"claimbots: browser {path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
