"""Other payers of the claim: their order and what they paid.

Authority: ASC X12 005010X222A1 and X223A2, loops 2000B (SBR01), 2320 and 2330B; Medicare
Secondary Payer Manual (Pub. 100-05), ch. 1 and 3; 42 CFR 411.20 to 411.54. What another payer
paid is its own statement: no bot writes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ClaimType, money
from bots.codesets import CodeSets

_2320 = "005010X222A1 and X223A2, loop 2320"
_RANKS = ("primary", "secondary", "tertiary")
# Value codes that say what a primary payer paid to a claim on which Medicare comes second.
_MSP_VALUES = {"12", "13", "14", "15", "16", "41", "42", "43", "47"}

primary_missing = Check(
    id="cob-primary-missing",
    family="cob",
    title="A claim to a later payer does not name the payer before it",
    authority=f"{_2320}, SBR01, and loop 2330B",
    severity=Severity.ERROR,
    when=(Mark.OTHER_PAYER,),
    denial=Denial("CO", "22", "MA92"),
)
payment_missing = Check(
    id="cob-payment-missing",
    family="cob",
    title="The payer before this one is named without what it paid",
    authority=f"{_2320}, AMT*D",
    severity=Severity.ERROR,
    when=(Mark.OTHER_PAYER,),
    denial=Denial("CO", "22", "MA04"),
)
same_rank = Check(
    id="cob-same-rank",
    family="cob",
    title="Two payers stand in the same place of the order",
    authority=f"{_2320}, SBR01, and loop 2000B, SBR01",
    severity=Severity.ERROR,
    when=(Mark.OTHER_PAYER,),
    denial=Denial("CO", "22"),
)
out_of_turn = Check(
    id="cob-later-payer-paid",
    family="cob",
    title="A payer after this one has paid already",
    authority=f"{_2320}, SBR01 and AMT*D",
    severity=Severity.WARNING,
    when=(Mark.OTHER_PAYER,),
    denial=Denial("CO", "22"),
)
paid_above_total = Check(
    id="cob-paid-above-total",
    family="cob",
    title="Other payers paid more than the claim charges",
    authority=f"{_2320}, AMT*D, and loop 2300, CLM02",
    severity=Severity.WARNING,
    when=(Mark.OTHER_PAYER,),
    denial=Denial("OA", "23"),
)
paid_below_zero = Check(
    id="cob-paid-below-zero",
    family="cob",
    title="Another payer's payment is below zero",
    authority=f"{_2320}, AMT*D, AMT02",
    severity=Severity.ERROR,
    when=(Mark.OTHER_PAYER,),
    denial=Denial("CO", "16", "MA04"),
)
value_code_missing = Check(
    id="msp-value-code-missing",
    family="cob",
    title="Medicare comes second, and no value code says what the first payer paid",
    authority="Medicare Secondary Payer Manual (Pub. 100-05), ch. 3; NUBC FL 39-41",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE, Mark.OTHER_PAYER),
    denial=Denial("CO", "16", "M49"),
)
accident_primary = Check(
    id="msp-accident",
    family="cob",
    title="An accident on a claim that has Medicare pay first",
    authority="42 CFR 411.40 (workers' compensation) and 411.50 (no-fault, liability)",
    severity=Severity.WARNING,
    when=(Mark.MEDICARE, Mark.OTHER_PAYER),
    denial=Denial("CO", "22"),
)


@primary_missing.review
def no_payer_before(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Every place before this one; a rank that is no place of the order is not judged."""
    claim = case.claim
    named = {payer.rank for payer in claim.other_payers}
    lost = [rank for rank in _before(claim) if rank not in named]
    if lost and "other_payers" not in claim.not_shown:
        yield primary_missing.finding(
            None,
            f"The claim goes to the {claim.coverage.rank} payer and names no {lost[0]} one",
        )


@payment_missing.review
def payment_of_the_payer_before(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Zero is a payment; nothing said is none."""
    before = _before(case.claim)
    for payer in case.claim.other_payers:
        if payer.rank in before and payer.paid is None:
            yield payment_missing.finding(
                None, f"The {payer.rank} payer {payer.payer_id} is named without what it paid"
            )


@same_rank.review
def two_payers_of_one_rank(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The claim's own payer counts among them."""
    claim = case.claim
    ranks = Counter([claim.coverage.rank, *(payer.rank for payer in claim.other_payers)])
    for rank in _RANKS:
        if ranks[rank] > 1:
            yield same_rank.finding(None, f"{ranks[rank]} payers are called {rank}")


@out_of_turn.review
def paid_out_of_turn(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A payment of nothing is a statement, too; only an amount paid is out of turn."""
    claim = case.claim
    if claim.coverage.rank not in _RANKS:
        return
    later = _RANKS[_RANKS.index(claim.coverage.rank) + 1 :]
    for payer in claim.other_payers:
        if payer.rank in later and payer.paid:
            yield out_of_turn.finding(
                None,
                f"The {payer.rank} payer {payer.payer_id} paid {money(payer.paid)} before the "
                f"{claim.coverage.rank} one was billed",
            )


@paid_above_total.review
def paid_more_than_charged(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A per-case payment can be more than the charges: a warning."""
    claim = case.claim
    paid = sum((payer.paid or Decimal(0) for payer in claim.other_payers), Decimal(0))
    if claim.total_charge is not None and paid > max(claim.total_charge, Decimal(0)):
        yield paid_above_total.finding(
            None, f"Other payers paid {money(paid)}; the claim charges {money(claim.total_charge)}"
        )


@paid_below_zero.review
def negative_payment(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A recovery is no payment of this claim."""
    for payer in case.claim.other_payers:
        if payer.paid is not None and payer.paid < 0:
            yield paid_below_zero.finding(
                None, f"Payer {payer.payer_id} is said to have paid {money(payer.paid)}"
            )


@value_code_missing.review
def no_value_code(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Institutional claims on which Medicare is not the primary payer."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL or not claim.coverage.is_medicare:
        return
    if not _before(claim) or _MSP_VALUES & {entry.code for entry in claim.values}:
        return
    yield value_code_missing.finding(
        None, f"No value code of {', '.join(sorted(_MSP_VALUES))} says what the first payer paid"
    )


@accident_primary.review
def accident_with_medicare_first(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An accident at work or with a car; silent where another payer is named before Medicare."""
    claim = case.claim
    if not claim.coverage.is_medicare or claim.coverage.rank != "primary":
        return
    if claim.accident in ("AA", "EM") and not claim.other_payers:
        work = claim.accident == "EM"
        yield accident_primary.finding(
            None,
            f"The claim names an accident {'at work' if work else 'with a car'} and no payer "
            "before Medicare",
            denial=Denial("CO", "19" if work else "21"),
        )


def _before(claim: Claim) -> tuple[str, ...]:
    """The places of the order before the claim's own payer."""
    rank = claim.coverage.rank
    return _RANKS[: _RANKS.index(rank)] if rank in _RANKS else ()
