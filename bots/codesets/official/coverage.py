"""The CMS coverage database: code groups of articles and of local and national determinations.

The download is a zip with a zip of csv files in it, one for each relation. Read are, for articles
and for LCDs: the documents with their dates, their procedures by group, their covered and
noncovered diagnoses by group, and their contractors' states. A document of which no state is
known holds in all. CMS parts some states ("NF" and "SF" are California): they are joined.

Authority: CMS, Medicare Coverage Database, data dictionary of the downloads; Program Integrity
Manual (Pub. 100-08), ch. 13.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bots.codesets.icd10cm import dotted
from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import CODE, Faults
from bots.codesets.official.spans import Span, any_day, day_of, fixed
from bots.codesets.rows import PolicyDiagnosis, PolicyProcedure, Row
from bots.errors import Problem

_LETTERS = {"article": ("A", "LCD"), "lcd": ("L", "LCD"), "ncd": ("", "NCD")}
_PARTED = {"NF": "CA", "SF": "CA", "DN": "NY", "QN": "NY", "UN": "NY", "EM": "MO", "WM": "MO"}
_FRESH = 92  # days for which a download answers; the database changes every week
_DIAGNOSIS = re.compile(r"[A-Z][0-9A-Z]{2,6}")
# What a relation is, by the columns that it must have.
_RELATIONS: Mapping[str, tuple[str, ...]] = {
    "procedures": ("{}_id", "hcpc_code_id"),
    "covered": ("{}_id", "icd10_code_id", "icd10_covered_group"),
    "noncovered": ("{}_id", "icd10_code_id", "icd10_noncovered_group"),
    "contractors": ("{}_id", "contractor_id", "contractor_type_id"),
    "documents": ("{}_id", "title"),
    "states": ("state_id", "state_abbrev"),
    "jurisdictions": ("contractor_id", "state_id"),
}


@dataclass(slots=True)
class _Policies:
    """What the relations say of one kind of document."""

    days: dict[str, tuple[date | None, date | None]] = field(default_factory=dict)
    states: dict[str, set[str]] = field(default_factory=dict)


def relation_of(document: Document) -> tuple[str, str] | None:
    """The relation that a csv is, and the kind of document it speaks of."""
    names = _columns(document)
    for relation, wanted in _RELATIONS.items():
        for kind in _LETTERS:
            columns = {column.format(kind) for column in wanted}
            if columns <= names:
                return relation, kind
    return None


def recognises(document: Document) -> bool:
    """One of the relations of the coverage database."""
    return relation_of(document) is not None


def release_of(document: Document, told: Told) -> str:
    """All relations of one download are one release."""
    return f"coverage {document.name.split('.zip', 1)[0].rsplit('/', 1)[0]}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """Procedures and diagnoses of every policy in the download.

    Raises:
        Problem: there are no procedures, or nothing says of when the download is.
    """
    relations: dict[tuple[str, str], Document] = {}
    for document in documents:
        found = relation_of(document)
        if found:
            relations.setdefault(found, document)
    kinds = [kind for kind in _LETTERS if ("procedures", kind) in relations]
    if not kinds:
        raise Problem(
            "relations of the coverage database without any procedures",
            where=documents[0].name,
            do="import the whole zip",
        )
    span = span_of(relations, kinds, told)
    for kind in kinds:
        policies = _policies(relations, kind)
        diagnoses = list(_diagnoses(relations, kind, policies))
        # A policy without a list of covered diagnoses binds no code to any of them.
        listing = {row.policy for row in diagnoses if row.covered}
        procedures = _procedures(relations, kind, policies)
        tables: tuple[tuple[str, Sequence[Row]], ...] = (
            ("policy_procedure", [row for row in procedures if row.policy in listing]),
            ("policy_diagnosis", diagnoses),
        )
        for table, rows in tables:
            if rows:
                yield Taken(
                    table=table,
                    series=f"coverage-{kind}",
                    release=f"coverage database {span.label}",
                    since=told.since,
                    until=span.until,
                    rows=rows,
                )


def span_of(
    relations: Mapping[tuple[str, str], Document], kinds: Sequence[str], told: Told
) -> Span:
    """To a quarter after the newest change in the download: the documents carry their own days.

    Raises:
        Problem: nothing says of when the download is.
    """
    stamps = [
        row.get("last_updated", "")[:10]
        for kind in kinds
        for _, _, row in _rows(relations, "documents", kind)
    ]
    newest = max(
        (stamp for stamp in stamps if re.fullmatch(r"20\d\d-\d\d-\d\d", stamp)), default=""
    )
    first = relations["procedures", kinds[0]]
    day = any_day(newest) or day_of(first)
    found = Span(None, day + timedelta(days=_FRESH), day.isoformat()) if day else None
    return fixed(told, found, first, "the coverage database")


def _columns(document: Document) -> set[str]:
    if document.kind != "text" or not document.top:
        return set()
    heading = next(csv.reader([document.top[0]]), [])
    return {name.strip().lower() for name in heading}


def _rows(
    relations: Mapping[tuple[str, str], Document], relation: str, kind: str
) -> Iterator[tuple[int, Document, dict[str, str]]]:
    """Each row by the names of its columns; their texts hold line ends, and whole pages."""
    document = relations.get((relation, kind)) or relations.get((relation, "article"))
    if document is None:
        return
    csv.field_size_limit(min(sys.maxsize, 64 << 20))
    with document.path.open(encoding="latin-1", newline="") as file:
        reader = csv.reader(file)
        names = [name.strip().strip('ï»¿"').lower() for name in next(reader, [])]
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, document, dict(zip(names, cells, strict=False))
        except csv.Error as error:
            raise Problem(
                f"not CSV ({error})", where=f"{document.name}:{reader.line_num}"
            ) from None


def _policies(relations: Mapping[tuple[str, str], Document], kind: str) -> _Policies:
    policies = _Policies()
    for number, document, row in _rows(relations, "documents", kind):
        if f"{kind}_id" not in row:
            continue
        faults = Faults(document)
        since, until = (
            _day(row, names, number, faults)
            for names in (
                (f"{kind}_eff_date", "orig_det_eff_date", "eff_date", f"{kind}_efctv_dt"),
                (f"{kind}_end_date", "end_date", "rev_end_date", f"{kind}_trmntn_dt"),
            )
        )
        faults.end()
        policies.days[row[f"{kind}_id"]] = (since, until)
    abbreviations = {
        row["state_id"]: _PARTED.get(row["state_abbrev"].upper(), row["state_abbrev"].upper())
        for _, _, row in _rows(relations, "states", kind)
        if re.fullmatch(r"[A-Za-z]{2}", row.get("state_abbrev", ""))
    }
    served: dict[str, set[str]] = {}
    for _, _, row in _rows(relations, "jurisdictions", kind):
        if not row.get("term_date") and row["state_id"] in abbreviations:
            served.setdefault(_contractor(row), set()).add(abbreviations[row["state_id"]])
    for _, _, row in _rows(relations, "contractors", kind):
        if f"{kind}_id" in row:
            states = served.get(_contractor(row), set())
            policies.states.setdefault(row[f"{kind}_id"], set()).update(states)
    return policies


def _contractor(row: Mapping[str, str]) -> str:
    keys = ("contractor_id", "contractor_type_id", "contractor_version")
    return "/".join(row.get(key, "") for key in keys)


def _day(row: Mapping[str, str], names: Sequence[str], number: int, faults: Faults) -> date | None:
    text = next((row[name] for name in names if row.get(name)), "")
    try:
        return any_day(text.split(" ")[0])
    except ValueError as error:
        faults.add(number, str(error))
        return None


def _procedures(
    relations: Mapping[tuple[str, str], Document], kind: str, policies: _Policies
) -> Iterator[PolicyProcedure]:
    letter, sort = _LETTERS[kind]
    for number, document, row in _rows(relations, "procedures", kind):
        code, policy = row["hcpc_code_id"].strip().upper(), row[f"{kind}_id"].strip()
        if not CODE.fullmatch(code):
            if code not in {"", "N/A", "NA", "XX000", "00000"}:
                _refuse(document, number, "a procedure that is not a code of five characters")
            continue
        since, until = policies.days.get(policy, (None, None))
        yield PolicyProcedure(
            code=code,
            policy=f"{letter}{policy}",
            group=row.get("hcpc_code_group", "").strip() or "1",
            kind=sort,
            states=tuple(sorted(policies.states.get(policy, ()))),
            since=since,
            until=until,
        )


def _diagnoses(
    relations: Mapping[tuple[str, str], Document], kind: str, policies: _Policies
) -> Iterator[PolicyDiagnosis]:
    letter, _ = _LETTERS[kind]
    for relation in ("covered", "noncovered"):
        for number, document, row in _rows(relations, relation, kind):
            code = row["icd10_code_id"].strip().upper().replace(".", "")
            policy = row[f"{kind}_id"].strip()
            if not _DIAGNOSIS.fullmatch(code):
                if code not in {"", "N/A", "NA", "XX000"}:
                    _refuse(document, number, "a diagnosis that is not a code of ICD-10-CM")
                continue
            if code == "XX000":  # CMS's sign for "no code": it supports nothing
                continue
            since, until = policies.days.get(policy, (None, None))
            yield PolicyDiagnosis(
                policy=f"{letter}{policy}",
                group=row.get(f"icd10_{relation}_group", "").strip() or "1",
                diagnosis=dotted(code),
                covered=relation == "covered",
                since=since,
                until=until,
            )


def _refuse(document: Document, number: int, what: str) -> None:
    faults = Faults(document)
    faults.add(number, what)
    faults.end()


FORMAT = Format(
    name="Medicare coverage database",
    page="https://www.cms.gov/medicare-coverage-database/downloads/downloads.aspx",
    files="current_article.zip, current_lcd.zip",
    recognises=recognises,
    release_of=release_of,
    read=read,
    several=True,
)
