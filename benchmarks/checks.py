"""How many claims a second the whole catalogue reviews, beside a peer in the same run.

    python benchmarks/checks.py [--tables DATA] [--claims 20000] [--seed 1]

Professional claims of three lines, on one core, in two kinds. *As an office bills*: the
generator's clean claims, without their records, moved to days that the tables cover. *Any
code*: a visit and two payable codes drawn from the tables, common ones more often, most of which
no office would bill together. What a review remembers of codes is filled by other claims than
those measured. The peer is claim-validator on the
same claims of an office, its own typed claim made beforehand as ours is. With `--tables` a data
folder of the office, as `claimbots codesets import` filled it; else the small synthetic tables.
Also how long the tables take to open and what a worker then holds in memory.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from synthetic import generate, with_tables

from bots.checks import Severity, catalogue, review
from bots.claims import (
    Case,
    Claim,
    ClaimType,
    Coverage,
    Diagnosis,
    DiagnosisKind,
    Facility,
    Patient,
    Provider,
    Role,
    ServiceLine,
    Sex,
)
from bots.codesets import CodeSets, open_codesets
from bots.codesets.store import imports
from bots.files.json_claims import read_json
from bots.runs.check_files import collect_seldom

_WRITE = """
from bots.practice.seeding.tables import write_tables
write_tables(folder, 1)
"""
_CLEAN = """
from bots.practice.seeding import TODAY, generate
from bots.practice.seeding.json_claims import write_json_claims
claims, seed = map(int, sys.argv[2:])
season = generate(claims, seed, defect_rate=0.0)
write_json_claims(folder / "claims.jsonl", season.visits, TODAY)
"""
ROUNDS = 5
BATCH = 500
VISITS = ("99212", "99213", "99214", "99215", "99202", "99203", "99204")
CENT = Decimal("0.01")


def main() -> int:
    """Run the bench; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, help="a data folder with imported tables")
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.tables or Path(folder)
        if not options.tables:
            generate(_WRITE, data / "tables")
            with_tables(data)
        _bench(data / "codesets", options.claims, options.seed)
    return 0


def _bench(folder: Path, claims: int, seed: int) -> None:
    before = _mebibytes()
    began = time.perf_counter()
    codesets = open_codesets(folder)
    opened = time.perf_counter() - began
    review(next(_of_any_code(folder, 1, Random(seed))), codesets)
    answered = time.perf_counter() - began
    loaded = _mebibytes() - before
    kind = "synthetic tables" if codesets.synthetic else "imported tables"
    print(f"{len(catalogue())} checks, claims of three lines, one core, {kind}")
    collect_seldom()  # as the workers of `claimbots check` do
    first, last = _days(folder)
    usual, some = _measure("as an office bills", _as_billed(claims, seed, first, last), codesets)
    _measure("any code", _of_any_code(folder, claims, Random(seed)), codesets)
    print(
        f"tables opened in {opened * 1000:.0f} ms, the first claim after {answered * 1000:.0f} "
        f"ms; {loaded:.0f} MiB more held then, {_mebibytes() - before:.0f} at the end, with the "
        "claims"
    )
    peer = _peer(some)
    if peer:
        print(f"claim-validator on the same, as billed: {peer:,.0f} claims/s")
        print(f"ratio {usual / peer:.0f}")


def _measure(name: str, cases: Iterator[Case], codesets: CodeSets) -> tuple[float, list[Case]]:
    """Claims a second, and some of them. The first part fills what is remembered of codes.

    Claims are reviewed as a reader hands them over, a batch at a time, each for the first time.
    """
    found: Counter[str] = Counter()
    rates: list[float] = []
    count = 0
    some: list[Case] = []
    with_errors = 0
    while batch := list(islice(cases, BATCH)):
        began = time.perf_counter()
        reviews = [review(case, codesets) for case in batch]
        rates.append(len(batch) / (time.perf_counter() - began))
        for said in reviews:
            found.update(finding.check for finding in said.findings)
            with_errors += any(f.severity is Severity.ERROR for f in said.findings)
        count += len(batch)
        some = batch
    late = rates[len(rates) // 2 :]
    rate = statistics.median(late)
    print(f"{name}: {rate:,.0f} claims/s, {1e6 / rate:.1f} µs a claim, median of {len(late)}")
    common = ", ".join(f"{check} {times}" for check, times in found.most_common(4))
    print(f"  of {count} claims {with_errors} with an error; {found.total() / count:.3f} findings")
    print(f"  a claim ({common or 'none'})")
    return rate, some


def _rate(act: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Items a second: each of some rounds does its own part of them, and the median counts."""
    rates = []
    part = max(1, len(items) // ROUNDS)
    for start in range(0, part * ROUNDS, part):
        of_round = items[start : start + part]
        began = time.perf_counter()
        for item in of_round:
            act(item)
        rates.append(len(of_round) / (time.perf_counter() - began))
    return statistics.median(rates)


def _as_billed(count: int, seed: int, first: date, last: date) -> Iterator[Case]:
    """The generator's clean professional claims of three lines, on days from first to last."""
    with tempfile.TemporaryDirectory() as name:
        generate(_CLEAN, Path(name), count * 5, seed)
        found = 0
        for case in read_json(Path(name) / "claims.jsonl"):
            if not isinstance(case, Case) or found == count:
                continue
            claim = case.claim
            if claim.type is ClaimType.PROFESSIONAL and len(claim.lines) == 3:
                to = first + timedelta(days=found % ((last - first).days + 1))
                found += 1
                yield _moved(case, to - (claim.service_from or to))


def _moved(case: Case, by: timedelta) -> Case:
    """The claim alone, so many days later."""

    def later(day: date | None) -> date | None:
        return day + by if day else None

    lines = tuple(
        replace(
            line,
            service_date=later(line.service_date),
            service_date_end=later(line.service_date_end),
        )
        for line in case.claim.lines
    )
    claim = replace(
        case.claim,
        lines=lines,
        created_on=later(case.claim.created_on),
        submitted_on=later(case.claim.submitted_on),
        admitted_on=later(case.claim.admitted_on),
        accident_on=later(case.claim.accident_on),
    )
    return Case(claim, as_of=case.as_of + by)


def _peer(cases: Sequence[Case]) -> float | None:
    try:
        from claim_validator import validate
        from claim_validator.models.claim import ClaimData
    except ImportError:
        print("claim-validator is not installed (`make setup` with the dev extra)")
        return None
    claims = []
    for case in cases:
        with suppress(ValueError):  # it knows fewer forms of a code than there are
            claims.append(ClaimData.model_validate(_for_peer(case.claim)))
    return _rate(validate, claims)


def _for_peer(claim: Claim) -> dict[str, Any]:
    return {
        "billing_provider_npi": claim.providers[0].npi,
        "diagnosis_codes": [{"code": entry.code} for entry in claim.diagnoses],
        "lines": [
            {
                "procedure_code": line.procedure,
                "charge_amount": float(line.charge),
                "units": int(line.units),
                "modifiers": list(line.modifiers),
                "diagnosis_pointers": list(line.pointers),
                "service_date": line.service_date,
            }
            for line in claim.lines
        ],
    }


def _of_any_code(folder: Path, count: int, rng: Random) -> Iterator[Case]:
    """Claims whose codes are payable on the day, the common ones more often."""
    first, last = _days(folder)
    codes, diagnoses = _drawn(folder, rng)
    visits = [code for code in VISITS if code in codes] or codes[:3]
    patients = [_patient(rng) for _ in range(500)]
    coverage = Coverage("MEDB", "Medicare", "1EG4TE5MK73", "MB")
    for number in range(count):
        day = first + timedelta(days=rng.randrange((last - first).days + 1))
        drawn = [rng.choice(visits), *(codes[_common(rng, len(codes))] for _ in range(2))]
        named = dict.fromkeys(diagnoses[_common(rng, len(diagnoses))] for _ in range(2))
        lines = tuple(
            ServiceLine(
                number=place,
                procedure=code,
                charge=Decimal(rng.randrange(2000, 40000)) * CENT,
                service_date=day,
                pointers=(1,),
            )
            for place, code in enumerate(dict.fromkeys(drawn), start=1)
        )
        claim = Claim(
            number=f"C{number}",
            type=ClaimType.PROFESSIONAL,
            facility=Facility("MAIN"),
            patient=rng.choice(patients),
            coverage=coverage,
            providers=(
                Provider(Role.BILLING, "Example Clinic", "1234567893", "207Q00000X"),
                Provider(Role.RENDERING, "Dr. Example", "1987654328", "207Q00000X"),
                Provider(Role.ORDERING, "Dr. Example", "1987654328", "207Q00000X"),
            ),
            diagnoses=tuple(
                Diagnosis(at, code, DiagnosisKind.PRINCIPAL if at == 1 else DiagnosisKind.OTHER)
                for at, code in enumerate(named, start=1)
            ),
            lines=lines,
            total_charge=sum((line.charge for line in lines), Decimal(0)),
            place_of_service="11",
            clia="36D0000000",
            created_on=day + timedelta(days=3),
        )
        yield Case(claim, as_of=day + timedelta(days=3))


def _days(folder: Path) -> tuple[date, date]:
    """The days that every dated table covers."""
    spans = [
        (origin.since or date.min, origin.until or date.max)
        for _, origin in imports(folder)
        if origin.table in {"mpfs", "icd10cm", "mue_practitioner"}
    ]
    first, last = max(since for since, _ in spans), min(until for _, until in spans)
    if first > last:  # one table is of another year: its checks say so
        first = max(since for since, until in spans if since != date.min)
        last = first + timedelta(days=80)
    return first, last


def _drawn(folder: Path, rng: Random) -> tuple[list[str], list[str]]:
    """Payable procedures and billable diagnoses, in an order of their own."""
    procedures: set[str] = set()
    diagnoses: set[str] = set()
    for path, origin in imports(folder):
        with sqlite3.connect(path) as connection:
            if origin.table == "mpfs":
                asked = "SELECT code FROM mpfs WHERE status IN ('A', 'R') AND modifier = ''"
                procedures.update(code for (code,) in connection.execute(asked))
            elif origin.table == "icd10cm":
                asked = "SELECT code FROM icd10cm WHERE billable"
                diagnoses.update(code for (code,) in connection.execute(asked))
    codes, named = sorted(procedures), sorted(diagnoses)
    rng.shuffle(codes)
    rng.shuffle(named)
    return codes, named


def _common(rng: Random, count: int) -> int:
    """A place in a list of which the first are drawn far more often than the last."""
    return min(count - 1, int(count * rng.random() ** 4))


def _patient(rng: Random) -> Patient:
    born = date(1930, 1, 1) + timedelta(days=rng.randrange(25_000))
    sex = rng.choice([Sex.FEMALE, Sex.MALE])
    return Patient(
        "MR", "Sample", "Ada", born, sex,
        address="1 Main St", city="Dayton", state="OH", postal_code="45402",
    )  # fmt: skip


def _mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    raise SystemExit(main())
