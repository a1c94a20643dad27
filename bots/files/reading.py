"""Any file of claims, told apart by its content, and the history that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from bots.claims import Case, Claim
from bots.files.unread import Entries, Unread

PatientKey = tuple[str, date | None, str, str]


def read_any(path: Path, *, today: date | None = None) -> Entries:
    """Every entry of an 837 or JSON file; what the file is says its content, not its name."""
    try:
        with path.open("rb") as file:
            head = file.read(256)
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check the name and the rights"
        yield Unread(path, 1, "", what)
        return
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"ISA"):
        from bots.files.x12 import read_837

        yield from read_837(path, today=today)
    elif start.startswith((b"{", b"[")):
        from bots.files.json_claims import read_json

        yield from read_json(path, today=today)
    else:
        yield Unread(path, 1, "", _what_it_is(start))


def with_history(cases: Entries, histories: Iterable[Claim]) -> Entries:
    """The same entries, each case with what `histories` know of its patient.

    A patient is the same by member id, birth date and name. A case whose patient has
    neither member id nor birth date keeps the history it came with: nobody can tell.
    """
    known: dict[PatientKey, list[Claim]] = {}
    for claim in histories:
        known.setdefault(_patient_of(claim), []).append(claim)
    for entry in cases:
        yield _joined(entry, known) if isinstance(entry, Case) else entry


def _joined(case: Case, known: dict[PatientKey, list[Claim]]) -> Case:
    key = _patient_of(case.claim)
    if not key[0] and key[1] is None:
        return case
    others = [other for other in known.get(key, ()) if other.number != case.claim.number]
    return replace(case, history=(*(case.history or ()), *others))


def _patient_of(claim: Claim) -> PatientKey:
    patient = claim.patient
    return (
        claim.coverage.member_id.strip().upper(),
        patient.birth_date,
        patient.last_name.strip().upper(),
        patient.first_name.strip().upper(),
    )


def _what_it_is(start: bytes) -> str:
    if not start:
        return "is empty: there is no claim in it"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start[:16]:
        return "is in a wrong encoding (UTF-16 or binary); save it as UTF-8"
    if start.startswith(b"PK"):
        return "is a workbook or a zip file; check wants 837 or JSON (a worklist goes to run)"
    if start.startswith((b"GS", b"ST", b"BHT", b"CLM")):
        return "is cut off at its beginning: an 837 begins with an ISA segment"
    return "is neither an 837 (it would begin with ISA) nor JSON"


def claims_of(entries: Entries) -> Iterator[Claim | Unread]:
    """The bare claims of a history file, and what of it could not be read."""
    for entry in entries:
        yield entry.claim if isinstance(entry, Case) else entry
