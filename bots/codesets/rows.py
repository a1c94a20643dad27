"""One row of each table, frozen. `since` and `until` are both included; None is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row has: the days on which it holds."""

    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on `day`."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IcdCode(Row):
    """ICD-10-CM, one code or header. Codes are written with their dot.

    `excludes1` and `code_first` are the codes and ranges of the notes that stand on this
    very code or are inherited from its category, as written in the tabular list without
    text ("E08-E13", "O24.4"). A code in parentheses behind an inclusion term is not among
    them. `code_first_always` is false where the note says "if applicable"; where it is true,
    `code_first_open` says that the codes are examples ("such as"): any other underlying
    condition before this code will do, and only the first place is wrong for sure.

    `use_additional` has an entry for each note "use additional code" that holds without
    condition: the codes it names, joined by commas; one of each entry belongs on the claim.
    `side` is "left", "right", "bilateral", or "unspecified" where the title leaves it open;
    `both_sides` the code that says both, where there is one. `age` is "newborn", "pediatric",
    "maternity" or "adult" (the age edits of the Medicare Code Editor), `trimester` 1 to 3.
    What only the title says is empty where the title leaves a doubt (`bots.codesets.titles`).
    """

    code: str
    billable: bool
    children: tuple[str, ...] = ()
    excludes1: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    code_first_always: bool = False
    code_first_open: bool = False
    sex: str = ""  # "F", "M" or empty
    maternity: bool = False  # chapter 15, O00-O9A
    newborn: bool = False  # P codes; not an age edit
    manifestation: bool = False  # "in diseases classified elsewhere": never the first
    use_additional: tuple[str, ...] = ()
    unspecified: bool = False  # its title leaves something open
    side: str = ""
    both_sides: str = ""
    age: str = ""
    trimester: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Row):
    """A CPT or HCPCS code as a table knows it: no descriptor, ever.

    `kind` is one of em, surgery, imaging, laboratory, pathology, medicine, therapy, drug,
    supply, anesthesia. `places` is empty where any place of service will do.
    """

    code: str
    kind: str = ""
    unlisted: bool = False  # not otherwise classified: needs a description
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    needs_order: bool = False  # ordering or referring provider, 42 CFR 424.507
    needs_ndc: bool = False
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeIndicators(Row):
    """The Medicare Physician Fee Schedule's payment policy indicators of a code.

    `modifier` is empty, "26", "TC" or "53". Values are the file's own: `status` a letter,
    `pc_tc`, `multiple`, `bilateral`, `assistant`, `co_surgeon`, `team` a digit, 9 where the
    concept does not apply; `global_days` is 000, 010, 090, MMM, XXX, YYY or ZZZ;
    `supervision` as written ("09" where it does not apply); `base` is the endoscopic base
    code. `pays_in_office` and `pays_in_facility` are false where the file says NA.

    Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 23, addendum (MPFSDB
    record layout).
    """

    code: str
    modifier: str = ""
    status: str = "A"
    pc_tc: str = "0"
    global_days: str = "XXX"
    multiple: str = "0"
    bilateral: str = "0"
    assistant: str = "0"
    co_surgeon: str = "0"
    team: str = "0"
    supervision: str = "09"
    base: str = ""
    pays_in_office: bool = True
    pays_in_facility: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OpdCode(Row):
    """OPPS Addendum B: how the outpatient hospital is paid for a code.

    `status` is the status indicator (C inpatient only, N packaged, Q1, S, T, V, ...), `apc`
    the ambulatory payment classification, `payment` its rate in dollars, None where the file
    gives none.
    """

    code: str
    status: str
    apc: str = ""
    payment: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IcdProcedure(Row):
    """ICD-10-PCS: a code of seven characters, or a table header."""

    code: str
    billable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialCode(Row):
    """A code of the remittance: `kind` is "group", "carc" or "rarc"."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProcedure(Row):
    """A coverage policy (LCD or NCD article) that lists covered diagnoses for this procedure.

    `policy` is the document's number ("A57520"), `group` its code group, `states` those of
    the contractor's jurisdiction, empty for all; `kind` is "LCD" or "NCD".
    """

    code: str
    policy: str
    group: str = "1"
    kind: str = "LCD"
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDiagnosis(Row):
    """A diagnosis that supports (`covered`) or rules out necessity under a policy's group."""

    policy: str
    group: str
    diagnosis: str
    covered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueCode(Row):
    """A revenue code as the office's own list knows it; `bill_types` empty where any will do."""

    code: str
    needs_procedure: bool = False
    bill_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRule(Row):
    """One rule about a code, of a payer or a facility: see `docs/checks.md`.

    `owner` is "payer" or "facility", `id` the payer's or facility's own, or "*"; `rule` names
    what is asked, `code` the procedure it is about ("*" for all), `value` the rule's figure or
    list. Known rules: bots/checks/payer_rule.py and facility_rule.py.
    """

    owner: str
    id: str
    rule: str
    code: str = "*"
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ptp(Row):
    """An NCCI procedure-to-procedure edit. `indicator` is 0 or 1; 9 is never imported."""

    column_1: str
    column_2: str
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mue(Row):
    """A medically unlikely edit. `indicator` (MAI) is 1 line, 2 or 3 day."""

    code: str
    units: int
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOn(Row):
    """An add-on code with one acceptable primary. Type 2 and 3 lists may be open."""

    code: str
    primary: str
    type: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier(Row):
    """A modifier that the imported list knows. `kind` is one of payment, information,
    anatomic, ncci (bypasses a PTP edit), order does the sorting."""

    code: str
    kind: str = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Row):
    """A place-of-service code; `facility` is the fee schedule's setting."""

    code: str
    facility: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy(Row):
    """A provider taxonomy code (NUCC)."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRule(Row):
    """One rule of one payer. Known rules:

    timely_filing_days ("365"), corrected_filing_days (of a replacement), member_id_pattern (a
    regular expression for the whole id), ncci ("adopted"), taxonomy_required ("billing
    rendering").
    """

    payer_id: str
    rule: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Row):
    """What a fee schedule pays for one unit, in dollars, by setting."""

    code: str
    modifier: str = ""
    facility: Decimal = Decimal(0)
    non_facility: Decimal = Decimal(0)


# Every table there is: its row and the fields of its key, in order. PTP and MUE have a table
# for each side of a claim.
TABLES: Mapping[str, tuple[type[Row], tuple[str, ...]]] = {
    "icd10cm": (IcdCode, ("code",)),
    "icd10pcs": (IcdProcedure, ("code",)),
    "procedure": (Procedure, ("code",)),
    "mpfs": (FeeIndicators, ("code", "modifier")),
    "opps": (OpdCode, ("code",)),
    "ptp_practitioner": (Ptp, ("column_1", "column_2")),
    "ptp_outpatient": (Ptp, ("column_1", "column_2")),
    "mue_practitioner": (Mue, ("code",)),
    "mue_outpatient": (Mue, ("code",)),
    "mue_dme": (Mue, ("code",)),
    "add_on": (AddOn, ("code",)),
    "modifier": (Modifier, ("code",)),
    "place_of_service": (Place, ("code",)),
    "taxonomy": (Taxonomy, ("code",)),
    "denial_code": (DenialCode, ("kind", "code")),
    "policy_procedure": (PolicyProcedure, ("code",)),
    "policy_diagnosis": (PolicyDiagnosis, ("policy", "group", "diagnosis")),
    "revenue_code": (RevenueCode, ("code",)),
    "payer_rule": (PayerRule, ("payer_id", "rule")),
    "office_rule": (OfficeRule, ("owner", "id", "rule")),
    "fee": (Fee, ("code", "modifier")),
}
