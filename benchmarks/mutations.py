"""The portal's screens changed by program: does the bot read them right, and never write wrong?

    python benchmarks/mutations.py [--saved 10000] [--running 200] [--seed 1] [--page]
        [--minutes 30] [--go-on]

Saved screens of a practice portal are changed one by one (benchmarks/mutate.js) in a real browser,
and given to the real reader and the real editor. Then the running portal's answers are changed on
their way to the browser, and the real hands write through them; the portal's own database is
compared before and after. Every case is a line of build/mutations.jsonl. Exit 1: a wrong write.
`--page` puts the tables into docs/drift.md. `--minutes` ends it early; `--go-on` goes on from the
lines that are there, as far as they are of this seed and of the very same code.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mutation_record import Record
from mutation_tables import tables
from running_mutations import running
from saved_mutations import saved

from bots.portals import pages_editor

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "drift.md"
_BEGIN, _END = "<!-- mutations -->", "<!-- /mutations -->"


def main() -> int:
    """Change, try, say; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saved", type=int, default=10_000)
    parser.add_argument("--running", type=int, default=200)
    parser.add_argument("--claims", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="put the tables into docs/drift.md")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "mutations.jsonl")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="end after so long")
    parser.add_argument("--go-on", action="store_true", help="go on from the lines that are there")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the portal is stopped
    record = Record(options.out, options.seed, options.claims, go_on=options.go_on)
    with tempfile.TemporaryDirectory() as folder, _office(Path(folder), options.claims) as root:
        try:
            asyncio.run(_both(root, options, record))
        except TimeoutError:
            print(f"{options.minutes:g} minutes are over; --go-on goes on from here")
    text = tables(record.cases, options.seed)
    print(text)
    if options.page:
        _put_in(text)
    return 1 if any(case["write"] == "wrong" for case in record.cases) else 0


async def _both(root: Path, options: argparse.Namespace, record: Record) -> None:
    async with asyncio.timeout(options.minutes * 60):
        made = {case["number"] for case in record.of("saved")}
        numbers = [number for number in range(options.saved) if number not in made]
        if numbers:
            press = vars(pages_editor)["press"]
            try:
                await saved(root, numbers, options.seed, record.keep)
            finally:  # saved screens have a press of their own, which no running portal has
                vars(pages_editor)["press"] = press
        if options.running > len(record.of("running")):
            await running(root, options.running, options.seed, record)


@contextlib.contextmanager
def _office(folder: Path, claims: int) -> Iterator[Path]:
    from bots.cli import demo
    from bots.cli.practice import stop

    os.environ["CLAIMBOTS_DATA"] = str(folder)
    root = folder / "demo"
    with contextlib.redirect_stdout(io.StringIO()):
        server = demo._prepared(root, claims, 1, False)
        demo._office(root, server.address, False)
    try:
        yield root
    finally:
        stop(server)


def _put_in(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    after = rest.partition(_END)[2]
    PAGE.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
