"""Our own CSV form for tables: a folder with manifest.json and one file for each table.

The form is documented in docs/codesets.md. Columns are found by their heading. An import
is all or nothing: one cell that is not understood, and nothing of the folder is taken.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pydantic import Field

from bots.codesets.office_rules import fault_of
from bots.codesets.rows import (
    AddOn,
    DenialCode,
    Fee,
    FeeIndicators,
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
    Row,
    Taxonomy,
)
from bots.codesets.store import OWN, Provenance, by, importing, now, provenance, sum_of, write
from bots.config import ConfigModel, ConfigProblem, Fault
from bots.config.reading import Document, fitted, nearest
from bots.errors import Problem

MANIFEST = "manifest.json"  # marks a folder of this form
MOST_FAULTS = 20  # the rest of a broken file tells nothing new


class Manifest(ConfigModel):
    """What manifest.json says of all tables of its folder."""

    release: str = Field(min_length=1, description="The release, as reports name it.")
    synthetic: bool = Field(description="Made for practice: reports say so on every page.")
    since: date = Field(description="The first day for which the tables can answer.")
    until: date | None = Field(default=None, description="The last day, or null.")
    series: str = Field(
        default="",
        pattern=r"[a-z0-9-]*",
        description="What replaces what: a newer folder of the same series; else the release.",
    )
    complete: tuple[str, ...] = Field(
        default=(), description="The files whose list is complete: what is absent is invalid."
    )


@dataclass(frozen=True, slots=True)
class Form:
    """One file: its columns with their readers, the row it makes, and the table it goes to."""

    columns: Mapping[str, Callable[[str], Any]]
    row: type[Row]
    sides: Mapping[str, str] | None = None  # the column `side` chooses the table


def _code(pattern: str, example: str) -> Callable[[str], str]:
    whole = re.compile(pattern)

    def read(text: str) -> str:
        if not whole.fullmatch(text):
            raise ValueError(f"not a code such as {example}")
        return text

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"not one of: {', '.join(word or 'nothing' for word in words)}")
        return text

    return read


def _text(text: str) -> str:
    if not text:
        raise ValueError("empty")
    return text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError("not a date such as 2026-04-01") from None


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError("not a whole number")
    return int(text)


def _age(text: str) -> int | None:
    return _whole(text) if text else None


def _yes(text: str) -> bool:
    return _one_of("yes", "no")(text) == "yes"


def _dollars(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError("not an amount such as 12.34") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError("not an amount such as 12.34")
    return amount


def _maybe(read: Callable[[str], Any], nothing: Any = "") -> Callable[[str], Any]:
    return lambda text: read(text) if text else nothing


def _words(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(read(word) for word in text.split())


_DIGIT = _code(r"\d", "0")
_POLICY = _code(r"[A-Za-z0-9.]{1,20}", "A57520")
_PROCEDURE = _code(r"[0-9A-Z]{5}", "99213")
_MODIFIER = _code(r"[0-9A-Z]{2}", "25")
_PLACE = _code(r"\d{2}", "11")
_TAXONOMY = _code(r"[0-9A-Z]{10}", "207Q00000X")
_KINDS = (
    "", "em", "surgery", "imaging", "laboratory", "pathology", "medicine", "therapy", "drug",
    "supply", "anesthesia",
)  # fmt: skip
_RULES = (
    "timely_filing_days", "corrected_filing_days", "member_id_pattern", "ncci",
    "taxonomy_required",
)  # fmt: skip


_DAYS: Mapping[str, Callable[[str], Any]] = {"since": _day, "until": _day}

FORMS: Mapping[str, Form] = {
    "ptp": Form(
        {
            "side": _one_of("practitioner", "outpatient"),
            "column_1": _PROCEDURE,
            "column_2": _PROCEDURE,
            **_DAYS,
            "indicator": _one_of("0", "1", "9"),
        },
        Ptp,
        {"practitioner": "ptp_practitioner", "outpatient": "ptp_outpatient"},
    ),
    "mue": Form(
        {
            "side": _one_of("practitioner", "outpatient", "dme"),
            "code": _PROCEDURE,
            "units": _whole,
            "indicator": _one_of("1", "2", "3"),
            **_DAYS,
        },
        Mue,
        {"practitioner": "mue_practitioner", "outpatient": "mue_outpatient", "dme": "mue_dme"},
    ),
    "add_on": Form(
        {"code": _PROCEDURE, "primary": _PROCEDURE, "type": _one_of("1", "2", "3"), **_DAYS}, AddOn
    ),
    "mpfs": Form(
        {
            "code": _PROCEDURE,
            "modifier": _maybe(_MODIFIER),
            **_DAYS,
            "status": _code(r"[A-Z]", "A"),
            "pc_tc": _DIGIT,
            "global_days": _one_of("000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"),
            "multiple": _DIGIT,
            "bilateral": _DIGIT,
            "assistant": _DIGIT,
            "co_surgeon": _DIGIT,
            "team": _DIGIT,
            "supervision": _code(r"[0-9A-Z]{2}", "09"),
            "base": _maybe(_PROCEDURE),
            "pays_in_office": _yes,
            "pays_in_facility": _yes,
        },
        FeeIndicators,
    ),
    "opps": Form(
        {
            "code": _PROCEDURE,
            **_DAYS,
            "status": _code(r"[A-Z]\d?", "S"),
            "apc": _maybe(_code(r"\d{4}", "5012")),
            "payment": _maybe(_dollars, None),
        },
        OpdCode,
    ),
    "icd10pcs": Form(
        {"code": _code(r"[0-9A-Z]{3,7}", "0DTJ4ZZ"), **_DAYS, "billable": _yes}, IcdProcedure
    ),
    "denial_code": Form(
        {
            "kind": _one_of("group", "carc", "rarc"),
            "code": _code(r"[A-Z]{0,2}\d{0,4}", "97"),
            **_DAYS,
        },
        DenialCode,
    ),
    "policy_procedure": Form(
        {
            "code": _PROCEDURE,
            "policy": _POLICY,
            "group": _text,
            "kind": _one_of("LCD", "NCD"),
            "states": _words(_code(r"[A-Z]{2}", "OH")),
            **_DAYS,
        },
        PolicyProcedure,
    ),
    "policy_diagnosis": Form(
        {
            "policy": _POLICY,
            "group": _text,
            "diagnosis": _code(r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?", "E11.9"),
            "covered": _yes,
            **_DAYS,
        },
        PolicyDiagnosis,
    ),
    "revenue_code": Form(
        {
            "code": _code(r"\d{4}", "0450"),
            **_DAYS,
            "needs_procedure": _yes,
            "bill_types": _words(_code(r"\d{2,3}", "13")),
        },
        RevenueCode,
    ),
    "office_rule": Form(
        {
            "owner": _one_of("payer", "facility"),
            "id": _text,
            "rule": _code(r"[a-z][a-z_]{2,40}", "requires_modifier"),
            "code": lambda text: text if text == "*" else _PROCEDURE(text),
            "value": str,
            **_DAYS,
        },
        OfficeRule,
    ),
    "procedure": Form(
        {
            "code": _PROCEDURE,
            **_DAYS,
            "kind": _one_of(*_KINDS),
            "unlisted": _yes,
            "sex": _one_of("", "F", "M"),
            "age_from": _age,
            "age_to": _age,
            "needs_order": _yes,
            "needs_ndc": _yes,
            "places": _words(_PLACE),
        },
        Procedure,
    ),
    "modifier": Form(
        {
            "code": _MODIFIER,
            **_DAYS,
            "kind": _one_of("payment", "information", "anatomic", "ncci"),
        },
        Modifier,
    ),
    "place_of_service": Form({"code": _PLACE, **_DAYS, "facility": _yes}, Place),
    "taxonomy": Form({"code": _TAXONOMY, **_DAYS}, Taxonomy),
    "payer_rule": Form(
        {"payer_id": _text, "rule": _one_of(*_RULES), "value": _text, **_DAYS}, PayerRule
    ),
    "fee": Form(
        {
            "code": _PROCEDURE,
            "modifier": _maybe(_MODIFIER),
            **_DAYS,
            "facility": _dollars,
            "non_facility": _dollars,
        },
        Fee,
    ),
}


Table = tuple[Provenance, list[Row]]


def import_tables(source: Path, into: Path) -> list[Provenance]:
    """Take every table of the folder `source` into the data folder's `into`.

    What is there already, byte for byte, is not taken again; another folder of the same
    series replaces what it covers from now on, and what was known before is kept.

    Raises:
        Problem: something was not understood; names file, line and column. Nothing is taken.
    """
    tables = read_folder(source)
    origins = [origin for origin, _ in tables]
    with importing(into):
        there = provenance(into)
        if not all(any(map(origin.says_the_same, there)) for origin in origins):
            write(into, name_of(origins), tables)
    return origins


def read_folder(source: Path) -> list[Table]:
    """Every table of a folder with a manifest.

    Raises:
        Problem: something was not understood; names file, line and column.
    """
    manifest = _manifest(source / MANIFEST)
    paths = [source / f"{name}.csv" for name in FORMS if (source / f"{name}.csv").is_file()]
    if not paths:
        raise Problem("no table in this folder", where=str(source), do="see docs/codesets.md")
    _refuse_others(source)
    return _tables([(path, path.stem, str(path)) for path in paths], manifest)


def read_file(path: Path, name: str, form: str, manifest: Manifest) -> list[Table]:
    """One file of a form, for which the person says what a manifest would.

    Raises:
        Problem: something was not understood; names file, line and column.
    """
    return _tables([(path, form, name)], manifest)


def form_of(heading: list[str]) -> str:
    """The form that has exactly these columns, in any order; empty where none has."""
    names = {cell.strip() for cell in heading}
    return next((name for name, form in FORMS.items() if set(form.columns) == names), "")


def name_of(origins: list[Provenance]) -> str:
    """What the file of these tables is called."""
    return f"{origins[0].series}-{_digest(origins)[:12]}"


def _tables(paths: list[tuple[Path, str, str]], manifest: Manifest) -> list[Table]:
    tables: list[Table] = []
    faults: list[Fault] = []
    for path, form, name in paths:
        rows = _read(path, form, name, faults)
        digest = sum_of(path)
        for table, found in rows.items():
            # A side without a row was never delivered: an empty table would be a pass.
            if found:
                origin = _origin(table, form, name, digest, len(found), manifest)
                tables.append((origin, found))
    if faults:
        raise ConfigProblem(faults[:MOST_FAULTS])
    if not tables:
        raise Problem("no row in it", where=paths[0][2], do="see docs/codesets.md")
    return tables


def _digest(origins: list[Provenance]) -> str:
    told = "".join(f"{entry.table}{entry.release}{entry.sha256}" for entry in origins)
    return hashlib.sha256(told.encode()).hexdigest()


def _manifest(path: Path) -> Manifest:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem("no such file", where=str(path), do="see docs/codesets.md") from None
    except (ValueError, OSError, RecursionError):
        raise Problem("not JSON that can be read", where=str(path)) from None
    if not isinstance(data, dict):
        raise Problem("not an object of keys", where=str(path))
    manifest = fitted(Document(str(path), data), Manifest)
    for name in manifest.complete:
        if name not in FORMS:
            advice = nearest(name, sorted(FORMS))
            raise Problem(f"unknown table {name!r}", where=f"{path} complete", do=advice)
    return manifest


def _refuse_others(source: Path) -> None:
    for path in sorted(source.glob("*.csv")):
        if path.stem not in FORMS:
            advice = nearest(path.stem, sorted(FORMS))
            raise Problem("no table of this name", where=str(path), do=advice)


def _origin(
    table: str, form: str, name: str, digest: str, rows: int, manifest: Manifest
) -> Provenance:
    slug = re.sub(r"[^a-z0-9]+", "-", manifest.release.lower()).strip("-") or "tables"
    return Provenance(
        table=table,
        series=f"{OWN}-{manifest.series or slug}",
        release=manifest.release,
        since=manifest.since,
        until=manifest.until,
        complete_for=".*" if form in manifest.complete else "",
        synthetic=manifest.synthetic,
        source=Path(name).name,
        sha256=digest,
        rows=rows,
        imported=now(),
        by=by(),
    )


def _read(path: Path, form_name: str, name: str, faults: list[Fault]) -> dict[str, list[Row]]:
    """The rows by table; adds to `faults` what was not understood."""
    form = FORMS[form_name]
    tables = list(form.sides.values()) if form.sides else [form_name]
    rows: dict[str, list[Row]] = {table: [] for table in tables}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            heading = [cell.strip() for cell in next(reader, [])]
            wrong = list(_heading_faults(name, heading, form))
            faults += wrong
            if wrong:
                return rows
            for cells in reader:
                if not cells:
                    continue
                where = f"{name}:{reader.line_num}"
                if len(cells) != len(heading):
                    faults.append(
                        Fault(where, f"{len(cells)} cells under {len(heading)} headings")
                    )
                    continue
                values = dict(zip(heading, (cell.strip() for cell in cells), strict=True))
                _take(values, where, form, form_name, rows, faults)
                if len(faults) >= MOST_FAULTS:
                    return rows
    except UnicodeDecodeError:
        faults.append(Fault(name, "not in UTF-8", "save it as UTF-8"))
    except csv.Error as error:
        faults.append(Fault(f"{name}:{reader.line_num}", f"not CSV ({error})"))
    except OSError as error:
        raise Problem(f"cannot be read ({error.strerror})", where=name) from None
    return rows


def _heading_faults(file: str, heading: list[str], form: Form) -> Iterator[Fault]:
    where = f"{file}:1"
    for name in heading:
        if name not in form.columns:
            yield Fault(f"{where} {name}", "unknown column", nearest(name, sorted(form.columns)))
        elif heading.count(name) > 1:
            yield Fault(f"{where} {name}", "this column stands here twice", "keep one")
    for name in form.columns:
        if name not in heading:
            yield Fault(f"{where} {name}", "this column is missing", "add it")


def _take(
    values: dict[str, str],
    where: str,
    form: Form,
    file: str,
    rows: dict[str, list[Row]],
    faults: list[Fault],
) -> None:
    read: dict[str, Any] = {}
    for name, reader in form.columns.items():
        try:
            read[name] = reader(values[name])
        except ValueError as error:
            faults.append(Fault(f"{where} {name}", str(error)))
            return
    if read["since"] and read["until"] and read["until"] < read["since"]:
        faults.append(Fault(f"{where} until", "before `since`"))
        return
    fault = fault_of(read["rule"], read["value"]) if form.row is OfficeRule else None
    if fault:
        faults.append(Fault(f"{where} rule", fault))
        return
    # An edit with indicator 9 was never in force; its equal dates would make it fire a day.
    if read.get("indicator") == "9":
        return
    table = form.sides[read.pop("side")] if form.sides else file
    rows[table].append(form.row(**read))
