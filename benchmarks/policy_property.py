"""The policy's property over many generated claims and the repairs of hostile checks.

    python benchmarks/policy_property.py [--claims 100000] [--seed 1]

Each claim gets findings of real checks with repairs that a faulty check might ask for: right
ones, right ones with one thing spoiled, and nonsense. The policy is as permissive as it can
be. A second judge (`policy_oracle.py`) then looks at what would be written: no correction may
move payment up or in an unknown way, none and no proposal may hold a banned change, and on a
claim that is on hold or sent nothing is corrected. A violation is exit 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from policy_oracle import banned, may_pay_more, picture, raises_by_itself

from bots.checks import Class, Finding, Repair, Review, by_id
from bots.claims import (
    Case,
    Change,
    Claim,
    ClaimType,
    Coverage,
    Diagnosis,
    Facility,
    Patient,
    Provider,
    ProviderRecord,
    Role,
    ServiceLine,
)
from bots.policy import Action, Correct, Policy, Propose, decide

OPEN = frozenset({"Ready for review"})
DAY = date(2026, 7, 14)
_CODES = ("I10", "E11.9", "J06.9", "M54.50", "R05.9", "I10")
_MODIFIERS = ("25", "59", "XU", "LT", "RT", "50", "GA")
_NDCS = ("", "0409-3796-01", "50242-040-62", "00409-3796-1", "00409-3796-01", "0409379601")
_NPIS = ("", "", "1234567893", "1987654325")
_FIELDS = (
    "diagnoses", "total_charge", "place_of_service", "member_id", "frequency_code",
    "rendering_npi", "ordering_npi", "referring_npi", "billing_npi", "attending_npi",
    "operating_npi", "procedure", "modifiers", "units", "charge", "pointers", "ndc",
    "service_date", "status", "lines", "nobody_npi",
)  # fmt: skip


def main() -> int:
    """Generate, decide, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    policy = permissive()
    done: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    began = time.perf_counter()
    for _ in range(options.claims):
        case = a_case(chance)
        actions = decide(policy, case, a_review(chance, case), DAY)
        done.update(type(action).__name__.lower() for action in actions)
        wrong.update(violations(case, actions))
    seconds = time.perf_counter() - began
    said = ", ".join(f"{count} {name}" for name, count in sorted(done.items()))
    print(f"{options.claims} generated claims in {seconds:.1f} s (seed {options.seed}): {said}")
    for why, count in wrong.most_common():
        print(f"violated {count} times: {why}")
    print(f"{wrong.total()} violations")
    if not done["correct"] or not done["propose"]:
        print("nothing was corrected or proposed: the property was not put to the test")
        return 1
    return 1 if wrong else 0


def permissive() -> Policy:
    """Every check as high as a file could ask, and higher: the limits alone must hold."""
    return Policy("bench", classes=dict.fromkeys(by_id(), Class.AUTO), not_yet_sent=OPEN)


def violations(case: Case, actions: tuple[Action, ...]) -> Iterator[str]:
    """What the second judge finds wrong with what the policy decided."""
    claim = case.claim
    for action in actions:
        if not isinstance(action, Correct | Propose):
            continue
        name = type(action).__name__.lower()
        if why := banned(case, action.changes):
            yield f"{name}: {why}"
            continue
        if claim.on_hold or claim.status not in OPEN:
            yield f"{name}: the claim is on hold or sent"
        if isinstance(action, Propose):
            if raises_by_itself(case, action.changes) and not action.raises_payment:
                yield "propose: does not say that it may raise payment"
            continue
        for finding in action.findings:
            repair = finding.repair.changes if finding.repair else ()
            if why := may_pay_more(case, repair):
                yield f"correct: {why}"
            if by_id()[finding.check].at_most is not Class.AUTO:
                yield "correct: a check that may never be automatic"


def a_case(chance: random.Random) -> Case:
    """A claim of either type in which anything may be wrong."""
    kind = chance.choice([ClaimType.PROFESSIONAL] * 3 + [ClaimType.INSTITUTIONAL])
    codes = [chance.choice(_CODES) for _ in range(chance.randint(0, 5))]
    lines = tuple(_line(chance, number, len(codes)) for number in range(1, chance.randint(1, 5)))
    total = sum((line.charge for line in lines), Decimal(0))
    claim = Claim(
        number="C-1",
        type=kind,
        facility=Facility("MAIN"),
        patient=Patient("MR-1", "Sample", "Ada", date(1980, 3, 2)),
        coverage=Coverage("MEDB", "Medicare", "1EG4TE5MK73", "MB"),
        providers=tuple(_provider(chance, role) for role in Role if chance.random() < 0.6),
        diagnoses=tuple(Diagnosis(at, code) for at, code in enumerate(codes, start=1)),
        lines=lines,
        total_charge=chance.choice([None, total, total + 10, total - 10, total * 2]),
        status=chance.choice(["Ready for review"] * 4 + ["Submitted"]),
        on_hold=chance.random() < 0.1,
        place_of_service=chance.choice(["11", "22", ""]),
        lines_edited=chance.choice([False, False, True, None]),
    )
    return Case(claim, DAY + timedelta(days=60))


def _line(chance: random.Random, number: int, codes: int) -> ServiceLine:
    return ServiceLine(
        number=number,
        procedure=chance.choice(["99213", "J1885", "71046"]),
        charge=Decimal(chance.randint(0, 50_000)) / 100,
        units=Decimal(chance.randint(1, 9)),
        modifiers=tuple(chance.choice(_MODIFIERS) for _ in range(chance.randint(0, 3))),
        service_date=chance.choice([DAY, DAY, DAY - timedelta(days=9000), None]),
        pointers=tuple(chance.randint(1, codes + 1) for _ in range(chance.randint(0, 4))),
        ndc=chance.choice(_NDCS),
    )


def _provider(chance: random.Random, role: Role) -> Provider:
    record = ProviderRecord(
        "P-1",
        "Dr. Record",
        npi=chance.choice(_NPIS[1:]),
        npi_type=chance.choice("112"),
        active_from=chance.choice([None, date(2020, 1, 1)]),
        active_to=chance.choice([None, None, date(2026, 1, 1)]),
    )
    linked = record if chance.random() < 0.7 else None
    return Provider(role, "Dr. Any", chance.choice(_NPIS), record=linked)


def a_review(chance: random.Random, case: Case) -> Review:
    """Findings of real checks, with repairs of any kind."""
    findings = []
    for _ in range(chance.randint(1, 4)):
        check = _any_check(chance)
        changes = list(chance.choice(_REPAIRS)(chance, case.claim))
        if changes and chance.random() < 0.35:
            _spoil(chance, changes, case.claim)
        repair = Repair(tuple(changes)) if chance.random() < 0.97 else None
        findings.append(Finding(check, (), (), "made up", by_id()[check].severity, repair))
    return Review(tuple(findings), ())


def _any_check(chance: random.Random) -> str:
    """Checks that may correct stand in more often: they are the ones that could do harm."""
    if not _CHECKS:
        for check in by_id().values():
            _CHECKS.setdefault(check.at_most, []).append(check.id)
    (kind,) = chance.choices((Class.AUTO, Class.PROPOSE, Class.FLAG), (3, 2, 5))
    return chance.choice(_CHECKS[kind])


_CHECKS: dict[Class, list[str]] = {}


def _right_ndc(chance: random.Random, claim: Claim) -> Iterator[Change]:
    for line in claim.lines:
        parts = line.ndc.split("-")
        if len(parts) == 3:
            eleven = "".join(part.zfill(size) for part, size in zip(parts, (5, 4, 2), strict=True))
            yield Change("ndc", line.number, line.ndc, eleven)


def _right_copies(chance: random.Random, claim: Claim) -> Iterator[Change]:
    codes = [diagnosis.code for diagnosis in claim.diagnoses]
    once = list(dict.fromkeys(codes))
    if once == codes:
        return
    yield Change("diagnoses", None, " ".join(codes), " ".join(once))
    for line in claim.lines:
        old = [str(position) for position in line.pointers]
        meant = [
            str(once.index(codes[at - 1]) + 1) if at <= len(codes) else str(at)
            for at in line.pointers
        ]
        new = list(dict.fromkeys(meant))
        if new != old:
            yield Change("pointers", line.number, " ".join(old), " ".join(new))


def _right_total(chance: random.Random, claim: Claim) -> Iterator[Change]:
    before = picture(claim)[("total_charge", None)]
    total = sum((line.charge for line in claim.lines), Decimal(0))
    yield Change("total_charge", None, before, f"{total:.2f}")


def _right_number(chance: random.Random, claim: Claim) -> Iterator[Change]:
    for provider in claim.providers:
        if provider.role in {Role.ORDERING, Role.REFERRING} and provider.record:
            field = f"{provider.role.value}_npi"
            yield Change(field, None, provider.npi, provider.record.npi)
            return


def _anything(chance: random.Random, claim: Claim) -> Iterator[Change]:
    for _ in range(chance.randint(1, 3)):
        yield _any_change(chance, claim)


_REPAIRS: tuple[Callable[[random.Random, Claim], Iterator[Change]], ...] = (
    _right_ndc, _right_copies, _right_total, _right_number, _anything, _anything,
)  # fmt: skip


def _any_change(chance: random.Random, claim: Claim) -> Change:
    field = chance.choice(_FIELDS)
    line = chance.choice([None, None, 1, 2, 9])
    held = picture(claim).get((field, line), "")
    from_ = held if chance.random() < 0.85 else chance.choice(["", "25", "I10", "9.00", "NaN"])
    words = held.split()
    to = chance.choice(
        [
            held,
            "",
            " ".join(words[:-1]),
            " ".join(reversed(words)),
            " ".join([*words, chance.choice(_MODIFIERS + _CODES)]),
            " ".join([*words, *words[:1]]),
            chance.choice(["1", "2", "22", "99.00", "1234567893", "00409379601"]),
        ]
    )
    return Change(field, line, from_, to)


def _spoil(chance: random.Random, changes: list[Change], claim: Claim) -> None:
    """One thing of a right repair made wrong."""
    at = chance.randrange(len(changes))
    change = changes[at]
    match chance.randrange(6):
        case 0:
            changes[at] = replace(change, from_=change.from_ + " I10")
        case 1:
            changes[at] = replace(change, to=" ".join(change.to.split()[:-1]))
        case 2:
            changes[at] = replace(change, to=f"{change.to} 25".strip())
        case 3:
            changes[at] = replace(change, line=chance.choice([None, 1, 2, 9]))
        case 4:
            changes.append(_any_change(chance, claim))
        case _:
            changes.append(replace(change, to=" ".join(change.to.split()[1:])))


if __name__ == "__main__":
    sys.exit(main())
