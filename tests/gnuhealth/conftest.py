"""One running clinic for the tests of this folder; each worker has its own copy."""

from collections.abc import Iterator

import pytest
from gnuhealth.portal import Clinic, a_clinic


@pytest.fixture(scope="session")
def gnuhealth() -> Iterator[Clinic]:
    with a_clinic() as clinic:
        yield clinic
