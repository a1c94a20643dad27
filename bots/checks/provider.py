"""NPIs, taxonomies and the provider who ordered.

Authority: 45 CFR 162.406 (the NPI and its check digit), 42 CFR 424.507 (ordering and
certifying), the payer's companion guide for taxonomies. An NPI says who did it: one that
stands on a claim is never changed, and an empty one is filled only from the very record the
claim already links in that role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.findings import Class, Finding, NotEvaluated, Repair, Severity
from bots.checks.forms import is_npi, is_sound_npi, passes_check_digit
from bots.checks.marks import Mark
from bots.claims import Case, Change, Claim, ClaimType, Role, ServiceLine
from bots.codesets import CodeSets

check_digit = Check(
    id="npi-check-digit",
    family="provider",
    title="An NPI fails its check digit",
    authority="45 CFR 162.406(a): ISO/IEC 7812-1 Luhn formula, prefix 80840",
    severity=Severity.ERROR,
    when=(Mark.PROVIDER,),
)
record_differs = Check(
    id="npi-not-the-records",
    family="provider",
    title="The NPI on the claim is not that of the linked provider record",
    authority="45 CFR 162.410(a)(1)",
    severity=Severity.WARNING,
    when=(Mark.PROVIDER,),
)
taxonomy_missing = Check(
    id="taxonomy-missing",
    family="provider",
    title="A taxonomy that the payer requires is missing",
    authority="005010X222A1 and X223A2, loops 2000A and 2310, PRV03; the payer's companion guide",
    severity=Severity.ERROR,
    needs=("payer_rule",),
    when=(Mark.PROVIDER,),
)
taxonomy_unknown = Check(
    id="taxonomy-unknown",
    family="provider",
    title="A taxonomy is not in the list of provider taxonomies",
    authority="005010X222A1 and X223A2, PRV03, code source 682 (NUCC)",
    severity=Severity.ERROR,
    needs=("taxonomy",),
    when=(Mark.PROVIDER,),
)
ordering_missing = Check(
    id="ordering-npi-missing",
    family="provider",
    title="An ordered service names no ordering or referring NPI",
    authority="42 CFR 424.507(a); denied with N264 or N265",
    severity=Severity.ERROR,
    at_most=Class.AUTO,
    needs=("procedure",),
    when=(Mark.PROFESSIONAL, Mark.MEDICARE, Mark.ORDERED),
)


@check_digit.review
def wrong_check_digit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only numbers of the right form: the family format has the others."""
    for provider in case.claim.providers:
        if is_npi(provider.npi) and not passes_check_digit(provider.npi):
            yield check_digit.finding(
                None, f"The {_words(provider.role)} NPI {provider.npi} fails its check digit"
            )


@record_differs.review
def another_npi_than_the_records(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where either is empty or unsound: other checks speak of that."""
    for provider in case.claim.providers:
        record = provider.record
        if record is None or not (is_sound_npi(provider.npi) and is_sound_npi(record.npi)):
            continue
        if provider.npi != record.npi:
            yield record_differs.finding(
                None,
                f"The {_words(provider.role)} NPI is {provider.npi}; "
                f"record {record.record_id} has {record.npi}",
            )


@taxonomy_missing.review
def no_required_taxonomy(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only roles that the payer's rule names and the claim has."""
    claim = case.claim
    assert codesets.payer_rule is not None
    day = claim.service_from or case.as_of
    rule = codesets.payer_rule.find(claim.coverage.payer_id, "taxonomy_required", on=day)
    if rule is None:
        return
    wanted = rule.value.split()
    for provider in claim.providers:
        if provider.role.value in wanted and not provider.taxonomy.strip():
            yield taxonomy_missing.finding(
                None,
                f"Payer {claim.coverage.payer_id} requires the {_words(provider.role)} taxonomy",
            )


@taxonomy_unknown.review
def unknown_taxonomy(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """An absence says something only where the list is complete."""
    table = codesets.taxonomy
    assert table is not None
    day = case.claim.service_from or case.as_of
    unknown = [
        provider
        for provider in case.claim.providers
        if provider.taxonomy and table.find(provider.taxonomy, on=day) is None
    ]
    if unknown and not all(table.knows_all(entry.taxonomy, day) for entry in unknown):
        yield taxonomy_unknown.not_evaluated("taxonomy: the list is not complete")
        return
    for provider in unknown:
        yield taxonomy_unknown.finding(
            None,
            f"The {_words(provider.role)} taxonomy {provider.taxonomy} is not in the list",
            codes=(provider.taxonomy,),
        )


@ordering_missing.review
def no_ordering_npi(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare Part B on the 837P; a referring NPI serves as well."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or not claim.coverage.is_medicare:
        return
    if _npi(claim, Role.ORDERING) or _npi(claim, Role.REFERRING):
        return
    lines = _ordered_lines(case, codesets)
    if not lines:
        return
    yield ordering_missing.finding(
        lines,
        "Medicare wants the NPI of who ordered or referred; both are empty",
        repair=_from_linked_record(claim, lines, case.as_of),
    )


def _ordered_lines(case: Case, codesets: CodeSets) -> list[ServiceLine]:
    assert codesets.procedure is not None
    found = []
    for line in case.claim.lines:
        row = codesets.procedure.find(line.procedure, on=line.service_date or case.as_of)
        if row and row.needs_order:
            found.append(line)
    return found


def _from_linked_record(claim: Claim, lines: Sequence[ServiceLine], as_of: date) -> Repair | None:
    """The one NPI that the claim's own link gives; None where there is no such record."""
    days = [line.service_date or as_of for line in lines]
    for role in (Role.ORDERING, Role.REFERRING):
        provider = claim.provider(role)
        record = provider.record if provider else None
        if record is None or record.npi_type != "1" or not is_sound_npi(record.npi):
            continue
        if all(record.active_on(day) for day in days):
            return Repair((Change(f"{role.value}_npi", None, "", record.npi),))
    return None


def _npi(claim: Claim, role: Role) -> str:
    provider = claim.provider(role)
    return provider.npi.strip() if provider else ""


def _words(role: Role) -> str:
    return role.value.replace("_", " ")
