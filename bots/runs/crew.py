"""Work in several processes, its results in order: jobs out, answers back, nothing shared.

The processes are forked for one kind of work and inherit what it needs; only jobs and results
travel. A process that dies ends all of it with a `Problem`, an interrupt ends the processes, and
one whose parent has gone ends by itself. Without `fork`, or for one process, the work is done
where it stands.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

from bots.errors import Problem

J = TypeVar("J")
R = TypeVar("R")

MOST = 8
_AHEAD = 4  # jobs for each process that may be done before their turn comes


def processes_here() -> int:
    """How many processes are worth starting on this machine."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    return min(os.cpu_count() or 1, MOST)


def each(
    work: Callable[[J], Iterable[R]],
    jobs: Iterable[J],
    processes: int,
    prepare: Callable[[], None] = lambda: None,
) -> Generator[R, None, None]:
    """The results of all jobs, in the order of the jobs.

    The processes begin at once, so that a caller who starts threads may do so afterwards.

    Args:
        work: what is done with a job; runs in one of the processes.
        processes: how many; fewer than two is none beside this one.
        prepare: called once in each process before its first job.

    Raises:
        Problem: a process died, or the work said so.
    """
    if processes < 2:
        return _here(work, jobs, prepare)
    crew = _Crew(work, prepare, processes)
    return crew.results(iter(jobs))


def _here(
    work: Callable[[J], Iterable[R]], jobs: Iterable[J], prepare: Callable[[], None]
) -> Generator[R, None, None]:
    prepare()
    for job in jobs:
        yield from work(job)


@dataclass
class _Worker:
    process: Any
    line: Connection


@dataclass
class _Turns:
    """Results that came before their turn, by the number of their job."""

    now: int = 0
    given: int = 0
    held: dict[int, list[Any]] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)

    def take(self, number: int, result: Any) -> list[Any]:
        """A result; those whose turn it is now."""
        if number == self.now:
            return [result]
        self.held.setdefault(number, []).append(result)
        return []

    def finish(self, number: int) -> list[Any]:
        """A job has no more results; those whose turn it is now."""
        self.done.add(number)
        ready: list[Any] = []
        while self.now in self.done:
            self.done.remove(self.now)
            self.now += 1
            ready += self.held.pop(self.now, [])
        return ready


class _Crew:
    def __init__(
        self, work: Callable[[Any], Iterable[Any]], prepare: Callable[[], None], size: int
    ) -> None:
        context = multiprocessing.get_context("fork")
        self._workers: list[_Worker] = []
        for _ in range(size):
            ours, theirs = context.Pipe()
            inherited = [worker.line for worker in self._workers] + [ours]
            process = context.Process(
                target=_serve, args=(theirs, inherited, work, prepare), daemon=True
            )
            process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours))

    def results(self, jobs: Iterator[Any]) -> Generator[Any, None, None]:
        turns = _Turns()
        idle = list(self._workers)
        busy: dict[Any, _Worker] = {}  # by the line on which each answers
        most = _AHEAD * len(self._workers)
        more = True
        try:
            while True:
                while more and idle and turns.given - turns.now < most:
                    try:
                        job = next(jobs)
                    except StopIteration:
                        more = False
                        break
                    worker = idle.pop()
                    self._say(worker, (turns.given, job))
                    busy[worker.line] = worker
                    turns.given += 1
                if not busy:
                    return
                for line in wait(list(busy)):
                    worker = busy[line]
                    what, number, result = self._hear(worker)
                    if what == "done":
                        idle.append(busy.pop(line))
                        yield from turns.finish(number)
                    elif what == "result":
                        yield from turns.take(number, result)
                    else:
                        raise Problem(**result)
        finally:
            self._end()

    def _say(self, worker: _Worker, message: Any) -> None:
        try:
            worker.line.send(message)
        except OSError:
            what, _, result = self._hear(worker)  # it may have said why
            raise Problem(**result) if what == "problem" else self._died(worker) from None

    def _hear(self, worker: _Worker) -> tuple[str, int, Any]:
        try:
            heard: tuple[str, int, Any] = worker.line.recv()
        except (EOFError, OSError):
            raise self._died(worker) from None
        return heard

    def _died(self, worker: _Worker) -> Problem:
        worker.process.join(timeout=5)
        code = worker.process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit {code}"
        return Problem(
            f"a worker process died ({how}), so not every claim was checked",
            do="most likely memory ran out: check fewer files at once, or free some",
        )

    def _end(self) -> None:
        for worker in self._workers:
            worker.line.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()


def _serve(
    line: Connection,
    inherited: list[Connection],
    work: Callable[[Any], Iterable[Any]],
    prepare: Callable[[], None],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and ends us
    for other in inherited:  # so that the end of the parent is the end of the line
        other.close()
    number = 0
    try:
        prepare()
        while True:
            number, job = line.recv()
            for result in work(job):
                line.send(("result", number, result))
            line.send(("done", number, None))
    except (EOFError, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            _tell(line, number, _fault(error))
    except Problem as problem:
        told = {"where": problem.where, "do": problem.do, "exit": problem.exit}
        _tell(line, number, {"what": problem.what, **told})
    except Exception as error:
        _tell(line, number, _fault(error))


def _tell(line: Connection, number: int, problem: dict[str, Any]) -> None:
    try:
        line.send(("problem", number, problem))
    except OSError:
        return  # nobody is left to hear it


def _fault(error: Exception) -> dict[str, Any]:
    """What went wrong with us, without the error's own text: that may quote a claim."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
    return {"what": f"a fault of claimbots itself ({where})", "do": "please report it"}
