"""Coding checks: one file an edit family, one pure function a check.

A check reads a `Case` and the code sets and yields findings. It changes nothing, reads no
clock and opens no file. Add a check by adding a function to a family's file (or a file);
nothing else lists it. `review` runs the whole catalogue over one case.
"""

from bots.checks.catalogue import Check, by_id, catalogue
from bots.checks.findings import Class, Denial, Finding, NotEvaluated, Repair, Review, Severity
from bots.checks.marks import Mark
from bots.checks.review import review

__all__ = [
    "Check",
    "Class",
    "Denial",
    "Finding",
    "Mark",
    "NotEvaluated",
    "Repair",
    "Review",
    "Severity",
    "by_id",
    "catalogue",
    "review",
]
