"""What pyx12 reads by the implementation guide's own maps, our reader reads too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders.claims import ORDERING_NPI, a_claim, a_line, a_provider, an_institutional_claim
from x12_writer import a_file, a_set

from bots.claims import Case, Claim, ClaimCode, InpatientProcedure, OtherPayer
from bots.files.reading import read_any

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 9, 30)


def by_pyx12(path: Path) -> Iterator[dict[str, Any]]:
    """Each claim as pyx12 finds it: by loops and element positions, not by our walk."""
    import pyx12.error_handler
    import pyx12.params
    import pyx12.x12context

    people: dict[str, tuple[str, str, str]] = {}
    with path.open() as file:
        reader = pyx12.x12context.X12ContextReader(
            pyx12.params.params(), pyx12.error_handler.errh_null(), file
        )
        for node in reader.iter_segments("2300"):
            if node.id != "2300":
                segment = node.seg_data
                if node.id == "HL" and segment.get_value("HL03") == "22":
                    people.clear()
                if node.id == "NM1":
                    parts = [segment.get_value(f"NM1{n}") or "" for n in ("03", "04", "09")]
                    people[segment.get_value("NM101")] = (parts[0], parts[1], parts[2])
                continue
            yield _claim(node, people)


def _claim(node: Any, people: dict[str, tuple[str, str, str]]) -> dict[str, Any]:
    codes = [
        node_segment.get_value(f"HI{n:02d}")
        for node_segment in node.select("HI")
        for n in range(1, 13)
        if node_segment.get_value(f"HI{n:02d}")
    ]
    patient = people.get("QC") or people["IL"]
    return {
        "number": node.get_value("CLM01"),
        "total": Decimal(node.get_value("CLM02")),
        "where": (node.get_value("CLM05-1"), node.get_value("CLM05-3")),
        "patient": patient[:2],
        "member": people["IL"][2],
        "payer": people["PR"][2],
        "codes": sorted(codes),
        "lines": [_line(line) for line in node.select("2400")],
        "paid": [Decimal(other.get_value("AMT[D]02")) for other in node.select("2320")],
    }


def _line(line: Any) -> tuple[Any, ...]:
    service = "SV1" if line.get_value("SV102") else "SV2"
    at = ("01", "02", "04") if service == "SV1" else ("02", "03", "05")
    modifiers = [line.get_value(f"{service}{at[0]}-{n}") for n in (3, 4, 5, 6)]
    pointers = [line.get_value(f"SV107-{n}") for n in (1, 2, 3, 4)] if service == "SV1" else []
    return (
        line.get_value(f"{service}{at[0]}-2"),
        tuple(modifier for modifier in modifiers if modifier),
        Decimal(line.get_value(f"{service}{at[1]}")),
        Decimal(line.get_value(f"{service}{at[2]}")),
        tuple(int(pointer) for pointer in pointers if pointer),
        line.get_value("DTP[472]03"),
        line.get_value("2410/LIN03") or "",
    )


def by_us(claim: Claim) -> dict[str, Any]:
    place = claim.place_of_service or claim.bill_type[1:3]
    kinds = {"principal": "ABK", "other": "ABF", "external_cause": "ABN", "admitting": "ABJ"}
    codes = [f"{kinds[d.kind.value]}:{d.code.replace('.', '')}" for d in claim.diagnoses]
    codes += [f"BG:{code}" for code in claim.condition_codes]
    codes += [f"BE:{value.code}:::{value.amount}" for value in claim.values]
    codes += [f"BH:{entry.code}:D8:{entry.since:%Y%m%d}" for entry in claim.occurrences]
    codes += [
        f"{'BBQ' if n else 'BBR'}:{entry.code}:D8:{entry.performed_on:%Y%m%d}"
        for n, entry in enumerate(claim.inpatient_procedures)
    ]
    return {
        "number": claim.number,
        "total": claim.total_charge,
        "where": (place, claim.frequency_code),
        "patient": (claim.patient.last_name, claim.patient.first_name),
        "member": claim.coverage.member_id,
        "payer": claim.coverage.payer_id,
        "codes": sorted(codes),
        "lines": [
            (
                line.procedure,
                line.modifiers,
                line.charge,
                line.units,
                line.pointers,
                f"{line.service_date:%Y%m%d}" if line.service_date else None,
                line.ndc,
            )
            for line in claim.lines
        ],
        "paid": [other.paid for other in claim.other_payers],
    }


def a_rich_file(folder: Path) -> Path:
    professional = a_claim(
        [a_line("99213", charge="125"), a_line("J1100", modifiers=("JZ",), charge="20.50")],
        number="A",
        providers=[a_provider("rendering"), a_provider("ordering", ORDERING_NPI)],
    )
    other = OtherPayer("OTHER", "OTHER PAYER", "secondary", "CI", Decimal("12.50"))
    path = folder / "rich.837"
    path.write_text(a_file([a_set([replace(professional, other_payers=(other,)), professional])]))
    return path


def a_hospital_file(folder: Path) -> Path:
    claim = replace(
        an_institutional_claim(number="H"),
        values=(ClaimCode("80", amount=Decimal(5)),),
        occurrences=(ClaimCode("11", date(2026, 7, 1)),),
        inpatient_procedures=(
            InpatientProcedure("0DTJ4ZZ", date(2026, 7, 14)),
            InpatientProcedure("0DTJ0ZZ", date(2026, 7, 15)),
        ),
    )
    path = folder / "hospital.837"
    path.write_text(a_file([a_set([claim])], version="005010X223A2"))
    return path


@pytest.mark.parametrize(
    "file", ["professional.837", "institutional.837", a_rich_file, a_hospital_file]
)
def test_pyx12_finds_the_same_in_every_claim(tmp_path: Path, file: Any):
    path = SAMPLES / file if isinstance(file, str) else file(tmp_path)
    entries = [entry for entry in read_any(path, today=TODAY) if isinstance(entry, Case)]

    assert entries
    assert [by_us(entry.claim) for entry in entries] == list(by_pyx12(path))
