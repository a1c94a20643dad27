"""The checks against what the generator planted, on a fixed small seed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_family_finds_what_was_planted_and_raises_no_false_alarm():
    done = subprocess.run(
        [sys.executable, "benchmarks/recall.py", "--seed", "3", "--per-family", "20"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
