"""The one database of runs, claims seen, findings, proposals and exceptions."""
