"""One claim through a run: review, decide, act, say. One coroutine, read as a line.

A claim whose save was proved not to have happened is read, checked and decided once more,
under a new intent; nothing else is ever tried twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bots.checks import Class, Finding, Review, by_id, review
from bots.claims import HOLD, Case, Change, ClaimRef
from bots.codesets import CodeSets
from bots.hands import (
    Done,
    Halted,
    NotOnThisLog,
    NotWritten,
    Order,
    Workplace,
    held_against,
    perform,
)
from bots.ledger import Outcome
from bots.policy import Action, Correct, Flag, Policy, Propose, class_of, decide
from bots.portals.base import HOLD_REASON_LIMIT, LoginRefused, PortalError
from bots.store.content import content_digest, content_of, moved_since
from bots.store.facts import (
    Became,
    ChangeOutcome,
    ChangeRecord,
    ClaimOutcome,
    ExceptionType,
    FindingRecord,
    NewException,
    NewProposal,
    NotEvaluatedRecord,
    ProposalState,
    SeenRecord,
)

# What the hands' outcome means for the claim; confirmed depends on what was done.
_TROUBLE = {
    Outcome.REFUSED: ClaimOutcome.REFUSED,
    Outcome.CONFLICT: ClaimOutcome.CONFLICT,
    Outcome.UNKNOWN: ClaimOutcome.FAILED,
    Outcome.NOT_DONE: ClaimOutcome.FAILED,
}


@dataclass(frozen=True)
class Rules:
    """What claims are held against in this run."""

    codesets: CodeSets
    policy: Policy
    on: date
    put_back: Mapping[str, frozenset[Change]] = field(default_factory=dict)

    def put_back_on(self, claim: str) -> frozenset[Change]:
        """What people put back of our changes to a claim."""
        return self.put_back.get(claim, frozenset())


@dataclass
class Told:
    """Everything a run has to say about one claim; kept in one transaction.

    `halted` is the brake, `met` what the portal did, that left some of it undone.
    """

    seen: SeenRecord
    findings: list[FindingRecord] = field(default_factory=list)
    not_evaluated: list[NotEvaluatedRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    proposals: list[NewProposal] = field(default_factory=list)
    exceptions: list[NewException] = field(default_factory=list)
    became: list[Became] = field(default_factory=list)
    halted: str = ""
    met: PortalError | None = None


async def process(
    case: Case, ref: ClaimRef, position: int, rules: Rules, at: Workplace
) -> tuple[Told, bool]:
    """Check one claim that was read, and do what the policy says.

    Returns:
        What to keep, and whether it must be read and decided anew: its save was proved not
        to have happened.

    Raises:
        LoginRefused: it ends more than the claim. What else the portal does is in what to keep.
    """
    found = review(case, rules.codesets)
    put_back = rules.put_back_on(case.claim.number)
    actions = decide(rules.policy, case, found, rules.on, put_back)
    told = Told(_seen(case, position, found, rules, at))
    told.findings = [_finding(finding, case, rules, actions) for finding in found.findings]
    required = rules.policy.required_for(case.claim.type)
    told.not_evaluated = [
        NotEvaluatedRecord(entry.check, entry.missing, entry.check in required)
        for entry in found.not_evaluated
    ]
    outcomes: set[ClaimOutcome] = set()
    again = unsure = False
    made: tuple[Change, ...] = ()
    for action in actions:
        if isinstance(action, Propose):
            told.proposals.append(_proposal(action, case))
            outcomes.add(ClaimOutcome.PROPOSED)
            continue
        order = _order(action, case, ref, made)
        if isinstance(action, Flag) and (order is None or action.how == "report"):
            if action.how != "report" or _is_loud(action):
                outcomes.add(ClaimOutcome.FLAGGED)
            if action.how == "report" and _is_loud(action) and not rules.policy.notes:
                check = _only([finding.check for finding in action.findings])
                told.exceptions.append(
                    NewException(ExceptionType.BUSINESS, "FLAGGED", action.text[:500], check=check)
                )
            continue
        if order is None or told.halted or told.met:
            continue  # nothing more is begun on this claim; what is only said is still said
        try:
            done = await perform(order, at)
        except LoginRefused:
            raise
        except Halted as error:
            told.halted = str(error)
            outcomes.add(ClaimOutcome.FAILED)
            told.exceptions.append(
                NewException(ExceptionType.APPLICATION, "HALTED", f"not begun: {error}")
            )
            continue
        except PortalError as error:
            told.met = error  # what was done before it stands, and is told
            outcomes.add(ClaimOutcome.FAILED)
            told.exceptions.append(NewException.of(error.code, str(error)))
            continue
        if done.outcome is Outcome.CONFIRMED:
            made += order.changes
        # A note is never tried again in the same run: only its key could tell two apart.
        again = again or (done.outcome is Outcome.NOT_DONE and bool(order.changes))
        # Nor is anything where nobody knows what became of a save: it may still come about.
        unsure = unsure or done.outcome is Outcome.UNKNOWN
        outcomes.add(_outcome_of(order, done, told))
    if told.halted and not outcomes - {ClaimOutcome.FAILED}:
        outcomes.add(ClaimOutcome.FAILED)
    told.seen = replace(
        told.seen,
        outcome=ClaimOutcome.first(outcomes),
        if_rejected=ClaimOutcome.first(outcomes - {ClaimOutcome.PROPOSED}),
        clean_after=_clean_after(told, found, rules, case, actions),
    )
    return told, again and not (unsure or told.met)


async def apply_approved(
    case: Case, ref: ClaimRef, position: int, rules: Rules, at: Workplace, approved: Approved
) -> Told:
    """Apply one approved proposal, if the claim, read and checked again, still says the same.

    What became of the proposal stands in `became`: nothing in a shadow run, where its check could
    not be evaluated, or where the save did not come about.
    """
    found = review(case, rules.codesets)
    told = Told(_seen(case, position, found, rules, at))
    told.findings = [_finding(finding, case, rules, ()) for finding in found.findings]
    order = Order(
        ref,
        case,
        (approved.check,),
        # What the person typed is sealed in the log's approval; a reason stands there open.
        f"approved proposal {approved.id}",
        changes=approved.changes,
        authority=by_id()[approved.check].authority if approved.check in by_id() else "",
        decided_by=approved.by,
        undoes=approved.reverts,
    )
    if held_against(case.claim, approved.changes) == "new":
        # Saved by a run that died before it could say so, or by a person meanwhile.
        done = Done(Outcome.ALREADY_CORRECT)
    elif why := _outdated(case, found, rules, approved):
        return _not_applied(told, approved, "PROPOSAL_STALE", why, for_good=not at.shadow)
    elif missing := _unanswered(found, approved):
        why = f"its check could not be evaluated: {missing}"
        return _not_applied(told, approved, "NOT_EVALUATED", why, for_good=False)
    else:
        try:
            done = await perform(order, at)
        except Halted as error:
            told.halted = str(error)
            told.seen = replace(told.seen, outcome=ClaimOutcome.FAILED)
            return told
        except NotWritten as error:
            # Where the save is on another machine's log, a run there can put it back.
            for_good = not (at.shadow or isinstance(error, NotOnThisLog))
            return _not_applied(told, approved, error.code, str(error), for_good=for_good)
    told.seen = replace(told.seen, outcome=_outcome_of(order, done, told))
    told.exceptions = [replace(entry, proposal=approved.id) for entry in told.exceptions]
    told.changes = [replace(change, reason=approved.reason) for change in told.changes]
    if not at.shadow and done.outcome in {Outcome.CONFIRMED, Outcome.ALREADY_CORRECT}:
        mended = [finding for finding in found.findings if _is_approved(finding, approved)]
        # What is put back was found wrong once: nobody has checked the claim with it.
        clean = not approved.reverts and _is_clean_without(mended, found, rules, case)
        told.seen = replace(told.seen, clean_after=clean)
        told.became.append(Became(approved.id, ProposalState.APPLIED, done.intent))
    return told


def _not_applied(told: Told, approved: Approved, code: str, why: str, *, for_good: bool) -> Told:
    """An approved proposal is not applied, and `for_good`: never will be."""
    told.exceptions.append(
        NewException(ExceptionType.BUSINESS, code, why, check=approved.check, proposal=approved.id)
    )
    told.seen = replace(told.seen, outcome=ClaimOutcome.FLAGGED)
    if for_good:
        told.became.append(Became(approved.id, ProposalState.STALE))
    return told


def _is_approved(finding: Finding, approved: Approved) -> bool:
    """Whether this is the finding, with the very changes, that a person approved."""
    repair = finding.repair
    return finding.check == approved.check and bool(repair and repair.changes == approved.changes)


def _unanswered(found: Review, approved: Approved) -> str:
    """What the check lacks that would have to ask for the approved change once more, or empty."""
    if approved.reverts or any(_is_approved(finding, approved) for finding in found.findings):
        return ""
    lacking = (entry.missing for entry in found.not_evaluated if entry.check == approved.check)
    return next(lacking, "")


def _outdated(case: Case, found: Review, rules: Rules, approved: Approved) -> str:
    """Why an approved proposal may not be applied any more; empty where it may.

    A revert answers no finding: it is bound to the fields that the bot wrote, and no more. Nor is
    there a finding where the check could not be evaluated: then only the claim can say it.
    """
    if approved.reverts:
        moved = held_against(case.claim, approved.changes) != "old"
        no_more = "the claim no longer holds what the bot wrote" if moved else ""
        return no_more or rules.policy.closed_to_changes(case.claim) or ""
    finding = next((entry for entry in found.findings if _is_approved(entry, approved)), None)
    is_as_then = held_against(case.claim, approved.changes) == "old"
    if finding is None and not (_unanswered(found, approved) and is_as_then):
        return "the claim or the finding is no longer what was approved"
    if closed := rules.policy.closed_to_changes(case.claim):
        return closed
    if finding and class_of(rules.policy, finding, case, rules.on) is Class.FLAG:
        return "the policy flags it by now"
    moved_fields = moved_since(approved.content, case.claim, approved.own)
    if approved.content and moved_fields:
        return f"changed since it was proposed: {', '.join(moved_fields)}"
    return ""


@dataclass(frozen=True, slots=True)
class Approved:
    """A proposal that a person approved: what, by whom, why.

    It is bound to `content`, the claim as read then; `own` is what our hands changed since.
    `reverts` is the intent of ours that it puts back, or empty.
    """

    id: str
    check: str
    changes: tuple[Change, ...]
    by: str
    reason: str
    content: Mapping[str, str] = field(default_factory=dict)
    own: tuple[Change, ...] = ()
    reverts: str = ""


def _seen(case: Case, position: int, found: Review, rules: Rules, at: Workplace) -> SeenRecord:
    clean = found.is_clean(rules.policy.required_for(case.claim.type))
    return SeenRecord.of(
        case.claim,
        position=position,
        outcome=ClaimOutcome.PASSED,
        reference=at.ledger.digest(case.claim.number),
        clean_as_found=clean,
        clean_after=clean,
    )


def _clean_after(
    told: Told, found: Review, rules: Rules, case: Case, actions: tuple[Action, ...]
) -> bool:
    """Clean once the bot's own confirmed correction is taken into account."""
    if told.seen.clean_as_found:
        return True
    mended: list[Finding] = []
    written = {
        change.change
        for change in told.changes
        if change.outcome in {ChangeOutcome.CONFIRMED, ChangeOutcome.ALREADY_CORRECT}
    }
    for action in actions:
        if isinstance(action, Correct) and written.issuperset(action.changes):
            mended += action.findings
    return _is_clean_without(mended, found, rules, case)


def _is_clean_without(mended: Iterable[Finding], found: Review, rules: Rules, case: Case) -> bool:
    # By identity: of two equal findings only one may have been mended.
    gone = {id(finding) for finding in mended}
    rest = tuple(finding for finding in found.findings if id(finding) not in gone)
    return replace(found, findings=rest).is_clean(rules.policy.required_for(case.claim.type))


def _is_loud(action: Flag) -> bool:
    return any(finding.severity.value != "info" for finding in action.findings)


def _order(
    action: Action, case: Case, ref: ClaimRef, made: tuple[Change, ...] = ()
) -> Order | None:
    match action:
        case Correct(changes, findings, reason):
            return Order(
                ref,
                case,
                tuple(dict.fromkeys(finding.check for finding in findings)),
                reason,
                changes=changes,
                answers=_answers(findings),
                authority=_authorities(findings),
            )
        case Flag(findings, how, key, text, reason) if how == "hold":
            if case.claim.on_hold:
                return None  # already as it should be
            return Order(
                ref,
                case,
                tuple(dict.fromkeys(finding.check for finding in findings)),
                reason,
                changes=(HOLD,),
                note_key=key,
                hold_reason=f"[{key}] {text}"[:HOLD_REASON_LIMIT],
                authority=_authorities(findings),
                made=made,
            )
        case Flag(findings, how, key, text, reason) if how == "note":
            return Order(
                ref,
                case,
                tuple(dict.fromkeys(finding.check for finding in findings)),
                reason,
                note_key=key,
                note_text=text,
                authority=_authorities(findings),
                made=made,
            )
    return None


def _answers(findings: tuple[Finding, ...]) -> dict[Change, str]:
    """Which check each change answers."""
    return {
        change: finding.check
        for finding in findings
        if finding.repair
        for change in finding.repair.changes
    }


def _authorities(findings: tuple[Finding, ...]) -> str:
    return "; ".join(dict.fromkeys(by_id()[finding.check].authority for finding in findings))


def _outcome_of(order: Order, done: Done, told: Told) -> ClaimOutcome:
    outcome = ChangeOutcome.SHADOW if done.outcome is None else CHANGE_OUTCOMES.get(done.outcome)
    if outcome is not None:
        told.changes += [
            ChangeRecord(
                check=order.answers.get(change, order.checks[0]),
                field=change.field,
                line=change.line,
                from_value=change.from_,
                to_value=change.to,
                outcome=outcome,
                intent=done.intent,
                after_crash=done.after_crash,
                decided_by=order.decided_by,
                reason=order.reason,
                acted=done.acted,
            )
            for change in order.changes
        ]
    if done.outcome in _TROUBLE:
        told.exceptions.append(_exception(done, _only(order.checks)))
        return _TROUBLE[done.outcome]
    return ClaimOutcome.CORRECTED if order.kind == "correct" else ClaimOutcome.FLAGGED


CHANGE_OUTCOMES = {
    Outcome.CONFIRMED: ChangeOutcome.CONFIRMED,
    Outcome.ALREADY_CORRECT: ChangeOutcome.ALREADY_CORRECT,
    Outcome.REFUSED: ChangeOutcome.REFUSED,
    Outcome.CONFLICT: ChangeOutcome.CONFLICT,
    Outcome.UNKNOWN: ChangeOutcome.UNKNOWN,
}


def _only(checks: Sequence[str]) -> str:
    """The one check that something is about; empty where there are several."""
    return checks[0] if len(set(checks)) == 1 else ""


def _exception(done: Done, check: str) -> NewException:
    kind = (
        ExceptionType.BUSINESS
        if done.outcome in {Outcome.REFUSED, Outcome.CONFLICT}
        else ExceptionType.APPLICATION
    )
    words = done.words or "see the audit log"
    return NewException(kind, code_of(done), words, check=check, intent=done.intent)


def code_of(done: Done) -> str:
    """The exception's code; a conflict after a save means that the portal holds something else."""
    if done.outcome is Outcome.CONFLICT and done.acted:
        return "SAVE_DIFFERS"
    return f"SAVE_{str(done.outcome).upper().replace('-', '_')}"


def _finding(
    finding: Finding, case: Case, rules: Rules, actions: tuple[Action, ...]
) -> FindingRecord:
    check = by_id()[finding.check]
    return FindingRecord(
        check=finding.check,
        family=check.family,
        severity=finding.severity.value,
        class_name=class_of(
            rules.policy, finding, case, rules.on, rules.put_back_on(case.claim.number)
        ).value,
        message=finding.message,
        title=check.title,
        lines=finding.lines,
        codes=finding.codes,
        authority=check.authority,
        table_release=finding.table or "",
        at_stake=finding.at_stake,
        quote=finding.quote,
        reason=_reason(finding, actions),
        denial=str(finding.denial or ""),
    )


def _reason(finding: Finding, actions: tuple[Action, ...]) -> str:
    for action in actions:
        if isinstance(action, Propose) and action.finding is finding:
            return action.reason
        if isinstance(action, Correct | Flag) and any(f is finding for f in action.findings):
            return action.reason
    return ""


def _proposal(action: Propose, case: Case) -> NewProposal:
    return NewProposal(
        check=action.finding.check,
        changes=action.changes,
        raises_payment=action.raises_payment,
        at_stake=action.finding.at_stake,
        message=action.finding.message,
        reason=action.reason,
        content_digest=content_digest(case),
        content=content_of(case.claim),
    )
