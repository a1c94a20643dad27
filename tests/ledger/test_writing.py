"""What the writer promises: on disk before it says so, or broken; never half, never assumed."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import ORIGIN, Log, a_log, an_intent, filled

from bots.claims import Change, ClaimRef
from bots.crashpoints import NAMES
from bots.errors import Problem
from bots.ledger import Ledger, LedgerBroken, OpenIntent, Outcome, disk
from bots.ledger.records import canonical, is_torn
from bots.secrets import SealError


def test_nobody_else_can_make_an_open_intent():
    with pytest.raises(TypeError, match="only the ledger"):
        OpenIntent(
            id="1", run="r", ref=ClaimRef("p", "1", "pending"), kind="correct", changes=(),
            checks=(), note_key="", note_text="", reason="", policy="", tables="", patient="",
            opened_at=datetime.now(UTC), sequence=1,
        )  # fmt: skip


def test_an_intent_is_on_disk_when_it_is_handed_out_and_open_until_its_outcome(log):
    ledger = log.open()
    intent = an_intent(ledger)
    assert json.loads(log.lines()[-1])["intent"] == intent.id
    assert log.open().open_intents() == (intent,)

    ledger.close(intent, Outcome.CONFIRMED)
    assert log.open().open_intents() == ()
    with pytest.raises(ValueError, match="not open"):
        ledger.close(intent, Outcome.CONFIRMED)


def test_an_unknown_outcome_keeps_the_intent_open_until_it_is_settled(log):
    ledger = log.open()
    intent = an_intent(ledger)
    ledger.close(intent, Outcome.UNKNOWN, words="time-out")
    (still,) = log.open().open_intents()
    assert still.unknown
    assert still.changes == (Change("units", 1, "1", "2"),)
    with pytest.raises(ValueError, match="unknown already"):
        ledger.close(still, Outcome.UNKNOWN)

    later = log.open()
    later.close(still, Outcome.CONFIRMED, after_crash=True, run="run-2")
    assert later.open_intents() == ()
    assert log.verify().good


def test_the_file_holds_no_patient_data_outside_the_sealed_part(log):
    ledger = log.open()
    intent = ledger.open_intent(
        run="r", ref=ClaimRef("practice", "CLAIM-CANARY", "pending"), kind="flag", actor="bot",
        changes=(Change("member_id", None, "OLD-CANARY", "NEW-CANARY"),),
        note_key="KEY-CANARY", note_text="TEXT-CANARY", patient="MRN-CANARY",
    )  # fmt: skip
    ledger.close(intent, Outcome.REFUSED, words="WORDS-CANARY")
    for path in log.places.root.rglob("*"):
        if path.is_file():
            assert b"CANARY" not in path.read_bytes(), path
            assert path.stat().st_mode & 0o077 == 0, path
    assert "CANARY" in str(ledger.unseal(list(ledger.records())[-1]))


def test_a_sealed_part_moved_to_another_record_does_not_open(log):
    from dataclasses import replace

    ledger = log.open()
    an_intent(ledger)
    an_intent(ledger)
    one, two = list(ledger.records())[-2:]
    with pytest.raises(SealError):
        ledger.unseal(replace(two, sealed=one.sealed))
    with pytest.raises(SealError):
        ledger.unseal(replace(one, origin="other"))
    with pytest.raises(SealError):
        ledger.unseal(replace(one, kind="note"))


def test_destroying_a_patients_key_redacts_the_patient_and_leaves_the_log_verifying(log):
    ledger = log.open()
    filled(log)
    other = ledger.append("note", actor="a", sealed={"x": "stays"}, patient="MRN-8")
    assert ledger.redact("nobody", actor="officer", reason="asked") is None
    ledger.redact("MRN-7", actor="officer", reason="asked")
    for record in ledger.records():
        if record.kind == "intent":
            with pytest.raises(SealError, match="destroyed"):
                ledger.unseal(record)
    assert ledger.unseal(other) == {"x": "stays"}
    assert log.verify().good
    assert an_intent(ledger).patient == "MRN-7"  # a new key


def test_a_patient_with_an_open_intent_is_not_redacted_before_it_is_settled(log):
    """What cannot be read any more cannot be settled, and would stop every run of the host."""
    ledger = log.open()
    intent = an_intent(ledger)
    ledger.close(intent, Outcome.UNKNOWN)

    with pytest.raises(Problem, match=intent.id):
        log.open().redact("MRN-7", actor="officer", reason="asked")

    assert [open.id for open in ledger.open_intents()] == [intent.id]
    ledger.close(intent, Outcome.NOT_DONE)
    assert ledger.redact("MRN-7", actor="officer", reason="asked") is not None
    assert ledger.open_intents() == ()


@pytest.mark.parametrize("value", [1.5, 2**53, {"é": 1}, {1: 2}, b"x", "\ud800"])
def test_what_another_json_library_could_read_differently_is_never_written(log, value):
    ledger = log.open()
    with pytest.raises((TypeError, ValueError)):
        ledger.append("note", actor="a", body={"x": value})
    ledger.append("note", actor="a")
    assert log.verify().good


def test_the_clock_may_go_back(log):
    now = [datetime(2026, 11, 1, 5, 59, tzinfo=UTC)]
    ledger = Ledger.open(log.places.ledger, ORIGIN, log.keys, clock=lambda: now[0])
    ledger.append("note", actor="a")
    now[0] -= timedelta(hours=1)
    ledger.append("note", actor="a")
    assert log.verify().good


class FailingDisk:
    """Makes the k-th call of write, fsync or truncate fail, once or from then on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, k: int, how: str, lasting: bool) -> None:
        self.calls, self.k, self.how, self.lasting, self.struck = 0, k, how, lasting, False
        for name in ("write", "fsync", "truncate"):
            monkeypatch.setattr(disk, name, self._around(name, getattr(disk, name)))

    def _around(self, name, real):
        def call(descriptor, *args):
            self.calls += 1
            due = self.calls >= self.k if self.lasting else self.calls == self.k
            if not due or (self.how == "short" and name != "write"):
                return real(descriptor, *args)
            self.struck = True
            if self.how == "short":
                return real(descriptor, args[0][: len(args[0]) // 2])
            if self.how == "half-then-full" and name == "write":
                real(descriptor, args[0][: len(args[0]) // 2])
            number = errno.ENOSPC if self.how.endswith("full") else errno.EIO
            raise OSError(number, os.strerror(number))

        return call


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("how", ["full", "half-then-full", "EIO", "short"])
def test_whichever_call_fails_nothing_is_half_written_or_assumed(tmp_path, how, lasting):
    """F41-F43: fail the k-th call for k = 1, 2, ... until the whole job ends unharmed."""
    for k in range(1, 100):
        log = a_log(tmp_path / f"{k}")
        said: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            failing = FailingDisk(patch, k, how, lasting)
            broke = False
            ledger = None
            try:
                ledger = log.open()
                intent = an_intent(ledger)
                said.append("intent")
                ledger.close(intent, Outcome.CONFIRMED)
                said.append("outcome")
                ledger.checkpoint()
                said.append("checkpoint")
            except LedgerBroken:
                broke = True
            if broke and ledger is not None:
                with pytest.raises(LedgerBroken):  # never "retry and assume"
                    an_intent(ledger)
        assert broke or not failing.struck
        verdict = log.verify()
        assert verdict.good, (k, verdict)
        again = log.open()  # the disk is well again: what was said to be there is there
        kinds = [record.kind for record in again.records()]
        assert kinds.count("intent") >= said.count("intent")
        assert kinds.count("outcome") >= said.count("outcome")
        again.append("note", actor="a")
        assert log.verify().good
        if not broke:
            return
    pytest.fail("no k was large enough")


def test_a_power_cut_loses_only_what_was_never_said_to_be_there(log, monkeypatch):
    """F46: all bytes that were not synced are lost, or the torn sector reads as zeros."""
    synced: dict[str, int] = {}
    really = disk.fsync

    def fsync(descriptor: int) -> None:
        really(descriptor)
        synced[os.readlink(f"/proc/self/fd/{descriptor}")] = os.fstat(descriptor).st_size

    monkeypatch.setattr(disk, "fsync", fsync)
    ledger = log.open()
    for number in range(5):
        intent = an_intent(ledger, f"C{number}")
        kept = synced[str(log.segment)]
        assert kept == log.segment.stat().st_size
    whole = log.segment.read_bytes()
    for lost in (b"", whole[:90], whole[:90] + bytes(422)):
        log.segment.write_bytes(whole[:kept] + lost)
        assert log.verify().good
        assert log.open().open_intents()[-1] == intent


@pytest.mark.parametrize("how", ["half-then-full", "EIO", "short"])
def test_a_failed_append_is_taken_back_where_the_disk_allows_it(log, how):
    ledger = log.open()
    before = log.segment.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        FailingDisk(patch, 1, how, lasting=False)
        with pytest.raises(LedgerBroken):
            an_intent(ledger)
    assert log.segment.read_bytes() == before


WORKER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from ledgers import a_log, an_intent
from bots.ledger import Outcome
log = a_log(Path(sys.argv[1]))
ledger = log.open()
print("open", flush=True)
for number in range(int(sys.argv[2])):
    intent = an_intent(ledger, f"C{{number}}-{{sys.argv[3]}}")
    print("intent", intent.id, flush=True)
    ledger.close(intent, Outcome.CONFIRMED)
    print("outcome", intent.id, flush=True)
ledger.checkpoint()
"""


def worker(log: Log, pairs: int, name: str = "a", **environment: str) -> subprocess.Popen[str]:
    code = WORKER.format(tests=str(Path(__file__).parent))
    return subprocess.Popen(
        [sys.executable, "-c", code, str(log.places.root), str(pairs), name],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )


POINTS = [name for name in NAMES if name.startswith("ledger.")]


@pytest.mark.parametrize(
    ("point", "nth", "signal"),
    [(point, nth, "KILL") for point in POINTS for nth in (1, 2, 3, 4)]
    + [(point, 2, "TERM") for point in POINTS],
)
def test_a_kill_at_any_point_loses_nothing_that_was_said_and_mends_itself(log, point, nth, signal):
    """F44, F45."""
    trace = log.places.root / "trace"
    dead = worker(
        log, 3, CLAIMBOTS_CRASH_AT=f"{point}:{nth}", CLAIMBOTS_CRASH_TRACE=str(trace),
        CLAIMBOTS_CRASH_SIGNAL=signal,
    )  # fmt: skip
    said = dead.communicate(timeout=30)[0].split()
    assert dead.returncode in {-9, -15}
    assert trace.read_text().split().count(point) == nth
    assert log.verify().good

    ledger = log.open()
    on_disk = [f"{record.kind} {record.intent}" for record in ledger.records()]
    for what, intent in zip(said[1::2], said[2::2], strict=False):
        assert f"{what} {intent}" in on_disk
    assert all(f"outcome {intent.id}" not in on_disk for intent in ledger.open_intents())
    for intent in ledger.open_intents():
        ledger.close(intent, Outcome.NOT_DONE, after_crash=True)
    ledger.checkpoint()
    assert log.verify().good
    assert not log.verify().torn


def test_a_torn_tail_is_cut_at_every_byte_noted_and_the_log_goes_on(tmp_path):
    log = a_log(tmp_path / "d")
    filled(log, pairs=1)
    signed = log.segment.stat().st_size
    an_intent(log.open())
    whole = log.segment.read_bytes()
    for cut in range(signed + 1, len(whole), 23):
        log.segment.write_bytes(whole[:cut])
        ledger = log.open()
        last = list(ledger.records())[-1]
        assert last.kind == "torn-tail"
        assert last.body["bytes"] == cut - signed
        assert ledger.open_intents() == ()
        assert log.verify().good
        for path in (log.folder / "checkpoints").iterdir():
            assert int(path.name) <= 3


def test_kill_9_at_random_moments_while_two_processes_append(log):
    """F47 and F44 together: the lock dies with its holder, the tail is mended by the other."""
    for number in range(4):
        both = [worker(log, 200, f"{number}{name}") for name in "ab"]
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
        time.sleep(0.05 + 0.07 * number)
        both[0].kill()
        time.sleep(0.05)
        both[1].kill()
        for process in both:
            process.communicate()
        assert log.verify().good
    log.open()
    assert log.verify().records > 20


def test_two_processes_write_one_chain(log):
    both = [worker(log, 40, name) for name in "ab"]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    for process in both:
        assert process.stdout is not None
        process.stdout.close()
    verdict = log.verify()
    assert verdict.good
    assert verdict.records == 1 + 2 * 80


def test_two_threads_write_one_chain(log):
    ledger = log.open()
    threads = [
        threading.Thread(target=lambda: [ledger.append("note", actor="t") for _ in range(50)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.verify().records == 201
    assert log.verify().good


def test_an_open_writer_sees_that_the_log_was_cut_or_altered_under_it(log):
    for damage in (lambda b: b[:-30], lambda b: b[:-20] + b"X" + b[-19:]):
        filled(log, pairs=1)
        ledger = log.open()
        before = log.segment.read_bytes()
        log.segment.write_bytes(damage(before))
        with pytest.raises(LedgerBroken):
            ledger.append("note", actor="a")
        log.segment.write_bytes(before)


def test_a_checkpoint_is_made_at_least_every_256_records(log):
    ledger = log.open()
    for _ in range(600):
        ledger.append("note", actor="a")
        assert ledger._unsigned() < 256
    assert log.verify().unsigned < 256


def test_a_log_opened_with_another_master_key_is_refused_in_words(log, tmp_path):
    from bots.errors import Problem
    from bots.ledger import LedgerKeys
    from bots.secrets import MasterKey

    with pytest.raises(Problem, match="another master key"):
        LedgerKeys.load(log.places, ORIGIN, MasterKey(bytes(32), "env:X"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.dictionaries(st.text("abc", max_size=3), json_values),
    secret=st.text(),
    actor=st.text(),
)
def test_whatever_is_appended_comes_back_and_verifies(log, body, secret, actor):
    ledger = log.open()
    try:
        canonical({"body": body, "secret": secret, "actor": actor})
    except ValueError:  # lone surrogates are no text
        return
    record = ledger.append("note", actor=actor, body=body, sealed={"s": secret}, patient="p")
    *_, read = ledger.records()
    assert read == record
    assert ledger.unseal(read) == {"s": secret}
    assert log.verify().good


@given(st.binary(max_size=60))
def test_bytes_at_the_end_are_torn_only_if_a_record_starts_that_way(tail):
    if is_torn(tail):
        assert b'{"actor":"'.startswith(tail.rstrip(b"\0")) or tail.startswith(b'{"actor":"')
