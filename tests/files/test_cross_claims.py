"""Each claim is checked beside its patient's other claims in all files at hand, and only those."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from builders.claims import a_claim, a_line, a_provider
from builders.tables import a_ptp, code_sets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from x12_writer import a_file, a_set

from bots.checks import review
from bots.claims import Case, Claim, Patient, Provider, ProviderRecord, Role
from bots.errors import Problem
from bots.files.json_claims import case_to
from bots.files.packing import pack, unpack
from bots.files.patients import Patients, Seen, split
from bots.files.portions import portions_of, read_portion
from bots.files.sealed import MOST, SealedClaims
from bots.files.unread import Unread
from bots.policy import Policy
from bots.runs.check_files import Rules, check_as_json
from bots.runs.cross_claims import CrossClaims

TODAY = date(2026, 9, 30)
SAMPLES = Path(__file__).parent / "samples"


def a_claim_of(member: str, number: str, code: str = "99213") -> Claim:
    claim = a_claim([a_line(code)], number=number, providers=[a_provider("rendering")])
    return replace(claim, coverage=replace(claim.coverage, member_id=member))


def an_837(path: Path, *claims: Claim) -> Path:
    path.write_text(a_file([a_set([claim], f"{n:04d}") for n, claim in enumerate(claims, 1)]))
    return path


def a_json(path: Path, *claims: Claim) -> Path:
    path.write_text("\n".join(json.dumps(case_to(Case(claim, TODAY))) for claim in claims))
    return path


def seen(files: Sequence[Path], history: Sequence[Path] | None = None) -> dict[str, Case]:
    """The cases as they go to the checks, by claim number."""
    cross = CrossClaims(files, history, today=TODAY)
    with closing(cross):
        return {
            entry.claim.number: cross.with_history(entry)
            for portion in cross.portions()
            for _, entry in read_portion(portion, TODAY)
            if isinstance(entry, Case)
        }


def others(case: Case) -> list[str] | None:
    return None if case.history is None else [claim.number for claim in case.history]


def test_the_files_of_one_invocation_see_each_other(tmp_path: Path):
    one = an_837(tmp_path / "1.837", a_claim_of("M1", "A"), a_claim_of("M2", "B"))
    two = an_837(tmp_path / "2.837", a_claim_of("M1", "C"), a_claim_of("M3", "D"))
    three = a_json(tmp_path / "3.json", a_claim_of("M1", "E"))

    cases = seen([one, two, three])

    assert {number: others(case) for number, case in cases.items()} == {
        "A": ["E", "C"],  # JSON was read whole in the first look
        "B": None,
        "C": ["E", "A"],
        "D": None,
        "E": ["A", "C"],
    }
    assert not any(case.knows_all_claims for case in cases.values())


@pytest.mark.parametrize("form", [an_837, a_json])
def test_only_a_history_that_was_brought_is_all_there_is(tmp_path: Path, form):
    now = an_837(tmp_path / "now.837", a_claim_of("M1", "A"), a_claim_of("M2", "B"))
    earlier = form(tmp_path / "earlier", a_claim_of("M1", "Z"), a_claim_of("M9", "Y"))

    cases = seen([now], [earlier])

    assert others(cases["A"]) == ["Z"]
    assert others(cases["B"]) == []
    assert all(case.knows_all_claims for case in cases.values())


def test_the_same_claim_in_the_history_is_not_another(tmp_path: Path):
    now = an_837(tmp_path / "now.837", a_claim_of("M1", "A"))
    assert others(seen([now], [now])["A"]) == []


def test_a_patient_is_the_same_whatever_the_case_of_the_name(tmp_path: Path):
    first = a_claim_of("M1", "A")
    loud = replace(first, number="B", patient=replace(first.patient, last_name="SAMPLE"))
    soft = replace(first, number="C", patient=replace(first.patient, last_name="Sample"))
    born = replace(first, number="D", patient=replace(soft.patient, birth_date=date(1999, 1, 1)))
    cases = seen([an_837(tmp_path / "now.837", loud, soft, born)])
    assert others(cases["B"]) == ["C"]
    assert others(cases["D"]) is None


def test_without_member_id_and_birth_date_nobody_can_tell(tmp_path: Path):
    nobody = a_claim_of("", "A")
    nobody = replace(nobody, patient=replace(nobody.patient, birth_date=None))
    file = an_837(tmp_path / "now.837", nobody, replace(nobody, number="B"))
    assert [others(case) for case in seen([file], [file]).values()] == [None, None]


def test_a_pair_across_two_claims_of_the_file_is_seen_and_a_missing_primary_is_not(
    tmp_path: Path,
):
    file = an_837(
        tmp_path / "now.837", a_claim_of("M1", "A", "99901"), a_claim_of("M1", "B", "99902")
    )
    tables = code_sets(ptp_practitioner=[a_ptp("99901", "99902", "0")])

    case = seen([file])["B"]
    said = review(case, tables)

    assert "ptp-never-together" in {finding.check for finding in said.findings}
    assert "duplicate-across-claims" in {entry.check for entry in said.not_evaluated}


_claims = st.lists(
    st.tuples(st.sampled_from(["M1", "M2", "M3", ""]), st.sampled_from([None, date(1980, 3, 2)])),
    max_size=12,
)


@given(st.lists(_claims, min_size=1, max_size=3), st.none() | _claims)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_history_is_what_comparing_every_claim_with_every_other_finds(tmp_path: Path, files, more):
    number = 0
    written: list[list[Claim]] = []
    for rows in [*files, more or []]:
        claims = []
        for member, born in rows:
            number += 1
            claim = a_claim_of(member, f"N{number}")
            claims.append(replace(claim, patient=replace(claim.patient, birth_date=born)))
        written.append(claims)
    paths = [an_837(tmp_path / f"{n}.837", *claims) for n, claims in enumerate(written)]
    brought = [paths[-1]] if more is not None else None

    cases = seen(paths[:-1], brought)

    known = [claim for claims in written for claim in claims]
    by_patient = defaultdict(list)
    for claim in known:
        by_patient[claim.coverage.member_id, claim.patient.birth_date].append(claim)
    for claim in (claim for claims in written[:-1] for claim in claims):
        patient = claim.coverage.member_id, claim.patient.birth_date
        expected = [entry.number for entry in by_patient[patient] if entry is not claim]
        if patient == ("", None) or (not expected and brought is None):
            assert others(cases[claim.number]) is None
        else:
            assert others(cases[claim.number]) == expected


def test_the_first_look_names_patients_as_their_claims_do():
    patients = Patients()
    for sample in SAMPLES.iterdir():
        for portion in portions_of(sample, patients=patients):
            keys = list(split(portion.patients))
            entries = [e for _, e in read_portion(portion, TODAY) if e not in portion.parts]
            assert len(keys) == len(entries)
            for key, entry in zip(keys, entries, strict=True):
                assert isinstance(entry, Unread) or key == patients.of(entry.claim)


def test_a_secret_of_its_own_makes_every_runs_names_others():
    claim = a_claim()
    assert Patients().of(claim) != Patients().of(claim)


@given(st.lists(st.integers(0, 30), max_size=40))
def test_seen_never_forgets_who_came(numbers: list[int]):
    keys = [number.to_bytes(16, "big") for number in numbers if number]
    seen_keys = Seen(bits=1 << 10)
    seen_keys.add(b"".join(keys))
    for key in keys:
        assert seen_keys.once(key)
        assert seen_keys.again(key) >= (keys.count(key) > 1)


def test_nothing_of_a_patient_can_be_read_on_the_disk(tmp_path: Path):
    # Long enough that sealed bytes do not hold them by chance.
    member, account = "MEMBER0001", "ACCOUNT-1"
    file = an_837(
        tmp_path / "now.837", a_claim_of(member, account), a_claim_of(member, "ACCOUNT-2")
    )
    folder = tmp_path / "data"
    folder.mkdir()

    cross = CrossClaims([file], None, today=TODAY, folder=folder)

    assert list(folder.iterdir()) == []  # the files have no name
    for held in (cross._sealed._file, cross._plan._file):
        held.seek(0)
        text = held.read()
        assert text
        for secret in (
            account.encode(),
            member.encode(),
            b"99213",
            b"Sample",
            b"SAMPLE",
            b"19800302",
        ):
            assert secret not in text
    cross.close()


def test_every_claim_of_the_samples_comes_back_whole():
    for sample in ("professional.837", "institutional.837"):
        for portion in portions_of(SAMPLES / sample):
            for _, case in read_portion(portion, TODAY):
                assert isinstance(case, Case)
                assert unpack(pack(case.claim), case.claim.patient) == case.claim


def test_what_only_a_portal_says_of_a_claim_comes_back_too_and_the_patient_stays_behind():
    record = ProviderRecord("R1", "Example", "1987654328", "1", "207Q00000X", TODAY, None)
    provider = Provider(Role.RENDERING, "Example", "1987654328", record=record)
    claim = replace(
        a_claim(), providers=(provider,), lines_edited=True, unknown_fields=(("a", "b"),)
    )

    assert unpack(pack(claim), claim.patient) == claim
    assert pack(replace(claim, patient=Patient("", "", "", None))) == pack(claim)


def test_a_patient_of_very_many_claims_is_cut_and_said_to_be():
    sealed, key, claim = SealedClaims(), b"k" * 16, a_claim()
    for n in range(MOST - 1):
        sealed.add(key, sealed.seal(key, replace(claim, number=str(n))))
    sealed.flush()
    assert sealed.others(key, claim)[1]
    for n in range(5):
        sealed.add(key, sealed.seal(key, replace(claim, number=f"more {n}")))
    sealed.flush()
    others, complete = sealed.others(key, claim)
    assert len(others) == MOST
    assert not complete


def test_many_patients_keep_their_own_claims():
    sealed = SealedClaims()
    keys = [(n * 7919).to_bytes(16, "little") for n in range(1, 9000)]
    for n, key in enumerate(keys):
        sealed.add(key, sealed.seal(key, replace(_BARE, number=str(n))))
    sealed.flush()
    for n in (0, 1, 4095, 4096, 8998):
        assert [claim.number for claim in sealed.others(keys[n], _BARE)[0]] == [str(n)]
    assert sealed.others(b"?" * 16, _BARE) == ([], True)


_BARE = a_claim()


def test_a_file_that_changes_between_the_looks_is_named(tmp_path: Path):
    file = an_837(tmp_path / "now.837", a_claim_of("M1", "A"))
    (portion,) = portions_of(file)
    an_837(file, a_claim_of("M1", "B"), a_claim_of("M1", "C"))
    ((_, entry),) = read_portion(portion, TODAY)
    assert isinstance(entry, Unread)
    assert "changed" in entry.error


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = an_837(tmp_path / "now.837", a_claim_of("M1", "A"), a_claim_of("M1", "B"))
    full = partial(open, "/dev/full", "r+b", buffering=0)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_named: full())
    with pytest.raises(Problem, match="temporary files cannot be written"):
        CrossClaims([file], None, today=TODAY, folder=tmp_path)


def test_a_pipe_is_named_and_not_waited_for(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (portion,) = portions_of(pipe)
    ((_, entry),) = read_portion(portion, TODAY)
    assert isinstance(entry, Unread)
    assert "regular file" in entry.error


def test_two_processes_say_the_same_as_one(tmp_path: Path):
    claims = [a_claim_of(f"M{n % 300}", f"N{n}") for n in range(900)]
    files = [tmp_path / "1.837", tmp_path / "2.837"]
    files[0].write_text(a_file([a_set(claims[:450], "0001"), a_set(claims[450:600], "0002")]))
    files[1].write_text(a_file([a_set(claims[600:], "0001")]))
    extra = a_json(tmp_path / "3.json", a_claim_of("M1", "J"))
    broken = SAMPLES / "bad-values.837"
    rules = Rules(code_sets(), Policy("test"))

    def text(processes: int) -> str:
        said = check_as_json(
            [*files, broken, extra], rules, today=TODAY, history=[broken], processes=processes
        )
        return b"".join(entry.text for entry in said).decode()

    alone = text(1)
    assert text(2) == alone
    positions = [json.loads(line)["position"] for line in alone.splitlines()]
    assert positions == [1, 2, 4, *range(1, 601), *range(1, 301), *range(1, 6), 1]
