"""How long a worker takes from its beginning until it has taken up a run that waits.

    python benchmarks/start.py [--starts 7]

`claimbots worker`, as its user types it, over the file store of an office that the practice
portal's demo set up. A run waits in the store; timed is until its row says that it is taken up.
A median of 3 seconds or more is exit 1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST = 3.0  # seconds
WORKER = str(Path(sys.executable).parent / "claimbots"), "worker"


def main() -> int:
    """Set up, begin a worker again and again, print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--starts", type=int, default=7)
    starts = parser.parse_args().starts
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CLAIMBOTS_DATA"] = folder
        from bots.cli import demo
        from bots.cli.practice import stop

        root = Path(folder) / "demo"
        with contextlib.redirect_stdout(io.StringIO()):
            server = demo._prepared(root, 50, 1, False)
            demo._office(root, server.address, False)
        try:
            taken = [_begun(number) for number in range(starts)]
        finally:
            stop(server)
    median = statistics.median(taken)
    print("seconds until a waiting run is taken up:", ", ".join(f"{s:.2f}" for s in taken))
    print(f"median {median:.2f}, at most {MOST:.0f} is asked for")
    return int(median >= MOST)


def _begun(number: int) -> float:
    """One worker, with a run of its own that waits."""
    run = asyncio.run(_asked(number + 1))
    store = Path(os.environ["CLAIMBOTS_DATA"]) / "store.sqlite3"
    began = time.monotonic()
    worker = subprocess.Popen(WORKER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as asking:

            def is_at(*states: str) -> bool:
                rows = asking.execute("select state from store_run where id = ?", (run,))
                return rows.fetchone()[0] in states

            while is_at("pending"):
                time.sleep(0.01)
            taken = time.monotonic() - began
            while is_at("pending", "in progress"):  # the next one finds nothing left over
                time.sleep(0.1)
        return taken
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)


async def _asked(limit: int) -> str:
    """A run that waits; each is another one, for it takes another number of claims."""
    from bots.places import here
    from bots.portals.base import Query
    from bots.runs.asking import ask_for
    from bots.runs.office import open_office
    from bots.runs.request import RunRequest
    from bots.store.thread import StoreThread

    places = here().made()
    office = open_office(places, "practice")
    async with StoreThread(places) as store:
        run, _ = await ask_for(
            RunRequest("practice", Query("pending", limit=limit)), office, store
        )
    return run


if __name__ == "__main__":
    raise SystemExit(main())
