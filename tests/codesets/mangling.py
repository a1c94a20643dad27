"""Small official files of every format, and ways to spoil them: for the fuzzing of importers.

    python tests/codesets/mangling.py --seconds 300 [--seed 1] [--only NAME ...]

Spoils files of each format and imports them, so many seconds of processor time each. What is no
clear error is written to
`tests/codesets/corpus/`, whose files are imported again by the test suite each time.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from datetime import date
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import official_files as official  # noqa: E402

from bots.codesets.importing import take  # noqa: E402
from bots.codesets.official import Told  # noqa: E402
from bots.codesets.store import damaged, files  # noqa: E402
from bots.errors import Problem  # noqa: E402

CORPUS = HERE / "corpus"
TABULAR = (
    '<?xml version="1.0"?><ICD10CM.tabular><version>2024</version><chapter><name>1</name>'
    '<section id="A00-A09"><desc>Words (A00-A09)</desc><diag><name>A00</name><desc>Words</desc>'
    "<excludes1><note>other (B99.-)</note></excludes1></diag></section></chapter>"
    "</ICD10CM.tabular>"
)
TOLD = Told(release="fuzz", since=date(2024, 7, 1), until=date(2024, 9, 30), side="practitioner")
_BYTES = [
    b"\0", b"\t", b",", b'"', b"\n", b"\r", b"*", b"9", b"\xff", b"\xef\xbb\xbf", b"99999999",
    b"20240230", b"-", b"=", b"NaN", b"1e999", b"9" * 400, b"&x;", b"<", b">", b"\x1a", b" " * 90,
]  # fmt: skip


def seeds() -> dict[str, bytes]:
    """A small right file of every format, by name."""
    rows = {
        "pos.csv": [
            ["Place of Service Codes (updated July 2024)"],
            ["Place of Service Code(s)", "Place of Service Name", "Description"],
            ["11", "Office", "(Effective January 1, 2003) Words"],
        ],
        "carc.csv": [
            ["Claim Adjustment Reason Codes"],
            ["Code", "Description", "Start", "Stop"],
            ["15", "Words", "01/01/1995", "07/01/2018"],
        ],
        "addendum_b.csv": [
            ["Addendum B July 2024"],
            ["HCPCS Code", "Short Descriptor", "SI", "APC", "Payment Rate"],
            ["11111", "Words", "Q1", "5012", "$1,123.45"],
        ],
        "nucc_taxonomy_240.csv": [
            ["Code", "Grouping", "Classification"],
            ["207Q00000X", "Words", "Words"],
        ],
        "modifiers.csv": [["Modifier", "Description"], ["LT", "Words"], ["25", "Words"]],
        "article_x_hcpc_code.csv": [
            ["article_id", "article_version", "hcpc_code_id", "hcpc_code_group"],
            ["57520", "7", "11111", "2"],
        ],
        "office_rule.csv": [
            ["owner", "id", "rule", "code", "value", "since", "until"],
            ["facility", "MAIN", "requires_modifier", "99213", "25", "2026-01-01", ""],
        ],
    }
    texts = {
        "ccipra-v302r0.txt": official.ptp(
            ("11111", "22222", "20240101", "*", "0"),
            ("11111", "33333", "20240101", "20240331", "1"),
        ),
        "MUE_Eff_07-01-2024.csv": official.mue(("11111", "3", "3 Date of Service Edit: Clinical")),
        "AOC_V2024Q3-MCR.txt": official.add_on(
            ["11111", "22222", "1", "", "", "2024001", ""], ["11111", "CCCCC", "2", "", "", "", ""]
        ),
        "HCPC2024_JUL_ANWEB.txt": official.anweb(
            ("A0021", "3", "Words", "19850101", "20240731"), ("A0021", "4", "more", "", ""),
            ("LT", "7", "Left", "19850101", ""),
        ),
        "PPRRVU24_JUL.csv": official.pprrvu({}, {"code": "70010", "mod": "26"}),
        "icd10cm_order_2024.txt": official.order(("A00", 0, "Words"), ("A001", 1, "Words, left")),
        "icd10pcs_order_2024.txt": official.order(("001", 0, "Words"), ("0016070", 1, "Words")),
        "icd10cm_order_addenda_2025.txt": "Add: 1 C001 Words\nDelete: 1 A001 Words\n",
        "icd10cm_tabular_2024.xml": TABULAR,
        **{name: official.text_of(cells) for name, cells in rows.items()},
    }  # fmt: skip
    return {name: text.encode() for name, text in texts.items()}


def binaries(scratch: Path) -> dict[str, bytes]:
    """A zip and a workbook."""
    text = official.mue(("11111", "3", "1 Line Edit"))
    archive = official.zipped(scratch / "x.zip", **{"MUE_Eff_07-01-2024__csv": text})
    book = official.workbook(
        scratch / "x.xlsx",
        [["HCPCS/CPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator"],
         ["11111", 3, "1 Line Edit"]],
    )  # fmt: skip
    return {"mue.zip": archive.read_bytes(), "MUE_Eff_07-01-2024.xlsx": book.read_bytes()}


def spoiled(data: bytes, random: Random) -> bytes:
    """The same file with one to four things wrong."""
    for _ in range(random.randint(1, 4)):
        at, to = sorted(random.randrange(len(data) + 1) for _ in range(2))
        match random.randrange(6):
            case 0:
                data = data[:at] + random.choice(_BYTES) + data[at:]
            case 1:
                data = data[:at] + data[min(to, at + 12) :]
            case 2:
                data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
            case 3:
                data = data[:at] + data[at:to] * random.randint(2, 3) + data[to:]
            case 4:
                lines = data.split(b"\n")
                random.shuffle(lines)
                data = b"\n".join(lines)
            case _:
                data = data[:at] if random.random() < 0.3 else data[:at] + data[at + 1 :]
    return data


def survives(name: str, data: bytes, scratch: Path) -> str | None:
    """Import one file; None where it was taken whole or refused clearly, else what went wrong."""
    folder, path = scratch / "to", scratch / "in" / name
    shutil.rmtree(folder, ignore_errors=True)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    told = TOLD if name in {"office_rule.csv", "modifiers.csv", "carc.csv"} else Told()
    try:
        take([path], folder, told)
    except Problem as problem:
        if list(folder.glob("*.sqlite3")):
            return "refused, and yet imported"
        return None if problem.sentence() else "refused without a word"
    except BaseException:
        return traceback.format_exc()
    finally:
        path.unlink()
    return next((what for found in files(folder) if (what := damaged(found))), None)


def main() -> int:
    """Spoil and import until each format's time is over; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="for each format")
    parser.add_argument("--only", nargs="*", help="formats by the name of their file")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for name, right in (seeds() | binaries(scratch)).items():
            if chosen.only and name not in chosen.only:
                continue
            random, tried = Random(f"{chosen.seed} {name}"), 0
            ends = time.process_time() + chosen.seconds
            while time.process_time() < ends:
                data = spoiled(right, random)
                what = survives(name, data, scratch)
                tried += 1
                if what:
                    found += 1
                    CORPUS.mkdir(exist_ok=True)
                    (CORPUS / f"{found:03d}-{name}").write_bytes(data)
                    print(f"{name}: {what}")
            print(f"{name}: {tried} files", flush=True)
    print(f"{found} found")
    return int(found > 0)


if __name__ == "__main__":
    raise SystemExit(main())
