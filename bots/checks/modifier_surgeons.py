"""Assistants, co-surgeons, teams, several procedures, and procedures that were stopped.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 20.4.3 (assistant
at surgery), section 40.6 (multiple surgeries), section 40.8 (co-surgeons and teams), sections
110.2 and 120.1 (assistants who are no physicians); ch. 14, section 40.4 and ch. 4, section 20.6.4
(terminated procedures); ch. 23, addendum (indicators).
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing
from bots.checks.day import is_professional, marked_lines, professional_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.modifier_ground import (
    fee_rows,
    is_surgery_center,
    is_visit,
    medicare_severity,
    performer_taxonomy,
)
from bots.claims import Case
from bots.codesets import CodeSets

_PHYSICIAN_ASSISTS = ("80", "81", "82")
_ASSISTS = (*_PHYSICIAN_ASSISTS, "AS")
_NOT_COVERED = Denial("CO", "54")
# Physician assistants, nurse practitioners, clinical nurse specialists; physicians.
_NO_PHYSICIANS = ("363A", "363L", "364S")
_PHYSICIANS = ("207", "208", "204")

assistant = Check(
    id="assistant-not-paid",
    family="modifier",
    title="An assistant at a surgery for which none is paid",
    authority="Pub. 100-04, ch. 12, section 20.4.3; ch. 23, addendum (assistant indicators 1, 9)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing(*_ASSISTS)),
    denial=_NOT_COVERED,
)

assistant_documented = Check(
    id="assistant-needs-documentation",
    family="modifier",
    title="An assistant who is paid only with documentation of the need",
    authority="Pub. 100-04, ch. 12, section 20.4.3; ch. 23, addendum (assistant indicator 0)",
    severity=Severity.WARNING,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing(*_ASSISTS)),
    denial=_NOT_COVERED,
)

assistant_who = Check(
    id="assistant-wrong-profession",
    family="modifier",
    title="The assistant's modifier is not that of the profession",
    authority="Pub. 100-04, ch. 12, sections 20.4.3, 110.2 and 120.1",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing(*_ASSISTS)),
    denial=Denial("CO", "4", "N823"),
)

co_surgeon = Check(
    id="co-surgeon-not-paid",
    family="modifier",
    title="62 on a code that two surgeons do not share",
    authority="Pub. 100-04, ch. 12, section 40.8; ch. 23, addendum (co-surgeon indicators 0, 9)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing("62")),
    denial=_NOT_COVERED,
)

co_surgeon_documented = Check(
    id="co-surgeon-needs-documentation",
    family="modifier",
    title="62 on a code that is paid to two surgeons only with documentation",
    authority="Pub. 100-04, ch. 12, section 40.8; ch. 23, addendum (co-surgeon indicator 1)",
    severity=Severity.WARNING,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing("62")),
    denial=_NOT_COVERED,
)

team = Check(
    id="team-not-paid",
    family="modifier",
    title="66 on a code that no surgical team is paid for",
    authority="Pub. 100-04, ch. 12, section 40.8; ch. 23, addendum (team indicators 0, 9)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing("66")),
    denial=_NOT_COVERED,
)

roles = Check(
    id="surgeon-roles-contradict",
    family="modifier",
    title="Two roles of a surgeon on one line",
    authority="Pub. 100-04, ch. 12, sections 20.4.3 and 40.8",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing(*_PHYSICIAN_ASSISTS, "62", "66")),
    denial=Denial("CO", "4", "N519"),
)

multiple = Check(
    id="modifier-51-not-reduced",
    family="modifier",
    title="51 on a code to which no reduction for several procedures applies",
    authority="Pub. 100-04, ch. 12, section 40.6; ch. 23, addendum (multiple indicators 0, 9)",
    severity=Severity.WARNING,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, bearing("51")),
    denial=Denial("CO", "4", "N823"),
)

discontinued_setting = Check(
    id="discontinued-wrong-setting",
    family="modifier",
    title="A stopped procedure has the modifier of another kind of biller",
    authority="Pub. 100-04, ch. 14, section 40.4; ch. 4, section 20.6.4",
    severity=Severity.ERROR,
    when=(bearing("53", "73", "74"),),
    denial=Denial("CO", "4", "N823"),
)

discontinued_twice = Check(
    id="discontinued-contradicts",
    family="modifier",
    title="Modifiers that say in two ways how far a procedure went",
    authority="Pub. 100-04, ch. 14, section 40.4; ch. 4, section 20.6.4; ch. 12, section 20.4.6",
    severity=Severity.ERROR,
    when=(bearing("52", "53", "73", "74"),),
    denial=Denial("CO", "4", "N519"),
)

reduced_visit = Check(
    id="modifier-52-on-visit",
    family="modifier",
    title="52 on a visit",
    authority="Pub. 100-04, ch. 12, section 30.6.18.F (no payment for part of a visit)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing("52"), Mark.EM | Mark.MEDICINE),
    denial=Denial("CO", "4", "N823"),
)


@assistant.review
def assistant_where_none_is_paid(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicator 1 by statute, 9 because the concept does not apply."""
    why = {"1": "Medicare pays no assistant", "9": "the concept does not apply"}
    for line, _, row in fee_rows(case, codesets, *_ASSISTS):
        if row.assistant in why:
            yield assistant.finding(
                line,
                f"an assistant at {line.procedure}, assistant indicator {row.assistant}: "
                f"{why[row.assistant]}",
                severity=medicare_severity(case),
            )


@assistant_documented.review
def assistant_with_documentation(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicator 0 only; whether the operative note is enough, a person says."""
    for line, _, row in fee_rows(case, codesets, *_ASSISTS):
        if row.assistant == "0":
            yield assistant_documented.finding(
                line,
                f"an assistant at {line.procedure}, assistant indicator 0: paid only where "
                "documentation shows the need",
            )


@assistant_who.review
def assistant_of_another_profession(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare's modifiers; silent where the claim names no taxonomy."""
    if not case.claim.coverage.is_medicare:
        return
    taxonomy = performer_taxonomy(case.claim)
    for line, _ in professional_lines(case, *_ASSISTS):
        physicians = [entry for entry in _PHYSICIAN_ASSISTS if entry in line.modifiers]
        if "AS" in line.modifiers and taxonomy.startswith(_PHYSICIANS):
            yield assistant_who.finding(
                line, f"{line.procedure} with AS by a physician; a physician's is 80, 81 or 82"
            )
        elif physicians and "AS" not in line.modifiers and taxonomy.startswith(_NO_PHYSICIANS):
            yield assistant_who.finding(
                line,
                f"{line.procedure} with {physicians[0]} by taxonomy {taxonomy}; that profession "
                "assists with AS",
            )


@co_surgeon.review
def two_surgeons_where_none_share(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicators 0 and 9; 1 is the check beside this one, 2 is right."""
    for line, _, row in fee_rows(case, codesets, "62"):
        if row.co_surgeon in ("0", "9"):
            yield co_surgeon.finding(
                line,
                f"62 on {line.procedure}, co-surgeon indicator {row.co_surgeon}: not permitted",
                severity=medicare_severity(case),
            )


@co_surgeon_documented.review
def two_surgeons_with_documentation(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicator 1 only."""
    for line, _, row in fee_rows(case, codesets, "62"):
        if row.co_surgeon == "1":
            yield co_surgeon_documented.finding(
                line,
                f"62 on {line.procedure}, co-surgeon indicator 1: documentation of the need for "
                "two surgeons goes with the claim",
            )


@team.review
def team_where_none_is_paid(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Indicators 1 and 2 are paid by report."""
    for line, _, row in fee_rows(case, codesets, "66"):
        if row.team in ("0", "9"):
            yield team.finding(
                line,
                f"66 on {line.procedure}, team indicator {row.team}: no surgical team",
                severity=medicare_severity(case),
            )


@roles.review
def two_roles_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """AS beside 80, 81 or 82 is a payer's own way to ask, and no contradiction."""
    for line, _ in professional_lines(case, *_PHYSICIAN_ASSISTS, "62", "66"):
        found = [entry for entry in (*_PHYSICIAN_ASSISTS, "62", "66") if entry in line.modifiers]
        if "AS" in line.modifiers and ("62" in found or "66" in found):
            found.append("AS")
        if len(found) > 1:
            yield roles.finding(
                line,
                f"{line.procedure} with {' and '.join(found)}: one surgeon has one role",
                codes=tuple(found),
            )


@multiple.review
def fifty_one_without_reduction(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Add-on codes (global days ZZZ) are among those that 51 never goes on."""
    for line, _, row in fee_rows(case, codesets, "51"):
        if row.multiple in ("0", "9") or row.global_days == "ZZZ":
            yield multiple.finding(
                line,
                f"51 on {line.procedure}, multiple procedure indicator {row.multiple}, global "
                f"days {row.global_days}: no reduction applies",
            )


@discontinued_setting.review
def stopped_by_another_kind_of_biller(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """73 and 74 are a facility's, 53 a physician's."""
    marked = marked_lines(case.claim, ("53", "73", "74"))
    if not marked:
        return
    facility = not is_professional(case) or is_surgery_center(case.claim)
    wrong = ("53",) if facility else ("73", "74")
    for line, _ in marked:
        for modifier in wrong:
            if modifier in line.modifiers:
                yield discontinued_setting.finding(
                    line,
                    f"{modifier} on {line.procedure}: "
                    + (
                        "a facility says 73 before and 74 after anesthesia"
                        if facility
                        else "a physician says 53; 73 and 74 are the facility's"
                    ),
                    codes=(line.procedure, modifier),
                )


@discontinued_twice.review
def stopped_in_two_ways(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Two of 52 (reduced), 53 (stopped), 73 (before anesthesia), 74 (after)."""
    for line, _ in marked_lines(case.claim, ("52", "53", "73", "74")):
        found = [entry for entry in ("52", "53", "73", "74") if entry in line.modifiers]
        if len(found) > 1:
            yield discontinued_twice.finding(
                line,
                f"{line.procedure} with {' and '.join(found)}: one of them says what happened",
                codes=tuple(found),
            )


@reduced_visit.review
def fifty_two_on_a_visit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Eye visits (92002 to 92014) are not asked: some payers take it there."""
    for line, _ in professional_lines(case, "52"):
        if is_visit(line.procedure) and line.procedure >= "99202":
            yield reduced_visit.finding(
                line,
                f"52 on {line.procedure}: a visit has a lower level instead",
                severity=medicare_severity(case),
            )
