"""The attacks of the trust page (B2): each has its name, its record and its exact error."""

from __future__ import annotations

import json
import random
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ledgers import ORIGIN, Log, a_log, edited, filled, rehashed

from bots.ledger import Checkpoint, Ledger, LedgerBroken
from bots.ledger.disk import checkpoint as checkpoint_path

PLACES = 20


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Log, list[bytes], Checkpoint]:
    log = a_log(tmp_path_factory.mktemp("honest") / "data")
    anchor = filled(log, pairs=30)
    assert log.verify(anchor).good
    return log, log.lines(), anchor


@pytest.fixture
def kept(
    honest: tuple[Log, list[bytes], Checkpoint],
) -> Iterator[tuple[Log, list[bytes], Checkpoint]]:
    """The honest log, put back afterwards."""
    log, lines, anchor = honest
    aside = log.places.root / "aside"
    shutil.copytree(log.folder, aside)
    yield log, list(lines), anchor
    shutil.rmtree(log.folder)
    aside.rename(log.folder)


def positions(count: int, first: int = 1, last: int = 0) -> list[int]:
    """Twenty places in a log of `count` lines; 0-based, without the first and the last few."""
    return random.Random(7).sample(range(first, count - last), PLACES)


def kinds(log: Log, anchor: Checkpoint | None = None) -> dict[int, str]:
    return {p.sequence: p.kind for p in log.verify(anchor).problems}


Attack = Callable[[list[bytes], int], list[bytes]]


def swapped(lines: list[bytes], at: int) -> list[bytes]:
    lines[at - 1], lines[at] = lines[at], lines[at - 1]
    return lines


def replaced(lines: list[bytes], at: int, line: bytes) -> list[bytes]:
    assert lines[at] != line
    return [*lines[:at], line, *lines[at + 1 :]]


def other_value(lines: list[bytes], at: int) -> list[bytes]:
    record = json.loads(lines[at])
    box = record["sealed"]["box"]
    other = ("B" if box[20] == "A" else "A").join((box[:20], box[21:]))
    return replaced(lines, at, edited(lines[at], sealed={**record["sealed"], "box": other}))


def other_reason(lines: list[bytes], at: int) -> list[bytes]:
    body = json.loads(lines[at])["body"]
    return replaced(lines, at, edited(lines[at], body={**body, "reason": "another one"}))


def respaced(lines: list[bytes], at: int) -> list[bytes]:
    return replaced(lines, at, lines[at].replace(b'":', b'": ', 1))


def reordered(lines: list[bytes], at: int) -> list[bytes]:
    turned = dict(reversed(json.loads(lines[at]).items()))
    text = json.dumps(turned, ensure_ascii=False, separators=(",", ":"))
    return replaced(lines, at, text.encode() + b"\n")


def doubled_key(lines: list[bytes], at: int) -> list[bytes]:
    return replaced(lines, at, lines[at].replace(b'"v":1}', b'"v":0,"v":1}'))


def as_float(lines: list[bytes], at: int) -> list[bytes]:
    return replaced(lines, at, lines[at].replace(b'"v":1}', b'"v":1.0}'))


def forged(lines: list[bytes], at: int) -> list[bytes]:
    """A record of ours between two others, well linked to the one before."""
    return [*lines[:at], edited(lines[at], actor="mallory"), *lines[at:]]


def renumbered(lines: list[bytes], at: int) -> list[bytes]:
    number = json.loads(lines[at])["sequence"]
    return replaced(lines, at, edited(lines[at], sequence=number + 5))


def moved_block(lines: list[bytes], at: int) -> list[bytes]:
    block = lines[at : at + 3]
    rest = lines[:at] + lines[at + 3 :]
    return [*rest[: at + 4], *block, *rest[at + 4 :]]


# Name, attack on the line at 0-based `at`, which record is named (offset from at + 1), how.
ATTACKS: list[tuple[str, Attack, int, str]] = [
    ("T02 edited, its own link kept", other_reason, 0, "altered"),
    ("T04 time", lambda s, at: replaced(s, at, edited(s[at], time="2020")), 0, "altered"),
    ("T05 actor", lambda s, at: replaced(s, at, edited(s[at], actor="nobody")), 0, "altered"),
    ("T06 reason", other_reason, 0, "altered"),
    ("T07 intent id", lambda s, at: replaced(s, at, edited(s[at], intent="0" * 16)), 0, "altered"),
    ("T08 white space", respaced, 0, "not-canonical"),
    ("T08 key order", reordered, 0, "not-canonical"),
    ("T10 1 to 1.0", as_float, 0, "not-canonical"),
    ("T11 duplicate key", doubled_key, 0, "duplicate-key"),
    ("T12 old value", other_value, 0, "altered"),
    ("T13 version lowered", lambda s, at: replaced(s, at, edited(s[at], v=0)), 0, "version"),
    ("T13 kind", lambda s, at: replaced(s, at, edited(s[at], kind="note")), 0, "altered"),
    ("T15 deleted", lambda s, at: s[:at] + s[at + 1 :], 0, "missing"),
    ("T19 forged insert", forged, 0, "inserted"),
    ("T20 duplicate", lambda s, at: [*s[: at + 1], s[at], *s[at + 1 :]], 0, "repeated"),
    ("T21 neighbours swapped", swapped, -1, "moved"),
    ("T22 block moved", moved_block, 0, "moved"),
    ("T23 renumbered", renumbered, 0, "renumbered"),
    ("T24 gap of three", lambda s, at: s[:at] + s[at + 3 :], 0, "missing"),
    ("T32 NUL", lambda s, at: replaced(s, at, b"\x00" + s[at][1:]), 0, "unreadable"),
    ("T32 binary", lambda s, at: replaced(s, at, b"\xff\xfe" + s[at][2:]), 0, "unreadable"),
    ("T39 CR LF", lambda s, at: replaced(s, at, s[at][:-1] + b"\r\n"), 0, "line-ending"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("attack", "offset", "kind"), [a[1:] for a in ATTACKS], ids=[a[0] for a in ATTACKS]
)
def test_each_attack_is_named_with_its_record_and_kind(kept, attack, offset, kind):
    log, lines, _ = kept
    for at in positions(len(lines), last=5):
        log.put(attack(list(lines), at))

        found = kinds(log)  # no anchor: the log alone shows it

        assert found.get(at + 1 + offset) == kind, (at, found)


def test_t01_a_flipped_bit_is_named_with_its_record(kept):
    log, lines, _ = kept
    dice = random.Random(1)
    for at in positions(len(lines), last=2):
        line = bytearray(lines[at])
        where = dice.randrange(len(line) - 1)
        line[where] ^= 1 << dice.randrange(8)
        log.put(replaced(lines, at, bytes(line)))

        assert at + 1 in kinds(log), (at, where)


def test_t03_an_edit_with_the_whole_chain_made_anew_contradicts_the_signed_root(kept):
    log, lines, _ = kept
    for at in positions(len(lines), last=5):
        log.put(rehashed(other_reason(list(lines), at), at + 1))

        assert kinds(log) == {len(lines): "altered"}


def test_t09_another_normal_form_of_the_same_letters_is_an_alteration(tmp_path):
    log = a_log(tmp_path / "d")
    ledger = log.open()
    for number in range(20):
        ledger.append("note", actor="José", body={"n": number})
    ledger.checkpoint()
    lines = log.lines()
    for at in range(1, 21):
        apart = unicodedata.normalize("NFD", lines[at].decode()).encode()
        log.put(replaced(lines, at, apart))
        assert kinds(log) == {at + 1: "altered"}


def test_t14_the_first_record_deleted(kept):
    log, lines, _ = kept
    log.put(lines[1:])
    assert kinds(log)[1] == "missing"


def test_t16_the_last_record_deleted_is_seen_by_the_anchor_even_without_local_checkpoints(kept):
    log, lines, anchor = kept
    log.put(lines[:-1])
    assert kinds(log)[len(lines)] == "truncated"  # the newest local checkpoint covers it

    checkpoint_path(log.folder, len(lines)).unlink()
    assert log.verify().good  # the log alone cannot know
    assert kinds(log, anchor) == {len(lines): "truncated"}


def test_t17_a_tail_cut_before_a_checkpoint(kept):
    log, lines, _ = kept
    for at in positions(len(lines)):
        log.put(lines[:at])
        assert kinds(log) == {at + 1: "truncated"}


def test_t18_a_tail_cut_past_its_checkpoints_is_seen_by_the_anchor(kept):
    log, lines, anchor = kept
    for path in (log.folder / "checkpoints").iterdir():
        if int(path.name) > 1:
            path.unlink()
    for at in positions(len(lines)):
        log.put(lines[:at])
        assert log.verify().good
        assert kinds(log, anchor) == {at + 1: "truncated"}


def test_t25_a_record_of_another_log_signed_with_the_same_key(kept, tmp_path):
    log, lines, _ = kept
    other = Log(log.places, log.keys, "other-log")
    filled(other, pairs=30)
    theirs = other.lines()
    shutil.rmtree(other.folder)
    for at in positions(len(lines), last=2):
        log.put(replaced(lines, at, theirs[at]))
        assert kinds(log)[at + 1] == "foreign"


def test_t26_a_record_from_another_run_of_the_same_log_does_not_follow(kept):
    log, lines, _ = kept
    for at in positions(len(lines), first=8, last=2):
        log.put(replaced(lines, at, edited(lines[at - 6], sequence=at + 1)))
        assert at + 1 in kinds(log)


def test_t28_an_outcome_without_its_intent(tmp_path):
    log = a_log(tmp_path / "d")
    filled(log, pairs=3)
    lines = log.lines()
    log.put(rehashed(replaced(lines, 2, edited(lines[2], intent="f" * 16)), 3))
    assert kinds(log)[3] == "outcome-without-intent"


def test_t29_two_outcomes_for_one_intent(tmp_path):
    log = a_log(tmp_path / "d")
    filled(log, pairs=3)
    lines = log.lines()
    log.put(
        rehashed(replaced(lines, 4, edited(lines[4], intent=json.loads(lines[2])["intent"])), 5)
    )
    assert kinds(log)[5] == "two-outcomes"


def test_t30_a_cut_inside_the_last_unsigned_record_is_torn_and_any_other_cut_is_truncated(
    tmp_path,
):
    log = a_log(tmp_path / "d")
    anchor = filled(log, pairs=1)
    signed = log.segment.stat().st_size
    log.open().append("note", actor="bot", body={"text": "not signed yet: é"})
    whole = log.segment.read_bytes()
    for cut in range(len(whole)):
        log.segment.write_bytes(whole[:cut])
        verdict = log.verify(anchor)
        if cut > signed:
            assert verdict.torn, cut
            assert verdict.good, cut
        elif cut == signed:
            assert verdict.good, cut
        else:
            assert not verdict.torn, cut
            assert {p.kind for p in verdict.problems} == {"truncated"}, cut


def test_t31_garbage_after_the_end(kept):
    log, lines, _ = kept
    for junk in (
        b"x",
        b"{}",
        b"\x00",
        b"\x00" * 4096,
        b'{"actor":"a"} trailing',
        b"\x1f\x8b\x08",
        b" ",
    ):
        log.put([*lines, junk])
        verdict = log.verify()
        assert [(p.kind, p.sequence) for p in verdict.problems] == [("garbage", len(lines) + 1)], (
            junk
        )
        assert not verdict.torn
    log.put([*lines, b"\n"])
    assert kinds(log)[len(lines) + 1] == "unreadable"


def test_t33_an_empty_file(kept):
    log, _, anchor = kept
    log.put([])
    assert kinds(log) == {1: "truncated"}
    shutil.rmtree(log.folder / "checkpoints")
    assert kinds(log, anchor) == {1: "truncated"}


def test_t34_an_older_valid_copy_of_the_whole_folder_is_seen_by_the_anchor(tmp_path):
    log = a_log(tmp_path / "d")
    filled(log, pairs=5)
    shutil.copytree(log.folder, tmp_path / "yesterday")
    anchor = filled(log, pairs=5)
    shutil.rmtree(log.folder)
    shutil.copytree(tmp_path / "yesterday", log.folder)

    assert log.verify().good
    assert kinds(log, anchor) == {12: "truncated"}


@pytest.fixture
def in_segments(tmp_path, monkeypatch) -> Log:
    monkeypatch.setattr("bots.ledger.log.SEGMENT_RECORDS", 10)
    log = a_log(tmp_path / "d")
    filled(log, pairs=25)
    assert len(list(log.folder.glob("*.jsonl"))) == 6
    assert log.verify().good
    return log


def test_t35_a_segment_missing(in_segments):
    for first in (1, 11, 21, 31, 41):
        path = in_segments.folder / f"{first:012d}.jsonl"
        content = path.read_bytes()
        path.unlink()
        assert kinds(in_segments)[first] == "segment-missing"
        path.write_bytes(content)
    (in_segments.folder / f"{51:012d}.jsonl").unlink()
    assert kinds(in_segments) == {51: "truncated"}


def test_t36_segments_swapped(in_segments):
    one, two = (in_segments.folder / f"{first:012d}.jsonl" for first in (11, 31))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert kinds(in_segments)[11] in {"missing", "moved"}


def test_t37_a_segment_that_is_a_symbolic_link(kept, tmp_path):
    log, _, _ = kept
    elsewhere = tmp_path / "elsewhere"
    log.segment.rename(elsewhere)
    log.segment.symlink_to(elsewhere)
    assert kinds(log)[1] == "symlink"


def test_t39_the_whole_file_with_cr_lf(kept):
    log, lines, _ = kept
    log.put([line[:-1] + b"\r\n" for line in lines])
    assert set(kinds(log).values()) == {"line-ending"}


def note_of(log: Log, size: int) -> Path:
    return checkpoint_path(log.folder, size)


def test_t40_every_flipped_bit_of_a_checkpoint_is_seen(kept):
    log, lines, _ = kept
    path = note_of(log, len(lines))
    text = path.read_bytes()
    for at in range(len(text)):
        for bit in range(8):
            flipped = bytearray(text)
            flipped[at] ^= 1 << bit
            path.write_bytes(flipped)
            assert not log.verify().good, (at, bit)


def test_t41_a_checkpoint_removed_from_the_middle(tmp_path):
    log = a_log(tmp_path / "d")
    ledger = log.open()
    for _ in range(800):
        ledger.append("note", actor="bot")
    assert log.verify().good
    note_of(log, 513).unlink()
    assert kinds(log) == {769: "checkpoint-missing"}


def test_a_log_made_anew_by_one_who_has_no_key_is_told_and_not_written_to(tmp_path):
    """Its chain needs no key: without a signed root it proves nothing."""
    log = a_log(tmp_path / "d")
    ledger = log.open()
    for _ in range(5):
        ledger.append("note", actor="bot")
    ledger.close_files()
    shutil.rmtree(log.folder / "checkpoints")

    assert kinds(log) == {1: "checkpoint-missing"}
    with pytest.raises(LedgerBroken, match="nothing of it is signed"):
        log.open()


def test_a_log_whose_first_record_was_not_signed_any_more_is_signed_when_it_is_opened(tmp_path):
    log = a_log(tmp_path / "d")
    log.open().close_files()
    shutil.rmtree(log.folder / "checkpoints")
    assert log.verify().good

    log.open()

    assert log.verify().checkpoints == 1


def test_t42_t43_an_old_checkpoint_under_a_newer_name_or_one_of_a_longer_log(kept):
    log, lines, _ = kept
    path = note_of(log, len(lines))
    path.write_bytes(note_of(log, 1).read_bytes())
    assert [p.kind for p in log.verify().problems] == ["checkpoint"]


def test_t45_t46_t47_t48_t49_only_the_trusted_key_and_origin_count(kept, tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from bots.ledger.notes import sign

    log, lines, anchor = kept
    path = note_of(log, len(lines))
    size, root, stranger = len(lines), anchor.root, Ed25519PrivateKey.generate()
    body = anchor.text.partition("\n\n")[0]
    for text in (
        sign("other-log", size, root, ORIGIN, log.keys.signing).text,  # T45
        sign(ORIGIN, size, root, ORIGIN, stranger).text,  # T46, T47
        sign(ORIGIN, size, root, "stranger", stranger).text,  # T48
        f"{body}\n\n",  # T49
        anchor.text.removesuffix("\n"),  # T50
        anchor.text.replace(f"\n{size}\n", f"\n0{size}\n"),  # T50
    ):
        path.write_text(text)
        assert [(p.kind, p.sequence) for p in log.verify().problems] == [("checkpoint", size)]
    # A witness may add its signature: unknown ones are ignored.
    extra = sign(ORIGIN, size, root, "witness", stranger).text.partition("\n\n")[2]
    path.write_text(anchor.text + extra)
    assert log.verify().good


def test_t53_t56_two_roots_of_one_size_are_a_fork(kept):
    from bots.ledger.notes import sign

    log, lines, _ = kept
    fork = sign(ORIGIN, len(lines), bytes(32), ORIGIN, log.keys.signing)
    assert kinds(log, fork)[len(lines)] == "fork"


def test_t60_the_key_in_the_log_itself_is_not_believed(kept, tmp_path):
    log, _, _ = kept
    impostor = a_log(tmp_path / "impostor")
    filled(impostor, pairs=3)
    shutil.rmtree(log.folder)
    shutil.copytree(impostor.folder, log.folder)
    assert not log.verify().good


def test_t61_an_edit_between_two_good_checkpoints(tmp_path):
    log = a_log(tmp_path / "d")
    for _ in range(4):
        filled(log, pairs=10)
    lines = log.lines()
    for at in range(22, 41):
        log.put(replaced(lines, at, edited(lines[at], actor="mallory")))
        assert kinds(log) == {at + 1: "altered"}


def test_every_single_bit_of_a_small_log_counts(tmp_path):
    log = a_log(tmp_path / "d", "o")
    ledger = log.open()
    ledger.append("stop", actor="a")
    ledger.append("go", actor="é")
    anchor = ledger.checkpoint()
    whole = log.segment.read_bytes()
    ends = [i for i, byte in enumerate(whole) if byte == 10]
    for at in range(len(whole)):
        record = sum(end < at for end in ends) + 1
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[at] ^= 1 << bit
            log.segment.write_bytes(flipped)
            assert record in kinds(log, anchor), (at, bit)
    log.segment.write_bytes(whole)
    assert log.verify(anchor).good


def test_a_writer_does_not_go_on_with_a_log_that_was_tampered_with(kept):
    from bots.ledger import LedgerBroken

    log, lines, _ = kept
    for altered in (
        lines[:-1],
        lines[1:],
        [*lines, b"x"],
        replaced(lines, 30, respaced(lines, 30)[30]),
    ):
        log.put(altered)
        with pytest.raises(LedgerBroken):
            Ledger.open(log.places.ledger, ORIGIN, log.keys)
