"""How many claims a second the whole catalogue reviews, beside a peer in the same run.

    python benchmarks/checks.py [--tables DATA] [--claims 20000] [--seed 1]

Makes professional claims of three lines (a visit and two other payable codes, common ones more
often) and reviews each with every check, on one core. The peer is claim-validator on those
without an error, its own typed claim made beforehand as ours is. With `--tables` a data folder of
the office, as `claimbots codesets import` filled it; else the small synthetic tables. Also how
long the tables take to open and what a worker then holds in memory.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
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

_WRITE = """
from bots.practice.seeding.tables import write_tables
write_tables(folder, 1)
"""
ROUNDS = 5
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
    cases = list(_cases(folder, codesets, claims, Random(seed)))
    found: Counter[str] = Counter()
    clean = []
    for case in cases:  # also fills what is remembered of codes, as a worker's first minute does
        said = review(case, codesets).findings
        found.update(finding.check for finding in said)
        if not any(finding.severity is Severity.ERROR for finding in said):
            clean.append(case)
    drawn = _rate(lambda case: review(case, codesets), cases)
    ours = _rate(lambda case: review(case, codesets), clean)
    kind = "synthetic tables" if codesets.synthetic else "imported tables"
    print(f"{len(catalogue())} checks, {len(cases)} claims of three lines, one core, {kind}")
    print(f"tables opened in {opened * 1000:.0f} ms; {_mebibytes() - before:.0f} MiB more held")
    print(f"review: {drawn:,.0f} claims/s as drawn, median of {ROUNDS}")
    print(f"of {len(clean)} without an error: {ours:,.0f} claims/s, {1e6 / ours:.1f} µs a claim")
    share = sum(found.values()) / len(cases)
    common = ", ".join(f"{check} {count}" for check, count in found.most_common(5))
    print(f"findings a claim: {share:.3f} ({common})")
    peer = _peer(clean[: max(200, claims // 20)])
    if peer:
        print(f"claim-validator: {peer:,.0f} claims/s; ratio {ours / peer:.0f}")


def _rate(act: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Items a second, the median of some rounds."""
    rates = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for item in items:
            act(item)
        rates.append(len(items) / (time.perf_counter() - began))
    return statistics.median(rates)


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


def _cases(folder: Path, codesets: CodeSets, count: int, rng: Random) -> list[Case]:
    """Claims whose codes are payable on the day, the common ones more often."""
    first, last, codes, diagnoses = _drawn(folder, codesets, rng)
    visits = [code for code in VISITS if code in codes] or codes[:3]
    patients = [_patient(rng) for _ in range(500)]
    coverage = Coverage("MEDB", "Medicare", "1EG4TE5MK73", "MB")
    found = []
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
        found.append(Case(claim, as_of=day + timedelta(days=3)))
    return found


def _drawn(
    folder: Path, codesets: CodeSets, rng: Random
) -> tuple[date, date, list[str], list[str]]:
    """The days that every table covers, and the codes that are good on all of them."""
    import sqlite3

    from bots.codesets.store import imports

    spans: list[tuple[date, date]] = []
    procedures: set[str] = set()
    diagnoses: set[str] = set()
    for path, origin in imports(folder):
        if origin.table in {"mpfs", "icd10cm", "mue_practitioner"}:
            spans.append((origin.since or date.min, origin.until or date.max))
        with sqlite3.connect(path) as connection:
            if origin.table == "mpfs":
                asked = "SELECT code FROM mpfs WHERE status IN ('A', 'R') AND modifier = ''"
                procedures.update(code for (code,) in connection.execute(asked))
            elif origin.table == "icd10cm":
                asked = "SELECT code FROM icd10cm WHERE billable"
                diagnoses.update(code for (code,) in connection.execute(asked))
    first, last = max(since for since, _ in spans), min(until for _, until in spans)
    if first > last:  # one table is of another year: its checks say so
        first = max(since for since, until in spans if since != date.min)
        last = first + timedelta(days=80)
    codes, named = sorted(procedures), sorted(diagnoses)
    rng.shuffle(codes)
    rng.shuffle(named)
    return first, last, codes, named


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
