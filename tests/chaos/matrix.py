"""Do the fault matrix: `make chaos`, `make chaos-sample`.

    python tests/chaos/matrix.py --seeds 8 --minutes 40 [--only F61 ...] [--sample]

Goes on where an earlier call ended: each case is a line of `recorded/STORE.jsonl`, and one that
stands there is not done again (delete the file to begin anew). After each case the portal's own
history, the log and the store are held against each other (`judge.py`); a case in which the fault
did not strike, or the portal stored nothing, does not count. Ends with 1 where any case found a
fault. Several at once each take seeds of their own: `--first-seed`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import forking  # noqa: E402
import judge  # noqa: E402
from cases import FAULTS, SAMPLE, Fault  # noqa: E402
from postgres import a_database  # noqa: E402
from runs.office import a_run, an_office, until  # noqa: E402

from bots.practice.folder import Folder  # noqa: E402

ROOT = HERE.parents[1]
RECORDED = HERE / "recorded"  # of every slice that was done, in the repository
SAMPLE_RESULTS = ROOT / "build" / "chaos-sample.jsonl"
STORES = ("sqlite", "postgresql")
CLAIMS = 4  # of one case, some six saves and notes
AT_MOMENTS = {"portal", "crash", "upgraded", "spoiled", "twice"}  # else while claims are at work
SHORT_LEASE = "import bots.runs.lease; bots.runs.lease.LENGTH = 3.0"
SMALL_PAGES = "import bots.portals.practice; bots.portals.practice._ROWS = 25"
NEW_VERSION = "import bots.runs.durable; bots.runs.durable.SCHEMA += '-new'"
IN_LIST = range(26, 50)  # claims of a list of several pages
LONGEST = 90  # seconds that anything of a case may take


class Chaos:
    """One office, whose portal is as it was seeded at the beginning of each case."""

    def __init__(self, office) -> None:
        self.office = office
        self.auto = office.that_are_corrected()
        self.words: tuple[str, ...] = ()  # of a run over the claims of the case
        self._last_run = ""  # before the case
        self._mark = office.root / "struck"
        self._staff = contextlib.ExitStack()  # a worker that outlives a case, where one does
        self._worker: forking.Begun | None = None

    def close(self) -> None:
        """Nobody is at work any more."""
        self._staff.close()
        self._worker = None

    def case(self, fault: Fault, seed: int) -> dict[str, object]:
        """Do one case, and say what was wrong."""
        office, random = self.office, Random(f"{fault.number} {seed}")
        office.practice("faults", "clear")
        office.practice("reset", "--stay-logged-in")
        if fault.in_list:
            claims, which = self._a_list(random)
        else:
            claims = random.sample(self.auto, CLAIMS if fault.how in AT_MOMENTS else 2 * CLAIMS)
            which = office.worklist(claims)
        self.words = (*which, "--pages", "3")
        was = judge.before(office)
        self._last_run = was.last_run
        self._mark.unlink(missing_ok=True)
        began = time.monotonic()
        # Where the portal alone is at fault no process need die, and one worker does all cases;
        # it also does the run after the others, in which what is left over is brought to an end.
        if fault.how == "portal":
            self._have_worker()
        else:
            self.close()
        struck = getattr(self, "_" + fault.how.replace(" ", "_"))(fault, claims, random)
        office.practice("faults", "clear")
        self._have_worker(NEW_VERSION if fault.how == "upgraded" else SMALL_PAGES)
        last = self._run()
        if last.returncode not in (0, 3):
            print(last.stderr[-2000:], file=sys.stderr)
        if fault.how == "upgraded":
            self.close()  # the next case is of this version again
        verdict = judge.judged(office, was, claims)
        verdict.must(last.returncode in (0, 3), f"the last run ended with {last.returncode}")
        verdict.must("Traceback" not in last.stderr, "a traceback")
        return {
            "fault": fault.number,
            "seed": seed,
            "how": fault.how,
            "struck": struck,
            "writes": verdict.writes,
            "seconds": round(time.monotonic() - began, 1),
            "wrong": verdict.faults,
        }

    def _a_list(self, random: Random) -> tuple[list[str], tuple[str, ...]]:
        """The pending claims of some days, one to correct among them, and how to ask for them."""
        pending = {
            number: date.fromisoformat(claim["service_from"])
            for number, claim in self.office.dump().items()
            if claim["queue"] == "pending"
        }
        while True:
            since = until = pending[random.choice(self.auto)]
            claims: list[str] = []
            while len(claims) < IN_LIST.start and until - since < timedelta(days=60):
                claims = [number for number, day in pending.items() if since <= day <= until]
                until += timedelta(days=1)
            if len(claims) in IN_LIST:
                last = max(pending[number] for number in claims)
                return claims, ("--since", str(since), "--until", str(last))

    def _have_worker(self, first: str = SMALL_PAGES) -> None:
        if self._worker is not None and self._worker.poll() is None:
            return
        self.close()
        self._worker = self._staff.enter_context(self._begun("worker", first=first))
        at_work = f"select name from store_worker where process = {self._worker.pid}"
        until(lambda: self.office.ask_store(f"{at_work} and ended_at is null"), "worker")

    # The ways in which a fault comes about: a run in which it strikes. Each says whether it did.

    def _run(self, first: str = "", **environment: str):
        return self.office.run(*self.words, first=first, **environment)

    def _portal(self, fault: Fault, claims: list[str], random: Random) -> bool:
        options = list(fault.options(random))
        if not fault.is_everywhere:
            options.append(f"claim={random.choice(claims)}")
        self.office.practice("faults", "set", fault.number, *options)
        self._run()
        (told,) = json.loads(self.office.practice("faults", "list"))
        return bool(told["struck"])

    def _crash(self, fault: Fault, claims: list[str], random: Random) -> bool:
        many = not fault.place.startswith("run.") or fault.place in {"run.kept", "run.taken"}
        nth = random.randint(1, 3) if many else 1
        died = self._run(
            CLAIMBOTS_CRASH_AT=f"{fault.place}:{nth}",
            CLAIMBOTS_CRASH_SIGNAL=random.choice(("KILL", "KILL", "TERM TERM")),
        )
        assert died.returncode in (-signal.SIGKILL, 143, 0, 3), died.stderr
        return died.returncode in (-signal.SIGKILL, 143)

    def _upgraded(self, fault: Fault, claims: list[str], random: Random) -> bool:
        """A new version goes on with what the old one left."""
        return self._crash(fault, claims, random)

    def _spoiled(self, fault: Fault, claims: list[str], random: Random) -> bool:
        call, error = fault.needs
        nth, mark = random.randint(2, 9), str(self._mark)
        self._run(first=fault.first.format(call=call, error=error, nth=nth, mark=mark))
        return self._mark.exists()

    def _twice(self, fault: Fault, claims: list[str], random: Random) -> bool:
        with self._begun(*self._run_words()) as one, self._begun(*self._run_words()) as two:
            both = one.poll() is None and two.poll() is None
            one.wait(LONGEST)
            two.wait(LONGEST)
        return both

    def _run_words(self) -> tuple[str, ...]:
        return a_run(*self.words)

    def _page_crash(self, fault: Fault, claims: list[str], random: Random) -> bool:
        return self._strike(random, lambda process: _children(process, "--type=renderer"))

    def _browser_killed(self, fault: Fault, claims: list[str], random: Random) -> bool:
        return self._strike(
            random, lambda process: _children(process, "--remote-debugging", "--headless")
        )

    def _driver_killed(self, fault: Fault, claims: list[str], random: Random) -> bool:
        return self._strike(random, lambda process: _children(process, "run-driver"))

    def _strike(self, random: Random, victims) -> bool:
        struck = False
        with self._begun(*self._run_words()) as run:
            is_at_work = self._until_at_work(run, random)
            for victim in victims(run.pid)[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    struck = is_at_work
            run.wait(LONGEST)
        return struck

    def _killed_at_random(self, fault: Fault, claims: list[str], random: Random) -> bool:
        with self._begun("worker") as worker, self._begun(*self._run_words()) as asked:
            struck = self._until_at_work(worker, random)
            worker.kill()
            worker.wait()
            asked.wait(LONGEST)  # it becomes the worker itself
        return struck

    def _killed_again_and_again(self, fault: Fault, claims: list[str], random: Random) -> bool:
        struck = []
        for again in range(3):
            with contextlib.ExitStack() as staff:
                worker = staff.enter_context(self._begun("worker"))
                if not again:
                    asked = staff.enter_context(self._begun(*self._run_words()))
                struck.append(self._until_at_work(worker, random))
                asked.kill()  # else it would become the worker itself
                worker.kill()
                worker.wait()
        return sum(struck) > 1

    def _frozen(self, fault: Fault, claims: list[str], random: Random) -> bool:
        with (
            self._begun("worker", first=SHORT_LEASE) as worker,
            self._begun(*self._run_words()) as asked,
        ):
            struck = self._until_at_work(worker, random)
            worker.send_signal(signal.SIGSTOP)
            if random.random() < 0.5:
                asked.kill()
                time.sleep(3.2)
                worker.send_signal(signal.SIGCONT)
            asked.wait(LONGEST)
        return struck

    def _cancelled(self, fault: Fault, claims: list[str], random: Random) -> bool:
        return self._wished("cancel", random)

    def _paused(self, fault: Fault, claims: list[str], random: Random) -> bool:
        struck = self._wished("pause", random)
        self.office.claimbots("runs", "resume", "last")
        return struck

    def _wished(self, wish: str, random: Random) -> bool:
        with self._begun("worker") as worker, self._begun(*self._run_words()) as asked:
            self._until_at_work(worker, random)
            self.office.claimbots("runs", wish, "last")
            return asked.wait(LONGEST) == 3  # it was not through before that

    def _signal(self, fault: Fault, claims: list[str], random: Random) -> bool:
        with self._begun("worker") as worker, self._begun(*self._run_words()) as asked:
            struck = self._until_at_work(worker, random)
            asked.kill()
            worker.send_signal(random.choice((signal.SIGTERM, signal.SIGINT)))
            began = time.monotonic()
            worker.wait(LONGEST)
            assert time.monotonic() - began < 30, "it was not out within 30 seconds"
        return struck

    def _until_at_work(self, process, random: Random, patience: float = 30) -> bool:
        """Until something was saved and a run of this case is this process's, and then a moment
        that the seed chooses.

        Returns:
            Whether the process is at work at that run just then.
        """
        end = time.monotonic() + patience
        while time.monotonic() < end and process.poll() is None:
            if self._has_been_saved() and self._is_at_work(process):
                break
            time.sleep(0.02)
        time.sleep(random.random())
        return process.poll() is None and self._is_at_work(process)

    def _is_at_work(self, process) -> bool:
        found = self.office.ask_store(
            "select 1 from store_run r join store_worker w"
            " on r.worker = w.name || '.' || w.generation"
            f" where w.process = {process.pid} and r.state = 'in progress'"
            f" and r.id > '{self._last_run}'"
        )
        return bool(found)

    def _has_been_saved(self) -> bool:
        """Whether the portal stored anything, by its own database: a command takes a second."""
        database = Folder(self.office.server.data).database
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as portal:
            return bool(portal.execute("select 1 from billing_witness limit 1").fetchone())

    @contextlib.contextmanager
    def _begun(self, *words: str, first: str = ""):
        process = forking.begin(*words, environment=self.office.environment, first=first)
        try:
            yield process
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGCONT)
                    process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _is_done(chaos: Chaos, fault: Fault, seed: int, results: Path) -> bool:
    """Do a case and write down how it went; False where it left the office in no known state."""
    broken = ""
    try:
        line = chaos.case(fault, seed)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        broken = f"{type(error).__name__}: {error}"[:300]
        line = {"fault": fault.number, "seed": seed, "how": fault.how, "struck": False}
        line |= {"writes": 0, "seconds": 0, "wrong": [broken]}
    with results.open("a") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line), file=sys.stderr, flush=True)
    return not broken


def _children(process: int, *marks: str) -> list[int]:
    """The processes below one whose command line has one of the marks."""
    found, waiting = [], [process]
    while waiting:
        parent = waiting.pop()
        with contextlib.suppress(OSError):
            tasks = Path(f"/proc/{parent}/task")
            for task in tasks.iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
            line = Path(f"/proc/{parent}/cmdline").read_text()
            if parent != process and any(mark in line for mark in marks):
                found.append(parent)
    return found


def done_before(results: Path) -> set[tuple[str, int]]:
    if not results.exists():
        return set()
    lines = map(json.loads, results.read_text().splitlines())
    return {(line["fault"], line["seed"]) for line in lines if not line["wrong"]}


def told(results: Path) -> int:
    """How all cases went so far, fault by fault; 1 where anything was wrong."""
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    last = {(line["fault"], line["seed"]): line for line in lines}
    counts: dict[str, Counter[str]] = {}
    for line in last.values():
        counts_not = "nothing saved" if line["struck"] else "not struck"
        kind = "held" if line["struck"] and line["writes"] else counts_not
        kind = "wrong" if line["wrong"] else kind
        counts.setdefault(line["fault"], Counter())[kind] += 1
    kinds = ("held", "nothing saved", "not struck", "wrong")
    print(f"{'fault':8}", *(f"{kind:>14}" for kind in kinds))
    total = sum(counts.values(), Counter())
    for fault, count in (*counts.items(), ("all", total)):
        print(f"{fault:8}", *(f"{count[kind]:14}" for kind in kinds))
    for line in last.values():
        for words in line["wrong"]:
            print(f"{line['fault']} seed {line['seed']}: {words}")
    return int(total["wrong"] > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--store", choices=STORES, default=STORES[0])
    parser.add_argument("--sample", action="store_true")
    chosen = parser.parse_args()
    only = chosen.only or (SAMPLE if chosen.sample else ())
    faults = [fault for fault in FAULTS if not only or fault.number in only]
    results = RECORDED / f"{chosen.store}.jsonl"
    if chosen.sample:
        results = SAMPLE_RESULTS
        results.unlink(missing_ok=True)
    known = done_before(results)
    todo = [
        (fault, seed)
        for seed in range(chosen.first_seed, (1 if chosen.sample else chosen.seeds) + 1)
        for fault in sorted(faults, key=lambda fault: fault.how != "portal")
        if (fault.number, seed) not in known
    ]
    results.parent.mkdir(exist_ok=True)
    database = a_database() if chosen.store == "postgresql" else ""
    ends = time.monotonic() + 60 * chosen.minutes
    folder = Path(tempfile.mkdtemp(prefix="claimbots-chaos-"))
    try:
        with (
            an_office(folder / "demo", 3000, database) as office,
            contextlib.closing(Chaos(office)) as chaos,
        ):
            for fault, seed in todo:
                if time.monotonic() > ends or not _is_done(chaos, fault, seed, results):
                    break
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return told(results)


if __name__ == "__main__":
    raise SystemExit(main())
