"""A store of an older version is backed up, brought to this one, and loses nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import store_cases
from keeping.offices import UNITS, Office
from keeping.test_postgresql import rows as all_rows
from postgres import a_database, postgres, the_store_in

from bots.claims import ClaimRef
from bots.config import load_settings
from bots.errors import Problem
from bots.keeping.restore import prove
from bots.places import Places
from bots.runs import office as locks
from bots.secrets import development_key
from bots.store import apart, database, leases, models, records
from bots.store.facts import RunKind

OLDER = apart.ours()[:-1]


def brought_back(office, migration):
    """The store as that version had it, with whatever it could hold."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    database.connect(office.places)
    for kind in (RunKind.PRE_BILL, RunKind.LOOK_BACK):
        run = store_cases.a_run(kind)
        store_cases.fill(run, 12)
        store_cases.end(run)
    MigrationExecutor(connection).migrate([("store", migration)])
    database.close()
    assert database.migrations(office.places)[-1] == migration
    database.close()


def rows_of(path):
    """All rows of all tables, as column to value."""
    with closing(sqlite3.connect(path)) as store:
        store.row_factory = sqlite3.Row
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'store_%'"
        return {
            name: [dict(row) for row in store.execute(f"SELECT * FROM {name} ORDER BY rowid")]
            for (name,) in store.execute(tables).fetchall()
        }


@pytest.mark.parametrize("migration", OLDER)
def test_the_store_of_each_earlier_version_comes_through_with_every_row(office, migration):
    office.works()
    brought_back(office, migration)
    before = rows_of(office.places.store)
    assert sum(len(rows) for rows in before.values()) > 50

    said = office.says("upgrade")

    assert said.exit_code == 0, said.output
    assert apart.migrations(office.places.store) == apart.ours()
    after = rows_of(office.places.store)
    for table, rows in before.items():
        found = [{name: row[name] for name in rows[0]} for row in after[table]] if rows else []
        assert found == rows, table
    database.connect(office.places)
    assert len(records.runs()) == 3
    assert records.run_counts([run.id for run in records.runs()]).claims == 27


def test_upgrade_takes_a_backup_of_what_was_says_where_and_what_it_did(office):
    office.works()
    brought_back(office, "0002_likely_denial")

    said = office.says("upgrade")

    (backup,) = office.places.backups.iterdir()
    assert f"backup: {backup}" in said.stdout
    assert "0003_schedules: Schedules: what became of each of their times" in said.stdout
    assert "0002" not in said.stdout.replace(str(backup), "")
    key = development_key(office.places)
    proof = prove(backup, office.places, load_settings(), key)
    assert (proof.faults, proof.manifest.migration) == ((), "0002_likely_denial")
    assert proof.is_older


def test_upgrade_says_what_an_older_version_left(office):
    run = office.works(is_killed=True)
    ledger = office.open_log()
    ledger.open_intent(
        run=run, ref=ClaimRef("practice", "open", "pending", "Ready"), kind="correct",
        actor="dana", changes=(UNITS,), checks=("mue-line",), patient="MRN open",
    )  # fmt: skip
    ledger.close_files()
    brought_back(office, "0001_first")

    said = office.says("upgrade").stdout

    assert "saves open on the audit log for practice: 1; its next run settles them" in said
    assert f"runs without an end: {run}" in said


def test_the_store_of_an_older_versions_backup_is_put_back_and_then_brought_on(office, tmp_path):
    office.works()
    brought_back(office, "0002_likely_denial")
    backup = tmp_path / "older.backup"
    assert office.says("backup", "--to", str(backup)).exit_code == 0
    office.says("upgrade")
    office.works()
    office.loses_its_store()

    assert "run `claimbots upgrade`" in office.says("restore", str(backup)).stdout
    said = office.says("upgrade").stdout

    assert "it does not know 1 run and 3 saves" in said
    database.connect(office.places)
    kept = list(models.ChangeRow.objects.filter(line=1).values_list("intent", "run_id"))
    assert all(kept.count(save) == 1 for save in office.on_the_log())


def test_a_store_of_this_version_needs_no_backup(office):
    office.works()

    said = office.says("upgrade")

    assert said.stdout == "the store is of this version already\n"
    assert not office.places.backups.exists()


def test_no_other_command_changes_an_older_store(office):
    office.works()
    brought_back(office, "0002_likely_denial")

    with pytest.raises(Problem, match=r"older version of claimbots; run `claimbots upgrade`"):
        database.connect(office.places)

    assert apart.migrations(office.places.store)[-1] == "0002_likely_denial"


def test_a_store_of_a_newer_version_is_not_touched(office):
    office.works()
    with closing(sqlite3.connect(office.places.store)) as store:
        store.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '')"
        )
        store.commit()
    database.close()

    with pytest.raises(Problem, match="newer version"):
        raise office.says("upgrade").exception

    assert not office.places.backups.exists()


def test_nothing_is_brought_on_while_something_is_at_work(office):
    brought_back(office, "0002_likely_denial")
    with locks.sole_worker(office.places):
        said = office.says("upgrade").exception

    assert said.exit == 3
    assert apart.migrations(office.places.store)[-1] == "0002_likely_denial"


def test_a_migration_that_fails_names_the_backup_to_go_back_to(office, monkeypatch):
    office.works()
    brought_back(office, "0002_likely_denial")

    def fails(places):
        raise Problem("the disk did not take the store's data")

    monkeypatch.setattr(database, "upgrade", fails)
    said = office.says("upgrade").exception

    (backup,) = office.places.backups.iterdir()
    assert f"claimbots restore {backup}" in said.do


# -- a store in PostgreSQL --------------------------------------------------------------


@pytest.fixture
def shared(office):
    """The same office with its store in PostgreSQL; the database's address."""
    office.loses_its_store()
    url = a_database()
    with the_store_in(url, office.places.root):
        yield url
        database.close()


@pytest.mark.parametrize("migration", ["0005_alerts", OLDER[-1]])
def test_an_older_store_in_postgresql_comes_through_and_so_does_its_backup(
    office, shared, migration, monkeypatch
):
    office.works()
    brought_back(office, migration)

    said = office.says("upgrade")

    assert said.exit_code == 0, said.exception
    assert database.migrations(office.places) == apart.ours()
    database.connect(office.places)
    assert records.run_counts([run.id for run in records.runs()]).claims == 27
    held = all_rows()

    (backup,) = office.places.backups.iterdir()
    there = Office(Places(office.places.root.parent / "there").made(), office.config)
    there.takes_the_key_of(office)
    said = there.says("restore", str(backup), "--to", str(there.places.root))
    how = f"with CLAIMBOTS_DATA={there.places.root} and no store.database_url run"
    assert f"its store is of an older version: {how} `claimbots upgrade`" in said.stdout
    assert apart.migrations(there.places.store)[-1] == migration
    with monkeypatch.context() as alone:
        alone.delenv("CLAIMBOTS_STORE__DATABASE_URL")
        alone.setenv("CLAIMBOTS_DATA", str(there.places.root))
        said = there.says("upgrade")
        assert said.exit_code == 0, said.exception
        database.connect(there.places)
        assert all_rows() == held
        database.close()


def test_a_store_in_postgresql_is_not_brought_on_while_a_worker_elsewhere_is_alive(office, shared):
    """Its lock lies on another machine; its lease is in the store."""
    database.connect(office.places)
    leases.take("billing-2", "another-host", 4711, timedelta(minutes=1), is_alone=False)
    brought_back(office, OLDER[-1])

    said = office.says("upgrade").exception

    assert (said.exit, said.what) == (3, "workers are at work in it: billing-2 on another-host")
    assert not office.places.backups.exists()
    assert database.migrations(office.places) == OLDER
    postgres().ask(shared, "UPDATE store_worker SET ended_at = now() RETURNING name")
    assert office.says("upgrade").exit_code == 0


def test_no_step_of_an_upgrade_has_to_end_in_time(office, shared, monkeypatch):
    """To rewrite a table of a large office takes longer than any question of a run may."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    brought_back(office, OLDER[-1])
    limits = {}
    migrate = MigrationExecutor.migrate

    def limit():
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return cursor.fetchone()[0]

    def looked_at(self, *given, **named):
        if self.connection.alias == "default":
            limits["in it"] = limit()
        return migrate(self, *given, **named)

    monkeypatch.setattr(MigrationExecutor, "migrate", looked_at)
    assert office.says("upgrade").exit_code == 0
    database.connect(office.places)
    limits["after it"] = limit()

    assert limits == {"in it": "0", "after it": "30s"}
