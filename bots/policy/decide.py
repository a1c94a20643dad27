"""From findings to actions: at most one correction (one save) and one flag for a claim."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from bots.checks import Class, Finding, Review, Severity, by_id
from bots.claims import Case, Change
from bots.policy.file import Policy
from bots.policy.limits import Payment, forbidden_together, may_be_automatic, payment


@dataclass(frozen=True, slots=True)
class Correct:
    """The bot writes these changes, all in one save."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Propose:
    """A person decides; `raises_payment` is true where it does or may raise payment."""

    changes: tuple[Change, ...]
    finding: Finding
    raises_payment: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A person looks. `how` is note, hold or report; the key finds the note again.

    `text` is what the note says: check ids, lines and codes, no patient data.
    """

    findings: tuple[Finding, ...]
    how: str
    key: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing to do."""

    reason: str = "no finding"


Action = Correct | Propose | Flag | Pass


def decide(
    policy: Policy,
    case: Case,
    review: Review,
    on: date,
    put_back: frozenset[Change] = frozenset(),
) -> tuple[Action, ...]:
    """What to do about a review, on a day (overrides end on their own date).

    `put_back` are changes of this claim that a person has put back: they are proposed at most.
    The order is the order of doing: the correction first, then proposals, then the flag.
    """
    automatic: list[Finding] = []
    taken: dict[tuple[str, int | None], str] = {}
    proposals: list[Propose] = []
    flagged: list[tuple[Finding, str]] = []
    for finding in review.findings:
        highest, reason = _class_and_reason(policy, finding, case, on, put_back)
        changes = finding.repair.changes if finding.repair else ()
        if highest is Class.AUTO and not _overlaps(changes, taken):
            automatic.append(finding)
            taken.update({(change.field, change.line): change.to for change in changes})
        elif highest is Class.AUTO:
            flagged.append((finding, "overlaps another correction of this claim"))
        elif highest is Class.PROPOSE:
            moves = payment(case, changes)
            raises = moves in {Payment.MORE, Payment.UNKNOWN}
            proposals.append(Propose(changes, finding, raises, reason))
        else:
            flagged.append((finding, reason))
    how = _how(policy, case, [finding for finding, _ in flagged], on)
    if how == "hold":
        # On hold nothing could be applied: it is proposed again once the hold is released.
        flagged += [(proposal.finding, "the claim goes on hold") for proposal in proposals]
        proposals = []
    actions: list[Action] = []
    if automatic:
        actions.append(_correct(automatic))
    actions.extend(proposals)
    if flagged:
        actions.append(_flag(how, flagged))
    return tuple(actions) or (Pass(),)


def class_of(
    policy: Policy,
    finding: Finding,
    case: Case,
    on: date,
    put_back: frozenset[Change] = frozenset(),
) -> Class:
    """What policy makes of one finding of this case on a day."""
    return _class_and_reason(policy, finding, case, on, put_back)[0]


def reason_for(policy: Policy, finding: Finding, case: Case, on: date) -> str:
    """Why policy makes of one finding what `class_of` says, in words."""
    return _class_and_reason(policy, finding, case, on, frozenset())[1]


def _class_and_reason(
    policy: Policy, finding: Finding, case: Case, on: date, put_back: frozenset[Change]
) -> tuple[Class, str]:
    check = by_id()[finding.check]
    if finding.repair is None:
        return Class.FLAG, "needs the record, an order or the payer's policy"
    changes = finding.repair.changes
    banned = forbidden_together(case, changes)
    if banned:
        return Class.FLAG, banned
    highest = min(check.at_most, policy.class_for(check, case, on), key=lambda c: c.rank)
    if highest is Class.FLAG:
        return Class.FLAG, "policy flags it"
    closed = policy.closed_to_changes(case.claim)
    if closed:
        return Class.FLAG, closed
    if highest is Class.AUTO:
        needs_person = may_be_automatic(case, changes)
        if needs_person:
            return Class.PROPOSE, needs_person
        if payment(case, changes) not in {Payment.SAME, Payment.LESS}:
            return Class.PROPOSE, "it may raise what the office expects to be paid"
        if put_back.intersection(changes):
            return Class.PROPOSE, "a person put this back: it is not done again by itself"
        return Class.AUTO, "representation only"
    return Class.PROPOSE, "one computed answer; a person decides"


def _overlaps(changes: tuple[Change, ...], taken: dict[tuple[str, int | None], str]) -> bool:
    return any((change.field, change.line) in taken for change in changes)


def _correct(findings: list[Finding]) -> Correct:
    changes = tuple(
        change
        for finding in findings
        for change in (finding.repair.changes if finding.repair else ())
    )
    rules = ", ".join(dict.fromkeys(finding.check for finding in findings))
    return Correct(changes, tuple(findings), f"representation only: {rules}")


def _how(policy: Policy, case: Case, findings: list[Finding], on: date) -> str:
    loud = [finding.check for finding in findings if finding.severity is not Severity.INFO]
    return policy.mark_for(loud, case.claim, on) if loud else "report"


def _flag(how: str, flagged: list[tuple[Finding, str]]) -> Flag:
    findings = tuple(finding for finding, _ in flagged)
    loud = [finding for finding in findings if finding.severity is not Severity.INFO]
    spoken = loud or list(findings)
    marks = sorted(f"{finding.check}:{_lines(finding)}" for finding in spoken)
    key = "cb-" + hashlib.sha256("|".join(marks).encode()).hexdigest()[:16]
    text = "; ".join(_says(finding) for finding in spoken)
    reasons = "; ".join(dict.fromkeys(reason for _, reason in flagged))
    return Flag(findings, how, key, text[:900], reasons)


def _lines(finding: Finding) -> str:
    return ",".join(str(line) for line in finding.lines)


def _says(finding: Finding) -> str:
    where = f" (line {_lines(finding)})" if finding.lines else ""
    return f"{finding.check}{where}: {finding.message}"
