"""The smallest lawful repairs of a claim: sets of edits after which the checks pass.

An edit is lawful if it is a check's own computed repair, if it removes a line that the record
does not support, or if it writes what the record shows: a modifier or a diagnosis only with the
entry quoted, or with what the record must show said as a condition. *Bill it as it is* comes
first and *remove the line* next; the order never asks what a claim would pay. Nothing is done
for a coverage policy, and no modifier ever stands between two codes whose edit has indicator 0.

Authority: 31 U.S.C. 3729 (False Claims Act); CMS NCCI Policy Manual, ch. I, section E (when a
modifier may be used); AHIMA/ACDIS, Guidelines for Achieving a Compliant Query Practice (2022).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from bots.checks.catalogue import by_id
from bots.checks.findings import Finding, Severity
from bots.checks.review import review
from bots.claims import Case, Change, Claim, Diagnosis, DiagnosisKind, Role, ServiceLine
from bots.codesets import CodeSets

MOST_EDITS = 3  # more than three edits at once is no repair but another claim
MOST_CANDIDATES = 10  # 175 reviews at most
_NEVER = {"coverage-policy"}  # families for which nothing is proposed

# A modifier that a finding's line may carry if the record shows what stands behind it. The
# finding of the second id only says so again, so that it may take the first one's place.
_MODIFIERS: dict[str, tuple[tuple[str, str], ...]] = {
    "ptp-unmodified": (
        ("59", "the record shows another session, site, organ, lesion or injury"),
        ("25", "the visit's note shows a significant, separately identifiable service"),
    ),
    "global-visit-with-minor": (
        ("25", "the visit's note shows a significant, separately identifiable service"),
    ),
    "global-visit-with-major": (("57", "the visit's note shows the decision for the surgery"),),
    "hospice-without-gv-gw": (
        ("GW", "the record shows that it has nothing to do with the terminal illness"),
        ("GV", "the attending physician, who is not the hospice's, treated the illness"),
    ),
    "clia-waived-without-qw": (("QW", "the record shows that the waived kit was used"),),
}
_SAYS_AGAIN = {
    "ptp-unmodified": {"ptp-modified"},
    "global-visit-with-minor": {"global-25-not-documented"},
}
_DIAGNOSES = {"diagnosis-code-first-missing"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One lawful edit. `removes` is the number of the line that goes; `quote` names entries."""

    words: str
    condition: str
    changes: tuple[Change, ...] = ()
    removes: int | None = None
    puts_first: str = ""  # a diagnosis, before all others
    quote: tuple[str, ...] = ()
    excuses: frozenset[str] = frozenset()  # checks that may fire after it, for they say it again


@dataclass(frozen=True, slots=True)
class Way:
    """A set of edits. `leaves` are the checks that still have something to say."""

    edits: tuple[Edit, ...]
    words: str
    leaves: tuple[str, ...] = ()


def ways(case: Case, codesets: CodeSets) -> tuple[Way, ...]:
    """Bill it as it is, then every smallest set of lawful edits after which checks pass.

    Smallest: no part of the set would do. Where no set silences every check, those that silence
    every error are given, and else those that do what checks computed; each way says what it
    leaves. At most `MOST_EDITS` edits at once.
    """
    before = review(case, codesets).findings
    as_it_is = Way((), _as_it_is(before), tuple(dict.fromkeys(f.check for f in before)))
    if not before:
        return (as_it_is,)
    edits = candidates(case, before)
    found: list[tuple[tuple[Edit, ...], tuple[str, ...]]] = []
    for goal in goals(before):
        found = found or smallest(case, codesets, before, edits, goal)
    named = [Way(way, "; ".join(e.words for e in way), left) for way, left in found]
    return (as_it_is, *sorted(named, key=_order))


def goals(before: Sequence[Finding]) -> tuple[frozenset[str], ...]:
    """The checks that must fall silent: all; those in error; those that computed a repair."""
    open_ = [f for f in before if by_id()[f.check].family not in _NEVER]
    return (
        frozenset(f.check for f in open_),
        frozenset(f.check for f in open_ if f.severity is Severity.ERROR),
        frozenset(f.check for f in open_ if f.repair is not None),
    )


def smallest(
    case: Case,
    codesets: CodeSets,
    before: Sequence[Finding],
    edits: Sequence[Edit],
    goal: frozenset[str],
) -> list[tuple[tuple[Edit, ...], tuple[str, ...]]]:
    """Every set of edits that does, and of which no part does; with the checks it leaves."""
    found: list[tuple[tuple[Edit, ...], tuple[str, ...]]] = []
    if not goal:
        return found
    for size in range(1, MOST_EDITS + 1):
        for chosen in combinations(edits, size):
            if any(set(done) <= set(chosen) for done, _ in found) or not go_together(chosen):
                continue
            after = review(edited(case, chosen), codesets).findings
            if passes(before, after, chosen, goal):
                found.append((chosen, tuple(dict.fromkeys(f.check for f in after))))
    return found


def passes(
    before: Iterable[Finding],
    after: Iterable[Finding],
    chosen: Iterable[Edit],
    goal: frozenset[str],
) -> bool:
    """Whether what had to go is gone and nothing came that was not there before."""
    excused = {check for edit in chosen for check in edit.excuses}
    was = Counter(finding.check for finding in before)
    now = Counter(finding.check for finding in after)
    if any(now[check] > was[check] and check not in excused for check in now):
        return False
    return not (goal & now.keys()) - excused


def candidates(case: Case, findings: Sequence[Finding]) -> tuple[Edit, ...]:
    """The lawful edits that findings call for, removals first; none for a coverage policy."""
    made: list[Edit] = []
    for finding in findings:
        if by_id()[finding.check].family not in _NEVER:
            made += _edits_for(case, finding)
    made.sort(key=lambda edit: edit.removes is None)
    return tuple(dict.fromkeys(made))[:MOST_CANDIDATES]


def _edits_for(case: Case, finding: Finding) -> Iterator[Edit]:
    claim = case.claim
    if len(claim.lines) > 1:
        for number in finding.lines:
            yield _removal(case, number)
    if finding.repair is not None:
        words = ", ".join(_change_in_words(change) for change in finding.repair.changes)
        yield Edit(words, "the claim is otherwise as the record has it", finding.repair.changes)
    for modifier, condition in _MODIFIERS.get(finding.check, ()):
        again = frozenset(_SAYS_AGAIN.get(finding.check, ()))
        for number in finding.lines:
            yield from _with_modifier(case, number, modifier, condition, again)
    if finding.check in _DIAGNOSES and case.documentation is not None:
        held = {entry.code for entry in claim.diagnoses}
        for entry in case.documentation.diagnoses:
            if entry.signed and entry.code not in held:
                yield Edit(
                    f"put {entry.code} first",
                    "the provider documented it for this encounter",
                    puts_first=entry.code,
                    quote=(entry.number,),
                )


def _removal(case: Case, number: int) -> Edit:
    return Edit(
        f"remove line {number}",
        f"the record does not support line {number}",
        removes=number,
    )


def _with_modifier(
    case: Case, number: int, modifier: str, condition: str, again: frozenset[str]
) -> Iterator[Edit]:
    line = case.claim.line(number)
    if line is None or modifier in line.modifiers or len(line.modifiers) >= 4:
        return
    change = Change(
        "modifiers", number, " ".join(line.modifiers), " ".join((*line.modifiers, modifier))
    )
    quote = _visits_that_show(case, modifier, line)
    yield Edit(f"{modifier} on line {number}", condition, (change,), quote=quote, excuses=again)


def _visits_that_show(case: Case, modifier: str, line: ServiceLine) -> tuple[str, ...]:
    """The signed visits of the line's day that bear 25 or 57 out, by their entry."""
    visits = case.documentation.visits if case.documentation is not None else ()
    return tuple(
        visit.number
        for visit in visits
        if visit.signed and visit.seen_on == line.service_date
        if (modifier == "25" and visit.separate_from_procedure)
        or (modifier == "57" and visit.decision_for_surgery)
    )


def go_together(edits: Sequence[Edit]) -> bool:
    """Whether no two edits write the same field or touch a line that another removes."""
    removed = {edit.removes for edit in edits if edit.removes is not None}
    spots = [(c.field, c.line) for edit in edits for c in edit.changes]
    lists = sum(bool(edit.puts_first) for edit in edits)
    return (
        len(spots) == len(set(spots))
        and not any(line in removed for _, line in spots)
        and lists + any(field in ("diagnoses", "pointers") for field, _ in spots) <= 1
    )


def edited(case: Case, edits: Iterable[Edit]) -> Case:
    """The case with the edits made, in whatever order they come.

    The total follows where it was the sum of the lines, or where an edit recalculates it.
    """
    claim = case.claim
    chosen = tuple(edits)
    changes = [change for edit in chosen for change in edit.changes]
    for change in changes:
        if change.field != "total_charge":
            claim = with_change(claim, change)
    for edit in chosen:
        if edit.puts_first:
            claim = _with_first(claim, edit.puts_first)
        if edit.removes is not None:
            claim = _without(claim, edit.removes)
    if any(change.field == "total_charge" for change in changes):
        claim = replace(claim, total_charge=claim.charges)
    return replace(case, claim=claim)


def _without(claim: Claim, number: int) -> Claim:
    kept = tuple(line for line in claim.lines if line.number != number)
    less = replace(claim, lines=kept)
    return (
        replace(less, total_charge=less.charges) if claim.total_charge == claim.charges else less
    )


def _with_first(claim: Claim, code: str) -> Claim:
    rest = tuple(
        replace(
            entry,
            position=entry.position + 1,
            kind=DiagnosisKind.OTHER if entry.kind is DiagnosisKind.PRINCIPAL else entry.kind,
        )
        for entry in claim.diagnoses
    )
    lines = tuple(
        replace(line, pointers=tuple(place + 1 for place in line.pointers)) for line in claim.lines
    )
    first = Diagnosis(1, code, DiagnosisKind.PRINCIPAL)
    return replace(claim, diagnoses=(first, *rest), lines=lines)


def with_change(claim: Claim, change: Change) -> Claim:
    """The claim with one field written, in the spelling of `bots.claims.value_of`.

    Raises:
        KeyError: a field that no check repairs.
    """
    if change.line is not None:
        lines = tuple(
            _line_with(line, change) if line.number == change.line else line
            for line in claim.lines
        )
        return replace(claim, lines=lines)
    if change.field.endswith("_npi"):
        role = Role(change.field.removesuffix("_npi"))
        named = tuple(
            replace(entry, npi=change.to) if entry.role is role else entry
            for entry in claim.providers
        )
        return replace(claim, providers=named)
    match change.field:
        case "diagnoses":
            return replace(claim, diagnoses=_reordered(claim, change.to.split()))
        case "total_charge":
            return replace(claim, total_charge=Decimal(change.to))
        case "place_of_service":
            return replace(claim, place_of_service=change.to)
        case "frequency_code":
            return replace(claim, frequency_code=change.to)
        case "member_id":
            return replace(claim, coverage=replace(claim.coverage, member_id=change.to))
    raise KeyError(change.field)


def _line_with(line: ServiceLine, change: Change) -> ServiceLine:
    match change.field:
        case "modifiers":
            return replace(line, modifiers=tuple(change.to.split()))
        case "pointers":
            return replace(line, pointers=tuple(int(word) for word in change.to.split()))
        case "units":
            return replace(line, units=Decimal(change.to))
        case "charge":
            return replace(line, charge=Decimal(change.to))
        case "procedure":
            return replace(line, procedure=change.to)
        case "place_of_service":
            return replace(line, place_of_service=change.to)
        case "ndc":
            return replace(line, ndc=change.to)
    raise KeyError(change.field)


def _reordered(claim: Claim, codes: list[str]) -> tuple[Diagnosis, ...]:
    """The diagnoses under new codes and places; each keeps what else was said of its code."""
    kinds = [entry.kind for entry in claim.diagnoses]
    by_code = {entry.code: entry for entry in claim.diagnoses}
    return tuple(
        replace(
            by_code.get(code, Diagnosis(place, code)),
            position=place,
            code=code,
            kind=kinds[place - 1] if place <= len(kinds) else DiagnosisKind.OTHER,
        )
        for place, code in enumerate(codes, start=1)
    )


def _as_it_is(findings: Sequence[Finding]) -> str:
    denials = dict.fromkeys(str(finding.denial) for finding in findings if finding.denial)
    if not denials:
        return "bill it as it is"
    return f"bill it as it is; a payer is likely to answer {', '.join(denials)}"


def _order(way: Way) -> tuple[bool, int, str]:
    """Ways that only remove come first, then shorter ones; money is never asked."""
    return (any(edit.removes is None for edit in way.edits), len(way.edits), way.words)


def _change_in_words(change: Change) -> str:
    where = f" of line {change.line}" if change.line is not None else ""
    return f"{change.field.replace('_', ' ')}{where}: {change.from_ or '(empty)'} → {change.to}"
