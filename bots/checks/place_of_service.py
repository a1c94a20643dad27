"""Places of service that do not exist or do not go with the code.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 26, section 10.5 (place of
service codes) and ch. 12, section 20.4.2 (the setting decides the rate). Professional claims
only: an institutional claim says its setting by bill type and revenue code.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, place_of
from bots.checks.findings import Class, Denial, Finding, NotEvaluated, Repair, Severity
from bots.checks.forms import is_place
from bots.checks.marks import Mark
from bots.claims import Case, Change, Claim, ClaimType, ServiceLine
from bots.codesets import CodeSets

unknown = Check(
    id="place-of-service-unknown",
    family="place-of-service",
    title="The place of service is no known code",
    authority="Pub. 100-04, ch. 26, section 10.5; ASC X12 005010X222A1, CLM05-1 and SV105",
    severity=Severity.ERROR,
    needs=("place_of_service",),
    when=(Mark.PROFESSIONAL, Mark.PLACE),
    denial=Denial("CO", "16", "M77"),
)

mismatch = Check(
    id="place-of-service-for-code",
    family="place-of-service",
    title="The code cannot be performed in this place of service",
    authority="Pub. 100-04, ch. 26, section 10.5; ch. 12, section 20.4.2",
    severity=Severity.ERROR,
    at_most=Class.PROPOSE,
    needs=("procedure",),
    when=(Mark.PROFESSIONAL, Mark.PLACE),
    denial=Denial("CO", "5", "M77"),
)


@unknown.review
def no_such_place(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent on a badly formed place, and on institutional claims."""
    assert codesets.place_of_service is not None
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL:
        return
    on = claim.service_from or case.as_of
    wrong: dict[str, list[ServiceLine]] = {}
    if is_place(claim.place_of_service):
        wrong[claim.place_of_service] = []
    for line in claim.lines:
        if is_place(line.place_of_service):
            wrong.setdefault(line.place_of_service, []).append(line)
    for place, lines in wrong.items():
        if codesets.place_of_service.find(place, on=on):
            continue
        if not codesets.place_of_service.knows_all(place, on):
            yield unknown.not_evaluated(
                "place_of_service: the imported list does not say it is complete"
            )
            return
        yield unknown.finding(
            lines,
            f"place of service {place} is not a known code",
            codes=(place,),
        )


@mismatch.review
def code_not_done_there(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A code that names its places, billed from another; one finding a place and answer."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL:
        return
    allowed = _places_by_line(case, codesets)
    whole: dict[tuple[str, ...], list[ServiceLine]] = {}
    for line, _ in coded_lines(claim):
        places = allowed.get(line.number, ())
        here = place_of(claim, line)
        if not places or here in places or not _is_real(here, codesets, case):
            continue
        if line.place_of_service:
            repair = _to_line(line, places[0]) if len(places) == 1 else None
            yield mismatch.finding(line, _words(line, here, places), repair=repair)
        else:
            whole.setdefault(places, []).append(line)
    for places, lines in whole.items():
        yield mismatch.finding(
            lines,
            _words(lines[0], claim.place_of_service, places),
            repair=_to_claim(claim, places, allowed),
        )


def _places_by_line(case: Case, codesets: CodeSets) -> dict[int, tuple[str, ...]]:
    assert codesets.procedure is not None
    found = {}
    for line, day in coded_lines(case.claim):
        row = codesets.procedure.find(line.procedure, on=day)
        if row is not None and row.places:
            found[line.number] = row.places
    return found


def _is_real(place: str, codesets: CodeSets, case: Case) -> bool:
    """A badly formed place is `format`'s, an unknown one is the check's above."""
    if not is_place(place):
        return False
    table = codesets.place_of_service
    on = case.claim.service_from or case.as_of
    return table is None or not table.knows_all(place, on) or table.find(place, on=on) is not None


def _to_line(line: ServiceLine, place: str) -> Repair:
    return Repair((Change("place_of_service", line.number, line.place_of_service, place),))


def _to_claim(
    claim: Claim, places: tuple[str, ...], allowed: dict[int, tuple[str, ...]]
) -> Repair | None:
    """The claim's own place, where one answer suits every line that relies on it."""
    if len(places) != 1:
        return None
    relying = [line for line in claim.lines if not line.place_of_service]
    if any(places[0] not in allowed.get(line.number, places) for line in relying):
        return None
    return Repair((Change("place_of_service", None, claim.place_of_service, places[0]),))


def _words(line: ServiceLine, here: str, places: tuple[str, ...]) -> str:
    return f"{line.procedure} in place of service {here}; it belongs in {' or '.join(places)}"
