"""Reference tables into the layouts in which official files are downloaded.

    python benchmarks/official_layout.py --from REFERENCE --to DIR

For benchmarks and acceptance only; what it writes is never committed. The reference tables lack
what an official file has, so that some of it is invented, and DIR/README.txt says what: PTP edits
have no effective date, theirs is 2024-01-01, and an edit deleted before that day begins on the
day it was deleted (as indicator 9 always does); every quarterly file is labelled 2024Q3, the MUE
values of 2024Q2 too, so that one quarter has every table; ICD-10-CM is the release of April 2026
from simple-icd-10-cm, labelled fiscal year 2024. Reading the Parquet files needs pyarrow, which
is no dependency of the project.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

INVENTED = date(2024, 1, 1)
NOTICE = "Codes only; rendered from reference tables for benchmarks. No descriptors."
PARTS = 4
PTP_HEADING = (
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
AOC_HEADING = (
    "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\t"
    "AOC_Edit_DelDT\tSpecial_Instruction_Notes"
)
# The columns of PPRRVU: the rows of the heading from the bottom up, parted by "|".
FEE_COLUMNS = (
    "HCPCS", "MOD", "DESCRIPTION", "CODE|STATUS", "PAYMENT|MEDICARE|FOR|NOT USED", "RVU|WORK",
    "PE RVU|NON-FAC", "INDICATOR|NA|NON-FAC", "PE RVU|FACILITY", "INDICATOR|NA|FACILITY",
    "RVU|MP", "TOTAL|NON-FACILITY", "TOTAL|FACILITY", "IND|PCTC", "DAYS|GLOB", "OP|PRE",
    "OP|INTRA", "OP|POST", "PROC|MULT", "SURG|BILAT", "SURG|ASST", "SURG|CO-", "SURG|TEAM",
    "BASE|ENDO", "FACTOR|CONV", "PROCEDURES|DIAGNOSTIC|SUPERVISION OF|PHYSICIAN",
    "FLAG|CALCULATION", "INDICATOR|FAMILY|IMAGING|DIAGNOSTIC",
    "AMOUNT|PAYMENT|FOR OPPS|PE USED|NON-FACILITY", "AMOUNT|PAYMENT|FOR OPPS|PE USED|FACILITY",
    "AMOUNT|PAYMENT|FOR OPPS|MP USED",
)  # fmt: skip
SAID = f"""Rendered from reference tables by benchmarks/official_layout.py. Not official files.
Invented: the effective date of every PTP edit and add-on edit, {INVENTED}; an edit deleted before
that day begins on the day it was deleted. MUE values are those of 2024Q2, labelled 2024Q3.
ICD-10-CM is the release of April 2026 labelled fiscal year 2024. Descriptors are left out.
"""


def main() -> int:
    """Render every table; 0, or 2 with what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--from", dest="source", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    chosen = parser.parse_args()
    if not (chosen.source / "ncci").is_dir():
        print(f"{chosen.source}: no reference tables there", file=sys.stderr)
        return 2
    if find_spec("pyarrow") is None:
        print(
            "reading Parquet needs pyarrow, which claimbots does not: `pip install --target DIR "
            "pyarrow`, then run this again with PYTHONPATH=DIR",
            file=sys.stderr,
        )
        return 2
    chosen.to.mkdir(parents=True, exist_ok=True)
    (chosen.to / "README.txt").write_text(SAID, encoding="utf-8")
    for render in (ptp, mue, add_on, fee_schedule, hcpcs, places, adjustments, diagnoses, lists):
        for path in render(chosen.source, chosen.to):
            print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    print(SAID)
    return 0


def ptp(source: Path, to: Path) -> Iterator[Path]:
    """ccipra and ccioph, tab-delimited, four parts each."""
    parquet: Any = import_module("pyarrow.parquet")
    for side, name in (("practitioner", "ccipra"), ("outpatient", "ccioph")):
        table = parquet.read_table(
            source / "ncci" / f"ptp_{side}_2024Q3.parquet",
            columns=["column_1", "column_2", "deletion", "modifier", "rationale"],
        ).sort_by([("column_1", "ascending"), ("column_2", "ascending")])
        share = -(-table.num_rows // PARTS)
        for part in range(PARTS):
            path = to / f"{name}-v302r0-f{part + 1}.TXT"
            with path.open("w", encoding="cp1252", newline="\r\n") as file:
                file.write(f"{NOTICE}\n")
                file.write(PTP_HEADING)
                for rows in table.slice(part * share, share).to_batches(50_000):
                    file.writelines(_edits(rows.to_pydict()))
            yield path


def _edits(rows: dict[str, list[Any]]) -> Iterator[str]:
    for one, other, deleted, indicator, why in zip(*rows.values(), strict=True):
        begun = min(INVENTED, deleted) if deleted else INVENTED
        if indicator == 9 and deleted:
            begun = deleted
        ended = f"{deleted:%Y%m%d}" if deleted else "*"
        yield f"{one}\t{other}\t\t{begun:%Y%m%d}\t{ended}\t{indicator}\t{why}\n"


def mue(source: Path, to: Path) -> Iterator[Path]:
    """One csv for each side, after a preamble."""
    words = {"1": "1 Line Edit", "2": "2 Date of Service Edit: Policy"}
    for side, heading, name in (
        ("practitioner", "Practitioner Services MUE Values", "PractitionerServices"),
        ("outpatient", "Outpatient Hospital Services MUE Values", "OutpatientHospitalServices"),
        ("dme", "DME Supplier Services MUE Values", "DMESupplierServices"),
    ):
        path = to / f"MCR_MUE_{name}_Eff_07-01-2024.csv"
        rows = [
            [
                row["hcpcs_code"],
                row["mue_units"],
                words.get(row["mue_mai"], "3 Date of Service Edit: Clinical"),
                row["mue_rationale"],
            ]
            for row in _rows(source / "ncci" / f"mue_{side}_2024Q2.csv")
        ]
        top = [
            [NOTICE],
            ["HCPCS/\nCPT Code", heading, "MUE Adjudication Indicator", "MUE Rationale"],
        ]
        yield _csv(path, top + rows)


def add_on(source: Path, to: Path) -> Iterator[Path]:
    """Tab-delimited, Julian dates."""
    path = to / "AOC_V2024Q3-MCR.txt"
    with path.open("w", encoding="cp1252", newline="\r\n") as file:
        file.write(f"{NOTICE}\n{AOC_HEADING}\n")
        for row in _rows(source / "ncci" / "aoc_2024Q3.csv"):
            file.write(
                f"{row['aoc_edit_type']}\t{row['add_on_code']}\t\t{row['primary_code']}\t\t"
                f"{INVENTED:%Y%j}\t\t\n"
            )
    yield path


def fee_schedule(source: Path, to: Path) -> Iterator[Path]:
    """PPRRVU as csv, with its ten lines of heading."""
    amounts = {
        (row["hcpcs_code"], row["mod"]): row
        for row in _rows(source / "mpfs" / "pprrvu_2024_jul_amounts.csv")
    }
    titles = [
        "2024 National Physician Fee Schedule Relative Value File July Release",
        NOTICE,
        NOTICE,
        " ",
        "RELEASED 06/14/2024",
    ]
    words = [column.split("|") for column in FEE_COLUMNS]
    top = [["", "", title, *[""] * (len(words) - 3)] for title in titles]
    top += [[part[row] if row < len(part) else "" for part in words] for row in range(4, -1, -1)]
    rows = []
    for row in _rows(source / "mpfs" / "pprrvu_2024_jul_indicators.csv"):
        paid = amounts[row["hcpcs_code"], row["mod"]]
        surgical = ("mult_proc", "bilat_surg", "asst_surg", "co_surg", "team_surg")
        rows.append(
            [
                *(row["hcpcs_code"], row["mod"], "", row["status"], row["not_used_mcr"]),
                *(paid["rvu_work"], paid["rvu_non_pe"], row["non_na"]),
                *(paid["rvu_fac_pe"], row["fac_na"], paid["rvu_mp"]),
                *(paid["rvu_non_sum"], paid["rvu_fac_sum"], _whole(row["pctc"]), row["glob"]),
                *(row["pre_op"], row["intra_op"], row["post_op"]),
                *(_whole(row[key]) for key in surgical),
                *(row["endo_base"], paid["cf"], row["phys_diag_pro"], "0", row["diag_img_fam"]),
                *("0.00", "0.00", "0.00"),
            ]
        )
    yield _csv(to / "PPRRVU24_JUL.csv", top + rows)


def hcpcs(source: Path, to: Path) -> Iterator[Path]:
    """ANWEB, fixed width of 320 columns; only the words of a code without a name are there."""
    unlisted = {row["hcpcs"] for row in _rows(source / "codesets" / "hcpcs_noc_2024.csv")}
    path = to / "HCPC2024_JUL_ANWEB.txt"
    with path.open("w", encoding="cp1252", newline="\r\n") as file:
        for row in _rows(source / "codesets" / "hcpcs_level2_2024.csv"):
            words = "Not otherwise classified" if row["hcpcs_code"] in unlisted else ""
            file.write(_record(row["hcpcs_code"], "3", words, row) + "\n")
        for row in _rows(source / "codesets" / "modifiers_hcpcs.csv"):
            if len(row["modifier"]) == 2 and row["modifier"][0].isalpha():
                file.write(_record(f"   {row['modifier']}", "7", "", {}) + "\n")
    yield path


def _record(code: str, kind: str, words: str, row: dict[str, str]) -> str:
    cells = [" "] * 320

    def put(first: int, text: str) -> None:
        cells[first - 1 : first - 1 + len(text)] = text

    put(1, f"{code:5}00100{kind}{words:80}")
    put(269, row.get("date_added", "").replace("-", ""))
    put(277, row.get("date_action", "").replace("-", ""))
    put(285, row.get("date_term", "").replace("-", ""))
    put(293, row.get("action", ""))
    return "".join(cells)


def places(source: Path, to: Path) -> Iterator[Path]:
    """The web table as csv."""
    rows = [
        [row["pos_code"], row["pos_name"], ""]
        for row in _rows(source / "codesets" / "place_of_service.csv")
    ]
    top = [
        ["Place of Service Codes for Professional Claims. Database (updated July 2024)"],
        ["Place of Service Code(s)", "Place of Service Name", "Place of Service Description"],
    ]
    yield _csv(to / "place_of_service_codes.csv", top + rows)


def adjustments(source: Path, to: Path) -> Iterator[Path]:
    """Reasons and remarks, a table each."""
    rows = list(_rows(source / "codesets" / "carc_rarc_group_2024.csv"))
    for kinds, title, name in (
        ({"CARC", "Group"}, "Claim Adjustment Reason Codes (July 2024)", "carc"),
        ({"RARC"}, "Remittance Advice Remark Codes (July 2024)", "rarc"),
    ):
        found = [
            [
                row["adj_code"],
                "",
                row["adj_start_date"],
                row["adj_last_modified"],
                row["adj_end_date"],
            ]
            for row in rows
            if row["adj_type"] in kinds
        ]
        top = [[title], ["Code", "Description", "Start Date", "Last Modified", "Stop Date"]]
        yield _csv(to / f"{name}_2024_07.csv", top + found)


def diagnoses(source: Path, to: Path) -> Iterator[Path]:
    """ICD-10-CM as order file and tabular XML, from simple-icd-10-cm, labelled 2024."""
    package = find_spec("simple_icd_10_cm")
    if package is None or package.origin is None:
        return
    folder = Path(package.origin).parent / "data"
    listing = (folder / "code-list-April-2026.txt").read_text(encoding="utf-8")
    codes = sorted({word.replace(".", "") for word in listing.split() if "-" not in word})
    codes = [code for code in codes if 3 <= len(code) <= 7 and code[0].isalpha()]
    prefixes = {code[:length] for code in codes for length in range(3, len(code))}
    path = to / "icd10cm_order_2024.txt"
    with path.open("w", encoding="ascii", newline="\r\n") as file:
        for number, code in enumerate(codes, 1):
            file.write(f"{number:05d} {code:7} {int(code not in prefixes)} {'':60} \n")
    yield path
    tabular = to / "icd10cm_tabular_2024.xml"
    tabular.write_bytes((folder / "icd10c-tabular-April-1-2026.xml").read_bytes())
    yield tabular


def lists(source: Path, to: Path) -> Iterator[Path]:
    """The Medicare Code Editor's lists as they are: acceptance asks for them, no importer does."""
    copy = to / "mce" / "mce_code_edits_v41_1.csv"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes((source / "mce" / copy.name).read_bytes())
    yield copy


def _whole(text: str) -> str:
    return text.removesuffix(".0") or "9"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _csv(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


if __name__ == "__main__":
    raise SystemExit(main())
