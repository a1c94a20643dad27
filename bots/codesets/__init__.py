"""Code sets by date: what an official table says on the day of service.

A `CodeSets` is read-only and travels as an argument; a check asks it and never loads
anything. Every row holds for an interval, both ends included. A question about a day
that no table covers has no answer: `CodeSets.missing` names the table and the day, and
the check that needed it is *not evaluated*, which is never a pass.

The tables of this release are small: ICD-10-CM built from a package, and our own CSV form
for the rest (`bots.codesets.tables`). The official importers extend this room.
"""

from bots.codesets.rows import (
    AddOn,
    DenialCode,
    Fee,
    FeeIndicators,
    IcdCode,
    IcdProcedure,
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
    Taxonomy,
)
from bots.codesets.sets import CodeSets, Table, in_memory
from bots.codesets.store import open_codesets

__all__ = [
    "AddOn",
    "CodeSets",
    "DenialCode",
    "Fee",
    "FeeIndicators",
    "IcdCode",
    "IcdProcedure",
    "Modifier",
    "Mue",
    "OfficeRule",
    "OpdCode",
    "PayerRule",
    "Place",
    "PolicyDiagnosis",
    "PolicyProcedure",
    "Procedure",
    "Ptp",
    "RevenueCode",
    "Table",
    "Taxonomy",
    "in_memory",
    "open_codesets",
]
