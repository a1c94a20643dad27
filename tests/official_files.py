"""Small files in the official layouts, with made-up codes, for the tests of the importers."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

PTP_HEADING = (
    "CPT only copyright. All rights reserved.\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
Ptp = tuple[str, str, str, str, str]  # column 1, column 2, effective, deletion, indicator


def ptp(*edits: Ptp, heading: str = PTP_HEADING) -> str:
    return heading + "".join(
        f"{one}\t{other}\t\t{since}\t{until}\t{indicator}\tMutually exclusive procedures\n"
        for one, other, since, until, indicator in edits
    )


def mue(*limits: tuple[str, str, str], side: str = "Practitioner Services") -> str:
    rows = [
        ["CPT only copyright. All rights reserved."],
        ["HCPCS/\nCPT Code", f"{side} MUE Values", "MUE Adjudication Indicator", "MUE Rationale"],
        *([code, units, indicator, "Nature of Service"] for code, units, indicator in limits),
    ]
    return text_of(rows)


def add_on(*edits: Sequence[str]) -> str:
    """add-on, primary, type, code deleted, primary deleted, edit effective, edit deleted."""
    heading = [
        "Add_On_Code", "Primary_Code", "AOC_Edit_Type", "AOC_DEL_DT (Julian)",
        "Primary_Code_DEL_DT (Julian)", "AOC_Edit_EFF_DT (Julian)", "AOC_Edit_DEL_DT (Julian)",
        "Special_Instruction_Notes",
    ]  # fmt: skip
    return "".join("\t".join(row) + "\n" for row in [heading, *([*row, ""] for row in edits)])


def anweb(*records: tuple[str, str, str, str, str]) -> str:
    """Code or modifier, record, long description, added, terminated."""
    lines = []
    for code, record, words, added, ended in records:
        line = f"{code if len(code) == 5 else f'   {code}'}00100{record}{words:80}{'':28}"
        line = f"{line:268}{added:8}{'':8}{ended:8}N"
        lines.append(f"{line:320}\n" if record in "37" else line[:91] + "\n")
    return "".join(lines)


PPRRVU_HEADING = [
    ["", "", "2024 National Physician Fee Schedule Relative Value File July Release"],
    ["", "", "CPT codes and descriptions only are copyright."],
    ["", "", "RELEASED 06/14/2024"],
    ["", "", "", "", "FOR", "", "", "NON-FAC", "", "FACILITY"],
    ["", "", "", "STATUS", "MEDICARE ", "WORK", "NON-FAC", "NA", "FACILITY", "NA", "MP",
     "NON-FACILITY", "FACILITY", "PCTC", "GLOB", "PRE", "INTRA", "POST", "MULT", "BILAT", "ASST",
     "CO-", "TEAM", "ENDO", "CONV", "DIAGNOSTIC", "CALCULATION", "FAMILY"],
    ["HCPCS", "MOD", "DESCRIPTION", "CODE", "PAYMENT", "RVU", "PE RVU", "INDICATOR", "PE RVU",
     "INDICATOR", "RVU", "TOTAL", "TOTAL", "IND", "DAYS", "OP", "OP", "OP", "PROC", "SURG",
     "SURG", "SURG", "SURG", "BASE", "FACTOR", "PROCEDURES", "FLAG", "INDICATOR"],
]  # fmt: skip


def pprrvu(*codes: dict[str, str]) -> str:
    base = {
        "code": "99213", "mod": "", "status": "A", "office_na": "", "facility_na": "",
        "office": "2.68", "facility": "1.94", "pctc": "0", "glob": "XXX", "mult": "0",
        "bilat": "0", "asst": "0", "co": "0", "team": "0", "base": "", "factor": "33.2875",
        "supervision": "09",
    }  # fmt: skip
    rows = []
    for code in codes:
        row = base | code
        rows.append(
            [
                row["code"], row["mod"], "A descriptor", row["status"], "", "1.30", "1.28",
                row["office_na"], "0.54", row["facility_na"], "0.10", row["office"],
                row["facility"], row["pctc"], row["glob"], "0.00", "0.00", "0.00", row["mult"],
                row["bilat"], row["asst"], row["co"], row["team"], row["base"], row["factor"],
                row["supervision"], "0", "99",
            ]
        )  # fmt: skip
    return text_of([*PPRRVU_HEADING, *rows])


def order(*codes: tuple[str, int, str]) -> str:
    return "".join(
        f"{number:05d} {code:7} {flag} {title:60} {title}\n"
        for number, (code, flag, title) in enumerate(codes, 1)
    )


def text_of(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def zipped(path: Path, **members: str | bytes) -> Path:
    """A zip; `__` in a name stands for a dot."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "."), body)
    return path


def workbook(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path
