"""The claim's MS-DRG: whether the grouper agrees, and on what it rests.

Authority: 42 CFR 412.60 and 412.2; CMS MS-DRG Definitions Manual, version by the day of
discharge (v40 to v44); Medicare Claims Processing Manual (Pub. 100-04), ch. 3, section 20.2;
hospital-acquired conditions by section 1886(d)(4)(D) of the Social Security Act. A hospital's
claim need not name a DRG: the payer groups it. Nothing here says which DRG to bill.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.forms import dotted
from bots.checks.institutional_ground import ACUTE, bill_class
from bots.checks.institutional_grouper import (
    UNGROUPABLE,
    Grouping,
    Rest,
    Stay,
    group,
    rests_of,
    stay_of,
)
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

_MANUAL = "CMS MS-DRG Definitions Manual (v40 to v44)"
_WHEN = (Mark.INSTITUTIONAL,)
_DRG = re.compile(r"[0-9]{3}")

form = Check(
    id="drg-form",
    family="institutional",
    title="The DRG is not three digits",
    authority="NUBC UB-04 manual, form locator 71; 005010X223A2, HI*DR",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "16", "N208"),
)
ungroupable = Check(
    id="drg-ungroupable",
    family="institutional",
    title="The stay groups to no DRG",
    authority=f"42 CFR 412.60(c); {_MANUAL}, 998 and 999",
    severity=Severity.WARNING,
    when=_WHEN,
    denial=Denial("CO", "A8"),
)
differs = Check(
    id="drg-differs",
    family="institutional",
    title="The claim's DRG is not the one that its codes group to",
    authority=f"42 CFR 412.60; {_MANUAL}",
    severity=Severity.WARNING,
    when=_WHEN,
    denial=Denial("CO", "16", "N208"),
)
rests = Check(
    id="drg-rests-on-one-diagnosis",
    family="institutional",
    title="The DRG rests on one secondary diagnosis",
    authority=f"42 CFR 412.60; {_MANUAL}, CC and MCC; "
    "ICD-10-CM Official Guidelines FY2026, section III",
    severity=Severity.INFO,
    when=_WHEN,
)
acquired = Check(
    id="drg-hospital-acquired",
    family="institutional",
    title="A condition that was not present on admission lowers the DRG",
    authority="Social Security Act, section 1886(d)(4)(D); 42 CFR 412.60; "
    f"{_MANUAL}, hospital-acquired conditions",
    severity=Severity.INFO,
    when=_WHEN,
)


def drg_rests_on(case: Case) -> tuple[Rest, ...]:
    """The secondary diagnoses on each of which alone the case's DRG rests.

    Empty where it rests on none or on several together, and where it cannot be grouped.
    """
    stay = stay_of(case.claim)
    return rests_of(stay) if isinstance(stay, Stay) else ()


@form.review
def malformed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Empty is none: a claim may leave it out. A screen may write "MS-DRG 291"."""
    claim = case.claim
    if bill_class(claim) and claim.drg.strip() and _number(claim.drg) is None:
        yield form.finding(None, "A DRG has three digits", codes=(claim.drg,))


@ungroupable.review
def groups_to_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """998: the principal diagnosis may not be one; 999: a code is invalid."""
    for _, grouped in _grouped(ungroupable, case):
        if isinstance(grouped, NotEvaluated):
            yield grouped
        elif grouped.drg in UNGROUPABLE:
            why = grouped.return_code.lower().replace("_", " ").replace("pdx", "principal")
            yield ungroupable.finding(
                None, f"The stay groups to {grouped.drg} ({why})", codes=(str(grouped.drg),)
            )


@differs.review
def another_drg(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent without a DRG on the claim, and where the stay groups to none."""
    said = _number(case.claim.drg)
    if said is None:
        return
    for _, grouped in _grouped(differs, case):
        if isinstance(grouped, NotEvaluated):
            yield grouped
        elif grouped.drg not in UNGROUPABLE and grouped.drg != said:
            yield differs.finding(
                None,
                f"The claim says DRG {said:03}; its codes group to {grouped.drg:03}",
                codes=(f"{said:03}", f"{grouped.drg:03}"),
            )


@rests.review
def on_one_diagnosis(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """A warning where there is documentation and it does not name the diagnosis; else info."""
    for stay, grouped in _grouped(rests, case):
        if isinstance(grouped, NotEvaluated) or stay is None:
            if isinstance(grouped, NotEvaluated):
                yield grouped
            return
        found = rests_of(stay)
        if len(found) != 1:
            return
        (rest,) = found
        code = dotted(rest.code)
        named = _names_of(case, code)
        words = f"DRG {grouped.drg:03} rests on {code} alone: without it, {rest.lower:03}"
        if case.documentation is None or not case.documentation.diagnoses:
            yield rests.finding(None, words, codes=(code,))
        elif named:
            yield rests.finding(None, f"{words}; the record names it", codes=(code,), quote=named)
        else:
            yield rests.finding(
                None,
                f"{words}; no signed entry of the record names it",
                codes=(code,),
                severity=Severity.WARNING,
                denial=Denial("CO", "16", "M64"),
            )


@acquired.review
def lowered_by_what_came_later(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Present on admission N or U on a listed condition."""
    for _, grouped in _grouped(acquired, case):
        if isinstance(grouped, NotEvaluated):
            yield grouped
        elif grouped.before_hac != grouped.drg and grouped.drg not in UNGROUPABLE:
            codes = [dotted(code) for code in grouped.hacs]
            yield acquired.finding(
                None,
                f"{', '.join(codes) or 'A condition'} was not present on admission: "
                f"DRG {grouped.drg:03} instead of {grouped.before_hac:03}",
                codes=codes,
            )


def _grouped(check: Check, case: Case) -> Iterator[tuple[Stay | None, Grouping | NotEvaluated]]:
    """The stay of an acute bill and its grouping, or what is missing; nothing for other bills."""
    if bill_class(case.claim) not in ACUTE:
        return
    stay = stay_of(case.claim)
    if not isinstance(stay, Stay):
        yield None, check.not_evaluated(stay or "the stay")
        return
    grouped = group(stay)
    if grouped is None:
        lacking = f"an MS-DRG version for {stay.discharged.isoformat()}"
        yield None, check.not_evaluated(lacking)
    else:
        yield stay, grouped


def _names_of(case: Case, code: str) -> tuple[str, ...]:
    """The numbers of signed entries that name the diagnosis."""
    if case.documentation is None:
        return ()
    return tuple(
        entry.number
        for entry in case.documentation.diagnoses
        if entry.signed and entry.code.replace(".", "") == code.replace(".", "")
    )


def _number(drg: str) -> int | None:
    text = drg.strip().upper().removeprefix("MS-DRG").strip()
    return int(text) if _DRG.fullmatch(text) and text != "000" else None
