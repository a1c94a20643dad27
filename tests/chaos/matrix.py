"""Do the fault matrix: `make chaos`, `make chaos-sample`.

    python tests/chaos/matrix.py --seeds 17 --minutes 40 [--only F61 ...] [--sample]

Goes on where an earlier call ended: each case is a line of `recorded/STORE.jsonl`, and one that
stands there is not done again (delete the file to begin anew). After each case the portal's own
history, the log and the store are held against each other (`judge.py`); a case in which the portal
stored nothing does not count. Ends with 1 where any case found a fault.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import judge  # noqa: E402
from cases import FAULTS, SAMPLE, Fault  # noqa: E402
from postgres import a_database  # noqa: E402
from runs.office import a_run, an_office  # noqa: E402

ROOT = HERE.parents[1]
RECORDED = HERE / "recorded"  # of every slice that was done, in the repository
SAMPLE_RESULTS = ROOT / "build" / "chaos-sample.jsonl"
STORES = ("sqlite", "postgresql")
CLAIMS = 6  # of one case
SHORT_LEASE = "import bots.runs.lease; bots.runs.lease.LENGTH = 3.0"
LONGEST = 90  # seconds that anything of a case may take


class Chaos:
    """One office, whose portal is as it was seeded at the beginning of each case."""

    def __init__(self, office) -> None:
        self.office = office
        self.auto = office.that_are_corrected()
        self.words: tuple[str, ...] = ()  # of a run over the claims of the case

    def case(self, fault: Fault, seed: int) -> dict[str, object]:
        """Do one case, and say what was wrong."""
        office, random = self.office, Random(f"{fault.number} {seed}")
        office.practice("faults", "clear")
        office.practice("reset", "--stay-logged-in")
        claims = random.sample(self.auto, CLAIMS)
        self.words = (*office.worklist(claims), "--pages", "3")
        was = judge.before(office)
        began = time.monotonic()
        getattr(self, "_" + fault.how.replace(" ", "_"))(fault, claims, random)
        office.practice("faults", "clear")
        last = self._run()
        if last.returncode not in (0, 3):
            print(last.stderr[-2000:], file=sys.stderr)
        verdict = judge.judged(office, was, claims)
        verdict.must(last.returncode in (0, 3), f"the last run ended with {last.returncode}")
        verdict.must("Traceback" not in last.stderr, "a traceback")
        return {
            "fault": fault.number,
            "seed": seed,
            "how": fault.how,
            "writes": verdict.writes,
            "seconds": round(time.monotonic() - began, 1),
            "wrong": verdict.faults,
        }

    # The ways in which a fault comes about: a run in which it strikes.

    def _run(self, first: str = "", **environment: str):
        return self.office.run(*self.words, first=first, **environment)

    def _portal(self, fault: Fault, claims: list[str], random: Random) -> None:
        options = list(fault.options(random))
        if not fault.is_everywhere:
            options.append(f"claim={random.choice(claims)}")
        self.office.practice("faults", "set", fault.number, *options)
        self._run()

    def _crash(self, fault: Fault, claims: list[str], random: Random) -> None:
        many = not fault.place.startswith("run.") or fault.place in {"run.kept", "run.taken"}
        nth = random.randint(1, 4) if many else 1
        died = self._run(
            CLAIMBOTS_CRASH_AT=f"{fault.place}:{nth}",
            CLAIMBOTS_CRASH_SIGNAL=random.choice(("KILL", "KILL", "TERM TERM")),
        )
        assert died.returncode in (-signal.SIGKILL, 143, 0, 3), died.stderr

    def _spoiled(self, fault: Fault, claims: list[str], random: Random) -> None:
        call, error = fault.needs
        self._run(first=fault.first.format(call=call, error=error, nth=random.randint(2, 9)))

    def _twice(self, fault: Fault, claims: list[str], random: Random) -> None:
        with self._begun(*self._run_words()) as one, self._begun(*self._run_words()) as two:
            one.wait(LONGEST)
            two.wait(LONGEST)

    def _run_words(self) -> tuple[str, ...]:
        return a_run(*self.words)

    def _page_crash(self, fault: Fault, claims: list[str], random: Random) -> None:
        self._strike(random, lambda process: _children(process, "--type=renderer"))

    def _browser_killed(self, fault: Fault, claims: list[str], random: Random) -> None:
        self._strike(
            random, lambda process: _children(process, "--remote-debugging", "--headless")
        )

    def _driver_killed(self, fault: Fault, claims: list[str], random: Random) -> None:
        self._strike(random, lambda process: _children(process, "run-driver"))

    def _strike(self, random: Random, victims) -> None:
        with self._begun(*self._run_words()) as run:
            self._until_at_work(run, random)
            for victim in victims(run.pid)[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
            run.wait(LONGEST)

    def _killed_at_random(self, fault: Fault, claims: list[str], random: Random) -> None:
        with self._begun("worker") as worker, self._begun(*self._run_words()) as asked:
            self._until_at_work(worker, random)
            worker.kill()
            worker.wait()
            asked.wait(LONGEST)  # it becomes the worker itself

    def _killed_again_and_again(self, fault: Fault, claims: list[str], random: Random) -> None:
        for _ in range(3):
            with self._begun("worker") as worker, self._begun(*self._run_words()) as asked:
                asked.kill()
                self._until_at_work(worker, random, patience=8)
                worker.kill()
                worker.wait()

    def _frozen(self, fault: Fault, claims: list[str], random: Random) -> None:
        with (
            self._begun("worker", first=SHORT_LEASE) as worker,
            self._begun(*self._run_words()) as asked,
        ):
            self._until_at_work(worker, random)
            worker.send_signal(signal.SIGSTOP)
            if random.random() < 0.5:
                asked.kill()
                time.sleep(3.2)
                worker.send_signal(signal.SIGCONT)
            asked.wait(LONGEST)

    def _cancelled(self, fault: Fault, claims: list[str], random: Random) -> None:
        self._wished("cancel", random)

    def _paused(self, fault: Fault, claims: list[str], random: Random) -> None:
        self._wished("pause", random)
        self.office.claimbots("runs", "resume", "last")

    def _wished(self, wish: str, random: Random) -> None:
        with self._begun("worker") as worker, self._begun(*self._run_words()) as asked:
            self._until_at_work(worker, random)
            self.office.claimbots("runs", wish, "last")
            asked.wait(LONGEST)

    def _signal(self, fault: Fault, claims: list[str], random: Random) -> None:
        with self._begun("worker") as worker, self._begun(*self._run_words()) as asked:
            self._until_at_work(worker, random)
            asked.kill()
            worker.send_signal(random.choice((signal.SIGTERM, signal.SIGINT)))
            began = time.monotonic()
            worker.wait(LONGEST)
            assert time.monotonic() - began < 30, "it was not out within 30 seconds"

    def _until_at_work(self, process, random: Random, patience: float = 30) -> None:
        """Until something was saved, or claims are open; then a moment that the seed chooses."""
        end = time.monotonic() + patience
        while time.monotonic() < end and process.poll() is None:
            if self.office.witness()["writes"]:
                break
            time.sleep(0.05)
        time.sleep(random.random() * 1.5)

    @contextlib.contextmanager
    def _begun(self, *words: str, first: str = ""):
        process = subprocess.Popen(
            [sys.executable, "-c", f"{first}\nfrom bots.cli import main; main()", *words],
            env=self.office.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
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
        kind = "wrong" if line["wrong"] else "held" if line["writes"] else "nothing saved"
        counts.setdefault(line["fault"], Counter())[kind] += 1
    print(f"{'fault':8} {'held':>5} {'nothing saved':>14} {'wrong':>6}")
    for fault, count in counts.items():
        print(f"{fault:8} {count['held']:5} {count['nothing saved']:14} {count['wrong']:6}")
    total = sum(counts.values(), Counter())
    print(f"{'all':8} {total['held']:5} {total['nothing saved']:14} {total['wrong']:6}")
    for line in last.values():
        for words in line["wrong"]:
            print(f"{line['fault']} seed {line['seed']}: {words}")
    return int(total["wrong"] > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=17)
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
        for seed in range(1, (1 if chosen.sample else chosen.seeds) + 1)
        for fault in faults
        if (fault.number, seed) not in known
    ]
    results.parent.mkdir(exist_ok=True)
    database = a_database() if chosen.store == "postgresql" else ""
    ends = time.monotonic() + 60 * chosen.minutes
    folder = Path(tempfile.mkdtemp(prefix="claimbots-chaos-"))
    try:
        with an_office(folder / "demo", 3000, database) as office:
            chaos = Chaos(office)
            for fault, seed in todo:
                if time.monotonic() > ends:
                    break
                line = chaos.case(fault, seed)
                with results.open("a") as file:
                    file.write(json.dumps(line) + "\n")
                print(json.dumps(line), file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return told(results)


if __name__ == "__main__":
    raise SystemExit(main())
