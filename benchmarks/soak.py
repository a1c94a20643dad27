"""Many claims through one run: whether memory stays flat and the pace steady.

    python benchmarks/soak.py [--claims 2000] [--pages 2] [--out build/soak.jsonl]

`claimbots run`, a process of its own, takes the claims of a practice portal through the real
browser, and corrects what the policy lets it. Every two seconds the memory and the CPU of the
run's process, the driver and the browser are read from /proc (Linux; the portal's own server
does not count), and the run says how many pages, contexts and tasks it has. Exit 1: the last
tenth of the claims took over 10 % more memory or CPU than the second, or
something was left over at the end. CLAIMBOTS_BROWSER__CLAIMS_PER_CONTEXT and its like in the
environment make a short soak renew as often as a long one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import io
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bots.portals.memory import descendants, stat, taken_by

EVERY = 2.0  # seconds between two samples
WITHIN = 0.10
PARTS = ("bot", "driver", "browser")
MB = 1_000_000


_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Taken:
    """One process: what it is, its memory in bytes (PSS counts shared pages by share), CPU s."""

    part: str  # bot, driver or browser
    pss: int
    rss: int
    cpu: float


@dataclass(frozen=True)
class Sample:
    """One look: seconds since the start, claims done, bytes by part, what the run has open."""

    at: float
    claims: int
    pss: dict[str, int]
    rss: int
    cpu: dict[str, float]
    portal_cpu: float  # the practice portal's server, on the same machine
    processes: int
    tasks: int = 0
    contexts: int = 0
    pages: int = 0

    @property
    def memory(self) -> int:
        """Of all parts, in bytes."""
        return sum(self.pss.values())


def main() -> int:
    """Set up, run, look on, print; the exit code."""
    if sys.argv[1:2] == ["--inside"]:
        return _inside(Path(sys.argv[2]), sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=2000)
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument("--shadow", action="store_true", help="read only")
    parser.add_argument("--out", type=Path, default=Path("build/soak.jsonl"))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the portal is stopped
    with tempfile.TemporaryDirectory() as folder, _office(Path(folder), options.claims) as root:
        said = root / "inside.jsonl"
        options.out.parent.mkdir(parents=True, exist_ok=True)
        samples = _looked_on(_begun(said, options), root, said, options.out)
        end = json.loads(said.read_text().splitlines()[-1])
        figures = _figures(samples, root, end)
        with options.out.open("a") as out:
            out.write(json.dumps({"end": figures}) + "\n")
    return _say(samples, figures)


@contextlib.contextmanager
def _office(folder: Path, claims: int) -> Iterator[Path]:
    from bots.cli import demo
    from bots.cli.practice import stop

    os.environ["CLAIMBOTS_DATA"] = str(folder)
    root = folder / "demo"
    with contextlib.redirect_stdout(io.StringIO()):
        # About six in ten of the portal's claims are pending.
        server = demo._prepared(root, claims * 2 + 20, 1, False)
        demo._office(root, server.address, False)
    try:
        demo._put(root / "config" / "claimbots.yaml", "corrections_per_run:", "1000000")
        demo._put(root / "config" / "claimbots.yaml", "corrections_per_day:", "1000000")
        yield root
    finally:
        stop(server)


def _begun(said: Path, options: argparse.Namespace) -> subprocess.Popen[bytes]:
    words = ["run", "--portal", "practice", "--queue", "pending", "--as-of", "2026-09-30"]
    words += ["--limit", str(options.claims), "--pages", str(options.pages), "--json"]
    words += ["--shadow"] if options.shadow else []
    log = (options.out.parent / "soak.log").open("wb")
    return subprocess.Popen(
        [sys.executable, __file__, "--inside", str(said), *words], stdout=log, stderr=log
    )


# What the process of the run does beside the run.


def _inside(said: Path, words: list[str]) -> int:
    """The command, with a thread that says what it has open, and at the end what is left."""
    from bots.cli import main as command
    from bots.portals.session import Session
    from bots.store.thread import StoreThread

    sessions: list[Session] = []
    counts = {"store calls": 0, "workflow commits": 0}
    first, call = Session.__init__, StoreThread.call

    def begun(self: Session, *args: object, **kwargs: object) -> None:
        first(self, *args, **kwargs)  # type: ignore[arg-type]
        sessions.append(self)

    async def counted(self: StoreThread, *args: object, **kwargs: object) -> object:
        counts["store calls"] += 1
        return await call(self, *args, **kwargs)  # type: ignore[arg-type]

    Session.__init__ = begun  # type: ignore[method-assign]
    StoreThread.call = counted  # type: ignore[assignment, method-assign]
    _count_commits(counts)
    with said.open("a", buffering=1) as file:
        loops: list[asyncio.AbstractEventLoop] = []
        make = asyncio.new_event_loop

        def made() -> asyncio.AbstractEventLoop:
            loops.append(make())
            return loops[-1]

        asyncio.events.new_event_loop = made
        threading.Thread(target=_tell, args=(file, sessions, loops), daemon=True).start()
        sys.argv = ["claimbots", *words]
        try:
            command()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        sessions.clear()
        gc.collect()
        alive = Counter(type(one).__name__ for one in gc.get_objects())
        left = {name: alive[name] for name in ("Task", "Page", "BrowserContext", "Tab")}
        file.write(json.dumps({"exit": code, "left": left, **counts}) + "\n")
    return code


def _count_commits(counts: dict[str, int]) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def heard(_: object) -> None:
        counts["workflow commits"] += 1

    event.listen(Engine, "commit", heard)


def _tell(file: io.TextIOBase, sessions: list, loops: list) -> None:  # type: ignore[type-arg]
    while True:
        time.sleep(EVERY / 2)
        with contextlib.suppress(Exception):  # read from beside: a set may change under us
            tasks = sum(len(asyncio.all_tasks(loop)) for loop in loops if loop.is_running())
            browsers = [one._browser for one in sessions if one._browser is not None]
            contexts = [context for browser in browsers for context in browser.contexts]
            pages = sum(len(context.pages) for context in contexts)
            said = {"tasks": tasks, "contexts": len(contexts), "pages": pages}
            file.write(json.dumps(said) + "\n")


# What is seen from outside.


def _looked_on(
    process: subprocess.Popen[bytes], root: Path, said: Path, out: Path
) -> list[Sample]:
    samples: list[Sample] = []
    begun, cpu = time.monotonic(), dict[int, tuple[str, float]]()
    portal = _portal(root)
    with out.open("w") as file:
        while process.poll() is None:
            time.sleep(EVERY)
            found = _tree(process.pid)
            cpu |= {pid: (taken.part, taken.cpu) for pid, taken in found.items()}
            if process.pid not in found:
                continue
            sample = _sample(time.monotonic() - begun, root, portal, found, cpu, _open(said))
            samples.append(sample)
            file.write(json.dumps(asdict(sample)) + "\n")
            file.flush()
    return samples


def _portal(root: Path) -> int:
    """The process of the practice portal's server; 0 where it is not found."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"bots.practice" in words and str(root / "practice").encode() in words:
                return int(entry.name)
    return 0


def _tree(root: int) -> dict[int, Taken]:
    """Every living process from `root` down; what ends meanwhile is left out."""
    found: dict[int, Taken] = {}
    for process in descendants(root):
        with contextlib.suppress(OSError, IndexError, ValueError):
            found[process] = _taken(process, root)
    return found


def _taken(process: int, root: int) -> Taken:
    fields = stat(process)
    resident = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    command = Path(f"/proc/{process}/cmdline").read_bytes()
    part = "bot" if process == root else "driver" if b"run-driver" in command else "browser"
    cpu = (int(fields[11]) + int(fields[12])) / _TICKS
    return Taken(part, taken_by(process), resident * _PAGE, cpu)


def _sample(
    at: float,
    root: Path,
    portal: int,
    found: dict[int, Taken],
    cpu: dict[int, tuple[str, float]],
    inside: dict[str, int],
) -> Sample:
    return Sample(
        at=round(at, 2),
        claims=_done(root),
        pss={part: sum(t.pss for t in found.values() if t.part == part) for part in PARTS},
        rss=sum(taken.rss for taken in found.values()),
        cpu={part: round(sum(s for p, s in cpu.values() if p == part), 2) for part in PARTS},
        portal_cpu=sum(taken.cpu for taken in _tree(portal).values()) if portal else 0.0,
        processes=len(found),
        **inside,
    )


def _open(said: Path) -> dict[str, int]:
    with contextlib.suppress(OSError, IndexError, ValueError):
        told: dict[str, int] = json.loads(said.read_text().splitlines()[-1])
        return {name: told[name] for name in ("tasks", "contexts", "pages") if name in told}
    return {}


def _done(root: Path) -> int:
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{root}/store.sqlite3?mode=ro", uri=True)) as at,
    ):
        return int(at.execute("SELECT count(*) FROM store_seenclaim").fetchone()[0])
    return 0


def _figures(samples: list[Sample], root: Path, end: dict) -> dict[str, object]:  # type: ignore[type-arg]
    """What one claim cost, and what is left of it on disk."""
    at_work = [sample for sample in samples if sample.claims]
    claims = at_work[-1].claims - at_work[0].claims
    first, last = at_work[0], max(at_work, key=lambda sample: (sample.claims, -sample.at))
    sizes = {
        name: sum(p.stat().st_size for p in root.glob(pattern) if p.is_file())
        for name, pattern in (
            ("store", "store.sqlite3*"),
            ("workflows", "dbos.sqlite3*"),
            ("audit log", "ledger/**/*"),
            ("patients' keys", "keys/**/*"),
            ("evidence", "evidence/**/*"),
        )
    }
    return {
        "claims": last.claims,
        "seconds": round(last.at - first.at, 1),
        "claims_per_minute": round(60 * claims / (last.at - first.at), 1),
        "cpu_per_claim": {p: round((last.cpu[p] - first.cpu[p]) / claims, 4) for p in PARTS},
        "portal_cpu_per_claim": round((last.portal_cpu - first.portal_cpu) / claims, 4),
        "bytes_per_claim": {name: round(size / last.claims) for name, size in sizes.items()},
        **end,
    }


def _say(samples: list[Sample], figures: dict) -> int:  # type: ignore[type-arg]
    tenths = list(_tenths(samples))
    print(f"{'claims':>7}{'a minute':>9}" + "".join(f"{part:>9}" for part in PARTS), end="")
    print(f"{'MB':>8}{'contexts':>9}{'pages':>7}{'tasks':>7}{'CPU s/claim':>12}")
    for tenth in tenths:
        sizes = "".join(f"{_median(s.pss[part] for s in tenth) / MB:>9.0f}" for part in PARTS)
        print(
            f"{tenth[-1].claims:>7}{_pace(tenth):>9.1f}{sizes}{_memory(tenth) / MB:>8.0f}"
            f"{max(s.contexts for s in tenth):>9}{max(s.pages for s in tenth):>7}"
            f"{_median(s.tasks for s in tenth):>7.0f}{_cost(tenth):>12.2f}"
        )
    for name, value in figures.items():
        print(f"{name}: {value}")
    grown = _memory(tenths[-1]) / _memory(tenths[1]) - 1
    dearer = _cost(tenths[-1]) / _cost(tenths[1]) - 1
    print(f"last tenth against second: memory {grown:+.1%}, CPU for a claim {dearer:+.1%}")
    left = {name: count for name, count in figures["left"].items() if count}
    print(f"left over at the end: {left or 'nothing'}")
    return int(grown > WITHIN or dearer > WITHIN or bool(left) or figures["exit"] not in (0, 3))


def _tenths(samples: list[Sample]) -> Iterator[list[Sample]]:
    """The samples by tenths of the claims, up to the one in which all were done."""
    total = max(sample.claims for sample in samples)
    last = next(n for n, sample in enumerate(samples) if sample.claims == total)
    samples = samples[: last + 1]
    for tenth in range(10):
        low, high = total * tenth / 10, total * (tenth + 1) / 10
        inside = [s for s in samples if low <= s.claims <= high and s.claims]
        if inside:
            yield inside


def _pace(tenth: list[Sample]) -> float:
    seconds = tenth[-1].at - tenth[0].at
    return 60 * (tenth[-1].claims - tenth[0].claims) / seconds if seconds else 0.0


def _cost(tenth: list[Sample]) -> float:
    """CPU seconds for a claim: unlike the pace it says the same beside other work."""
    first, last = tenth[0], tenth[-1]
    spent = sum(last.cpu.values()) - sum(first.cpu.values())
    return spent / max(1, last.claims - first.claims)


def _memory(tenth: list[Sample]) -> float:
    return _median(sample.memory for sample in tenth)


def _median(values: Iterator[float]) -> float:
    return statistics.median(values)


if __name__ == "__main__":
    sys.exit(main())
