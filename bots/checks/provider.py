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
from bots.checks.findings import Class, Denial, Finding, NotEvaluated, Repair, Severity
from bots.checks.forms import is_npi, is_sound_npi, passes_check_digit
from bots.checks.marks import Mark
from bots.claims import Case, Change, Claim, ClaimType, Provider, Role, ServiceLine
from bots.codesets import CodeSets

# Who must be a person (NM102 is 1), and the remark where that NPI is missing or not one.
_REMARKS = {
    Role.ORDERING: "N265",
    Role.REFERRING: "N286",
    Role.ATTENDING: "N253",
    Role.OPERATING: "N262",
}

_TAXONOMY_REMARKS = {
    Role.RENDERING: "N288",
    Role.ATTENDING: "N251",
    Role.REFERRING: "N284",
}

check_digit = Check(
    id="npi-check-digit",
    family="provider",
    title="An NPI fails its check digit",
    authority="45 CFR 162.406(a): ISO/IEC 7812-1 Luhn formula, prefix 80840",
    severity=Severity.ERROR,
    when=(Mark.UNSOUND_NPI,),
    denial=Denial("CO", "207", "N290"),
)
record_differs = Check(
    id="npi-not-the-records",
    family="provider",
    title="The NPI on the claim is not that of the linked provider record",
    authority="45 CFR 162.410(a)(1)",
    severity=Severity.WARNING,
    when=(Mark.OTHER_RECORD,),
    denial=Denial("CO", "208", "N521"),
)
taxonomy_missing = Check(
    id="taxonomy-missing",
    family="provider",
    title="A taxonomy that the payer requires is missing",
    authority="005010X222A1 and X223A2, loops 2000A and 2310, PRV03; the payer's companion guide",
    severity=Severity.ERROR,
    needs=("payer_rule",),
    when=(Mark.NO_TAXONOMY,),
    denial=Denial("CO", "16", "N255"),
)
taxonomy_unknown = Check(
    id="taxonomy-unknown",
    family="provider",
    title="A taxonomy is not in the list of provider taxonomies",
    authority="005010X222A1 and X223A2, PRV03, code source 682 (NUCC)",
    severity=Severity.ERROR,
    needs=("taxonomy",),
    when=(Mark.ODD_TAXONOMY,),
    denial=Denial("CO", "16", "N255"),
)
ordering_missing = Check(
    id="ordering-npi-missing",
    family="provider",
    title="An ordered service names no ordering or referring NPI",
    authority="42 CFR 424.507(a); denied with N264 or N265",
    severity=Severity.ERROR,
    at_most=Class.AUTO,
    needs=("procedure",),
    when=(Mark.PROFESSIONAL, Mark.MEDICARE, Mark.ORDERED, Mark.NO_ORDERER),
    denial=Denial("CO", "16", "N265"),
)
not_a_person = Check(
    id="person-role-organization",
    family="provider",
    title="An organization's record stands where only a person may",
    authority="005010X222A1, loops 2310A and 2420E, NM102; X223A2, loops 2310A and 2310B, NM102",
    severity=Severity.ERROR,
    when=(Mark.ORGANIZATION,),
    denial=Denial("CO", "16", "N265"),
)
rendering_organization = Check(
    id="rendering-organization",
    family="provider",
    title="An organization is said to have rendered the service",
    authority="005010X222A1, loop 2310B, NM102; Medicare Claims Processing Manual, ch. 26, 10.4",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, Mark.ORGANIZATION),
    denial=Denial("CO", "16", "N290"),
)
inactive = Check(
    id="provider-not-active",
    family="provider",
    title="The provider's record was not in force on the date of service",
    authority="42 CFR 424.516 and 424.540 (enrollment in force); 45 CFR 162.410(a)",
    severity=Severity.ERROR,
    when=(Mark.LIMITED_RECORD,),
    denial=Denial("CO", "B7"),
)
attending_missing = Check(
    id="attending-npi-missing",
    family="provider",
    title="An institutional claim names no attending provider or no NPI of one",
    authority="005010X223A2, loop 2310A; Medicare Claims Processing Manual, ch. 25, 75.5",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "N253"),
)
operating_missing = Check(
    id="operating-npi-missing",
    family="provider",
    title="A claim with a surgical procedure names nobody who operated",
    authority="005010X223A2, loop 2310B (required with a surgical procedure code)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "N262"),
)
facility_repeats_billing = Check(
    id="service-facility-repeats-billing",
    family="provider",
    title="The service facility is the billing provider itself",
    authority="005010X222A1, loop 2310C; 005010X223A2, loop 2310E (only where it differs)",
    severity=Severity.WARNING,
    when=(Mark.SERVICE_FACILITY,),
)
billing_person_elsewhere = Check(
    id="ordering-organization-billing",
    family="provider",
    title="The billing organization's NPI stands as the one who ordered or referred",
    authority="42 CFR 424.507(a); Medicare Claims Processing Manual, ch. 26, 10.4 (item 17)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.SELF_ORDERED),
    denial=Denial("CO", "16", "N265"),
)


@check_digit.review
def wrong_check_digit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only numbers of the right form: the family format has the others."""
    for provider in case.claim.providers:
        if is_npi(provider.npi) and not passes_check_digit(provider.npi):
            yield check_digit.finding(
                None, f"The {_words(provider.role)} NPI {provider.npi} fails its check digit"
            )
    for line in case.claim.lines:
        if is_npi(line.rendering_npi) and not passes_check_digit(line.rendering_npi):
            yield check_digit.finding(
                line, f"The line's rendering NPI {line.rendering_npi} fails its check digit"
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
                denial=_taxonomy_denial(provider.role),
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
            denial=_taxonomy_denial(provider.role),
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


@not_a_person.review
def organization_in_a_persons_place(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """By the record that the claim links; without one nothing is said."""
    for provider in case.claim.providers:
        if provider.role in _REMARKS and _is_an_organization(provider):
            yield not_a_person.finding(
                None,
                f"The {_words(provider.role)} provider is linked to an organization's record",
                denial=Denial("CO", "16", _REMARKS[provider.role]),
            )


@rendering_organization.review
def rendered_by_an_organization(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Some payers take it of laboratories and suppliers: a warning."""
    provider = case.claim.provider(Role.RENDERING)
    if case.claim.type is not ClaimType.PROFESSIONAL:
        return
    if provider is not None and _is_an_organization(provider):
        yield rendering_organization.finding(
            None, "The rendering provider is linked to an organization's record"
        )


@inactive.review
def record_not_in_force(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any role, any line's day; both ends of the record are included."""
    claim = case.claim
    days = sorted({line.service_date for line in claim.lines if line.service_date})
    for provider in claim.providers:
        record = provider.record
        if record is None or record.npi != provider.npi:
            continue
        out = [day for day in days if not record.active_on(day)]
        if out:
            yield inactive.finding(
                [line for line in claim.lines if line.service_date in out],
                f"The {_words(provider.role)} provider's record {record.record_id} was not in "
                f"force on {out[0].isoformat()}",
            )


@attending_missing.review
def no_attending(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A claim for transportation alone (revenue code 054x) needs none."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL or not claim.lines:
        return
    if all(line.revenue.startswith("054") for line in claim.lines):
        return
    if not _npi(claim, Role.ATTENDING):
        yield attending_missing.finding(None, "The attending provider's NPI is not on the claim")


@operating_missing.review
def no_operating(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An ICD-10-PCS code of the medical and surgical section (0) on the claim."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL or "operating" in claim.not_shown:
        return
    codes = [entry.code for entry in claim.inpatient_procedures if entry.code.startswith("0")]
    if codes and not _npi(claim, Role.OPERATING):
        yield operating_missing.finding(
            None, "The claim has a surgical procedure and no operating provider", codes=codes
        )


@facility_repeats_billing.review
def facility_is_the_billing_provider(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The loop is for another place than the billing provider's."""
    npi = _npi(case.claim, Role.SERVICE_FACILITY)
    if npi and npi == _npi(case.claim, Role.BILLING):
        yield facility_repeats_billing.finding(
            None, f"The service facility repeats the billing provider's NPI {npi}"
        )


@billing_person_elsewhere.review
def organization_that_orders(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where another provider rendered: a person in practice alone bills and orders."""
    claim = case.claim
    billing, rendering = _npi(claim, Role.BILLING), _npi(claim, Role.RENDERING)
    if claim.type is not ClaimType.PROFESSIONAL or not rendering or billing == rendering:
        return
    for role in (Role.ORDERING, Role.REFERRING):
        if billing and _npi(claim, role) == billing:
            yield billing_person_elsewhere.finding(
                None,
                f"The {_words(role)} NPI {billing} is the billing organization's",
                denial=Denial("CO", "16", _REMARKS[role]),
            )


def _taxonomy_denial(role: Role) -> Denial:
    return Denial("CO", "16", _TAXONOMY_REMARKS.get(role, "N255"))


def _is_an_organization(provider: Provider) -> bool:
    record = provider.record
    return record is not None and record.npi_type == "2" and record.npi == provider.npi


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
