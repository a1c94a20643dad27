"""The same diagnoses, arranged otherwise: the repairs of order and of copies.

The bot never writes a diagnosis that was not on the claim: it may only put the same codes in
another order, or take a second copy away, with every pointer still on the code it meant. This
file holds no check.
"""

from __future__ import annotations

from collections.abc import Sequence

from bots.checks.findings import Repair
from bots.checks.forms import dotted, is_icd
from bots.claims import Change, Claim, ClaimType, Diagnosis, ServiceLine


def first_copies(entries: Sequence[Diagnosis]) -> list[Diagnosis]:
    """The entries without the second and later ones of the same code; empty ones stay."""
    by_code: dict[str, Diagnosis] = {}
    empty = []
    for entry in entries:
        if entry.code:
            by_code.setdefault(dotted(entry.code), entry)
        else:
            empty.append(entry)
    return [entry for entry in entries if entry in empty or entry in by_code.values()]


def reordered(claim: Claim, before: Sequence[tuple[Diagnosis, Diagnosis]]) -> Repair | None:
    """Each first code moved to just before its later one; None where that never settles.

    Institutional claims are a person's: their order carries the principal diagnosis and the
    present-on-admission indicators with it.
    """
    if claim.type is not ClaimType.PROFESSIONAL:
        return None
    order = list(claim.diagnoses)
    for _ in range(len(order)):
        wrong = [(a, b) for a, b in before if order.index(a) > order.index(b)]
        if not wrong:
            return rearranged(claim, order)
        first, later = wrong[0]
        order.remove(first)
        order.insert(order.index(later), first)
    return None


def rearranged(claim: Claim, order: Sequence[Diagnosis]) -> Repair | None:
    """The changes that leave exactly `order` on the claim, every pointer on its own code.

    None where the claim's positions are not 1, 2, 3 ..., or a code is no code: a list of codes
    could not say which is which.
    """
    if [entry.position for entry in claim.diagnoses] != list(range(1, len(claim.diagnoses) + 1)):
        return None
    if not all(is_icd(entry.code) for entry in claim.diagnoses):
        return None
    places = {dotted(entry.code): place for place, entry in enumerate(order, start=1)}
    moved = {entry.position: places[dotted(entry.code)] for entry in claim.diagnoses}
    if len(places) != len(order):  # a copy left in the list: its pointers could not be told apart
        moved = {entry.position: place for place, entry in enumerate(order, start=1)}
    changes = [
        Change(
            "diagnoses",
            None,
            " ".join(entry.code for entry in claim.diagnoses),
            " ".join(entry.code for entry in order),
        )
    ]
    changes += [change for line in claim.lines if (change := _repointed(line, moved)) is not None]
    return Repair(tuple(changes))


def _repointed(line: ServiceLine, moved: dict[int, int]) -> Change | None:
    """The line's pointers on the new positions; None where nothing changes.

    Two that now name the same code become one. A pointer to nothing stays as it is, and so
    does one that stood there twice before: those are other checks' findings.
    """
    pointers = tuple(moved.get(pointer, pointer) for pointer in line.pointers)
    if pointers == line.pointers:
        return None
    if len(set(line.pointers)) == len(line.pointers):
        pointers = tuple(dict.fromkeys(pointers))
    return Change(
        "pointers",
        line.number,
        " ".join(str(pointer) for pointer in line.pointers),
        " ".join(str(pointer) for pointer in pointers),
    )
