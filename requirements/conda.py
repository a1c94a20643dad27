"""Write conda.yaml, the robot's environment, from the lock: `make lock` runs this.

rcc puts the lines under `pip:` into a file of its own, in a folder of its own, and has pip install
it. So nothing beside conda.yaml can be named there, and no option that pip takes on its command
line only, such as --no-deps: a package that wants what the lock leaves out comes after the others,
by a command of its own.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
ALONE = "rpaframework"  # wants a desktop's keyboard and mouse, which the lock leaves out

HEAD = """\
# The environment of the robot: the locked dependencies and nothing else. `make lock` writes it.
channels:
  - conda-forge

dependencies:
  - python=3.11
  - pip
  - pip:
"""

# pip takes hashes from a file only, and rcc runs this where there is none.
LAST = """
# It wants a desktop's keyboard and mouse, which need a compiler, and the bot does not.
rccPostInstall:
  - >-
    python -c "import subprocess, sys;
    pip = [sys.executable, '-m', 'pip', 'install', '--no-deps', '--require-hashes'];
    done = subprocess.run([*pip, '-r', '/dev/stdin'], input=sys.argv[1], text=True);
    sys.exit(done.returncode)"
"""


def conda_yaml(lock: str) -> str:
    """The environment that has exactly what a lock, in the form of run.txt, names."""
    entries: list[list[str]] = []
    for line in lock.splitlines():
        words = line.removesuffix("\\").strip()
        if words.startswith("--hash="):
            entries[-1].append(words)
        elif words and not words.startswith("#"):
            entries.append([words])
    last = next(entry for entry in entries if entry[0].startswith(f"{ALONE}=="))
    entries.remove(last)
    pip = ["      - " + "\n        ".join(entry) + "\n" for entry in entries]
    return HEAD + "".join(pip) + LAST + '    "' + "\n    ".join(last) + '"\n'


if __name__ == "__main__":
    lock = (ROOT / "requirements" / "run.txt").read_text()
    (ROOT / "conda.yaml").write_text(conda_yaml(lock))
