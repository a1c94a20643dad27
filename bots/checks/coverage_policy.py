"""Local and national coverage determinations: does a diagnosis of the line support it.

Authority: Social Security Act 1862(a)(1)(A) and 1869(f)(1)(B), (2)(B); Medicare Program
Integrity Manual (Pub. 100-08), ch. 13 (LCDs); Medicare NCD Manual (Pub. 100-03); notices of
non-coverage: Medicare Claims Processing Manual (Pub. 100-04), ch. 30, 50. Nothing is ever
repaired here: a diagnosis is the provider's, and one that would pay is no reason to write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.forms import dotted, is_icd
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, ServiceLine
from bots.codesets import CodeSets
from bots.codesets.rows import PolicyProcedure

# GA: a notice is on file. GZ: none is. Both expect the denial. GY, GX: excluded by statute, so
# that no policy is asked.
_NOTICE, _NO_NOTICE, _EXCLUDED = "GA", "GZ", {"GY", "GX"}
_REMARKS = {"LCD": "N115", "NCD": "N386"}
_MOST_GROUPS = 30  # no policy has more groups of diagnoses
_TABLES = ("policy_procedure", "policy_diagnosis")
_WHEN = (Mark.MEDICARE, Mark.POLICY)

unsupported = Check(
    id="policy-diagnosis-unsupported",
    family="coverage-policy",
    title="No diagnosis of the line is one that the coverage policy lists",
    authority="SSA 1862(a)(1)(A); Medicare Program Integrity Manual, ch. 13; the policy named",
    severity=Severity.ERROR,
    needs=_TABLES,
    when=_WHEN,
    denial=Denial("CO", "50", "N115"),
)
ruled_out = Check(
    id="policy-diagnosis-excluded",
    family="coverage-policy",
    title="A diagnosis of the line is one that the coverage policy rules out",
    authority="SSA 1862(a)(1)(A); Medicare Program Integrity Manual, ch. 13; the policy named",
    severity=Severity.ERROR,
    needs=_TABLES,
    when=_WHEN,
    denial=Denial("CO", "50", "N115"),
)


@unsupported.review
def no_supporting_diagnosis(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """With GA or GZ the denial is expected and the finding a warning; GY and GX are not asked."""
    for line, day, rows in _asked(case, codesets):
        if isinstance(rows, str):
            yield unsupported.not_evaluated(rows)
            return
        codes = _diagnoses(case, line)
        for policy, groups in _by_policy(rows).items():
            said = [_says(codesets, row, code, day) for row in groups for code in codes]
            if True in said or False in said:  # supported; or ruled out, the other check's
                continue
            elsewhere = any(_in_another_group(codesets, groups[0], code, day) for code in codes)
            yield _finding(
                unsupported,
                line,
                groups[0],
                f"{policy} lists no diagnosis of this line as supporting {line.procedure}"
                + (" (one stands in another group of the policy)" if elsewhere else ""),
                (line.procedure, *codes),
                may_be_right=elsewhere,
            )


@ruled_out.review
def diagnosis_ruled_out(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """One diagnosis that supports it outweighs one that does not."""
    for line, day, rows in _asked(case, codesets):
        if isinstance(rows, str):
            yield ruled_out.not_evaluated(rows)
            return
        for policy, groups in _by_policy(rows).items():
            said = {
                code: [_says(codesets, row, code, day) for row in groups]
                for code in _diagnoses(case, line)
            }
            if any(True in answers for answers in said.values()):
                continue
            wrong = [code for code, answers in said.items() if False in answers]
            if wrong:
                yield _finding(
                    ruled_out,
                    line,
                    groups[0],
                    f"{policy} rules {', '.join(wrong)} out for {line.procedure}",
                    (line.procedure, *wrong),
                )


def _asked(
    case: Case, codesets: CodeSets
) -> Iterator[tuple[ServiceLine, date, list[PolicyProcedure] | str]]:
    """Medicare lines with the policy rows that bind them; or what is missing to know."""
    claim, table = case.claim, codesets.policy_procedure
    assert table is not None
    if not claim.coverage.is_medicare:
        return
    state = claim.facility.state or claim.patient.state
    for line, day in coded_lines(claim):
        rows = [row for row in table.rows(line.procedure) if row.holds_on(day)]
        if not rows or _EXCLUDED & set(line.modifiers):
            continue
        local = [row for row in rows if row.states]
        if local and not state:
            yield line, day, "the facility's state"
            return
        bound = [row for row in rows if not row.states or state in row.states]
        if bound:
            yield line, day, bound


def _diagnoses(case: Case, line: ServiceLine) -> list[str]:
    """What the line points to; on an institutional claim every diagnosis serves every line."""
    claim = case.claim
    meant = [
        entry.code
        for entry in claim.diagnoses
        if claim.type is ClaimType.INSTITUTIONAL or entry.position in line.pointers
    ]
    return [dotted(code) for code in meant if is_icd(code)]


def _by_policy(rows: list[PolicyProcedure]) -> dict[str, list[PolicyProcedure]]:
    found: dict[str, list[PolicyProcedure]] = {}
    for row in rows:
        found.setdefault(f"{row.kind} {row.policy}", []).append(row)
    return found


def _says(codesets: CodeSets, row: PolicyProcedure, code: str, day: date) -> bool | None:
    """True: supports; False: rules out; None: the group does not name the diagnosis."""
    assert codesets.policy_diagnosis is not None
    found = codesets.policy_diagnosis.find(row.policy, row.group, code, on=day)
    return None if found is None else found.covered


def _in_another_group(codesets: CodeSets, row: PolicyProcedure, code: str, day: date) -> bool:
    """The groups of procedures and those of diagnoses are numbered apart in some policies."""
    assert codesets.policy_diagnosis is not None
    found = (
        codesets.policy_diagnosis.find(row.policy, str(number), code, on=day)
        for number in range(1, _MOST_GROUPS + 1)
    )
    return any(entry is not None and entry.covered for entry in found)


def _finding(
    check: Check,
    line: ServiceLine,
    row: PolicyProcedure,
    message: str,
    codes: tuple[str, ...],
    *,
    may_be_right: bool = False,
) -> Finding:
    remark = _REMARKS.get(row.kind, "N115")
    if _NOTICE in line.modifiers:
        return check.finding(
            line,
            f"{message}; GA says that the patient was told and will be billed",
            codes=codes,
            severity=Severity.WARNING,
            denial=Denial("PR", "50", remark),
        )
    if _NO_NOTICE in line.modifiers:
        return check.finding(
            line,
            f"{message}; GZ says that a denial is expected and the patient was not told",
            codes=codes,
            severity=Severity.WARNING,
            denial=Denial("CO", "50", remark),
        )
    severity = Severity.WARNING if may_be_right else None
    denial = Denial("CO", "50", remark)
    return check.finding(line, message, codes=codes, severity=severity, denial=denial)
