"""PostgreSQL that lets one transaction write at a time, as SQLite does.

The store's transactions read, decide and write. SQLite lets only one of them begin
(`BEGIN IMMEDIATE`), and they rely on it: two supervisors at one proposal, two workers at one run.
Here a transaction begins by taking one advisory lock of the database, and so the same code is
right on both. What one costs, and how many workers that serves, is in docs/scaling.md.
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

from django.db.backends.postgresql import base

_STORE = 4_213_004_201  # any number that is ours; a lock of this number means the store


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, but for how a transaction begins."""

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Begin a transaction (False) or be without one; it ends the lock with it."""
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit:
            with self.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STORE])
