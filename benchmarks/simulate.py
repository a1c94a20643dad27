"""A night of many portals, simulated: how long it takes, who waits, and for what.

    python benchmarks/simulate.py [--portals 10,100,1000] [--machines 4 --cores 8 --workers 8]

Each portal has a list of claims, a time zone, an hour of the evening at which its run is due,
quiet hours, a pace and one log-in, so one session. A worker does one run at a time; the workers
of a machine share its cores. Workers die, and another goes on with their run once the lease has
run out (a service manager starts the dead one anew); portals are down for a while. Nothing is
slept and nothing measured here: what a claim costs is `Cost`, measured by benchmarks/soak.py
(docs/scaling.md). A session advances by claims a second, a rate that holds until something
happens on its machine, so a night of a thousand portals takes a second. The same seed gives the
same night.
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

HOUR = 3600.0
LEASE = 30.0  # seconds until a dead worker's run is another's (bots/runs/lease.py)
# Seconds for a new worker's browser, log-in, settling and first look at the screens.
BEGINNING = 8.0
AGAIN = 15 * 60.0  # a run that a portal's outage ended is asked for again after so long
WHY = ("worker", "cores", "portal down", "its own pace")


@dataclass(frozen=True)
class Cost:
    """What one claim takes, in seconds: of a core, and of waiting for the portal."""

    cpu: float = 0.68
    waits: float = 0.2
    commits: float = 13.0  # to the database, the workflows' included


@dataclass(frozen=True)
class Portal:
    """One portal's night. Times are seconds from the evening's noon UTC; `pace` seconds."""

    claims: int
    due: float
    pages: int = 2
    pace: float = 0.0
    closed: tuple[tuple[float, float], ...] = ()  # quiet hours and outages: from, until
    morning: float = 30 * HOUR  # when the office begins its day

    def closed_until(self, at: float) -> float | None:
        """When it opens again; None where it is open."""
        return next((end for begin, end in self.closed if begin <= at < end), None)

    def closes_after(self, at: float) -> float | None:
        """When it closes next; None where it does not."""
        return min((begin for begin, _ in self.closed if begin > at), default=None)


@dataclass(frozen=True)
class Fleet:
    """Machines with cores each, and workers on each; deaths by worker and hour at work."""

    machines: int
    cores: int
    workers: int
    deaths: float = 0.0


def _seconds() -> defaultdict[str, float]:
    return defaultdict(float)


@dataclass
class Run:
    """A portal's run, and where its time goes."""

    portal: Portal
    left: float
    machine: int = -1
    rate: float = 0.0  # claims a second, at present
    factor: float = 1.0  # of what it would do with the machine to itself
    since: float = 0.0
    begun: float | None = None
    ended: float | None = None
    waiting_since: float | None = None
    lost: defaultdict[str, float] = field(default_factory=_seconds)  # by why
    turn: int = 0  # of its next event; an older one counts no more


@dataclass(frozen=True)
class Night:
    """What came of it. Seconds; shares from 0 to 1."""

    runs: int
    claims: int
    first_due: float
    ended: float
    waits: tuple[float, ...]  # from due to begun, sorted
    lasts: tuple[float, ...]  # from due to ended, sorted
    late: int  # runs not through in the morning
    cpu: float  # core seconds
    cores: int
    lost: dict[str, float]
    deaths: int
    peak: float  # claims a second, the most

    @property
    def hours(self) -> float:
        """From the first run due to the last one ended."""
        return (self.ended - self.first_due) / HOUR

    @property
    def utilisation(self) -> float:
        """Of all cores, over that time."""
        return self.cpu / (self.cores * (self.ended - self.first_due))

    @property
    def bottleneck(self) -> str:
        """What the runs together spent most time on."""
        return max(WHY, key=lambda why: self.lost[why])


class Simulation:
    """One night; `whole` plays it to its end."""

    def __init__(self, portals: Sequence[Portal], fleet: Fleet, cost: Cost, seed: int) -> None:
        self.fleet, self.cost = fleet, cost
        self.random = random.Random(seed)
        self.runs = [Run(portal, float(portal.claims)) for portal in portals]
        self.now = 0.0
        self.queue: deque[Run] = deque()
        self.on: list[list[Run]] = [[] for _ in range(fleet.machines)]
        self.deaths, self.cpu, self.peak = 0, 0.0, 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def whole(self) -> Night:
        """Play until every claim of every portal is done."""
        for run in self.runs:
            self._at(run.portal.due, lambda run=run: self._due(run))  # type: ignore[misc]
        while self._events:
            self.now, _, do = heapq.heappop(self._events)
            do()
        assert all(run.ended is not None for run in self.runs), "a run was lost"
        return self._told()

    def _at(self, when: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._order), do))

    # A run waits, begins, goes on, ends.

    def _due(self, run: Run) -> None:
        """It waits for a worker; where its portal is closed, for that first."""
        opens = run.portal.closed_until(self.now)
        if opens is not None:
            run.lost["portal down"] += opens - self.now
            self._at(opens, lambda: self._due(run))
            return
        run.waiting_since = self.now
        self.queue.append(run)
        self._dispatch()

    def _dispatch(self) -> None:
        """A free worker takes the run that waits longest, on the machine with most room."""
        while self.queue:
            machine = min(range(self.fleet.machines), key=lambda m: len(self.on[m]))
            if len(self.on[machine]) >= self.fleet.workers:
                return
            run = self.queue.popleft()
            assert run.waiting_since is not None
            run.lost["worker"] += self.now - run.waiting_since
            run.waiting_since = None
            run.begun = self.now if run.begun is None else run.begun
            self._advance(machine)
            run.machine, run.since, run.rate = machine, self.now + BEGINNING, 0.0
            self.on[machine].append(run)
            run.lost["its own pace"] += BEGINNING
            self._share(machine)
            self._may_die(run)

    def _advance(self, machine: int) -> None:
        """Take down what the runs of a machine have done since something happened there."""
        for run in self.on[machine]:
            spent = max(0.0, self.now - run.since)
            done = min(run.left, run.rate * spent)
            run.left -= done
            self.cpu += done * self.cost.cpu
            run.lost["its own pace"] += spent * run.factor
            run.lost["cores"] += spent * (1 - run.factor)
            run.since = max(run.since, self.now)

    def _share(self, machine: int) -> None:
        """Give each run of a machine its rate: all it could do, or its part of the cores."""
        wants = {id(run): self._alone(run) for run in self.on[machine]}
        asked = sum(wants.values()) * self.cost.cpu
        factor = min(1.0, self.fleet.cores / asked) if asked else 1.0
        for run in self.on[machine]:
            run.factor = factor
            run.rate = wants[id(run)] * factor
            self._plan(run)
        total = sum(run.rate for runs in self.on for run in runs)
        self.peak = max(self.peak, total)

    def _alone(self, run: Run) -> float:
        """Claims a second where nobody else is on the machine."""
        return run.portal.pages / (self.cost.cpu + self.cost.waits + run.portal.pace)

    def _plan(self, run: Run) -> None:
        """The next that happens to it by itself: it is through, or its portal closes."""
        run.turn += 1
        turn = run.turn
        ends = max(run.since, self.now) + run.left / run.rate
        closes = run.portal.closes_after(self.now)
        leave = self._ended if closes is None or ends <= closes else self._closed
        when = ends if closes is None else min(ends, closes)
        self._at(when, lambda: leave(run) if run.turn == turn else None)

    def _leave(self, run: Run) -> None:
        machine = run.machine
        self._advance(machine)
        run.turn += 1
        self.on[machine].remove(run)
        run.machine = -1
        self._share(machine)

    def _ended(self, run: Run) -> None:
        self._leave(run)
        run.left, run.ended = 0.0, self.now
        self._dispatch()

    def _closed(self, run: Run) -> None:
        """Its run stops; it is asked for again when the portal has opened."""
        self._leave(run)
        opens = run.portal.closed_until(self.now) or self.now
        again = max(opens, self.now + AGAIN)
        run.lost["portal down"] += again - self.now
        self._at(again, lambda: self._due(run))
        self._dispatch()

    def _may_die(self, run: Run) -> None:
        if not self.fleet.deaths:
            return
        turn, when = run.begun, self.now + self.random.expovariate(self.fleet.deaths / HOUR)
        machine, left = run.machine, run.left

        def die() -> None:
            # Still the same stay on that machine: it has only become less.
            if run.machine == machine and run.begun == turn and run.left <= left:
                self._die(run)

        self._at(when, die)

    def _die(self, run: Run) -> None:
        """What was begun is read again; the lease runs out before another may go on."""
        self.deaths += 1
        self._leave(run)
        run.left = min(float(run.portal.claims), run.left + run.portal.pages)
        run.lost["worker"] += LEASE
        self._at(self.now + LEASE, lambda: self._due(run))
        self._dispatch()

    def _told(self) -> Night:
        begun = [run.begun - run.portal.due for run in self.runs if run.begun is not None]
        ended = [run.ended for run in self.runs if run.ended is not None]
        lost = {why: sum(run.lost[why] for run in self.runs) for why in WHY}
        return Night(
            runs=len(self.runs),
            claims=sum(run.portal.claims for run in self.runs),
            first_due=min(run.portal.due for run in self.runs),
            ended=max(ended),
            waits=tuple(sorted(begun)),
            lasts=tuple(
                sorted(run.ended - run.portal.due for run in self.runs if run.ended is not None)
            ),
            late=sum(run.ended > run.portal.morning for run in self.runs if run.ended),
            cpu=self.cpu,
            cores=self.fleet.machines * self.fleet.cores,
            lost=lost,
            deaths=self.deaths,
            peak=self.peak,
        )


def a_night(portals: int, seed: int) -> list[Portal]:
    """Portals of the four zones of the mainland: runs due in the evening, quiet hours, outages.

    Lists are log-normal, 200 claims in the middle and 2,000 for one in a hundred; one portal in
    four has a pace of two seconds, one in ten is down for some time in the night.
    """
    chance = random.Random(seed)
    made = []
    for _ in range(portals):
        west = chance.choices((5, 6, 7, 8), weights=(47, 29, 7, 17))[0]  # hours behind UTC
        local = (west - 12) * HOUR  # of local midnight today, seconds from noon UTC
        due = local + (chance.choice((19, 20, 21, 22)) + chance.random()) * HOUR
        closed = [(local + 27 * HOUR, local + 28 * HOUR)]  # 03:00-04:00
        if chance.random() < 0.1:
            begins = due + chance.random() * 4 * HOUR
            closed.append((begins, begins + chance.uniform(5, 60) * 60))
        made.append(
            Portal(
                claims=max(5, min(5000, round(chance.lognormvariate(5.3, 1.0)))),
                due=due,
                pages=chance.choice((1, 2)),
                pace=2.0 if chance.random() < 0.25 else 0.0,
                closed=tuple(sorted(closed)),
                morning=local + 30 * HOUR,  # 06:00
            )
        )
    return made


def main() -> int:
    """Simulate and print one line a number of portals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portals", default="10,100,1000")
    parser.add_argument("--machines", type=int, default=4)
    parser.add_argument("--cores", type=int, default=8)
    parser.add_argument("--workers", type=int, default=8, help="on each machine")
    parser.add_argument("--deaths", type=float, default=0.05, help="by worker and hour")
    parser.add_argument("--cpu", type=float, default=Cost.cpu, help="core seconds a claim")
    parser.add_argument("--waits", type=float, default=Cost.waits, help="seconds a claim")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    fleet = Fleet(options.machines, options.cores, options.workers, options.deaths)
    cost = Cost(options.cpu, options.waits)
    heads = ("portals", "claims", "hours", "wait p50", "p95", "max", "last p95", "late", "cores")
    print("".join(f"{head:>9}" for head in heads) + f"{'peak/s':>8}{'deaths':>7}  mostly")
    for portals in (int(number) for number in options.portals.split(",")):
        night = Simulation(a_night(portals, options.seed), fleet, cost, options.seed).whole()
        print(_line(night))
    return 0


def _line(night: Night) -> str:
    waits = [percentile(night.waits, share) / 60 for share in (0.5, 0.95, 1.0)]
    return (
        f"{night.runs:>9}{night.claims:>9,}{night.hours:>9.1f}"
        + "".join(f"{wait:>8.1f}m" for wait in waits)
        + f"{percentile(night.lasts, 0.95) / HOUR:>8.1f}h{night.late:>9}{night.utilisation:>9.0%}"
        f"{night.peak:>8.1f}{night.deaths:>7}  {night.bottleneck}"
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Of sorted values, the least that so many do not pass."""
    if len(values) == 1 or share >= 1:
        return values[-1]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


if __name__ == "__main__":
    sys.exit(main())
