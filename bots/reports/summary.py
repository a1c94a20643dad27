"""What a run's end says in the terminal: a few lines that a supervisor understands."""

from __future__ import annotations

from collections.abc import Sequence

from bots.reports.figures import Part, report_of
from bots.reports.write import ReportFiles
from bots.store.facts import Counts

_UNDONE = ("failed", "conflict", "refused")


def summary_lines(run_ids: str | Sequence[str], files: ReportFiles | None = None) -> list[str]:
    """The figures by kind of run, then where the reports are. Plain text, no patient data.

    Needs the store connected.

    Raises:
        Problem: one of the runs is not known.
    """
    ids = [run_ids] if isinstance(run_ids, str) else list(run_ids)
    report = report_of(ids)
    lines: list[str] = []
    for part in report.parts:
        lines += [*_part_lines(part), ""]
    if report.is_synthetic:
        lines.append("synthetic tables: the findings say nothing about real claims")
    if files:
        lines += [
            f"report    {files.html}",
            f"workbook  {files.xlsx}",
            f"csv       {files.csv_folder}",
        ]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _part_lines(part: Part) -> list[str]:
    n = part.counts
    undone = [f"{n.outcomes.get(name, 0)} {name}" for name in _UNDONE]
    failed = sum(n.outcomes.get(name, 0) for name in _UNDONE)
    corrected, proposed = n.outcomes.get("corrected", 0), n.outcomes.get("proposed", 0)
    saved = f"{n.would_save:,} would be saved (shadow)" if part.is_shadow else _saves(n.saves)
    found, after = part.rate(n.clean_as_found), part.rate(n.clean_after)
    rates = f"{found}% as found, {after}% after bot" if n.claims else "no claims"
    worth = _worth(n) if n.missed_charges else ""
    return [
        f"{part.title} ({', '.join(part.ids)})",
        f"  claims seen      {n.claims:>7,}",
        f"  clean            {n.clean_as_found:>7,}   {rates}",
        f"  corrected        {corrected:>7,}   {saved}",
        f"  proposed         {proposed:>7,}   {n.proposals_open:,} new and open",
        f"  flagged          {n.outcomes.get('flagged', 0):>7,}",
        f"  failed           {failed:>7,}   {', '.join(undone)}",
        f"  not evaluated    {n.unanswered:>7,}   claims with a required check unanswered",
        f"  missed charges   {n.missed_charges:>7,}   {worth}".rstrip(),
    ]


def _worth(n: Counts) -> str:
    unpriced = n.missed_charges - n.missed_priced
    if not n.missed_priced:
        return "not priced"
    return f"worth ${n.missed_worth:,.2f}" + (f", {unpriced:,} not priced" if unpriced else "")


def _saves(count: int) -> str:
    return f"{count:,} save{'' if count == 1 else 's'} confirmed"
