"""A case from a few lines of JSON, as the pages of the catalogue and the recall cases have it.

```json
{"type": "institutional",     // or inpatient (a stay); default: professional
 "claim": {"diagnoses": ["I10"], "patient": {"sex": "M"}, "bill_type": "0131",
           "providers": {"ordering": {"npi": "…"}, "rendering": null},
           "lines": [{"procedure": "99213", "units": 2}]},
 "tables": {"mue": [{"code": "99213", "units": 1, "indicator": "1"}], "fee": null},
 "history": [{"claim": {…}}], "documentation": null, "as_of": "2026-09-30",
 "eligibility": [{"kind": "active"}], "authorizations": []}   // null: not shown
```

Each part is laid over the clean base of `builders.claims` and `builders.tables`; what is not
named stays as it is there. Lines, diagnoses and history are given whole: each line starts
from `a_line()`. A linked master record is `{"record": {}}` (the base record) with what
differs. A documentation of `{"orders": [], "procedures": [{…}]}` changes only those lists.
Unknown keys are a TypeError: a page cannot misspell a field and still pass.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from bots.claims import (
    Administration,
    Authorization,
    Case,
    Claim,
    CoverageSpan,
    Diagnosis,
    Documentation,
    DocumentedDiagnosis,
    NoteHeading,
    Order,
    ProcedureEntry,
    Provider,
    Visit,
)
from bots.codesets import CodeSets
from bots.codesets.rows import (
    AddOn,
    Fee,
    FeeIndicators,
    IcdCode,
    Modifier,
    Mue,
    OfficeRule,
    OpdCode,
    PayerRule,
    Place,
    PolicyDiagnosis,
    PolicyProcedure,
    Procedure,
    Ptp,
    RevenueCode,
    Row,
    Taxonomy,
)
from builders.claims import (
    AS_OF,
    DAY,
    a_claim,
    a_line,
    a_patient,
    a_provider,
    a_record,
    an_inpatient_claim,
    an_institutional_claim,
    an_institutional_line,
    documentation_of,
)
from builders.tables import code_sets

ROWS: dict[str, tuple[type[Row], dict[str, Any]]] = {
    "icd10cm": (IcdCode, {"billable": True}),
    "procedure": (Procedure, {}),
    "mpfs": (FeeIndicators, {}),
    "ptp": (Ptp, {"indicator": "0"}),
    "mue": (Mue, {"units": 1, "indicator": "1"}),
    "add_on": (AddOn, {}),
    "modifier": (Modifier, {}),
    "place_of_service": (Place, {}),
    "taxonomy": (Taxonomy, {}),
    "payer_rule": (PayerRule, {"payer_id": "MEDB"}),
    "office_rule": (OfficeRule, {"owner": "payer", "id": "*"}),
    "policy_procedure": (PolicyProcedure, {"policy": "A57520"}),
    "policy_diagnosis": (PolicyDiagnosis, {"policy": "A57520", "group": "1"}),
    "fee": (Fee, {}),
    "opps": (OpdCode, {}),
    "revenue_code": (RevenueCode, {}),
}
ENTRIES: dict[str, tuple[type, dict[str, Any]]] = {
    "orders": (Order, {"number": "O-1", "ordered_on": DAY, "signed": True}),
    "procedures": (ProcedureEntry, {"number": "L-1", "performed_on": DAY, "signed": True}),
    "administrations": (
        Administration,
        {"number": "M-1", "ndc": "", "given_on": DAY, "units": Decimal(1), "signed": True},
    ),
    "diagnoses": (DocumentedDiagnosis, {"number": "DX-1", "signed": True}),
    "visits": (Visit, {"number": "V-1", "seen_on": DAY, "signed": True}),
    "notes": (NoteHeading, {"title": "Office visit", "written_on": DAY, "signed": True}),
}


_CLAIMS = {
    "professional": a_claim,
    "institutional": an_institutional_claim,
    "inpatient": an_inpatient_claim,
}


def case_of(fragment: Mapping[str, Any]) -> tuple[Case, CodeSets]:
    """The case and the code sets that a fragment describes.

    Raises:
        TypeError: a key that no such thing has.
    """
    known = {"type", "claim", "tables", "complete", "history", "documentation", "as_of"}
    known |= {"eligibility", "authorizations"}
    if unknown := set(fragment) - known:
        raise TypeError(f"a fragment has no {sorted(unknown)}")
    claim = claim_of(fragment)
    history = fragment.get("history", [])
    case = Case(
        claim=claim,
        as_of=date.fromisoformat(fragment["as_of"]) if "as_of" in fragment else AS_OF,
        history=None if history is None else tuple(claim_of(entry) for entry in history),
        documentation=_documentation(fragment.get("documentation", {}), claim),
        eligibility=_entries(CoverageSpan, fragment.get("eligibility", [{"kind": "active"}])),
        authorizations=_entries(Authorization, fragment.get("authorizations", [])),
    )
    return case, _tables(fragment)


def claim_of(fragment: Mapping[str, Any]) -> Claim:
    """The claim of a fragment alone."""
    kind = fragment.get("type", "professional")
    given = dict(fragment.get("claim", {}))
    build = _CLAIMS[kind]
    new_line = a_line if kind == "professional" else an_institutional_line
    keywords: dict[str, Any] = {}
    if "lines" in given:
        keywords["lines"] = [overlay(new_line(), entry) for entry in given.pop("lines")]
    if "diagnoses" in given:
        keywords["diagnoses"] = [
            entry if isinstance(entry, str) else _made(Diagnosis, {}, entry)
            for entry in given.pop("diagnoses")
        ]
    claim = build(**keywords)
    if "providers" in given:
        claim = replace(claim, providers=_providers(claim, given.pop("providers")))
    if "patient" in given:
        given["patient"] = overlay(a_patient(), given["patient"])
    if "coverage" in given:
        given["coverage"] = overlay(claim.coverage, given["coverage"])
    return overlay(claim, given)


def overlay(base: Any, over: Mapping[str, Any]) -> Any:
    """`base` with the fields of `over`, each turned from JSON into the field's own type."""
    hints = typing.get_type_hints(type(base))
    if unknown := set(over) - set(hints):
        raise TypeError(f"{type(base).__name__} has no {sorted(unknown)}")
    return replace(base, **{name: _typed(value, hints[name]) for name, value in over.items()})


def _providers(claim: Claim, given: Mapping[str, Any]) -> tuple[Provider, ...]:
    by_role: dict[str, Provider] = {provider.role.value: provider for provider in claim.providers}
    for role, entry in given.items():
        if entry is None:
            by_role.pop(role, None)
            continue
        fields_ = dict(entry)
        if "record" in fields_:
            fields_["record"] = overlay(a_record(), fields_["record"])
        by_role[role] = overlay(by_role.get(role) or a_provider(role), fields_)
    return tuple(by_role.values())


def _documentation(given: Mapping[str, Any] | None, claim: Claim) -> Documentation | None:
    if given is None:
        return None
    made: dict[str, Any] = {}
    for name, entries in given.items():
        if name not in ENTRIES:
            raise TypeError(f"documentation has no {name}")
        made[name] = tuple(_made(*ENTRIES[name], entry) for entry in entries)
    return replace(documentation_of(claim), **made)


def _entries(kind: type, given: Any) -> tuple[Any, ...] | None:
    return None if given is None else tuple(_made(kind, {}, entry) for entry in given)


def _tables(fragment: Mapping[str, Any]) -> CodeSets:
    given = fragment.get("tables", {})
    rows = {
        name: [_made(*ROWS[name], entry) for entry in entries]
        for name, entries in given.items()
        if entries is not None
    }
    without = [name for name, entries in given.items() if entries is None]
    return code_sets(without=without, complete=fragment.get("complete", True), **rows)


def _made(kind: type, base: Mapping[str, Any], entry: Mapping[str, Any]) -> Any:
    hints = typing.get_type_hints(kind)
    if unknown := set(entry) - set(hints):
        raise TypeError(f"{kind.__name__} has no {sorted(unknown)}")
    return kind(**base | {name: _typed(value, hints[name]) for name, value in entry.items()})


def _typed(value: Any, hint: Any) -> Any:
    """One JSON value as the type that a field declares."""
    if value is None or is_dataclass(value):
        return value
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _typed(value, next(a for a in typing.get_args(hint) if a is not type(None)))
    if origin is tuple:
        of = typing.get_args(hint)[0]
        return tuple(_typed(entry, of) for entry in value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if hint is Decimal:
        return Decimal(str(value))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if is_dataclass(hint) and isinstance(hint, type):
        wanted = typing.get_type_hints(hint)
        if unknown := set(value) - set(wanted):
            raise TypeError(f"{hint.__name__} has no {sorted(unknown)}")
        return hint(**{name: _typed(entry, wanted[name]) for name, entry in value.items()})
    return value
