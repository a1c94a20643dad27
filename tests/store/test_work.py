"""Runs that were asked for and their due claims: asked once, taken once, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.claims import Change
from bots.config.names import CREDENTIAL, NAME
from bots.errors import Problem
from bots.store import leases, records, refusals, schedules, work
from bots.store.facts import (
    ClaimOutcome,
    Ending,
    ExceptionDecision,
    ExceptionType,
    NewException,
    NewProposal,
    NewRun,
    Resolution,
    RunKind,
    RunState,
    SeenRecord,
)


@pytest.fixture
def places(empty_store):
    return empty_store


NEW = NewRun("practice", "pending", "shadow", RunKind.PRE_BILL)
counted = iter(range(10_000))


def asked(digest=""):
    """A run nobody asked for before."""
    run, is_new = work.ask(NEW, {"portal": "practice"}, digest or f"digest {next(counted)}")
    assert is_new
    return run.id


def at_work(claims=0):
    run = asked()
    work.take_up(run, "worker.1")
    work.list_claims(run, [(f"C{n}", "pending", "") for n in range(1, claims + 1)])
    return run


def state(run):
    return records.get_run(run).state


def test_the_longest_names_that_an_office_may_give_are_kept(places):
    """PostgreSQL refuses one letter more, and so does the configuration, before anything runs."""
    account, schedule = "vault:" + "k" * (CREDENTIAL - 6), "s" * NAME
    key = "2026-09-30T02:30" + schedules.BY_HAND
    scheduled = schedules.run_key(schedule, key)
    now = datetime.now(UTC)

    run, _ = work.ask(
        replace(NEW, portal="p" * NAME, account=account, scheduled=scheduled), {}, "longest"
    )
    held = leases.take("w" * NAME, "host", 1, timedelta(seconds=30))
    work.take_up(run.id, held.executor)
    schedules.known_since(schedule, now)
    schedules.decide(schedule, key, now, schedules.Became.BEGUN)
    refusals.unlock(account)
    proposed = NewProposal("x", (Change("ndc", 1, "a", "b"),))
    records.keep_claim(run.id, SeenRecord("C1", 1, ClaimOutcome.PROPOSED), proposals=[proposed])

    assert schedules.newest_run(scheduled) == records.get_run(run.id)
    assert records.approved_proposals("p" * NAME) == ()
    assert work.worker_of(run.id)[0] == f"{'w' * NAME}.1"


def test_the_same_asked_for_again_is_the_same_run_until_it_has_ended(places):
    run = asked("same")

    assert work.ask(NEW, {}, "same")[0].id == run
    work.take_up(run, "worker.1")
    assert work.ask(NEW, {}, "same") == (records.get_run(run), False)
    records.end_run(run, Ending(RunState.DONE))
    assert work.ask(NEW, {}, "same")[0].id != run


def test_a_waiting_run_is_taken_up_by_one_worker(places):
    run = asked()

    assert work.take_up(run, "first.1") == 1
    assert work.take_up(run, "second.1") == 0
    assert work.worker_of(run) == ("first.1", 1)


def test_the_run_that_waits_longest_is_next(places):
    for run in iter(work.next_pending, ""):
        work.take_up(run, "worker.1")
    first, second = asked(), asked()

    assert work.next_pending() == first
    work.take_up(first, "worker.1")
    assert work.next_pending() == second


def test_a_dead_worker_s_run_is_given_to_one_other(places):
    run = at_work()

    assert work.adopt(run, "worker.1", "worker.2")
    assert not work.adopt(run, "worker.1", "other.1")
    assert work.worker_of(run) == ("worker.2", 1)


def test_who_asks_twice_for_a_dead_worker_s_run_has_it(places):
    """The answer is lost where the database goes away just then, and it is asked again."""
    run = at_work()

    assert work.adopt(run, "worker.1", "worker.2")
    assert work.adopt(run, "worker.1", "worker.2")

    records.end_run(run, Ending(RunState.DONE))
    assert not work.adopt(run, "worker.1", "worker.2")


def test_that_another_log_has_what_a_run_saved_is_kept_in_the_moment_it_changes_hands(places):
    """Whoever adopts it may die, or lose the answer, before it comes to anything else."""
    here, elsewhere = asked(), asked()
    work.take_up(here, "dead.1", "one")
    work.take_up(elsewhere, "gone.1", "two")

    for _ in range(2):
        assert work.adopt(here, "dead.1", "alive.1", "one")
        assert work.adopt(elsewhere, "gone.1", "alive.1", "one")

    assert records.exceptions(here) == ()
    [told] = records.exceptions(elsewhere)
    assert told.code == "OTHER_LOG"
    assert "the log two of another machine" in told.message


def test_what_is_handed_back_waits_with_all_its_claims_due(places):
    run = at_work(claims=3)
    work.take(run, 2)

    assert work.hand_back(run, work.worker_of(run)[0])

    assert state(run) is RunState.PENDING
    assert work.standing(run) == work.Standing(due=3, at_work=0, done=0)
    assert work.take_up(run, "worker.2") == 2


def test_claims_listed_twice_stand_there_once(places):
    run = at_work(claims=3)

    work.list_claims(run, [("C3", "pending", ""), ("C4", "pending", "")])

    assert work.standing(run).due == 4
    assert not work.is_listed(run)
    work.mark_listed(run)
    assert work.is_listed(run)


def test_a_claim_is_at_work_for_one_time_only(places):
    run = at_work(claims=1)
    [(first, time)] = work.take(run, 5)
    assert time == 1
    assert work.item(first, 1).number == "C1"

    work.release(run)
    assert work.item(first, 1) is None  # who still thinks that it has it does nothing
    assert work.take(run, 5) == [(first, 2)]
    assert work.item(first, 1) is None
    assert work.item(first, 2).attempt == 2


def test_a_claim_is_done_when_what_is_said_of_it_is_kept(places):
    run = at_work(claims=2)
    (one, _), _ = work.take(run, 2)

    records.keep_claim(run, SeenRecord("C1", 1, ClaimOutcome.PASSED), item=one)

    assert work.standing(run) == work.Standing(due=0, at_work=1, done=1)
    assert work.item(one, 1) is None
    assert work.failed_numbers(run) == ("C2",)


def test_what_failed_for_the_machinery_s_sake_is_to_be_tried_again(places):
    run = at_work(claims=3)
    items = work.take(run, 3)
    for number, ((item, _), kind) in enumerate(
        zip(items, (None, ExceptionType.APPLICATION, ExceptionType.BUSINESS), strict=True), 1
    ):
        said = [NewException(kind, "X", "words")] if kind else []
        seen = SeenRecord(f"C{number}", number, ClaimOutcome.FAILED)
        records.keep_claim(run, seen, exceptions=said, item=item)

    assert work.failed_numbers(run) == ("C2",)


@pytest.mark.parametrize(
    ("closed_as", "again"),
    [
        (Resolution.DONE, ("C1",)),  # mended: a retry shows whether it is
        (Resolution.NOT_OURS, ()),
        (Resolution.DUPLICATE, ()),
    ],
)
def test_what_a_person_closed_for_good_is_not_tried_again(places, closed_as, again):
    run = at_work(claims=1)
    [(item, _)] = work.take(run, 1)
    failed = NewException(ExceptionType.APPLICATION, "DEADLINE", "no answer in 30 seconds")
    seen = SeenRecord("C1", 1, ClaimOutcome.FAILED)
    records.keep_claim(run, seen, exceptions=[failed], item=item)
    decision = ExceptionDecision("resolve", "dana", "the clinic does it", resolved_as=closed_as)
    records.decide_exception(records.exceptions(run)[0].id, decision)

    assert work.failed_numbers(run) == again


def test_a_run_that_waits_is_paused_and_cancelled_at_once(places):
    run = asked()

    assert work.want(run, "paused by ann") is RunState.PAUSED
    assert work.take_up(run, "worker.1") == 0
    assert work.go_on(run)
    assert work.want(run, "cancelled by ann") is RunState.STOPPED
    ended = records.get_run(run)
    assert (ended.stop_reason, ended.exit) == ("cancelled by ann", 3)
    assert ended.ended_at


def test_a_run_at_work_is_told_and_goes_on_until_it_heeds(places):
    run = at_work(claims=1)

    assert work.want(run, "paused by ann") is RunState.IN_PROGRESS
    assert work.wanted(run) == "paused by ann"
    work.put_aside(run, work.worker_of(run)[0])
    assert state(run) is RunState.PAUSED
    assert work.wanted(run) == ""


def test_a_paused_run_does_not_go_on_beside_the_very_same(places):
    run = asked("twin")
    work.want(run, "paused by ann")
    asked("twin")

    assert not work.go_on(run)


@settings(deadline=None, max_examples=40)
@given(
    claims=st.integers(1, 12),
    acts=st.lists(st.tuples(st.sampled_from(["take", "keep", "die"]), st.integers(0, 5))),
)
def test_whatever_happens_every_claim_is_due_at_work_or_done_and_done_once(
    shared_store, claims, acts
):
    run = at_work(claims)
    mine: list[tuple[int, int]] = []
    done = 0
    for act, count in acts:
        match act:
            case "take":
                mine += work.take(run, count)
            case "keep" if mine:
                item, attempt = mine.pop(count % len(mine))
                found = work.item(item, attempt)
                if found:
                    seen = SeenRecord(found.number, found.position, ClaimOutcome.PASSED)
                    records.keep_claim(run, seen, item=item)
                    done += 1
            case "die":  # and the next one does not know what this one had
                work.release(run)

        standing = work.standing(run)
        assert standing.due + standing.at_work + standing.done == claims
        assert standing.done == done


def test_the_last_to_take_the_folder_has_the_only_lease(places):
    from datetime import timedelta

    span = timedelta(seconds=30)
    first = leases.take("day", "host", 11, span)
    second = leases.take("night", "host", 12, span)

    assert [w.name for w in leases.alive()] == ["night"]
    assert not leases.renew("day", first.generation, span)
    assert leases.renew("night", second.generation, span)
    assert leases.has_run_out("host", 11)
    assert not leases.has_run_out("host", 12)
    assert not leases.has_run_out("host", 13)


def test_several_share_a_store_and_a_name_is_one_s_alone(places):
    from datetime import timedelta

    span = timedelta(seconds=30)
    north = leases.take("north", "one", 11, span, log="one", is_alone=False)
    leases.take("south", "two", 12, span, log="two", is_alone=False)

    assert [w.name for w in leases.alive()] == ["north", "south"]
    with pytest.raises(Problem, match="at work on one"):
        leases.take("north", "two", 13, span, log="two", is_alone=False)
    again = leases.take("north", "one", 14, span, log="one", is_alone=False)  # it was restarted
    assert again.generation == north.generation + 1


def test_the_runs_of_dead_workers_are_found_and_no_others(places):
    from datetime import timedelta

    dead = leases.take("dead", "one", 11, timedelta(seconds=-1), log="one", is_alone=False)
    alive = leases.take("alive", "two", 12, timedelta(seconds=30), log="two", is_alone=False)
    lost, going, waiting = asked(), asked(), asked()
    work.take_up(lost, dead.executor, "one")
    work.take_up(going, alive.executor, "two")

    [orphan] = leases.orphans()
    assert (orphan.run, orphan.worker, orphan.dead) == (lost, dead.executor, dead)
    assert work.log_of(lost) == "one"
    assert work.adopt(lost, dead.executor, alive.executor, "two")
    assert leases.orphans() == []
    assert work.next_pending() == waiting


def test_a_run_that_somebody_alive_has_is_not_adopted(places):
    from datetime import timedelta

    span = timedelta(seconds=30)
    alive = leases.take("alive", "two", 12, span, log="two", is_alone=False)
    slow = leases.take("slow", "three", 13, span, log="three", is_alone=False)
    run = asked()
    work.take_up(run, alive.executor, "two")

    # As slow, who listed it among the lost ones, comes to it, it is no dead worker's any more.
    assert not work.adopt(run, alive.executor, slow.executor, "three")
    assert work.worker_of(run)[0] == alive.executor


@pytest.mark.parametrize(
    ("wish", "state"), [("paused by ann", "paused"), ("cancelled by ann", "stopped")]
)
def test_what_somebody_wants_of_a_run_outlives_its_worker(places, wish, state):
    run = asked()
    work.take_up(run, "dead.1")
    work.want(run, wish)

    assert work.hand_back(run, work.worker_of(run)[0])

    kept = records.get_run(run)
    assert (kept.state.value, kept.stop_reason) == (state, wish)
    assert (kept.exit, kept.ended_at is not None) == (
        (3, True) if state == "stopped" else (None, False)
    )
    assert work.next_pending() == ""


def left_with_a_save_on_its_way(lands_in, account="left"):
    run, _ = work.ask(replace(NEW, account=account), {}, f"digest {next(counted)}")
    work.take_up(run.id, "a.1", "a")
    work.may_land(run.id, "a.1", lands_in)
    assert work.hand_back(run.id, "a.1")
    return run.id


def test_a_run_with_a_save_on_its_way_is_taken_up_on_its_own_log_alone(places):
    """Another one cannot know of it: it would read the claim as it was, and save it again."""
    run = left_with_a_save_on_its_way(60)

    assert (work.next_pending(log="b"), work.take_up(run, "b.1", "b")) == ("", 0)
    assert work.next_pending(log="a") == run
    assert work.take_up(run, "a.2", "a")


@pytest.mark.parametrize("account", ["left", ""])
def test_when_a_save_has_landed_or_never_will_another_takes_up_its_run_and_says_so(
    places, account
):
    run = left_with_a_save_on_its_way(0, account)

    assert work.next_pending(log="b") == run
    assert work.take_up(run, "b.1", "b")

    [told] = records.exceptions(run)
    assert (told.code, "the log a of another machine" in told.message) == ("OTHER_LOG", True)
    work.hand_back(run, "b.1")
    assert work.take_up(run, "c.1", "c")  # b had left nothing open
    assert len(records.exceptions(run)) == 1


def test_a_run_with_nothing_on_its_way_goes_on_anywhere_at_once(places):
    run = left_with_a_save_on_its_way(None)

    assert work.next_pending(log="b") == run
    assert work.take_up(run, "b.1", "b")
    assert records.exceptions(run) == ()


def test_what_was_taken_up_and_not_begun_still_has_its_save_on_its_way(places):
    """Such as by the same machine, started again while the vault is down."""
    run = left_with_a_save_on_its_way(60)
    work.take_up(run, "a.2", "a")
    work.hand_back(run, "a.2", "the vault is down")

    assert work.take_up(run, "b.1", "b") == 0


def test_no_other_run_of_the_log_in_is_begun_elsewhere_while_a_save_is_on_its_way(places):
    """It may come to the same claim."""
    left = left_with_a_save_on_its_way(60)
    other, _ = work.ask(replace(NEW, account="left"), {}, "of the same log-in")

    assert (work.next_pending(log="b"), work.take_up(other.id, "b.1", "b")) == ("", 0)
    work.take_up(left, "a.2", "a")
    records.end_run(left, Ending(RunState.STOPPED))
    assert (work.next_pending(log="b"), work.take_up(other.id, "b.1", "b")) == ("", 0)
    assert work.take_up(other.id, "a.3", "a")


def test_who_adopts_a_run_has_waited_for_what_was_on_its_way(places):
    run = left_with_a_save_on_its_way(60)
    work.take_up(run, "a.2", "a")

    assert work.adopt(run, "a.2", "b.1", "b")
    work.hand_back(run, "b.1")

    assert work.take_up(run, "c.1", "c")
    assert len(records.exceptions(run)) == 1


def test_who_adopts_a_run_on_its_own_log_has_yet_to_look_what_is_on_its_way(places):
    """Its vault may be down just then, and the run is handed back without a look."""
    run, _ = work.ask(NEW, {}, f"digest {next(counted)}")
    work.take_up(run.id, "a.1", "a")

    assert work.adopt(run.id, "a.1", "near.1", "a", within=60)
    work.hand_back(run.id, "near.1")

    assert work.take_up(run.id, "b.1", "b") == 0
    assert work.take_up(run.id, "a.2", "a")


def test_what_is_handed_back_twice_is_not_taken_from_who_has_it_by_then(places):
    run = asked()
    work.take_up(run, "first.1")

    assert work.hand_back(run, "first.1")
    work.take_up(run, "second.1")
    assert not work.hand_back(run, "first.1")  # its answer was lost, and it is said again
    assert work.worker_of(run)[0] == "second.1"


def test_only_a_run_that_nobody_has_begun_is_withdrawn(places):
    run, begun = asked(), asked()
    work.take_up(begun, "here.1")
    work.list_claims(begun, [("C1", "Draft", "")])
    work.hand_back(begun, "here.1")

    assert work.withdraw(run, "by a signal")
    assert not work.withdraw(begun, "by a signal")
    assert [records.get_run(id).state.value for id in (run, begun)] == ["stopped", "pending"]


def test_a_log_in_is_at_work_once(places):
    first, second = (
        work.ask(replace(NEW, account="acme"), {}, f"of acme {n}")[0].id for n in (1, 2)
    )
    other = work.ask(replace(NEW, account="other"), {}, "of another")[0].id

    assert work.take_up(first, "north.1")
    assert work.next_pending() == other
    assert not work.take_up(second, "south.1")
    work.hand_back(first, work.worker_of(first)[0])
    assert work.take_up(second, "south.1")


def test_what_was_taken_and_not_begun_is_due_again_but_for_what_a_brake_holds(places):
    run = at_work(3)
    [(held, _), (lost, _)] = work.take(run, 2)

    assert work.release(run, {held}) == 1
    assert next(id for id, _ in work.take(run, 3)) == lost


def test_each_life_of_a_worker_has_a_name_of_its_own(places):
    from datetime import timedelta

    span = timedelta(seconds=30)
    first = leases.take("same", "host", 11, span)
    second = leases.take("same", "host", 11, span)

    assert first.executor != second.executor
    assert not leases.renew("same", first.generation, span)
    leases.end("same", second.generation)
    assert not leases.renew("same", second.generation, span)
    assert not leases.has_run_out("host", 11)  # it was given back
