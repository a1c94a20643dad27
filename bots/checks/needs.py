"""What checks need to be answered, and what of it a case and its tables lack.

A name in `Check.needs` is a table of `CodeSets`, or "ptp" or "mue" for the claim side's own
table, or a part of the case: "documentation", "history", "eligibility", "authorizations".
"""

from __future__ import annotations

from datetime import date

from bots.checks.once import once_a_claim
from bots.claims import Case, Claim, ClaimType, Role
from bots.codesets import CodeSets

# 837I bill types whose NCCI edits are the outpatient hospital's (NCCI Policy Manual, ch. I).
_OUTPATIENT = ("12", "13", "14", "22", "23", "72", "74", "76", "85")
# Billing taxonomies of suppliers and pharmacies, and the codes of what suppliers furnish.
_SUPPLIERS, _PHARMACY, _HOME = ("332B", "332H", "335E"), "3336", "12"
_EQUIPMENT = (
    ("A4206", "A9999"), ("B4034", "B9999"), ("E0100", "E9999"), ("K0001", "K9999"),
    ("L0112", "L9999"),
)  # fmt: skip
PARTS = {
    "documentation": "documentation",
    "history": "the patient's other claims",
    "eligibility": "eligibility",
    "authorizations": "authorizations",
}


def ncci_side(case: Case) -> str | None:
    """ "practitioner", "supplier", "outpatient", or None where no NCCI table binds the claim."""
    return _side_of(case.claim)


@once_a_claim
def _side_of(claim: Claim) -> str | None:
    if claim.type is ClaimType.PROFESSIONAL:
        return "supplier" if is_supplier(claim) else "practitioner"
    return "outpatient" if claim.bill_type.lstrip("0")[:2] in _OUTPATIENT else None


def is_surely_no_supplier(taxonomy: str) -> bool:
    """Whether the billing taxonomy alone says that no supplier of equipment bills."""
    return bool(taxonomy) and not taxonomy.startswith((*_SUPPLIERS, _PHARMACY))


def is_supplier(claim: Claim) -> bool:
    """Whether a supplier of equipment bills, whose MUEs are the DME ones and who has no PTP edit.

    By the billing taxonomy (332B equipment, 332H eyewear, 335E prostheses). A pharmacy (3336), or
    a biller without a taxonomy at the patient's home (place 12), where every line is of
    equipment, orthotics or supplies. CMS publishes PTP edits for practitioners and hospitals only.
    """
    billing = claim.provider(Role.BILLING)
    taxonomy = billing.taxonomy if billing is not None else ""
    if taxonomy.startswith(_SUPPLIERS):
        return True
    if not taxonomy.startswith(_PHARMACY) and (taxonomy or claim.place_of_service != _HOME):
        return False
    return bool(claim.lines) and all(
        any(first <= line.procedure <= last for first, last in _EQUIPMENT) for line in claim.lines
    )


def tables_of(needs: tuple[str, ...], side: str | None) -> list[str]:
    """The tables among the needs; none for an NCCI edit that does not exist for the claim."""
    found = []
    for need in needs:
        if need in PARTS:
            continue
        if need not in ("ptp", "mue"):
            found.append(need)
        elif side == "supplier":
            found += ["mue_dme"] if need == "mue" else []
        elif side is not None:
            found.append(f"{need}_{side}")
    return found


def days_of(case: Case) -> tuple[date, ...]:
    """The days on which a claim's tables are asked, in order."""
    claim = case.claim
    days = {line.service_date for line in claim.lines if line.service_date}
    days.add(claim.service_through or case.as_of)
    return tuple(sorted(days))


_LACKING = tuple(
    frozenset(name for place, name in enumerate(PARTS) if number >> place & 1)
    for number in range(1 << len(PARTS))
)


def parts_lacking(case: Case) -> frozenset[str]:
    """The parts that the case does not have."""
    return _LACKING[
        (case.documentation is None)
        | (not case.knows_all_claims) << 1
        | (case.eligibility is None) << 2
        | (case.authorizations is None) << 3
    ]


def lacking(
    needs: tuple[str, ...],
    parts: frozenset[str],
    side: str | None,
    days: tuple[date, ...],
    codesets: CodeSets,
) -> str | None:
    """The first thing needed and not found, in words; None if all is there."""
    for need in needs:
        if need in parts:
            return PARTS[need]
    for table in tables_of(needs, side):
        for day in days:
            said = codesets.missing(table, day)
            if said:
                return said
    return None
