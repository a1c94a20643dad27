"""One office for all tests of a process; each test finds the portal as it was seeded."""

import json
import signal

import forking
import pytest
from runs.office import an_office


@pytest.fixture(scope="session")
def open_office(tmp_path_factory):
    with an_office(tmp_path_factory.mktemp("runs") / "demo", claims=200) as office:
        yield office


@pytest.fixture
def office(open_office):
    """The office, with the portal as it was seeded; who was logged in stays so."""
    open_office.practice("reset", "--stay-logged-in")
    yield open_office
    open_office.practice("faults", "clear")


@pytest.fixture(scope="session")
def claim(open_office):
    """A pending claim with a defect that the bot corrects by itself."""
    open_office.practice("reset", "--stay-logged-in")  # what another file's tests have corrected
    for truth in open_office.truths(**{"class": "auto"}):
        done = open_office.run("--claim", truth["claim"], "--shadow", "--json")
        assert done.returncode == 0, done.stderr
        if json.loads(done.stdout.splitlines()[-1])["counts"]["would_save"]:
            return truth["claim"]
    raise AssertionError("no claim to correct was planted")


@pytest.fixture
def begin(office, tmp_path):
    """Begins a command in the background; ends whatever of it still lives."""
    begun = []

    def begin(*words, first="", **environment):
        process = forking.begin(
            *words,
            environment=office.environment | environment,
            out=tmp_path / f"{len(begun)}.log",
            first=first,
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
