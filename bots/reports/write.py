"""Write a run's report: the page, the workbook and the CSV twins, in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bots.errors import Problem
from bots.places import Places
from bots.reports.csv_twins import write_csv
from bots.reports.figures import Report, report_of
from bots.reports.page import write_page
from bots.reports.repairs import sentences
from bots.reports.sheets import sheets
from bots.reports.workbook import write_workbook
from bots.store import database


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where a report lies."""

    html: Path
    xlsx: Path
    csv_folder: Path


def write_report(
    run_ids: str | Sequence[str], places: Places, *, masked: bool = False
) -> ReportFiles:
    """Write the report of one run, or of several with real-time and look-back apart.

    Each file is written beside its place and moved there whole. Synchronous: from asyncio
    call it through the store's thread.

    Raises:
        Problem: an unknown run, or a disk that is full or closed to us.
    """
    database.connect(places)
    ids = [run_ids] if isinstance(run_ids, str) else list(run_ids)
    report = report_of(ids, masked)
    report = replace(report, repairs={id: sentences(places, id) for id in report.ids})
    folder = places.reports / folder_name(report)
    try:
        return _write(report, folder)
    except OSError as error:
        raise Problem(
            f"the report cannot be written ({error.strerror or error})",
            where=str(folder),
            do="free some space; nothing is lost: `claimbots report` writes it again",
        ) from error


def kept_report(run: str, places: Places) -> ReportFiles | None:
    """The report of one run, if it lies whole in this data folder."""
    files = _files(places.reports / run)
    return files if files.html.exists() else None  # it is written last


def folder_name(report: Report) -> str:
    """The run's id; of several the first and last."""
    ids = report.ids
    name = ids[0] if len(ids) == 1 else f"{ids[0]}_{ids[-1].removeprefix('R-')}"
    return f"{name}-masked" if report.masked else name


def _write(report: Report, folder: Path) -> ReportFiles:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = _files(folder)
    tables = sheets(report)
    title = f"Claim review {', '.join(report.ids)}"
    write_csv(files.csv_folder, tables)
    _whole(files.xlsx, lambda to: write_workbook(to, tables, title))
    _whole(files.html, lambda to: write_page(to, report))
    return files


def _files(folder: Path) -> ReportFiles:
    return ReportFiles(folder / "report.html", folder / "report.xlsx", folder / "csv")


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the place, then move: nobody opens half a report."""
    aside = path.with_name(f".{path.name}.new")
    write(aside)
    aside.chmod(0o600)
    os.replace(aside, path)
