"""The synthetic tables, in the project's own CSV form, beside the truth.

Dates are ISO, an empty date is open; yes and no for booleans; several values in one cell are
separated by blanks.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from bots.practice.seeding.codes import (
    ADD_ONS,
    CODES,
    MODIFIERS,
    PLACES,
    PTP,
    TAXONOMIES,
    fee_of,
)
from bots.practice.seeding.filed_codes import CODES as FILED
from bots.practice.seeding.filed_codes import (
    GLOBAL_DAYS,
    HARBOR,
    POLICY_DIAGNOSES,
    POLICY_PROCEDURES,
    RULES,
)
from bots.practice.seeding.filed_codes import MODIFIERS as FILED_MODIFIERS
from bots.practice.seeding.institutional_codes import MODIFIERS as MORE_MODIFIERS
from bots.practice.seeding.institutional_codes import OUTPATIENT, REVENUE, STATUS
from bots.practice.seeding.people import PAYERS

_OPEN = "2020-01-01"
COMPLETE = (
    "ptp",
    "mue",
    "add_on",
    "procedure",
    "mpfs",
    "modifier",
    "place_of_service",
    "taxonomy",
    "payer_rule",
    "fee",
    "opps",
    "revenue_code",
)


def write_tables(folder: Path, seed: int) -> None:
    """Write every table and the manifest into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "release": f"synthetic 2026Q3 seed {seed}",
        "synthetic": True,
        "since": "2026-01-01",
        "until": "2026-12-31",
        "complete": list(COMPLETE),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    for name, columns, rows in _all():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns.split())
            writer.writerows(rows)


def _all() -> Iterable[tuple[str, str, Iterable[Sequence[object]]]]:
    yield (
        "ptp",
        "side column_1 column_2 since until indicator",
        [
            (side, one, two, since.isoformat(), until.isoformat() if until else "", indicator)
            for side in ("practitioner", "outpatient")
            for one, two, since, until, indicator in PTP
        ],
    )
    yield (
        "mue",
        "side code units indicator since until",
        [
            (side, code.code, code.mue, code.mai, _OPEN, "")
            for side in ("practitioner", "outpatient")
            for code in (*CODES, *FILED, *OUTPATIENT)
        ]
        + [("dme", code.code, code.mue, code.mai, _OPEN, "") for code in CODES
           if code.kind == "supply"],
    )  # fmt: skip
    yield (
        "add_on",
        "code primary type since until",
        [(code, primary, "1", _OPEN, "") for code, primary in ADD_ONS],
    )
    yield (
        "procedure",
        "code since until kind unlisted sex age_from age_to needs_order needs_ndc places",
        [
            (
                c.code, c.since.isoformat(), c.until.isoformat() if c.until else "",
                c.kind, _yes(c.unlisted), c.sex, _text(c.ages[0]), _text(c.ages[1]),
                _yes(c.needs_order), _yes(bool(c.ndc)), " ".join(c.places),
            )
            for c in (*CODES, *FILED, *OUTPATIENT)
        ],
    )  # fmt: skip
    yield (
        "mpfs",
        (
            "code modifier since until status pc_tc global_days multiple bilateral assistant "
            "co_surgeon team supervision base pays_in_office pays_in_facility"
        ),
        [
            (
                c.code,
                "",
                c.since.isoformat(),
                c.until.isoformat() if c.until else "",
                c.status,
                c.pc_tc,
                GLOBAL_DAYS.get(c.code, "XXX"),
                "0",
                c.bilateral,
                "0",
                "0",
                "0",
                "09",
                "",
                "yes",
                "yes",
            )
            for c in (*CODES, *FILED)
        ],
    )
    yield (
        "modifier",
        "code since until kind",
        [
            (code, _OPEN, "", kind)
            for code, kind in (MODIFIERS | MORE_MODIFIERS | FILED_MODIFIERS).items()
        ],
    )
    yield (
        "place_of_service",
        "code since until facility",
        [(code, _OPEN, "", _yes(facility)) for code, facility in PLACES.items()],
    )
    yield "taxonomy", "code since until", [(code, _OPEN, "") for code in TAXONOMIES.values()]
    yield "payer_rule", "payer_id rule value since until", list(_payer_rules())
    yield "fee", "code modifier since until facility non_facility", list(_fees())
    yield (
        "opps",
        "code since until status apc payment",
        [
            (code, _OPEN, "", status, "", "")
            for status, codes in STATUS.items()
            for code in codes.split()
        ],
    )
    yield (
        "revenue_code",
        "code since until needs_procedure bill_types",
        [
            (code, _OPEN, "", _yes(named), types)
            for code, (named, types) in sorted(REVENUE.items())
        ],
    )
    yield (
        "office_rule",
        "owner id rule code value since until",
        [(*rule, _OPEN, "") for rule in RULES],
    )
    yield (
        "policy_procedure",
        "code policy group kind states since until",
        [(*row, _OPEN, "") for row in POLICY_PROCEDURES],
    )
    yield (
        "policy_diagnosis",
        "policy group diagnosis covered since until",
        [(*row[:3], _yes(row[3]), _OPEN, "") for row in POLICY_DIAGNOSES],
    )


def _payer_rules() -> Iterable[Sequence[object]]:
    for payer in (*PAYERS, HARBOR):
        yield payer.payer_id, "timely_filing_days", payer.timely_days, _OPEN, ""
        yield payer.payer_id, "member_id_pattern", payer.member_id, _OPEN, ""
        if payer.adopts_ncci:
            yield payer.payer_id, "ncci", "adopted", _OPEN, ""
        if payer.taxonomy_required:
            yield payer.payer_id, "taxonomy_required", payer.taxonomy_required, _OPEN, ""


def _fees() -> Iterable[Sequence[object]]:
    for code in CODES:
        facility, office = fee_of(code.code, facility=True), fee_of(code.code, facility=False)
        yield code.code, "", _OPEN, "", facility, office
        if code.pc_tc == "1":
            for part, share in (("26", 40), ("TC", 60)):
                yield (
                    code.code, part, _OPEN, "",
                    round(facility * share / 100, 2), round(office * share / 100, 2),
                )  # fmt: skip


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _text(value: int | None) -> str:
    return "" if value is None else str(value)
