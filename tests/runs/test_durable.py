"""What we rely on in DBOS, held to the version that is pinned: a change of it must fail here."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from importlib.metadata import version

import pytest
from dbos._dbos import _get_dbos_instance
from postgres import a_database, the_store_in
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bots.places import Places
from bots.runs.durable import launched, workflow_id

HERE = os.path.dirname(__file__)


class Desk:
    """Does runs of three claims; `dies_at` ends the process in the middle of a claim."""

    def __init__(self, dies_at=0, log=None):
        self.dies_at, self.log, self.said = dies_at, log, []
        self.ended = asyncio.Event()

    def say(self, *words):
        self.said.append(words)
        if self.log:
            with open(self.log, "a") as file:
                file.write(json.dumps(words) + "\n")

    async def session(self, run, attempt, steps):
        self.say("session", run, attempt)
        taken = await steps.once("take", self.take)
        going = [await steps.begin_claim(run, item, 1) for item in taken]
        for end in going:
            await end()
        self.say("ended", run)
        self.ended.set()
        return "done"

    async def take(self):
        self.say("take")
        return [1, 2, 3]

    async def claim(self, run, item, attempt):
        self.say("claim", run, item, attempt)
        if item == self.dies_at:
            await asyncio.sleep(0.2)
            os._exit(9)
        return "passed"


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "data").made()


def test_the_version_is_the_one_that_this_was_written_for():
    assert version("dbos") == "3.4.0"


async def test_a_session_takes_once_and_begins_each_claim_once_in_this_loop(places):
    desk = Desk()
    async with launched(places, "worker.1", desk) as durable:
        handle = await durable.begin("R-1", 1)
        assert handle.workflow_id == workflow_id("R-1", 1)
        assert await handle.get_result() == "done"

    assert desk.said == [
        ("session", "R-1", 1), ("take",),
        ("claim", "R-1", 1, 1), ("claim", "R-1", 2, 1), ("claim", "R-1", 3, 1),
        ("ended", "R-1"),
    ]  # fmt: skip


async def test_begun_again_under_the_same_id_it_only_gives_what_it_gave(places):
    desk = Desk()
    async with launched(places, "worker.1", desk) as durable:
        await (await durable.begin("R-1", 1)).get_result()
        desk.said.clear()
        assert await (await durable.begin("R-1", 1)).get_result() == "done"
        assert desk.said == []
        await (await durable.begin("R-1", 2)).get_result()
        assert desk.said[0] == ("session", "R-1", 2)


async def test_what_is_forgotten_is_gone_with_its_claims(places):
    desk = Desk()
    async with launched(places, "worker.1", desk) as durable:
        handle = await durable.begin("R-1", 1)
        await handle.get_result()
        await durable.forget(handle.workflow_id)

    with sqlite3.connect(places.workflows) as tables:
        assert tables.execute("select count(*) from workflow_status").fetchone() == (0,)
        assert tables.execute("select count(*) from operation_outputs").fetchone() == (0,)


async def test_a_run_of_more_claims_than_a_statement_takes_values_is_forgotten(
    places, monkeypatch
):
    """SQLite takes 32,766 values where it is built as it comes; here the limit is lower."""
    monkeypatch.setattr("bots.runs.durable._PORTION", 20)

    class Many(Desk):
        async def take(self):
            return list(range(1, 81))

    def few(connection, _):
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 64)

    event.listen(Engine, "connect", few)
    try:
        async with launched(places, "worker.1", Many()) as durable:
            handle = await durable.begin("R-1", 1)
            await handle.get_result()
            await durable.forget(handle.workflow_id)
    finally:
        event.remove(Engine, "connect", few)

    with sqlite3.connect(places.workflows) as tables:
        assert tables.execute("select count(*) from workflow_status").fetchone() == (0,)


async def test_only_json_of_ours_is_kept_and_no_text_of_an_error(places):
    class Fails(Desk):
        async def claim(self, run, item, attempt):
            raise ValueError("QUIMBY, HORATIO 1951-03-04")

    async with launched(places, "worker.1", Fails()) as durable:
        handle = await durable.begin("R-1", 1)
        with pytest.raises(ValueError, match="QUIMBY"):
            await handle.get_result()

    assert b"QUIMBY" not in places.workflows.read_bytes()
    with sqlite3.connect(places.workflows) as tables:
        whole = "\n".join(tables.iterdump())
    assert '{"kind": "ValueError"}' in whole
    assert '"args": ["R-1", 1]' in whole
    assert "gASV" not in whole  # how a pickle begins in base64


def died(places, log):
    """A worker whose process ends in the middle of the second claim."""
    code = f"""
        import asyncio, sys
        sys.path[:0] = [{HERE!r}, {os.path.dirname(HERE)!r}]
        from pathlib import Path
        from test_durable import Desk, Places, launched
        async def main():
            desk = Desk(dies_at=2, log={str(log)!r})
            async with launched(Places(Path({str(places.root)!r})), "worker.1", desk) as durable:
                await (await durable.begin("R-1", 1)).get_result()
        asyncio.run(main())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], timeout=60, check=False)
    assert done.returncode == 9
    said = [tuple(json.loads(line)) for line in log.read_text().splitlines()]
    log.unlink()
    return said


async def test_another_life_begins_nothing_of_a_dead_one_until_it_is_told_to(places, tmp_path):
    assert ("claim", "R-1", 2, 1) in died(places, tmp_path / "log")
    desk = Desk()
    async with launched(places, "worker.2", desk):
        await asyncio.sleep(1.0)

        assert desk.said == []


async def test_what_a_dead_one_had_goes_on_and_its_steps_are_not_done_again(places, tmp_path):
    died(places, tmp_path / "log")
    desk = Desk()
    async with launched(places, "worker.2", desk) as durable:
        assert await durable.recover(["worker.1"]) == {"R-1.1"}
        await asyncio.wait_for(desk.ended.wait(), 10)

    assert ("session", "R-1", 1) in desk.said
    assert ("take",) not in desk.said
    assert ("claim", "R-1", 2, 1) in desk.said  # at least once: the claim's row sees to the rest
    assert await_again(desk.said) == []


async def test_a_session_of_another_life_of_the_store_is_not_waited_for(places, tmp_path):
    """Put back from a backup, the store counts an attempt again that DBOS has as under way."""
    died(places, tmp_path / "log")
    desk = Desk()
    async with launched(places, "worker.2", desk) as durable:
        handle = await durable.begin("R-1", 1)

        assert await asyncio.wait_for(handle.get_result(), 10) == "done"

    claims = [("claim", "R-1", item, 1) for item in (1, 2, 3)]
    assert [words for words in desk.said if words[0] == "claim"] == claims
    assert ("take",) in desk.said


def await_again(said):
    """The claims that were begun twice in one life."""
    claims = [words for words in said if words[0] == "claim"]
    return [words for words in claims if claims.count(words) > 1]


@pytest.fixture
def shared(places):
    """A data folder whose store, and DBOS's, is in PostgreSQL."""
    with the_store_in(a_database(), places.root):
        yield places


async def test_its_line_to_postgresql_is_given_up_as_soon_as_the_stores_own(shared):
    async with launched(shared, "worker.1", Desk()):
        line = _get_dbos_instance()._sys_db.engine.raw_connection()
        given = line.driver_connection.info.get_parameters()
        line.close()

    assert given["tcp_user_timeout"] == "10000"
