"""The simulated night against what can be told without one."""

import random
import statistics
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from simulate import (
    AGAIN,
    BEGINNING,
    LEASE,
    Cost,
    Fleet,
    Portal,
    Simulation,
    a_night,
)

COST = Cost(cpu=0.5, waits=0.5)
ALONE = Fleet(machines=1, cores=4, workers=1)


def night(portals, fleet=ALONE, cost=COST, seed=1):
    return Simulation(portals, fleet, cost, seed).whole()


@pytest.mark.parametrize(("pages", "pace", "seconds"), [(1, 0, 100), (2, 0, 50), (2, 3, 200)])
def test_a_run_alone_takes_what_its_claims_take_on_its_pages_at_its_pace(pages, pace, seconds):
    told = night([Portal(claims=100, due=0, pages=pages, pace=pace)])

    assert told.ended == pytest.approx(BEGINNING + seconds)
    assert told.cpu == pytest.approx(50)


def test_runs_that_ask_for_more_than_the_cores_share_them():
    portals = [Portal(claims=100, due=0, pages=2) for _ in range(6)]

    told = night(portals, Fleet(machines=1, cores=2, workers=6))

    assert told.ended == pytest.approx(BEGINNING + 6 * 100 * 0.5 / 2)
    assert told.bottleneck == "cores"


def test_one_worker_does_one_run_after_the_other():
    portals = [Portal(claims=100, due=0, pages=1) for _ in range(3)]

    told = night(portals)

    assert told.waits == pytest.approx((0, 108, 216))
    assert told.bottleneck == "worker"


def test_waiting_is_what_queueing_theory_says():
    """M/D/1 (Pollaczek and Khinchine): rho / (2 (1 - rho)) times the service, on average."""
    chance, at, portals = random.Random(7), 0.0, []
    for _ in range(20_000):
        at += chance.expovariate(0.7 / (92 + BEGINNING))
        portals.append(Portal(claims=92, due=at, pages=1))

    told = night(portals)

    expected = 0.7 / (2 * 0.3) * (92 + BEGINNING)
    assert statistics.mean(told.waits) == pytest.approx(expected, rel=0.1)


def test_nothing_is_done_while_the_portal_is_closed():
    told = night([Portal(claims=1000, due=0, pages=1, closed=((500.0, 5000.0),))])

    done_before = 500 - BEGINNING
    assert told.ended == pytest.approx(5000 + BEGINNING + 1000 - done_before)


def test_a_run_due_while_the_portal_is_closed_begins_when_it_opens():
    told = night([Portal(claims=10, due=100, pages=1, closed=((0.0, 600.0),))])

    assert told.ended == pytest.approx(600 + BEGINNING + 10)


def test_a_short_outage_costs_the_time_until_somebody_asks_again():
    told = night([Portal(claims=1000, due=0, pages=1, closed=((500.0, 501.0),))])

    assert told.ended == pytest.approx(500 + AGAIN + BEGINNING + 1000 - (500 - BEGINNING))


def test_what_a_dead_worker_had_goes_on_after_the_lease_and_nothing_is_lost():
    portals = [Portal(claims=1000, due=0, pages=2)]

    told = night(portals, Fleet(machines=2, cores=4, workers=1, deaths=12))

    each = LEASE + BEGINNING + 2 * (COST.cpu + COST.waits) / 2
    assert told.deaths > 0
    assert told.ended == pytest.approx(BEGINNING + 500 + told.deaths * each, rel=0.02)
    assert told.cpu >= 1000 * COST.cpu


def test_a_whole_night_ends_and_every_core_second_is_a_claims():
    portals = a_night(200, seed=3)

    told = night(portals, Fleet(machines=2, cores=4, workers=4))

    assert told.runs == 200
    assert told.cpu == pytest.approx(told.claims * COST.cpu)
    assert 0 < told.utilisation <= 1


def test_the_same_seed_is_the_same_night_and_another_is_not():
    fleet = Fleet(machines=2, cores=4, workers=4, deaths=0.5)

    assert night(a_night(50, 3), fleet) == night(a_night(50, 3), fleet)
    assert night(a_night(50, 3), fleet) != night(a_night(50, 4), fleet)


def test_with_more_machines_all_wait_less_and_are_through_sooner():
    portals = a_night(300, seed=5)

    few, many = (night(portals, Fleet(machines=n, cores=4, workers=4)) for n in (1, 3))

    assert sum(many.waits) < sum(few.waits)
    assert many.ended < few.ended
