"""837 files: every field arrives, and what is broken costs itself only."""

from __future__ import annotations

import re
import tracemalloc
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from builders.claims import ORDERING_NPI, a_claim, a_provider, an_institutional_claim
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from x12_writer import a_file, a_set

from bots.claims import (
    Case,
    Claim,
    ClaimCode,
    ClaimType,
    Coverage,
    Diagnosis,
    DiagnosisKind,
    Facility,
    InpatientProcedure,
    OtherPayer,
    Patient,
    Provider,
    Role,
    ServiceLine,
    Sex,
)
from bots.files.packing import pack, unpack
from bots.files.reading import read_any
from bots.files.unread import Unread

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 9, 30)


def read(path: Path) -> list[Case | Unread]:
    return list(read_any(path, today=TODAY))


def numbers(path: Path) -> list[str]:
    """Claim numbers in order; `!` and the place for what was not read."""
    return [
        f"!{entry.segment}" if isinstance(entry, Unread) else entry.claim.number
        for entry in read(path)
    ]


FIVE = ["P-1", "P-2", "P-3", "P-4", "P-5"]


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("professional.837", FIVE),
        ("professional-no-newlines.837", FIVE),
        ("professional-other-separators.837", FIVE),
        ("professional-a2-label.837", FIVE[:3]),
        ("institutional.837", ["I-1", "I-2"]),
        ("institutional-a3-label.837", ["I-1"]),
        ("cut-off.837", ["P-1", "P-2", "P-3", "!111", "!end"]),
        ("one-set-without-end.837", ["P-1", "P-2", "P-3", "!125 ST", "P-5"]),
        ("wrong-set-count.837", ["P-1", "P-2", "P-3", "!125 SE01", "P-5"]),
        ("wrong-group-count.837", [*FIVE, "!159 GE01"]),
        ("wrong-version.837", ["!3 ST03", "P-5"]),
        ("not-a-claim.837", ["!3 ST01", "P-5"]),
        ("latin-1.837", ["P-1", "!43 NM1", "P-3", "P-4", "P-5"]),
        ("bad-values.837", ["!28 DTP03", "!48 CLM02", "P-3", "!111 CLM02", "P-5"]),
        ("utf-16.837", ["!"]),
        ("wrong-isa.837", ["!1 ISA"]),
        ("beginning-missing.837", ["!"]),
        ("none.837", ["!"]),
    ],
)
def test_what_is_broken_costs_itself_only(sample: str, expected: list[str]):
    assert numbers(SAMPLES / sample) == expected


def test_every_sample_is_listed_above():
    marks = test_what_is_broken_costs_itself_only.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks[0].args[1]} == {path.name for path in SAMPLES.iterdir()}


def test_an_error_is_a_sentence_and_quotes_nothing_of_the_patient():
    for sample in SAMPLES.iterdir():
        for entry in read(sample):
            if isinstance(entry, Unread):
                assert len(entry.error.split()) > 3
                assert not re.search(r"SAMPL|ADA|1980|1EG4|Main St|P-\d", entry.error)


def test_positions_count_what_the_file_gave():
    entries = read(SAMPLES / "bad-values.837")
    assert [n for n, e in enumerate(entries, 1) if isinstance(e, Unread)] == [1, 2, 4]
    assert [e.position for e in entries if isinstance(e, Unread)] == [1, 2, 4]


def test_as_of_is_the_day_the_file_was_made(tmp_path: Path):
    claim = replace(a_claim(), created_on=date(2026, 8, 3))
    path = tmp_path / "one.837"
    path.write_text(a_file([a_set([claim])]))

    (case,) = read(path)

    assert isinstance(case, Case)
    assert case.as_of == date(2026, 8, 3)
    assert case.history is None
    assert case.documentation is None


_word = st.text("ABCDEFGHJKLMN 0123456789", min_size=1, max_size=9).map(str.strip).filter(bool)
_maybe = st.just("") | _word
_days = st.dates(date(1901, 1, 1), date(2099, 12, 31))
_money = st.decimals(0, 99999, places=2, allow_nan=False, allow_infinity=False)
_npi = st.from_regex(r"[12]\d{9}", fullmatch=True)
_code = st.from_regex(r"[A-TV-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?", fullmatch=True)
_procedure = st.from_regex(r"[A-Z0-9]\d{3}[A-Z0-9]", fullmatch=True)


_other_payers = st.builds(
    OtherPayer,
    payer_id=_word,
    payer_name=_word,
    rank=st.sampled_from(["primary", "secondary", "tertiary"]),
    filing_indicator=_maybe,
    paid=st.none() | _money,
)
# What only an institutional claim carries.
_hospital = st.fixed_dictionaries({
    "admission_type": _maybe, "admission_source": _maybe, "drg": _maybe,
    "occurrences": st.lists(st.builds(ClaimCode, _word, _days), max_size=2).map(tuple),
    "occurrence_spans": st.lists(st.builds(ClaimCode, _word, _days, _days), max_size=2).map(tuple),
    "values": st.lists(
        st.builds(ClaimCode, _word, amount=_money.filter(bool)), max_size=2).map(tuple),
    "inpatient_procedures": st.lists(
        st.builds(InpatientProcedure, _word, st.none() | _days), max_size=3).map(tuple),
})  # fmt: skip


@st.composite
def _claims(draw: st.DrawFn) -> Claim:
    """A claim whose every field has its place in a file."""
    kind = draw(st.sampled_from(ClaimType))
    professional = kind is ClaimType.PROFESSIONAL
    roles = (
        [Role.RENDERING, Role.REFERRING]
        if professional
        else [Role.ATTENDING, Role.OPERATING, Role.REFERRING]
    )
    people = [
        Provider(role, f"{draw(_word)}, {draw(_word)}", draw(_npi), draw(_maybe))
        for role in draw(st.lists(st.sampled_from(roles), unique=True))
    ]
    place = draw(st.none() | _word)
    if place:
        people.append(Provider(Role.SERVICE_FACILITY, place, draw(_npi)))
    office = draw(_word)
    kinds = [DiagnosisKind.OTHER, DiagnosisKind.EXTERNAL_CAUSE, DiagnosisKind.ADMITTING,
             DiagnosisKind.REASON_FOR_VISIT, DiagnosisKind.PRINCIPAL]  # fmt: skip
    lines = [
        ServiceLine(
            number=n, procedure=draw(_procedure), charge=draw(_money), units=draw(_money),
            modifiers=tuple(draw(st.lists(st.from_regex(r"[A-Z0-9]{2}", fullmatch=True),
                                          max_size=4))),
            service_date=draw(_days), service_date_end=draw(st.none() | _days),
            place_of_service=draw(st.sampled_from(["", "11", "22"])) if professional else "",
            pointers=tuple(draw(st.lists(st.integers(1, 12), max_size=4))) if professional else (),
            revenue_code="" if professional else draw(_word), description=draw(_maybe),
            **({"ndc": draw(_word), "ndc_quantity": draw(_money), "ndc_unit": "ML"}
               if draw(st.booleans()) else {}),
            unit=draw(st.sampled_from(["UN", "MJ", "DA"])),
            rendering_npi=draw(st.just("") | _npi),
            noncovered_charge=None if professional else draw(st.none() | _money),
        ) for n in range(1, draw(st.integers(1, 4)) + 1)
    ]  # fmt: skip
    if draw(st.booleans()):
        people.append(Provider(Role.ORDERING, f"{draw(_word)}, {draw(_word)}", draw(_npi)))
    frequency = draw(st.sampled_from("178"))
    return Claim(
        number=draw(_word), type=kind,
        facility=Facility("", place or office, draw(st.sampled_from(["OH", "NY"]))),
        patient=Patient(draw(_maybe), draw(_word), draw(_word), draw(st.none() | _days),
                        draw(st.sampled_from(Sex)), draw(st.none() | _days), draw(_maybe),
                        draw(_maybe), draw(_maybe), draw(_maybe)),
        coverage=Coverage(draw(_word), draw(_word), draw(_maybe), draw(_maybe), draw(_maybe),
                          draw(st.sampled_from(["self", "spouse", "child", "other"])),
                          draw(st.sampled_from(["primary", "secondary", "tertiary"]))),
        providers=(Provider(Role.BILLING, office, draw(_npi), draw(_maybe)), *people),
        diagnoses=tuple(
            Diagnosis(n, draw(_code), draw(st.sampled_from(kinds)),
                      "" if professional else draw(st.sampled_from(["", "Y", "N"])))
            for n in range(1, draw(st.integers(0, 5)) + 1)),
        lines=tuple(lines), total_charge=draw(st.none() | _money),
        place_of_service="11" if professional else "",
        bill_type="" if professional else f"013{frequency}", frequency_code=frequency,
        original_reference=draw(_maybe),
        statement_from=(start := None if professional else draw(_days)),
        statement_through=start and draw(_days), admitted_on=draw(st.none() | _days),
        discharge_status="" if professional else draw(st.sampled_from(["", "01"])),
        condition_codes=tuple(draw(st.lists(_word, max_size=2))), authorization=draw(_maybe),
        clia=draw(_maybe), created_on=TODAY,
        accident=draw(st.sampled_from(["", "AA", "EM"])), accident_on=draw(st.none() | _days),
        other_payers=tuple(draw(st.lists(_other_payers, max_size=2))),
        **({} if professional else draw(_hospital)),
    )  # fmt: skip


@given(st.lists(_claims(), min_size=1, max_size=3), st.sampled_from(["*:~", "|>!", "*:\n"]))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_every_field_that_a_claim_has_a_place_for_arrives(
    tmp_path: Path, claims: list[Claim], separators: str
):
    sets = [a_set([claim], f"{n:04d}") for n, claim in enumerate(claims, 1)]
    path = tmp_path / "any.837"
    path.write_text(
        a_file(sets, separators=separators, line_end="" if separators[2] == "\n" else "\n")
    )

    assert [entry.claim if isinstance(entry, Case) else entry for entry in read(path)] == claims
    assert [unpack(pack(claim), claim.patient) for claim in claims] == claims


@pytest.mark.parametrize("sample", ["professional.837", "institutional.837"])
def test_a_file_cut_off_anywhere_says_so_and_never_gives_half_a_claim(tmp_path: Path, sample: str):
    whole = (SAMPLES / sample).read_bytes()
    right = [entry.claim for entry in read(SAMPLES / sample) if isinstance(entry, Case)]
    path = tmp_path / "cut.837"
    for length in range(0, len(whole) - 4, 7):
        path.write_bytes(whole[:length])
        entries = read(path)
        given_claims = [entry.claim for entry in entries if isinstance(entry, Case)]
        assert given_claims == right[: len(given_claims)]
        assert any(isinstance(entry, Unread) for entry in entries), length


@given(st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_never_ends_in_a_traceback(tmp_path: Path, data: st.DataObject):
    raw = bytearray((SAMPLES / "professional.837").read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path / "damaged.837"
    path.write_bytes(bytes(raw))

    entries = read(path)

    assert entries
    assert all(isinstance(entry, Case | Unread) for entry in entries)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("SV1*HC:99213*125*UN*1*", "SV1*HC:99213**UN*1*", "SV102"),
        ("SV1*HC:99213*125*UN*1*", "SV1*HC:99213*125*UN**", "SV104"),
        ("SV1*HC:99213*125*UN*1*", "SV1*HC:99213*125*UN*-1*", "SV104"),
        ("SV1*HC:99213", "NTE*HC:99213", "LX"),
        ("SV1*HC:99213", "S1V*HC:99213", "27"),
        ("***1:2~", "***1:B~", "SV107"),
        ("DTP*472*D8*20260714", "DTP*472*D8*20260231", "DTP03"),
        ("DTP*472*D8*20260714", "DTP*472*RD8*20260714", "DTP03"),
        ("DMG*D8*19800302", "DMG*D8*02031980", "DMG02"),
        ("HL*2*1*22*0", "HL*2*1*99*0", "HL03"),
        ("HI*ABK:E119", "HI*ABK:E1\x0119", "HI"),
    ],
)
def test_a_wrong_value_costs_its_claim_and_is_named(
    tmp_path: Path, old: str, new: str, where: str
):
    text = (SAMPLES / "professional.837").read_text().replace(old, new, 1)
    path = tmp_path / "wrong.837"
    path.write_text(text)

    first, *others = read(path)

    assert isinstance(first, Unread)
    assert where in first.segment
    assert [entry.claim.number for entry in others if isinstance(entry, Case)] == FIVE[1:]


def test_an_empty_segment_costs_nothing(tmp_path: Path):
    """pyx12's reader ends there in silence and would lose the rest of the file."""
    path = tmp_path / "empty.837"
    path.write_text((SAMPLES / "professional.837").read_text().replace("~\nLX*2", "~~\n\nLX*2"))
    assert numbers(path) == FIVE


@pytest.mark.parametrize(
    "sample",
    ["professional.837", "institutional.837", "wrong-set-count.837", "wrong-group-count.837",
     "cut-off.837", "one-set-without-end.837"],
)  # fmt: skip
def test_pyx12_agrees_on_which_envelopes_are_sound(sample: str):
    from pyx12.x12file import X12Reader

    with (SAMPLES / sample).open() as file:
        reader = X12Reader(file)
        errors = []
        for _segment in reader:
            errors += [e for e in reader.pop_errors() if e[0] in {"isa", "gs", "st"}]
        reader.cleanup()
        errors += reader.pop_errors()

    assert bool(errors) is any(isinstance(entry, Unread) for entry in read(SAMPLES / sample))


def test_a_second_interchange_has_its_own_separators(tmp_path: Path):
    path = tmp_path / "two.837"
    first = a_file([a_set([a_claim(number="A")])])
    second = a_file([a_set([an_institutional_claim(number="B")])], separators="|>!", line_end="")
    path.write_text(first + "\n" + second + "\x1a")
    assert numbers(path) == ["A", "B"]


def test_another_payers_loops_do_not_overwrite_the_claim(tmp_path: Path):
    text = a_file([a_set([a_claim(providers=[a_provider("rendering", name="RIGHT")])])])
    foreign = (
        "SBR*S*18*OTHER******CI~\nOI***Y***Y~\nNM1*IL*1*FOREIGN*EVE****MI*FOREIGN~\n"
        "NM1*PR*2*OTHER*****PI*OTHER~\nDTP*435*D8*20200101~\nNM1*82*1*WRONG*WILL~\n"
    )
    text = text.replace("LX*1~", foreign + "LX*1~")
    count = text[text.index("\nST*") : text.index("\nSE*")].count("~") + 1
    path = tmp_path / "cob.837"
    path.write_text(re.sub(r"\nSE\*\d+\*", f"\nSE*{count}*", text))

    (case,) = read(path)

    assert isinstance(case, Case)
    assert case.claim.coverage.member_id == a_claim().coverage.member_id
    assert case.claim.coverage.rank == "primary"
    assert case.claim.admitted_on is None
    assert case.claim.provider(Role.RENDERING).name == "RIGHT"  # type: ignore[union-attr]


def test_memory_stays_flat_over_a_long_file(tmp_path: Path):
    path = tmp_path / "long.837"
    claim = a_claim(providers=[a_provider("ordering", ORDERING_NPI)])
    segments = a_set([claim] * 100)
    peaks = []
    for count in (5, 20):
        path.write_text(a_file([segments] * count))
        tracemalloc.start()
        assert sum(1 for _ in read_any(path, today=TODAY)) == count * 100
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    for small, large in pairwise(peaks):
        assert large < small * 1.5 + 200_000


def test_cents_survive():
    (first, *_rest) = read(SAMPLES / "professional.837")
    assert isinstance(first, Case)
    assert first.claim.total_charge == Decimal("145.50")
    assert first.claim.diagnoses[0].code == "E11.9"
