"""PostgreSQL that goes away in the middle of a question, and is there again."""

import sys

import pytest
from django.db import OperationalError, connection
from postgres import a_database, the_store_in

from bots.cli.main import main
from bots.places import Places
from bots.store import database
from bots.store.away import patiently


@pytest.fixture
def shared(tmp_path):
    places = Places(tmp_path / "data").made()
    with the_store_in(a_database(), places.root):
        database.connect(places)
        yield places
        database.close()


def cut_off():
    """As where the server is restarted: its session is ended, and this question with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_it_is_asked_again(shared):
    times = []

    def question(what):
        times.append(what)
        if len(times) < 3:
            cut_off()
        with connection.cursor() as cursor:
            return cursor.execute("SELECT 'answer'").fetchone()[0]

    assert patiently(shared, question, "claims") == "answer"
    assert times == ["claims"] * 3


def test_a_command_that_was_cut_off_says_so_and_not_that_it_has_a_fault(
    shared, monkeypatch, capsys
):
    def command(**_):
        database.connect(shared)
        cut_off()

    monkeypatch.setattr(sys.modules[main.__module__], "app", command)

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "PostgreSQL does not answer" in capsys.readouterr().err


def test_it_is_the_raw_error_that_a_command_turns_into_words(shared):
    database.connect(shared)
    with pytest.raises(OperationalError):
        cut_off()
