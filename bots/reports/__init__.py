"""What a run did, for people: one HTML page, one workbook, CSV twins, a few lines.

All of them show the same sheets (`bots.reports.sheets`), so their totals agree.
"""

from bots.reports.write import ReportFiles, write_report

__all__ = ["ReportFiles", "write_report"]
